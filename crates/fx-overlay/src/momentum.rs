use serde::{Deserialize, Serialize};

use crate::{FxError, Missing, Pair, Signal};

/// What holding the currency forward has earned over the last months: the mean over several horizons.
///
/// ```text
/// m_h      = Π_{k=0..h−1} (1 + x_{t−k}) − 1        x: excess return of a month, Pair::excess_return
/// momentum = mean of m_h over the horizons h (1, 3 and 12 months)
/// ```
///
/// ```
/// use allweather_fx_overlay::Momentum;
/// assert_eq!(Momentum::default(), Momentum::new(&[1, 3, 12])?);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
///
/// # Source
///
/// Menkhoff, Sarno, Schmeling and Schrimpf (2012), *Currency Momentum Strategies*, who sort by excess returns over such
/// horizons one at a time; that a horizon is compounded and that the horizons are averaged as they are, without bringing
/// them to one length, is \[our reading\] of published method, §6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Momentum {
    // Increasing.
    horizons: Vec<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    horizons: Vec<u16>,
}

impl Momentum {
    /// Over horizons in months, in any order.
    ///
    /// # Errors
    ///
    /// [`FxError::Empty`] without a horizon, [`FxError::Months`] when one is not 1 to 600 or appears twice.
    pub fn new(horizons: &[u16]) -> Result<Self, FxError> {
        let mut horizons = horizons.to_vec();
        horizons.sort_unstable();
        let mut before = None;
        for &months in &horizons {
            if !(1..=600).contains(&months) || before == Some(months) {
                let rule = "1 to 600, each horizon once";
                return Err(FxError::Months { what: "horizon of momentum", months: months.into(), rule });
            }
            before = Some(months);
        }
        if horizons.is_empty() {
            return Err(FxError::Empty { what: "horizons of momentum" });
        }
        Ok(Self { horizons })
    }

    /// The horizons in months, increasing.
    #[must_use]
    pub fn horizons(&self) -> &[u16] {
        &self.horizons
    }
}

impl Default for Momentum {
    /// 1, 3 and 12 months.
    fn default() -> Self {
        Self { horizons: vec![1, 3, 12] }
    }
}

impl TryFrom<Fields> for Momentum {
    type Error = FxError;
    fn try_from(fields: Fields) -> Result<Self, FxError> {
        Self::new(&fields.horizons)
    }
}

impl Signal for Momentum {
    fn value(&self, pair: &Pair<'_>) -> Result<f64, Missing> {
        let longest = self.horizons.iter().copied().max().unwrap_or_default();
        // Oldest first: a short history then says how many months are needed in all.
        pair.spot(longest.into())?;
        let (mut growth, mut sum) = (1.0, 0.0);
        for months in 1..=longest {
            growth *= 1.0 + pair.excess_return(usize::from(months) - 1)?;
            if self.horizons.contains(&months) {
                sum += growth - 1.0;
            }
        }
        Ok(sum / self.horizons.len() as f64)
    }

    fn name(&self) -> &'static str {
        "momentum"
    }
}
