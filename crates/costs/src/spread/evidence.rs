use super::conditions::Conditions;
use super::{DailyBars, Spread, Unmeasured, edge};

/// An EDGE estimate and how sure it is: see [`edge_evidence`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct EdgeEvidence {
    /// The estimate.
    pub spread: Spread,
    /// Its lower 5 % bound, one-sided.
    pub lower_bound: Spread,
    /// The days that it rests on: those with all the prices it takes, on the day and the day before.
    pub observations: usize,
}

impl EdgeEvidence {
    /// The fewest observations that can be accepted: about a month. Ours.
    pub const MIN_OBSERVATIONS: usize = 20;

    /// Whether the spread is there beyond chance: the bound is above 0, from enough observations.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.observations >= Self::MIN_OBSERVATIONS && self.lower_bound.signed() > 0.0
    }
}

/// [`edge`] with the lower 5 % bound of the signed estimate, from the variance of the moment conditions.
///
/// ```text
/// x_t   = w·x1_t + (1 − w)·x2_t                      EDGE's two conditions as it weights them: s² is their mean
/// V     = max(γ_0, γ_0 + 2 Σ_{k ≤ K} (1 − k/(K+1)) γ_k)      γ_k autocovariances of x, K = ⌊4 (n/100)^(2/9)⌋
/// bound = s² − 1.645 · √(V/n), and its root with its sign
/// ```
///
/// The larger of the plain and the autocorrelated variance is the careful one. In simulated prices of 1 % daily volatility
/// and 250 days, the bound is above 0 in 5 of 100 cases without any spread, in 30 with one of 10 basis points and in 83 with
/// one of 20; over 21 days it is in 7 of 100 cases without any.
///
/// # Errors
///
/// As [`edge`].
///
/// # Examples
///
/// ```
/// use allweather_costs::spread::{DailyBars, edge_evidence};
/// let (open, high) = ([100.1, 99.9, 100.6, 101.2], [100.9, 100.7, 101.3, 101.4]);
/// let (low, close) = ([99.5, 99.8, 100.2, 100.4], [99.6, 100.5, 101.2, 100.5]);
/// let evidence = edge_evidence(&DailyBars::new(&open, &high, &low, &close)?)?;
/// assert!(evidence.lower_bound < evidence.spread && !evidence.accepted());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Ours, beside Ardia, Guidotti and Kroencke 2024; the variance is that of Newey and West, *Econometrica*, 1987, and their
/// 1994 rule for K.
pub fn edge_evidence(bars: &DailyBars<'_>) -> Result<EdgeEvidence, Unmeasured> {
    let spread = edge(bars)?;
    let conditions = Conditions::new(*bars)?;
    let weighted = conditions.weighted(*bars)?;
    let errors: Vec<f64> = conditions.days(*bars, weighted).map(|x| x - weighted.square).collect();
    let n = errors.len() as f64;
    let covariance = |lag: usize| {
        let pairs = errors.iter().zip(errors.iter().skip(lag));
        pairs.map(|(before, now)| before * now).sum::<f64>() / n
    };
    let plain = covariance(0);
    // Far below the range of a usize: n is a number of days.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small number, not negative"
    )]
    let lags = (4.0 * (n / 100.0).powf(2.0 / 9.0)).floor() as usize;
    let weight = |lag: usize| 1.0 - lag as f64 / (lags as f64 + 1.0);
    let follows: f64 = (1..=lags).map(|lag| 2.0 * weight(lag) * covariance(lag)).sum();
    let deviation = (plain.max(plain + follows) / n).sqrt();
    Ok(EdgeEvidence {
        spread,
        lower_bound: Spread::from_square(weighted.square - QUANTILE_95 * deviation),
        observations: errors.len(),
    })
}

/// Of the standard normal distribution.
const QUANTILE_95: f64 = 1.644_853_626_951_472_2;
