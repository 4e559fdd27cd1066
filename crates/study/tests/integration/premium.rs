use allweather_core::Currency;
use allweather_data::DataSet;
use allweather_market::{Market, PricePanel, rates_from_csv};
use allweather_metrics::risk::Covariance;
use allweather_portfolio::{Spec, rebalance::Rule, rfr::RateHistory, simulate};
use allweather_study::{Entrant, Growth, excess_growth};
use proptest::prelude::*;

use crate::tournament::{base, market};

/// Two independent assets of 20 % a year, half and half: 1 % a year, from the four equally likely months they make.
#[test]
fn two_independent_assets_of_twenty_percent() {
    let step = 0.2 / 12.0_f64.sqrt();
    let moves = [(step, step), (step, -step), (-step, step), (-step, -step)];
    let a_month = moves.map(|(a, b): (f64, f64)| excess_growth(&[0.5, 0.5], &[a.exp(), b.exp()]).unwrap());
    let a_year = 12.0 * a_month.iter().sum::<f64>() / 4.0;
    // ln cosh σ for two of four months: the continuous 1 % and its next order, σ⁴/24 a month.
    assert!((a_year - 12.0 * step.cosh().ln() / 2.0).abs() < 1e-14);
    assert!((a_year - 0.01).abs() < 1e-5, "{a_year}");
    let continuous = Covariance::new(&[[0.04, 0.0], [0.0, 0.04]]).unwrap().excess_growth_rate(&[0.5, 0.5]);
    assert!((continuous.unwrap() - 0.01).abs() < 1e-15);
}

/// Shannon's demon: a path that turns pays 1.125 for 1, and one that trends pays 1.21 rebalanced and 1.22 held.
#[test]
fn neither_part_is_a_premium_by_itself() {
    let of = |levels: [(f64, f64); 3]| {
        let rows: Vec<String> =
            levels.iter().zip(1..).map(|((a, b), m)| format!("2020-0{m},{a},{b}")).collect();
        let text = format!("month,a_jpy,b_jpy\n{}\n", rows.join("\n"));
        let market = Market::new(Currency::JPY, PricePanel::from_csv("two.csv", &text).unwrap());
        let run = |rule: &str| {
            let spec = format!(
                r#"{{"name":"two","capital":1,"rule":{rule},
                    "holdings":[{{"asset":"a","weight":0.5}},{{"asset":"b","weight":0.5}}]}}"#
            );
            let record =
                simulate(&Spec::from_json(&spec).unwrap(), &market, &RateHistory::default()).unwrap();
            Growth::of(&record, &market).unwrap()
        };
        let held = run(r#""never""#);
        run(r#"{"calendar":{"every":"month","on":"end"}}"#).premium_over(&held)
    };
    // Two months: a sixth of a year.
    let turning = of([(1.0, 1.0), (2.0, 1.0), (1.0, 1.0)]);
    assert!((turning.total / 6.0 - 1.125_f64.ln()).abs() < 1e-14);
    assert!((turning.excess_growth / 6.0 - 1.125_f64.ln()).abs() < 1e-14 && turning.drift.abs() < 1e-13);
    let trending = of([(1.0, 1.0), (1.2, 1.0), (1.44, 1.0)]);
    assert!((trending.total / 6.0 - (1.21_f64 / 1.22).ln()).abs() < 1e-14);
    let excess = 2.0 * (1.1_f64.ln() - 0.5 * 1.2_f64.ln());
    assert!(
        (trending.excess_growth / 6.0 - excess).abs() < 1e-14 && trending.drift < -trending.excess_growth
    );
}

/// With hedge, overlay, expenses and costs: every part is what the record says it is.
#[test]
fn a_run_with_everything_is_explained_to_the_last_part() {
    let DataSet { market, .. } = allweather_data::embedded().unwrap();
    let data = allweather_data::embedded().unwrap();
    let all = allweather_data::all_weather().unwrap();
    let all = Spec { start: Some("1990-06".parse().unwrap()), end: Some("2024-09".parse().unwrap()), ..all };
    let record = data.simulate(&all).unwrap();
    let growth = Growth::of(&record, &market).unwrap();
    let returns: f64 = record.outcome().returns.iter().skip(1).map(|r| r.ln_1p()).sum();
    assert!((growth.total() - returns).abs() < 1e-12);
    assert!((growth.years - 411.0 / 12.0).abs() < 1e-12);
    let cost: f64 =
        record.steps().skip(1).map(|step| step.gross_return().ln_1p() - step.period_return().ln_1p()).sum();
    assert!((growth.cost - cost).abs() < 1e-12);
    // What the parts with their hedges do not explain is the overlay, and nothing else.
    let overlay: f64 = record
        .steps()
        .skip(1)
        .map(|step| {
            let gross = 1.0 + step.gross_return();
            -(-step.forwards.overlay / step.value_before / gross).ln_1p()
        })
        .sum();
    assert!((growth.overlay - overlay).abs() < 1e-12 && overlay.abs() > 1e-3, "{} {overlay}", growth.overlay);
    // Without an overlay nothing is left.
    let mut fx = serde_json::to_value(&all.fx).unwrap();
    fx.as_object_mut().unwrap().remove("overlay").unwrap();
    let bare = Spec { fx: serde_json::from_value(fx).unwrap(), ..all.clone() };
    assert!(bare.fx.is_some());
    let growth = Growth::of(&data.simulate(&bare).unwrap(), &market).unwrap();
    assert!(growth.overlay.abs() < 1e-12, "{}", growth.overlay);
    // Hedged parts move less than unhedged ones, and so does a mixture of them.
    let open = Growth::of(&data.simulate(&Spec { fx: None, ..all }).unwrap(), &market).unwrap();
    assert!(growth.excess < open.excess);
}

/// Assets that begin late are explained by the parts: nothing is left for the overlay.
#[test]
fn late_assets_leave_nothing() {
    let data = allweather_data::embedded().unwrap();
    let mut spec = serde_json::to_value(allweather_data::all_weather().unwrap()).unwrap();
    (spec["fx"], spec["late_assets"]) = (serde_json::Value::Null, "leave_out".into());
    (spec["start"], spec["end"]) = ("1985-06".into(), "2024-09".into());
    let record = data.simulate(&Spec::from_json(&spec.to_string()).unwrap()).unwrap();
    let growth = Growth::of(&record, &data.market).unwrap();
    let returns: f64 = record.outcome().returns.iter().skip(1).map(|r| r.ln_1p()).sum();
    assert!((growth.total() - returns).abs() < 1e-12);
    assert!(growth.overlay.abs() < 1e-12, "{}", growth.overlay);
    assert!(record.steps().next().unwrap().after.contains(&0.0), "one is left out at first");
}

/// Cash that lots leave over is a part like others, and what it earns is its growth: nothing is left for the overlay.
#[test]
fn cash_grows_by_its_interest() {
    let rates: String = (2000..2008)
        .flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02},JPY,6,x\n")))
        .collect();
    let rates = rates_from_csv("rates.csv", &format!("month,currency,rate_pct,basis\n{rates}")).unwrap();
    let market = market().with_short_rates(rates);
    let run = |cash: &str, rule: Rule| {
        let mut spec = serde_json::to_value(Spec { rule, ..base() }).unwrap();
        (spec["capital"], spec["cash"]) = (250_000.into(), cash.into());
        // A unit is up to 0.2 % of an asset: some cash is left over.
        spec["operation"] = serde_json::json!({"actual": {"lot": {"minimum": "1", "increment": "1"}}});
        simulate(&Spec::from_json(&spec.to_string()).unwrap(), &market, &RateHistory::default()).unwrap()
    };
    let monthly = || Entrant::monthly().rule;
    let (record, idle) = (run("short_rate", monthly()), run("nothing", monthly()));
    let growth = |record| Growth::of(record, &market).unwrap();
    let found = growth(&record);
    let returns: f64 = record.outcome().returns.iter().skip(1).map(|r| r.ln_1p()).sum();
    assert!((found.total() - returns).abs() < 1e-12 && found.overlay.abs() < 1e-13, "{found:?}");
    // By hand: weights and growth of each step with cash as one more part.
    let (mut excess, mut parts, mut interest) = (0.0, 0.0, 0.0);
    let steps: Vec<_> = record.steps().collect();
    for pair in steps.windows(2) {
        let (before, step) = (&pair[0], &pair[1]);
        let mut weights: Vec<f64> = before.after.iter().map(|held| held / before.value_after).collect();
        let mut grown: Vec<f64> =
            before.after.iter().zip(step.before).map(|(held, now)| now / held).collect();
        weights.push(before.cash / before.value_after);
        grown.push(1.005);
        excess += excess_growth(&weights, &grown).unwrap();
        parts += weights.iter().zip(&grown).map(|(w, r)| w * r.ln()).sum::<f64>();
        interest += before.cash / before.value_after * 1.005_f64.ln();
    }
    assert!((found.excess - excess).abs() < 1e-12 && (found.parts - parts).abs() < 1e-12, "{found:?}");
    assert!(interest > 1e-5, "{interest}: there is cash");
    // Without interest, cash is a part that does not grow.
    let still = growth(&idle);
    assert!(still.overlay.abs() < 1e-13 && still.parts < found.parts);
    // The premium over buy and hold, whose cash earns too.
    let held = run("short_rate", Rule::Never);
    let premium = found.premium_over(&growth(&held));
    let wealth = |record: &allweather_portfolio::Record| {
        let values = &record.outcome().values;
        (values[values.len() - 1] / values[0]).ln()
    };
    assert!((premium.total - (wealth(&record) - wealth(&held)) / found.years).abs() < 1e-12);
    let sum = premium.excess_growth + premium.drift + premium.overlay - premium.cost;
    assert!((premium.total - sum).abs() < 1e-14 && premium.overlay.abs() < 1e-14 && premium.cost > 0.0);
}

#[test]
fn one_asset_has_no_premium_and_buy_and_hold_has_none_over_itself() {
    let market = market();
    let one = Spec::from_json(
        r#"{"name":"one","capital":1,"costs":{"proportional":"0.01"},"holdings":[{"asset":"b","weight":1}],
            "rule":{"calendar":{"every":"month","on":"end"}}}"#,
    )
    .unwrap();
    let growth = |spec: &Spec| {
        let record = simulate(spec, &market, &RateHistory::default()).unwrap();
        Growth::of(&record, &market).unwrap()
    };
    let held = growth(&Spec { rule: Rule::Never, ..one.clone() });
    let premium = growth(&one).premium_over(&held);
    for part in [premium.total, premium.excess_growth, premium.drift, premium.overlay, premium.cost] {
        assert!(part.abs() < 1e-14, "{premium:?}");
    }
    let held = growth(&base());
    let premium = held.premium_over(&held);
    assert_eq!((premium.total, premium.overlay, premium.cost), (0.0, 0.0, 0.0));
    assert!(premium.excess_growth > 0.0 && (premium.excess_growth + premium.drift).abs() < 1e-15);
}

#[test]
fn growth_that_is_none_is_not_told() {
    assert_eq!(excess_growth(&[0.5, 0.5], &[1.0, 0.0]), None);
    assert_eq!(excess_growth(&[0.5, 0.5], &[1.0, f64::NAN]), None);
    assert_eq!(excess_growth(&[1.0, 0.0], &[1.1, 0.0]), Some(0.0));
    assert_eq!(excess_growth(&[], &[]), None);
}

proptest! {
    /// A mixture never grows by less than its parts in the mean, by nothing more where there is one part or all move alike, and its excess
    /// does not depend on what all are measured in.
    #[test]
    fn excess_growth_is_not_below_nought(
        parts in prop::collection::vec((0.01..1.0_f64, 0.2..3.0_f64), 1..8), scale in 0.1..10.0_f64,
    ) {
        let sum: f64 = parts.iter().map(|(w, _)| w).sum();
        let (weights, growth): (Vec<f64>, Vec<f64>) = parts.iter().map(|(w, r)| (w / sum, *r)).unzip();
        let excess = excess_growth(&weights, &growth).unwrap();
        prop_assert!(excess > -1e-15);
        let scaled: Vec<f64> = growth.iter().map(|r| r * scale).collect();
        prop_assert!((excess_growth(&weights, &scaled).unwrap() - excess).abs() < 1e-13);
        let alike = vec![growth[0]; weights.len()];
        prop_assert!(excess_growth(&weights, &alike).unwrap().abs() < 1e-14);
    }
}
