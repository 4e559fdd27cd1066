//! The Ministry of Finance's history of yields: a file of the real one's size and form, with figures of our own.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::{hint::black_box, io::Write as _};

use allweather_market::official::{self, Format};
use criterion::{Criterion, criterion_group, criterion_main};

/// As many days as the ministry had published by the middle of 2026, and its maturities.
const DAYS: usize = 13_248;
const MATURITIES: [u8; 15] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40];

/// Shift-JIS, era dates, CR LF; the longest maturities begin late.
fn history() -> Vec<u8> {
    // 国債金利情報,,…,(単位 : %) and 基準日,1年,…
    let mut file = b"\x8d\x91\x8d\xc2\x8b\xe0\x97\x98\x8f\xee\x95\xf1".to_vec();
    file.extend(b",,,,,,,,,,,,,,,(\x92\x50\x88\xca : %)\r\n\x8a\xee\x8f\x80\x93\xfa");
    for years in MATURITIES {
        write!(file, ",{years}").unwrap();
        file.extend(b"\x94\x4e");
    }
    let eras = (50..=63).map(|year| ('S', year)).chain((2..=30).map(|year| ('H', year)));
    let days =
        eras.flat_map(|era| (1..=12).flat_map(move |month| (1..=28).map(move |day| (era, month, day))));
    for (row, ((era, year), month, day)) in days.take(DAYS).enumerate() {
        write!(file, "\r\n{era}{year}.{month}.{day}").unwrap();
        for years in MATURITIES {
            if row < usize::from(years) * 200 {
                file.extend(b",-");
            } else {
                // From 1.2 to 9.199 percent.
                let thousandths = 1_200 + (row * 31 + usize::from(years) * 577) % 8_000;
                write!(file, ",{}.{:03}", thousandths / 1_000, thousandths % 1_000).unwrap();
            }
        }
    }
    file.extend(b"\r\n");
    file
}

fn official(criterion: &mut Criterion) {
    let file = history();
    assert!((1_100_000..1_300_000).contains(&file.len()), "{} bytes", file.len());
    // A time counts only if the result is right: row 200 is the first with a one-year yield, S50.8.5.
    let document = official::read("jgbcm_all.csv", &file).unwrap();
    assert_eq!((document.format(), document.all().len()), (Format::MofCurve, 15));
    let one = document.series("jgb_1y").unwrap().values();
    let (day, percent) = one[0];
    assert_eq!(
        (day.to_string(), percent.to_string(), one.len()),
        ("1975-08-05".into(), "7.977".into(), DAYS - 200)
    );

    let mut group = criterion.benchmark_group("official, yields of 13248 days x 15 maturities");
    group.bench_function("read", |b| b.iter(|| official::read("jgbcm_all.csv", black_box(&file)).unwrap()));
    group.finish();
}

criterion_group!(benches, official);
criterion_main!(benches);
