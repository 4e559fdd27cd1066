use std::collections::BTreeSet;

use allweather_report::{Block, Language, Page, Report, Site, Sources, Unit};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value as Json;

use crate::main_job;

fn all<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(selector).unwrap()).collect()
}

/// What is seen; the words of a mark, for who does not see it, come after.
fn text(element: ElementRef<'_>) -> String {
    let seen = element.text().collect::<String>();
    let aloud: String = element.select(&Selector::parse(".aloud").unwrap()).flat_map(|e| e.text()).collect();
    let seen = seen.trim_end().strip_suffix(aloud.as_str()).unwrap_or(&seen);
    seen.replace('\u{a0}', " ").trim().to_owned()
}

fn path(page: &Page, language: Language) -> String {
    let folder = if language == Language::English { "" } else { "ja/" };
    format!("{folder}{}.html", page.id)
}

fn parsed(site: &Site, path: &str) -> Html {
    Html::parse_document(std::str::from_utf8(&site.files()[path]).unwrap())
}

/// Every table of every page, read back from the HTML: what is shown, and the unrounded figure behind it.
#[test]
fn the_tables_on_the_pages_are_the_reports() {
    let report = &main_job().report;
    let site = report.site().unwrap();
    let mut figures = 0;
    for (page, language) in report.pages().iter().flat_map(|page| Language::ALL.map(|l| (page, l))) {
        let html = parsed(&site, &path(page, language));
        let on_page = all(&html, "table");
        assert_eq!(on_page.len(), page.tables().count(), "{}", page.id);
        for (element, table) in on_page.into_iter().zip(page.tables()) {
            assert_eq!(element.attr("data-id"), Some(table.id.as_ref()));
            let select = |element: ElementRef<'_>, selector: &str| {
                element
                    .select(&Selector::parse(selector).unwrap())
                    .map(|e| (text(e), e.attr("data-value").map(str::to_owned)))
                    .collect::<Vec<_>>()
            };
            let headings = select(element, "thead th");
            assert_eq!(headings.len(), table.columns.len());
            for ((shown, _), column) in headings.iter().zip(&table.columns) {
                assert_eq!(shown, column.heading.text(language).trim());
            }
            let rows: Vec<ElementRef<'_>> = element.select(&Selector::parse("tbody tr").unwrap()).collect();
            assert_eq!(rows.len(), table.rows.len(), "{}", table.id);
            for (row, cells) in rows.into_iter().zip(&table.rows) {
                let shown = select(row, "th, td");
                assert_eq!(shown.len(), cells.len(), "{}", table.id);
                assert_eq!(cells.len(), table.columns.len(), "{}", table.id);
                for ((shown, value), cell) in shown.into_iter().zip(cells) {
                    assert_eq!(shown, cell.value.text(language).trim(), "{}", table.id);
                    let value: Option<f64> = value.map(|value| value.parse().unwrap());
                    assert_eq!(
                        value.map(f64::to_bits),
                        cell.value.number().map(f64::to_bits),
                        "{}",
                        table.id
                    );
                    figures += usize::from(value.is_some());
                }
            }
        }
    }
    assert!(figures > 10_000, "{figures}");
}

/// The plots hold the figures that the report has, point by point.
#[test]
fn the_plots_on_the_pages_are_the_reports() {
    let report = &main_job().report;
    let site = report.site().unwrap();
    for (page, language) in report.pages().iter().flat_map(|page| Language::ALL.map(|l| (page, l))) {
        let html = parsed(&site, &path(page, language));
        let on_page = all(&html, "script.plot-data");
        assert_eq!(on_page.len(), page.figures().count());
        for (element, figure) in on_page.into_iter().zip(page.figures()) {
            let plot: Json = serde_json::from_str(&element.text().collect::<String>()).unwrap();
            let traces = plot["data"].as_array().unwrap();
            assert_eq!(traces.len(), figure.bands.len() + figure.series.len(), "{}", figure.id);
            for (trace, series) in traces[figure.bands.len()..].iter().zip(&figure.series) {
                let scale = if figure.unit == Unit::Money { figure.scale.divisor() } else { 1.0 };
                let drawn: Vec<Option<f64>> =
                    trace["y"].as_array().unwrap().iter().map(Json::as_f64).collect();
                let expected: Vec<Option<f64>> = series.values.iter().map(|v| v.map(|v| v / scale)).collect();
                assert_eq!(drawn, expected, "{} {:?}", figure.id, series.name);
            }
            for (trace, band) in traces.iter().zip(&figure.bands) {
                assert_eq!(trace["x"].as_array().unwrap().len(), band.holds.iter().filter(|h| **h).count());
                assert_eq!(trace["marker"]["pattern"].is_object(), band.hatched);
            }
        }
    }
}

#[test]
fn equal_runs_have_equal_bytes() {
    let main = main_job();
    let again = main.data.simulate(main.record.spec()).unwrap();
    let again = Report::new(&again, &Sources::new(&main.data.market, &main.data.statistics)).unwrap();
    assert_eq!(again.site().unwrap(), main.report.site().unwrap());
}

/// It opens from a disk without a network: every link leads to a file of the site, and nothing names another place.
#[test]
fn the_site_is_whole_and_asks_nobody() {
    let report = &main_job().report;
    let site = report.site().unwrap();
    for (name, bytes) in site.files().iter().filter(|(name, _)| !name.contains("plotly")) {
        let content = std::str::from_utf8(bytes).unwrap();
        for place in ["http://", "https://", "//cdn", "@import", "url("] {
            assert!(!content.contains(place) || name.starts_with("data/"), "{place} in {name}");
        }
        if std::path::Path::new(name).extension().is_none_or(|e| e != "html") {
            continue;
        }
        let html = Html::parse_document(content);
        let mut ids = BTreeSet::new();
        for element in all(&html, "[id]") {
            assert!(
                ids.insert(element.attr("id").unwrap().to_owned()),
                "{:?} twice in {name}",
                element.attr("id")
            );
        }
        let links = all(&html, "a[href], link[href], script[src]");
        assert!(links.len() > report.pages().len());
        for link in links {
            let target = link.attr("href").or(link.attr("src")).unwrap();
            if let Some(id) = target.strip_prefix('#') {
                assert!(ids.contains(id), "{target} in {name}");
            } else if target != "data:," {
                let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
                let whole = match target.strip_prefix("../") {
                    Some(rest) => rest.to_owned(),
                    None if folder.is_empty() => target.to_owned(),
                    None => format!("{folder}/{target}"),
                };
                assert!(site.files().contains_key(&whole), "{target} in {name}");
            }
        }
        // One heading of the first order, none skipped, and a title.
        assert_eq!(all(&html, "h1").len(), 1, "{name}");
        assert!(all(&html, "section").iter().all(|s| s.select(&Selector::parse("h2").unwrap()).count() == 1));
        assert!(!text(all(&html, "title")[0]).is_empty());
        let language = if name.starts_with("ja/") { "ja" } else { "en" };
        assert_eq!(all(&html, "html")[0].attr("lang"), Some(language));
        let notice = text(all(&html, ".notice")[0]);
        assert!(notice.contains("not advice") || notice.contains("投資助言ではありません"), "{name}");
    }
}

#[test]
fn ids_are_unique_and_no_page_is_empty() {
    let report = &main_job().report;
    let mut ids = BTreeSet::new();
    for page in report.pages() {
        assert!(ids.insert(page.id.to_owned()), "{}", page.id);
        assert!(!page.sections.is_empty(), "{}", page.id);
        for section in &page.sections {
            assert!(!section.blocks.is_empty(), "{} {}", page.id, section.id);
        }
    }
    let tables: Vec<String> = report.tables().map(|table| table.id.to_string()).collect();
    let figures: Vec<&str> =
        report.pages().iter().flat_map(Page::figures).map(|figure| figure.id.as_ref()).collect();
    let mut seen = BTreeSet::new();
    for id in tables.iter().map(String::as_str).chain(figures) {
        assert!(seen.insert(id.to_owned()), "{id} twice");
    }
}

/// A page in another language without a translation would be an English page.
#[test]
fn japanese_pages_are_in_japanese() {
    let report = &main_job().report;
    let japanese =
        |text: &str| text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'));
    for page in report.pages() {
        for words in [&page.title, &page.lead].into_iter().chain(page.sections.iter().map(|s| &s.title)) {
            assert!(japanese(words.text(Language::Japanese)), "{words:?}");
            assert!(!japanese(words.text(Language::English)), "{words:?}");
        }
        for block in page.sections.iter().flat_map(|section| &section.blocks) {
            if let Block::Paragraph(words) | Block::Warning(words) = block {
                assert!(japanese(words.text(Language::Japanese)), "{words:?}");
            }
        }
    }
}

#[test]
fn the_json_is_the_tables() {
    let report = &main_job().report;
    let json: Json = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    assert_eq!(json["spec_sha256"], main_job().record.spec().content_hash().as_str());
    let tables = json["tables"].as_object().unwrap();
    assert_eq!(tables.len(), report.tables().count());
    for table in report.tables() {
        let rows = tables[table.id.as_ref() as &str].as_array().unwrap();
        assert_eq!(rows.len(), table.rows.len());
        for (row, cells) in rows.iter().zip(&table.rows) {
            for (column, cell) in table.columns.iter().zip(cells) {
                if let Some(number) = cell.value.number() {
                    assert_eq!(row[&column.id].as_f64(), Some(number), "{} {}", table.id, column.id);
                }
            }
        }
    }
    let reached = json["tables"]["targets"][0]["reached"].as_f64();
    assert_eq!(reached, main_job().record.targets().annual_return.reached);
}

#[test]
fn a_site_is_written_whole_and_over_an_older_one() {
    let site = main_job().report.site().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("mine.txt");
    std::fs::write(&own, "kept").unwrap();
    std::fs::write(folder.path().join("index.html"), "old").unwrap();
    site.write(folder.path()).unwrap();
    site.write(folder.path()).unwrap();
    for (name, bytes) in site.files() {
        assert_eq!(&std::fs::read(folder.path().join(name)).unwrap(), bytes, "{name}");
    }
    assert_eq!(std::fs::read_to_string(own).unwrap(), "kept");
    // Where a file has the name of a folder, nothing of the site is replaced.
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("assets"), "a file").unwrap();
    let refused = site.write(other.path()).unwrap_err().to_string();
    assert!(refused.contains("assets"), "{refused}");
    assert!(!other.path().join("index.html").exists());
}

/// A target that nobody can judge is neither met nor missed.
#[test]
fn what_is_unknown_is_not_missed() {
    let main = main_job();
    let json = main.record.spec().canonical_json();
    let mut spec: Json = serde_json::from_str(&json).unwrap();
    (spec["start"], spec["end"]) = ("1995-02".into(), "1995-03".into());
    let record =
        main.data.simulate(&allweather_portfolio::Spec::from_json(&spec.to_string()).unwrap()).unwrap();
    let report = Report::new(&record, &Sources::new(&main.data.market, &main.data.statistics)).unwrap();
    let targets = report.table("targets").unwrap();
    let deviation = targets.cell(1, "met").unwrap();
    assert!(matches!(deviation.value, allweather_report::Value::Missing(_)) && deviation.mark.is_none());
    let tiles = report.pages()[0].sections.iter().flat_map(|section| &section.blocks);
    let tiles = tiles.filter_map(|block| if let Block::Tiles(tiles) = block { Some(tiles) } else { None });
    let met: Vec<Option<bool>> = tiles.flatten().map(|tile| tile.met).collect();
    // Two of them, the deviation and whatever is no target, are not judged.
    assert!(met.iter().filter(|met| met.is_some()).count() == 2, "{met:?}");
}
