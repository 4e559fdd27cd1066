use allweather_metrics::Block;
use serde::{Deserialize, Serialize};

use crate::StudyError;

/// How the months of a path are drawn from the months of history. Whole rows are drawn: all assets, exchange rates, interest rates and
/// statistics of one month together, so that what fell together in a crisis falls together in a path.
///
/// On the wire `{"stationary": {"mean": 12.0}}`, `{"stationary": "automatic"}` or `{"blocks": 12}`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", try_from = "Wire", into = "Wire")]
#[non_exhaustive]
pub enum Resampling {
    /// Blocks of random length (Politis and Romano, 1994). [`Block::Automatic`] takes the longest of the block lengths that are best for
    /// each held asset's returns.
    Stationary(Block),
    /// Blocks of this many months, from anywhere and around the end (Politis and Romano, 1992); 1 draws each month by itself.
    Blocks(u32),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wire {
    Stationary(Block),
    Blocks(u32),
}

impl TryFrom<Wire> for Resampling {
    type Error = StudyError;

    fn try_from(wire: Wire) -> Result<Self, StudyError> {
        match wire {
            Wire::Stationary(block) => Self::stationary(block),
            Wire::Blocks(months) => Self::blocks(months),
        }
    }
}

impl From<Resampling> for Wire {
    fn from(resampling: Resampling) -> Self {
        match resampling {
            Resampling::Stationary(block) => Self::Stationary(block),
            Resampling::Blocks(months) => Self::Blocks(months),
        }
    }
}

impl Resampling {
    /// Blocks of random length.
    ///
    /// # Errors
    ///
    /// [`StudyError::BlockLength`] unless the mean is a finite number of 1 or more.
    pub fn stationary(block: Block) -> Result<Self, StudyError> {
        match block {
            Block::Mean(length) if !(length.is_finite() && length >= 1.0) => {
                Err(StudyError::BlockLength { length })
            }
            block => Ok(Self::Stationary(block)),
        }
    }

    /// Blocks of one length, in months.
    ///
    /// # Errors
    ///
    /// [`StudyError::BlockLength`] for 0 months.
    pub fn blocks(months: u32) -> Result<Self, StudyError> {
        if months == 0 { Err(StudyError::BlockLength { length: 0.0 }) } else { Ok(Self::Blocks(months)) }
    }
}
