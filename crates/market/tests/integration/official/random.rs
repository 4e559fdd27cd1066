use std::{collections::BTreeMap, fmt::Write as _};

use allweather_market::{ReferencePeriod, official};
use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{formats::samples, read, shift_jis};

/// The day as the ministry writes it.
fn era(day: NaiveDate) -> String {
    let first = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let (letter, before) = match day {
        day if day < first(1989, 1, 8) => ('S', 1925),
        day if day < first(2019, 5, 1) => ('H', 1988),
        _ => ('R', 2018),
    };
    format!("{letter}{}.{}.{}", day.year() - before, day.month(), day.day())
}

type Rows = BTreeMap<u64, Vec<Option<i32>>>;

fn curve() -> impl Strategy<Value = (Vec<u8>, Rows)> {
    let maturities = prop::sample::subsequence((1..=60).collect::<Vec<u8>>(), 1..8).prop_shuffle();
    maturities.prop_flat_map(|maturities| {
        let row = prop::collection::vec(prop::option::of(-2_000..15_000), maturities.len());
        (Just(maturities), prop::collection::btree_map(0..20_000_u64, row, 1..30))
    })
}

proptest! {
    #[test]
    fn a_curve_that_was_written_is_read_back((maturities, rows) in curve(), note in any::<bool>()) {
        let start = NaiveDate::from_ymd_opt(1974, 9, 24).unwrap();
        let mut text = format!("国債金利情報{}(単位 : %)\r\n基準日", ",".repeat(maturities.len()));
        for years in &maturities {
            write!(text, ",{years}年").unwrap();
        }
        let mut expected: BTreeMap<String, Vec<(ReferencePeriod, Decimal)>> = BTreeMap::new();
        for (days, row) in &rows {
            let day = start + Days::new(*days);
            write!(text, "\r\n{}", era(day)).unwrap();
            for (years, thousandths) in maturities.iter().zip(row) {
                let series = expected.entry(format!("jgb_{years}y")).or_default();
                match thousandths {
                    Some(n) => {
                        let percent = Decimal::new(i64::from(*n), 3).normalize();
                        write!(text, ",{percent}").unwrap();
                        series.push((ReferencePeriod::Day(day), percent));
                    }
                    None => text += ",-",
                }
            }
        }
        text += "\r\n";
        if note {
            write!(text, "{}\r\n※注、\r\n", ",".repeat(maturities.len())).unwrap();
        }
        let document = read(&shift_jis(&text));
        prop_assert_eq!(document.all().len(), maturities.len());
        for (name, values) in expected {
            prop_assert_eq!(document.series(&name).unwrap().values(), values);
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = official::read("x", &bytes);
    }

    #[test]
    fn no_bytes_below_a_heading_make_a_reader_panic(
        which in any::<prop::sample::Index>(),
        lines in 1..4_usize,
        rest in "[-0-9.,/SHReE*\"\r\n\u{0}日※: NaN{}\\[\\]]{0,80}",
    ) {
        let samples = samples();
        let (_, bytes) = which.get(&samples);
        let head: Vec<u8> = bytes.split_inclusive(|b| *b == b'\n').take(lines).flatten().copied().collect();
        let _ = official::read("x", &[head, shift_jis(&rest)].concat());
    }

    /// A damaged file is refused or read; what is read makes releases or is refused again. Nothing panics.
    #[test]
    fn a_damaged_file_never_panics(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let (_, mut bytes) = which.get(&samples()).clone();
        for (place, byte, kind) in damage {
            let place = place.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match kind {
                _ if bytes.is_empty() => bytes.push(byte),
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => bytes.truncate(place),
            }
        }
        if let Ok(document) = official::read("x", &bytes) {
            for series in document.all() {
                prop_assert!(series.values().is_sorted_by(|a, b| a.0 < b.0 && a.0.same_kind(b.0)));
            }
            let _ = document.vintages(None);
        }
    }
}
