//! Every figure of a record, computed a second time from the data and the spec.

use std::sync::Mutex;

use allweather_core::{AssetId, Month, Percent, Rate, Year};
use allweather_portfolio::{
    CashYield, CostSpec, Record, Simulation, Step,
    cashflow::{CashflowError, KnownRates, Ledger, QuarterFigures, SpendingRule, SpendingYear, Terms},
    rebalance::{
        Edge, Period, Rule, Threshold,
        paths::{drift_percent, rounded_percent},
    },
    simulate,
};
use allweather_testkit::{Case, generate::cases};
use chrono::Datelike;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{
    BASE, close, foretold,
    knowledge::{counted, history, publications},
};

fn double(x: Decimal) -> f64 {
    x.to_string().parse().unwrap()
}

/// What is held of the assets in each foreign currency is what hedges count from.
fn exposure(case: &Case, record: &Record, step: &Step<'_>, currency: allweather_core::Currency) -> f64 {
    let of = |id: &AssetId| case.world.asset(id).unwrap().currency == currency;
    record.universe().iter().zip(step.after).filter(|(id, _)| of(id)).map(|(_, held)| held).sum()
}

/// Sample standard deviation.
fn deviation(returns: &[f64]) -> f64 {
    let mean = returns.iter().sum::<f64>() / returns.len() as f64;
    let squares: f64 = returns.iter().map(|r| (r - mean) * (r - mean)).sum();
    (squares / (returns.len() as f64 - 1.0)).sqrt()
}

/// Commission, slippage and fx rate of an asset at a month: of the published estimate, from its own prices up to then.
pub(crate) fn rates_of(case: &Case, id: &AssetId, month: Month) -> [f64; 3] {
    let costs = match &case.spec.costs {
        CostSpec::Proportional(model) => return [model.rate().to_f64(), 0.0, 0.0],
        CostSpec::Published(costs) => costs,
        _ => unreachable!(),
    };
    let row = costs.assets().iter().find(|row| row.asset == *id).unwrap();
    let asset = case.world.asset(id).unwrap();
    let known = usize::try_from(month.months_since(case.world.first)).unwrap() + 1;
    let pairs = asset.prices[..known].windows(2);
    let returns: Vec<f64> = pairs.filter_map(|pair| Some(pair[1]? / pair[0]? - 1.0)).collect();
    let mut slippage = row.base_slippage.to_f64();
    if returns.len() >= 36 {
        let (recent, long_run) = (deviation(&returns[returns.len() - 12..]), deviation(&returns));
        let ratio = if long_run > 0.0 { recent / long_run } else { 1.0 };
        slippage *= ratio.clamp(1.0, costs.slippage().ratio_cap()).powf(costs.slippage().exponent());
    }
    let fx = if asset.currency == BASE { 0.0 } else { costs.fx_rate().to_f64() };
    [row.max_rate.to_f64(), slippage, fx]
}

fn due(rule: &Rule, step: &Step<'_>, before: &Step<'_>, targets: &[f64], last: bool) -> bool {
    let calendar = match rule {
        Rule::DriftBand(band) => {
            let weights = step.before.iter().map(|h| h / step.value);
            let far = |(w, t): (f64, &f64)| rounded_percent(drift_percent(*t, w, band.measure())).abs();
            let Threshold::Rounded(threshold) = band.threshold() else { unreachable!() };
            return weights.zip(targets).any(|pair| far(pair) >= f64::from(threshold));
        }
        Rule::Calendar(calendar) => calendar,
        _ => unreachable!(),
    };
    let (now, then) = (step.month, before.month);
    match (calendar.every, calendar.on) {
        // The next month end lies in another week; on the last date of all there is no next one to know of.
        (Period::Week, Edge::End) => !last || step.date.weekday().number_from_monday() >= 5,
        (Period::Week | Period::Month, _) => true,
        (Period::Quarter, Edge::Start) => now.quarter() != then.quarter(),
        (Period::Quarter, Edge::End) => now.number() % 3 == 0,
        (Period::HalfYear, Edge::Start) => (now.year(), now.number() > 6) != (then.year(), then.number() > 6),
        (Period::HalfYear, Edge::End) => now.number() % 6 == 0,
        (Period::Year, Edge::Start) => now.year() != then.year(),
        (Period::Year, Edge::End) => now.number() == 12,
        _ => unreachable!(),
    }
}

/// The first month of the first quarter that a run has a part of.
fn first_quarter(record: &Record) -> Month {
    let bought = record.step(0).unwrap().month;
    if bought.ends_quarter() { bought.offset(1) } else { bought }
}

proptest! {
    #[test]
    fn holdings_grow_with_their_prices_and_cash_with_the_rate_known_before(case in cases()) {
        let record = case.run().unwrap();
        let first = record.step(0).unwrap();
        prop_assert!(first.before.iter().all(|h| *h == 0.0) && first.market_profit == 0.0 && first.interest == 0.0);
        for k in 1..record.len() {
            let (before, step) = (record.step(k - 1).unwrap(), record.step(k).unwrap());
            let mut profit = 0.0;
            for ((id, held), now) in record.universe().iter().zip(before.after).zip(step.before) {
                if *held == 0.0 {
                    prop_assert_eq!(*now, 0.0);
                    continue;
                }
                let grown = case.world.price(id, step.month).unwrap() / case.world.price(id, before.month).unwrap();
                prop_assert!(close(*now, held * grown, *now, 1e-13));
                profit += held * (grown - 1.0);
            }
            prop_assert!(close(step.market_profit, profit, before.value_after, 1e-12));
            let rate = match case.spec.cash {
                CashYield::Nothing => 0.0,
                CashYield::ShortRate => case.world.short_rate(BASE, before.month).unwrap(),
            };
            prop_assert!(close(step.interest, before.cash * rate / 12.0, before.value_after, 1e-14));
        }
    }

    #[test]
    fn forwards_are_opened_on_what_is_held_and_settled_at_the_next_spot(case in cases()) {
        let record = case.run().unwrap();
        let Some(fx) = &case.spec.fx else {
            prop_assert!(record.steps().all(|s| s.positions.is_empty() && s.forwards.hedge == 0.0));
            return Ok(());
        };
        for k in 1..record.len() {
            let (before, step) = (record.step(k - 1).unwrap(), record.step(k).unwrap());
            let (mut hedge, mut overlay, mut cost, mut gross) = (0.0, 0.0, 0.0, 0.0);
            for p in before.positions {
                let (x0, x1) = (case.world.spot(p.currency, before.month).unwrap(), case.world.spot(p.currency, step.month).unwrap());
                let base = case.world.short_rate(BASE, before.month).unwrap() + fx.basis(p.currency).to_f64();
                let foreign = case.world.short_rate(p.currency, before.month).unwrap();
                let forward = x0 * (1.0 + base / 12.0) / (1.0 + foreign / 12.0);
                prop_assert_eq!(p.spot, x0);
                prop_assert!(close(p.forward, forward, forward, 1e-14));
                let hedged = if fx.hedge().hedges(p.currency) { fx.hedge().ratio() } else { 0.0 };
                let held = exposure(&case, &record, &before, p.currency);
                prop_assert!(close(p.hedge, -hedged * held, before.value, 1e-14));
                hedge += p.hedge * (x1 - forward) / x0;
                overlay += p.overlay * (x1 - forward) / x0;
                cost -= p.hedge * (x0 - forward) / x0;
                gross += (p.hedge + p.overlay).abs();
            }
            // What is held and hedged has a position.
            for currency in [allweather_core::Currency::USD, allweather_core::Currency::EUR] {
                let held = exposure(&case, &record, &before, currency);
                if held > 0.0 && fx.hedge().hedges(currency) {
                    prop_assert!(before.positions.iter().any(|p| p.currency == currency));
                }
            }
            let same = |a, b| close(a, b, before.value_after, 1e-13);
            prop_assert!(same(step.forwards.hedge, hedge) && same(step.forwards.overlay, overlay));
            prop_assert!(same(step.forwards.hedge_cost, cost) && same(before.gross, gross));
            prop_assert!(same(before.margin, 0.04 * gross));
            prop_assert!(gross <= fx.margin().gross_limit() * before.value_after * (1.0 + 1e-11));
            let fee = fx.fee().to_f64() * gross;
            let held: f64 = step.before.iter().sum();
            let value = held + before.cash + step.interest + hedge + overlay - fee;
            prop_assert!(same(step.value, value), "{} {value}", step.value);
        }
        prop_assert!(record.steps().last().unwrap().positions.is_empty());
    }

    /// In divisible holdings: each kind of cost is its rate times what was traded, and the forwards' fee.
    #[test]
    fn costs_are_rates_times_what_was_traded(case in cases()) {
        let case = case.divisible();
        let record = case.run().unwrap();
        let fee = case.spec.fx.as_ref().map_or(0.0, |fx| fx.fee().to_f64());
        let mut settled = 0.0;
        for step in record.steps() {
            let (mut commission, mut slippage, mut fx) = (0.0, 0.0, fee * settled);
            for ((id, before), after) in record.universe().iter().zip(step.before).zip(step.after) {
                let traded = (after - before).abs();
                if traded > 0.0 {
                    let [c, s, f] = rates_of(&case, id, step.month);
                    commission += c * traded;
                    slippage += s * traded;
                    fx += f * traded;
                }
            }
            let same = |a, b| close(a, b, step.value, 1e-12);
            prop_assert!(same(step.costs.commission, commission), "{} {commission}", step.costs.commission);
            prop_assert!(same(step.costs.slippage, slippage), "{} {} {slippage}", step.month, step.costs.slippage);
            prop_assert!(same(step.costs.fx, fx), "{} {fx}", step.costs.fx);
            settled = step.gross;
        }
    }

    #[test]
    fn the_rule_trades_when_it_is_due_and_only_then(mut case in cases(), rule in foretold()) {
        case.spec.rule = rule;
        let record = case.run().unwrap();
        prop_assert!(record.step(0).unwrap().decision.trades());
        for k in 1..record.len() {
            let (before, step) = (record.step(k - 1).unwrap(), record.step(k).unwrap());
            let holdings = case.spec.holdings.as_slice();
            let begun = |id| (0..=k).any(|k| case.world.price(id, record.step(k).unwrap().month).is_some());
            let sum: f64 = holdings.iter().filter(|h| begun(h.part.name())).map(|h| h.weight).sum();
            let targets: Vec<f64> =
                holdings.iter().map(|h| if begun(h.part.name()) { h.weight / sum } else { 0.0 }).collect();
            prop_assert_eq!(step.decision.trades(), due(&case.spec.rule, &step, &before, &targets, k + 1 == record.len()), "{}", step.month);
            if !step.decision.trades() {
                prop_assert!(step.targets.is_empty());
                // Nothing is bought while the rule holds, and nothing is sold while cash can pay.
                let sold: f64 = step.before.iter().zip(step.after).map(|(b, a)| b - a).sum();
                prop_assert!(step.after.iter().zip(step.before).all(|(a, b)| a <= b));
                let lots = !step.orders.is_empty();
                prop_assert!(lots || sold == 0.0 || step.cash <= 1e-12 * step.value, "{sold} {}", step.cash);
            }
        }
    }

    #[test]
    fn a_quarter_is_settled_at_its_end_with_all_its_costs(case in cases()) {
        let record = case.run().unwrap();
        let prescribed = case.world.rates();
        let (mut costs, mut invested) = (0.0, double(case.spec.capital.amount()));
        for step in record.steps() {
            costs += step.costs.total();
            let ends = case.spec.expenses.is_some() && step.month.number() % 3 == 0;
            // What is bought on a quarter's last day was not there in it.
            let bought = step.month == record.step(0).unwrap().month;
            prop_assert_eq!(step.quarter.is_some(), ends && !bought);
            let Some(q) = step.quarter else { continue };
            let same = |a, b| close(a, b, step.value, 1e-12);
            prop_assert_eq!(q.quarter, step.month.quarter());
            let [stated] = prescribed.timeline(step.month.year()) else { unreachable!() };
            prop_assert_eq!(q.rate, Some(stated.prescribed.rate));
            prop_assert_eq!(q.indicator, Some(stated.prescribed.chosen));
            prop_assert!(same(q.costs, costs), "{} {costs}", q.costs);
            prop_assert!(same(q.gain - q.costs, step.after_costs - invested), "{} {invested}", step.after_costs);
            prop_assert!(same(q.invested, invested + q.reinvested));
            (costs, invested) = (0.0, q.invested);
        }
    }

    /// The quarters of a run, settled again by the exact ledger, which is told at each quarter's end what the rates are by then.
    #[test]
    fn the_exact_ledger_gives_the_same_quarters(case in cases(), percent in 0..20_u8, publications in publications()) {
        let case = case.spending_as_published(percent);
        let rates = history(&case, publications);
        let record = simulate(&case.spec, &case.world.market().unwrap(), &rates).unwrap();
        let Some(expenses) = &case.spec.expenses else { return Ok(()) };
        let terms = Terms::new(case.spec.capital.amount()).unwrap()
            .with_initial_pool(expenses.initial_pool).unwrap()
            .with_pool_years(expenses.pool_years).unwrap()
            .with_spending(Percent::new(percent.into())).unwrap();
        let first = first_quarter(&record);
        let mut known = KnownRates::new(first.year());
        let mut ledger = Ledger::new(terms, first.quarter());
        let capital = double(case.spec.capital.amount());
        for (step, q) in record.steps().filter_map(|s| s.quarter.map(|q| (s, q))) {
            let exact = |x: f64| Decimal::from_f64_retain(x).unwrap().round_dp(14);
            let figures = QuarterFigures {
                quarter: q.quarter,
                gain: exact(q.gain),
                commission: exact(q.costs),
                slippage: Decimal::ZERO,
                fx: Decimal::ZERO,
            };
            for year in (first.year().number()..=step.month.year().number()).map(Year::new) {
                let now = counted(&rates, expenses.knowledge, year, step.date);
                // A final rate that moved would be refused here.
                known.set(year, now.prescribed.rate, now.status).unwrap();
            }
            let entry = ledger.settle(&figures, &known).unwrap();
            // Differences of amounts of the capital's size keep its rounding.
            let same = |ours: f64, exact: Decimal| {
                let exact = double(exact);
                close(ours, exact, ours.abs().max(exact.abs()), 1e-9) || close(ours, exact, capital.max(step.value), 1e-13)
            };
            for (what, ours, exact) in [
                ("annual expense", q.annual_expense, entry.annual_expense),
                ("consumption", q.consumption, entry.consumption),
                ("cap", q.pool_cap, entry.pool_cap),
                ("costs", q.costs, entry.costs),
                ("excess", q.excess, entry.excess),
                ("headroom", q.headroom, entry.headroom),
                ("reinvested", q.reinvested, entry.reinvested),
                ("withdrawn", q.withdrawn, entry.withdrawn),
                ("pool", q.pool, entry.pool),
                ("shortfall", q.shortfall, entry.shortfall),
                ("invested", q.invested, entry.invested_capital),
            ] {
                prop_assert!(same(ours, exact), "{} {what}: {ours} {exact}", q.quarter);
            }
            if (q.gain - q.costs).abs() > 1e-12 * capital {
                prop_assert_eq!(q.halted, entry.halted);
            }
            prop_assert_eq!((Some(entry.rate), Some(entry.rate_status)), (q.rate, q.rate_status));
        }
    }

    /// What a spending rule is shown of the year before is what the record says of it.
    #[test]
    fn a_spending_rule_sees_the_year_before(case in cases(), publications in publications()) {
        let spy = Spy::default();
        let (market, rates) = (case.world.market().unwrap(), history(&case, publications));
        let simulation = Simulation::new(&case.spec, &market, &rates).unwrap().with_spending(&spy);
        let record = simulation.run().unwrap();
        let seen = spy.0.into_inner().unwrap();
        let Some(expenses) = &case.spec.expenses else {
            prop_assert!(seen.is_empty());
            return Ok(());
        };
        let ends: Vec<_> = record.steps().filter(|s| s.quarter.is_some()).collect();
        prop_assert_eq!(seen.len(), ends.len());
        let first = first_quarter(&record).year();
        let (capital, pool) = (double(case.spec.capital.amount()), double(expenses.initial_pool));
        let at_start = |year| {
            let before = record.steps().take_while(|s| s.month.year() < year).last();
            before.map_or(capital + pool, |s| s.value_after + s.pool)
        };
        for (year, step) in seen.iter().zip(&ends) {
            let now = step.month.year();
            let same = |a, b| close(a, b, capital, 1e-12);
            prop_assert!(same(year.market_value, at_start(now)), "{} {year:?}", step.month);
            let years = (first.number()..=now.number()).map(Year::new);
            let rate = |of| counted(&rates, expenses.knowledge, of, step.date).prescribed.rate;
            let known: Vec<f64> = years.map(|of| Rate::from_percent(rate(of)).to_f64()).collect();
            prop_assert_eq!(&year.rates, &known);
            prop_assert_eq!(year.initial_capital, capital);
            prop_assert_eq!(step.quarter.unwrap().annual_expense, Spy::answer(year.market_value));
            if now == first {
                prop_assert_eq!(year.previous, None);
                continue;
            }
            let (expense, value, last_return) = year.previous.unwrap();
            let last: Vec<_> = record.steps().filter(|s| s.month.year() == now.previous()).collect();
            let growth: f64 = last.iter().map(|s| 1.0 + s.period_return()).product();
            prop_assert!(close(last_return, growth - 1.0, 1.0, 1e-12));
            prop_assert_eq!(expense, last.iter().rev().find_map(|s| s.quarter).unwrap().annual_expense);
            prop_assert!(same(value, at_start(now.previous())));
        }
    }
}

#[derive(Debug, Clone)]
struct Seen {
    initial_capital: f64,
    market_value: f64,
    rates: Vec<f64>,
    previous: Option<(f64, f64, f64)>,
}

/// Spends a twentieth and writes down what it was shown.
#[derive(Debug, Default)]
struct Spy(Mutex<Vec<Seen>>);

impl Spy {
    fn answer(market_value: f64) -> f64 {
        0.05 * market_value
    }
}

impl SpendingRule for Spy {
    fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
        let previous = year.previous_expense().zip(year.previous_market_value()).zip(year.last_return());
        self.0.lock().unwrap().push(Seen {
            initial_capital: year.initial_capital(),
            market_value: year.market_value(),
            rates: year.rates().to_vec(),
            previous: previous.map(|((expense, value), last)| (expense, value, last)),
        });
        Ok(Self::answer(year.market_value()))
    }
}
