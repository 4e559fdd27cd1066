//! Refreshes a store of statistics from a folder of official files, and says what changed.
//!
//! ```text
//! cargo run --example refresh -- --in FOLDER --store FILE [--released [NAME=]DAY]... [--as-of DAY]
//! ```
//!
//! Files are recognised by their content: the yields of Japan's Ministry of Finance, price indices of the Bank of Japan and the
//! Statistics Bureau, the deflators of the Cabinet Office, tables of the BIS, series from FRED, and stores of this kind. A second
//! run changes nothing.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::Write as _,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use allweather_portfolio::{
    core::Year,
    market::{MarketError, SeriesChange, VintageStore, Vintages, official},
    rfr::{Indicator, MissingPolicy, RateRules, YearRate},
    weather::{Label, WeatherSpec},
};
use chrono::{Datelike, NaiveDate};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

/// Adds official statistics to a store and prints what changed.
#[derive(Parser)]
#[command(name = "refresh", version)]
struct Arguments {
    /// The folder with the official files, as downloaded; every file in it is tried.
    #[arg(long = "in")]
    folder: PathBuf,
    /// The store; it is made when it is not there.
    #[arg(long)]
    store: PathBuf,
    /// The day on which a file came out, NAME=DAY, or on which all came out, DAY. Without it: what the file states, else the end of
    /// its newest period plus the publication lag of the series.
    #[arg(long, value_parser = released)]
    released: Vec<(Option<String>, NaiveDate)>,
    /// The day as of which rates and weathers are told; without it, that of the newest release.
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// Tell the news of every series; without it, of those behind the rate and the weather.
    #[arg(long)]
    all: bool,
}

fn released(text: &str) -> Result<(Option<String>, NaiveDate), String> {
    let (name, day) = text.rsplit_once('=').map_or((None, text), |(name, day)| (Some(name.to_owned()), day));
    day.parse().map(|day| (name, day)).map_err(|_| format!("{day:?} is no day such as 2024-12-30"))
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(report) => match io::stdout().write_all(report.as_bytes()) {
            // Whoever reads only the beginning has closed the pipe: the store is written.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(&format!("the report: {error}")),
            _ => ExitCode::SUCCESS,
        },
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(reason: &str) -> ExitCode {
    // Where even the standard error is closed, the code has to say it.
    let _ = writeln!(io::stderr(), "error: {reason}");
    ExitCode::FAILURE
}

/// Reads everything before anything is written: a file that is refused leaves the store as it was.
fn run(arguments: &Arguments) -> Result<String, Box<dyn Error>> {
    let files = files(arguments)?;
    let mut store = VintageStore::open(&arguments.store)?;
    let before = official::with_lags(store.vintages().clone());
    let bar = progress(&files)?;
    let mut report = String::new();
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        bar.set_message(name.to_string());
        let bytes = fs::read(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
        let released = arguments.released.iter().rev().find(|(of, _)| of.as_deref() == Some(&name));
        let released = released.or_else(|| arguments.released.iter().rev().find(|(of, _)| of.is_none()));
        writeln!(report, "{name}: {}", read(path, &bytes, released.map(|(_, day)| *day), &mut store)?)?;
        bar.inc(bytes.len() as u64);
    }
    bar.finish_and_clear();
    store.save()?;
    let after = official::with_lags(store.vintages().clone());

    let changes = after.changes_since(&before);
    report.push('\n');
    if changes.is_empty() {
        report.push_str("nothing new\n");
    }
    let (shown, others): (Vec<_>, Vec<_>) =
        changes.iter().partition(|change| arguments.all || leading(change));
    for change in shown {
        report.push_str(&told(change));
    }
    if !others.is_empty() {
        let new: usize = others.iter().map(|change| change.new.len()).sum();
        let revised: usize = others.iter().map(|change| change.revised.len()).sum();
        writeln!(report, "{} other series (--all lists them): {new} new, {revised} revised", others.len())?;
    }
    let newest = |of: &Vintages| {
        let releases = of.series().flat_map(|series| of.releases(series.as_str()));
        releases.map(allweather_portfolio::market::Vintage::released).max()
    };
    if let Some(day) = arguments.as_of.or_else(|| newest(&after)) {
        let then = arguments.as_of.or_else(|| newest(&before)).unwrap_or(NaiveDate::MIN);
        report.push_str(&rates((&before, then), (&after, day))?);
        report.push_str(&weathers((&before, then), (&after, day))?);
    }
    Ok(report)
}

/// The files of the folder by name, without those that are hidden and without the store itself.
fn files(arguments: &Arguments) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let refuse = |e: io::Error| format!("{} cannot be read: {e}", arguments.folder.display());
    let store = fs::canonicalize(&arguments.store).ok();
    let mut files = Vec::new();
    for entry in fs::read_dir(&arguments.folder).map_err(refuse)? {
        let path = entry.map_err(refuse)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_file() && !hidden && (store.is_none() || fs::canonicalize(&path).ok() != store) {
            files.push(path);
        }
    }
    files.sort();
    let names: BTreeSet<_> = files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    match arguments.released.iter().find(|(of, _)| of.as_deref().is_some_and(|of| !names.contains(of))) {
        Some((Some(of), _)) => {
            Err(format!("--released names {of}, which is not in {}", arguments.folder.display()).into())
        }
        _ => Ok(files),
    }
}

fn progress(files: &[PathBuf]) -> Result<ProgressBar, Box<dyn Error>> {
    let bytes = files.iter().filter_map(|path| Some(fs::metadata(path).ok()?.len())).sum();
    // Drawn on the standard error, and only on a terminal.
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {wide_msg}")?;
    Ok(ProgressBar::new(bytes).with_style(style))
}

/// Adds what a file holds, and says what it is.
fn read(
    path: &Path,
    bytes: &[u8],
    released: Option<NaiveDate>,
    store: &mut VintageStore,
) -> Result<String, MarketError> {
    let file = path.display().to_string();
    if let Some(text) = str::from_utf8(bytes).ok().filter(|text| text.starts_with("allweather vintages")) {
        let other = Vintages::from_text(&file, text)?;
        let releases: Vec<_> = other.series().flat_map(|series| other.releases(series.as_str())).collect();
        let told = format!("a store, {} releases", releases.len());
        releases.into_iter().try_for_each(|release| store.add(release.clone()))?;
        return Ok(told);
    }
    if official::Format::recognise(bytes).is_none() {
        return Ok("not recognised, left alone".to_owned());
    }
    let document = official::read(&file, bytes)?;
    let vintages = document.vintages(released)?;
    let figures: usize = vintages.iter().map(|vintage| vintage.values().len()).sum();
    let days: BTreeSet<_> = vintages.iter().map(|vintage| (vintage.released(), vintage.dating())).collect();
    let days: Vec<_> =
        days.iter().map(|(day, dating)| format!("{day} ({dating:?})").to_lowercase()).collect();
    let days = if days.len() > 3 { format!("{} days of release", days.len()) } else { days.join(", ") };
    let more = if document.is_incomplete() { "; the publisher has more pages" } else { "" };
    let told = format!("{}, {} series, {figures} figures, {days}{more}", document.format(), vintages.len());
    vintages.into_iter().try_for_each(|vintage| store.add(vintage))?;
    Ok(told)
}

/// Whether the series is behind the prescribed rate, the funding rate or the weather.
fn leading(change: &SeriesChange) -> bool {
    let indicators = Indicator::ALL.map(Indicator::series);
    let others = ["jgb_1y", "jgb_9y", "jp_iip", "us_cpi", "us_indpro"];
    indicators.iter().chain(&others).any(|series| *series == change.series.as_str())
}

/// What is news of a series, in a few lines.
fn told(change: &SeriesChange) -> String {
    const SHOWN: usize = 6;
    let mut parts = Vec::new();
    if let (Some((first, _)), Some((last, value))) = (change.new.first(), change.new.last()) {
        parts.push(match change.new.len() {
            1 => format!("new {last}: {value}"),
            count => format!("{count} new, {first} to {last}: {value}"),
        });
    }
    if let Some((old, new)) = &change.rebased {
        parts.push(format!("rebased from {old} to {new}"));
    }
    if !change.revised.is_empty() {
        parts.push(format!("{} revised", change.revised.len()));
    }
    if parts.is_empty() {
        parts.push(match change.releases {
            1 => "one release more, the same figures".to_owned(),
            count => format!("{count} releases more, the same figures"),
        });
    }
    let mut text = format!("{}: {}\n", change.series, parts.join("; "));
    for (period, old, new) in change.revised.iter().rev().take(SHOWN) {
        let _ = writeln!(text, "  {period}: {old}, now {new}");
    }
    if change.revised.len() > SHOWN {
        let _ = writeln!(text, "  and {} earlier", change.revised.len() - SHOWN);
    }
    text
}

/// The prescribed rates whose figures or status are others than before, and those of the two newest years.
fn rates(before: (&Vintages, NaiveDate), after: (&Vintages, NaiveDate)) -> Result<String, Box<dyn Error>> {
    // With two there is a second highest; how many there are stands beside it.
    let rules = RateRules { missing: MissingPolicy::at_least(2)?, ..RateRules::default() };
    let known = |(statistics, day): (&Vintages, NaiveDate), year| {
        if day.year() < 1 { None } else { rules.known(statistics, year, day).ok() }
    };
    let told = |rate: &YearRate| {
        let rate_of = &rate.prescribed;
        let missing = match rate_of.missing.len() {
            0 => String::new(),
            missing => format!(", {} of 5", 5 - missing),
        };
        format!("{:.3} ({}{missing}), {}", rate_of.rate, rate_of.chosen, rate.status)
    };
    let newest = after.1.year();
    let mut text = String::new();
    for year in (1971..=newest).map(Year::new) {
        let (old, new) = (known(before, year), known(after, year));
        let moved = old.as_ref().map(&told) != new.as_ref().map(&told);
        let Some(new) = new.filter(|_| moved || year.number() > newest - 2) else { continue };
        let _ = match old.filter(|_| moved) {
            Some(old) => writeln!(text, "  {year}: {}, now {}", told(&old), told(&new)),
            None => writeln!(text, "  {year}: {}", told(&new)),
        };
    }
    let heading = format!("\nprescribed rate as of {}\n", after.1);
    Ok(if text.is_empty() { format!("{heading}  too few indicators\n") } else { heading + &text })
}

/// The months whose weather became final.
fn weathers(before: (&Vintages, NaiveDate), after: (&Vintages, NaiveDate)) -> Result<String, Box<dyn Error>> {
    const SHOWN: usize = 12;
    let mut text = String::new();
    for (country, spec) in [("Japan", WeatherSpec::japan()), ("United States", WeatherSpec::us())] {
        let has = |of: &Vintages| {
            [spec.activity(), spec.prices()].iter().all(|series| !of.releases(series).is_empty())
        };
        if !has(after.0) {
            continue;
        }
        let then = if has(before.0) { before.1 } else { NaiveDate::MIN };
        let labels: Vec<Label> = spec.became_final(after.0, then, after.1)?;
        let _ = writeln!(text, "\nweather, {country}: {} months became final", labels.len());
        if labels.len() > SHOWN {
            let _ = writeln!(text, "  the last {SHOWN} of them:");
        }
        for label in labels.iter().skip(labels.len().saturating_sub(SHOWN)) {
            let _ = writeln!(text, "  {}: {}", label.month, label.weather);
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::{fs, path::Path};

    use super::*;

    const HEADING: &str = "Date,1Y,10Y";

    fn arguments(folder: &Path, more: &[&str]) -> Arguments {
        let (files, store) = (folder.join("files"), folder.join("statistics.vintages"));
        let fixed = ["refresh", "--in", files.to_str().unwrap(), "--store", store.to_str().unwrap()];
        Arguments::try_parse_from(fixed.iter().chain(more)).unwrap()
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("files")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join("files").join(name), text).unwrap();
        }
        folder
    }

    fn curve(rows: &str) -> String {
        format!("Interest Rate,,(Unit : %)\r\n{HEADING}\r\n{rows}")
    }

    fn fred(id: &str, rows: &[(&str, &str)]) -> String {
        rows.iter().fold(format!("observation_date,{id}\n"), |text, (month, value)| {
            text + month + "-01," + value + "\n"
        })
    }

    #[test]
    fn news_are_told_once_and_a_second_run_changes_nothing() {
        let folder = folder(&[
            ("curve.csv", &curve("2023/12/28,0.06,0.63\r\n2023/12/29,0.05,0.647\r\n")),
            ("reer.csv", &fred("RBJPBIS", &[("2022-12", "77.0"), ("2023-11", "72.0"), ("2023-12", "73.4")])),
            ("notes.txt", "none of ours"),
            (".hidden", "nor this"),
        ]);
        let first = run(&arguments(folder.path(), &[])).unwrap();
        assert!(
            first.contains("notes.txt: not recognised, left alone\n") && !first.contains("hidden"),
            "{first}"
        );
        assert!(first.contains("jgb_10y: 2 new, 2023-12-28 to 2023-12-29: 0.647\n"), "{first}");
        assert!(first.contains("jp_reer: 3 new, 2022-12 to 2023-12: 73.4\n"), "{first}");
        // As of 25 January 2024, when the exchange rate of December is taken to have come out.
        assert!(first.contains("prescribed rate as of 2024-01-25\n"), "{first}");
        assert!(first.contains("  2023: 0.647 % (jgb10y, 2 of 5), provisional\n"), "{first}");
        let store = folder.path().join("statistics.vintages");
        let (held, written) = (fs::read(&store).unwrap(), fs::metadata(&store).unwrap().modified().unwrap());

        let second = run(&arguments(folder.path(), &[])).unwrap();
        assert!(second.contains("\nnothing new\n"), "{second}");
        assert_eq!(fs::read(&store).unwrap(), held);
        assert_eq!(fs::metadata(&store).unwrap().modified().unwrap(), written);
    }

    #[test]
    fn a_revision_is_told_and_so_is_a_rate_that_became_final() {
        let december = [("2022-12", "77.0"), ("2023-12", "73.4")];
        let folder = folder(&[
            ("curve.csv", &curve("2023/12/29,0.05,0.647\r\n")),
            ("reer.csv", &fred("RBJPBIS", &december)),
        ]);
        run(&arguments(folder.path(), &[])).unwrap();
        let revised = [("2022-12", "77.0"), ("2023-12", "73.5"), ("2024-03", "70.1")];
        fs::write(folder.path().join("files/reer.csv"), fred("RBJPBIS", &revised)).unwrap();
        let news = run(&arguments(folder.path(), &["--released", "reer.csv=2024-04-22"])).unwrap();
        assert!(
            news.contains("jp_reer: new 2024-03: 70.1\n") || news.contains("new 2024-03: 70.1; "),
            "{news}"
        );
        assert!(
            news.contains(
                "  2023: 0.647 % (jgb10y, 2 of 5), provisional, now 0.647 % (jgb10y, 2 of 5), final\n"
            ),
            "{news}"
        );
    }

    #[test]
    fn weathers_that_became_final_are_told() {
        let months: Vec<(String, String)> = (0..12 * 12)
            .map(|k| (format!("{}-{:02}", 2000 + k / 12, k % 12 + 1), format!("{}.{}", 100 + k % 17, k % 10)))
            .collect();
        let months: Vec<(&str, &str)> =
            months.iter().map(|(month, value)| (month.as_str(), value.as_str())).collect();
        let files = |count: usize| [fred("INDPRO", &months[..count]), fred("CPIAUCSL", &months[..count])];
        let [activity, prices] = files(12 * 12 - 2);
        let folder = folder(&[("activity.csv", &activity), ("prices.csv", &prices)]);
        let first = run(&arguments(folder.path(), &["--all"])).unwrap();
        assert!(
            first.contains("weather, United States: ") && first.contains("  the last 12 of them:\n"),
            "{first}"
        );
        let [activity, prices] = files(12 * 12);
        fs::write(folder.path().join("files/activity.csv"), activity).unwrap();
        fs::write(folder.path().join("files/prices.csv"), prices).unwrap();
        let news = run(&arguments(folder.path(), &[])).unwrap();
        assert!(news.contains("weather, United States: 2 months became final\n  2010-"), "{news}");
    }

    #[test]
    fn a_broken_file_leaves_the_store_as_it_was() {
        let folder = folder(&[("a.csv", &curve("2023/12/29,0.05,0.647\r\n"))]);
        run(&arguments(folder.path(), &[])).unwrap();
        let store = folder.path().join("statistics.vintages");
        let held = fs::read(&store).unwrap();
        fs::write(folder.path().join("files/a.csv"), curve("2024/1/4,0.05,0.62\r\n")).unwrap();
        fs::write(folder.path().join("files/b.csv"), curve("2024/1/4,0.05,none\r\n2024/1/5,0.05,0.6\r\n"))
            .unwrap();
        let refused = run(&arguments(folder.path(), &[])).unwrap_err().to_string();
        assert!(refused.contains("b.csv, line 3, field 10Y: \"none\""), "{refused}");
        assert_eq!(fs::read(&store).unwrap(), held);
    }

    #[test]
    fn a_store_is_merged_and_a_day_for_no_file_is_refused() {
        let folder = folder(&[("a.csv", &curve("2023/12/29,0.05,0.647\r\n"))]);
        run(&arguments(folder.path(), &[])).unwrap();
        let held = fs::read(folder.path().join("statistics.vintages")).unwrap();
        let other = self::folder(&[]);
        fs::write(other.path().join("files/theirs.vintages"), &held).unwrap();
        let report = run(&arguments(other.path(), &[])).unwrap();
        assert!(report.contains("theirs.vintages: a store, 2 releases\n"), "{report}");
        assert_eq!(fs::read(other.path().join("statistics.vintages")).unwrap(), held);

        let refused =
            run(&arguments(other.path(), &["--released", "b.csv=2024-01-09"])).unwrap_err().to_string();
        assert!(refused.contains("--released names b.csv, which is not in"), "{refused}");
        assert!(
            Arguments::try_parse_from(["refresh", "--in", "a", "--store", "b", "--released", "soon"])
                .is_err()
        );
    }
}
