//! Weights chosen from what was known: what came later changes none, and each is the least of what was there.

use allweather_core::Weights;
use allweather_market::{Market, PricePanel, SpotPanel};
use allweather_portfolio::{
    Choice, PortfolioError, Spec, TargetSchedule, WalkForward,
    metrics::Tail,
    optimize::{Constraints, Objective, Target, Trading},
};
use allweather_testkit::{Case, generate::cases};
use proptest::prelude::*;

use crate::{BASE, close};

const DOWNSIDE: Objective = Objective::DownsideDeviation { target: Target::Return(0.0) };

fn walk(objective: Objective, every: u32, least: u32) -> WalkForward {
    WalkForward::new(objective, Constraints::new(), every, 12, least).unwrap()
}

fn choices(walk: &WalkForward, case: &Case) -> Result<(TargetSchedule, Vec<Choice>), PortfolioError> {
    walk.schedule(&case.spec, &case.world.market()?)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Every number behind a day is another one: no choice up to that day is.
    #[test]
    fn nothing_later_changes_a_choice(case in cases(), cut in 0..1000_usize, seed in any::<u64>(), tail in any::<bool>(), last in any::<bool>()) {
        let objective = if tail { Objective::ConditionalValueAtRisk { tail: Tail::from_fraction(0.2).unwrap() } } else { DOWNSIDE };
        let walk = walk(objective, 1, 3);
        let walk = if last { walk.of_last(6).unwrap() } else { walk };
        let dates = case.world.dates();
        let cut = dates[cut % dates.len()];
        let mut other = Case::new(case.world.with_another_future(cut, seed), case.spec.clone());
        let months = other.world.dates().len();
        if months < dates.len() {
            other.spec.end = other.spec.end.map(|end| end.min(other.world.month(months - 1)));
        }
        let (schedule, one) = choices(&walk, &case).unwrap();
        let (others, two) = match choices(&walk, &other) {
            // The run ends before it begins, in a world that ends earlier.
            Err(PortfolioError::Span { .. }) => return Ok(()),
            other => other.unwrap(),
        };
        let until = |choices: &[Choice]| choices.iter().filter(|choice| choice.date <= cut).cloned().collect::<Vec<_>>();
        prop_assert_eq!(until(&one), until(&two));
        let until = |schedule: &TargetSchedule| schedule.entries().iter().filter(|entry| entry.since <= cut).cloned().collect::<Vec<_>>();
        prop_assert_eq!(until(&schedule), until(&others));
    }

    /// No weights that a stranger guesses are better in the months that a choice has seen, as the world's own prices have them.
    #[test]
    fn nobody_guesses_better(case in cases(), guess in prop::collection::vec(0.01..1.0_f64, 12)) {
        let mut case = case;
        case.spec.fx = None;
        let (_, found) = choices(&walk(DOWNSIDE, 3, 4), &case).unwrap();
        let ids: Vec<_> = case.spec.holdings.as_slice().iter().map(|holding| holding.part.name().clone()).collect();
        for choice in found {
            let Some(solution) = choice.answer.as_ref().and_then(|answer| answer.solution()) else {
                prop_assert!(choice.months == 0 && choice.left_out.len() == ids.len());
                continue;
            };
            let last = case.world.dates().iter().position(|date| *date == choice.date).unwrap();
            prop_assert!(choice.months >= 4 && choice.months <= last);
            let price = |id, row: usize| case.world.price(id, case.world.month(row)).unwrap();
            let short = |weights: &[f64]| {
                let month = |row: usize| -> f64 {
                    let held = ids.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
                    held.map(|(id, weight)| weight * (price(id, row) / price(id, row - 1) - 1.0)).sum::<f64>().min(0.0)
                };
                let sum: f64 = (last + 1 - choice.months..=last).map(|row| month(row).powi(2)).sum();
                (sum / choice.months as f64).sqrt()
            };
            let there: Vec<f64> = ids.iter().zip(&guess).map(|(id, w)| if choice.left_out.contains(id) { 0.0 } else { *w }).collect();
            let sum: f64 = there.iter().sum();
            let there: Vec<f64> = there.iter().map(|weight| weight / sum).collect();
            let found = short(choice.weights.as_slice());
            prop_assert!(close(found, solution.objective, 1.0, 1e-7), "{found} {}", solution.objective);
            prop_assert!(found <= short(&there) + 1e-6, "{found} {}", short(&there));
        }
    }
}

const PRICES: &str = "month,home_jpy,abroad_usd,late_jpy\n2019-08,100,100,\n2019-09,102,110,\n2019-10,101,90,\n2019-11,103,100,100\n\
    2019-12,104,95,101\n2020-01,103,105,99\n2020-02,105,100,100\n2020-03,104,101,102\n";
const SPOTS: &str = "month,usd\n2019-08,100\n2019-09,90\n2019-10,110\n2019-11,101\n2019-12,104\n2020-01,95\n2020-02,100\n2020-03,99\n";

fn market() -> Market {
    Market::new(BASE, PricePanel::from_csv("prices.csv", PRICES).unwrap())
        .with_spots(SpotPanel::from_csv("fx.csv", SPOTS, BASE).unwrap())
        .unwrap()
}

fn spec(more: &str) -> Spec {
    Spec::from_json(&format!(
        r#"{{"name":"x","capital":1000,"late_assets":"leave_out","rule":{{"calendar":{{"every":"year","on":"end"}}}},
        "holdings":[{{"asset":"home","weight":0.5}},{{"asset":"abroad","weight":0.25}},{{"asset":"late","weight":0.25}}]{more}}}"#
    ))
    .unwrap()
}

fn variance() -> Objective {
    serde_json::from_str(r#"{"minimum_variance":{}}"#).unwrap()
}

/// The weight of the first of two assets at the least variance: (s₂₂ − s₁₂) / (s₁₁ + s₂₂ − 2 s₁₂) (Markowitz 1952), within 0 to 1.
fn of_two(one: &[f64], two: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let s = |x: &[f64], y: &[f64]| {
        let (a, b) = (mean(x), mean(y));
        x.iter().zip(y).map(|(x, y)| (x - a) * (y - b)).sum::<f64>()
    };
    ((s(two, two) - s(one, two)) / (s(one, one) + s(two, two) - 2.0 * s(one, two))).clamp(0.0, 1.0)
}

#[test]
fn a_hedge_decides_in_which_currency_returns_count() {
    let growth = |levels: &[f64]| levels.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect::<Vec<_>>();
    let home = growth(&[100.0, 102.0, 101.0, 103.0, 104.0]);
    let local = growth(&[100.0, 110.0, 90.0, 100.0, 95.0]);
    let counted = growth(&[1e4, 9900.0, 9900.0, 10_100.0, 9880.0]);
    let half: Vec<f64> = local.iter().zip(&counted).map(|(a, b)| 0.5 * a + 0.5 * b).collect();
    let fx =
        |hedge: &str| format!(r#","fx":{{"hedge":{{{hedge}}},"margin":{{"rate":"0.05","gross_limit":2}}}}"#);
    let cases = [
        (String::new(), &counted),
        (fx(r#""ratio":1,"unhedged":[]"#), &local),
        (fx(r#""ratio":0.5,"unhedged":[]"#), &half),
        (fx(r#""ratio":1,"unhedged":["USD"]"#), &counted),
    ];
    for (more, abroad) in cases {
        let (_, found) = walk(variance(), 12, 4).schedule(&spec(&more), &market()).unwrap();
        assert_eq!((found.len(), found[0].months), (1, 4));
        assert_eq!(found[0].left_out, ["late".parse().unwrap()]);
        let expected = of_two(&home, abroad);
        let weights = found[0].weights.as_slice();
        assert!(close(weights[0], expected, 1.0, 1e-5) && weights[2] == 0.0, "{more} {weights:?} {expected}");
        assert!(expected < 0.9999 || more.contains("ratio"), "inside the bounds: {expected}");
    }
}

#[test]
fn last_months_and_late_assets_count_as_they_are_there() {
    let months = |walk: &WalkForward| -> Vec<(usize, usize)> {
        let (_, found) = walk.schedule(&spec(""), &market()).unwrap();
        found.iter().map(|choice| (choice.months, choice.left_out.len())).collect()
    };
    let every = walk(variance(), 1, 3);
    // The late asset begins in November: in February it has three returns, and then the months it has count.
    assert_eq!(months(&every), [(0, 3), (0, 3), (0, 3), (3, 1), (4, 1), (5, 1), (3, 0), (4, 0)]);
    let last = [(0, 3), (0, 3), (0, 3), (3, 1), (3, 1), (3, 1), (3, 0), (3, 0)];
    assert_eq!(months(&every.clone().of_last(3).unwrap()), last);
    // A run that begins later begins with the choice before it.
    let later = Spec { start: Some("2020-01".parse().unwrap()), ..spec("") };
    let (schedule, found) = walk(variance(), 3, 3).schedule(&later, &market()).unwrap();
    let days: Vec<_> = found.iter().map(|choice| choice.date.to_string()).collect();
    assert_eq!((days, schedule.entries().len()), (vec!["2019-12-31".to_owned(), "2020-03-31".to_owned()], 2));
    let hindsight = every.in_hindsight(&spec(""), &market()).unwrap();
    assert_eq!((hindsight.date.to_string(), hindsight.months), ("2020-03-31".to_owned(), 4));
    assert_eq!(walk(variance(), 1, 2).in_hindsight(&later, &market()).unwrap().months, 2);
}

#[test]
fn without_an_answer_the_weights_before_stay() {
    let floor = Constraints::new().with_return_floor(0.5).unwrap();
    let walk = WalkForward::new(DOWNSIDE, floor, 1, 1, 3).unwrap();
    let (schedule, found) = walk.schedule(&spec(""), &market()).unwrap();
    assert!(schedule.entries().is_empty());
    for choice in found {
        assert_eq!(choice.weights, Weights::new(vec![0.5, 0.25, 0.25]).unwrap());
        assert!(choice.answer.is_none_or(|answer| answer.infeasible().is_some()));
    }
}

/// Turnover counts from what was chosen before, not from the weights in the file.
#[test]
fn trading_counts_from_the_choice_before() {
    let trading = Trading::new(vec![0.0, 0.0, 1.0], Vec::new(), 12.0).unwrap().with_turnover(0.1).unwrap();
    let walk = WalkForward::new(variance(), Constraints::new().with_trading(trading), 1, 1, 3).unwrap();
    let spec = Spec::from_json(
        r#"{"name":"x","capital":1000,"rule":{"calendar":{"every":"year","on":"end"}},
        "holdings":[{"asset":"abroad","weight":1},{"asset":"home","weight":0},{"asset":"late","weight":0}]}"#,
    )
    .unwrap();
    let (_, found) = walk.schedule(&spec, &market()).unwrap();
    let abroad: Vec<f64> = found.iter().map(|choice| choice.weights.as_slice()[0]).collect();
    for (found, expected) in abroad.iter().zip([1.0, 1.0, 1.0, 0.95, 0.90, 0.85, 0.80, 0.75]) {
        assert!(close(*found, expected, 1.0, 1e-6), "{abroad:?}");
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let file = |fields: &str| {
        let text = format!(r#"{{"objective":{{"minimum_variance":{{}}}},{fields}}}"#);
        serde_json::from_str::<WalkForward>(&text).map_err(|e| e.to_string())
    };
    let good = file(r#""every":6,"month":12,"least":24,"last":60"#).unwrap();
    assert_eq!(serde_json::from_str::<WalkForward>(&serde_json::to_string(&good).unwrap()).unwrap(), good);
    let refusals = [
        (r#""every":24,"month":12,"least":24"#, "months between reviews of 24 is not 1, 2, 3, 4, 6 or 12"),
        (r#""every":0,"month":12,"least":24"#, "between reviews of 0"),
        (r#""every":5,"month":12,"least":24"#, "between reviews of 5"),
        (r#""every":12,"month":13,"least":24"#, "month of review of 13 is not in 1..=12"),
        (r#""every":12,"month":12,"least":1"#, "least number of months of 1 is not in 2..=1200"),
        (r#""every":12,"month":12,"least":24,"last":12"#, "number of last months of 12"),
        (r#""every":12,"month":12,"least":24,"first":12"#, "unknown field"),
    ];
    for (fields, refusal) in refusals {
        let found = file(fields).unwrap_err();
        assert!(found.contains(refusal), "{found}");
    }
    let tail = Tail::FIVE_PERCENT;
    let weathers = WalkForward::new(Objective::WeatherBalanced { tail }, Constraints::new(), 12, 12, 24);
    assert!(weathers.unwrap_err().to_string().contains("no weathers"));

    let refusal =
        |spec: &Spec, market: &Market| walk(DOWNSIDE, 12, 3).schedule(spec, market).unwrap_err().to_string();
    let daily = "date,home_jpy,abroad_jpy,late_jpy\n2020-01-01,1,1,1\n2020-01-02,1,1,1\n2020-01-03,1,1,1\n";
    let daily = Market::new(BASE, PricePanel::from_csv("prices.csv", daily).unwrap());
    assert!(refusal(&spec(""), &daily).contains("month ends"));
    let without =
        Market::new(BASE, PricePanel::from_csv("prices.csv", "month,home_jpy\n2020-01,1\n").unwrap());
    assert!(refusal(&spec(""), &without).contains("abroad"));
    let never = Spec { start: Some("2030-01".parse().unwrap()), ..spec("") };
    assert!(refusal(&never, &market()).contains("2030-01"));
    let vault = r#"{"name":"x","capital":1,"rule":{"calendar":{"every":"month","on":"end"}},"holdings":[{"weight":1,
        "vault":{"name":"v","holdings":[{"asset":"home","weight":1}],"rule":{"calendar":{"every":"month","on":"end"}}}}]}"#;
    assert!(refusal(&Spec::from_json(vault).unwrap(), &market()).contains("vaults"));
}

/// Budgets settle all weights: an asset that is too short to have a risk can carry no share of it. From when it is long enough, or where
/// none is asked of it, each asset's part of the variance is its budget (Maillard, Roncalli and Teïletche 2010).
#[test]
fn risk_budgets_wait_for_the_last_asset() {
    let counted = [
        [100.0, 102.0, 101.0, 103.0, 104.0, 103.0, 105.0, 104.0].map(Some).to_vec(),
        [1e4, 9900.0, 9900.0, 10_100.0, 9880.0, 9975.0, 1e4, 9999.0].map(Some).to_vec(),
        [None, None, None, Some(100.0), Some(101.0), Some(99.0), Some(100.0), Some(102.0)].to_vec(),
    ];
    let carried = |choice: &Choice| -> Vec<f64> {
        let last = (0..8).find(|row| choice.date == market().prices().dates()[*row]).unwrap();
        let weights = choice.weights.as_slice();
        let growth = |asset: usize, row: usize| {
            counted[asset][row].zip(counted[asset][row - 1]).map(|(now, then)| now / then - 1.0)
        };
        let rows = last + 1 - choice.months..=last;
        let parts: Vec<Vec<f64>> = (0..3)
            .map(|asset| {
                let part: Vec<f64> = rows
                    .clone()
                    .map(|row| growth(asset, row).map_or(0.0, |growth| weights[asset] * growth))
                    .collect();
                let mean = part.iter().sum::<f64>() / part.len() as f64;
                part.iter().map(|x| x - mean).collect()
            })
            .collect();
        let whole: Vec<f64> = (0..choice.months).map(|k| parts.iter().map(|part| part[k]).sum()).collect();
        let variance: f64 = whole.iter().map(|x| x * x).sum();
        parts.iter().map(|part| part.iter().zip(&whole).map(|(x, y)| x * y).sum::<f64>() / variance).collect()
    };
    let later = Spec { start: Some("2020-02".parse().unwrap()), ..spec("") };
    let third = 1.0 / 3.0;
    let cases = [
        (r#"{"equal_risk":{}}"#, [third; 3]),
        (r#"{"risk_budgets":{"budgets":[0.5,0.3,0.2]}}"#, [0.5, 0.3, 0.2]),
        (r#"{"risk_budgets":{"budgets":[0.6,0.4,0.0]}}"#, [0.6, 0.4, 0.0]),
    ];
    for (objective, budgets) in cases {
        let walk = walk(serde_json::from_str(objective).unwrap(), 1, 3);
        let all = walk.schedule(&spec(""), &market());
        let (found, choices) = if budgets[2] > 0.0 {
            assert!(matches!(all.unwrap_err(), PortfolioError::Optimize(_)), "{objective}");
            (walk.schedule(&later, &market()).unwrap().1, 2)
        } else {
            (all.unwrap().1, 5)
        };
        let solved: Vec<_> = found.iter().filter(|choice| choice.answer.is_some()).collect();
        assert_eq!(solved.len(), choices, "{objective}");
        for choice in solved {
            let carried = carried(choice);
            assert!(
                carried.iter().zip(budgets).all(|(a, b)| close(*a, b, 1.0, 1e-9)),
                "{objective} {} {carried:?}",
                choice.date
            );
        }
    }
}
