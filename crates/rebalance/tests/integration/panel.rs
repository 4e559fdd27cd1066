//! Markets whose returns are stated, and one review of them.

use allweather_core::{AssetId, Currency, Month};
use allweather_market::{Frequency, Instrument, Market, PricePanel, ReturnCurrency};
use allweather_rebalance::{Decision, RebalanceError, Rebalancer, Review, Targets, Window};
use chrono::NaiveDate;

/// Month ends from January 2000 on, one more than there are returns.
pub(crate) fn months(returns: usize) -> Vec<NaiveDate> {
    let first = Month::new(2000, 1).unwrap();
    first.through(first.offset(i32::try_from(returns).unwrap())).map(Month::last_day).collect()
}

pub(crate) fn names(assets: usize) -> Vec<AssetId> {
    ["equity", "bonds", "gold", "oil", "land"].iter().take(assets).map(|name| name.parse().unwrap()).collect()
}

/// A monthly market of assets with these returns, one list each; levels start at 100.
pub(crate) fn market(returns: &[Vec<f64>]) -> Market {
    let of = |(i, returns): (usize, &Vec<f64>)| {
        let id = format!("a{i}").parse().unwrap();
        let mut levels = vec![Some(100.0)];
        levels.extend(returns.iter().scan(100.0, |level, r| {
            *level *= 1.0 + r;
            Some(Some(*level))
        }));
        (Instrument { id, currency: Currency::JPY }, levels)
    };
    let columns = returns.iter().enumerate().map(of).collect();
    Market::new(
        Currency::JPY,
        PricePanel::new(Frequency::Monthly, months(returns[0].len()), columns).unwrap(),
    )
}

/// The decision on the last day of the market, and what is wanted.
pub(crate) fn decide(
    rule: &dyn Rebalancer,
    market: &Market,
    targets: &[f64],
    weights: &[f64],
    cost_rates: &[f64],
) -> Result<(Decision, Targets), RebalanceError> {
    let day = *market.prices().dates().last().unwrap();
    let review = Review::new(market.as_of(day), targets, weights).with_cost_rates(cost_rates);
    let mut wanted = Targets::new(targets.to_vec());
    wanted.give(targets);
    Ok((rule.decide(&review, &mut wanted)?, wanted))
}

pub(crate) fn window(least: usize, most: usize) -> Window {
    Window::new(least, most, ReturnCurrency::Base).unwrap()
}

/// `size · (+ + − −)` and `size · (+ − + −)`, over and over: means of 0 and no correlation.
pub(crate) fn waves(sizes: [f64; 2], times: usize) -> Vec<Vec<f64>> {
    let wave = |signs: [f64; 4], size: f64| signs.map(|sign| sign * size).repeat(times);
    vec![wave([1.0, 1.0, -1.0, -1.0], sizes[0]), wave([1.0, -1.0, 1.0, -1.0], sizes[1])]
}

/// Returns of assets, one list each, and what a rule is asked about them.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) columns: Vec<Vec<f64>>,
    pub(crate) targets: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    pub(crate) costs: Vec<f64>,
}
