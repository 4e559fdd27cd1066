use allweather_core::{Overflow, Rate};
use rust_decimal::Decimal;

use super::{ComparisonRules, FillsError};

/// A base of slippage that what was seen speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suggestion {
    /// The base, one way.
    pub base: Rate,
    /// How many orders with arrival prices it rests on.
    pub orders: usize,
    /// What it is.
    pub evidence: Evidence,
}

/// What a suggested base rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// The quantile of the realised slippages: there were enough orders.
    Quantile,
    /// The largest of them, and the present base where that is higher: there were too few orders for less.
    Largest,
}

/// Why no base is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoSuggestion {
    /// Not one order has an arrival price.
    NoArrivalPrices,
}

/// The base that these slippages of calm markets (realised, divided by the factor of volatility) speak for.
pub(super) fn suggested(
    mut seen: Vec<Decimal>,
    present: Rate,
    rules: &ComparisonRules,
) -> Result<Result<Suggestion, NoSuggestion>, FillsError> {
    seen.sort_unstable();
    let orders = seen.len();
    let Some(largest) = seen.last() else { return Ok(Err(NoSuggestion::NoArrivalPrices)) };
    let (base, evidence) = if orders >= rules.enough() {
        (quantile(&seen, rules.quantile().fraction())?, Evidence::Quantile)
    } else {
        ((*largest).max(present.fraction()), Evidence::Largest)
    };
    let base = Rate::from_fraction(base.max(rules.floor().fraction()));
    Ok(Ok(Suggestion { base, orders, evidence }))
}

/// Type 7: `x[⌊h⌋] + (h − ⌊h⌋) · (x[⌊h⌋ + 1] − x[⌊h⌋])` with `h = (n − 1) · p`.
fn quantile(sorted: &[Decimal], part: Decimal) -> Result<Decimal, Overflow> {
    let steps = Decimal::from(sorted.len().saturating_sub(1));
    let place = steps.checked_mul(part).ok_or(Overflow)?;
    let below = place.floor();
    let at = usize::try_from(below).map_err(|_| Overflow)?;
    let low = *sorted.get(at).ok_or(Overflow)?;
    let high = sorted.get(at + 1).copied().unwrap_or(low);
    let between = high.checked_sub(low).and_then(|step| step.checked_mul(place - below));
    between.and_then(|between| low.checked_add(between)).ok_or(Overflow)
}
