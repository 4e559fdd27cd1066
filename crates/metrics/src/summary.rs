use serde::Serialize;

use crate::{
    Drawdown, Hurdle, MetricsError, Periodicity, Returns, Tail, Undefined, annual_return_arithmetic,
    annual_return_geometric, calmar, downside_deviation, expected_shortfall, kurtosis_excess,
    longest_drawdown, max_drawdown, omega, pain_index, sharpe, sharpe_autocorrelated, skewness, sortino,
    tail_ratio, ulcer_index, value_at_risk, volatility,
};

/// All measures of one series, each a number or the reason why there is none, with how much of the series is estimated.
///
/// A measure is what the function of its name answers. Tails are of 5 %. On the wire a measure is `{"Ok":0.07}` or
/// `{"Err":"no_variation"}`.
///
/// ```
/// use allweather_metrics::{Hurdle, Periodicity, Returns, Summary, Undefined};
/// let returns = Returns::new(Periodicity::Monthly, &[0.01; 24])?;
/// let backfilled: Vec<bool> = (0..24).map(|month| month < 6).collect();
/// let returns = returns.with_estimated(&backfilled)?;
///
/// let summary = Summary::of(&returns, Hurdle::Nothing)?;
/// assert_eq!(summary.sharpe, Err(Undefined::NoVariation));
/// assert_eq!(summary.estimated_share, Some(0.25));
/// # Ok::<(), allweather_metrics::MetricsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// How long the periods are.
    pub periodicity: Periodicity,
    /// How many there are.
    pub periods: usize,
    /// The share of periods whose return is estimated; `None` when nobody said.
    pub estimated_share: Option<f64>,
    /// [`annual_return_arithmetic`].
    pub annual_return_arithmetic: Result<f64, Undefined>,
    /// [`annual_return_geometric`].
    pub annual_return_geometric: Result<f64, Undefined>,
    /// [`volatility`].
    pub volatility: Result<f64, Undefined>,
    /// [`sharpe`] over the hurdle.
    pub sharpe: Result<f64, Undefined>,
    /// [`sharpe_autocorrelated`] over the hurdle.
    pub sharpe_autocorrelated: Result<f64, Undefined>,
    /// [`downside_deviation`] below the hurdle.
    pub downside_deviation: Result<f64, Undefined>,
    /// [`sortino`] over the hurdle.
    pub sortino: Result<f64, Undefined>,
    /// [`omega`] over the hurdle.
    pub omega: Result<f64, Undefined>,
    /// [`max_drawdown`].
    pub max_drawdown: Result<Drawdown, Undefined>,
    /// [`longest_drawdown`].
    pub longest_drawdown: Result<Drawdown, Undefined>,
    /// [`calmar`].
    pub calmar: Result<f64, Undefined>,
    /// [`ulcer_index`].
    pub ulcer_index: Result<f64, Undefined>,
    /// [`pain_index`].
    pub pain_index: Result<f64, Undefined>,
    /// [`value_at_risk`] of 5 %.
    pub value_at_risk: Result<f64, Undefined>,
    /// [`expected_shortfall`] of 5 %.
    pub expected_shortfall: Result<f64, Undefined>,
    /// [`tail_ratio`] of 5 %.
    pub tail_ratio: Result<f64, Undefined>,
    /// [`skewness`].
    pub skewness: Result<f64, Undefined>,
    /// [`kurtosis_excess`].
    pub kurtosis_excess: Result<f64, Undefined>,
}

impl Summary {
    /// All measures of a series over a hurdle.
    ///
    /// # Errors
    ///
    /// As [`Returns::over`], when the hurdle does not go with the series.
    pub fn of(returns: &Returns<'_>, hurdle: Hurdle<'_>) -> Result<Self, MetricsError> {
        let excess = returns.over(hurdle)?;
        Ok(Self {
            periodicity: returns.periodicity(),
            periods: returns.len(),
            estimated_share: returns.estimated_share(),
            annual_return_arithmetic: annual_return_arithmetic(returns),
            annual_return_geometric: annual_return_geometric(returns),
            volatility: volatility(returns),
            sharpe: sharpe(&excess),
            sharpe_autocorrelated: sharpe_autocorrelated(&excess),
            downside_deviation: downside_deviation(&excess),
            sortino: sortino(&excess),
            omega: omega(&excess),
            max_drawdown: max_drawdown(returns),
            longest_drawdown: longest_drawdown(returns),
            calmar: calmar(returns),
            ulcer_index: ulcer_index(returns),
            pain_index: pain_index(returns),
            value_at_risk: value_at_risk(returns, Tail::FIVE_PERCENT),
            expected_shortfall: expected_shortfall(returns, Tail::FIVE_PERCENT),
            tail_ratio: tail_ratio(returns, Tail::FIVE_PERCENT),
            skewness: skewness(returns),
            kurtosis_excess: kurtosis_excess(returns),
        })
    }
}
