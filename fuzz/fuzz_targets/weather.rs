#![no_main]

use std::{fmt::Debug, sync::LazyLock};

use allweather_core::Month;
use allweather_market::{Dating, Lag, ReferencePeriod, SeriesId, Vintage, Vintages};
use allweather_weather::{WeatherSpec, hamilton::MarkovSwitching};
use libfuzzer_sys::{Corpus, fuzz_target};
use rust_decimal::Decimal;
use serde::{Serialize, de::DeserializeOwned};

// The two plain forms of the weather: how it is told, and a model that switches.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    if let Some(spec) = read::<WeatherSpec>(text) {
        told(&spec);
    }
    if let Some(model) = read::<MarkovSwitching>(text) {
        filtered(&model);
    }
    Corpus::Keep
});

fn read<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) -> Option<T> {
    let value: T = serde_json::from_str(text).ok()?;
    let written = serde_json::to_string(&value).expect("plain data");
    let again: T = serde_json::from_str(&written).expect("what was written is read");
    assert_eq!(again, value);
    Some(value)
}

fn month(months: i32) -> Month {
    Month::new(2000, 1).expect("a month").offset(months)
}

/// Five years of two indices in two releases; the second revises the months that both have.
static STATISTICS: LazyLock<Vintages> = LazyLock::new(|| {
    let mut vintages = Vintages::new();
    for name in ["jp_iip", "jp_cpi"] {
        let id = SeriesId::new(name).expect("a name");
        for (from, to, out) in [(0, 50, 51), (30, 60, 61)] {
            let level = |k: i32| Decimal::from(1000 + k * from.max(3) + k * 37 % 11);
            let values = (from..to).map(|k| (ReferencePeriod::Month(month(k)), level(k))).collect();
            let day = month(out).last_day();
            let vintage = Vintage::new(id.clone(), day, Dating::Stated, "office", values);
            vintages.add(vintage.expect("a release")).expect("another day");
        }
        vintages = vintages.with_lag(id, Lag::days(28));
    }
    vintages
});

fn told(spec: &WeatherSpec) {
    for at in [month(0), month(50), month(-24_000), month(120_000)] {
        assert!(spec.mostly_final_on(at) <= spec.final_on(at), "{at}");
        assert!(at.last_day() <= spec.mostly_final_on(at));
    }
    let day = month(72).last_day();
    let Ok(labels) = spec.history(&STATISTICS, month(0), month(72), day) else { return };
    for label in labels {
        let probabilities = label.probabilities().into_iter().flatten().map(|(_, p)| p);
        let probabilities: Vec<f64> = probabilities.collect();
        assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)), "{probabilities:?}");
        let sum: f64 = probabilities.iter().sum();
        assert!(probabilities.is_empty() || (sum - 1.0).abs() < 1e-9, "{sum}");
    }
}

fn filtered(model: &MarkovSwitching) {
    let observations: Vec<f64> = (0..24).map(|k| f64::from(k * 37 % 11 - 5) / 10.0).collect();
    let Ok(filtered) = model.filter(&observations) else { return };
    assert_eq!(filtered.down.len(), observations.len() - model.autoregression().len());
    assert!(filtered.down.iter().all(|p| (0.0..=1.0).contains(p)), "{:?}", filtered.down);
    assert!(!filtered.log_likelihood.is_nan());
    let whole = model.full_sample(&observations).expect("what is filtered is smoothed");
    assert!(whole.down.iter().all(|p| (0.0..=1.0).contains(p)), "{:?}", whole.down);
    assert_eq!(whole.down.last(), filtered.down.last());
}
