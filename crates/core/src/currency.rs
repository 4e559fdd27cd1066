use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A currency by its three-letter ISO 4217 code.
///
/// The shape is checked (three capital letters), membership of the standard is not: a family may hold what the
/// standard has not named yet.
///
/// ```
/// use allweather_core::Currency;
/// assert_eq!("JPY".parse::<Currency>()?, Currency::JPY);
/// assert!("yen".parse::<Currency>().is_err());
/// # Ok::<(), allweather_core::CurrencyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The text is not three capital letters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capital letters (ISO 4217), not {text:?}")]
pub struct CurrencyError {
    text: String,
}

impl Currency {
    /// Australian dollar.
    pub const AUD: Self = Self(*b"AUD");
    /// Canadian dollar.
    pub const CAD: Self = Self(*b"CAD");
    /// Swiss franc.
    pub const CHF: Self = Self(*b"CHF");
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");
    /// Pound sterling.
    pub const GBP: Self = Self(*b"GBP");
    /// Hong Kong dollar.
    pub const HKD: Self = Self(*b"HKD");
    /// Indian rupee.
    pub const INR: Self = Self(*b"INR");
    /// Japanese yen, the base currency of the published method.
    pub const JPY: Self = Self(*b"JPY");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        // Only capital ASCII letters get in, so this is always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|x| x.is_ascii_uppercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(CurrencyError { text: s.to_owned() }),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyError;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}

impl From<Currency> for String {
    fn from(c: Currency) -> Self {
        c.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
