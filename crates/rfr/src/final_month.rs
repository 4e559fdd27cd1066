use serde::{Deserialize, Serialize};

use crate::RfrError;

/// The month, 1 to 12, at whose end the rate of the year before is fixed.
///
/// ```
/// use allweather_rfr::FinalMonth;
/// assert_eq!(FinalMonth::new(3)?, FinalMonth::MARCH);
/// assert!(FinalMonth::new(13).is_err());
/// # Ok::<(), allweather_rfr::RfrError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct FinalMonth(u8);

impl FinalMonth {
    /// March, as published.
    pub const MARCH: Self = Self(3);

    /// Month `number`.
    ///
    /// # Errors
    ///
    /// [`RfrError::FinalMonth`] when it is not 1 to 12.
    pub fn new(number: u8) -> Result<Self, RfrError> {
        if (1..=12).contains(&number) { Ok(Self(number)) } else { Err(RfrError::FinalMonth { number }) }
    }

    /// The number, 1 to 12.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for FinalMonth {
    type Error = RfrError;
    fn try_from(number: u8) -> Result<Self, Self::Error> {
        Self::new(number)
    }
}

impl From<FinalMonth> for u8 {
    fn from(month: FinalMonth) -> Self {
        month.0
    }
}
