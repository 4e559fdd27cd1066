use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use crate::MarketError;

/// The right to write a file, held by one process at a time, and within it by one value.
///
/// Beside the file stands an empty one, its name with `.lock` appended, which is locked. It is unlocked when this is dropped, and when
/// the process ends, however it ends.
///
/// ```
/// use allweather_market::FileLock;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("notes.txt"); // it need not be there
/// let lock = FileLock::of(&path)?;
/// let refused = FileLock::of(&path).map(|_| ()).map_err(|e| e.to_string());
/// assert!(refused.is_err_and(|message| message.ends_with("notes.txt is open for writing already, in this process or another")));
/// drop(lock);
/// assert!(FileLock::of(&path).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FileLock {
    path: PathBuf,
    lock: File,
}

impl FileLock {
    /// Locks the file at `path`, be it there or not; through a link, the file that it leads to.
    ///
    /// # Errors
    ///
    /// [`MarketError::Busy`] while another holds it, [`MarketError::File`] when its folder is not there or cannot be written to.
    pub fn of(path: impl AsRef<Path>) -> Result<Self, MarketError> {
        // Through a link, too, it is the file itself that is locked and replaced.
        let path = std::fs::canonicalize(&path).unwrap_or_else(|_| path.as_ref().to_owned());
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let refuse = |action, e: &io::Error| MarketError::File {
            file: Path::new(&lock_path).display().to_string(),
            action,
            reason: e.to_string(),
        };
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(|e| refuse("opened", &e))?;
        lock.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => MarketError::Busy { file: path.display().to_string() },
            TryLockError::Error(e) => refuse("locked", &e),
        })?;
        Ok(Self { path, lock })
    }

    /// The file itself, links followed.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // To close it would not do: a process that was started meanwhile may hold it open for a moment longer.
        let _ = self.lock.unlock();
    }
}
