//! The page of many runs.

use allweather_core::Currency;
use allweather_market::{Market, PricePanel, Vintages};
use allweather_portfolio::{Spec, rfr::RateHistory, simulate};
use allweather_report::{Language, Page, Points, Report, ReportError, Shape, Sources};
use allweather_study::{Event, Measure, Results, Study, StudySpec, Variant};
use scraper::{Html, Selector};

use crate::{
    main_job,
    runs::{figure, number, page, same, sound, table, texts},
};

/// A name that must not end anything in a page.
const HOSTILE: &str = "</script><img src=x>";

fn market() -> Market {
    let text = include_str!("../data/three_assets.csv");
    Market::new(Currency::JPY, PricePanel::from_csv("three_assets.csv", text).unwrap())
}

fn spec(costs: &str) -> Spec {
    Spec::from_json(&format!(
        r#"{{"name": "three", "capital": 1000000, "costs": {{"proportional": "{costs}"}},
            "rule": {{"calendar": {{"every": "year", "on": "end"}}}}, "holdings":
            [{{"asset": "a", "weight": 0.5}}, {{"asset": "b", "weight": 0.3}}, {{"asset": "c", "weight": 0.2}}]}}"#
    ))
    .unwrap()
}

/// Two variants, the dear one held against the other.
fn two() -> StudySpec {
    let variants =
        vec![Variant::new("cheap", spec("0.002")), Variant::new(HOSTILE, spec("0.05")).against("cheap")];
    StudySpec::new(variants, 40, 30).unwrap().with_seed(3)
}

fn report(market: &Market, study: &Study<'_>, results: &Results) -> Result<Report, ReportError> {
    let record = simulate(&spec("0.002"), market, &RateHistory::default()).unwrap();
    let nothing = Vintages::new();
    let sources = Sources::new(market, &nothing).with_weathers(Vec::new()).with_study(study, results);
    Report::new(&record, &sources)
}

fn sections(page: &Page) -> Vec<&str> {
    page.sections.iter().map(|section| section.id.as_ref()).collect()
}

/// The row of a table whose first cells say these.
fn row(report: &Report, id: &str, first: &[&str]) -> usize {
    let found = table(report, id).rows.iter().position(|row| {
        row.iter().zip(first).all(|(cell, text)| cell.value.text(Language::English) == *text)
    });
    found.unwrap_or_else(|| panic!("no {first:?} in {id}"))
}

#[test]
fn every_figure_is_that_of_the_results() {
    let (market, nothing) = (market(), Vintages::new());
    let spec = two();
    let study = Study::new(&spec, &market, &nothing).unwrap();
    let results = study.run(1, &|_| ()).unwrap();
    let report = report(&market, &study, &results).unwrap();
    let page = page(&report, "study");
    sound(page);
    assert_eq!(sections(page), ["study-setting", "study-chances", "study-figures", "study-versus"]);
    let (events, figures) = (table(&report, "study_events"), table(&report, "study_figures"));
    for (name, tally) in results.tallies() {
        for (event, told) in [
            (Event::Ruin, "ruin"),
            (Event::DeviationMet, "deviation target met"),
            (Event::DrawdownMet, "drawdown target met"),
        ] {
            let (found, row) = (tally.event(event), row(&report, "study_events", &[told, name]));
            same(number(events, row, "probability"), found.probability());
            same(number(events, row, "low"), found.interval().map(|interval| interval.0));
            same(number(events, row, "high"), found.interval().map(|interval| interval.1));
            same(number(events, row, "happened"), Some(found.happened() as f64));
            same(number(events, row, "of"), Some(40.0));
        }
        for (measure, told) in [
            (Measure::Wealth, "value at the end over capital"),
            (Measure::AnnualReturn, "return a year"),
            (Measure::Drawdown, "largest drawdown"),
            (Measure::Rebalances, "rebalances a year"),
        ] {
            let (found, row) = (tally.measure(measure), row(&report, "study_figures", &[told, name]));
            let quantiles = [("q05", 0.05), ("q25", 0.25), ("median", 0.5), ("q75", 0.75), ("q95", 0.95)];
            for (column, p) in quantiles {
                same(number(figures, row, column), found.quantile(p));
            }
            same(number(figures, row, "mean"), found.mean());
            same(number(figures, row, "deviation"), found.deviation());
            same(number(figures, row, "paths"), Some(40.0));
        }
    }
    // Nothing is said of what no path has: there are no expenses, and no rates.
    assert_eq!((events.rows.len(), figures.rows.len()), (2 * 3, 2 * 10));
    let versus = results.tally(HOSTILE).and_then(|tally| tally.versus()).unwrap();
    let differences = table(&report, "study_versus");
    for (measure, told) in
        [(Measure::Wealth, "value at the end over capital"), (Measure::Costs, "costs over capital, a year")]
    {
        let (found, above) = (versus.difference(measure), versus.above(measure));
        let row = row(&report, "study_versus", &[told, HOSTILE, "cheap"]);
        same(number(differences, row, "mean"), found.mean());
        same(number(differences, row, "error"), found.standard_error());
        same(number(differences, row, "q05"), found.quantile(0.05));
        same(number(differences, row, "median"), found.quantile(0.5));
        same(number(differences, row, "q95"), found.quantile(0.95));
        same(number(differences, row, "above"), above.probability());
        same(number(differences, row, "low"), above.interval().map(|interval| interval.0));
        same(number(differences, row, "high"), above.interval().map(|interval| interval.1));
        same(number(differences, row, "paths"), Some(40.0));
    }
    // Dear is worse on every path, and said to be.
    let (en, ja) = (texts(page, Language::English), texts(page, Language::Japanese));
    let told =
        format!("{HOSTILE} less cheap, on the same paths: the value at the end over capital differs by -0.");
    assert!(en.contains(&told) && en.contains("is higher on 0.00 % of them (0.00 % to 8.76 %)."), "{en}");
    assert!(ja.contains("上回ったパスは0.00 %（0.00 %～8.76 %）です。"), "{ja}");
    let median = results.tally("cheap").unwrap().measure(Measure::Wealth).quantile(0.5).unwrap();
    let told = format!("the median of “value at the end over capital” is {median:.2}.");
    assert!(en.contains(&told), "{en}");
}

#[test]
fn the_plots_are_the_results() {
    let (market, nothing) = (market(), Vintages::new());
    let spec = two();
    let study = Study::new(&spec, &market, &nothing).unwrap();
    let results = study.run(1, &|_| ()).unwrap();
    let report = report(&market, &study, &results).unwrap();
    let events = figure(&report, "study", "study_event_shares");
    assert_eq!(events.series.len(), 2);
    for (series, (_, tally)) in events.series.iter().zip(results.tallies()) {
        let told = [Event::Ruin, Event::DeviationMet, Event::DrawdownMet].map(|event| tally.event(event));
        assert_eq!(series.shape, Shape::Beside);
        assert_eq!(series.values, told.map(|found| found.probability()));
        assert_eq!(series.intervals, told.map(|found| found.interval()));
    }
    // Each path is in one of the bars, and each bar has the paths that its edges hold.
    let wealth = figure(&report, "study", "study_outcome");
    let Points::Names(edges) = &wealth.points else { panic!("names of ranges") };
    let edges: Vec<f64> = edges.iter().map(|edge| edge.text(Language::English).parse().unwrap()).collect();
    assert!((5..=24).contains(&edges.len()), "{edges:?}");
    for (name, series) in ["cheap", HOSTILE].into_iter().zip(&wealth.series) {
        let wealths: Vec<f64> = (0..40)
            .map(|path| {
                let record = study.record_of_path(name, path).unwrap();
                record.outcome().returns.iter().fold(1.0, |value, r| value * (1.0 + r))
            })
            .collect();
        // A path within a thousandth of an edge may be on either side of it.
        let below = |edge: f64| wealths.iter().filter(|wealth| **wealth < edge).count() as f64 / 40.0;
        let shares: Vec<f64> = series.values.iter().flatten().copied().collect();
        let mut sum = 0.0;
        for (share, edge) in shares.iter().zip(&edges[1..]) {
            sum += share;
            let allowed = below(edge * 0.999) - 1e-12..=below(edge * 1.001) + 1e-12;
            assert!(allowed.contains(&sum), "{sum} of {name} below {edge}");
        }
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12 && shares.iter().all(|share| *share < 0.7));
    }
    let differences = figure(&report, "study", "study_difference");
    let total: f64 = differences.series[0].values.iter().flatten().sum();
    assert!((total - 1.0).abs() < 1e-12 && differences.series[0].shape == Shape::Bars);
    // In the site an interval is drawn and said, and a name ends nothing.
    let site = report.site().unwrap();
    for (name, between) in [("study.html", " to "), ("ja/study.html", "～")] {
        let text = String::from_utf8(site.files()[name].clone()).unwrap();
        let (low, high) = events.series[0].intervals[0].unwrap();
        let told = format!("{:.2} %{between}{:.2} %", low * 100.0, high * 100.0);
        assert!(text.contains(&format!("\"hovertext\":[\"{told}\"")), "{told}");
        assert!(text.contains("\"error_y\":{\"type\":\"data\"") && text.contains("\"barmode\":\"group\""));
        assert!(!text.contains("<img"));
        let html = Html::parse_document(&text);
        let plots = Selector::parse("#study_event_shares-figure script.plot-data").unwrap();
        let plot: String = html.select(&plots).next().unwrap().text().collect();
        let plot: serde_json::Value = serde_json::from_str(&plot).unwrap();
        for (trace, series) in plot["data"].as_array().unwrap().iter().zip(&events.series) {
            for (place, (value, ends)) in series.values.iter().zip(&series.intervals).enumerate() {
                let (value, (low, high)) = (value.unwrap(), ends.unwrap());
                same(trace["error_y"]["array"][place].as_f64(), Some(high - value));
                same(trace["error_y"]["arrayminus"][place].as_f64(), Some(value - low));
            }
        }
    }
}

/// What rests on prescribed rates and expenses, and what is left out of paths, on the embedded data.
#[test]
fn real_value_comes_first_where_there_are_rates() {
    let main = main_job();
    let spec = StudySpec::new(vec![Variant::new("all weather", main.record.spec().clone())], 12, 24).unwrap();
    let study = Study::new(&spec, &main.data.market, &main.data.statistics).unwrap();
    let results = study.run(1, &|_| ()).unwrap();
    let sources = Sources::new(&main.data.market, &main.data.statistics).with_study(&study, &results);
    let report = Report::new(&main.record, &sources).unwrap();
    let page = page(&report, "study");
    sound(page);
    assert_eq!(sections(page), ["study-setting", "study-chances", "study-figures"]);
    let tally = results.tally("all weather").unwrap();
    let kept = 1.0 - tally.event(Event::RealLoss).probability().unwrap();
    let en = texts(page, Language::English);
    assert!(en.contains(&format!("the real value is kept on {:.2} % of paths", kept * 100.0)), "{en}");
    assert!(en.contains("expenses are funded in full on ") && en.contains("there is ruin on 0.00 %"), "{en}");
    assert!(en.contains("Series were left out.") && !study.left_out().is_empty(), "{en}");
    assert_eq!(table(&report, "study_events").rows.len(), Event::ALL.len());
    assert_eq!(table(&report, "study_figures").rows.len(), Measure::ALL.len());
    assert!(
        figure(&report, "study", "study_outcome").title.text(Language::English).starts_with("Real value")
    );
    // Equal studies have equal bytes.
    let again = study.run(2, &|_| ()).unwrap();
    let sources = Sources::new(&main.data.market, &main.data.statistics).with_study(&study, &again);
    assert_eq!(Report::new(&main.record, &sources).unwrap().site().unwrap(), report.site().unwrap());
}

#[test]
fn a_part_of_a_study_is_said_to_be_one() {
    let (market, nothing) = (market(), Vintages::new());
    let spec = two();
    let study = Study::new(&spec, &market, &nothing).unwrap();
    let none = Results::new(&study);
    let of_none = report(&market, &study, &none).unwrap();
    assert_eq!(sections(page(&of_none, "study")), ["study-setting"]);
    sound(page(&of_none, "study"));
    let mut some = Results::new(&study);
    let job = study.jobs(10).next().unwrap();
    some.add(&study.run_job(&job).unwrap()).unwrap();
    let of_some = report(&market, &study, &some).unwrap();
    let page = page(&of_some, "study");
    sound(page);
    assert_eq!(sections(page), ["study-setting", "study-chances", "study-figures"]);
    assert!(texts(page, Language::English).contains("10 of 80 runs are done."));
    assert_eq!(table(&of_some, "study_events").rows.len(), 3);
}

#[test]
fn results_of_another_study_are_refused() {
    let (market, nothing) = (market(), Vintages::new());
    let (one, other) = (two(), two().with_seed(4));
    let one = Study::new(&one, &market, &nothing).unwrap();
    let other = Study::new(&other, &market, &nothing).unwrap();
    let results = other.run(1, &|_| ()).unwrap();
    let refused = report(&market, &one, &results);
    assert!(matches!(refused, Err(ReportError::Study { .. })), "{refused:?}");
}

#[test]
fn a_report_without_a_study_has_no_page_of_it() {
    assert!(main_job().report.pages().iter().all(|page| page.id != "study"));
}
