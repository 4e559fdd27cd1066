use std::path::Path;

use crate::{FileLock, MarketError, PendingFile, Vintages};

/// A file of [`Vintages`] that only grows: opened by one process at a time, replaced as a whole.
///
/// The file is the text of [`Vintages::to_text`]. Whatever happens while it is written, a crash included, it holds either what
/// it held or what it was to hold. Beside it stands an empty file, its name with `.lock` appended, which a writer locks.
///
/// ```
/// use allweather_market::{Dating, SeriesId, Vintage, VintageStore};
/// use rust_decimal::dec;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("statistics.vintages");
///
/// let mut store = VintageStore::open(&path)?; // no file yet: an empty store
/// let values = vec![("2024-10".parse()?, dec!(109.5))];
/// store.add(Vintage::new(SeriesId::new("jp_cpi")?, "2024-11-22".parse()?, Dating::Stated, "Statistics Bureau", values)?)?;
/// assert!(VintageStore::open(&path).is_err()); // one writer at a time
/// store.save()?;
/// drop(store);
///
/// assert_eq!(VintageStore::read(&path)?.releases("jp_cpi").len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct VintageStore {
    lock: FileLock,
    vintages: Vintages,
    saved: bool,
}

impl VintageStore {
    /// Reads a file of releases without taking part in its writing.
    ///
    /// # Errors
    ///
    /// [`MarketError::Absent`] when it is not there, [`MarketError::File`] when it cannot be read, and what [`Vintages::from_text`]
    /// refuses.
    pub fn read(path: impl AsRef<Path>) -> Result<Vintages, MarketError> {
        let path = path.as_ref();
        parse(path, &PendingFile::existing(path)?)
    }

    /// Opens a file for writing; one that is not there yet is empty.
    ///
    /// # Errors
    ///
    /// [`MarketError::Busy`] while it is open for writing elsewhere, [`MarketError::File`] when it cannot be read or its folder
    /// is not there, and what [`Vintages::from_text`] refuses.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, MarketError> {
        let lock = FileLock::of(path)?;
        let path = lock.path();
        let (vintages, saved) = match PendingFile::standing(path)? {
            Some(bytes) => (parse(path, &bytes)?, true),
            None => (Vintages::new(), false),
        };
        Ok(Self { lock, vintages, saved })
    }

    /// What it holds, unsaved releases included.
    #[must_use]
    pub fn vintages(&self) -> &Vintages {
        &self.vintages
    }

    /// Adds a release.
    ///
    /// # Errors
    ///
    /// As [`Vintages::add`].
    pub fn add(&mut self, vintage: crate::Vintage) -> Result<(), MarketError> {
        self.saved &= !self.vintages.insert(vintage)?;
        Ok(())
    }

    /// Replaces the file, in one step; when nothing was added, it is not touched.
    ///
    /// # Errors
    ///
    /// [`MarketError::File`] naming the file; it is as it was then.
    pub fn save(&mut self) -> Result<(), MarketError> {
        if self.saved {
            return Ok(());
        }
        let text = self.vintages.to_text();
        let pending = PendingFile::write(self.lock.path(), |out| out.write_all(text.as_bytes()));
        pending?.replace()?;
        self.saved = true;
        Ok(())
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Vintages, MarketError> {
    let file = path.display().to_string();
    match std::str::from_utf8(bytes) {
        Ok(text) => Vintages::from_text(&file, text),
        Err(e) => {
            let line = bytes[..e.valid_up_to()].split(|byte| *byte == b'\n').count();
            Err(MarketError::Encoding { file, line: line as u64, encoding: "UTF-8" })
        }
    }
}
