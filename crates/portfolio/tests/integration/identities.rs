//! What holds in every run, whatever the market and the spec.

use allweather_costs::{CostModel, CostRates, TradedAsset};
use allweather_market::Market;
use allweather_portfolio::{
    Capital, CashYield, CostSpec, Expenses, Holding, Holdings, PortfolioError, Record, Simulation, Spec,
    Step,
    costs::{AssetCosts, PublishedCosts},
    fx_overlay::{HedgeSpec, hedged_return},
    rebalance::{
        Decision, DriftBand, DriftMeasure, Reason, RebalanceError, Rebalancer, Review, Rule, Scope, Targets,
        paths::{Budget, trade_to_targets},
    },
    rfr::RateHistory,
};
use allweather_testkit::{Case, Noise, generate::cases, laws};
use chrono::Datelike;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{BASE, close, foretold};

/// Rounding of the sums in a step, as a fraction of the value.
const ROUNDING: f64 = 1e-12;

fn json(step: &Step<'_>) -> String {
    serde_json::to_string(step).unwrap()
}

/// Value and cash, step by step: what every run owes, also one under a rule of somebody's own.
fn conserves(record: &Record) -> Result<(), TestCaseError> {
    laws::record::cash_never_negative(record)?;
    laws::record::value_conserved(record)?;
    Ok(())
}

proptest! {
    #[test]
    fn value_moves_only_by_what_is_recorded_and_cash_is_never_negative(case in cases()) {
        let record = case.run().unwrap();
        conserves(&record)?;
        laws::record::flows_are_no_return(&case.world, &record)?;
    }

    /// Everything that ever left is consumed or in the pool.
    #[test]
    fn money_neither_appears_nor_vanishes(case in cases()) {
        let record = case.run().unwrap();
        let pool = case.spec.expenses.as_ref().map_or(Decimal::ZERO, |e| e.initial_pool);
        let pool: f64 = pool.to_string().parse().unwrap();
        let mut expected = pool;
        for step in record.steps() {
            if let Some(q) = step.quarter {
                expected += q.withdrawn - q.consumption - q.reinvested + q.shortfall;
                prop_assert_eq!(q.pool, step.pool);
                prop_assert!(q.pool >= 0.0 && q.shortfall >= 0.0 && (q.pool == 0.0 || q.shortfall == 0.0));
                prop_assert_eq!(q.halted, q.withdrawn == 0.0);
            }
            prop_assert!(close(step.pool, expected, step.value.max(pool), ROUNDING), "{} {expected}", step.pool);
        }
        prop_assert_eq!(record.outcome().pool, record.steps().last().unwrap().pool);
        let capital: f64 = case.spec.capital.amount().to_string().parse().unwrap();
        let reinvested: f64 = record.steps().map(|s| s.reinvested()).sum();
        match record.outcome().invested {
            Some(invested) => prop_assert!(close(invested, capital + reinvested, invested, ROUNDING)),
            None => prop_assert!(case.spec.expenses.is_none()),
        }
    }

    #[test]
    fn a_free_trade_without_flows_never_changes_the_value(case in cases()) {
        let record = case.free().without_expenses().run().unwrap();
        for step in record.steps() {
            prop_assert_eq!((step.costs.total(), step.value), (0.0, step.after_costs));
            prop_assert!(close(step.value_after, step.value, step.value, ROUNDING));
        }
    }

    #[test]
    fn after_a_full_rebalance_weights_are_the_targets(case in cases()) {
        let record = case.divisible().run().unwrap();
        let full = |targets: &[Option<f64>]| {
            let sum: Option<f64> = targets.iter().copied().sum();
            !targets.is_empty() && sum.is_some_and(|sum| (sum - 1.0).abs() < 1e-12)
        };
        for step in record.steps().filter(|s| full(s.targets)) {
            prop_assert!(step.cash <= 1e-11 * step.value);
            for (held, target) in step.after.iter().zip(step.targets) {
                let weight = held / step.value_after;
                prop_assert!(close(weight, target.unwrap(), target.unwrap(), 1e-11), "{weight} {target:?}");
            }
        }
    }

    /// Every number behind a month is another one, also in the statistics and in the rates of later years.
    #[test]
    fn nothing_later_changes_a_record(case in cases(), cut in 0..1000_usize, seed in any::<u64>()) {
        let record = case.run().unwrap();
        let cut = cut % record.len();
        let month = record.step(cut).unwrap().month;
        let other = Case::new(case.world.with_another_future(month.last_day(), seed), case.spec.clone());
        let other = match other.run() {
            // The other future may be a ruinous one.
            Err(PortfolioError::Lost { .. }) => return Ok(()),
            other => other.unwrap(),
        };
        for (a, b) in record.steps().zip(other.steps()).take(cut + 1) {
            prop_assert_eq!(json(&a), json(&b));
        }
        // Nor does it matter that there is a later at all, but for the forwards of the last day.
        let short = Spec { end: Some(month), ..case.spec.clone() };
        let short = Case::new(case.world, short).run().unwrap();
        prop_assert_eq!(short.len(), cut + 1);
        for (a, b) in record.steps().zip(short.steps()).take(cut) {
            prop_assert_eq!(json(&a), json(&b));
        }
        let (a, b) = (record.step(cut).unwrap(), short.step(cut).unwrap());
        prop_assert_eq!((a.decision, a.after, a.quarter, a.value_after), (b.decision, b.after, b.quarter, b.value_after));
        prop_assert!(b.positions.is_empty());
    }

    /// By a power of two, so that not even a last bit may differ.
    #[test]
    fn scale_changes_nothing_but_scale(case in cases(), doublings in 1..6_u32) {
        let case = case.divisible();
        let factor = Decimal::from(1_u64 << doublings);
        let mut large = case.clone();
        large.spec.capital = Capital::new(case.spec.capital.amount() * factor).unwrap();
        large.spec.expenses =
            case.spec.expenses.clone().map(|e| Expenses { initial_pool: e.initial_pool * factor, ..e });
        let (one, many) = (case.run().unwrap(), large.run().unwrap());
        prop_assert_eq!(&one.outcome().returns, &many.outcome().returns);
        let k = f64::from(1 << doublings);
        for (a, b) in one.steps().zip(many.steps()) {
            prop_assert_eq!((a.decision, a.targets), (b.decision, b.targets));
            prop_assert_eq!((a.value_after * k, a.pool * k, a.margin * k), (b.value_after, b.pool, b.margin));
            prop_assert_eq!(a.after.iter().map(|h| h * k).collect::<Vec<_>>(), b.after);
            prop_assert_eq!(a.overlay_scale, b.overlay_scale);
        }
    }

    #[test]
    fn permuting_assets_permutes(case in cases(), order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let holdings = case.spec.holdings.as_slice();
        let order: Vec<usize> = order.into_iter().filter(|i| *i < holdings.len()).collect();
        let mut permuted = case.clone();
        permuted.spec.holdings = Holdings::new(order.iter().map(|i| holdings[*i].clone()).collect()).unwrap();
        permuted.world.assets.reverse();
        let (one, other) = (case.run().unwrap(), permuted.run().unwrap());
        for (a, b) in one.steps().zip(other.steps()) {
            prop_assert_eq!(a.decision.trades(), b.decision.trades(), "{} {} / {}", a.month, a.explain(), b.explain());
            // Where two assets hardly differ in risk, how much of a trade is the one's and how much the other's hangs on few digits.
            let same = |x, y| close(x, y, a.value, 1e-6);
            prop_assert!(same(a.value_after, b.value_after) && same(a.pool, b.pool) && same(a.gross, b.gross));
            prop_assert!(same(a.costs.total(), b.costs.total()));
            for (place, i) in order.iter().enumerate() {
                prop_assert!(same(a.after[*i], b.after[place]), "{} {:?} {:?}", a.month, a.after, b.after);
            }
        }
    }

    /// For rules that cannot tell a half from a whole: dates, and drift relative to the position. Points of the portfolio
    /// are halved with the asset, so that band trades later.
    #[test]
    fn splitting_an_asset_in_two_halves_changes_nothing_else(case in cases(), rule in foretold(), which in 0..6_usize) {
        let mut case = case.divisible();
        case.spec.rule = rule;
        if let Rule::DriftBand(band) = &case.spec.rule {
            let band = DriftBand::new(DriftMeasure::Position, band.threshold(), band.scope()).unwrap();
            case.spec.rule = Rule::DriftBand(band);
        }
        let which = which % case.world.assets.len();
        let mut split = case.clone();
        let mut half = case.world.assets[which].clone();
        let whole = half.id.clone();
        half.id = "other_half".parse().unwrap();
        if let CostSpec::Published(costs) = &case.spec.costs {
            let mut rows = costs.assets().to_vec();
            let row = rows.iter().find(|row| row.asset == whole).unwrap().clone();
            rows.push(AssetCosts { asset: half.id.clone(), ..row });
            let costs = PublishedCosts::new(rows, costs.fx_rate()).unwrap().with_slippage(costs.slippage());
            split.spec.costs = CostSpec::Published(costs);
        }
        let mut holdings = case.spec.holdings.as_slice().to_vec();
        holdings[which].weight /= 2.0;
        holdings.push(Holding::asset(half.id.clone(), holdings[which].weight));
        split.spec.holdings = Holdings::new(holdings).unwrap();
        split.world.assets.push(half);
        let (one, two) = (case.run().unwrap(), split.run().unwrap());
        for (a, b) in one.steps().zip(two.steps()) {
            prop_assert_eq!(a.decision.trades(), b.decision.trades());
            let same = |x, y| close(x, y, a.value, 1e-9);
            prop_assert!(same(a.value_after, b.value_after) && same(a.pool, b.pool) && same(a.gross, b.gross));
            prop_assert!(same(a.after[which], b.after[which] + b.after[a.after.len()]));
        }
    }

    /// Asked again after its own trade, a rule holds or trades nothing.
    #[test]
    fn a_rule_applied_twice_at_one_instant_trades_once(case in cases(), rule in foretold()) {
        let mut case = case.divisible();
        case.spec.rule = rule;
        let narrow = matches!(&case.spec.rule, Rule::DriftBand(band) if band.scope() == Scope::Breached);
        if narrow {
            // Costs and payments move the weights of the assets that were kept, perhaps over the edge of the band.
            case = case.free().without_expenses();
        }
        let (market, record) = (case.world.market().unwrap(), case.run().unwrap());
        for (k, step) in record.steps().enumerate().skip(1).filter(|(_, s)| s.decision.trades()) {
            let strategic: Vec<f64> = match step.targets.iter().copied().collect::<Option<Vec<f64>>>() {
                Some(all) => all,
                None => strategic(&record, k, &case),
            };
            let weights: Vec<f64> = step.after.iter().map(|h| h / step.value_after).collect();
            let review = Review::new(market.as_of(step.date), &strategic, &weights)
                .after(record.step(k - 1).unwrap().date);
            let review = record.step(k + 1).map_or(review, |next| review.before(next.date));
            let mut targets = Targets::new(strategic.clone());
            let decision = case.spec.rule.decide(&review, &mut targets).unwrap();
            match &case.spec.rule {
                // Purchases that the kept assets leave no money for are cut, and such an asset stays outside its band.
                Rule::DriftBand(_) if narrow && step.cash == 0.0 => {}
                Rule::DriftBand(_) => prop_assert!(!decision.trades(), "{} {decision:?}", step.month),
                _ => {
                    prop_assert!(decision.trades());
                    let mut after = vec![0.0; weights.len()];
                    let rates = vec![0.01; weights.len()];
                    let cost = trade_to_targets(step.after, &targets, &rates, Budget::of(step.value_after), &mut after);
                    prop_assert!(cost.unwrap() <= 1e-14 * step.value);
                }
            }
        }
    }

    #[test]
    fn the_first_return_counts_and_returns_compound_to_the_value(case in cases()) {
        let record = case.without_expenses().run().unwrap();
        let (first, outcome) = (record.step(0).unwrap(), record.outcome());
        prop_assert_eq!(outcome.returns.len(), record.len());
        prop_assert!(close(outcome.returns[0], -first.costs.total() / first.value_before, 1.0, 1e-14));
        let growth: f64 = outcome.returns.iter().map(|r| 1.0 + r).product();
        prop_assert!(close(growth * first.value_before, outcome.final_value, outcome.final_value, 1e-11));
    }

    /// With nothing to pay for trades and all of it at its targets at every step, expenses leave no trace in the returns.
    #[test]
    fn flows_are_not_return(case in cases()) {
        let mut with = case.divisible().free().every_month();
        with.spec.cash = CashYield::Nothing;
        let without = with.clone().without_expenses();
        let (with, without) = (with.run().unwrap(), without.run().unwrap());
        for (a, b) in with.outcome().returns.iter().zip(&without.outcome().returns) {
            prop_assert!(close(*a, *b, 1.0, 1e-11), "{a} {b}");
        }
    }

    #[test]
    fn two_runs_give_the_same_bytes_and_a_run_without_a_record_the_same_outcome(case in cases()) {
        let bytes = || {
            let (record, mut lines, mut table) = (case.run().unwrap(), Vec::new(), Vec::new());
            record.write_json_lines(&mut lines).unwrap();
            record.write_monthly_csv(&mut table).unwrap();
            (lines, table)
        };
        prop_assert_eq!(bytes(), bytes());
        let (market, rates) = (case.world.market().unwrap(), case.world.rates());
        let simulation = Simulation::new(&case.spec, &market, &rates).unwrap();
        let record = simulation.run().unwrap();
        prop_assert_eq!(&simulation.outcome().unwrap(), record.outcome());
        prop_assert_eq!(simulation.outcome().unwrap(), simulation.outcome().unwrap());
    }

    /// Held at its targets, hedged by `ratio` and without costs, a portfolio earns what its hedged assets earn.
    #[test]
    fn a_hedge_earns_the_hedged_return_of_each_asset(case in cases(), full in any::<bool>()) {
        let mut case = case.divisible().free().every_month().without_expenses();
        let Some(fx) = &case.spec.fx else { return Ok(()) };
        let ratio = if full { 1.0 } else { fx.hedge().ratio() };
        let mut fx = allweather_fx_overlay::FxSpec::new(fx.margin());
        fx = fx.with_hedge(HedgeSpec::new(ratio, &[]).unwrap());
        case.spec.fx = Some(fx);
        if full {
            // Without an interest differential all that is left of the exchange rate is its product with the return.
            case.world.short_rates.values_mut().flatten().flatten().for_each(|rate| *rate = 0.0);
        }
        let record = case.run().unwrap();
        for k in 1..record.len() {
            let (before, step) = (record.step(k - 1).unwrap(), record.step(k).unwrap());
            let mut expected = 0.0;
            for (holding, held) in record.universe().iter().zip(before.after).filter(|(_, held)| **held > 0.0) {
                let (world, currency) = (&case.world, case.world.asset(holding).unwrap().currency);
                let grown = world.price(holding, step.month).unwrap() / world.price(holding, before.month).unwrap();
                let (x0, x1) = (world.spot(currency, before.month).unwrap(), world.spot(currency, step.month).unwrap());
                let local = grown * x0 / x1 - 1.0;
                let earned = if currency == BASE {
                    local
                } else if full {
                    local + local * (x1 / x0 - 1.0)
                } else {
                    let rate = |of| 1.0 + world.short_rate(of, before.month).unwrap() / 12.0;
                    hedged_return(local, x0, x0 * rate(BASE) / rate(currency), x1, ratio).unwrap()
                };
                expected += held / before.value_after * earned;
            }
            prop_assert!(close(step.period_return(), expected, 1.0, 1e-12), "{} {expected}", step.month);
        }
    }

    /// A rule that sets odd targets and keeps some assets, under costs of somebody's own, still pays for what it does.
    #[test]
    fn any_rule_and_any_costs_conserve(case in cases(), seed in any::<u64>()) {
        let case = case.divisible();
        let (market, rates): (Market, RateHistory) = (case.world.market().unwrap(), case.world.rates());
        let (rule, costs) = (Odd(seed), Steep);
        let simulation = Simulation::new(&case.spec, &market, &rates).unwrap();
        let simulation = simulation.with_rule(&rule).with_costs(&costs).unwrap();
        let record = simulation.run().unwrap();
        conserves(&record)?;
        laws::record::flows_are_no_return(&case.world, &record)?;
        for step in record.steps().skip(1).filter(|s| s.decision.trades() && s.quarter.is_none()) {
            for ((target, before), after) in step.targets.iter().zip(step.before).zip(step.after) {
                // Kept means kept, unless settled forwards have to be paid for.
                prop_assert!(target.is_some() || before == after || step.cash == 0.0);
            }
        }
    }

    /// The record names every cost and every trade that the totals count.
    #[test]
    fn totals_are_the_sums_of_steps(case in cases()) {
        let record = case.run().unwrap();
        let outcome = record.outcome();
        let (mut commission, mut slippage, mut fx, mut trades, mut turnover) = (0.0, 0.0, 0.0, 0, 0.0);
        for (k, step) in record.steps().enumerate() {
            commission += step.costs.commission;
            slippage += step.costs.slippage;
            fx += step.costs.fx;
            if k > 0 && step.decision.trades() {
                trades += 1;
                let traded: f64 = step.before.iter().zip(step.after).map(|(b, a)| (a - b).abs()).sum();
                turnover += traded / step.value;
            }
        }
        let total = outcome.costs.total();
        prop_assert!(close(outcome.costs.commission, commission, total, ROUNDING));
        prop_assert!(close(outcome.costs.slippage, slippage, total, ROUNDING));
        prop_assert!(close(outcome.costs.fx, fx, total, ROUNDING));
        prop_assert_eq!(outcome.rebalances, trades);
        prop_assert!(close(outcome.turnover, turnover, 1.0 + turnover, ROUNDING));
    }
}

/// The targets in force at a step: of the assets that have begun, scaled to 1.
fn strategic(record: &Record, k: usize, case: &Case) -> Vec<f64> {
    let begun = |asset| (0..=k).any(|k| case.world.price(asset, record.step(k).unwrap().month).is_some());
    let holdings = case.spec.holdings.as_slice();
    let weights: Vec<f64> =
        holdings.iter().map(|h| if begun(h.part.name()) { h.weight } else { 0.0 }).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}

/// Holds, keeps and wants what chance says, from the date alone.
#[derive(Debug)]
struct Odd(u64);

impl Rebalancer for Odd {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        let mut noise = Noise::new(self.0 ^ u64::from(review.date().num_days_from_ce().unsigned_abs()));
        let reason = Reason::Other("chance".into());
        for (position, target) in review.targets.iter().enumerate() {
            match noise.whole() % 4 {
                0 => targets.keep(position),
                1 => targets.set(position, target * noise.unit())?,
                2 => targets.set(position, 0.0)?,
                _ => {}
            }
        }
        Ok(if noise.whole().is_multiple_of(3) { Decision::Hold(reason) } else { Decision::Rebalance(reason) })
    }
}

/// Up to a sixth of what is traded, by asset, and more when prices move.
#[derive(Debug)]
struct Steep;

impl CostModel for Steep {
    fn rates(&self, asset: &TradedAsset<'_>) -> CostRates {
        let slippage = asset.volatility_now().unwrap_or(0.01).min(0.1);
        CostRates {
            commission: 0.01 * asset.position() as f64,
            slippage,
            fx: if asset.is_foreign() { 0.01 } else { 0.0 },
        }
    }
}

/// Weights that add up to a hair more than 1, as typed decimals may, are no reason for debts.
#[test]
fn weights_a_hair_above_one_leave_no_debt() {
    #[derive(Debug)]
    struct Hair;
    impl Rebalancer for Hair {
        fn decide(&self, _: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
            targets.set(0, 0.600_000_000_5)?;
            Ok(Decision::Rebalance(Reason::Other("a hair".into())))
        }
    }
    let prices = "month,a_jpy,b_jpy\n2020-01,100,100\n2020-02,110,100\n2020-03,90,100\n";
    let prices = allweather_market::PricePanel::from_csv("prices.csv", prices).unwrap();
    let market = Market::new(BASE, prices);
    let spec = Spec::from_json(
        r#"{"name":"x","capital":1000000,"rule":{"calendar":{"every":"month","on":"end"}},
            "holdings":[{"asset":"a","weight":0.6},{"asset":"b","weight":0.4}]}"#,
    )
    .unwrap();
    let rates = RateHistory::default();
    let record = Simulation::new(&spec, &market, &rates).unwrap().with_rule(&Hair).run().unwrap();
    conserves(&record).unwrap();
}
