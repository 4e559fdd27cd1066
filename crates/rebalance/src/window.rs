use allweather_market::ReturnCurrency;
use allweather_metrics::MetricsError;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::{Decision, Reason, RebalanceError, Rebalancer, Review, Rule, Targets, door};

/// The past returns that a rule measures: the newest of them, in a stated currency.
///
/// A period is that from one date of the price panel to the next: a month or a day. What counts are periods in which every asset that is
/// held or has a target has a return, so the count starts again when an asset begins, or after a gap. Where fewer than `least` are
/// there, the rule says of which asset, and holds or leaves it to the rule within it.
///
/// ```
/// use allweather_market::ReturnCurrency;
/// use allweather_rebalance::Window;
/// let window = Window::new(24, 60, ReturnCurrency::Base)?;
/// assert_eq!(serde_json::from_str::<Window>(r#"{"least":24,"most":60}"#)?, window);
/// assert!(serde_json::from_str::<Window>(r#"{"least":24,"most":12}"#).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Window {
    least: usize,
    most: usize,
    currency: ReturnCurrency,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    least: usize,
    most: usize,
    #[serde(default)]
    currency: ReturnCurrency,
}

impl Window {
    /// At least `least` periods, 2 or more, and at most `most`.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when `least` is below 2 (one return has no spread) or `most` below `least`.
    pub fn new(least: usize, most: usize, currency: ReturnCurrency) -> Result<Self, RebalanceError> {
        if least < 2 {
            let rule = "2 or more periods";
            return Err(RebalanceError::Setting { what: "least of a window", value: least.into(), rule });
        }
        if most < least {
            let rule = "at least as many periods as its least";
            return Err(RebalanceError::Setting { what: "most of a window", value: most.into(), rule });
        }
        Ok(Self { least, most, currency })
    }

    /// How many periods it takes.
    #[must_use]
    pub fn least(&self) -> usize {
        self.least
    }

    /// How many periods it takes at most.
    #[must_use]
    pub fn most(&self) -> usize {
        self.most
    }

    /// The currency that returns are measured in.
    #[must_use]
    pub fn currency(&self) -> ReturnCurrency {
        self.currency
    }

    /// The returns of the assets, `[periods, assets]`, oldest first.
    pub(crate) fn returns(&self, review: &Review<'_>) -> Result<Array2<f64>, Unmeasured> {
        check("target weight", "targets", review.targets, review.weights.len())?;
        check("weight", "weights", review.weights, review.targets.len())?;
        review.returns(self.least, self.most, self.currency).ok_or_else(|| {
            let shortest = review.shortest(self.most, self.currency);
            let (position, found) =
                (shortest.map(|(asset, _)| asset), shortest.map_or(0, |(_, found)| found));
            Unmeasured::Answer(Reason::TooShort { position, found, needed: self.least })
        })
    }
}

/// A review is made by anyone: what is measured must be as many numbers as there are assets.
fn check(
    one: &'static str,
    all: &'static str,
    values: &[f64],
    expected: usize,
) -> Result<(), RebalanceError> {
    door::as_long(all, values.len(), expected)?;
    door::each(one, values, "finite", f64::is_finite)
}

impl TryFrom<Wire> for Window {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::new(wire.least, wire.most, wire.currency)
    }
}

impl From<Window> for Wire {
    fn from(window: Window) -> Self {
        Self { least: window.least, most: window.most, currency: window.currency }
    }
}

/// Why a rule has nothing to go by: an answer, with which it holds, or a mistake, which stops the run.
pub(crate) enum Unmeasured {
    Answer(Reason),
    Mistake(RebalanceError),
}

impl Unmeasured {
    /// The decision of another rule, because of this.
    pub(crate) fn leaves_it_to(
        self,
        rule: &Rule,
        review: &Review<'_>,
        targets: &mut Targets,
    ) -> Result<Decision, RebalanceError> {
        match self {
            Self::Answer(why) => {
                let why = Box::new(why);
                Ok(rule.decide(review, targets)?.because(|reason| Reason::Unmeasured { why, reason }))
            }
            Self::Mistake(error) => Err(error),
        }
    }

    pub(crate) fn decision(self) -> Result<Decision, RebalanceError> {
        match self {
            Self::Answer(reason) => Ok(Decision::Hold(reason)),
            Self::Mistake(error) => Err(error),
        }
    }
}

impl From<RebalanceError> for Unmeasured {
    fn from(error: RebalanceError) -> Self {
        Self::Mistake(error)
    }
}

impl From<MetricsError> for Unmeasured {
    fn from(error: MetricsError) -> Self {
        match error {
            MetricsError::Undefined(why) => Self::Answer(Reason::NoMeasure(why)),
            mistake => Self::Mistake(mistake.into()),
        }
    }
}
