//! Specs of fixed weights run on the kernel of many paths: it changes no figure.

use std::fmt::Write as _;

use allweather_core::{Currency, Month, Rate};
use allweather_data::DataSet;
use allweather_market::{Lag, Market, PricePanel, SeriesId, SpotPanel, Vintages};
use allweather_portfolio::{
    CostSpec, Holding, Holdings, Spec,
    costs::Proportional,
    rebalance::{Calendar, DriftBand, DriftMeasure, Edge, Period, Rule, Scope},
    rfr::{FinalMonth, MissingPolicy},
};
use allweather_study::{Event, Measure, Resampling, Study, StudySpec, Tally, Variant};
use rust_decimal::dec;

/// The default weights in yen, dollars and pounds, without anything that the kernel does not know.
fn simple(rule: Rule) -> Spec {
    let spec = allweather_data::all_weather().unwrap();
    let holdings: Vec<_> =
        spec.holdings.look_through().into_iter().map(|(asset, w)| Holding::asset(asset.clone(), w)).collect();
    Spec {
        fx: None,
        expenses: None,
        holdings: Holdings::new(holdings).unwrap(),
        costs: CostSpec::Proportional(Proportional::from_bps(dec!(15)).unwrap()),
        rule,
        ..spec
    }
}

fn rules() -> Vec<Rule> {
    let band = |measure, percent: u32| Rule::DriftBand(DriftBand::new(measure, percent, Scope::All).unwrap());
    let calendar = |every, on| Rule::Calendar(Calendar { every, on });
    vec![
        band(DriftMeasure::Portfolio, 1),
        band(DriftMeasure::Position, 15),
        calendar(Period::Year, Edge::End),
        calendar(Period::Month, Edge::Start),
        Rule::Never,
        Rule::first_of(vec![calendar(Period::Year, Edge::Start), band(DriftMeasure::Portfolio, 3)]).unwrap(),
        Rule::all_of(vec![calendar(Period::Quarter, Edge::End), band(DriftMeasure::Portfolio, 2)]).unwrap(),
    ]
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn paths_of<'t>(study: &'t Study<'_>, variant: usize) -> impl Iterator<Item = Tally> + 't {
    study.jobs(1).filter(move |job| job.variant == variant).map(|job| study.run_job(&job).unwrap().tally)
}

/// A rule of one's own is asked step by step: handing a spec its own rule over runs it on the engine.
#[test]
fn every_figure_is_the_engines() {
    let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
    // 147 months after September end in a December.
    for (rule, months) in rules().into_iter().flat_map(|rule| [(rule.clone(), 150), (rule, 147)]) {
        let spec = simple(rule.clone());
        let variants = vec![
            Variant::new("kernel", spec.clone()),
            Variant::new("engine", spec).with_own_rule("the same"),
        ];
        let study = StudySpec::new(variants, 6, months).unwrap().with_seed(8);
        let study = study.with_span(month("1990-07"), month("2024-09"));
        let study = Study::new(&study, &market, &statistics).unwrap().with_rule("engine", &rule).unwrap();
        let mut differ = 0;
        for (kernel, engine) in paths_of(&study, 0).zip(paths_of(&study, 1)) {
            for measure in Measure::ALL {
                let (found, expected) = (kernel.measure(measure).mean(), engine.measure(measure).mean());
                let near = match (found, expected) {
                    (Some(found), Some(expected)) => (found - expected).abs() <= 1e-12 * expected.abs(),
                    (found, expected) => found == expected,
                };
                assert!(near, "{measure} under {rule:?}: {found:?} for {expected:?}");
                differ += usize::from(found != expected);
            }
            for event in Event::ALL {
                assert_eq!(kernel.event(event), engine.event(event), "{event} under {rule:?}");
            }
        }
        // Two programs round differently somewhere: if nothing differs, one of the two has not run.
        assert!(differ > 0, "{rule:?}");
    }
}

/// Held against each other, both are run by the same program: what is equal is equal to the last bit.
#[test]
fn what_is_the_same_has_no_difference() {
    let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
    let rule = Rule::DriftBand(DriftBand::new(DriftMeasure::Portfolio, 1, Scope::All).unwrap());
    let spec = simple(rule.clone());
    let variants = vec![
        Variant::new("kernel", spec.clone()),
        Variant::new("again", spec.clone()).against("kernel"),
        Variant::new("own", spec.clone()).with_own_rule("the same"),
        Variant::new("against own", spec).against("own"),
    ];
    let study = StudySpec::new(variants, 5, 90).unwrap();
    let study = Study::new(&study, &market, &statistics).unwrap().with_rule("own", &rule).unwrap();
    for variant in [1, 3] {
        for tally in paths_of(&study, variant) {
            let versus = tally.versus().unwrap();
            for measure in Measure::ALL {
                assert!(versus.difference(measure).mean().is_none_or(|mean| mean == 0.0), "{measure}");
            }
        }
    }
}

/// A dollar asset that halves against a dollar that halves: within doubles each, nothing together. A yen portfolio beside it that does not.
fn falling(later: f64) -> (Market, Vec<Variant>) {
    let (mut prices, mut spots) = ("month,a_usd,b_jpy,c_jpy\n".to_owned(), "month,usd\n".to_owned());
    let (mut level, mut b, mut c) = (1e6, 100.0, 100.0);
    for k in 0..37 {
        let month = format!("{}-{:02}", 2000 + k / 12, k % 12 + 1);
        writeln!(prices, "{month},{level:e},{b},{c}").unwrap();
        writeln!(spots, "{month},{level:e}").unwrap();
        let (up, down) = (f64::from(k * 7 % 5) / 100.0, f64::from(k * 5 % 7) / 150.0);
        (level, b, c) = (level * if k < 18 { 0.5 } else { later }, b * (0.99 + up), c * (1.02 - down));
    }
    let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", &prices).unwrap());
    let market = market.with_spots(SpotPanel::from_csv("spots.csv", &spots, Currency::JPY).unwrap()).unwrap();
    let spec = |name: &str, holdings: &str| {
        let text = format!(
            r#"{{"name": "{name}", "capital": 1000000, "costs": {{"proportional": "0.001"}},
                "rule": {{"calendar": {{"every": "quarter", "on": "end"}}}}, "holdings": {holdings}}}"#
        );
        Variant::new(name, Spec::from_json(&text).unwrap())
    };
    let yen = r#"[{"asset": "b", "weight": 0.6}, {"asset": "c", "weight": 0.4}]"#;
    let variants = vec![
        spec("falls", r#"[{"asset": "a", "weight": 1}]"#).against("yen"),
        spec("yen", yen),
        spec("yen against", yen).against("falls"),
        spec("yen over", yen).with_premium().against("falls"),
        spec("falls over", r#"[{"asset": "a", "weight": 1}]"#).with_premium(),
    ];
    (market, variants)
}

/// What leaves the range of the kernel on one side runs on the engine on both: figures are those of the engine's record, to the bit.
#[test]
fn a_pair_falls_back_to_the_engine_together() {
    let (market, variants) = falling(0.5);
    let spec = StudySpec::new(variants, 8, 560).unwrap().with_seed(6);
    let spec = spec.with_resampling(Resampling::blocks(3).unwrap()).unwrap();
    let nothing = Vintages::new();
    let study = Study::new(&spec, &market, &nothing).unwrap();
    let wealth = |path| study.record_of_path("yen", path).unwrap().outcome().final_value / 1e6;
    let of = |variant: usize| {
        paths_of(&study, variant).map(|tally| tally.measure(Measure::Wealth).mean().unwrap())
    };
    let mut differ = 0;
    for (path, (alone, beside)) in (0..).zip(of(1).zip(of(2))) {
        assert_eq!(beside, wealth(path), "path {path}: beside what falls it runs on the engine");
        assert!((alone / beside - 1.0).abs() < 1e-12);
        differ += usize::from(alone != beside);
    }
    assert!(differ > 0, "alone it runs on the kernel");
    for (path, tally) in (0..).zip(paths_of(&study, 0)) {
        assert_eq!(tally.measure(Measure::Wealth).mean(), Some(0.0), "nothing is left");
        assert_eq!(tally.event(Event::Ruin).happened(), 1);
        let versus = tally.versus().unwrap();
        assert_eq!(versus.difference(Measure::Wealth).mean(), Some(-wealth(path)));
        assert_eq!(versus.difference(Measure::AnnualReturn).undefined(), 1);
    }
    // What lives has a premium, whatever it stands beside; what is lost has none.
    for (beside, lost) in paths_of(&study, 3).zip(paths_of(&study, 4)) {
        let [beside, lost] = [&beside, &lost].map(|tally| tally.premium().unwrap());
        assert_eq!((beside.total().defined(), lost.total().undefined()), (1, 1));
        assert_eq!((lost.cost().defined(), lost.above().of()), (0, 0));
        assert!(beside.cost().mean() > Some(0.0));
    }
}

/// A path that is lost has nothing of the one before it in its job.
#[test]
fn a_lost_path_has_no_premium_of_another() {
    let (market, mut variants) = falling(0.6);
    let spec = StudySpec::new(variants.split_off(4), 24, 630).unwrap().with_seed(6);
    let spec = spec.with_resampling(Resampling::blocks(3).unwrap()).unwrap();
    let nothing = Vintages::new();
    let study = Study::new(&spec, &market, &nothing).unwrap();
    let together = study.run_job(&study.jobs(24).next().unwrap()).unwrap().tally;
    let lost = together.measure(Measure::AnnualReturn).undefined();
    assert!(lost > 0 && lost < 24, "{lost} of 24 are lost");
    // What is left of some others is so little that it has no logarithm over the capital: nothing is told of them either.
    let missing = together.premium().unwrap().total().undefined();
    assert!((lost..24).contains(&missing), "{missing}");
    let alone = paths_of(&study, 0).map(|tally| tally.premium().unwrap().total().undefined()).sum::<u64>();
    assert_eq!(alone, missing);
}

/// Held against each other on the kernel, each is its own record to rounding.
#[test]
fn records_of_a_pair_are_those_of_the_kernel() {
    let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
    for rule in rules() {
        let yearly = simple(Rule::Calendar(Calendar { every: Period::Year, on: Edge::End }));
        let variants = vec![
            Variant::new("ruled", simple(rule.clone())).against("yearly"),
            Variant::new("yearly", yearly),
        ];
        let spec = StudySpec::new(variants, 3, 130).unwrap().with_span(month("1990-07"), month("2024-09"));
        let study = Study::new(&spec, &market, &statistics).unwrap();
        for (path, tally) in (0..).zip(paths_of(&study, 0)) {
            let outcome = |variant: &str| study.record_of_path(variant, path).unwrap().outcome().clone();
            let (ruled, yearly) = (outcome("ruled"), outcome("yearly"));
            let capital = 100_000_000.0;
            let years = 130.0 / 12.0;
            let versus = tally.versus().unwrap();
            for (measure, expected) in [
                (Measure::Wealth, (ruled.final_value - yearly.final_value) / capital),
                (Measure::Turnover, (ruled.turnover - yearly.turnover) / years),
                (Measure::Costs, (ruled.costs.total() - yearly.costs.total()) / capital / years),
                (Measure::Rebalances, (ruled.rebalances as f64 - yearly.rebalances as f64) / years),
            ] {
                let found = versus.difference(measure).mean().unwrap();
                assert!((found - expected).abs() < 1e-11, "{measure} under {rule:?}: {found} for {expected}");
                assert_eq!(versus.above(measure).happened(), u64::from(found > 0.0));
            }
        }
    }
}

/// The rates that a path's real figures are over are those that its statistics tell, exactly: whatever month a path ends in, however late
/// figures come out, whatever is missing.
#[test]
fn rates_are_those_of_the_record() {
    let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
    let yearly = || simple(Rule::Calendar(Calendar { every: Period::Year, on: Edge::End }));
    let rate_rules = |change: fn(&mut Spec)| {
        let mut spec = yearly();
        change(&mut spec);
        spec
    };
    let specs = [
        yearly(),
        rate_rules(|spec| spec.prescribed_rate.missing = MissingPolicy::at_least(2).unwrap()),
        rate_rules(|spec| spec.prescribed_rate.final_month = FinalMonth::new(1).unwrap()),
        rate_rules(|spec| spec.prescribed_rate.oldest_estimate = 3),
        rate_rules(|spec| {
            spec.prescribed_rate.rounding = Some(allweather_portfolio::rfr::ChangeRounding::TenthOfPercent);
        }),
    ];
    let late = |days: u16| {
        let mut late = statistics.clone();
        for series in ["jp_cpi", "jp_gdp_deflator", "jp_reer"] {
            late = late.with_lag(SeriesId::new(series).unwrap(), Lag::days(days));
        }
        late
    };
    let mut told = [0, 0];
    for (statistics, last) in [
        (statistics.clone(), month("2024-09")),
        (late(200), month("2024-09")),
        (late(100), month("2019-12")),
        (late(600), month("2020-02")),
    ] {
        for months in (1..=25).chain([61, 100]) {
            let variants =
                specs.iter().zip('a'..).map(|(spec, name)| Variant::new(&name.to_string(), spec.clone()));
            let study =
                StudySpec::new(variants.collect(), 1, months).unwrap().with_span(month("1990-07"), last);
            let study = study.with_resampling(Resampling::blocks(5).unwrap()).unwrap().with_past(24).unwrap();
            let study = Study::new(&study, &market, &statistics).unwrap();
            for (variant, named) in study.spec().variants().iter().enumerate() {
                let tally = paths_of(&study, variant).next().unwrap();
                let record = study.record_of_path(&named.name, 0).unwrap();
                let log = |month: Month| {
                    let known = record.rates().get(&month.year())?;
                    Some(Rate::from_percent(known.prescribed.rate).to_f64().ln_1p() / 12.0)
                };
                let prices = record.steps().skip(1).map(|step| log(step.month)).sum::<Option<f64>>();
                let wealth = tally.measure(Measure::Wealth).mean().unwrap();
                // The year of the purchase must have a rate, too.
                let whole = log(last).and(prices);
                let found = tally.measure(Measure::RealWealth).mean();
                let near = match (found, whole.map(|prices| wealth / prices.exp())) {
                    (Some(found), Some(expected)) => (found / expected - 1.0).abs() < 1e-12,
                    (found, expected) => found == expected,
                };
                assert!(near, "{months} months after {last}, {}: {found:?}, {whole:?}", named.name);
                told[usize::from(found.is_some())] += 1;
            }
        }
    }
    assert!(told[0] > 20 && told[1] > 100, "{told:?}");
}
