//! Losses realised at rebalances and withdrawals: against an independent program, an exact replay of the lots, and the laws of every run.

use std::fmt::Write;

use allweather_core::{Month, Number, Rate};
use allweather_market::{Market, PricePanel};
use allweather_portfolio::{
    Capital, CostSpec, Expenses, Operation, PortfolioError, Record, Simulation, Spec, TargetSchedule,
    costs::Proportional,
    rfr::RateHistory,
    simulate,
    taxes::{
        BuyBack, CostBasis, LossDecision, LossLine, LossRealisation, LossScope, LotMethod, Lots, Treatment,
        Window,
    },
};
use allweather_testkit::{Case, World, generate::cases, laws};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{BASE, close};

fn market(prices: &[&[u32]]) -> Market {
    let names: Vec<_> = (0..prices.len()).map(|i| format!("a{i}_jpy")).collect();
    let mut text = format!("month,{}\n", names.join(","));
    for t in 0..prices[0].len() {
        let row: Vec<_> = prices.iter().map(|p| p[t].to_string()).collect();
        writeln!(text, "{}-{:02},{}", 2020 + t / 12, t % 12 + 1, row.join(",")).unwrap();
    }
    Market::new(BASE, PricePanel::from_csv("prices.csv", &text).unwrap())
}

fn spec(weights: &[f64], more: &str) -> Spec {
    let rows: Vec<_> =
        weights.iter().enumerate().map(|(i, w)| format!(r#"{{"asset":"a{i}","weight":{w}}}"#)).collect();
    let rows = rows.join(",");
    Spec::from_json(&format!(r#"{{"name":"x","capital":1000000,"holdings":[{rows}],{more}}}"#)).unwrap()
}

const MONTHLY: &str = r#""rule":{"calendar":{"every":"month","on":"end"}},"costs":{"proportional":"0.002"}"#;

const PRICES: [&[u32]; 3] = [
    &[100, 84, 91, 97, 114, 104, 94, 103, 110, 101, 108, 104, 116, 98],
    &[100, 89, 103, 97, 88, 99, 104, 89, 91, 97, 84, 89, 76, 71],
    &[100, 83, 73, 87, 84, 100, 98, 102, 117, 126, 106, 110, 116, 101],
];

/// Numbers of an independent program in decimals of 60 digits: its lots are lists of units and cost, and it finds the value after costs
/// by bisection.
#[test]
fn rebalances_give_the_reference_result() {
    // Final value, all costs, what trades realised, what the programme realised, round trips.
    let cases = [
        (
            "fifo",
            "position",
            [927_865.596_110_796, 12_169.174_875_207_17, 92_341.829_008_050_09, 241_567.331_440_207_64],
            8,
        ),
        (
            "fifo",
            "lots",
            [927_865.596_110_796, 12_169.174_875_207_17, 92_341.829_008_050_09, 241_567.331_440_207_64],
            8,
        ),
        (
            "highest_cost",
            "position",
            [927_865.596_110_796, 12_169.174_875_207_17, 61_522.729_901_318_9, 241_011.709_120_402_23],
            8,
        ),
        (
            "highest_cost",
            "lots",
            [927_608.765_738_948_8, 12_439.671_299_379_5, 67_363.334_046_095_3, 247_743.102_746_458_6],
            11,
        ),
    ];
    let market = market(&PRICES);
    for (lots, scope, [value, costs, traded, loss], trips) in cases {
        let programme = format!(r#"{MONTHLY},"loss_realisation":{{"lots":"{lots}","scope":"{scope}"}}"#);
        let record = simulate(&spec(&[0.5, 0.3, 0.2], &programme), &market, &RateHistory::default()).unwrap();
        let account = record.losses().unwrap();
        for (ours, theirs) in [
            (record.outcome().final_value, value),
            (record.outcome().costs.total(), costs),
            (account.total.traded, traded),
            (account.total.loss, loss),
        ] {
            assert!(close(ours, theirs, theirs, 1e-11), "{lots} {scope} {ours} {theirs}");
        }
        assert_eq!(account.total.round_trips, trips, "{lots} {scope}");
        let by_year: f64 = account.years.values().map(|sum| sum.loss).sum();
        let by_asset: f64 = account.assets.values().map(|sum| sum.cost).sum();
        assert!(close(by_year, loss, loss, 1e-12) && close(by_asset, account.total.cost, costs, 1e-12));
    }
}

/// The same program: the rule holds, and quarters pay out what is above the capital. In March and June something is withdrawn and the
/// asset under water is realised on the way; in between nothing is looked at.
#[test]
fn withdrawals_give_the_reference_result() {
    let market = market(&[&[100, 120, 130, 150, 120, 150, 170], &[100, 90, 80, 85, 70, 60, 62]]);
    let mut world = World::new(Month::new(2020, 1).unwrap(), Vec::new());
    world.indicators = vec![[Decimal::ZERO; 5]];
    let rates = world.rates();
    let never = r#""rule":{"calendar":{"every":"year","on":"end"}},"costs":{"proportional":"0.002"},
        "expenses":{},"loss_realisation":{}"#;
    let record = simulate(&spec(&[0.6, 0.4], never), &market, &rates).unwrap();
    let withdrawn: Vec<f64> = record.steps().map(|step| step.withdrawn()).filter(|w| *w > 0.0).collect();
    assert!(
        close(withdrawn[0], 96_445.146_071_493_38, 1.0, 1e-6)
            && close(withdrawn[1], 35_479.980_289_853_81, 1.0, 1e-6)
    );
    // Unrealised, realised by the sale, sold and bought back, realised by that, its cost.
    let expected = [
        (2, "a0", None, [178_443.113_772_455_08, 15_758.954_817_637_452, 0.0, 0.0, 0.0]),
        (
            2,
            "a1",
            Some(()),
            [
                -80_638.722_554_890_22,
                -7_241.081_473_416_802_5,
                290_909.090_909_090_9,
                74_036.363_636_363_63,
                1_163.636_363_636_363_7,
            ],
        ),
        (5, "a0", None, [271_636.363_636_363_65, 2_458.980_237_438_496_3, 0.0, 0.0, 0.0]),
        (
            5,
            "a1",
            Some(()),
            [
                -73_309.090_909_090_91,
                -671.624_501_215_524_7,
                216_194.763_444_494_14,
                73_073.830_044_239_02,
                864.779_053_777_976_6,
            ],
        ),
    ];
    let lines: Vec<(usize, LossLine)> = record
        .steps()
        .enumerate()
        .flat_map(|(t, step)| step.losses.iter().map(move |l| (t, l.clone())))
        .collect();
    assert_eq!(lines.len(), expected.len());
    for ((t, line), (step, asset, realised, numbers)) in lines.iter().zip(expected) {
        assert_eq!((*t, line.asset.as_str()), (step, asset));
        let decision = if realised.is_some() { LossDecision::Realise } else { LossDecision::NoLoss };
        assert_eq!(line.decision, Some(decision));
        let ours = [line.unrealised, line.traded, line.round_trip, line.loss, line.cost];
        for (ours, theirs) in ours.into_iter().zip(numbers) {
            assert!(close(ours, theirs, 1e6, 1e-11), "{t} {asset} {ours} {theirs}");
        }
    }
}

/// By hand: 1 000 000 falls by a tenth; selling and buying back 900 000 at 0.2 % costs 3 600, and what costs nothing changes nothing.
#[test]
fn one_position_by_hand() {
    let market = market(&[&[100, 90, 90]]);
    let run = |costs: &str, programme: &str| {
        let more = format!(
            r#""rule":{{"calendar":{{"every":"month","on":"end"}}}},"costs":{{"proportional":"{costs}"}}{programme}"#
        );
        simulate(&spec(&[1.0], &more), &market, &RateHistory::default()).unwrap()
    };
    let with = r#","loss_realisation":{"tax_rate":"0.2"}"#;
    let (without, free) = (run("0", ""), run("0", with));
    assert_eq!(without.outcome(), free.outcome());
    let account = free.losses().unwrap();
    assert_eq!((account.total.loss, account.total.cost, account.total.round_trips), (100_000.0, 0.0, 1));
    assert_eq!((account.put_off(&account.total), account.net(&account.total)), (20_000.0, 20_000.0));
    assert_eq!((without.losses(), without.steps().flat_map(|s| s.losses).count()), (None, 0));

    let record = run("0.002", with);
    let (_, fall, flat) = (record.step(0).unwrap(), record.step(1).unwrap(), record.step(2).unwrap());
    // x = V − 2k·min(h, x): all of what remains is bought back, and what pays the costs is sold anyway.
    let value = 1_000_000.0 / 1.002 * 0.9;
    let after = (value - 0.002 * value) / 1.002;
    assert!(close(fall.value_after, after, value, 1e-13), "{} {after}", fall.value_after);
    let line = &fall.losses[0];
    assert!(close(line.round_trip, after, after, 1e-12) && close(line.cost, 0.004 * after, 1.0, 1e-8));
    // What was just bought is under water by its costs only: that is not worth it.
    assert_eq!(flat.losses[0].decision, Some(LossDecision::BelowCost));
    assert_eq!(flat.costs.total(), 0.0);
    assert_eq!(flat.value_after, fall.value_after);
}

/// By hand, without costs in the lots: 5 000 units bought at 100 and as many or so at 82. At 67 the whole is worth a round trip at twelve times
/// its cost of 2 %; but the schedule sells all of the dear units, and the rest loses 15 to 67, which is less than 24 %.
#[test]
fn what_the_trade_has_sold_is_not_worth_it_any_more() {
    let market = market(&[&[100, 82, 67], &[100, 100, 100]]);
    let spec = spec(
        &[0.5, 0.5],
        r#""rule":{"calendar":{"every":"month","on":"end"}},"costs":{"proportional":"0.01"},
        "loss_realisation":{"basis":"without_costs","times_cost":12}"#,
    );
    let rates = RateHistory::default();
    let run = |last: f64| {
        let schedule = format!(
            r#"[{{"since":"2020-02-01","weights":[0.9,0.1]}},{{"since":"2020-03-01","weights":[{last},{}]}}]"#,
            1.0 - last
        );
        let schedule: TargetSchedule = serde_json::from_str(&schedule).unwrap();
        let simulation = Simulation::new(&spec, &market, &rates).unwrap().with_schedule(&schedule).unwrap();
        simulation.run().unwrap()
    };
    let record = run(0.42);
    assert_eq!(record.step(1).unwrap().losses[0].decision, Some(LossDecision::BelowCost));
    let sold = &record.step(2).unwrap().losses[0];
    assert_eq!((sold.decision, sold.round_trip, sold.cost), (Some(LossDecision::BelowCost), 0.0, 0.0));
    assert!(sold.traded < -150_000.0);
    // When half of it stays, dear units are among them.
    let kept = run(0.8);
    let kept = &kept.step(2).unwrap().losses[0];
    assert!(kept.decision == Some(LossDecision::Realise) && kept.round_trip > 0.0, "{kept:?}");
}

/// A quarter's end at which nothing is withdrawn is no withdrawal.
#[test]
fn a_quarter_under_water_realises_nothing() {
    let market = market(&[&[100, 90, 80, 70]]);
    let mut world = World::new(Month::new(2020, 1).unwrap(), Vec::new());
    world.indicators = vec![[Decimal::ZERO; 5]];
    let more = r#""rule":{"calendar":{"every":"year","on":"end"}},"expenses":{},"loss_realisation":{}"#;
    let record = simulate(&spec(&[1.0], more), &market, &world.rates()).unwrap();
    assert!(record.step(2).unwrap().quarter.is_some_and(|quarter| quarter.halted));
    assert_eq!(record.steps().flat_map(|step| step.losses).count(), 0);
    assert_eq!(record.losses().unwrap().total.round_trips, 0);
}

#[test]
fn vaults_are_refused_and_a_broken_programme_is_named() {
    let vault = r#"{"name":"x","capital":1000,"loss_realisation":{},
        "holdings":[{"vault":{"name":"v","holdings":[{"asset":"a0","weight":1}],"rule":{"calendar":{"every":"month","on":"end"}}},"weight":1}],
        "rule":{"calendar":{"every":"month","on":"end"}}}"#;
    let refused = simulate(&Spec::from_json(vault).unwrap(), &market(&[&[100]]), &RateHistory::default());
    assert_eq!(refused.unwrap_err(), PortfolioError::VaultsInLossRealisation);
    let text = spec(&[1.0], MONTHLY).canonical_json();
    assert!(!text.contains("loss"), "a spec without the programme is written as before");
    let with = |fields: &str| {
        let text = text.replacen('{', &format!(r#"{{"loss_realisation":{{{fields}}},"#), 1);
        Spec::from_json(&text).map(|spec| spec.loss_realisation.unwrap()).map_err(|e| e.to_string())
    };
    assert_eq!(with("").unwrap(), LossRealisation::default());
    let refusal = |fields: &str| with(fields).unwrap_err();
    assert!(refusal(r#""tax_rate":"1.1""#).contains("tax_rate is 1.1, and must be at most 1"));
    assert!(refusal(r#""times_cost":-1"#).contains("must not be negative"));
    assert!(refusal(r#""wash":1"#).contains("unknown field"));
    let average = r#""lots":"moving_average","window":{"before":30,"after":30,"treatment":"disallow"}"#;
    assert!(refusal(average).contains("moving_average has none"));
}

/// Under the American window, what is bought back at once is disallowed as a whole; the programme pays for nothing. A window that
/// skips leaves everything alone, and one that looks back only leaves alone what was bought lately.
#[test]
fn a_window_disallows_or_skips() {
    let market = market(&PRICES);
    let run = |window: &str| {
        let more = format!(r#"{MONTHLY},"loss_realisation":{{"window":{window}}}"#);
        simulate(&spec(&[0.5, 0.3, 0.2], &more), &market, &RateHistory::default()).unwrap()
    };
    let (free, american) = (run("null"), run(r#"{"before":30,"after":30,"treatment":"disallow"}"#));
    let account = american.losses().unwrap();
    assert!(account.total.loss > 0.0 && account.total.cost > 0.0);
    // Sales of the trades themselves at a loss are bought back into as well: no less than the programme's losses is disallowed.
    assert!(account.total.disallowed >= account.total.loss * (1.0 - 1e-12), "{:?}", account.total);
    assert_eq!(account.total.allowed(), 0.0);
    assert_eq!(account.net(&account.total), -account.total.cost);
    let skipped = run(r#"{"before":0,"after":1,"treatment":"skip"}"#);
    let account = skipped.losses().unwrap();
    assert_eq!((account.total.round_trips, account.total.cost), (0, 0.0));
    assert!(account.total.left_alone > 0);
    let plain = simulate(&spec(&[0.5, 0.3, 0.2], MONTHLY), &market, &RateHistory::default()).unwrap();
    assert_eq!(plain.outcome(), skipped.outcome());
    let cooled = run(r#"{"before":32,"after":0,"treatment":"skip"}"#).losses().unwrap();
    let free = free.losses().unwrap();
    assert!(cooled.total.round_trips < free.total.round_trips, "{:?} {:?}", cooled.total, free.total);
    assert!(cooled.total.left_alone > free.total.left_alone);
}

fn programmes() -> impl Strategy<Value = LossRealisation> {
    let lots = prop_oneof![
        Just(LotMethod::Fifo),
        Just(LotMethod::Lifo),
        Just(LotMethod::HighestCost),
        Just(LotMethod::MovingAverage)
    ];
    let scope = prop_oneof![Just(LossScope::Position), Just(LossScope::Lots)];
    let basis = prop_oneof![Just(CostBasis::WithCosts), Just(CostBasis::WithoutCosts)];
    let buy_back = prop_oneof![Just(BuyBack::NextDay), Just(BuyBack::SameDay)];
    let treatment = prop_oneof![Just(Treatment::Skip), Just(Treatment::Disallow)];
    let window = proptest::option::of((0..70_u16, 0..70_u16, treatment));
    let thresholds = (0..30_i64, 0..10_i64, 0..20_000_i64);
    (lots, scope, basis, buy_back, window, thresholds).prop_map(
        |(lots, scope, basis, buy_back, window, t)| {
            let programme = LossRealisation::default().with_lots(lots, scope).unwrap();
            let programme = programme.with_basis(basis).with_buy_back(buy_back);
            let (times, share, amount) = (Decimal::new(t.0, 1), Decimal::new(t.1, 2), Decimal::from(t.2));
            let programme = programme.with_thresholds(times, share, amount).unwrap();
            let window = window.map(|(before, after, treatment)| Window { before, after, treatment });
            match window.map(|window| programme.with_window(window)) {
                Some(Ok(programme)) => programme,
                _ => programme,
            }
        },
    )
}

fn with(mut case: Case, programme: LossRealisation) -> Case {
    case.spec.loss_realisation = Some(programme);
    case
}

/// The lots by the exact door, from values before and after and what the lines say was sold and bought back.
fn replay(record: &Record, case: &Case, rate: Decimal) -> Result<(), TestCaseError> {
    let exact = |x: f64| Decimal::try_from(x).unwrap().round_dp(9);
    let programme = case.spec.loss_realisation.unwrap();
    let charged = if programme.basis() == CostBasis::WithCosts { rate } else { Decimal::ZERO };
    let averaged = programme.lots() == LotMethod::MovingAverage && programme.buy_back() == BuyBack::SameDay;
    for (i, id) in record.universe().iter().enumerate() {
        let mut lots = Lots::new(programme.lots());
        if let Some(window) = programme.window() {
            lots = lots.with_window(window).unwrap();
        }
        for step in record.steps() {
            let line = step.losses.iter().find(|line| line.asset == *id);
            let (before, after) = (step.before[i], step.after[i]);
            let trip = line.map_or(0.0, |line| line.round_trip);
            let (sold, bought) = ((before - after).max(0.0), (after - before).max(0.0));
            let price = case.world.price(id, step.month).map(exact);
            let Some(price) = price else { continue };
            let units = |value: f64| (exact(value) / price).round_dp(14);
            let scale = step.value;
            let net = |value: f64| (exact(value) * (Decimal::ONE - charged)).round_dp(14);
            let gross = |value: f64| (exact(value) * (Decimal::ONE + charged)).round_dp(14);
            let (mut traded, mut loss, mut disallowed) = (0.0, 0.0, 0.0);
            let mut buy = |lots: &mut Lots| {
                if units(bought + trip) > Decimal::ZERO {
                    let shifted = lots.buy(step.date, units(bought + trip), gross(bought + trip)).unwrap();
                    disallowed += shifted.iter().map(|d| d.loss.to_double()).sum::<f64>();
                }
            };
            if averaged {
                buy(&mut lots);
            }
            let mut shifted = 0.0;
            for (value, into) in [(sold, &mut traded), (trip, &mut loss)] {
                let kept = if averaged { units(bought + trip) } else { Decimal::ZERO };
                let out = sold + trip >= before * (1.0 - 1e-9) && (value == trip || trip == 0.0);
                let left = lots.quantity().unwrap();
                let quantity = if out { left - kept } else { units(value).min(left) };
                if value > 0.0 && quantity > Decimal::ZERO {
                    let sale = lots.sell(step.date, quantity, net(value)).unwrap();
                    *into = sale.gain().unwrap().to_double();
                    shifted += sale.disallowed.iter().map(|d| d.loss.to_double()).sum::<f64>();
                }
            }
            if !averaged {
                buy(&mut lots);
            }
            disallowed += shifted;
            let line = line.cloned();
            let ours = line
                .as_ref()
                .map_or([0.0; 3], |l| [l.traded, l.loss, l.disallowed.iter().map(|d| d.loss).sum()]);
            if line.is_some() || sold > 0.0 {
                for (ours, exact) in ours.into_iter().zip([traded, -loss, disallowed]) {
                    prop_assert!(
                        close(ours, exact, scale, 1e-6),
                        "{} {id} {ours} {exact} {line:?}",
                        step.month
                    );
                }
            }
        }
    }
    Ok(())
}

proptest! {
    /// Value, cash, flows: the identities of every run hold with the programme, in lots too, and its costs are among the step's.
    #[test]
    fn identities_hold_with_the_programme(case in cases(), programme in programmes()) {
        let case = with(case, programme);
        let record = case.run().unwrap();
        laws::record::cash_never_negative(&record)?;
        laws::record::value_conserved(&record)?;
        laws::record::flows_are_no_return(&case.world, &record)?;
        for step in record.steps() {
            let cost: f64 = step.losses.iter().map(|line| line.cost).sum();
            prop_assert!(cost >= 0.0 && cost <= step.costs.total() * (1.0 + 1e-12) + 1e-12 * step.value);
            for line in step.losses {
                let place = step.universe.iter().position(|id| *id == line.asset).unwrap();
                prop_assert!(line.round_trip <= step.before[place] * (1.0 + 1e-9), "no more is sold than is held");
                prop_assert!(line.round_trip == 0.0 || line.decision == Some(LossDecision::Realise));
                prop_assert!(line.loss >= -1e-9 * step.value || line.round_trip == 0.0, "{line:?}");
                prop_assert!(line.disallowed.iter().all(|d| d.sold <= step.date && d.loss >= 0.0));
            }
            let looks = step.decision.trades() || step.withdrawn() > 0.0 || step.quarter.is_some();
            prop_assert!(looks || step.losses.iter().all(|line| line.decision.is_none()));
        }
        // With the record off, the same to the last bit.
        let (market, rates) = (case.world.market().unwrap(), case.world.rates());
        prop_assert_eq!(&Simulation::new(&case.spec, &market, &rates).unwrap().outcome().unwrap(), record.outcome());
    }

    #[test]
    fn free_round_trips_change_no_value(case in cases(), programme in programmes()) {
        let case = case.free().divisible();
        let (without, with) = (case.run().unwrap(), with(case, programme).run().unwrap());
        for (a, b) in without.steps().zip(with.steps()) {
            prop_assert!(close(a.value_after, b.value_after, a.value, 1e-11), "{} {} {}", a.month, a.value_after, b.value_after);
            prop_assert!(close(a.after_costs, b.after_costs, a.value, 1e-11));
        }
        let account = with.losses().unwrap();
        prop_assert_eq!(account.total.cost, 0.0);
    }

    #[test]
    fn round_trips_only_lower_the_value(case in cases(), programme in programmes(), bps in 0..100_i64) {
        let mut case = case.without_expenses().every_month().divisible();
        case.spec.costs = CostSpec::Proportional(Proportional::from_bps(Decimal::from(bps)).unwrap());
        case.spec.fx = None;
        let (without, with) = (case.run().unwrap(), with(case, programme).run().unwrap());
        for (a, b) in without.steps().zip(with.steps()) {
            prop_assert!(b.value_after <= a.value_after * (1.0 + 1e-11), "{} {} {}", a.month, a.value_after, b.value_after);
        }
    }

    #[test]
    fn nothing_later_changes_what_was_realised(case in cases(), programme in programmes(), cut in 0..1000_usize, seed in any::<u64>()) {
        let case = with(case, programme);
        let record = case.run().unwrap();
        let cut = cut % record.len();
        let month = record.step(cut).unwrap().month;
        let other = Case::new(case.world.with_another_future(month.last_day(), seed), case.spec.clone());
        let other = match other.run() {
            Err(PortfolioError::Lost { .. }) => return Ok(()),
            other => other.unwrap(),
        };
        for (a, b) in record.steps().zip(other.steps()).take(cut + 1) {
            prop_assert_eq!(serde_json::to_string(&a).unwrap(), serde_json::to_string(&b).unwrap());
        }
    }

    /// By a power of two: not even a last bit may differ. Thresholds in money are money.
    #[test]
    fn scale_changes_nothing_but_scale(case in cases(), programme in programmes(), doublings in 1..6_u32) {
        let programme = programme.with_thresholds(Decimal::ONE, Decimal::ZERO, Decimal::ZERO).unwrap();
        let case = with(case.divisible(), programme);
        let factor = Decimal::from(1_u64 << doublings);
        let mut large = case.clone();
        large.spec.capital = Capital::new(case.spec.capital.amount() * factor).unwrap();
        large.spec.expenses =
            case.spec.expenses.clone().map(|e| Expenses { initial_pool: e.initial_pool * factor, ..e });
        let (one, many) = (case.run().unwrap(), large.run().unwrap());
        prop_assert_eq!(&one.outcome().returns, &many.outcome().returns);
        let k = f64::from(1 << doublings);
        for (a, b) in one.steps().zip(many.steps()) {
            let (a, b): (Vec<_>, Vec<_>) = (a.losses.iter().collect(), b.losses.iter().collect());
            prop_assert_eq!(a.len(), b.len());
            for (a, b) in a.into_iter().zip(b) {
                prop_assert_eq!((a.loss * k, a.traded * k, a.round_trip * k), (b.loss, b.traded, b.round_trip));
            }
        }
    }

    /// What lots realise, by the exact door.
    #[test]
    fn the_exact_door_realises_the_same(case in cases(), programme in programmes(), bps in 0..50_i64) {
        let mut case = case.divisible();
        let costs = Proportional::from_bps(Decimal::from(bps)).unwrap();
        case.spec.costs = CostSpec::Proportional(costs);
        // Where every asset is priced in the base currency, the price of a unit is the panel's.
        for asset in &mut case.world.assets {
            asset.currency = BASE;
            // No price comes twice: which of two lots of one cost is the dearer, and whether nothing is a gain or a loss, rounding would decide.
            for (t, price) in asset.prices.iter_mut().enumerate() {
                *price = price.map(|price| price * (1.0 + 0.001 * (t as f64 * 0.618_034).fract()));
            }
        }
        case.spec.fx = None;
        let case = with(case, programme);
        let record = case.run().unwrap();
        replay(&record, &case, Rate::from_bps(Decimal::from(bps)).fraction())?;
    }
}

/// Lots and smallest commissions: what is sold and bought back is whole units, and each side of it pays.
#[test]
fn round_trips_in_lots_are_whole_units_and_pay_smallest_commissions() {
    let market = market(&PRICES);
    let actual = |programme: &str| {
        let rows: Vec<_> = (0..3)
            .map(|i| format!(r#"{{"asset":"a{i}","max_rate":"0.0005","base_slippage":"0.0005","minimum":{{"amount":300,"currency":"JPY"}}}}"#))
            .collect();
        let more = format!(
            r#""rule":{{"calendar":{{"every":"quarter","on":"end"}}}},
            "operation":{{"actual":{{"lot":{{"minimum":10,"increment":10}}}}}},
            "costs":{{"published":{{"fx_rate":0,"assets":[{}]}}}}{programme}"#,
            rows.join(",")
        );
        simulate(&spec(&[0.5, 0.3, 0.2], &more), &market, &RateHistory::default()).unwrap()
    };
    let record = actual(r#","loss_realisation":{"lots":"highest_cost","scope":"lots"}"#);
    let mut seen = 0;
    for step in record.steps() {
        for line in step.losses.iter().filter(|line| line.round_trip > 0.0) {
            let place = step.universe.iter().position(|id| *id == line.asset).unwrap();
            let t = record.steps().position(|s| s.date == step.date).unwrap();
            let units = line.round_trip / f64::from(PRICES[place][t]) / 10.0;
            assert!((units - units.round()).abs() < 1e-9, "{line:?}");
            // Two legs more, or legs that were there grow: no less than slippage twice, no more than two whole orders.
            let (least, most) = (2.0 * 0.0005 * line.round_trip, 2.0 * (0.001 * line.round_trip + 300.0));
            assert!(line.cost >= least && line.cost <= most, "{line:?}");
            seen += 1;
        }
    }
    assert!(seen > 2);
    assert!(actual("").outcome().final_value > record.outcome().final_value);
    assert!(matches!(record.spec().operation, Operation::Actual { .. }));
}
