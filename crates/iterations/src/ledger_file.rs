use std::{num::NonZeroU16, path::Path};

use allweather_market::{FileLock, PendingFile};
use chrono::NaiveDate;

use crate::{Candidate, Iteration, IterationsError, Ledger, Review, Torn};

/// A [`Ledger`] in a file: one writer at a time, and every record is on the disk when the call that made it returns.
///
/// The file is the text of [`Ledger::to_text`], replaced as a whole in one step: whatever happens meanwhile, a power cut included, it holds
/// either what it held or one record more. Beside it stands an empty file, its name with `.lock` appended, which a writer locks.
///
/// ```
/// use std::num::NonZeroU16;
/// use allweather_core::{Currency, Weights};
/// use allweather_iterations::{Candidate, LedgerFile};
/// use allweather_market::{Market, PricePanel};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("iterations.jsonl");
/// let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", "month,a_jpy\n2024-12,100\n")?);
/// let known = market.as_of("2024-12-31".parse()?);
/// let model = Candidate::new(known, "{}", vec!["a".parse()?], Weights::new(vec![1.0])?, "")?;
///
/// let mut file = LedgerFile::open(&path)?; // no file yet: a ledger without records
/// file.adopt(model, "2025-01-06".parse()?, NonZeroU16::MIN)?;
/// assert!(LedgerFile::open(&path).is_err()); // one writer at a time
/// assert_eq!(LedgerFile::read(&path)?.iterations().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LedgerFile {
    lock: FileLock,
    ledger: Ledger,
    /// What the disk has; `None` while there is no file.
    written: Option<Vec<u8>>,
}

impl LedgerFile {
    /// Reads and verifies a ledger without taking part in its writing.
    ///
    /// # Errors
    ///
    /// [`MarketError::Absent`](allweather_market::MarketError::Absent) when it is not there, [`IterationsError::Market`] when it cannot be read, and what
    /// [`Ledger::from_text`] refuses.
    pub fn read(path: impl AsRef<Path>) -> Result<Ledger, IterationsError> {
        let path = path.as_ref();
        Ledger::from_bytes(&path.display().to_string(), &PendingFile::existing(path)?)
    }

    /// Opens a ledger for writing; one that is not there yet has no records.
    ///
    /// # Errors
    ///
    /// [`MarketError::Busy`](allweather_market::MarketError::Busy) while it is open for writing elsewhere, [`IterationsError::Market`] when it
    /// cannot be read, and what [`Ledger::from_text`] refuses.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, IterationsError> {
        Ok(Self::open_by(path, |file, bytes| Ok((Ledger::from_bytes(file, bytes)?, None)))?.0)
    }

    /// Opens a ledger that may have lost its end, and says what is there of the line that it ends within. The file stays as it
    /// is until the next record; that line is gone then.
    ///
    /// # Errors
    ///
    /// As [`LedgerFile::open`], but for the line that the text ends within.
    pub fn recover(path: impl AsRef<Path>) -> Result<(Self, Option<Torn>), IterationsError> {
        Self::open_by(path, Ledger::recover)
    }

    fn open_by(
        path: impl AsRef<Path>,
        read: impl FnOnce(&str, &[u8]) -> Result<(Ledger, Option<Torn>), IterationsError>,
    ) -> Result<(Self, Option<Torn>), IterationsError> {
        let lock = FileLock::of(path)?;
        let written = PendingFile::standing(lock.path())?;
        let (ledger, torn) = match &written {
            Some(bytes) => read(&lock.path().display().to_string(), bytes)?,
            None => (Ledger::new(), None),
        };
        Ok((Self { lock, ledger, written }, torn))
    }

    /// What it holds.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// As [`Ledger::adopt`], and writes it down.
    ///
    /// # Errors
    ///
    /// As [`Ledger::adopt`]; [`IterationsError::Moved`] when the file is no longer what it was when it was read,
    /// [`IterationsError::Market`] when it cannot be written. Ledger and file are as they were then.
    pub fn adopt(
        &mut self,
        model: Candidate,
        today: NaiveDate,
        days_ahead: NonZeroU16,
    ) -> Result<&Iteration, IterationsError> {
        let mut next = self.ledger.clone();
        next.adopt(model, today, days_ahead)?;
        self.write(next)?;
        self.ledger.iterations().last().ok_or(IterationsError::NothingToKeep)
    }

    /// As [`Ledger::keep`], and writes it down.
    ///
    /// # Errors
    ///
    /// As [`Ledger::keep`], and as [`LedgerFile::adopt`] for the file.
    pub fn keep(&mut self, today: NaiveDate, note: &str) -> Result<&Review, IterationsError> {
        let mut next = self.ledger.clone();
        next.keep(today, note)?;
        self.write(next)?;
        match self.ledger.entries().last() {
            Some(crate::Entry::Review(review)) => Ok(review),
            _ => Err(IterationsError::NothingToKeep),
        }
    }

    fn write(&mut self, next: Ledger) -> Result<(), IterationsError> {
        let path = self.lock.path();
        // The lock binds those who ask for it; an editor or a version control system does not.
        if PendingFile::standing(path)? != self.written {
            return Err(IterationsError::Moved { file: path.display().to_string() });
        }
        let bytes = next.to_text().into_bytes();
        PendingFile::write(path, |out| out.write_all(&bytes))?.replace()?;
        (self.ledger, self.written) = (next, Some(bytes));
        Ok(())
    }
}
