//! The plain text of a ledger: a title, and a line for each record.

use serde::de::IgnoredAny;

use crate::{
    IterationsError, Ledger,
    line::{self, DraftError, Line, TITLE},
};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The end of a file that was cut off in a line: what a recovery leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Torn {
    /// The line, from 1.
    pub line: usize,
    /// What there is of it.
    pub bytes: Vec<u8>,
}

impl Ledger {
    /// All records as text, in one form: equal ledgers give equal text, and a ledger that has grown has more lines and the same ones
    /// before.
    ///
    /// The first line is a title. Each record is a JSON object in a line of its own, without blanks, its fields always in the same
    /// order; the first field, `previous`, is the hash of the line before, and the last, `hash`, is the SHA-256 of the line without
    /// that last field. The first record's `previous` is the SHA-256 of the title. With common tools:
    ///
    /// ```text
    /// sed -n 2p iterations.jsonl | sed 's/,"hash":"[0-9a-f]*"}$/}/' | tr -d '\n' | sha256sum
    /// ```
    ///
    /// ```
    /// use allweather_iterations::Ledger;
    /// let text = Ledger::new().to_text();
    /// assert_eq!(text, "{\"ledger\":\"allweather iterations\",\"form\":1}\n");
    /// assert_eq!(Ledger::from_text("iterations.jsonl", &text)?, Ledger::new());
    /// # Ok::<(), allweather_iterations::IterationsError>(())
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{TITLE}\n");
        let mut previous = Self::new().head();
        for entry in self.entries() {
            text.push_str(&line::write(entry, previous));
            text.push('\n');
            previous = entry.hash();
        }
        text
    }

    /// Reads what [`Ledger::to_text`] wrote, and verifies every record. `file` is the name that errors give. A byte-order mark and
    /// line ends of Windows are no content.
    ///
    /// # Errors
    ///
    /// [`IterationsError`] with file and line: [`Changed`](IterationsError::Changed) names a record that is not what it was,
    /// [`Chain`](IterationsError::Chain) one that does not stand on the one before, [`Record`](IterationsError::Record) one that
    /// breaks a rule of the ledger, [`Torn`](IterationsError::Torn) says where a text ends within a line; `Title` and `Unreadable`
    /// refuse what is no ledger or no record.
    pub fn from_text(file: &str, text: &str) -> Result<Self, IterationsError> {
        Self::from_bytes(file, text.as_bytes())
    }

    pub(crate) fn from_bytes(file: &str, bytes: &[u8]) -> Result<Self, IterationsError> {
        match Self::recover(file, bytes)? {
            (ledger, None) => Ok(ledger),
            (_, Some(Torn { line, bytes })) => {
                Err(IterationsError::Torn { file: file.to_owned(), line, bytes: bytes.len() })
            }
        }
    }

    /// The same for a file that may have lost its end: all whole records, and what there is of the line behind them.
    ///
    /// ```
    /// use allweather_iterations::Ledger;
    /// let (ledger, torn) = Ledger::recover("iterations.jsonl", b"{\"ledger\":\"allweather iterations\",\"form\":1}\n{\"previous\":\"97")?;
    /// assert_eq!(ledger, Ledger::new());
    /// assert_eq!(torn.map(|torn| (torn.line, torn.bytes.len())), Some((2, 15)));
    /// # Ok::<(), allweather_iterations::IterationsError>(())
    /// ```
    ///
    /// A file that ends between two lines has lost nothing that the text could show: compare [`Ledger::head`] with a published
    /// one.
    ///
    /// # Errors
    ///
    /// As [`Ledger::from_text`], but for the line that the text ends within.
    pub fn recover(file: &str, bytes: &[u8]) -> Result<(Self, Option<Torn>), IterationsError> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let (lines, rest) = bytes.split_at_checked(end).unwrap_or_default();
        let mut reader = Reader { file, line: 0, ledger: Self::new() };
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            reader.take(line.strip_suffix(b"\r").unwrap_or(line))?;
        }
        let torn = reader.rest(rest)?;
        Ok((reader.ledger, torn))
    }
}

struct Reader<'a> {
    file: &'a str,
    /// Of the line that was read last, from 1.
    line: usize,
    ledger: Ledger,
}

impl Reader<'_> {
    /// What stands behind the last line end.
    fn rest(&mut self, rest: &[u8]) -> Result<Option<Torn>, IterationsError> {
        let line = self.line + 1;
        let torn = |bytes: &[u8]| Ok(Some(Torn { line, bytes: bytes.to_vec() }));
        if rest.is_empty() {
            return if line == 1 { torn(rest) } else { Ok(None) };
        }
        let whole = match std::str::from_utf8(rest) {
            Ok(text) => text,
            // Cut within a character: the characters before it say whether the record had ended.
            Err(error) if error.error_len().is_none() => rest
                .get(..error.valid_up_to())
                .and_then(|valid| std::str::from_utf8(valid).ok())
                .unwrap_or_default(),
            Err(_) => return self.take(rest).map(|()| None),
        };
        // A number may be cut where one more digit would make it one.
        let ends_within = |text: &str| serde_json::from_str::<IgnoredAny>(text).is_err_and(|e| e.is_eof());
        let within = ends_within(whole) || ends_within(&format!("{whole}0"));
        if within && (line > 1 || TITLE.as_bytes().starts_with(rest) || BYTE_ORDER_MARK.starts_with(rest)) {
            return torn(rest);
        }
        // The line is whole and only its end is missing, all of it or half.
        let (record, half) = match rest.strip_suffix(b"\r") {
            Some(record) => (record, true),
            None => (rest, false),
        };
        self.take(record)?;
        if half { torn(b"\r") } else { Ok(None) }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), IterationsError> {
        self.line += 1;
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(self.unreadable("bytes that are not UTF-8"));
        };
        if self.line == 1 {
            return if text == TITLE {
                Ok(())
            } else {
                let found = text.chars().take(60).collect();
                Err(IterationsError::Title { file: self.file.to_owned(), found, expected: TITLE })
            };
        }
        let line = Line::of(text).map_err(|reason| self.unreadable(&reason))?;
        let record = line.name().unwrap_or_else(|| format!("record {}", self.line - 1));
        let (stated, found) = (line.stated, line.found());
        if stated != found {
            let (file, record) = (self.file.to_owned(), record.into());
            return Err(IterationsError::Changed { file, line: self.line, record, stated, found });
        }
        let (previous, draft) = line.draft().map_err(|error| match error {
            DraftError::Form(reason) => self.unreadable(&reason),
            DraftError::Rule(error) => self.refused(error),
        })?;
        if previous != self.ledger.head() {
            let before = self.ledger.entries().last().map_or("the title".to_owned(), ToString::to_string);
            let (file, stated) = (self.file.to_owned(), previous);
            return Err(IterationsError::Chain { file, line: self.line, record, stated, before });
        }
        let taken = self.ledger.push(draft).map(|entry| entry.hash() == stated);
        match taken {
            Ok(true) => Ok(()),
            // It says what a record says, but not in the one form: its hash is of other bytes.
            Ok(false) => Err(self.unreadable("it is not in the form in which records are written")),
            Err(error) => Err(self.refused(error)),
        }
    }

    fn unreadable(&self, reason: &str) -> IterationsError {
        let (file, reason) = (self.file.to_owned(), reason.to_owned());
        IterationsError::Unreadable { file, line: self.line, reason }
    }

    fn refused(&self, error: IterationsError) -> IterationsError {
        let (file, error) = (self.file.to_owned(), Box::new(error));
        IterationsError::Record { file, line: self.line, error }
    }
}
