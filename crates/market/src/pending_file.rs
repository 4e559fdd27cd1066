use std::{
    io,
    path::{Path, PathBuf},
};

use crate::MarketError;

/// A file that is written whole beside the one it is to replace. Dropping it leaves the old file as it was.
///
/// Several files that belong together are all written first and then all put in place.
///
/// ```
/// use allweather_market::PendingFile;
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("note.txt");
/// PendingFile::write(&file, |out| writeln!(out, "one"))?.replace()?;
/// let failed = PendingFile::write(&file, |_| Err(std::io::Error::other("no")));
/// assert!(failed.is_err());
/// assert_eq!(PendingFile::standing(&file)?.as_deref(), Some(&b"one\n"[..]));
/// assert_eq!(PendingFile::standing(&folder.path().join("none"))?, None);
/// assert!(PendingFile::existing(&folder.path().join("none")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is replaced until `replace` is called"]
pub struct PendingFile {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl PendingFile {
    /// What stands at `path` now, before anything replaces it; `None` when there is no such file.
    ///
    /// # Errors
    ///
    /// [`MarketError::File`] naming the file when it cannot be read.
    pub fn standing(path: &Path) -> Result<Option<Vec<u8>>, MarketError> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refuse(path, "read", &error)),
        }
    }

    /// What stands at `path` now, where something must.
    ///
    /// # Errors
    ///
    /// [`MarketError::Absent`] naming the file when there is none, [`MarketError::File`] when it cannot be read.
    pub fn existing(path: &Path) -> Result<Vec<u8>, MarketError> {
        Self::standing(path)?.ok_or_else(|| MarketError::Absent { file: path.display().to_string() })
    }

    /// Writes what is to stand at `path` to a new file in the same folder, down to the disk.
    ///
    /// # Errors
    ///
    /// [`MarketError::File`] naming the file.
    pub fn write(
        path: &Path,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<Self, MarketError> {
        let refuse = |e: io::Error| refuse(path, "written", &e);
        let mut builder = tempfile::Builder::new();
        // A temporary file is its owner's alone; this one is to become an ordinary file, by the rules of whoever runs us.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder(path)).map_err(refuse)?;
        let mut out = io::BufWriter::new(file.as_file_mut());
        write(&mut out).map_err(refuse)?;
        io::Write::flush(&mut out).map_err(refuse)?;
        drop(out);
        file.as_file().sync_all().map_err(refuse)?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Puts the file in its place, in one step.
    ///
    /// # Errors
    ///
    /// [`MarketError::File`] naming the file.
    pub fn replace(self) -> Result<(), MarketError> {
        let Self { file, path } = self;
        file.persist(&path).map_err(|e| refuse(&path, "written", &e.error))?;
        // Written down, the new name outlasts a power cut. The file is in its place whatever comes of this.
        #[cfg(unix)]
        drop(std::fs::File::open(folder(&path)).and_then(|folder| folder.sync_all()));
        Ok(())
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn refuse(path: &Path, action: &'static str, error: &io::Error) -> MarketError {
    MarketError::File { file: path.display().to_string(), action, reason: error.to_string() }
}
