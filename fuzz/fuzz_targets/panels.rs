#![no_main]

use std::fmt::Write as _;

use allweather_core::Currency;
use allweather_market::{Frequency, Market, PricePanel, SpotPanel};
use chrono::NaiveDate;
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

// Prices and exchange rates: what is read is written and read back, and a view of a day sees no later one.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    if let Ok(panel) = PricePanel::from_csv("file", text) {
        let instruments = panel.instruments();
        let headings = instruments.iter().map(|i| format!("{}_{}", i.id, i.currency.code().to_lowercase()));
        let columns: Vec<_> = (0..instruments.len()).map(|place| panel.levels(place).to_vec()).collect();
        let table = table(panel.frequency(), panel.dates(), headings, &columns);
        assert_eq!(PricePanel::from_csv("file", &table).as_ref(), Ok(&panel), "{table}");
        let dates = panel.dates().to_vec();
        let market = Market::new(Currency::JPY, panel);
        views(&market, &dates, |market, day| market.as_of(day).price(0).len());
    }
    if let Ok(panel) = SpotPanel::from_csv("file", text, Currency::JPY) {
        assert!(!panel.currencies().contains(&Currency::JPY));
        let prices = PricePanel::from_csv("file", "month,gold_usd\n2024-01,1\n2024-02,\n2024-03,2\n");
        let market =
            Market::new(Currency::JPY, prices.expect("a panel")).with_spots(panel).expect("one base");
        let _ = market.gaps();
        let spots = market.spots().expect("just given");
        for currency in spots.currencies() {
            let last = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day");
            let history = market.as_of(last).spot(*currency).expect("among the currencies");
            for (day, level) in history.dates().iter().zip(history.values()) {
                assert_eq!(spots.on(*currency, *day), *level);
                assert!(level.is_none_or(|level| level.is_finite() && level > 0.0));
            }
            views(&market, history.dates(), |market, day| {
                market.as_of(day).spot(*currency).map_or(0, |h| h.len())
            });
        }
    }
    Corpus::Keep
});

fn views(market: &Market, dates: &[NaiveDate], seen: impl Fn(&Market, NaiveDate) -> usize) {
    assert!(dates.is_sorted_by(|a, b| a < b));
    let _ = market.gaps();
    for (place, day) in dates.iter().enumerate().take(20) {
        assert_eq!(seen(market, *day), place + 1);
        let before = day.pred_opt().expect("a day of the calendar");
        assert_eq!(seen(market, before), place);
    }
}

fn table(
    frequency: Frequency,
    dates: &[NaiveDate],
    headings: impl Iterator<Item = String>,
    columns: &[Vec<Option<f64>>],
) -> String {
    let monthly = frequency == Frequency::Monthly;
    let mut text = String::from(if monthly { "month" } else { "date" });
    for heading in headings {
        let _ = write!(text, ",\"{}\"", heading.replace('"', "\"\""));
    }
    for (row, date) in dates.iter().enumerate() {
        let _ = if monthly { write!(text, "\n{}", date.format("%Y-%m")) } else { write!(text, "\n{date}") };
        for column in columns {
            text.push(',');
            if let Some(level) = column[row] {
                assert!(level.is_finite() && level > 0.0);
                let _ = write!(text, "{level}");
            }
        }
    }
    text
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    allweather_fuzz::rows::mutate(data, size, max_size, seed)
});
