#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "valid by construction")]

use std::collections::BTreeMap;

use allweather_core::{Currency, Money, Percent, Rate};
use allweather_costs::{AssetCosts, Proportional, PublishedCosts, SlippageRule};
use allweather_fx_overlay::{FxSpec, HedgeSpec, MarginSpec, Momentum, OverlaySpec, SignalSpec, Value};
use allweather_market::ReturnCurrency;
use allweather_portfolio::{
    AssetLot, Capital, CashYield, CostSpec, Holding, Holdings, LateAssets, Operation, Spec,
};
use allweather_rebalance::{
    Calendar, CorrelationLimit, CostAware, Destination, DriftBand, DriftMeasure, Edge, Lot, NoTradeRegion,
    Period, RiskBudgets, RiskContribution, RiskDestination, Rule, Scope, SpareCash, UnderMinimum,
    WhenVolatile, Window,
};
use proptest::{collection::vec, option, prelude::*, sample::subsequence};
use rust_decimal::Decimal;

use super::{
    flows,
    weights::normalized,
    worlds::{FOREIGN, MOST_ASSETS, drawn_worlds},
};
use crate::{Asset, Case, World, shrink::Shrinking};

/// The months a run may start after the panel does: it is then shorter than the shortest panel by one month at least.
const LATEST_START: i32 = 12;

/// Built-in rules of every kind, also within each other: bands with each destination, calendars, regions, rules that look at
/// volatility, risk, correlation or costs over windows short enough for the worlds drawn here.
pub fn rules() -> BoxedStrategy<Rule> {
    let plain = plain_rules().boxed();
    let pair = || vec(plain_rules(), 1..=2);
    let window = || {
        (2..=12_usize, 0..=12_usize, prop_oneof![Just(ReturnCurrency::Base), Just(ReturnCurrency::Local)])
            .prop_map(|(least, more, currency)| Window::new(least, least + more, currency).expect("a window"))
    };
    let tenths = |range: std::ops::RangeInclusive<i64>| range.prop_map(|x| Decimal::new(x, 1));
    let region = (tenths(1..=100), option::of(bps(0..3000_i64))).prop_map(|(aversion, rate)| {
        let region = NoTradeRegion::new(aversion).expect("above 0");
        Rule::NoTradeRegion(rate.map_or(region, |rate| region.with_cost_rate(rate).expect("a rate")))
    });
    let volatile =
        (window(), tenths(5..=20), plain_rules(), plain_rules()).prop_map(|(window, ratio, a, b)| {
            Rule::WhenVolatile(WhenVolatile::new(2, window, ratio, a, b).expect("within the window"))
        });
    let budgets = prop_oneof![Just(RiskBudgets::Equal), Just(RiskBudgets::Targets)];
    let to = prop_oneof![Just(RiskDestination::Budgets), Just(RiskDestination::Targets)];
    let risk = (window(), budgets, 1..=50_i64, to).prop_map(|(window, budgets, percent, to)| {
        let threshold = Percent::new(percent.into());
        Rule::RiskContribution(RiskContribution::new(window, budgets, threshold, to).expect("a threshold"))
    });
    let limit =
        (window(), tenths(-9..=9), 1..=99_i64, plain_rules()).prop_map(|(window, limit, cap, rule)| {
            let cap = Percent::new(cap.into());
            Rule::CorrelationLimit(CorrelationLimit::new(window, limit, cap, rule).expect("in range"))
        });
    let cash = prop_oneof![Just(SpareCash::Kept), Just(SpareCash::Invested)];
    let aware =
        (window(), tenths(1..=100), tenths(1..=50), cash).prop_map(|(window, aversion, years, cash)| {
            Rule::CostAware(CostAware::new(window, aversion, years, cash).expect("in range"))
        });
    prop_oneof![
        8 => plain,
        1 => region,
        1 => pair().prop_map(|rules| Rule::first_of(rules).expect("one or two")),
        1 => pair().prop_map(|rules| Rule::all_of(rules).expect("one or two")),
        1 => volatile,
        1 => risk,
        1 => limit,
        1 => aware,
    ]
    .boxed()
}

/// Bands to the target and calendars.
pub(crate) fn plain_rules() -> impl Strategy<Value = Rule> + Clone {
    let measure = prop_oneof![Just(DriftMeasure::Position), Just(DriftMeasure::Portfolio)];
    let scope = prop_oneof![Just(Scope::All), Just(Scope::Breached)];
    let to = prop_oneof![
        3 => Just(None),
        1 => Just(Some(Destination::Half)),
        1 => (0..=5_i64).prop_map(|tenths| Some(Destination::Within(Percent::new(Decimal::new(tenths, 1))))),
    ];
    let every = prop_oneof![
        Just(Period::Review),
        Just(Period::Week),
        Just(Period::Month),
        Just(Period::Quarter),
        Just(Period::HalfYear),
        Just(Period::Year)
    ];
    let on = prop_oneof![Just(Edge::Start), Just(Edge::End)];
    let band = |(measure, threshold, scope, to): (_, u32, _, _)| {
        let band = DriftBand::new(measure, threshold, scope).expect("a threshold");
        match to {
            // Half a percent is the edge of the narrowest band, which nothing may be sent back to.
            Some(Destination::Within(_)) if threshold == 1 => band,
            Some(to) => band.back_to(to).expect("within the band"),
            None => band,
        }
    };
    prop_oneof![
        2 => (measure, 1..=10_u32, scope, to).prop_map(move |parts| Rule::DriftBand(band(parts))),
        1 => (every, on).prop_map(|(every, on)| Rule::Calendar(Calendar { every, on })),
    ]
}

fn bps(tenths: impl Strategy<Value = i64>) -> impl Strategy<Value = Rate> {
    tenths.prop_map(|tenths| Rate::from_bps(Decimal::new(tenths, 1)))
}

/// Costs of assets named `a0`, `a1`, …, as worlds have them: nothing, one rate, or the published estimate with volatility and
/// minimums.
pub fn costs() -> BoxedStrategy<CostSpec> {
    // In units of the base currency, or of dollars, which are worth a hundred.
    let minimum = prop_oneof![
        2 => Just(None),
        1 => (0..200_i64).prop_map(|x| Some(Money::new(x.into(), World::BASE))),
        1 => (0..200_i64).prop_map(|x| Some(Money::new(Decimal::new(x, 2), Currency::USD))),
    ];
    let row = (bps(0..300_i64), bps(0..300_i64), minimum);
    let slippage = (0.0..2.0_f64, 1.0..4.0_f64)
        .prop_map(|(exponent, cap)| SlippageRule::new(exponent, cap).expect("a rule in range"));
    let published = (vec(row, MOST_ASSETS), slippage, bps(0..50_i64)).prop_map(|(rows, slippage, fx)| {
        let row = |(i, (max_rate, base_slippage, minimum))| AssetCosts {
            asset: format!("a{i}").parse().expect("a name"),
            max_rate,
            base_slippage,
            minimum,
        };
        let rows = rows.into_iter().enumerate().map(row).collect();
        let costs = PublishedCosts::new(rows, fx).expect("each asset once");
        CostSpec::Published(costs.with_slippage(slippage))
    });
    let one = bps(0..3000_i64).prop_map(|rate| Proportional::new(rate).expect("a rate in range"));
    prop_oneof![
        1 => Just(CostSpec::default()),
        2 => one.prop_map(CostSpec::Proportional),
        2 => published,
    ]
    .boxed()
}

/// Overlays of one to four currencies under one to three signals.
pub fn overlays() -> BoxedStrategy<OverlaySpec> {
    let signals = vec![
        SignalSpec::Carry,
        SignalSpec::Momentum(Momentum::new(&[1]).expect("a month")),
        SignalSpec::Momentum(Momentum::new(&[1, 3]).expect("months")),
        SignalSpec::Value(Value::new(13, 14).expect("months")),
    ];
    let currencies = subsequence(FOREIGN.to_vec(), 1..=FOREIGN.len());
    (currencies, subsequence(signals, 1..=3), bps(1..10_000_i64), 0.1..1.0_f64, 2..=6_u16)
        .prop_map(|(currencies, signals, volatility, limit, months)| {
            let overlay =
                OverlaySpec::new(&currencies, volatility, limit).and_then(|o| o.with_signals(signals));
            overlay.and_then(|o| o.with_covariance_months(months)).expect("an overlay in range")
        })
        .boxed()
}

/// Hedges of every ratio, perhaps with an overlay, a basis, a fee and a limit.
pub fn forwards() -> BoxedStrategy<FxSpec> {
    let ratio = prop_oneof![1 => Just(0.0), 2 => Just(1.0), 2 => 0.0..1.0_f64];
    let unhedged = subsequence(vec![Currency::USD, Currency::EUR], 0..=1);
    let basis = bps(-1000..1000_i64);
    let overlay = option::of(overlays());
    (ratio, unhedged, basis, bps(0..100_i64), overlay, prop_oneof![Just(1.0), 1.0..3.0_f64])
        .prop_map(|(ratio, unhedged, basis, fee, overlay, limit)| {
            let margin = MarginSpec::new(Rate::from_bps(400.into()), limit).expect("a margin in range");
            let spec = FxSpec::new(margin).with_hedge(HedgeSpec::new(ratio, &unhedged).expect("a ratio"));
            let spec =
                spec.with_basis(BTreeMap::from([(Currency::USD, basis)])).and_then(|s| s.with_fee(fee));
            let spec = spec.expect("a basis and a fee in range");
            if let Some(overlay) = overlay { spec.with_overlay(overlay) } else { spec }
        })
        .boxed()
}

fn lot() -> impl Strategy<Value = Lot> {
    let of = |minimum, increment| Just(Lot::new(minimum, increment).expect("a lot"));
    prop_oneof![
        Just(Lot::WHOLE),
        Just(Lot::CURRENCY),
        of(Decimal::TEN, Decimal::from(5)),
        of(Decimal::ZERO, Decimal::new(1, 3)),
        of(Decimal::new(25, 1), Decimal::new(5, 1)),
    ]
}

/// Actual operation with lots of its own for each of the assets `a0`, `a1`, …, under each of the three policies.
pub fn actual_operations() -> BoxedStrategy<Operation> {
    let policy =
        prop_oneof![Just(UnderMinimum::Skip), Just(UnderMinimum::RoundTrip), Just(UnderMinimum::Zero)];
    (lot(), vec(lot(), MOST_ASSETS - 1), policy)
        .prop_map(|(lot, lots, under_minimum)| {
            let named = |(i, lot)| AssetLot { asset: format!("a{i}").parse().expect("a name"), lot };
            let lots = lots.into_iter().enumerate().map(named).collect();
            // Whatever the capital: every case runs.
            Operation::Actual { lot, lots, under_minimum, small_weights: None }
        })
        .boxed()
}

/// What of a spec does not depend on the world it runs on.
#[derive(Debug, Clone)]
struct RawSpec {
    cents: i64,
    weights: Vec<f64>,
    skipped: i32,
    rule: Rule,
    operation: Operation,
    costs: CostSpec,
    expenses: Option<allweather_portfolio::Expenses>,
    fx: Option<FxSpec>,
    cash: CashYield,
}

fn raw_spec() -> impl Strategy<Value = RawSpec> {
    let weight = prop_oneof![1 => Just(0.0), 6 => 0.02..1.0_f64];
    let money = (100_000_000..10_000_000_000_i64, vec(weight, MOST_ASSETS), 0..=LATEST_START);
    let operation = prop_oneof![2 => Just(Operation::Simulation), 1 => actual_operations()];
    let cash = prop_oneof![Just(CashYield::Nothing), Just(CashYield::ShortRate)];
    let (expenses, fx) = (option::weighted(0.75, flows()), option::weighted(2.0 / 3.0, forwards()));
    (money, rules(), operation, (costs(), expenses, fx, cash)).prop_map(
        |((cents, weights, skipped), rule, operation, (costs, expenses, fx, cash))| RawSpec {
            cents,
            weights,
            skipped,
            rule,
            operation,
            costs,
            expenses,
            fx,
            cash,
        },
    )
}

impl RawSpec {
    fn on(mut self, mut world: World) -> Case {
        self.weights.truncate(world.assets.len());
        let weights = normalized(self.weights);
        let holding = |(asset, weight): (&Asset, &f64)| Holding::asset(asset.id.clone(), *weight);
        let holdings = world.assets.iter().zip(&weights).map(holding).collect();
        for (asset, _) in world.assets.iter_mut().zip(&weights).filter(|(_, w)| **w == 0.0) {
            // What is never held may have holes.
            let last = asset.prices.len() - 1;
            asset.prices.iter_mut().take(last).skip(1).step_by(5).for_each(|p| *p = None);
        }
        let mut spec = Spec::from_json(
            r#"{"name": "drawn", "capital": 1, "holdings": [{"asset": "a0", "weight": 1}],
                "rule": {"calendar": {"every": "month", "on": "end"}}}"#,
        )
        .expect("a spec");
        spec.capital = Capital::new(Decimal::new(self.cents, 2)).expect("above 0");
        let latest = i32::try_from(world.months()).map_or(0, |months| (months - 1).min(LATEST_START));
        spec.start = Some(world.first.offset(self.skipped.min(latest)));
        spec.holdings = Holdings::new(holdings).expect("weights that add up to 1");
        spec.late_assets = LateAssets::LeaveOut;
        spec.rule = self.rule;
        spec.costs = self.costs;
        spec.expenses = self.expenses;
        spec.fx = self.fx;
        spec.cash = self.cash;
        Case::new(world, spec).operated(self.operation)
    }
}

/// Specs that run on a world: its assets under random weights, with or without costs, expenses, hedge, overlay and lots.
///
/// The world should be one of [`worlds`](super::worlds), or have what they have: exchange rates and short rates of its currencies.
pub fn specs_for(world: &World) -> BoxedStrategy<Spec> {
    let world = world.clone();
    raw_spec().prop_map(move |raw| raw.on(world.clone()).spec).boxed()
}

/// Worlds, each with a spec that runs on it. Assets that are never held may have holes in their prices.
pub fn cases() -> BoxedStrategy<Case> {
    Shrinking((drawn_worlds(), raw_spec()).prop_map(|(world, raw)| raw.on(world)).boxed()).boxed()
}
