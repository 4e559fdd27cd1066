#![no_main]

use std::fmt::Write as _;

use allweather_market::{MonthlySeries, rates_from_csv};
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

// Statistics, index levels and short rates by month.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    if let Ok(series) = MonthlySeries::from_csv("file", text, ["a", "b"]) {
        series.iter().for_each(known);
        assert_eq!(series[0].first(), series[1].first());
    }
    if let Ok(levels) = MonthlySeries::by_currency_from_csv("file", text)
        && let Some(first) = levels.values().next()
    {
        let mut table = String::from("month");
        for currency in levels.keys() {
            let _ = write!(table, ",{}", currency.code().to_lowercase());
        }
        for (row, month) in
            (0..first.values().len()).zip(first.first().through(first.first().offset(i32::MAX)))
        {
            let _ = write!(table, "\n{month}");
            for series in levels.values() {
                let level = series.values()[row];
                assert!(level.is_none_or(|level| level > 0.0));
                table.push(',');
                if let Some(level) = level {
                    let _ = write!(table, "{level}");
                }
            }
        }
        assert_eq!(MonthlySeries::by_currency_from_csv("file", &table), Ok(levels.clone()), "{table}");
        levels.values().for_each(known);
    }
    if let Ok(rates) = rates_from_csv("file", text) {
        assert!(!rates.is_empty());
        for series in rates.values() {
            known(series);
            // The months of a currency are those of its lines.
            assert!(series.values().first().is_some_and(Option::is_some));
            assert!(series.values().last().is_some_and(Option::is_some));
        }
    }
    Corpus::Keep
});

fn known(series: &MonthlySeries) {
    assert!(series.values().iter().flatten().all(|value| value.is_finite()));
    let (first, end) = (series.first(), i32::try_from(series.values().len()).expect("few months"));
    let last = first.offset(end - 1);
    assert_eq!(last.months_since(first), end - 1, "all months are of the calendar");
    assert_eq!(series.get(last), *series.values().last().expect("not empty"));
    // On the last day of a month its figure is known, and on the day before it is not.
    let day = last.last_day();
    assert_eq!(series.known_on(day).get(last), series.get(last));
    assert_eq!(series.known_on(day.pred_opt().expect("a day")).get(last), None);
    let late = series.clone().published_after(1);
    assert_eq!(late.known_on(day).get(last), None);
    let newest = series.known_on(day).last_month();
    assert!(newest.is_none_or(|month| series.get(month).is_some() && month <= last));
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    allweather_fuzz::rows::mutate(data, size, max_size, seed)
});
