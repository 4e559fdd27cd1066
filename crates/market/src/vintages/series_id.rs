use std::{fmt, str::FromStr};

use crate::MarketError;

/// The name of a published series: lower-case letters, digits and `_`, a letter first, at most 64 bytes (`jp_cpi`).
///
/// ```
/// use allweather_market::SeriesId;
/// let id: SeriesId = "jp_gdp_deflator".parse()?;
/// assert_eq!(id.as_str(), "jp_gdp_deflator");
/// assert!(SeriesId::new("JP CPI").is_err());
/// # Ok::<(), allweather_market::MarketError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesId(String);

impl SeriesId {
    /// The series called `name`.
    ///
    /// # Errors
    ///
    /// [`MarketError::SeriesName`] when the name has another form.
    pub fn new(name: &str) -> Result<Self, MarketError> {
        let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let valid = name.len() <= 64
            && name.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
            && name.bytes().all(letters);
        if valid {
            Ok(Self(name.to_owned()))
        } else {
            Err(MarketError::SeriesName { found: name.to_owned() })
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SeriesId {
    type Err = MarketError;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

impl std::borrow::Borrow<str> for SeriesId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SeriesId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for SeriesId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
