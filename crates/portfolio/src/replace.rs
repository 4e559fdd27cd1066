use std::{io, path::Path};

use crate::PortfolioError;

/// Replaces a file whole: what `write` writes goes to a new file beside it, which takes its place only when all of it is on disk.
/// On failure the old file stays as it was.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("note.txt");
/// allweather_portfolio::replace_file(&file, |out| writeln!(out, "one"))?;
/// let failed = allweather_portfolio::replace_file(&file, |_| Err(std::io::Error::other("no")));
/// assert!(failed.is_err());
/// assert_eq!(std::fs::read_to_string(&file)?, "one\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`PortfolioError::Write`] naming the file.
pub fn replace_file(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), PortfolioError> {
    let refuse =
        |e: io::Error| PortfolioError::Write { file: path.display().to_string(), reason: e.to_string() };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // A temporary file is its owner's alone; this one is to become an ordinary file, by the rules of whoever runs us.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(refuse)?;
    let mut out = io::BufWriter::new(file.as_file_mut());
    write(&mut out).map_err(refuse)?;
    io::Write::flush(&mut out).map_err(refuse)?;
    drop(out);
    file.as_file().sync_all().map_err(refuse)?;
    file.persist(path).map_err(|e| refuse(e.error))?;
    Ok(())
}
