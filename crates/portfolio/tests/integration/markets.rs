//! Random markets and specs, valid by construction: every case drawn here runs to its end, so nothing is ever rejected.

use std::collections::BTreeMap;

use allweather_core::{AssetId, Currency, Money, Month, Percent, Rate, Year};
use allweather_market::{Frequency, Instrument, Market, MonthlySeries, PricePanel, SpotPanel};
use allweather_portfolio::{
    AssetLot, Capital, CashYield, CostSpec, Expenses, Holding, Holdings, Knowledge, LateAssets, Operation,
    Record, Spec,
    cashflow::{Anchored, GuytonKlinger, Published, Spending, Yale},
    costs::{AssetCosts, Proportional, PublishedCosts, SlippageRule},
    fx_overlay::{FxSpec, HedgeSpec, MarginSpec, Momentum, OverlaySpec, SignalSpec, Value},
    rebalance::{Calendar, DriftBand, DriftMeasure, Edge, Lot, Period, Rule, Scope, UnderMinimum},
    rfr::{Indicator, Indicators, MissingPolicy, RateHistory, RateRules, Reading, prescribed_rate},
    simulate,
};
use chrono::NaiveDate;
use proptest::{collection::vec, prelude::*, sample::subsequence};
use rust_decimal::Decimal;

const LONGEST: usize = 60;
const MOST_ASSETS: usize = 6;
/// The months a run may start after the panel does: it is then shorter than the shortest panel by one month at least.
const LATEST_START: i32 = 12;
pub(crate) const BASE: Currency = Currency::JPY;
const HELD: [Currency; 3] = [BASE, Currency::USD, Currency::EUR];
const FOREIGN: [Currency; 4] = [Currency::USD, Currency::EUR, Currency::GBP, Currency::AUD];

pub(crate) type Series = Vec<Option<f64>>;

#[derive(Debug, Clone)]
pub(crate) struct Asset {
    pub(crate) id: AssetId,
    pub(crate) currency: Currency,
    pub(crate) prices: Series,
}

/// Everything a run reads, as plain data that a law may change. Series are monthly from `first`.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) first: Month,
    pub(crate) assets: Vec<Asset>,
    pub(crate) spots: BTreeMap<Currency, Series>,
    pub(crate) short_rates: BTreeMap<Currency, Series>,
    /// Published one month late.
    pub(crate) consumer_prices: BTreeMap<Currency, Series>,
    /// The five of each year from that of `first`, in percent.
    pub(crate) indicators: Vec<[Decimal; 5]>,
}

/// A world and a spec that runs on it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) world: World,
    pub(crate) spec: Spec,
}

impl World {
    pub(crate) fn months(&self) -> usize {
        self.assets[0].prices.len()
    }

    fn dates(&self) -> Vec<NaiveDate> {
        let last = self.first.offset(i32::try_from(self.months()).unwrap() - 1);
        self.first.through(last).map(Month::last_day).collect()
    }

    pub(crate) fn market(&self) -> Market {
        let column = |a: &Asset| (Instrument { id: a.id.clone(), currency: a.currency }, a.prices.clone());
        let prices =
            PricePanel::new(Frequency::Monthly, self.dates(), self.assets.iter().map(column).collect());
        let spots = self.spots.iter().map(|(c, s)| (*c, s.clone())).collect();
        let spots = SpotPanel::new(BASE, Frequency::Monthly, self.dates(), spots).unwrap();
        let series = |by: &BTreeMap<Currency, Series>, delay| {
            let one = |(c, values): (&Currency, &Series)| {
                (*c, MonthlySeries::new(self.first, values.clone()).unwrap().published_after(delay))
            };
            by.iter().map(one).collect()
        };
        Market::new(BASE, prices.unwrap())
            .with_spots(spots)
            .unwrap()
            .with_short_rates(series(&self.short_rates, 0))
            .with_consumer_prices(series(&self.consumer_prices, 1))
    }

    /// Stated rates: known, and final, from the first day of each year.
    pub(crate) fn rates(&self) -> RateHistory {
        let years = self.first.year().number()..;
        let one = |(year, percents): (i32, &[Decimal; 5])| {
            let readings = Indicator::ALL.into_iter().zip(percents);
            let year = readings.fold(Indicators::new(Year::new(year)), |year, (indicator, percent)| {
                year.with(indicator, Reading::published(Percent::new(*percent))).unwrap()
            });
            (year.year(), prescribed_rate(&year, MissingPolicy::Refuse).unwrap())
        };
        RateHistory::from(years.zip(&self.indicators).map(one).collect::<BTreeMap<_, _>>())
    }

    fn row(&self, month: Month) -> usize {
        usize::try_from(month.months_since(self.first)).unwrap()
    }

    pub(crate) fn asset(&self, id: &AssetId) -> &Asset {
        self.assets.iter().find(|a| a.id == *id).unwrap()
    }

    /// Base currency for a unit of foreign money.
    pub(crate) fn spot(&self, currency: Currency, month: Month) -> f64 {
        if currency == BASE { 1.0 } else { self.spots[&currency][self.row(month)].unwrap() }
    }

    pub(crate) fn short_rate(&self, currency: Currency, month: Month) -> f64 {
        self.short_rates[&currency][self.row(month)].unwrap()
    }

    /// What a unit of an asset is worth in base currency.
    pub(crate) fn price(&self, id: &AssetId, month: Month) -> Option<f64> {
        let asset = self.asset(id);
        Some(asset.prices[self.row(month)]? * self.spot(asset.currency, month))
    }

    /// The same world up to `month`, and other numbers behind it: everything that is not yet known on its last day.
    pub(crate) fn with_another_future(&self, month: Month, seed: u64) -> Self {
        let known = self.row(month) + 1;
        let mut world = self.clone();
        let mut noise = Noise(seed);
        for asset in &mut world.assets {
            // An asset that has not begun may begin earlier.
            let begins = asset.prices.iter().take_while(|p| p.is_none()).count();
            for (row, price) in asset.prices.iter_mut().enumerate().skip(known) {
                *price = if row < begins { Some(100.0) } else { price.map(|p| p * noise.near_one()) };
            }
        }
        for spots in world.spots.values_mut() {
            spots.iter_mut().skip(known).flatten().for_each(|x| *x *= noise.near_one());
        }
        for rates in world.short_rates.values_mut() {
            rates.iter_mut().skip(known).flatten().for_each(|x| *x += noise.near_one() - 1.0);
        }
        for prices in world.consumer_prices.values_mut() {
            prices.iter_mut().skip(known - 1).flatten().for_each(|x| *x *= noise.near_one());
        }
        let years = usize::try_from(month.year().number() - self.first.year().number()).unwrap() + 1;
        for indicators in world.indicators.iter_mut().skip(years) {
            *indicators = [Decimal::from(7); 5];
        }
        world
    }
}

impl Case {
    pub(crate) fn run(&self) -> Record {
        simulate(&self.spec, &self.world.market(), &self.world.rates()).unwrap()
    }

    /// The case in an operation, with lots for what is held.
    pub(crate) fn operated(mut self, mut operation: Operation) -> Self {
        if let Operation::Actual { lots, .. } = &mut operation {
            lots.truncate(self.world.assets.len());
        }
        self.spec.operation = operation;
        self
    }

    /// The case in divisible holdings.
    pub(crate) fn divisible(mut self) -> Self {
        self.spec.operation = Operation::Simulation;
        self
    }

    /// The case without any cost of trading or of dealing in forwards.
    pub(crate) fn free(mut self) -> Self {
        self.spec.costs = CostSpec::default();
        self.spec.fx = self.spec.fx.map(|fx| fx.with_fee(Rate::ZERO).unwrap());
        self
    }

    /// The case without expenses: nothing flows in or out.
    pub(crate) fn without_expenses(mut self) -> Self {
        self.spec.expenses = None;
        self
    }

    /// The case traded to its targets at every step.
    pub(crate) fn every_month(mut self) -> Self {
        self.spec.rule = Rule::Calendar(Calendar { every: Period::Month, on: Edge::End });
        self
    }

    /// The case with expenses by the published rule, the one the exact ledger knows; with none, as it is.
    pub(crate) fn spending_as_published(mut self, percent: u8) -> Self {
        let rule = Spending::Published(Published::new(Percent::new(percent.into())).unwrap());
        self.spec.expenses = self.spec.expenses.map(|e| Expenses { rule, ..e });
        self
    }
}

/// Numbers that look random, from a seed.
#[derive(Debug, Clone)]
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> u64 {
        // SplitMix64 (Steele, Lea and Flood 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn near_one(&mut self) -> f64 {
        0.95 + 0.1 * self.unit()
    }
}

fn wander(start: f64, moves: &[f64], months: usize) -> Series {
    let level = |level: &mut f64, change: &f64| {
        *level *= 1.0 + change;
        Some(Some(*level))
    };
    moves.iter().scan(start, level).take(months).collect()
}

/// Monthly returns: wandering, rising, hardly moving, not moving at all, or with a crash.
fn returns() -> impl Strategy<Value = Vec<f64>> {
    let each = |range: std::ops::Range<f64>| vec(range, LONGEST);
    prop_oneof![
        4 => each(-0.08..0.08),
        2 => each(-0.01..0.03),
        1 => each(-1e-6..1e-6),
        1 => Just(vec![0.0; LONGEST]),
        2 => (each(-0.05..0.05), 0..LONGEST, -0.6..-0.3_f64).prop_map(|(mut returns, month, crash)| {
            returns[month] = crash;
            returns
        }),
    ]
}

/// An asset before it is cut to length: returns, first price, place of its currency, how late it begins.
type RawAsset = (Vec<f64>, f64, usize, usize);

fn raw_asset() -> impl Strategy<Value = RawAsset> {
    let price = prop_oneof![0.5..5.0, 50.0..150.0, 500.0..2000.0_f64];
    let late = prop_oneof![5 => Just(0), 1 => 0..LONGEST];
    (returns(), price, 0..HELD.len(), late)
}

/// Markets of 1 to 6 assets in 1 to 3 currencies over 13 to 60 months from any month on, with short rates (also negative
/// ones), consumer prices and five indicators a year. Short rates of currencies that nothing is quoted in have holes, and
/// their spots may begin late. The first asset is there from the beginning.
pub(crate) fn worlds() -> impl Strategy<Value = World> {
    let assets = (vec(raw_asset(), 1..=MOST_ASSETS), 1..=HELD.len());
    let foreign =
        (vec(vec(-0.08..0.08_f64, LONGEST), FOREIGN.len()), vec(0..LONGEST, 2), vec(0..10_u8, 2 * LONGEST));
    let money = (
        vec(vec(-0.01..0.12_f64, LONGEST), FOREIGN.len() + 1),
        vec(vec(-0.005..0.02_f64, LONGEST), FOREIGN.len() + 1),
    );
    let tenths = vec(prop::array::uniform5(-50..120_i64), 7);
    (13..=LONGEST, 0..24_i32, assets, foreign, money, tenths).prop_map(
        |(months, start, (raw, currencies), (moves, late_spots, holes), (rates, inflation), tenths)| {
            let mut assets = Vec::new();
            for (i, (returns, price, currency, late)) in raw.into_iter().enumerate() {
                let mut prices = wander(price, &returns, months);
                let late = if i == 0 { 0 } else { late.min(months - 1) };
                prices[..late].fill(None);
                let currency = HELD[currency % currencies];
                assets.push(Asset { id: format!("a{i}").parse().unwrap(), currency, prices });
            }
            let mut world = World {
                first: Month::new(2000, 1).unwrap().offset(start),
                assets,
                spots: BTreeMap::new(),
                short_rates: BTreeMap::new(),
                consumer_prices: BTreeMap::new(),
                indicators: tenths.iter().map(|year| year.map(|x| Decimal::new(x, 1))).collect(),
            };
            for (currency, (rates, inflation)) in
                FOREIGN.into_iter().chain([BASE]).zip(rates.iter().zip(&inflation))
            {
                let rates = rates.iter().take(months).copied().map(Some).collect();
                world.short_rates.insert(currency, rates);
                world.consumer_prices.insert(currency, wander(100.0, inflation, months));
            }
            for (k, (currency, moves)) in FOREIGN.into_iter().zip(&moves).enumerate() {
                let mut spots = wander([110.0, 130.0, 1.5, 80.0][k], moves, months);
                if let Some(unheld) = k.checked_sub(2) {
                    spots[..late_spots[unheld].saturating_sub(LONGEST / 2).min(months)].fill(None);
                    let rates = world.short_rates.get_mut(&currency).unwrap();
                    for (rate, hole) in rates.iter_mut().zip(&holes[unheld * LONGEST..]) {
                        *rate = rate.filter(|_| *hole > 0);
                    }
                }
                world.spots.insert(currency, spots);
            }
            world
        },
    )
}

pub(crate) fn rules() -> impl Strategy<Value = Rule> {
    let measure = prop_oneof![Just(DriftMeasure::Position), Just(DriftMeasure::Portfolio)];
    let scope = prop_oneof![Just(Scope::All), Just(Scope::Breached)];
    let every =
        prop_oneof![Just(Period::Week), Just(Period::Month), Just(Period::Quarter), Just(Period::Year)];
    let on = prop_oneof![Just(Edge::Start), Just(Edge::End)];
    prop_oneof![
        2 => (measure, 1..=10_u32, scope)
            .prop_map(|(m, threshold, s)| Rule::DriftBand(DriftBand::new(m, threshold, s).unwrap())),
        1 => (every, on).prop_map(|(every, on)| Rule::Calendar(Calendar { every, on })),
    ]
}

fn bps(tenths: impl Strategy<Value = i64>) -> impl Strategy<Value = Rate> {
    tenths.prop_map(|tenths| Rate::from_bps(Decimal::new(tenths, 1)))
}

/// Costs of assets named `a0`, `a1`, …: nothing, one rate, or the published estimate with volatility and minimums.
pub(crate) fn costs() -> impl Strategy<Value = CostSpec> {
    // In units of the base currency, or of dollars, which are worth a hundred.
    let minimum = prop_oneof![
        2 => Just(None),
        1 => (0..200_i64).prop_map(|x| Some(Money::new(x.into(), BASE))),
        1 => (0..200_i64).prop_map(|x| Some(Money::new(Decimal::new(x, 2), Currency::USD))),
    ];
    let row = (bps(0..300_i64), bps(0..300_i64), minimum);
    let slippage = (0.0..2.0_f64, 1.0..4.0_f64).prop_map(|(e, cap)| SlippageRule::new(e, cap).unwrap());
    let published = (vec(row, MOST_ASSETS), slippage, bps(0..50_i64)).prop_map(|(rows, slippage, fx)| {
        let row = |(i, (max_rate, base_slippage, minimum))| AssetCosts {
            asset: format!("a{i}").parse().unwrap(),
            max_rate,
            base_slippage,
            minimum,
        };
        let rows = rows.into_iter().enumerate().map(row).collect();
        CostSpec::Published(PublishedCosts::new(rows, fx).unwrap().with_slippage(slippage))
    });
    prop_oneof![
        1 => Just(CostSpec::default()),
        2 => bps(0..3000_i64).prop_map(|rate| CostSpec::Proportional(Proportional::new(rate).unwrap())),
        2 => published,
    ]
}

/// None, or every spending rule; a pool of up to half the capital to begin with, and a largest one of 0 to 5 years.
fn expenses() -> impl Strategy<Value = Option<Expenses>> {
    let percent = |range: std::ops::RangeInclusive<i64>| range.prop_map(|p| Percent::new(Decimal::new(p, 1)));
    let rule = prop_oneof![
        3 => percent(0..=200).prop_map(|p| Spending::Published(Published::new(p).unwrap())),
        1 => percent(1..=100).prop_map(|p| Spending::Anchored(Anchored::new(p).unwrap())),
        1 => percent(1..=100).prop_map(|p| Spending::Yale(Yale::new(p).unwrap())),
        1 => percent(1..=100).prop_map(|p| Spending::GuytonKlinger(GuytonKlinger::new(p).unwrap())),
    ];
    let pool = prop_oneof![1 => Just(0), 1 => 0..500_000_i64];
    let knowledge = prop_oneof![Just(Knowledge::PointInTime), Just(Knowledge::Final)];
    let some = (rule, pool, 0..=50_i64, knowledge).prop_map(|(rule, pool, years, knowledge)| {
        Some(Expenses { rule, initial_pool: pool.into(), pool_years: Decimal::new(years, 1), knowledge })
    });
    prop_oneof![1 => Just(None), 3 => some]
}

pub(crate) fn overlays() -> impl Strategy<Value = OverlaySpec> {
    let signals = vec![
        SignalSpec::Carry,
        SignalSpec::Momentum(Momentum::new(&[1]).unwrap()),
        SignalSpec::Momentum(Momentum::new(&[1, 3]).unwrap()),
        SignalSpec::Value(Value::new(13, 14).unwrap()),
    ];
    let currencies = subsequence(FOREIGN.to_vec(), 1..=FOREIGN.len());
    (currencies, subsequence(signals, 1..=3), bps(1..10_000_i64), 0.1..1.0_f64, 2..=6_u16).prop_map(
        |(currencies, signals, volatility, limit, months)| {
            let overlay = OverlaySpec::new(&currencies, volatility, limit).unwrap();
            overlay.with_signals(signals).unwrap().with_covariance_months(months).unwrap()
        },
    )
}

fn fx() -> impl Strategy<Value = Option<FxSpec>> {
    let ratio = prop_oneof![1 => Just(0.0), 2 => Just(1.0), 2 => 0.0..1.0_f64];
    let unhedged = subsequence(vec![Currency::USD, Currency::EUR], 0..=1);
    let basis = bps(-1000..1000_i64);
    let overlay = proptest::option::of(overlays());
    let some = (ratio, unhedged, basis, bps(0..100_i64), overlay, prop_oneof![Just(1.0), 1.0..3.0_f64])
        .prop_map(|(ratio, unhedged, basis, fee, overlay, limit)| {
            let margin = MarginSpec::new(Rate::from_bps(400.into()), limit).unwrap();
            let spec = FxSpec::new(margin).with_hedge(HedgeSpec::new(ratio, &unhedged).unwrap());
            let spec = spec.with_basis(BTreeMap::from([(Currency::USD, basis)])).unwrap();
            let spec = spec.with_fee(fee).unwrap();
            Some(if let Some(overlay) = overlay { spec.with_overlay(overlay) } else { spec })
        });
    prop_oneof![1 => Just(None), 2 => some]
}

fn lot() -> impl Strategy<Value = Lot> {
    let of = |minimum, increment| Just(Lot::new(minimum, increment).unwrap());
    prop_oneof![
        Just(Lot::WHOLE),
        Just(Lot::CURRENCY),
        of(Decimal::TEN, Decimal::from(5)),
        of(Decimal::ZERO, Decimal::new(1, 3)),
        of(Decimal::new(25, 1), Decimal::new(5, 1)),
    ]
}

/// Actual operation with lots of its own for every asset, under each of the three policies.
pub(crate) fn actual() -> impl Strategy<Value = Operation> {
    let policy =
        prop_oneof![Just(UnderMinimum::Skip), Just(UnderMinimum::RoundTrip), Just(UnderMinimum::Zero)];
    (lot(), vec(lot(), MOST_ASSETS - 1), policy).prop_map(|(lot, lots, under_minimum)| {
        let named = |(i, lot)| AssetLot { asset: format!("a{i}").parse().unwrap(), lot };
        Operation::Actual { lot, lots: lots.into_iter().enumerate().map(named).collect(), under_minimum }
    })
}

/// Worlds, each with a spec that runs on it.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let weight = prop_oneof![1 => Just(0.0), 6 => 0.02..1.0_f64];
    let money = (100_000_000..10_000_000_000_i64, vec(weight, MOST_ASSETS), 0..=LATEST_START);
    let operation = prop_oneof![2 => Just(Operation::Simulation), 1 => actual()];
    let cash = prop_oneof![Just(CashYield::Nothing), Just(CashYield::ShortRate)];
    (worlds(), money, rules(), operation, (costs(), expenses(), fx(), cash)).prop_map(
        |(mut world, (capital, mut weights, skipped), rule, operation, (costs, expenses, fx, cash))| {
            weights.truncate(world.assets.len());
            weights[0] = weights[0].max(0.02);
            let sum: f64 = weights.iter().sum();
            let holding =
                |(asset, weight): (&Asset, &f64)| Holding { asset: asset.id.clone(), weight: *weight / sum };
            let holdings = world.assets.iter().zip(&weights).map(holding).collect();
            for (asset, _) in world.assets.iter_mut().zip(&weights).filter(|(_, w)| **w == 0.0) {
                // What is never held may have holes.
                let last = asset.prices.len() - 1;
                asset.prices[1..last].iter_mut().step_by(5).for_each(|p| *p = None);
            }
            let spec = Spec {
                name: "drawn".to_owned(),
                capital: Capital::new(Decimal::new(capital, 2)).unwrap(),
                start: Some(world.first.offset(skipped)),
                end: None,
                holdings: Holdings::new(holdings).unwrap(),
                late_assets: LateAssets::LeaveOut,
                rule,
                operation: Operation::Simulation,
                costs,
                expenses,
                prescribed_rate: RateRules::default(),
                fx,
                cash,
            };
            Case { world, spec }.operated(operation)
        },
    )
}

/// Equal within a tolerance relative to a scale.
pub(crate) fn close(a: f64, b: f64, scale: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * scale.abs()
}
