use crate::{DatedAmount, MetricsError, Undefined, error::finite};

/// The modified Dietz return of a period, a fraction: the gain over the capital that worked, each flow weighted by the days it
/// was there.
///
/// ```text
/// (V1 − V0 − Σ F_i) / (V0 + Σ F_i · (D − d_i)/D)        D days in the period, d_i days until the flow
/// ```
///
/// A flow into the portfolio is positive. Valuations and flows are at the end of their day, so a flow of the last day has a
/// weight of 0, and one of the first day is in V0 already. The return is that of the period and is not annualised.
///
/// # Errors
///
/// [`MetricsError::NoDays`], [`MetricsError::FlowOutside`] and [`MetricsError::Amount`] with the dates;
/// [`Undefined::NoCapital`] when the mean capital is not above 0: after a large early withdrawal the formula has no meaning.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{DatedAmount, modified_dietz};
/// use chrono::NaiveDate;
/// let june = |day| NaiveDate::from_ymd_opt(2024, 6, day).ok_or("no such day");
/// let may_31 = NaiveDate::from_ymd_opt(2024, 5, 31).ok_or("no such day")?;
/// let (start, end) = (DatedAmount::new(may_31, 500.0), DatedAmount::new(june(30)?, 600.0));
/// // 60 came on the 25th of 30 days: it worked for a sixth of the month.
/// let r = modified_dietz(start, end, &[DatedAmount::new(june(25)?, 60.0)])?;
/// assert!((r - 40.0 / 510.0).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Dietz 1966; Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
pub fn modified_dietz(
    start: DatedAmount,
    end: DatedAmount,
    flows: &[DatedAmount],
) -> Result<f64, MetricsError> {
    let (first, last) = (start.finite()?.date, end.finite()?.date);
    if last <= first {
        return Err(MetricsError::NoDays { first, last });
    }
    let days = (last - first).num_days() as f64;
    let (mut gain, mut capital) = (end.amount - start.amount, start.amount);
    for flow in flows {
        let DatedAmount { date, amount } = flow.finite()?;
        if date <= first || date > last {
            return Err(MetricsError::FlowOutside { date, first, last });
        }
        gain -= amount;
        capital += amount * ((last - date).num_days() as f64 / days);
    }
    if capital.is_nan() || capital == f64::INFINITY {
        return Err(Undefined::TooLarge.into());
    }
    if capital <= 0.0 {
        return Err(Undefined::NoCapital.into());
    }
    Ok(finite(gain / capital)?)
}
