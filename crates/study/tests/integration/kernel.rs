//! Specs of fixed weights run on the kernel of many paths: it changes no figure.

use allweather_core::{Month, Rate};
use allweather_data::DataSet;
use allweather_market::{Lag, SeriesId};
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
