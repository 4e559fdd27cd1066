//! The page of iterations: every figure is that of the live track, and says what it is.

use std::{num::NonZeroU16, sync::OnceLock};

use allweather_iterations::{Ledger, Standing};
use allweather_portfolio::{Holding, Holdings, LiveTrack, Spec};
use allweather_report::{Language, Points, Report, Shape, Sources, Value};

use crate::{
    main_job,
    runs::{figure, number, page, sound, table},
};

struct Versions {
    ledger: Ledger,
    live: LiveTrack,
    report: Report,
}

/// The default spec, then half gold, told of on 10 January 2012; and one that no price has seen yet.
fn versions() -> &'static Versions {
    static VERSIONS: OnceLock<Versions> = OnceLock::new();
    VERSIONS.get_or_init(|| {
        let main = main_job();
        let first = main.record.spec().clone();
        let half = [("jgb_2y", 0.5), ("gold", 0.5)].map(|(name, w)| Holding::asset(name.parse().unwrap(), w));
        let second = Spec { holdings: Holdings::new(half.to_vec()).unwrap(), ..first.clone() };
        let mut ledger = Ledger::new();
        for (spec, today, note) in [
            (&first, "1999-12-31", "<b>first</b>"),
            (&second, "2012-01-10", ""),
            (&first, "2025-12-31", "back"),
        ] {
            let today = today.parse().unwrap();
            let model = spec.candidate(main.data.market.as_of(today), note).unwrap();
            ledger.adopt(model, today, NonZeroU16::MIN).unwrap();
        }
        let live = LiveTrack::new(&ledger, &main.data.market, |spec| main.data.rates_for(spec)).unwrap();
        let sources = Sources::new(&main.data.market, &main.data.statistics).with_iterations(&ledger, &live);
        let report = Report::new(&main.record, &sources).unwrap();
        Versions { ledger, live, report }
    })
}

fn words(report: &Report, id: &str, row: usize, column: &str) -> String {
    table(report, id).cell(row, column).unwrap().value.text(Language::English)
}

#[test]
fn a_report_has_the_page_when_it_is_given_a_ledger() {
    assert!(main_job().report.pages().iter().all(|page| page.id != "iterations"));
    let report = &versions().report;
    sound(page(report, "iterations"));
    assert_eq!(report.pages().len(), main_job().report.pages().len() + 1);
    let site = report.site().unwrap();
    for file in ["iterations.html", "ja/iterations.html"] {
        let html = std::str::from_utf8(&site.files()[file]).unwrap();
        assert!(html.contains("ITRL 2") && !html.contains("<b>first"), "a note is no markup");
        assert!(html.contains(&versions().ledger.head().to_string()));
    }
}

#[test]
fn a_ledger_without_an_iteration_or_with_none_in_force_has_its_page() {
    let main = main_job();
    let mut ledger = Ledger::new();
    for warning in ["no iteration", "in force by the last price"] {
        let live = LiveTrack::new(&ledger, &main.data.market, |spec| main.data.rates_for(spec)).unwrap();
        let sources = Sources::new(&main.data.market, &main.data.statistics).with_iterations(&ledger, &live);
        let report = Report::new(&main.record, &sources).unwrap();
        sound(page(&report, "iterations"));
        assert!(format!("{:?}", page(&report, "iterations")).contains(warning), "{warning}");
        if !ledger.entries().is_empty() {
            break;
        }
        let today = "2025-12-31".parse().unwrap();
        let model = main.record.spec().candidate(main.data.market.as_of(today), "").unwrap();
        ledger.adopt(model, today, NonZeroU16::MIN).unwrap();
    }
}

#[test]
fn the_ledger_is_shown_as_it_is() {
    let Versions { ledger, report, .. } = versions();
    let shown = table(report, "iterations");
    assert_eq!(shown.rows.len(), 3);
    for (row, iteration) in ledger.iterations().enumerate() {
        let cell = |column: &str| words(report, "iterations", row, column);
        assert_eq!(cell("iteration"), iteration.name());
        assert_eq!(cell("from"), iteration.adopted_from().to_string());
        assert_eq!(cell("data_until"), iteration.data_as_of().to_string());
        assert_eq!(cell("spec_sha256"), iteration.spec_hash().to_string());
        assert_eq!(cell("note"), iteration.note());
    }
    assert_eq!(words(report, "iterations", 0, "until"), "2012-01-10");
}

/// Each late review with its days; what was in time is not there.
#[test]
fn late_reviews_are_listed() {
    let Versions { ledger, report, .. } = versions();
    let today = main_job().record.steps().last().unwrap().date;
    let late = ledger.late_reviews(today);
    let shown = table(report, "late_reviews");
    // Due a year after the first record, done with the second; due a year after that, done with the third.
    assert_eq!((late.len(), shown.rows.len()), (2, 2));
    let row = |row| ["due", "done", "days"].map(|column| words(report, "late_reviews", row, column));
    assert_eq!(row(0), ["2000-12-31", "2012-01-10", "4027"]);
    assert_eq!(row(1), ["2013-01-10", "2025-12-31", "4738"]);
    for (row, review) in late.iter().enumerate() {
        let days = review.done.unwrap() - review.due;
        assert_eq!(number(shown, row, "days"), Some(days.num_days() as f64));
    }

    // With one record only, a review that is not done.
    let main = main_job();
    let mut ledger = Ledger::new();
    let today = "1999-12-31".parse().unwrap();
    let model = main.record.spec().candidate(main.data.market.as_of(today), "").unwrap();
    ledger.adopt(model, today, NonZeroU16::MIN).unwrap();
    let live = LiveTrack::new(&ledger, &main.data.market, |spec| main.data.rates_for(spec)).unwrap();
    let sources = Sources::new(&main.data.market, &main.data.statistics).with_iterations(&ledger, &live);
    let report = Report::new(&main.record, &sources).unwrap();
    assert!(matches!(table(&report, "late_reviews").cell(0, "done").unwrap().value, Value::Missing(_)));
}

/// No two lines of the plot look alike.
#[test]
fn lines_can_be_told_apart() {
    let plot = figure(&versions().report, "iterations", "iterations_growth");
    let looks = |n: usize| (plot.series[n].colour, plot.series[n].shape);
    for n in 0..plot.series.len() {
        assert!((0..n).all(|other| looks(other) != looks(n)), "{:?}", plot.series[n].name);
    }
    let shapes: Vec<_> = plot.series[..4].iter().map(|series| series.shape).collect();
    assert_eq!(shapes, [Shape::Wide, Shape::Dashed, Shape::Line, Shape::Dotted]);
    let html = &versions().report.site().unwrap().files()["iterations.html"].clone();
    let html = std::str::from_utf8(html).unwrap();
    assert!(html.contains(r#""dash":"dash""#) && html.contains(r#""dash":"dot""#));
}

#[test]
fn years_are_those_of_the_live_track() {
    let Versions { live, report, .. } = versions();
    let shown = table(report, "live_years");
    assert_eq!(shown.rows.len(), live.years().len());
    for (row, year) in live.years().iter().enumerate() {
        assert_eq!(number(shown, row, "return"), Some(year.period_return));
    }
    assert_eq!(words(report, "live_years", 12, "iterations"), "ITRL 1, ITRL 2");

    let shown = table(report, "iteration_years");
    let years: Vec<_> = live
        .tracks()
        .iter()
        .flat_map(|track| track.years().into_iter().map(move |year| (track, year)))
        .collect();
    assert_eq!(shown.rows.len(), years.len());
    for (row, (track, year)) in years.iter().enumerate() {
        let standing = year.period_return.standing();
        assert_eq!(number(shown, row, "return"), year.period_return.of(standing));
        assert_eq!(words(report, "iteration_years", row, "standing"), standing.name());
        assert_eq!(words(report, "iteration_years", row, "iteration"), track.iteration().name());
    }
}

#[test]
fn measures_are_by_label() {
    let Versions { live, report, .. } = versions();
    let shown = table(report, "iteration_measures");
    let mut row = 0;
    for track in live.tracks() {
        for standing in [Standing::History, Standing::Live, Standing::Superseded] {
            let returns = track.returns(standing);
            if returns.is_empty() {
                continue;
            }
            assert_eq!(words(report, "iteration_measures", row, "standing"), standing.name());
            let growth: f64 = returns.iter().map(|r| 1.0 + r).product();
            let annual = growth.powf(12.0 / returns.len() as f64) - 1.0;
            let close = (number(shown, row, "annual_return").unwrap() - annual).abs() < 1e-12;
            assert!(close, "{row}");
            row += 1;
        }
    }
    assert_eq!((row, shown.rows.len()), (6, 6), "the third is all history");
    assert!(
        matches!(shown.cell(0, "first_month").unwrap().value, Value::Month(month) if month.to_string() == "1980-01")
    );
}

/// The lines of an iteration meet where its label changes, and the first line is the chain's.
#[test]
fn lines_are_the_paths() {
    let Versions { live, report, .. } = versions();
    let plot = figure(report, "iterations", "iterations_growth");
    let Points::Days(days) = &plot.points else { unreachable!() };
    assert_eq!(days.len(), 552);
    let names: Vec<_> = plot.series.iter().map(|series| series.name.text(Language::English)).collect();
    assert_eq!(
        names,
        [
            "what was in force",
            "ITRL 1, history",
            "ITRL 1, live",
            "ITRL 1, superseded",
            "ITRL 2, history",
            "ITRL 2, live",
            "ITRL 3, history"
        ]
    );
    let chain: f64 = live.steps()[1..].iter().map(|step| 1.0 + step.period_return).product();
    let last = plot.series[0].values.last().unwrap().unwrap();
    assert!((last / 100.0 - chain).abs() < 1e-12 * chain);
    let start = days.iter().position(|day| *day == live.steps()[0].date).unwrap();
    for series in &plot.series {
        let known: Vec<usize> = (0..days.len()).filter(|at| series.values[*at].is_some()).collect();
        assert_eq!(known.len(), known.last().unwrap() - known[0] + 1, "no hole");
    }
    assert_eq!(plot.series[1].values[start], Some(100.0));
    assert_eq!(plot.series[4].values[start], Some(100.0));
    let (history, lived) = (&plot.series[1].values, &plot.series[2].values);
    let meets = (0..days.len()).filter(|at| history[*at].is_some() && history[*at] == lived[*at]).count();
    assert_eq!(meets, 1);
}
