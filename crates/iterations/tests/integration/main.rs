//! The ledger: its order, its chain, its text whole and damaged, and its file under writers and crashes.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod chain;
mod file;
mod ledger;
mod machine;
mod reviews;
mod tamper;
mod torn;

use std::num::NonZeroU16;

use allweather_core::{AssetId, Currency, Weights};
use allweather_iterations::{Candidate, Ledger};
use allweather_market::{Market, PricePanel};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;

const NAME: &str = "l";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn ahead(days: u16) -> NonZeroU16 {
    NonZeroU16::new(days).unwrap()
}

/// A model made from data until a day, of as many assets as there are weights.
fn model(data: NaiveDate, weights: &[f64], note: &str) -> Candidate {
    let prices = PricePanel::from_csv("p", "month,a_jpy\n2020-01,1\n").unwrap();
    let market = Market::new(Currency::JPY, prices);
    let universe: Vec<AssetId> = (0..weights.len()).map(|i| format!("asset {i}").parse().unwrap()).collect();
    let spec =
        format!(r#"{{"name":"of {} assets","weights":{weights:?}}}"#, weights.len()).replace(", ", ",");
    Candidate::new(market.as_of(data), &spec, universe, Weights::new(weights.to_vec()).unwrap(), note)
        .unwrap()
}

/// What can be recorded, as steps from the record before.
#[derive(Debug, Clone)]
enum Act {
    Adopt { later: u64, data_age: u64, ahead: u16, weights: Vec<f64>, note: String },
    Keep { later: u64, note: String },
}

impl Act {
    /// The day of the record, after one of `before`.
    fn day(&self, before: NaiveDate) -> NaiveDate {
        let (Self::Adopt { later, .. } | Self::Keep { later, .. }) = self;
        before + Days::new(*later)
    }

    fn candidate(&self, today: NaiveDate) -> Option<(Candidate, NonZeroU16)> {
        match self {
            Self::Adopt { data_age, ahead: days, weights, note, .. } => {
                Some((model(today - Days::new(*data_age), weights, note), ahead(*days)))
            }
            Self::Keep { .. } => None,
        }
    }

    /// Records it if the ledger takes it.
    fn record(&self, ledger: &mut Ledger, before: NaiveDate) -> bool {
        let today = self.day(before);
        match (self, self.candidate(today)) {
            (_, Some((model, ahead))) => ledger.adopt(model, today, ahead).is_ok(),
            (Self::Keep { note, .. }, _) => ledger.keep(today, note).is_ok(),
            _ => false,
        }
    }
}

fn weights() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(1..=50_u32, 1..4).prop_map(|parts| {
        let sum: u32 = parts.iter().sum();
        parts.iter().map(|part| f64::from(*part) / f64::from(sum)).collect()
    })
}

fn acts() -> impl Strategy<Value = Act> {
    let note = || prop_oneof![Just(String::new()), "[ -~¥天\\n\"]{0,12}"];
    let adopt = (0..500_u64, 0..60_u64, 1..=40_u16, weights(), note());
    prop_oneof![
        2 => adopt.prop_map(|(later, data_age, ahead, weights, note)| Act::Adopt { later, data_age, ahead, weights, note }),
        1 => (0..500_u64, note()).prop_map(|(later, note)| Act::Keep { later, note }),
    ]
}

/// A ledger of up to `size` records; what it refuses is left out.
fn ledgers(size: usize) -> impl Strategy<Value = Ledger> {
    prop::collection::vec(acts(), 0..=size).prop_map(|acts| {
        let (mut ledger, mut last) = (Ledger::new(), day("2001-01-31"));
        for act in acts {
            if act.record(&mut ledger, last) {
                last = act.day(last);
            }
        }
        ledger
    })
}

/// Two models and a review between them.
fn three() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.adopt(model(day("2020-12-31"), &[0.6, 0.4], "first"), day("2021-01-04"), ahead(1)).unwrap();
    ledger.keep(day("2021-12-20"), "kept, 天候 \"as is\"").unwrap();
    ledger.adopt(model(day("2022-11-30"), &[0.5, 0.25, 0.25], ""), day("2022-12-10"), ahead(22)).unwrap();
    ledger
}
