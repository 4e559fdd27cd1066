use statrs::distribution::{ContinuousCDF, Normal};

use crate::{Excess, MetricsError, Periodicity, Undefined, error::finite, moments::shape, spread::Spread};

/// A Sharpe ratio with what its uncertainty depends on: how many returns it is from, and their shape.
///
/// ```
/// use allweather_metrics::{Hurdle, Periodicity, Returns, SharpeSample, Trials};
/// let returns = Returns::new(Periodicity::Monthly, &[0.02, -0.01, 0.03, 0.01, -0.02, 0.02])?;
/// let sample = SharpeSample::of(&returns.over(Hurdle::Nothing)?)?;
/// // How sure is it that the true ratio is above 0.5 a year?
/// let sure = sample.probabilistic(0.5)?;
/// // And if it is the best of 20 that were tried, whose ratios deviate by 0.4?
/// let deflated = sample.deflated(&Trials::new(20, 0.4)?)?;
/// assert!(deflated < sure && sure < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharpeSample {
    periodicity: Periodicity,
    per_period: f64,
    periods: usize,
    skewness: f64,
    kurtosis_raw: f64,
}

impl SharpeSample {
    /// The sample of a series.
    ///
    /// # Errors
    ///
    /// [`Undefined::TooFew`] with fewer than two returns, [`Undefined::NoVariation`] when they are equal up to rounding,
    /// [`Undefined::TooLarge`] beyond a double.
    pub fn of(excess: &Excess) -> Result<Self, Undefined> {
        let per_period = Spread::of(&excess.values()).ratio()?;
        let (skewness, kurtosis_raw) = shape(&excess.values())?;
        let (periodicity, periods) = (excess.periodicity(), excess.len());
        Ok(Self { periodicity, per_period, periods, skewness, kurtosis_raw })
    }

    /// A sample known by its figures, from a paper or a prospectus.
    ///
    /// `annual` is the Sharpe ratio a year, `periods` how many returns it is from. The kurtosis is raw: 3 for a normal
    /// distribution.
    ///
    /// # Errors
    ///
    /// [`MetricsError::Moments`] when a figure is not finite or the kurtosis is below 1 + skewness², which no sample has;
    /// [`Undefined::TooFew`] with fewer than two periods.
    pub fn from_moments(
        periodicity: Periodicity,
        annual: f64,
        periods: usize,
        skewness: f64,
        kurtosis_raw: f64,
    ) -> Result<Self, MetricsError> {
        let finite = annual.is_finite() && skewness.is_finite() && kurtosis_raw.is_finite();
        // Figures are printed with few digits.
        if !finite || kurtosis_raw < (1.0 + skewness.powi(2)) * (1.0 - 1e-3) {
            return Err(MetricsError::Moments { sharpe: annual, skewness, kurtosis_raw });
        }
        crate::error::at_least(2, periods)?;
        let per_period = annual / periodicity.periods_a_year().sqrt();
        Ok(Self { periodicity, per_period, periods, skewness, kurtosis_raw })
    }

    /// The Sharpe ratio a year.
    #[must_use]
    pub fn annual(&self) -> f64 {
        self.per_period * self.periodicity.periods_a_year().sqrt()
    }

    /// The standard error of [`SharpeSample::annual`].
    ///
    /// ```text
    /// √( (1 − γ3·SR + (γ4 − 1)/4 · SR²) / (n − 1) ) · √p        SR per period, γ3 skewness, γ4 raw kurtosis
    /// ```
    ///
    /// # Errors
    ///
    /// [`Undefined::NoVariance`] when the moments leave none, [`Undefined::TooLarge`] beyond a double.
    ///
    /// # Source
    ///
    /// Mertens 2002; Bailey and López de Prado, *The Sharpe Ratio Efficient Frontier*, 2012.
    pub fn standard_error(&self) -> Result<f64, Undefined> {
        let ratio = self.per_period;
        let variance = 1.0 - self.skewness * ratio + (self.kurtosis_raw - 1.0) / 4.0 * ratio * ratio;
        if variance <= 0.0 {
            return Err(Undefined::NoVariance);
        }
        finite((variance / (self.periods - 1) as f64 * self.periodicity.periods_a_year()).sqrt())
    }

    /// The probabilistic Sharpe ratio: how sure the sample makes it, 0 to 1, that the true ratio is above a benchmark, stated a
    /// year.
    ///
    /// ```text
    /// Φ( (SR − SR0) · √(n − 1) / √(1 − γ3·SR + (γ4 − 1)/4 · SR²) )        SR, SR0 per period; γ4 raw
    /// ```
    ///
    /// # Errors
    ///
    /// As [`SharpeSample::standard_error`]; [`MetricsError::Sharpe`] when the benchmark is not finite.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::{Periodicity, SharpeSample};
    /// // Two years of months at 0.458 a month: fine if they were normal, less so as they are.
    /// let annual = 0.458 * 12.0_f64.sqrt();
    /// let normal = SharpeSample::from_moments(Periodicity::Monthly, annual, 24, 0.0, 3.0)?;
    /// let fund = SharpeSample::from_moments(Periodicity::Monthly, annual, 24, -2.448, 10.164)?;
    /// assert!((normal.probabilistic(0.0)? - 0.982).abs() < 5e-4);
    /// assert!((fund.probabilistic(0.0)? - 0.913).abs() < 5e-4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Source
    ///
    /// Bailey and López de Prado, *The Sharpe Ratio Efficient Frontier*, 2012.
    pub fn probabilistic(&self, benchmark: f64) -> Result<f64, MetricsError> {
        if !benchmark.is_finite() {
            return Err(MetricsError::Sharpe { sharpe: benchmark });
        }
        Ok(Normal::standard().cdf((self.annual() - benchmark) / self.standard_error()?))
    }

    /// The deflated Sharpe ratio: how sure it is, 0 to 1, that the true ratio is above what the best of so many trials without
    /// any skill would show.
    ///
    /// ```text
    /// PSR( SR0 )        SR0 = expected maximum of the trials
    /// ```
    ///
    /// # Errors
    ///
    /// As [`SharpeSample::standard_error`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::num::NonZeroU16;
    /// use allweather_metrics::{Periodicity, SharpeSample, Trials};
    /// let days_a_year = NonZeroU16::new(250).ok_or("no days")?;
    /// let best = SharpeSample::from_moments(Periodicity::Daily { days_a_year }, 2.5, 1250, -3.0, 10.0)?;
    /// // The best of 100, whose ratios have a variance of 1/2 a year.
    /// let deflated = best.deflated(&Trials::new(100, 0.5_f64.sqrt())?)?;
    /// assert!((deflated - 0.9004).abs() < 5e-5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Source
    ///
    /// Bailey and López de Prado, *The Deflated Sharpe Ratio*, 2014.
    pub fn deflated(&self, trials: &Trials) -> Result<f64, MetricsError> {
        self.probabilistic(trials.expected_maximum())
    }
}

/// How much was tried before the best was shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trials {
    count: usize,
    deviation: f64,
}

impl Trials {
    /// So many independent trials, whose annual Sharpe ratios have this standard deviation.
    ///
    /// # Errors
    ///
    /// [`MetricsError::Trials`] without a trial, or unless the deviation is finite and at least 0.
    pub fn new(count: usize, deviation: f64) -> Result<Self, MetricsError> {
        let valid = count >= 1 && deviation.is_finite() && deviation >= 0.0;
        if valid { Ok(Self { count, deviation }) } else { Err(MetricsError::Trials { count, deviation }) }
    }

    /// The trials that have these annual Sharpe ratios; their deviation is that of the sample.
    ///
    /// # Errors
    ///
    /// [`MetricsError::Sharpe`] when one is not finite; [`Undefined::TooFew`] with fewer than two.
    pub fn of(annual_sharpes: &[f64]) -> Result<Self, MetricsError> {
        if let Some(&sharpe) = annual_sharpes.iter().find(|sharpe| !sharpe.is_finite()) {
            return Err(MetricsError::Sharpe { sharpe });
        }
        let deviation = Spread::of(&annual_sharpes.into()).deviation()?;
        Ok(Self { count: annual_sharpes.len(), deviation })
    }

    /// The standard deviation of their annual Sharpe ratios.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        self.deviation
    }

    /// The largest annual Sharpe ratio that so many trials are expected to show when none has any skill.
    ///
    /// ```text
    /// σ · [ (1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N e)) ]        γ = 0.5772…, Euler and Mascheroni
    /// ```
    ///
    /// It is 0 for one trial: nothing was chosen \[our reading\].
    ///
    /// # Source
    ///
    /// Bailey and López de Prado, *The Deflated Sharpe Ratio*, 2014.
    #[must_use]
    pub fn expected_maximum(&self) -> f64 {
        const EULER_MASCHERONI: f64 = 0.577_215_664_901_532_9;
        if self.count == 1 {
            return 0.0;
        }
        let share = 1.0 / self.count as f64;
        // Φ⁻¹(1 − p) = −Φ⁻¹(p), which keeps its digits when p is small.
        let quantile = |p| -Normal::standard().inverse_cdf(p);
        self.deviation
            * ((1.0 - EULER_MASCHERONI) * quantile(share)
                + EULER_MASCHERONI * quantile(share / std::f64::consts::E))
    }
}
