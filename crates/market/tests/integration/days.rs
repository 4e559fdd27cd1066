//! Daily panels of calendars of their own, with gaps and marks.
use allweather_core::Currency;
use allweather_market::{Frequency, Instrument, PricePanel, SpotPanel};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;

/// How many days after a Tuesday near the end of a year, the level, and whether it is marked.
pub(crate) type Cells = Vec<(u16, Option<f64>, bool)>;

pub(crate) fn day(k: u16) -> NaiveDate {
    NaiveDate::from_ymd_opt(2019, 12, 24).unwrap() + Days::new(k.into())
}

/// Days of a calendar that closes now and then.
pub(crate) fn cells() -> impl Strategy<Value = Cells> {
    let cell =
        (prop::bool::weighted(0.7), prop::option::weighted(0.8, 0.5..2.0_f64), prop::bool::weighted(0.2));
    prop::collection::vec(cell, 1..80).prop_map(|cells| {
        let open = (0..).zip(cells).filter(|(k, cell)| *k == 0 || cell.0);
        open.map(|(k, (_, level, marked))| (k, level, marked && level.is_some())).collect()
    })
}

pub(crate) fn panel(name: &str, currency: Currency, cells: &[(u16, Option<f64>, bool)]) -> PricePanel {
    let id: allweather_core::AssetId = name.parse().unwrap();
    let dates = cells.iter().map(|(k, _, _)| day(*k)).collect();
    let levels = cells.iter().map(|(_, level, _)| *level).collect();
    let column = (Instrument { id: id.clone(), currency }, levels);
    let panel = PricePanel::new(Frequency::Daily, dates, vec![column]).unwrap();
    let marked = cells.iter().filter(|(_, _, marked)| *marked).map(|(k, _, _)| day(*k));
    panel.with_estimates(&id, "em", marked).unwrap()
}

pub(crate) fn spots(cells: &[(u16, Option<f64>, bool)]) -> SpotPanel {
    let dates = cells.iter().map(|(k, _, _)| day(*k)).collect();
    let levels = cells.iter().map(|(_, level, _)| *level).collect();
    SpotPanel::new(Currency::JPY, Frequency::Daily, dates, vec![(Currency::USD, levels)]).unwrap()
}

/// The same up to a day, another story afterwards.
pub(crate) fn with_another_future(cells: &[(u16, Option<f64>, bool)], cut: u16, factor: f64) -> Cells {
    let before = cells.iter().filter(|cell| cell.0 <= cut).copied();
    let after = cells.iter().filter(|cell| cell.0 > cut);
    // Other days, other levels, no gaps, all marked.
    let after = after.map(|(k, level, _)| (k + 1, Some(level.unwrap_or(1.0) * factor), true));
    before.chain(after).collect()
}
