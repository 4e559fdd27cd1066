#![no_main]

use allweather_core::{Number, Rate};
use allweather_taxes::{AddBack, LossRealisation, Lots, Treatment, paths};
use chrono::{Days, NaiveDate};
use libfuzzer_sys::{Corpus, fuzz_target};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The plain forms of the crate, and movements of one asset: days passed, units (sold below 0), amount.
#[derive(Serialize, Deserialize)]
struct Case {
    #[serde(default)]
    programme: LossRealisation,
    #[serde(default)]
    add_back: AddBack,
    /// Numbers as rates: these are decimals on the wire.
    #[serde(default)]
    movements: Vec<(u16, Rate, Rate)>,
}

// What is written is read back, and lots lose nothing, whatever is booked and whatever is refused.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let Ok(case) = serde_json::from_str::<Case>(text) else { return Corpus::Keep };
    let written = serde_json::to_string(&case).expect("plain data");
    let again: Case = serde_json::from_str(&written).expect("what was written is read");
    assert_eq!((&again.programme, &again.add_back), (&case.programme, &case.add_back));
    book(&case);
    Corpus::Keep
});

fn book(case: &Case) {
    let programme = case.programme;
    let mut lots = Lots::new(programme.lots());
    if let Some(window) = programme.window() {
        // A programme whose window its lots cannot keep is refused when it is read.
        lots = lots.with_window(window).expect("lots for the window");
    }
    let mut path = paths::Lots::new(programme.lots(), programme.window()).expect("lots for the window");
    let mut date = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day");
    let [mut units, mut paid, mut received, mut realised] = [Decimal::ZERO; 4];
    for (days, quantity, amount) in case.movements.iter().take(64) {
        let (quantity, amount) = (quantity.fraction(), amount.fraction());
        date = date.checked_add_days(Days::new((*days).into())).unwrap_or(date);
        let before = lots.clone();
        // Totals of our own stay small enough to be exact.
        if quantity.abs() > Decimal::from(1_000_000_000) || amount.abs() > Decimal::from(1_000_000_000) {
            continue;
        }
        if quantity > Decimal::ZERO {
            let Ok(disallowed) = lots.buy(date, quantity, amount) else {
                assert_eq!(lots, before);
                continue;
            };
            (units, paid) = (units + quantity, paid + amount);
            realised += disallowed.iter().map(|shifted| shifted.loss).sum::<Decimal>();
        } else {
            let Ok(sale) = lots.sell(date, -quantity, amount) else {
                assert_eq!(lots, before);
                continue;
            };
            (units, received) = (units + quantity, received + amount);
            realised += sale.gain().expect("small");
            realised += sale.disallowed.iter().map(|shifted| shifted.loss).sum::<Decimal>();
        }
        assert_eq!(lots.quantity().expect("small"), units);
        assert_eq!(realised - lots.cost().expect("small"), received - paid);
        assert!(lots.lots().all(|lot| lot.quantity > Decimal::ZERO && lot.cost >= Decimal::ZERO));
        if let Ok(review) = programme.review(&lots, Decimal::ONE, Rate::from_bps(Decimal::TEN), date) {
            assert!(review.loss >= Decimal::ZERO && review.quantity <= units && review.cost >= Decimal::ZERO);
        }
        let mut shifted = Vec::new();
        let (quantity, amount) = (quantity.to_double(), amount.to_double());
        if quantity > 0.0 {
            let _ = path.buy(date, quantity, amount, &mut shifted);
        } else {
            let _ = path.sell(date, -quantity, amount, &mut shifted);
        }
        let _ = programme.review_path(&path, 1.0, 0.001, date);
        let disallows = programme.window().is_some_and(|window| window.treatment == Treatment::Disallow);
        assert!(disallows || shifted.is_empty(), "losses are shifted by a window only");
    }
}
