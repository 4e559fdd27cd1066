//! Laws of currency signals, one by one: those that the rustdoc of [`Signal`] states.
//!
//! Each takes what makes the signal, a new one for every try, from a market. A signal needs no market when it is made and ignores it:
//! `|_| MySignal::new()`. One that is fitted to history gets the whole market here, and [`no_look_ahead`] catches what it must not use.

use allweather_core::Currency;
use allweather_fx_overlay::{Missing, Pair, Signal};
use allweather_market::{Frequency, Market, SpotPanel};
use proptest::prelude::*;

use super::told::Told;
use crate::{
    Broken, Settings, World,
    check::{Finding, Law, check},
    generate,
};

/// Checks all laws that every signal must hold: [`answers`], [`finite`], [`pure`], [`no_look_ahead`], [`whole_history`] and
/// [`any_order`].
///
/// [`whole_price_history`] and [`quoting_unit`] are laws of their own: a signal may step over a month without consumer prices, or go by
/// the level of a spot, and then says so.
///
/// ```
/// use allweather_portfolio::fx_overlay::{Missing, Pair, Signal};
/// use allweather_testkit::laws;
///
/// /// Last month's fall, expected to come back.
/// #[derive(Debug)]
/// struct Reversal;
/// impl Signal for Reversal {
///     fn value(&self, pair: &Pair<'_>) -> Result<f64, Missing> {
///         Ok(1.0 - pair.spot(0)? / pair.spot(1)?)
///     }
/// }
/// laws::signal(|| Reversal)?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the first law that does not hold and the smallest market found that shows it.
pub fn signal<S: Signal>(make: impl Fn() -> S) -> Result<(), Broken> {
    all(&Settings::default(), make)
}

/// As [`signal`], with [`Settings`].
///
/// # Errors
///
/// As [`signal`].
pub fn all<S: Signal>(settings: &Settings, make: impl Fn() -> S) -> Result<(), Broken> {
    all_fitted(settings, |_| make())
}

/// The same for a signal that is made from a market: of past and future, of which it must not use the future.
///
/// # Errors
///
/// As [`signal`].
pub fn fitted<S: Signal>(make: impl Fn(&Market) -> S) -> Result<(), Broken> {
    all_fitted(&Settings::default(), make)
}

/// As [`fitted`], with [`Settings`].
///
/// # Errors
///
/// As [`signal`].
pub fn all_fitted<S: Signal>(settings: &Settings, make: impl Fn(&Market) -> S) -> Result<(), Broken> {
    answers(settings, &make)?;
    finite(settings, &make)?;
    pure(settings, &make)?;
    no_look_ahead(settings, &make)?;
    whole_history(settings, &make)?;
    any_order(settings, &make)
}

/// There is a market on which the signal has a value: otherwise the other laws would say nothing.
///
/// Markets are up to 84 months long: make a signal that looks back further with a shorter window here.
///
/// # Errors
///
/// [`Broken`] when no market was found.
pub fn answers<S: Signal>(settings: &Settings, make: impl Fn(&Market) -> S) -> Result<(), Broken> {
    let words = "the signal has a value for some currency of some market.";
    let answered = std::cell::Cell::new(false);
    let law = Law { name: "answers", words };
    let last = std::cell::RefCell::new(None);
    check(law, settings, &days(), |told| {
        let Day { world, row } = &told.case;
        let market = market(world)?;
        let signal = make(&market);
        for currency in world.spots.keys() {
            match ask(&signal, &market, world, *row, *currency) {
                Ok(_) => answered.set(true),
                Err(missing) => *last.borrow_mut() = Some(missing),
            }
        }
        Ok(())
    })?;
    if answered.get() {
        return Ok(());
    }
    let missing = last.take().map_or(String::new(), |missing| format!(": at last, it {missing}"));
    let finding =
        Finding::new("a value in one market at least", format!("it always lacked something{missing}"));
    // One more case, so that the report is like every other.
    check(law, &settings.clone().with_cases(1), &days(), |_| Err(finding.clone()))
}

/// A value is never NaN or infinite.
///
/// # Errors
///
/// [`Broken`] with a market, and the currency and day whose value is no number.
pub fn finite<S: Signal>(settings: &Settings, make: impl Fn(&Market) -> S) -> Result<(), Broken> {
    let words = "a value is never NaN or infinite.";
    check(Law { name: "finite", words }, settings, &days(), |told| {
        let Day { world, row } = &told.case;
        let market = market(world)?;
        let signal = make(&market);
        for currency in world.spots.keys() {
            if let Ok(value) = ask(&signal, &market, world, *row, *currency)
                && !value.is_finite()
            {
                let expected = format!("a number for {currency} on {}", told.case.date());
                return Err(Finding::new(expected, format!("{value}")));
            }
        }
        Ok(())
    })
}

/// The same currency on the same day gives the same value, whatever was asked before.
///
/// # Errors
///
/// [`Broken`] with a market, and the currency whose value changed.
pub fn pure<S: Signal>(settings: &Settings, make: impl Fn(&Market) -> S) -> Result<(), Broken> {
    let words = "the same currency on the same day gives the same value, whatever was asked before.";
    check(Law { name: "pure", words }, settings, &days(), |told| {
        let Day { world, row } = &told.case;
        let market = market(world)?;
        let used = make(&market);
        // The other days and currencies first, then each again.
        for currency in world.spots.keys() {
            for earlier in row.saturating_sub(2)..=*row {
                let _ = ask(&used, &market, world, earlier, *currency);
            }
        }
        for currency in world.spots.keys() {
            let alone = ask(&make(&market), &market, world, *row, *currency);
            for _ in 0..2 {
                let after = ask(&used, &market, world, *row, *currency);
                must_be(&alone, &after, *currency, "asked alone", "asked after other days and currencies")?;
            }
        }
        Ok(())
    })
}

/// Nothing that becomes known after the day changes a value.
///
/// # Errors
///
/// [`Broken`] with a market, the day, and a value that knew what came after it.
pub fn no_look_ahead<S: Signal>(settings: &Settings, make: impl Fn(&Market) -> S) -> Result<(), Broken> {
    let words = "a value does not change when anything does that becomes known after the day.";
    let cases = (days(), any::<u64>()).prop_map(|(told, seed)| {
        let Day { world, row } = told.case;
        let other = world.with_another_future(world.month(row).last_day(), seed);
        Told::new((Day { world, row }, other), |(day, other)| {
            let future: Vec<String> = other
                .spots
                .iter()
                .map(|(currency, spots)| {
                    let shown = |spot: &Option<f64>| spot.map_or("a hole".to_owned(), crate::table::number);
                    let next = spots.get(day.row + 1).map_or("nothing".to_owned(), shown);
                    format!("{currency} {next}")
                })
                .collect();
            format!(
                "{day:?}\nthe other future: next month {}, and other figures after that",
                future.join(", ")
            )
        })
    });
    check(Law { name: "no look-ahead", words }, settings, &cases, |told| {
        let (day, other) = &told.case;
        let (market, changed) = (market(&day.world)?, self::market(other)?);
        let (here, there) = (make(&market), make(&changed));
        for currency in day.world.spots.keys() {
            let before = ask(&here, &market, &day.world, day.row, *currency);
            let after = ask(&there, &changed, &day.world, day.row, *currency);
            let words = format!("on {}", day.date());
            must_be(&before, &after, *currency, &words, "on the same day of a market with another future")?;
        }
        Ok(())
    })
}

/// Taking a spot or a short rate away leaves the value as it is, when the signal does not need it, or leaves none.
///
/// # Errors
///
/// [`Broken`] with a market, the figure that was taken away, and the value that was made up without it.
pub fn whole_history<S: Signal>(settings: &Settings, make: impl Fn(&Market) -> S) -> Result<(), Broken> {
    let words = "a signal that lacks part of what it needs answers with what is missing, never with a guess.";
    holes(Law { name: "whole history", words }, settings, &[Figure::Spot, Figure::ShortRate], make)
}

/// The same for consumer prices. Not part of [`signal`]: a signal may step over a month that is not published, and then says so.
///
/// # Errors
///
/// As [`whole_history`].
pub fn whole_price_history<S: Signal>(
    settings: &Settings,
    make: impl Fn(&Market) -> S,
) -> Result<(), Broken> {
    let words =
        "a signal that lacks a month of consumer prices answers that they are missing, never with a guess.";
    holes(Law { name: "whole price history", words }, settings, &[Figure::ConsumerPrices], make)
}

/// The order in which a market lists its currencies does not count.
///
/// # Errors
///
/// [`Broken`] with a market, and the currency whose value changed.
pub fn any_order<S: Signal>(settings: &Settings, make: impl Fn(&Market) -> S) -> Result<(), Broken> {
    let words = "a value does not change with the order in which the market lists its currencies.";
    check(Law { name: "any order", words }, settings, &days(), |told| {
        let Day { world, row } = &told.case;
        let (market, turned) = (market(world)?, turned(world)?);
        let (here, there) = (make(&market), make(&turned));
        for currency in world.spots.keys() {
            let before = ask(&here, &market, world, *row, *currency);
            let after = ask(&there, &turned, world, *row, *currency);
            must_be(&before, &after, *currency, "in a market in one order", "in the order turned round")?;
        }
        Ok(())
    })
}

/// The unit does not count: a currency quoted for a hundred or a thousandth of it has the same value, and so has one whose price index
/// has another base year.
///
/// Not part of [`signal`], whose laws do not state it; the signals of this project hold it.
///
/// # Errors
///
/// [`Broken`] with a market, the factor, and the two values.
pub fn quoting_unit<S: Signal>(settings: &Settings, make: impl Fn(&Market) -> S) -> Result<(), Broken> {
    let words = "spots and price indices times k give the same value.";
    // A power of two changes no digit of a quotient.
    let cases = (days(), 1..=10_i32, any::<bool>()).prop_map(|(told, power, up)| {
        let factor = 2_f64.powi(if up { power } else { -power });
        Told::new((told.case, factor), |(day, factor)| format!("k = {factor}\n{day:?}"))
    });
    check(Law { name: "quoting unit", words }, settings, &cases, |told| {
        let (Day { world, row }, factor) = &told.case;
        let mut scaled = world.clone();
        let figures = scaled.spots.values_mut().chain(scaled.consumer_prices.values_mut());
        figures.flatten().flatten().for_each(|figure| *figure *= factor);
        let (market, other) = (market(world)?, market(&scaled)?);
        let (here, there) = (make(&market), make(&other));
        for currency in world.spots.keys() {
            let before = ask(&here, &market, world, *row, *currency);
            let after = ask(&there, &other, world, *row, *currency);
            let same = match (&before, &after) {
                (Ok(before), Ok(after)) => (before - after).abs() <= 1e-9 * before.abs().max(1.0),
                (Err(_), Err(_)) => true,
                _ => false,
            };
            if !same {
                let expected = format!("{currency} in one unit: {}", shown(&before));
                return Err(Finding::new(expected, format!("{currency} in another: {}", shown(&after))));
            }
        }
        Ok(())
    })
}

/// A market and a day of it.
#[derive(Clone)]
struct Day {
    world: World,
    row: usize,
}

impl Day {
    fn date(&self) -> chrono::NaiveDate {
        self.world.month(self.row).last_day()
    }
}

impl std::fmt::Debug for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "on {}\n{:?}", self.date(), self.world)
    }
}

/// A market and one of its last days: there is a past to look at, and mostly a future.
fn days() -> impl Strategy<Value = Told<Day>> {
    // The place first: proptest makes the parts of a tuple smaller in turn, and does not come back.
    (0..=6_usize, generate::currencies()).prop_map(|(back, world)| {
        let row = world.months().saturating_sub(back + 1);
        Told::new(Day { world, row }, |day| format!("{day:?}"))
    })
}

/// What may be taken away.
#[derive(Debug, Clone, Copy)]
enum Figure {
    Spot,
    ShortRate,
    ConsumerPrices,
}

fn holes<S: Signal>(
    law: Law,
    settings: &Settings,
    figures: &'static [Figure],
    make: impl Fn(&Market) -> S,
) -> Result<(), Broken> {
    // How far back: mostly near the day, where every signal looks.
    let back = prop_oneof![2 => 0..=13_usize, 1 => 0..=80_usize];
    let cases = (0..figures.len(), 0..4_usize, back, days()).prop_map(|(figure, currency, back, told)| {
        let day = told.case;
        let keys: Vec<Currency> = day.world.spots.keys().copied().collect();
        let (figure, currency) = (figures[figure], keys[currency.min(keys.len() - 1)]);
        Told::new((day, figure, currency, back), |(day, figure, currency, back)| {
            let month = day.world.month(day.row.saturating_sub(*back));
            format!("without the {} of {currency} for {month}, {day:?}", figure.words())
        })
    });
    check(law, settings, &cases, |told| {
        let (Day { world, row }, figure, currency, back) = &told.case;
        let mut holed = world.clone();
        let series = match figure {
            Figure::Spot => &mut holed.spots,
            Figure::ShortRate => &mut holed.short_rates,
            Figure::ConsumerPrices => &mut holed.consumer_prices,
        };
        let place = row.saturating_sub(*back);
        if let Some(value) = series.get_mut(currency).and_then(|series| series.get_mut(place)) {
            *value = None;
        }
        let (market, holed) = (market(world)?, self::market(&holed)?);
        for asked in world.spots.keys() {
            let whole = ask(&make(&market), &market, world, *row, *asked);
            let after = ask(&make(&holed), &holed, world, *row, *asked);
            if after.is_ok() {
                must_be(&whole, &after, *asked, "with all figures", "without one, and not missing")?;
            }
        }
        Ok(())
    })
}

impl Figure {
    fn words(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::ShortRate => "short rate",
            Self::ConsumerPrices => "consumer prices",
        }
    }
}

type Answer = Result<f64, Missing>;

fn ask(signal: &impl Signal, market: &Market, world: &World, row: usize, currency: Currency) -> Answer {
    signal.value(&Pair::new(market.as_of(world.month(row).last_day()), currency))
}

fn must_be(one: &Answer, other: &Answer, currency: Currency, here: &str, there: &str) -> Result<(), Finding> {
    // To the bit: a value that is no number is the affair of another law.
    let same = match (one, other) {
        (Ok(one), Ok(other)) => one.to_bits() == other.to_bits(),
        (one, other) => one == other,
    };
    if same {
        return Ok(());
    }
    let expected = format!("{currency}, {here}: {}", shown(one));
    Err(Finding::new(expected, format!("{currency}, {there}: {}", shown(other))))
}

fn shown(answer: &Answer) -> String {
    match answer {
        Ok(value) => format!("{value}"),
        Err(missing) => format!("none, it {missing}"),
    }
}

fn market(world: &World) -> Result<Market, Finding> {
    world.market().map_err(|e| Finding::error(&e))
}

/// The market with its currencies in the other order.
fn turned(world: &World) -> Result<Market, Finding> {
    let columns = world.spots.iter().rev().map(|(currency, series)| (*currency, series.clone())).collect();
    let spots = SpotPanel::new(World::BASE, Frequency::Monthly, world.dates(), columns);
    let spots = spots.map_err(|e| Finding::error(&e))?;
    market(world)?.with_spots(spots).map_err(|e| Finding::error(&e))
}
