#![no_main]

use allweather_market::{Lag, Vintages};
use chrono::NaiveDate;
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

// What is read is written and read back, and refused when it was cut off; all its questions have answers or refusals.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let _ = Vintages::from_text("file", text);
    let Ok(vintages) = Vintages::from_text("file", &allweather_fuzz::closed(text)) else {
        return Corpus::Keep;
    };
    let written = vintages.to_text();
    let again = Vintages::from_text("file", &written).expect("what was written is read");
    assert_eq!(again, vintages);
    assert_eq!(again.to_text(), written);
    for cut in (0..written.len()).rev().take(12).chain([bytes.len() % written.len()]) {
        let cut = written.get(..cut).unwrap_or_default();
        assert!(Vintages::from_text("file", cut).is_err(), "{cut:?}");
    }

    let mut merged = vintages.clone();
    merged.merge(vintages.clone()).expect("a set agrees with itself");
    assert_eq!(merged, vintages);
    assert_eq!(vintages.changes_since(&vintages), []);

    for series in vintages.series() {
        let name = series.as_str();
        let releases = vintages.releases(name);
        assert!(releases.is_sorted_by(|a, b| (a.released(), a.source()) < (b.released(), b.source())));
        for release in releases {
            assert!(release.values().is_sorted_by(|a, b| a.0 < b.0 && a.0.same_kind(b.0)));
            let known = vintages.as_of(release.released());
            let newest = known.newest(name).expect("a release has a figure");
            assert!(newest.published_on <= release.released());
            let lagged = vintages.clone().with_lag(series.clone(), Lag::days(30));
            let known = lagged.as_of(newest.period.last_day());
            let _ = (known.newest(name), known.levels(name), known.monthly(name));
        }
        let first = releases.first().and_then(|release| release.released().pred_opt());
        assert!(first.is_none_or(|day| vintages.as_of(day).newest(name).is_none()));
        let days = vintages.publication_days(name, NaiveDate::MIN, NaiveDate::MAX);
        assert!(releases.iter().all(|release| days.contains(&release.released())));
        let _ = (vintages.newest().levels(name), vintages.newest().monthly(name));
    }
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    allweather_fuzz::rows::mutate(data, size, max_size, seed)
});
