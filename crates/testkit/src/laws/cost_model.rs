//! Laws of cost models, one by one: those that the rustdoc of [`CostModel`] states, and what an engine relies on.
//!
//! Each takes what makes the model, a new one for every try, from the names of the assets it will be asked about. A model that needs
//! no names ignores them: `|_| MyCosts::new()`.

use allweather_core::{AssetId, Money};
use allweather_costs::{CostModel, CostRates, TradedAsset};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{
    purchase::{CAPITAL, ROUNDING, purchase},
    told::Told,
};
use crate::{
    Broken, Settings,
    check::{Finding, Law, check},
    generate,
    table::number,
};

/// Checks all laws that every cost model must hold: [`no_subsidy`], [`a_function`], [`no_memory`], [`honest`], [`minimum`],
/// [`charged`] and [`dearer`].
///
/// The model must answer for any asset. One that is laid out for a universe goes through [`fitted`]. [`conservative`] is a law of its
/// own, because a model may break it on purpose, and then says so.
///
/// ```
/// use allweather_portfolio::costs::{CostModel, CostRates, TradedAsset};
/// use allweather_testkit::laws;
///
/// /// Half of a quoted spread, and it never closes.
/// #[derive(Debug)]
/// struct HalfSpread(f64);
/// impl CostModel for HalfSpread {
///     fn rates(&self, _: &TradedAsset<'_>) -> CostRates {
///         CostRates { slippage: self.0 / 2.0, ..CostRates::default() }
///     }
/// }
/// laws::cost_model(|| HalfSpread(0.002))?;
/// let broken = laws::cost_model(|| HalfSpread(-0.002)).unwrap_err();
/// assert_eq!(broken.law, "no subsidy");
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the first law that does not hold and the smallest universe found that shows it.
pub fn cost_model<M: CostModel>(make: impl Fn() -> M) -> Result<(), Broken> {
    all(&Settings::default(), make)
}

/// As [`cost_model`], with [`Settings`].
///
/// # Errors
///
/// As [`cost_model`].
pub fn all<M: CostModel>(settings: &Settings, make: impl Fn() -> M) -> Result<(), Broken> {
    every(settings, |_: &[AssetId]| make())
}

/// The same for a model that is laid out for the assets of a universe, and [`any_order`].
///
/// ```
/// use allweather_portfolio::{core::{AssetId, Rate}, costs::{AssetCosts, PublishedCosts}};
/// use allweather_testkit::laws;
/// use rust_decimal::dec;
/// let row = |asset: &AssetId| AssetCosts {
///     asset: asset.clone(),
///     max_rate: Rate::from_bps(dec!(8)),
///     base_slippage: Rate::from_bps(dec!(5)),
///     minimum: None,
/// };
/// laws::cost_model::fitted(|universe| {
///     let costs = PublishedCosts::new(universe.iter().map(row).collect(), Rate::from_bps(dec!(0.2))).unwrap();
///     costs.for_universe(universe).unwrap()
/// })?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// As [`cost_model`].
pub fn fitted<M: CostModel>(make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    all_fitted(&Settings::default(), make)
}

/// As [`fitted`], with [`Settings`].
///
/// # Errors
///
/// As [`cost_model`].
pub fn all_fitted<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    every(settings, &make)?;
    any_order(settings, &make)
}

fn every<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    no_subsidy(settings, &make)?;
    a_function(settings, &make)?;
    no_memory(settings, &make)?;
    honest(settings, &make)?;
    minimum(settings, &make)?;
    charged(settings, &make)?;
    dearer(settings, &make)
}

/// Every rate is finite and not negative, and the three together are below a half.
///
/// # Errors
///
/// [`Broken`] with a universe and the asset whose rates are none.
pub fn no_subsidy<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    let words = "every rate is finite and not negative, and the three together are below a half.";
    check(Law { name: "no subsidy", words }, settings, &generate::universe(), |universe| {
        let model = make(&universe.ids());
        for asset in universe.traded() {
            let rates = model.rates(&asset);
            let each = [rates.commission, rates.slippage, rates.fx];
            if !(each.iter().all(|rate| rate.is_finite() && *rate >= 0.0) && rates.total() < 0.5) {
                let (id, expected) = (asset.id(), "rates from 0 to less than 0.5 in all");
                return Err(Finding::new(format!("{expected} for {id}"), format!("{id}: {}", shown(&rates))));
            }
        }
        Ok(())
    })
}

/// The same asset gives the same answer, from one model asked twice and from another one.
///
/// # Errors
///
/// [`Broken`] with an asset and its two answers.
pub fn a_function<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    let words = "the same asset gives the same rates; a model keeps no state of its own.";
    check(Law { name: "a function", words }, settings, &generate::universe(), |universe| {
        let (model, other) = (make(&universe.ids()), make(&universe.ids()));
        let Some(asset) = universe.traded().next() else { return Ok(()) };
        let first = Answer::of(&model, &asset);
        first.must_be(Answer::of(&model, &asset), &asset, "asked at first", "asked again")?;
        first.must_be(Answer::of(&other, &asset), &asset, "asked at first", "of another model, made alike")
    })
}

/// An asset's answer does not depend on which asset was asked about before.
///
/// # Errors
///
/// [`Broken`] with the asset that was asked before, and what it changed.
pub fn no_memory<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    let words = "one asset's answer never depends on which asset was asked about before.";
    // The places first: proptest makes the parts of a tuple smaller in turn, and does not come back.
    let cases = (0..5_usize, 0..5_usize, generate::universe());
    let cases = cases.prop_map(|(before, asked, universe)| {
        let last = universe.assets.len() - 1;
        let (before, asked) = (before.min(last), asked.min(last));
        Told::new((universe, before, asked), |(universe, ..)| format!("{universe:?}"))
    });
    check(Law { name: "no memory", words }, settings, &cases, |told| {
        let (universe, before, asked) = &told.case;
        let Some((before, asset)) = universe.traded().nth(*before).zip(universe.traded().nth(*asked)) else {
            return Ok(());
        };
        let (fresh, used) = (make(&universe.ids()), make(&universe.ids()));
        Answer::of(&used, &before);
        let after = format!("asked after {}", before.id());
        Answer::of(&fresh, &asset).must_be(Answer::of(&used, &asset), &asset, "asked alone", &after)
    })
}

/// A model that says it does not read volatility gives the same rates with and without.
///
/// # Errors
///
/// [`Broken`] with an asset and its two answers.
pub fn honest<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    let words = "when `reads_volatility` is false, the rates are the same with and without volatilities.";
    check(Law { name: "honest", words }, settings, &generate::universe(), |universe| {
        let model = make(&universe.ids());
        if model.reads_volatility() {
            return Ok(());
        }
        for asset in universe.traded() {
            let without =
                TradedAsset::new(asset.id(), asset.position(), asset.currency(), asset.base_currency());
            let calm = Answer::of(&model, &without);
            calm.must_be(Answer::of(&model, &asset), &asset, "without volatilities", "with them")?;
        }
        Ok(())
    })
}

/// The smallest commission is not negative, and a larger order never costs less.
///
/// ```text
/// cost of an order = max(value · commission, minimum) + value · (slippage + fx)
/// ```
///
/// # Errors
///
/// [`Broken`] with an asset and two orders, of which the larger is the cheaper one.
pub fn minimum<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    let words = "the smallest commission of an order is not negative, and a larger order never costs less.";
    let cases =
        (generate::universe(), 0..=1_000_000_u32, 0..=1_000_000_u32).prop_map(|(universe, value, more)| {
            let orders = (f64::from(value), f64::from(value) + f64::from(more));
            Told::new((universe, orders), |(universe, (less, more))| {
                format!(
                    "orders of {} and {} in the currency of the minimum\n{universe:?}",
                    number(*less),
                    number(*more)
                )
            })
        });
    check(Law { name: "minimum", words }, settings, &cases, |told| {
        let (universe, (less, more)) = &told.case;
        let model = make(&universe.ids());
        for asset in universe.traded() {
            let least = model.minimum(&asset);
            if let Some(least) = least.filter(|least| least.amount() < Decimal::ZERO) {
                let expected = format!("a smallest commission of {} that is not negative", asset.id());
                return Err(Finding::new(expected, format!("{least}")));
            }
            let cost = |value: f64| {
                let (rates, least) = (model.rates(&asset), model.minimum(&asset).map(amount));
                (value * rates.commission).max(least.unwrap_or_default())
                    + value * (rates.slippage + rates.fx)
            };
            let (small, large) = (cost(*less), cost(*more));
            if large < small {
                let expected =
                    format!("an order of {} in {} for no less than {small}", number(*more), asset.id());
                return Err(Finding::new(expected, format!("it costs {large}")));
            }
        }
        Ok(())
    })
}

/// What the engine charges for a purchase is what the model says of each asset, and nothing is lost beside it.
///
/// ```text
/// value after = capital − Σ rate_i · value bought_i
/// ```
///
/// # Errors
///
/// [`Broken`] with a universe, and the kind of cost that is not what the model says.
pub fn charged<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    let words =
        "a first purchase costs what the model says of each asset, and leaves the rest of the capital.";
    check(Law { name: "charged", words }, settings, &generate::universe(), |universe| {
        let record = purchase(universe, &make(&universe.ids()))?;
        let Some(step) = record.step(0) else { return Err(Finding::new("a first purchase", "none")) };
        let model = make(&universe.ids());
        let mut sums = CostRates::default();
        for (asset, bought) in universe.traded().zip(step.after) {
            // On the first day there is no history.
            let asset =
                TradedAsset::new(asset.id(), asset.position(), asset.currency(), asset.base_currency());
            let rates = model.rates(&asset);
            sums.commission += bought * rates.commission;
            sums.slippage += bought * rates.slippage;
            sums.fx += bought * rates.fx;
        }
        let kinds = [
            ("commission", sums.commission, step.costs.commission),
            ("slippage", sums.slippage, step.costs.slippage),
            ("fx fee", sums.fx, step.costs.fx),
            ("value left", CAPITAL - sums.total(), step.value_after),
        ];
        for (what, said, was) in kinds {
            let difference = (said - was).abs();
            if difference.is_nan() || difference > ROUNDING * CAPITAL {
                let expected = format!("{what} {said} of {CAPITAL}, by a model that was not asked before");
                return Err(Finding::new(expected, format!("{what} {was} in the run")));
            }
        }
        Ok(())
    })
}

/// The same purchase at higher rates never leaves more.
///
/// # Errors
///
/// [`Broken`] with a universe, and what was left of the capital with the rates and with higher ones.
pub fn dearer<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    let words = "the same decision at higher rates never leaves more value.";
    check(Law { name: "dearer", words }, settings, &generate::universe(), |universe| {
        let left = |model: &dyn CostModel| {
            let record = purchase(universe, model)?;
            record.step(0).map(|step| step.value_after).ok_or(Finding::new("a first purchase", "none"))
        };
        let (cheap, dear) = (left(&make(&universe.ids()))?, left(&Dearer(make(&universe.ids())))?);
        if dear <= cheap + ROUNDING * CAPITAL {
            return Ok(());
        }
        let expected = format!("no more than {cheap} of {CAPITAL}, which the model leaves");
        Err(Finding::new(expected, format!("{dear} are left when each slippage is 0.001 higher")))
    })
}

/// A higher volatility now never lowers a rate, and slippage is never below what it is in calm.
///
/// Not part of [`cost_model`]: a model that breaks it on purpose says so.
///
/// # Errors
///
/// [`Broken`] with an asset, its volatilities and its rates.
pub fn conservative<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    let words =
        "a higher volatility now never lowers a rate, and slippage is never below what it is in calm.";
    let cases = (generate::universe(), 0..=100_u32).prop_map(|(universe, percent)| {
        Told::new((universe, f64::from(percent) / 100.0), |(universe, rise)| {
            format!("volatility now rises by {rise}\n{universe:?}")
        })
    });
    check(Law { name: "conservative", words }, settings, &cases, |told| {
        let (universe, rise) = &told.case;
        let model = make(&universe.ids());
        for asset in universe.traded() {
            let long_run = asset.volatility_long_run();
            let Some(now) = asset.volatility_now() else { continue };
            let at = |now: f64| {
                Ok(model.rates(&asset.with_volatility(Some(now), long_run).map_err(|e| Finding::error(&e))?))
            };
            let (before, after) = (model.rates(&asset), at(now + rise)?);
            let id = asset.id();
            for (kind, low, high) in [
                ("commission", before.commission, after.commission),
                ("slippage", before.slippage, after.slippage),
                ("fx fee", before.fx, after.fx),
            ] {
                if high < low {
                    let expected =
                        format!("{kind} of {id} at least {low} when its volatility rises from {now}");
                    return Err(Finding::new(expected, format!("{high} at {}", now + rise)));
                }
            }
            let calm = at(long_run.unwrap_or_default().min(now))?.slippage;
            if before.slippage < calm {
                let expected = format!("slippage of {id} at least {calm}, which it is in calm");
                return Err(Finding::new(expected, format!("{} at a volatility of {now}", before.slippage)));
            }
        }
        Ok(())
    })
}

/// The order of the universe does not count: an asset has the same rates in another place.
///
/// Part of [`fitted`] only: a model that is not told the universe may go by an asset's place.
///
/// # Errors
///
/// [`Broken`] with an asset and its two answers.
pub fn any_order<M: CostModel>(settings: &Settings, make: impl Fn(&[AssetId]) -> M) -> Result<(), Broken> {
    let words = "an asset has the same rates wherever it stands in the universe.";
    check(Law { name: "any order", words }, settings, &generate::universe(), |universe| {
        let mut turned = universe.clone();
        turned.assets.reverse();
        let (model, other) = (make(&universe.ids()), make(&turned.ids()));
        for (asset, same) in universe.traded().zip(turned.traded().rev()) {
            let places = (format!("in place {}", asset.position()), format!("in place {}", same.position()));
            Answer::of(&model, &asset).must_be(Answer::of(&other, &same), &asset, &places.0, &places.1)?;
        }
        Ok(())
    })
}

/// Everything a model says of an asset.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Answer {
    rates: CostRates,
    minimum: Option<Money>,
}

impl Answer {
    fn of(model: &impl CostModel, asset: &TradedAsset<'_>) -> Self {
        Self { rates: model.rates(asset), minimum: model.minimum(asset) }
    }

    fn must_be(self, other: Self, asset: &TradedAsset<'_>, here: &str, there: &str) -> Result<(), Finding> {
        if self == other {
            return Ok(());
        }
        let id = asset.id();
        Err(Finding::new(
            format!("{id}, {here}: {}", self.shown()),
            format!("{id}, {there}: {}", other.shown()),
        ))
    }

    fn shown(self) -> String {
        let minimum = self.minimum.map(|minimum| format!(", at least {minimum}"));
        format!("{}{}", shown(&self.rates), minimum.unwrap_or_default())
    }
}

/// Not rounded: the difference may be in the last digit.
fn shown(rates: &CostRates) -> String {
    format!("commission {}, slippage {}, fx {}", rates.commission, rates.slippage, rates.fx)
}

fn amount(money: Money) -> f64 {
    // Of a comparison of two orders only; the nearest double will do.
    money.amount().to_string().parse().unwrap_or(f64::NAN)
}

/// The rates of a model, and a little more.
#[derive(Debug)]
struct Dearer<M>(M);

impl<M: CostModel> CostModel for Dearer<M> {
    fn rates(&self, asset: &TradedAsset<'_>) -> CostRates {
        let rates = self.0.rates(asset);
        CostRates { slippage: rates.slippage + (0.499_999 - rates.total()).clamp(0.0, 0.001), ..rates }
    }

    fn reads_volatility(&self) -> bool {
        self.0.reads_volatility()
    }

    fn minimum(&self, asset: &TradedAsset<'_>) -> Option<Money> {
        self.0.minimum(asset)
    }
}
