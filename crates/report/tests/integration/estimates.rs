//! The page of what is estimated.

use allweather_core::RateStatus;
use allweather_market::Dating;
use allweather_portfolio::{Spec, rfr::Basis};
use allweather_report::{Block, Language, Mark, Page, Report, Sources, Value};

use crate::{
    embedded_folder, main_job,
    runs::{figure, page, series, sound, special, table},
};

#[test]
fn it_is_sound_for_every_run() {
    sound(page(&main_job().report, "estimates"));
    for run in special() {
        sound(page(&run.report, "estimates"));
    }
}

fn facts(report: &allweather_report::Report) -> Vec<f64> {
    let blocks = &page(report, "estimates").sections[0].blocks;
    let Block::Facts(facts) = &blocks[0] else { panic!("facts come first") };
    facts.iter().map(|(_, value)| value.number().unwrap()).collect()
}

#[test]
fn years_are_counted_by_what_their_rate_is() {
    for (record, report) in special()
        .iter()
        .map(|run| (&run.record, &run.report))
        .chain([(&main_job().record, &main_job().report)])
    {
        let years = record.years();
        let count = |is: &dyn Fn(&allweather_portfolio::rfr::YearRate) -> bool| {
            years.iter().filter(|row| record.rates().get(&row.year).is_some_and(is)).count() as f64
        };
        let facts = facts(report);
        assert_eq!(facts[0], years.len() as f64);
        assert_eq!(
            facts[1],
            count(&|rate| {
                let mut readings = rate.prescribed.ranking.iter();
                rate.status == RateStatus::Estimated
                    || rate.prescribed.ranking.len() < 5
                    || readings.any(|r| r.1.basis == Basis::Estimated)
            })
        );
        // What is hatched is what is counted.
        let hatched = report.table("prescribed_rates").map_or(0, |table| {
            let place = table.columns.iter().position(|column| column.id == "rate").unwrap();
            table.rows.iter().filter(|row| row[place].mark == Some(Mark::Estimated)).count()
        });
        assert_eq!(facts[1], hatched as f64);
        assert_eq!(facts[2], count(&|rate| rate.status == RateStatus::Provisional));
        assert_eq!(facts[3], count(&|rate| rate.prescribed.ranking.len() < 5));
        assert_eq!(
            facts[5],
            years.iter().filter(|row| !record.rates().contains_key(&row.year)).count() as f64
        );
        assert_eq!(facts[6], record.gaps().len() as f64);
    }
}

#[test]
fn careful_years_of_the_main_job() {
    let table = table(&main_job().report, "uncertain_rates");
    let years: Vec<String> = table.rows.iter().map(|row| row[0].value.text(Language::English)).collect();
    // Four indicators in 1980 and 2024, three in 2025; between 1980 and 1985 the 9-year bond may stand in.
    for year in ["1980", "2024", "2025"] {
        assert!(years.iter().any(|y| y == year), "{years:?}");
    }
    assert!(!years.iter().any(|y| y == "2000"), "{years:?}");
}

#[test]
fn gaps_are_the_markets() {
    let Some(main) = Some(main_job()) else { return };
    let table = table(&main.report, "gaps");
    assert_eq!(table.rows.len(), main.record.gaps().len());
    for (row, gap) in table.rows.iter().zip(main.record.gaps()) {
        assert_eq!(row[0].value, Value::Name(gap.series.clone()));
        assert_eq!((&row[1].value, &row[2].value), (&Value::Month(gap.first), &Value::Month(gap.last)));
        assert_eq!(row[3].value, Value::Count(gap.dates));
    }
    // The figure, from the panel itself.
    let figure = figure(&main.report, "estimates", "series_missing");
    let panel = main.data.market.prices();
    for (place, row) in main.record.months().iter().enumerate() {
        let at = panel.months().iter().position(|month| *month == row.month).unwrap();
        let lacking =
            (0..panel.instruments().len()).filter(|asset| panel.levels(*asset)[at].is_none()).count();
        assert_eq!(series(figure, 0)[place], Some(lacking as f64), "{}", row.month);
        let all =
            main.record.gaps().iter().filter(|gap| gap.first <= row.month && row.month <= gap.last).count();
        assert_eq!(series(figure, 0)[place].unwrap() + series(figure, 1)[place].unwrap(), all as f64);
    }
    let daily = special().iter().find(|run| run.name == "daily").unwrap();
    assert!(daily.record.gaps().is_empty() && daily.report.table("gaps").is_none());
}

#[test]
fn releases_are_counted_by_how_their_day_is_known() {
    let main = main_job();
    let (table, statistics) = (table(&main.report, "releases"), &main.data.statistics);
    let (mut stated, mut assumed) = (0, 0);
    for (row, name) in table.rows.iter().zip(statistics.series()) {
        let releases = statistics.releases(name.as_str());
        let of = |dating| releases.iter().filter(|release| release.dating() == dating).count();
        assert_eq!(row[0].value, Value::Name(name.to_string()));
        assert_eq!(row[1].value, Value::Count(of(Dating::Stated)));
        assert_eq!(row[2].value, Value::Count(of(Dating::Assumed)));
        stated += of(Dating::Stated);
        assumed += of(Dating::Assumed);
        if let Some(lag) = statistics.lag(name.as_str()) {
            let Value::Count(days) = row[3].value else { panic!("{name} has a lag") };
            let same = allweather_market::Lag::days(u16::try_from(days).unwrap());
            assert_eq!(lag, same);
        }
    }
    assert_eq!(table.rows.len(), statistics.series().count());
    assert_eq!(facts(&main.report)[7..9], [stated as f64, assumed as f64]);
    let daily = special().iter().find(|run| run.name == "daily").unwrap();
    assert!(daily.report.table("releases").is_none());
}

#[test]
fn the_spec_can_be_run_from_the_page() {
    for (record, report) in special()
        .iter()
        .map(|run| (&run.record, &run.report))
        .chain([(&main_job().record, &main_job().report)])
    {
        let section = page(report, "estimates").sections.iter().find(|section| section.id == "spec").unwrap();
        let text = section.blocks.iter().find_map(|block| match block {
            Block::Verbatim(text) => Some(text),
            _ => None,
        });
        let spec = Spec::from_json(text.unwrap()).unwrap();
        assert_eq!(&spec, record.spec());
        assert_eq!(spec.content_hash(), report.spec_hash());
    }
}

/// Marks of the panel reach every page that shows returns, and a mark changes no figure.
#[test]
fn estimated_prices_are_counted_and_hatched() {
    let main = main_job();
    let folder = embedded_folder();
    // 24 levels: 25 returns begin or end on one of them.
    let lines = (0..24).map(|m| format!("{}-{:02},gold,stambaugh\n", 1985 + m / 12, m % 12 + 1));
    let text = "month,asset,method\n".to_owned() + &lines.collect::<Vec<_>>().concat();
    std::fs::write(folder.path().join("estimated.csv"), text).unwrap();
    let data = allweather_data::read_folder(folder.path()).unwrap();
    let record = data.simulate(main.record.spec()).unwrap();
    assert_eq!(record.outcome(), main.record.outcome());
    let report = Report::new(&record, &Sources::new(&data.market, &data.statistics)).unwrap();

    let table = report.table("estimated_prices").unwrap();
    assert_eq!(table.rows.len(), 1);
    assert_eq!(table.cell(0, "asset").unwrap().value, Value::Name("gold".to_owned()));
    assert_eq!(table.cell(0, "dates").unwrap().value.number(), Some(24.0));
    let hatched = |id: &str| {
        let figures = report.pages().iter().flat_map(Page::figures);
        let bands: Vec<_> =
            figures.filter(|figure| figure.id == id).flat_map(|figure| &figure.bands).collect();
        bands
            .iter()
            .filter(|band| band.hatched)
            .map(|band| band.holds.iter().filter(|h| **h).count())
            .sum::<usize>()
    };
    assert_eq!((hatched("growth"), hatched("drawdown")), (25, 25));
    let months = report.table("months").unwrap();
    let cells = months.rows.iter().flat_map(|row| &row[1..13]);
    assert_eq!(cells.filter(|cell| cell.mark == Some(Mark::Estimated)).count(), 25);
    let share = report.table("measures").unwrap().rows.last().unwrap()[1].value.number();
    assert_eq!(share, Some(25.0 / 551.0));
    // Without marks nothing is hatched, and the page says that all was observed.
    assert!(main.report.table("estimated_prices").is_none());
    assert_eq!(main.report.table("measures").unwrap().rows.last().unwrap()[1].value.number(), Some(0.0));
}
