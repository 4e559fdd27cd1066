//! The main job: the method on the embedded data from 1980 to 2025, or on a spec and a data folder of your own.
//!
//! ```text
//! cargo run --release --example all_weather -- [--spec FILE] [--data FOLDER] [--out FOLDER] [--site FOLDER] [--optimise] [--quiet | --json]
//! ```

#[path = "all_weather/comparison.rs"]
mod comparison;

use std::{
    error::Error,
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use allweather_portfolio::{Record, Spec, market::PendingFile};
use allweather_report::{Language, Mark, Report, Sources, Table, format};
use anstream::AutoStream;
use clap::Parser;
use comfy_table::{Attribute, Cell, CellAlignment, Color, presets};

/// Runs the all-weather method and prints its tables.
#[derive(Parser)]
#[command(name = "all_weather", version)]
struct Arguments {
    /// A spec as JSON; without it, the default one.
    #[arg(long)]
    spec: Option<PathBuf>,
    /// A folder of data files in the formats of the embedded ones; without it, the embedded data.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where the record (record.jsonl), the monthly table (monthly.csv) and the spec (spec.json) go.
    #[arg(long, default_value = "out")]
    out: PathBuf,
    /// Where the report goes as a web site, in English and Japanese: open index.html.
    #[arg(long)]
    site: Option<PathBuf>,
    /// Print what weights optimised year by year on what was known would have come to, beside fixed ones and beside hindsight.
    #[arg(long, conflicts_with_all = ["json", "quiet"])]
    optimise: bool,
    /// Print nothing but errors.
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
    /// Print every table of the report as JSON, unrounded.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    // Colours are taken out again where nobody looks: in a file, in a pipe, with NO_COLOR.
    match run(&Arguments::parse()) {
        Ok(text) => match AutoStream::auto(io::stdout()).write_all(text.as_bytes()) {
            // Whoever reads only the beginning has closed the pipe: the files are written.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(&format!("the report: {error}")),
            _ => ExitCode::SUCCESS,
        },
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(reason: &str) -> ExitCode {
    // Where even the standard error is closed, the code has to say it.
    let _ = writeln!(io::stderr(), "error: {}", harmless(reason));
    ExitCode::FAILURE
}

/// Runs and writes; what is to be printed.
fn run(arguments: &Arguments) -> Result<String, Box<dyn Error>> {
    let spec = match &arguments.spec {
        None => allweather_data::all_weather()?,
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
            Spec::from_json(&text).map_err(|e| format!("{}: {e}", path.display()))?
        }
    };
    let data = match &arguments.data {
        None => allweather_data::embedded()?,
        Some(folder) => allweather_data::read_folder(folder)?,
    };
    let record = data.simulate(&spec)?;
    let report = Report::new(&record, &Sources::new(&data.market, &data.statistics))?;
    let site = arguments.site.as_ref().map(|_| report.site()).transpose()?;
    let comparison = if arguments.optimise { comparison::printed(&data, &spec)? } else { String::new() };

    // Everything is computed before anything is written, and everything is written before anything is replaced.
    fs::create_dir_all(&arguments.out)
        .map_err(|e| format!("{} cannot be a folder for the results: {e}", arguments.out.display()))?;
    let pending = |name: &str, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>| {
        PendingFile::write(&arguments.out.join(name), |out| write(out))
    };
    let files = [
        pending("record.jsonl", &mut |out| record.write_json_lines(out))?,
        pending("monthly.csv", &mut |out| record.write_monthly_csv(out))?,
        pending("spec.json", &mut |out| writeln!(out, "{}", spec.canonical_json()))?,
    ];
    for file in files {
        file.replace()?;
    }
    let mut written =
        format!("written to {}: record.jsonl, monthly.csv, spec.json\n", arguments.out.display());
    if let Some((site, folder)) = site.zip(arguments.site.as_ref()) {
        site.write(folder)?;
        written = format!("{written}report: {}\n", folder.join("index.html").display());
    }
    Ok(match (arguments.quiet, arguments.json) {
        (true, _) => String::new(),
        (_, true) => report.to_json()?,
        _ => printed(&record, &report) + &comparison + &written,
    })
}

/// A table of the report on a terminal: the columns that fit, under its title.
const SHOWN: [(&str, &[&str]); 5] = [
    ("years", &["year", "indicator", "rate", "return", "value"]),
    ("years_money", &["year", "expenses", "withdrawn", "pool", "shortfall"]),
    ("targets", &["target", "met", "aim", "reached"]),
    ("variants", &["variant", "multiple", "annual_return", "drawdown", "ruined_in"]),
    ("gaps", &["series", "first", "last", "dates"]),
];

fn printed(record: &Record, report: &Report) -> String {
    let months: Vec<_> = record.months();
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return String::new() };
    let (base, assets) = (record.base(), record.universe().len());
    let unit = report.unit();
    let unit = unit.text(Language::English);
    let capital = format::decimals(record.step(0).map_or(0.0, |step| step.value_before), 0);
    let mut text = format!(
        "{}: {capital} {base} from {} to {}, {assets} assets\nspec sha256 {}\namounts in {unit}\n",
        harmless(report.name()),
        first.month,
        last.month,
        report.spec_hash()
    );
    for (id, columns) in SHOWN {
        text.extend(report.table(id).map(|table| shown(table, columns)));
    }
    text + "\nHedge and overlay\n" + &hedge(record, report) + "\n"
}

/// A name out of a file, without what a terminal would obey: control characters, and marks that turn the writing round.
fn harmless(name: &str) -> String {
    let commands = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    name.replace(commands, "\u{fffd}")
}

fn shown(table: &Table, columns: &[&str]) -> String {
    let places: Vec<usize> =
        columns.iter().filter_map(|id| table.columns.iter().position(|column| column.id == *id)).collect();
    let language = Language::English;
    let mut drawn = comfy_table::Table::new();
    drawn.load_preset(presets::NOTHING).enforce_styling();
    drawn.set_header(places.iter().map(|&i| table.columns[i].heading.text(language)));
    for row in &table.rows {
        drawn.add_row(places.iter().map(|&i| {
            let cell = Cell::new(harmless(&row[i].value.text(language)));
            match row[i].mark {
                Some(Mark::Met) => cell.fg(Color::Green),
                Some(Mark::NotMet) => cell.fg(Color::Red),
                Some(Mark::Estimated | Mark::Provisional) => cell.add_attribute(Attribute::Dim),
                _ => cell,
            }
        }));
    }
    for (place, column) in places.iter().zip(drawn.column_iter_mut()) {
        let figures = table.of_figures(&table.columns[*place].id);
        column.set_padding((if *place == places[0] { 0 } else { 2 }, 0));
        column.set_cell_alignment(if figures { CellAlignment::Right } else { CellAlignment::Left });
    }
    format!("\n{}\n{}\n", table.title.text(language), drawn.trim_fmt())
}

fn hedge(record: &Record, report: &Report) -> String {
    if record.spec().fx.is_none() {
        return "nothing is hedged: the spec has no fx\n".to_owned();
    }
    let account = record.hedge_account();
    let earned = account.earned_back.map_or_else(
        || "the hedge cost nothing over the span".to_owned(),
        |share| format!("the overlay earned back {} of the hedge's cost", format::percent(share)),
    );
    format!(
        "interest differential paid by the hedge: {}\nprofit of the overlay: {}\n{earned}\n",
        format::money(account.hedge_cost, report.scale()),
        format::money(account.overlay_profit, report.scale()),
    )
}

#[cfg(test)]
fn arguments(words: &[&str]) -> Arguments {
    Arguments::parse_from(std::iter::once("all_weather").chain(words.iter().copied()))
}

#[test]
fn the_main_job_runs_and_writes_its_files() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let report = run(&arguments(&["--out", &out.to_string_lossy()]))?;
    for part in ["1980  10-year bond", "2025", "optimal f/2", "earned back", "jp_equity"] {
        assert!(report.contains(part), "{part} is not in\n{report}");
    }
    assert_eq!(fs::read_to_string(out.join("record.jsonl"))?.lines().count(), 553);
    assert_eq!(fs::read_to_string(out.join("monthly.csv"))?.lines().count(), 553);

    // The written spec is the spec, and a second run writes the same bytes.
    let before = fs::read(out.join("record.jsonl"))?;
    let spec = out.join("spec.json");
    run(&arguments(&["--spec", &spec.to_string_lossy(), "--out", &out.to_string_lossy()]))?;
    assert_eq!(before, fs::read(out.join("record.jsonl"))?);
    Ok(())
}

/// What the README shows of the main job is what the main job prints.
#[test]
fn the_readme_shows_what_is_printed() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let report = run(&arguments(&["--out", &folder.path().to_string_lossy()]))?;
    let report = anstream::adapter::strip_str(&report).to_string();
    let readme = include_str!("../README.md");
    let shown =
        readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap_or_default();
    let lines: Vec<&str> = shown.lines().filter(|line| !line.is_empty() && line.trim() != "…").collect();
    assert!(lines.len() > 15, "{lines:?}");
    for line in lines {
        assert!(
            report.lines().any(|printed| printed == line),
            "the README shows, and nothing prints: {line:?}"
        );
    }
    Ok(())
}

#[test]
fn a_broken_spec_or_folder_is_named_and_nothing_is_written() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (spec, out) = (folder.path().join("my.json"), folder.path().join("out"));
    fs::write(&spec, "{\n\"name\": \"x\", \"capital\": \"-1\"}")?;
    let named = |option: &str, path: &std::path::Path| {
        run(&arguments(&[option, &path.to_string_lossy(), "--out", &out.to_string_lossy()]))
    };
    let refusal = named("--spec", &spec).err().map(|e| e.to_string());
    assert!(refusal.as_ref().is_some_and(|e| e.contains("my.json") && e.contains("line 2")), "{refusal:?}");
    let refusal = named("--data", folder.path());
    assert!(refusal.is_err_and(|e| e.to_string().contains("assets_month_end.csv")));
    assert!(!out.exists());
    Ok(())
}

#[test]
fn quiet_prints_nothing_json_prints_figures_and_a_site_is_written() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (out, site) = (folder.path().join("out"), folder.path().join("site"));
    let (out, site) = (out.to_string_lossy(), site.to_string_lossy());
    assert_eq!(run(&arguments(&["--out", &out, "--quiet", "--site", &site]))?, "");
    assert!(
        folder.path().join("site/index.html").is_file() && folder.path().join("out/record.jsonl").is_file()
    );

    let json: serde_json::Value = serde_json::from_str(&run(&arguments(&["--out", &out, "--json"]))?)?;
    let reached = json["tables"]["targets"][0]["reached"].as_f64();
    assert!(reached.is_some_and(|reached| (reached - 0.045_459_7).abs() < 1e-6), "{reached:?}");
    assert_eq!(json["tables"]["years"].as_array().map(Vec::len), Some(46));
    assert!(Arguments::try_parse_from(["all_weather", "--quiet", "--json"]).is_err());
    Ok(())
}

/// Walk-forward against hindsight and fixed portfolios on the embedded data: figures of a run, on record so that they do not drift.
#[test]
fn walk_forward_is_reported_beside_what_only_hindsight_has() -> Result<(), Box<dyn Error>> {
    let (data, spec) = (allweather_data::embedded()?, allweather_data::all_weather()?);
    let comparison = comparison::Comparison::new(&data, &spec)?;
    assert_eq!((comparison.first.to_string().as_str(), comparison.choices.len()), ("1986-01", 41));
    let figures = [
        ("the spec's own, fixed", 0.0389, 0.0262, 0.43),
        ("walk-forward, downside", 0.0275, 0.0211, 0.22),
        ("walk-forward, tail 5 %", 0.0280, 0.0216, 0.23),
        ("hindsight, downside", 0.0291, 0.0194, 0.27),
        ("60/40", 0.0708, 0.0644, 0.54),
        ("permanent portfolio", 0.0520, 0.0408, 0.49),
        ("All Seasons", 0.0591, 0.0522, 0.49),
    ];
    assert_eq!(comparison.rows.len(), figures.len(), "{:?}", comparison.left_out);
    for (name, annual_return, downside, sharpe) in figures {
        let row = comparison.row(name).ok_or(name)?;
        assert!((row.annual_return - annual_return).abs() < 1e-4, "{name}: {row:?}");
        assert!((row.downside - downside).abs() < 1e-4, "{name}: {row:?}");
        assert!((row.sharpe - sharpe).abs() < 0.01, "{name}: {row:?}");
    }
    // The late assets are named while they are too short: three in 1985, and two until the Decembers with five years of them.
    let left_out: Vec<usize> = comparison.choices.iter().map(|choice| choice.left_out.len()).collect();
    assert_eq!((left_out[0], left_out[6], left_out[9], left_out[10]), (3, 2, 2, 0), "{left_out:?}");

    let folder = tempfile::tempdir()?;
    let out = folder.path().to_string_lossy().into_owned();
    let printed = run(&arguments(&["--out", &out, "--optimise"]))?;
    let printed = anstream::adapter::strip_str(&printed).to_string();
    let table = printed.split("Optimised and fixed").nth(1).ok_or("no table")?;
    for line in table.lines().filter(|line| !line.starts_with("written")) {
        assert!(line.chars().count() <= 80 && line.trim_end() == line, "{line:?}");
    }
    // The page shows what is printed.
    let page = include_str!("../docs/optimize.md");
    let shown = page
        .split("```text\nportfolio")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .ok_or("no block")?;
    for line in shown.lines().skip(1).filter(|line| !line.is_empty()) {
        assert!(printed.lines().any(|printed| printed == line), "{line:?}");
    }
    assert!(!run(&arguments(&["--out", &out]))?.contains("walk-forward"));
    assert!(Arguments::try_parse_from(["all_weather", "--optimise", "--json"]).is_err());
    Ok(())
}

/// What the terminal shows is in the report: no table and no column has another name by now.
#[test]
fn every_shown_column_is_in_the_report() -> Result<(), Box<dyn Error>> {
    let data = allweather_data::embedded()?;
    let record = data.simulate(&allweather_data::all_weather()?)?;
    let report = Report::new(&record, &Sources::new(&data.market, &data.statistics))?;
    for (id, columns) in SHOWN {
        let table = report.table(id).ok_or(id)?;
        for column in columns {
            assert!(table.columns.iter().any(|c| c.id == *column), "{id} has no {column}");
        }
    }
    Ok(())
}

#[test]
fn a_name_commands_no_terminal() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (spec, out) = (folder.path().join("my.json"), folder.path().join("out"));
    let named = allweather_data::all_weather()?
        .canonical_json()
        .replace("all-weather, embedded data", "\\u001b]0;pwn\\u0007\\u202e");
    fs::write(&spec, named)?;
    let text = run(&arguments(&["--spec", &spec.to_string_lossy(), "--out", &out.to_string_lossy()]))?;
    assert!(text.starts_with("\u{fffd}]0;pwn\u{fffd}\u{fffd}: 100 000 000 JPY"), "{:?}", &text[..60]);
    Ok(())
}

/// Aligned in 80 columns, and coloured only by what can be taken out again.
#[test]
fn the_tables_fit_a_terminal() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let coloured = run(&arguments(&["--out", &folder.path().to_string_lossy()]))?;
    assert!(coloured.contains('\u{1b}'), "targets that are not met are red");
    let plain = anstream::adapter::strip_str(&coloured).to_string();
    assert!(!plain.contains('\u{1b}'));
    for line in plain.lines().filter(|line| !line.starts_with("written") && !line.starts_with("spec")) {
        assert!(line.chars().count() <= 80 && line.trim_end() == line, "{line:?}");
    }
    Ok(())
}
