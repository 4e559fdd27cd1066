//! The laws of signals hold for ours, and each catches a signal that is broken on purpose.

use std::sync::atomic::{AtomicUsize, Ordering};

use allweather_portfolio::{
    core::Currency,
    fx_overlay::{Carry, Missing, Momentum, Pair, Signal, Value},
    market::Market,
};
use allweather_testkit::{Broken, Settings, laws};

#[test]
fn our_signals_hold_all_laws() -> Result<(), Broken> {
    let settings = Settings::default();
    laws::signal(|| Carry)?;
    laws::signal(Value::default)?;
    laws::signal(|| Value::new(13, 14).unwrap())?;
    laws::signal(Momentum::default)?;
    laws::signal(|| Momentum::new(&[1]).unwrap())?;
    laws::signal::quoting_unit(&settings, |_| Carry)?;
    laws::signal::quoting_unit(&settings, |_| Value::default())?;
    laws::signal::quoting_unit(&settings, |_| Momentum::default())?;
    laws::signal::whole_price_history(&settings, |_| Carry)?;
    laws::signal::whole_price_history(&settings, |_| Momentum::default())
}

#[test]
fn value_steps_over_a_month_without_prices_and_says_so() {
    let broken = laws::signal::whole_price_history(&Settings::default(), |_| Value::default()).unwrap_err();
    assert!(broken.case.starts_with("without the consumer prices of "), "{broken}");
}

/// A signal whose value is what a function makes of a pair.
struct By<F>(F);

impl<F> std::fmt::Debug for By<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("By")
    }
}

impl<F: Fn(&Pair<'_>) -> Result<f64, Missing> + Send + Sync> Signal for By<F> {
    fn value(&self, pair: &Pair<'_>) -> Result<f64, Missing> {
        (self.0)(pair)
    }
}

#[test]
fn a_signal_without_an_answer() {
    let broken = laws::signal(|| By(|pair: &Pair<'_>| pair.spot(500))).unwrap_err();
    assert_eq!(broken.law, "answers");
    assert!(broken.happened.contains("it needs 500 months of spots"), "{broken}");
}

#[test]
fn a_logarithm_of_nothing() {
    let flat = |pair: &Pair<'_>| Ok((pair.spot(0)? / pair.spot(1)? - 1.0).abs().ln());
    let broken = laws::signal(|| By(flat)).unwrap_err();
    assert_eq!((broken.law, &*broken.happened), ("finite", "-inf"));
    let case = "\
on 2000-02-29
month    cash JPY
2000-01       100
2000-02       100
JPY/USD: 100 throughout
rate JPY: 0.02 throughout
rate USD: 0.02 throughout
cpi JPY: 100 throughout
cpi USD: 100 throughout";
    assert_eq!(broken.case, case);
}

#[test]
fn the_first_currency_kept_for_all() {
    let make = || {
        let first = std::sync::OnceLock::new();
        By(move |pair: &Pair<'_>| {
            let spot = pair.spot(0)?;
            Ok(*first.get_or_init(|| spot))
        })
    };
    let broken = laws::signal(make).unwrap_err();
    assert_eq!(broken.law, "pure");
    assert!(broken.happened.contains("asked after other days and currencies"), "{broken}");
}

#[test]
fn a_value_that_counts_its_questions() {
    let make = || {
        let asked = AtomicUsize::new(0);
        By(move |_: &Pair<'_>| Ok(asked.fetch_add(1, Ordering::Relaxed) as f64))
    };
    assert_eq!(laws::signal(make).unwrap_err().law, "pure");
}

/// The mean of all spots of a currency, also of those to come.
fn whole_mean(market: &Market, currency: Currency) -> Option<f64> {
    let last = *market.prices().dates().last()?;
    let history = market.as_of(last).spot(currency)?;
    let spots: Vec<f64> = history.values().iter().flatten().copied().collect();
    Some(spots.iter().sum::<f64>() / spots.len() as f64)
}

#[test]
fn cheap_against_the_mean_of_the_whole_sample() {
    let fit = |market: &Market| {
        let market = market.clone();
        By(move |pair: &Pair<'_>| {
            let mean = whole_mean(&market, pair.currency).ok_or(Missing::Other { what: "a mean" })?;
            Ok(mean / pair.spot(0)? - 1.0)
        })
    };
    let broken = laws::signal::fitted(fit).unwrap_err();
    assert_eq!(broken.law, "no look-ahead");
    assert_eq!(broken.words, "a value does not change when anything does that becomes known after the day.");
    assert_eq!(broken.expected, "USD, on 2000-01-31: 0");
    assert!(
        broken.happened.starts_with("USD, on the same day of a market with another future: "),
        "{broken}"
    );
    assert!(broken.case.contains("the other future: next month USD "), "{broken}");
}

#[test]
fn the_month_before_in_place_of_a_missing_one() {
    let filled = |pair: &Pair<'_>| {
        let spot = |back| pair.spot(back).or_else(|_| pair.spot(back + 1));
        Ok(spot(0)? / spot(1)? - 1.0)
    };
    let broken = laws::signal(|| By(filled)).unwrap_err();
    assert_eq!(broken.law, "whole history");
    assert!(broken.case.starts_with("without the spot of "), "{broken}");
    assert!(broken.happened.contains("without one, and not missing"), "{broken}");
}

#[test]
fn a_short_rate_of_nothing_where_there_is_none() {
    let guessed = |pair: &Pair<'_>| Ok(pair.short_rate(pair.currency, 0).unwrap_or(0.0));
    let broken = laws::signal(|| By(guessed)).unwrap_err();
    assert_eq!(broken.law, "whole history");
    assert!(broken.case.starts_with("without the short rate of "), "{broken}");
}

#[test]
fn rank_by_the_place_in_the_file() {
    let fit = |market: &Market| {
        let places: Vec<Currency> =
            market.spots().map(|spots| spots.currencies().to_vec()).unwrap_or_default();
        By(move |pair: &Pair<'_>| {
            pair.spot(0)?;
            let place = places.iter().position(|currency| *currency == pair.currency);
            Ok(place.unwrap_or_default() as f64)
        })
    };
    let broken = laws::signal::fitted(fit).unwrap_err();
    assert_eq!(broken.law, "any order");
    assert!(broken.case.contains("JPY/USD") && broken.case.contains("JPY/EUR"), "{broken}");
    assert!(!broken.case.contains("JPY/GBP"), "{broken}");
}

#[test]
fn the_level_of_a_spot_is_no_signal() {
    let level = |pair: &Pair<'_>| pair.spot(0);
    laws::signal(|| By(level)).unwrap();
    let broken = laws::signal::quoting_unit(&Settings::default(), |_| By(level)).unwrap_err();
    assert_eq!((&*broken.expected, &*broken.happened), ("USD in one unit: 100", "USD in another: 50"));
    assert!(broken.case.starts_with("k = 0.5\n"), "{broken}");
}
