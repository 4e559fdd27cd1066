use allweather_core::AssetId;
use allweather_portfolio::{Record, Step};

/// What was traded at each step, orders in one asset that several vaults hold taken together.
pub(crate) struct Trades {
    /// Bought and sold, in base currency.
    pub(crate) value: Vec<f64>,
    /// The same over the value before the trade, where a rule traded; the first purchase is none.
    pub(crate) turnover: Vec<Option<f64>>,
}

impl Trades {
    pub(crate) fn new(record: &Record, steps: &[Step<'_>]) -> Self {
        let assets = assets(record);
        // The places of each asset; one, unless several vaults hold it.
        let mut order: Vec<usize> = (0..assets.len()).collect();
        order.sort_by_key(|place| assets.get(*place));
        let groups: Vec<&[usize]> = order.chunk_by(|a, b| assets.get(*a) == assets.get(*b)).collect();
        let change = |step: &Step<'_>, place: &usize| {
            step.after.get(*place).zip(step.before.get(*place)).map_or(0.0, |(after, before)| after - before)
        };
        let traded = |step: &Step<'_>| -> f64 {
            groups.iter().map(|group| group.iter().map(|place| change(step, place)).sum::<f64>().abs()).sum()
        };
        let value: Vec<f64> = steps.iter().map(traded).collect();
        let rows = steps.iter().zip(&value).enumerate();
        let turnover = rows.map(|(i, (step, value))| (i > 0 && by_a_rule(step)).then(|| value / step.value));
        Self { turnover: turnover.collect(), value }
    }
}

/// What each place of the universe is, without the names of the vaults it is in. Behind the assets of the spec, an account's record has
/// what it holds beside them, by its own name.
pub(crate) fn assets(record: &Record) -> Vec<&AssetId> {
    let known = record.spec().holdings.look_through();
    let places = record.universe().iter().enumerate();
    places.map(|(place, own)| known.get(place).map_or(own, |(id, _)| *id)).collect()
}

/// Whether the rule of the portfolio, or that of a vault in it, traded.
pub(crate) fn by_a_rule(step: &Step<'_>) -> bool {
    step.decision.trades() || step.vaults.iter().any(|vault| vault.decision.trades())
}
