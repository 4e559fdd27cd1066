use chrono::NaiveDate;
use serde::Serialize;

use crate::Periodicity;

/// Why numbers were refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// A return is infinite or not a number.
    #[error("the return in period {period} (from 0) is {value}, which is not finite")]
    #[non_exhaustive]
    NotFinite {
        /// The period, from 0.
        period: usize,
        /// The refused value.
        value: f64,
    },
    /// A return below −1 loses more than there is.
    #[error("the return {value} in period {period} (from 0) is below -1: it loses more than there is")]
    #[non_exhaustive]
    BelowTotalLoss {
        /// The period, from 0.
        period: usize,
        /// The refused value, a fraction.
        value: f64,
    },
    /// A number among many paths or rules is infinite or not a number.
    #[error("the number in row {row}, period {period} (both from 0) is {value}, which is not finite")]
    #[non_exhaustive]
    NotFiniteInRow {
        /// The path or rule, from 0.
        row: usize,
        /// The period, from 0.
        period: usize,
        /// The refused value.
        value: f64,
    },
    /// A return among many paths is below −1.
    #[error("the return {value} of path {row} in period {period} (both from 0) is below -1")]
    #[non_exhaustive]
    BelowTotalLossInRow {
        /// The path, from 0.
        row: usize,
        /// The period, from 0.
        period: usize,
        /// The refused value, a fraction.
        value: f64,
    },
    /// Two series that belong together have different lengths.
    #[error("a series of {found} periods stands beside one of {expected}")]
    #[non_exhaustive]
    Lengths {
        /// The periods of the series that was there first.
        expected: usize,
        /// The periods of the other.
        found: usize,
    },
    /// Two series that belong together have periods of different length.
    #[error("a series of period {found:?} stands beside one of period {expected:?}")]
    #[non_exhaustive]
    Periodicities {
        /// The periodicity of the series that was there first.
        expected: Periodicity,
        /// That of the other.
        found: Periodicity,
    },
    /// A rate that is not a finite number above −1.
    #[error("a rate of {rate} is not a finite number above -1")]
    #[non_exhaustive]
    Rate {
        /// The refused rate, a fraction.
        rate: f64,
    },
    /// A tail that is not a share above 0 and up to one half.
    #[error("a tail of {fraction} is not above 0 and at most 0.5: the worst 5 % are a tail of 0.05")]
    #[non_exhaustive]
    Tail {
        /// The refused share.
        fraction: f64,
    },
    /// A bootstrap without draws.
    #[error("a bootstrap of 0 draws: it takes 1 or more")]
    NoDraws,
    /// A mean block length below 1, infinite or not a number.
    #[error("a mean block length of {length} is not a number of 1 or more")]
    #[non_exhaustive]
    BlockLength {
        /// The refused length, in periods.
        length: f64,
    },
    /// Moments that no sample has.
    #[error(
        "no sample has a Sharpe ratio of {sharpe}, a skewness of {skewness} and a raw kurtosis of {kurtosis_raw}: \
         they are finite, and the kurtosis is at least 1 + skewness²"
    )]
    #[non_exhaustive]
    Moments {
        /// The Sharpe ratio.
        sharpe: f64,
        /// The skewness.
        skewness: f64,
        /// The raw kurtosis: 3 for a normal distribution.
        kurtosis_raw: f64,
    },
    /// A number of trials below 1, or a deviation of their Sharpe ratios that is negative or not finite.
    #[error(
        "{count} trials whose Sharpe ratios deviate by {deviation}: it takes 1 or more, and a finite number from 0 up"
    )]
    #[non_exhaustive]
    Trials {
        /// How many there are.
        count: usize,
        /// The deviation of their Sharpe ratios.
        deviation: f64,
    },
    /// An annual Sharpe ratio that is infinite or not a number.
    #[error("a Sharpe ratio of {sharpe} is not finite")]
    #[non_exhaustive]
    Sharpe {
        /// The refused ratio.
        sharpe: f64,
    },
    /// An amount that is infinite or not a number.
    #[error("the amount of {date} is {amount}, which is not finite")]
    #[non_exhaustive]
    Amount {
        /// Its day.
        date: NaiveDate,
        /// The refused amount.
        amount: f64,
    },
    /// A period that ends on the day it begins, or before.
    #[error("a period from {first} to {last} has no days")]
    #[non_exhaustive]
    NoDays {
        /// The day it begins.
        first: NaiveDate,
        /// The day it ends.
        last: NaiveDate,
    },
    /// A flow that is not within the period.
    #[error("the flow of {date} is not after {first} and at the latest on {last}")]
    #[non_exhaustive]
    FlowOutside {
        /// The day of the flow.
        date: NaiveDate,
        /// The day the period begins; a flow of that day is in the first value already.
        first: NaiveDate,
        /// The day it ends.
        last: NaiveDate,
    },
    /// There are no assets.
    #[error("there are no assets: it takes 1 or more")]
    NoAssets,
    /// A return among many assets is infinite or not a number.
    #[error("the return of asset {asset} in period {period} (both from 0) is {value}, which is not finite")]
    #[non_exhaustive]
    NotFiniteOfAsset {
        /// The asset, from 0.
        asset: usize,
        /// The period, from 0.
        period: usize,
        /// The refused value.
        value: f64,
    },
    /// A matrix that should be square.
    #[error("a covariance matrix of {rows} rows and {columns} columns")]
    #[non_exhaustive]
    NotSquare {
        /// How many rows it has.
        rows: usize,
        /// How many columns it has.
        columns: usize,
    },
    /// An entry that no covariance matrix has.
    #[error("the covariance {value} of assets {row} and {column} (from 0) is not {rule}")]
    #[non_exhaustive]
    Covariance {
        /// One asset, from 0.
        row: usize,
        /// The other.
        column: usize,
        /// The refused value.
        value: f64,
        /// What is allowed.
        rule: &'static str,
    },
    /// An asset that there is not.
    #[error("there is no asset {asset} (from 0) among {assets}")]
    #[non_exhaustive]
    NoSuchAsset {
        /// The asset, from 0.
        asset: usize,
        /// How many there are.
        assets: usize,
    },
    /// Weights that are more or fewer than the assets.
    #[error("{found} weights for {expected} assets")]
    #[non_exhaustive]
    Weights {
        /// How many assets there are.
        expected: usize,
        /// How many weights.
        found: usize,
    },
    /// A weight that is infinite or not a number.
    #[error("the weight {value} of asset {asset} (from 0) is not finite")]
    #[non_exhaustive]
    Weight {
        /// The asset, from 0.
        asset: usize,
        /// The refused weight.
        value: f64,
    },
    /// Risk budgets that are more or fewer than the assets, or not the whole of the risk.
    #[error(
        "{found} risk budgets that add up to {sum}, for {assets} assets: it takes one each, and together 1"
    )]
    #[non_exhaustive]
    Budgets {
        /// How many assets there are.
        assets: usize,
        /// How many budgets.
        found: usize,
        /// What the budgets add up to.
        sum: f64,
    },
    /// A risk budget that is negative, infinite or not a number.
    #[error("the risk budget {value} of asset {asset} (from 0) is not a number of 0 or more")]
    #[non_exhaustive]
    Budget {
        /// The asset, from 0.
        asset: usize,
        /// The refused budget.
        value: f64,
    },
    /// A correlation and a number of deviations for which there is no exceedance correlation.
    #[error(
        "no exceedance correlation for a correlation of {correlation} at {deviations} deviations: these are in -0.9..=1 and in 0..=3"
    )]
    #[non_exhaustive]
    Exceedance {
        /// The correlation.
        correlation: f64,
        /// How many deviations below the mean.
        deviations: f64,
    },
    /// The numbers are in order, and there is no such measure.
    #[error(transparent)]
    Undefined(#[from] Undefined),
}

/// Why a series has no such measure: an answer, not a mistake.
///
/// On the wire `"no_variation"` or `{"too_few":{"needed":2,"found":1}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Undefined {
    /// The series is too short.
    #[error("it takes {needed} returns or more, there are {found}")]
    #[non_exhaustive]
    TooFew {
        /// How many it takes.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// The measure is beyond the range of a double.
    #[error("it is too large for a double")]
    TooLarge,
    /// The numbers are all equal, or differ by no more than rounding: nothing to divide by.
    #[error("the returns do not vary")]
    NoVariation,
    /// No period is below the hurdle by more than rounding.
    #[error("no period is below the hurdle")]
    NoDownside,
    /// Wealth never fell by more than rounding.
    #[error("wealth never fell")]
    NoDrawdown,
    /// The quantile to divide by is 0.
    #[error("the lower quantile is 0")]
    NoLowerTail,
    /// An estimated variance is not above 0: the series is too short for its autocorrelation or its moments.
    #[error("the estimated variance is not above 0")]
    NoVariance,
    /// The capital that worked, in the mean over the period, is not above 0.
    #[error("the mean capital is not above 0")]
    NoCapital,
    /// Flows that all have one sign: no rate discounts them to 0.
    #[error("the flows are never both paid and received: no rate discounts them to 0")]
    NoSignChange,
    /// More than one rate discounts the flows to 0, and none is the right one.
    #[error("{found} rates or more discount the flows to 0")]
    #[non_exhaustive]
    SeveralRates {
        /// How many are known; a rate that the value touches without crossing counts twice.
        found: usize,
    },
    /// No rate above −100 % discounts the flows to 0, although there are flows of both signs.
    #[error("no rate above -100 % discounts the flows to 0")]
    NoRate,
    /// An asset does not vary, and something is to be divided by its deviation.
    #[error("asset {asset} (from 0) does not vary")]
    #[non_exhaustive]
    NoVariationOf {
        /// The asset, from 0.
        asset: usize,
    },
    /// Weights that never settle: the assets hedge one another to no risk at all, or nearly.
    #[error("the weights do not settle in {sweeps} sweeps: the assets hedge one another")]
    #[non_exhaustive]
    NotSettled {
        /// How many sweeps were made.
        sweeps: usize,
    },
}

/// The number, unless it is beyond a double.
pub(crate) fn finite(value: f64) -> Result<f64, Undefined> {
    if value.is_finite() { Ok(value) } else { Err(Undefined::TooLarge) }
}

pub(crate) fn at_least(needed: usize, found: usize) -> Result<(), Undefined> {
    if found < needed { Err(Undefined::TooFew { needed, found }) } else { Ok(()) }
}
