//! The wire form of a decimal, for `#[serde(with = "allweather_core::wire")]`: written as text, so that no reader passes it
//! through a binary fraction; read from text or from a number. Pinned here, because `rust_decimal`'s serde features change the
//! form for the whole build of whoever turns them on.
//!
//! ```
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Fee {
//!     #[serde(with = "allweather_core::wire")]
//!     rate: rust_decimal::Decimal,
//! }
//! let fee: Fee = serde_json::from_str(r#"{"rate":0.1}"#)?;
//! assert_eq!(serde_json::to_string(&fee)?, r#"{"rate":"0.1"}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;
use serde::{Deserializer, Serializer, de};

/// Writes a decimal as text.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize<S: Serializer>(x: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    // Without trailing zeros: equal numbers are written alike, so equal specs hash equal.
    serializer.collect_str(&x.normalize())
}

/// Reads a decimal from text or from a number.
///
/// # Errors
///
/// When the text or number is no decimal.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    deserializer.deserialize_any(DecimalText)
}

/// The same for a decimal that may be absent: `#[serde(with = "allweather_core::wire::option")]`.
pub mod option {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::Rate;

    /// Writes a decimal as text, or nothing.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(x: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
        // A rate is transparent over the wire form.
        x.map(Rate::from_fraction).serialize(serializer)
    }

    /// Reads a decimal from text or from a number, or nothing.
    ///
    /// # Errors
    ///
    /// When what is there is no decimal.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        Ok(Option::<Rate>::deserialize(deserializer)?.map(Rate::fraction))
    }
}

struct DecimalText;

impl de::Visitor<'_> for DecimalText {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number, as text or as a number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
        Decimal::from_str_exact(text).map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_i64<E: de::Error>(self, n: i64) -> Result<Decimal, E> {
        Ok(n.into())
    }

    fn visit_u64<E: de::Error>(self, n: u64) -> Result<Decimal, E> {
        Ok(n.into())
    }

    fn visit_f64<E: de::Error>(self, x: f64) -> Result<Decimal, E> {
        // The shortest text of a double is what its author typed: 0.1 becomes 0.1, not 0.1000000000000000055.
        Decimal::from_str(&x.to_string()).map_err(|_| E::invalid_value(de::Unexpected::Float(x), &self))
    }
}
