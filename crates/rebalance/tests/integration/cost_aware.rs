use allweather_market::{Market, ReturnCurrency};
use allweather_metrics::risk::Covariance;
use allweather_rebalance::{
    CostAware, Decision, Reason, RebalanceError, Rebalancer, Review, Rule, SpareCash, Targets,
};
use ndarray::Array2;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::panel::{Case, decide, market, names, waves, window};

fn of(risk_aversion: Decimal, years: Decimal, cash: SpareCash) -> CostAware {
    CostAware::new(window(4, 60), risk_aversion, years, cash).unwrap()
}

fn default() -> CostAware {
    of(CostAware::RISK_AVERSION, CostAware::YEARS, SpareCash::Kept)
}

/// The weights after the decision: what is wanted of what trades, what is held of the rest.
fn after(wanted: &Targets, decision: &Decision, weights: &[f64]) -> Vec<f64> {
    let of = |i: usize| if decision.trades() { wanted.wanted(i).unwrap_or(weights[i]) } else { weights[i] };
    (0..weights.len()).map(of).collect()
}

fn solve(rule: &CostAware, market: &Market, targets: &[f64], weights: &[f64], costs: &[f64]) -> Vec<f64> {
    let (decision, wanted) = decide(rule, market, targets, weights, costs).unwrap();
    after(&wanted, &decision, weights)
}

/// Variances a year of `waves([0.04, 0.02], 3)`: 12 · size² · 12/11.
const EQUITY: f64 = 12.0 * 0.0016 * 12.0 / 11.0;
const BONDS: f64 = 12.0 * 0.0004 * 12.0 / 11.0;

fn two() -> Market {
    market(&waves([0.04, 0.02], 3))
}

#[test]
fn beside_cash_the_edge_is_in_closed_form() {
    let one = market(&waves([0.04, 0.02], 3)[..1]);
    for (aversion, years, rate) in [(5, dec!(1), 0.002), (10, dec!(0.5), 0.004), (2, dec!(3), 0.0001)] {
        let rule = of(Decimal::from(aversion), years, SpareCash::Kept);
        let years = f64::try_from(years).unwrap();
        let edge = 1.0 - rate / (f64::from(aversion) * years * EQUITY);
        let bought = solve(&rule, &one, &[1.0], &[0.5], &[rate]);
        assert!((bought[0] - edge).abs() < 1e-7, "{bought:?} {edge}");
        // Inside, down to the edge, nothing trades.
        let (held, _) = decide(&rule, &one, &[1.0], &[edge + 1e-5], &[rate]).unwrap();
        assert!(matches!(held, Decision::Hold(Reason::NotWorthTrading { .. })), "{held:?}");
        let (traded, _) = decide(&rule, &one, &[1.0], &[edge - 1e-5], &[rate]).unwrap();
        assert!(traded.trades(), "{traded:?}");
    }
}

#[test]
fn between_two_assets_the_edge_is_in_closed_form() {
    // On the line Σw = 1: λ(σ₁² + σ₂²)(w₁ − 0.6) = c₁ + c₂.
    let rule = of(dec!(5), dec!(1), SpareCash::Invested);
    let costs = [0.001, 0.003];
    let edge = 0.6 + 0.004 / (5.0 * (EQUITY + BONDS));
    let weights = solve(&rule, &two(), &[0.6, 0.4], &[0.73, 0.27], &costs);
    assert!(
        (weights[0] - edge).abs() < 1e-7 && (weights[0] + weights[1] - 1.0).abs() < 1e-9,
        "{weights:?} {edge}"
    );
    // Where cash may be kept, the dear purchase is not made with what the cheap sale brings in.
    let weights = solve(&default(), &two(), &[0.6, 0.4], &[0.73, 0.27], &costs);
    let (sold, bought) = (0.6 + 0.001 / (5.0 * EQUITY), 0.4 - 0.003 / (5.0 * BONDS));
    assert!(
        (weights[0] - sold).abs() < 1e-7 && (weights[1] - bought).abs() < 1e-7,
        "{weights:?} {sold} {bought}"
    );
    // And what is in cash is spent when it has to be: where it is cheapest for what it does.
    let spent = solve(&rule, &two(), &[0.6, 0.4], &[0.5, 0.3], &costs);
    assert!((spent[0] + spent[1] - 1.0).abs() < 1e-9, "{spent:?}");
    let kept = solve(&default(), &two(), &[0.6, 0.4], &[0.59, 0.31], &[0.01, 0.01]);
    assert_eq!(kept, [0.59, 0.31]);
}

#[test]
fn what_is_kept_for_being_nearly_still_is_made_room_for() {
    let mut columns = waves([0.04, 0.04], 3);
    columns.push([0.04, -0.04, -0.04, 0.04].repeat(3));
    // By hand, q = λσ²: the first is sold to (c − ν)/q above its target, the second bought to (c + ν)/q below, the third would be sold by
    // half of a millionth, to (c − ν)/q above. Together that is 0, so ν = c/3.
    let (cost, q) = (0.002, 5.0 * EQUITY);
    let third = 2.0 * cost / (3.0 * q) + 0.5e-6;
    let (targets, weights) = ([0.4, 0.4, 0.2], [0.5, 0.3 - third, 0.2 + third]);
    let invested = of(dec!(5), dec!(1), SpareCash::Invested);
    let after = solve(&invested, &market(&columns), &targets, &weights, &[cost; 3]);
    assert!((after[0] - 0.4 - 2.0 * cost / (3.0 * q)).abs() < 1e-6, "{after:?}");
    assert!((after[1] - 0.4 + 4.0 * cost / (3.0 * q)).abs() < 1e-6, "{after:?}");
    assert!((after[2] - weights[2]).abs() <= 0.0, "{after:?}");
    assert!(after.iter().sum::<f64>() <= 1.0 + 1e-15, "{after:?}");
}

#[test]
fn a_decision_says_what_it_costs_and_what_it_is_worth() {
    let (decision, wanted) =
        decide(&of(dec!(5), dec!(1), SpareCash::Kept), &two(), &[0.6, 0.4], &[0.8, 0.2], &[0.001, 0.02])
            .unwrap();
    let Decision::Rebalance(Reason::WorthTrading { tracking_error, left, cost, position: 0, traded: 1 }) =
        decision
    else {
        unreachable!("{decision:?}");
    };
    let weight = wanted.wanted(0).unwrap();
    assert!(wanted.wanted(1).is_none());
    assert!((tracking_error - (0.04 * (EQUITY + BONDS)).sqrt()).abs() < 1e-12);
    assert!((left - ((weight - 0.6).powi(2) * EQUITY + 0.04 * BONDS).sqrt()).abs() < 1e-12);
    assert!((cost - 0.001 * (0.8 - weight)).abs() < 1e-15);
    assert_eq!(
        decision.reason().explain(&names(2)),
        "tracking error 3.24 % a year cut to 1.45 % at a cost of 0.0190 %; 1 asset traded, equity most"
    );
    let (held, _) = decide(&default(), &two(), &[0.6, 0.4], &[0.605, 0.395], &[0.01, 0.01]).unwrap();
    assert_eq!(held.reason().explain(&[]), "tracking error 0.08 % a year, no trade is worth its cost");
}

#[test]
fn without_costs_everything_trades_to_the_targets() {
    // Also with fewer periods than assets, where the covariance leaves directions open.
    let few: Vec<Vec<f64>> = (0..6).map(|i| vec![0.01 * f64::from(i), -0.02, 0.03, 0.01]).collect();
    let targets = [0.3, 0.2, 0.2, 0.1, 0.1, 0.1];
    let weights = [0.2, 0.3, 0.1, 0.1, 0.2, 0.05];
    let (decision, wanted) = decide(&default(), &market(&few), &targets, &weights, &[0.0; 6]).unwrap();
    assert!(decision.trades());
    assert_eq!(after(&wanted, &decision, &weights), targets);
    // With one dear asset, that one is kept or short of its target, and there is an optimum.
    let costs = [0.0, 0.0, 0.0, 0.0, 0.0, 0.01];
    assert!(decide(&default(), &market(&few), &targets, &weights, &costs).is_ok());
}

#[test]
fn what_a_review_lacks_is_refused() {
    let decide = |costs: &[f64]| decide(&default(), &two(), &[0.5, 0.5], &[0.9, 0.1], costs).unwrap_err();
    assert_eq!(decide(&[]).to_string(), "0 cost rates for 2 assets");
    assert!(matches!(decide(&[0.1, 0.5]), RebalanceError::Range { position: 1, .. }));
    assert!(matches!(decide(&[f64::NAN, 0.1]), RebalanceError::Range { position: 0, .. }));
}

#[test]
fn a_short_history_holds() {
    let short = market(&[vec![0.1, -0.1, 0.1]]);
    let (held, _) = decide(&default(), &short, &[1.0], &[0.2], &[0.001]).unwrap();
    assert_eq!(held, Decision::Hold(Reason::TooShort { position: Some(0), found: 3, needed: 4 }));
}

#[test]
fn a_year_has_the_dates_that_the_panel_has() {
    // The same returns on the days of a panel of 250 dates a year are worth 250/12 times as much.
    use allweather_core::Currency;
    use allweather_market::{Frequency, Instrument, PricePanel};
    use chrono::{NaiveDate, TimeDelta};
    let wave = [0.04, 0.04, -0.04, -0.04].repeat(125);
    let first: NaiveDate = "2000-01-01".parse().unwrap();
    // Two days in three: 243.5 a year, which rounds to 243 or 244 by where the window begins.
    let dates: Vec<NaiveDate> = (0..=500_i64).map(|k| first + TimeDelta::days(k * 3 / 2)).collect();
    let levels = std::iter::once(Some(1.0)).chain(wave.iter().scan(1.0, |l, r| {
        *l *= 1.0 + r;
        Some(Some(*l))
    }));
    let instrument = Instrument { id: "a".parse().unwrap(), currency: Currency::JPY };
    let panel = PricePanel::new(Frequency::Daily, dates, vec![(instrument, levels.collect())]).unwrap();
    let rule = CostAware::new(window(4, 500), dec!(5), dec!(1), SpareCash::Kept).unwrap();
    let bought = solve(&rule, &Market::new(Currency::JPY, panel), &[1.0], &[0.5], &[0.01])[0];
    let variance = 0.0016 * 500.0 / 499.0;
    let edge = |a_year: f64| 1.0 - 0.01 / (5.0 * a_year * variance);
    assert!(
        (bought - edge(244.0)).abs() < 1e-7 || (bought - edge(243.0)).abs() < 1e-7,
        "{bought} {}",
        edge(244.0)
    );
}

#[test]
fn settings_come_through_the_constructor() {
    for (aversion, years) in
        [(dec!(0), dec!(1)), (dec!(5), dec!(0)), (dec!(1001), dec!(1)), (dec!(-5), dec!(1))]
    {
        let error = CostAware::new(window(4, 60), aversion, years, SpareCash::Kept).unwrap_err();
        assert!(matches!(error, RebalanceError::Setting { .. }), "{error}");
    }
    let rule = Rule::CostAware(of(dec!(2.5), dec!(3), SpareCash::Invested));
    let json = serde_json::to_string(&rule).unwrap();
    assert_eq!(
        json,
        r#"{"cost_aware":{"window":{"least":4,"most":60,"currency":"base"},"risk_aversion":"2.5","years":"3","cash":"invested"}}"#
    );
    assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule);
    assert!(serde_json::from_str::<Rule>(&json.replace("2.5", "-2.5")).is_err());
    assert!(serde_json::from_str::<Rule>(&json.replace("\"years\"", "\"year\"")).is_err());
    assert!(rule.reads_costs());
}

fn cases() -> impl Strategy<Value = Case> {
    (1..7_usize, 4..30_usize).prop_flat_map(|(n, periods)| {
        let column = prop::collection::vec(-0.1..0.1_f64, periods);
        let weight = || prop_oneof![1 => Just(0.0), 5 => 0.001..1.0_f64];
        let cost = prop_oneof![1 => Just(0.0), 8 => 0.000_01..0.03_f64];
        (
            prop::collection::vec(column, n),
            prop::collection::vec(weight(), n),
            prop::collection::vec(weight(), n),
            prop::collection::vec(cost, n),
            prop_oneof![1 => Just(1.0), 1 => 0.5..1.0_f64],
        )
            .prop_filter_map("no targets", |(columns, targets, weights, costs, held)| {
                let part = |of: &[f64], whole: f64| {
                    let sum: f64 = of.iter().sum();
                    (sum > 0.0).then(|| of.iter().map(|x| x / sum * whole).collect::<Vec<f64>>())
                };
                let (targets, weights) = (part(&targets, 1.0)?, part(&weights, held)?);
                Some(Case { columns, targets, weights, costs })
            })
    })
}

/// The objective, from the returns that a review offers.
struct Objective<'a> {
    case: &'a Case,
    /// λ times the covariance of a year.
    sigma: Array2<f64>,
}

impl<'a> Objective<'a> {
    fn of(case: &'a Case, aversion: f64) -> Self {
        let market = market(&case.columns);
        let day = *market.prices().dates().last().unwrap();
        let review = Review::new(market.as_of(day), &case.targets, &case.weights);
        let returns: Array2<f64> = review.returns(1, 60, ReturnCurrency::Base).unwrap();
        let sigma =
            Covariance::of(&returns).unwrap().matrix().mapv(|covariance| covariance * 12.0 * aversion);
        Self { case, sigma }
    }

    /// Without the costs.
    fn slope(&self, weights: &[f64]) -> Vec<f64> {
        let off = |j: usize| weights[j] - self.case.targets[j];
        let of = |i: usize| (0..weights.len()).map(|j| self.sigma[(i, j)] * off(j)).sum();
        (0..weights.len()).map(of).collect()
    }

    fn value(&self, weights: &[f64]) -> f64 {
        let Case { targets, weights: held, costs, .. } = self.case;
        let off = weights.iter().zip(targets).map(|(w, target)| w - target);
        let risk: f64 = off.zip(self.slope(weights)).map(|(off, slope)| off * slope).sum();
        let cost: f64 = weights.iter().zip(held).zip(costs).map(|((w, held), c)| c * (w - held).abs()).sum();
        risk / 2.0 + cost
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// The conditions of Karush, Kuhn and Tucker: there is one price ν of a unit of money under which no asset is worth more or
    /// less of itself.
    #[test]
    fn the_optimum_satisfies_its_conditions(case in cases(), invested: bool) {
        let cash = if invested { SpareCash::Invested } else { SpareCash::Kept };
        let weights = solve(&of(dec!(5), dec!(1), cash), &market(&case.columns), &case.targets, &case.weights, &case.costs);
        let sum: f64 = weights.iter().sum();
        prop_assert!(sum <= 1.0 + 1e-9 && weights.iter().all(|w| (0.0..=1.0).contains(w)), "{:?}", weights);
        // A weight is one part in a million where it was left alone instead of moved by less.
        let still = 1e-5;
        if invested { prop_assert!((sum - 1.0).abs() < still, "{}", sum); }
        let objective = Objective::of(&case, 5.0);
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        if !invested {
            low = 0.0;
            if sum < 1.0 - still { high = 0.0; }
        }
        for (i, g) in objective.slope(&weights).into_iter().enumerate() {
            if case.targets[i] == 0.0 && case.weights[i] == 0.0 {
                prop_assert!(weights[i].abs() <= 0.0);
                continue;
            }
            let (w, w0, c) = (weights[i], case.weights[i], case.costs[i]);
            // The slopes to buy and to sell more of it: g + ν + c or − c, the one towards w0 with its sign turned.
            let buying = if w < w0 - still { g - c } else { g + c };
            let selling = if w > w0 + still { g + c } else { g - c };
            low = low.max(-buying);
            if w > still { high = high.min(-selling); }
        }
        prop_assert!(low <= high + 5e-6, "{} {} {:?}", low, high, weights);
        // No other portfolio is better.
        let best = objective.value(&weights);
        prop_assert!(best <= objective.value(&case.targets) + 1e-9);
        if !invested { prop_assert!(best <= objective.value(&case.weights) + 1e-9); }
    }

    /// With dearer trades, what is spent on cheap ones goes down: `Σ c|w − w0|` at the old prices.
    #[test]
    fn dearer_trades_are_smaller(case in cases(), more in 1.0..16.0_f64) {
        let traded = |factor: f64| {
            let costs: Vec<f64> = case.costs.iter().map(|c| c * factor).collect();
            let after = solve(&default(), &market(&case.columns), &case.targets, &case.weights, &costs);
            after.iter().zip(&case.weights).zip(&case.costs).map(|((a, b), c)| c * (a - b).abs()).sum::<f64>()
        };
        prop_assert!(traded(more) <= traded(1.0) + 1e-7);
    }

    /// What it has traded to, it keeps: the edge of its region is inside.
    #[test]
    fn the_edge_is_inside(case in cases()) {
        let market = market(&case.columns);
        let once = solve(&default(), &market, &case.targets, &case.weights, &case.costs);
        let twice = solve(&default(), &market, &case.targets, &once, &case.costs);
        let moved: f64 = once.iter().zip(&twice).zip(&case.costs).map(|((a, b), c)| c * (a - b).abs()).sum();
        prop_assert!(moved < 1e-7, "{:?} {:?}", once, twice);
    }

    #[test]
    fn the_same_review_has_the_same_answer_to_the_last_bit(case in cases()) {
        let solve = || solve(&default(), &market(&case.columns), &case.targets, &case.weights, &case.costs);
        prop_assert_eq!(solve(), solve());
    }
}

#[test]
fn what_carries_no_risk_is_traded_only_where_it_must_be() {
    let flat = market(&[vec![0.0; 6], vec![0.0; 6]]);
    let invested = of(dec!(5), dec!(1), SpareCash::Invested);
    let spent = solve(&invested, &flat, &[0.5, 0.5], &[0.2, 0.5], &[0.001, 0.001]);
    assert!((spent[0] - 0.5).abs() < 1e-6 && (spent[1] - 0.5).abs() <= 0.0, "{spent:?}");
    let kept = solve(&default(), &flat, &[0.5, 0.5], &[0.2, 0.5], &[0.001, 0.001]);
    assert_eq!(kept, [0.2, 0.5]);
}

/// Two money-market funds on one path: what little risk there is does not make the dear one the one to buy.
#[test]
fn where_risk_is_small_the_cheap_one_is_traded() {
    let path: Vec<f64> = (0..12).map(|i| 0.0003 * f64::from([1, -1, 0][i % 3])).collect();
    let twins = market(&[path.clone(), path]);
    let invested = of(dec!(5), dec!(1), SpareCash::Invested);
    let after = solve(&invested, &twins, &[0.5, 0.5], &[0.499, 0.5], &[0.005, 0.0005]);
    assert!((after[0] - 0.499).abs() <= 0.0 && (after[1] - 0.501).abs() < 1e-9, "{after:?}");
    let after = solve(&invested, &twins, &[0.5, 0.5], &[0.495, 0.5], &[0.02, 0.0005]);
    assert!((after[0] - 0.495).abs() <= 0.0 && (after[1] - 0.505).abs() < 1e-9, "{after:?}");
}
