use std::fmt;

use serde::{Deserialize, Serialize};

/// How a level stands for its period.
///
/// The two do not go together: averages understate volatility and split a shock over two periods, that in which it falls and the one after
/// it, and an average is known at no moment of its period.
/// A panel has one basis and is not joined to, nor converted with, one of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The last of the period: a month's last quote, a day's close.
    #[default]
    End,
    /// The average over the period.
    Average,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::End => "of period ends",
            Self::Average => "of averages over periods",
        })
    }
}
