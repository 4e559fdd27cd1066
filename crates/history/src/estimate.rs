//! What each method says of a gap: a conditional mean, and by how much it was off where the value is known.

mod alone;
mod em;
mod forest;
mod regression;
mod stambaugh;

pub(crate) use em::Normal;
pub(crate) use stambaugh::Sequence;

use self::alone::Alone;
pub(crate) use self::regression::{centred, mean, size};
use crate::{
    Method, Refusal,
    sample::{Group, Sample},
};

/// One series in the months of one group.
#[derive(Debug, Clone)]
pub(crate) struct Estimate {
    /// The conditional mean, one for each month of the group.
    pub(crate) mean: Vec<f64>,
    /// Known less estimated from what the group knows, `[periods]`; scaled to the freedom that the fit has left.
    pub(crate) residuals: Vec<Option<f64>>,
    /// 1 less the share of the variance that is left.
    pub(crate) r_squared: f64,
    /// From how many months.
    pub(crate) overlap: usize,
    /// By how many numbers, the intercept included.
    pub(crate) numbers: usize,
}

impl Estimate {
    fn finite(self) -> Result<Self, Refusal> {
        let finite = self.mean.iter().chain(self.residuals.iter().flatten()).all(|value| value.is_finite());
        if finite && self.r_squared.is_finite() { Ok(self) } else { Err(Refusal::NotFinite) }
    }
}

/// A method fitted to a sample.
#[derive(Debug)]
pub(crate) enum Fitted {
    Sequence(Sequence),
    Normal(Result<Normal, Refusal>),
    Alone(Alone),
}

impl Fitted {
    pub(crate) fn of(method: &Method, sample: &Sample, seed: u64) -> Self {
        match method {
            Method::Stambaugh => Self::Sequence(Sequence::of(sample)),
            Method::Em => Self::Normal(Normal::of(sample)),
            Method::Factors { on } => Self::Alone(Alone::on_factors(sample, on)),
            Method::PrincipalComponents { share } => Self::Alone(Alone::on_components(sample, *share)),
            Method::Forest { trees, leaf } => {
                let settings = forest::Settings { trees: (*trees).into(), leaf: (*leaf).into(), seed };
                Self::Alone(Alone::by_forest(sample, &settings))
            }
        }
    }

    /// What it says of a series that is missing in a group.
    pub(crate) fn estimate(
        &self,
        sample: &Sample,
        group: &Group,
        series: usize,
    ) -> Result<Estimate, Refusal> {
        match self {
            Self::Sequence(sequence) => sequence.estimate(group, series),
            Self::Normal(normal) => normal.as_ref().map_err(Clone::clone)?.estimate(sample, group, series),
            Self::Alone(alone) => alone.estimate(group, series),
        }?
        .finite()
    }
}
