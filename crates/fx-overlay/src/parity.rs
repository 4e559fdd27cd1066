use crate::FxError;

/// The forward price of a foreign currency by covered interest parity with a basis, in base currency per unit.
///
/// ```text
/// F = S · (1 + (i_base + b)·τ) / (1 + i_foreign·τ)
/// ```
///
/// | argument | unit |
/// |---|---|
/// | `spot` | base currency per unit of foreign currency |
/// | `base_rate`, `foreign_rate` | simple short rates, fractions a year |
/// | `basis` | cross-currency basis on the base currency, fraction a year; negative makes hedging dearer |
/// | `year_fraction` | length of the forward in years; a month is 1/12 |
///
/// ```
/// let forward = allweather_fx_overlay::forward(150.0, 0.005, 0.045, 0.0, 1.0 / 12.0)?;
/// assert!((forward - 149.501_867_995_0).abs() < 1e-9);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
///
/// # Errors
///
/// [`FxError::Value`] when the spot or the year fraction is not positive, a rate is so negative that money would not grow to
/// a positive amount, or the price does not fit a double.
///
/// # Source
///
/// Du, Tepper and Verdelhan (2018), *Deviations from Covered Interest Rate Parity*; simple rates over τ = 1/12 are \[our
/// reading\] of the published method, which names no convention.
pub fn forward(
    spot: f64,
    base_rate: f64,
    foreign_rate: f64,
    basis: f64,
    year_fraction: f64,
) -> Result<f64, FxError> {
    positive("spot", spot)?;
    positive("year fraction", year_fraction)?;
    for (what, rate) in [("base rate", base_rate), ("foreign rate", foreign_rate), ("basis", basis)] {
        FxError::unless(true, what, rate, "a finite fraction a year")?;
    }
    let base_growth = 1.0 + (base_rate + basis) * year_fraction;
    let foreign_growth = 1.0 + foreign_rate * year_fraction;
    positive("growth of base money", base_growth)?;
    positive("growth of foreign money", foreign_growth)?;
    positive("forward", spot * (base_growth / foreign_growth))
}

/// What selling a currency forward costs a year, as a fraction of the amount hedged; negative when it earns.
///
/// ```text
/// cost = (S − F) / S / τ
/// ```
///
/// ```
/// let cost = allweather_fx_overlay::hedge_cost_per_year(150.0, 149.501_867_995_0, 1.0 / 12.0)?;
/// assert!((cost - 0.039_850_560_4).abs() < 1e-9);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
///
/// # Errors
///
/// [`FxError::Value`] when an argument is not positive and finite, or the cost does not fit a double.
///
/// # Source
///
/// Published method, §6: the hedge costs the interest differential.
pub fn hedge_cost_per_year(spot: f64, forward: f64, year_fraction: f64) -> Result<f64, FxError> {
    positive("spot", spot)?;
    positive("forward", forward)?;
    positive("year fraction", year_fraction)?;
    finite("hedge cost", (spot - forward) / spot / year_fraction)
}

/// Profit of a forward sale of `amount` units of foreign currency, in base currency: the amount is fixed when the forward is
/// opened.
///
/// ```text
/// P = A0 · (F0 − S1)
/// ```
///
/// ```
/// let profit = allweather_fx_overlay::short_forward_profit(1000.0, 149.5, 147.0)?;
/// assert_eq!(profit, 2500.0);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
///
/// # Errors
///
/// [`FxError::Value`] when the amount is not finite, a price is not positive, or the profit does not fit a double.
///
/// # Source
///
/// Published method, §6 (the hedge); the arithmetic of a forward.
pub fn short_forward_profit(amount: f64, forward: f64, later_spot: f64) -> Result<f64, FxError> {
    finite("amount", amount)?;
    positive("forward", forward)?;
    positive("later spot", later_spot)?;
    finite("profit", amount * (forward - later_spot))
}

/// Base-currency return of a foreign asset of which `ratio` of the opening value was sold forward.
///
/// ```text
/// R = (1 + r)·S1/S0 − 1 − η·(S1/S0 − F0/S0)
///   = r + (F0 − S0)/S0 + r·(S1/S0 − 1)          when η = 1
/// ```
///
/// The last term stays even in a full hedge: the gain of the month was not there to be sold at its beginning.
///
/// ```
/// # use allweather_fx_overlay::hedged_return;
/// let hedged = hedged_return(0.02, 150.0, 149.501_867_995_0, 147.0, 1.0)?;
/// assert!((hedged - 0.016_279_120_0).abs() < 1e-9);
/// let unhedged = hedged_return(0.02, 150.0, 149.501_867_995_0, 147.0, 0.0)?;
/// assert!((unhedged + 0.000_4).abs() < 1e-12);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
///
/// # Errors
///
/// [`FxError::Value`] when the return in the asset's own currency is below −1 or not finite, a price is not positive, the
/// ratio is not in 0..=1, or the return does not fit a double.
///
/// # Source
///
/// Published method, §6: everything foreign is hedged (ratio 1). That the amount is fixed at the opening value is \[our
/// reading\].
pub fn hedged_return(
    local_return: f64,
    spot: f64,
    forward: f64,
    later_spot: f64,
    ratio: f64,
) -> Result<f64, FxError> {
    FxError::unless(local_return >= -1.0, "local return", local_return, "a finite fraction, at least -1")?;
    positive("spot", spot)?;
    positive("forward", forward)?;
    positive("later spot", later_spot)?;
    FxError::unless((0.0..=1.0).contains(&ratio), "hedge ratio", ratio, "in 0..=1")?;
    let unhedged = (1.0 + local_return) * (later_spot / spot) - 1.0;
    finite("hedged return", unhedged + ratio * -long_forward_return(spot, forward, later_spot))
}

/// Return of holding a unit of base currency's worth forward: `S1/S0 − F0/S0`.
///
/// One formula for the hedge, the overlay and the momentum signal.
pub(crate) fn long_forward_return(spot: f64, forward: f64, later_spot: f64) -> f64 {
    (later_spot - forward) / spot
}

pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, FxError> {
    FxError::unless(value > 0.0, what, value, "a positive finite number")
}

pub(crate) fn finite(what: &'static str, value: f64) -> Result<f64, FxError> {
    FxError::unless(true, what, value, "a finite number")
}
