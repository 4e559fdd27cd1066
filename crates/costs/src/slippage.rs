use serde::{Deserialize, Serialize};

use crate::CostsError;
use crate::estimate::slippage_rate;

/// How slippage follows volatility.
///
/// ```text
/// slippage = max(base, base · min(σ_now / σ_long-run, cap)^β)
/// ```
///
/// β = 1 and a cap of 4 by default. Without both volatilities, or with a long-run volatility of 0, the ratio is 1, and the
/// answer says so.
///
/// ```
/// use allweather_costs::{RatioBasis, SlippageRule};
/// let stirred = SlippageRule::default().slippage(0.0005, Some(0.27), Some(0.15))?;
/// assert!((stirred.rate - 0.0009).abs() < 1e-12);
/// assert_eq!(stirred.basis, RatioBasis::Measured);
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
///
/// # Source
///
/// Published method, §4, for the maximum. The power law, β and the cap are `[our reading]`: the text only says "corrected
/// for market volatility". β = 2/3 is what the volatility-over-volume estimator of Fong, Holden and Tobek implies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SlippageRuleWire")]
pub struct SlippageRule {
    exponent: f64,
    ratio_cap: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SlippageRuleWire {
    exponent: f64,
    ratio_cap: f64,
}

impl Default for SlippageRuleWire {
    fn default() -> Self {
        let SlippageRule { exponent, ratio_cap } = SlippageRule::default();
        Self { exponent, ratio_cap }
    }
}

impl TryFrom<SlippageRuleWire> for SlippageRule {
    type Error = CostsError;
    fn try_from(wire: SlippageRuleWire) -> Result<Self, CostsError> {
        Self::new(wire.exponent, wire.ratio_cap)
    }
}

impl Default for SlippageRule {
    fn default() -> Self {
        Self { exponent: 1.0, ratio_cap: 4.0 }
    }
}

/// What the ratio of volatilities rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RatioBasis {
    /// Both volatilities.
    Measured,
    /// Both, and their ratio was above the cap.
    Capped,
    /// One of them is missing: the ratio is taken as 1.
    Missing,
    /// The long-run volatility is 0: the ratio is taken as 1.
    NoLongRun,
}

/// Slippage one way, and how it came about.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Slippage {
    /// Fraction of traded value; never below the base.
    pub rate: f64,
    /// The ratio of volatilities that was used.
    pub ratio: f64,
    /// What that ratio rests on.
    pub basis: RatioBasis,
}

impl SlippageRule {
    /// The rule with another exponent β and another cap on the ratio of volatilities.
    ///
    /// # Errors
    ///
    /// [`CostsError::Number`] when the exponent is not in 0..=4 or the cap not in 1..=100.
    pub fn new(exponent: f64, ratio_cap: f64) -> Result<Self, CostsError> {
        if !(0.0..=4.0).contains(&exponent) {
            let (what, rule) = ("the volatility exponent", "must be in 0..=4");
            return Err(CostsError::Number { what, value: exponent, rule });
        }
        if !(1.0..=100.0).contains(&ratio_cap) {
            let (what, rule) = ("the cap of the volatility ratio", "must be in 1..=100");
            return Err(CostsError::Number { what, value: ratio_cap, rule });
        }
        Ok(Self { exponent, ratio_cap })
    }

    /// β: how strongly slippage follows volatility; 0 is not at all.
    #[must_use]
    pub const fn exponent(&self) -> f64 {
        self.exponent
    }

    /// The largest ratio of volatilities that counts.
    #[must_use]
    pub const fn ratio_cap(&self) -> f64 {
        self.ratio_cap
    }

    /// Slippage one way, from the base (a fraction) and the volatilities (in any one unit).
    ///
    /// # Errors
    ///
    /// [`CostsError::Number`] when the base is not in 0..=1, or a volatility negative or not finite.
    pub fn slippage(
        &self,
        base: f64,
        now: Option<f64>,
        long_run: Option<f64>,
    ) -> Result<Slippage, CostsError> {
        if !(0.0..=1.0).contains(&base) {
            return Err(CostsError::Number {
                what: "the base slippage",
                value: base,
                rule: "must be in 0..=1",
            });
        }
        let now = volatility("the volatility now", now)?;
        Ok(self.unchecked(base, now, volatility("the long-run volatility", long_run)?))
    }

    /// The same of numbers that were checked when they came in.
    #[inline]
    pub(crate) fn unchecked(&self, base: f64, now: Option<f64>, long_run: Option<f64>) -> Slippage {
        let (ratio, basis) = match (now, long_run) {
            (Some(_), Some(long_run)) if long_run <= 0.0 => (1.0, RatioBasis::NoLongRun),
            (Some(now), Some(long_run)) if now / long_run > self.ratio_cap => {
                (self.ratio_cap, RatioBasis::Capped)
            }
            (Some(now), Some(long_run)) => (now / long_run, RatioBasis::Measured),
            _ => (1.0, RatioBasis::Missing),
        };
        // Up to a ratio of 1 the base is the maximum: half of all days need no power.
        let adjusted = if ratio > 1.0 { base * ratio.powf(self.exponent) } else { base };
        Slippage { rate: slippage_rate(base, adjusted), ratio, basis }
    }
}

pub(crate) fn volatility(what: &'static str, value: Option<f64>) -> Result<Option<f64>, CostsError> {
    match value {
        Some(value) if !(value.is_finite() && value >= 0.0) => {
            Err(CostsError::Number { what, value, rule: "must be finite and not negative" })
        }
        _ => Ok(value),
    }
}
