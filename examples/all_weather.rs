//! The main job: the method on the embedded data from 1980 to 2025, or on a spec and a data folder of your own.
//!
//! ```text
//! cargo run --release --example all_weather -- [--spec FILE] [--data FOLDER] [--out FOLDER]
//! ```

use std::{
    error::Error,
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use allweather_data::DataSet;
use allweather_portfolio::{
    Record, Spec, Target,
    core::{Currency, Month},
    leverage::Funding,
    market::PendingFile,
};
use clap::Parser;
use comfy_table::{CellAlignment, Table, presets};

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
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(report) => match io::stdout().write_all(report.as_bytes()) {
            // Whoever reads only the beginning has closed the pipe: the files are written.
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
    let report = report(&record, &data)?;

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
    let out = arguments.out.display();
    Ok(format!("{report}written to {out}: record.jsonl, monthly.csv, spec.json\n"))
}

fn report(record: &Record, data: &DataSet) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let mut section = |title: String, body: String| {
        text.extend([title.as_str(), "\n", &body, "\n"]);
    };
    let spec = record.spec();
    let steps: Vec<_> = record.steps().collect();
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Ok(text) };
    section(
        format!(
            "{}: {} {} from {} to {}, {} assets",
            spec.name,
            grouped(first.value_before),
            record.base(),
            first.month,
            last.month,
            record.universe().len()
        ),
        format!("spec sha256 {}\n", spec.content_hash()),
    );
    section(format!("Years (millions of {})", record.base()), years(record));
    section("Targets, without leverage".to_owned(), targets(record));
    section(
        "Leverage, funded at the 1-year JGB + 150 bp on the whole position".to_owned(),
        variants(record, data)?,
    );
    section("Hedge and overlay".to_owned(), hedge(record));
    section("Gaps in the data".to_owned(), gaps(record));
    Ok(text)
}

fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(headings);
    table
}

/// Every column but the first `left` is a number: to the right.
fn finished(mut table: Table, left: usize) -> String {
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_cell_alignment(if i < left { CellAlignment::Left } else { CellAlignment::Right });
    }
    format!("{}\n", table.trim_fmt())
}

fn millions(amount: f64) -> String {
    format!("{:.2}", amount / 1e6)
}

fn percent(fraction: f64) -> String {
    format!("{:.2} %", fraction * 100.0)
}

fn or_dash<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "—".to_owned(), show)
}

fn grouped(amount: f64) -> String {
    let digits = format!("{amount:.0}");
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 && c.is_ascii_digit() && !out.ends_with('-') {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

fn years(record: &Record) -> String {
    let mut table = table(&[
        "year",
        "indicator",
        "rate",
        "return",
        "expenses",
        "withdrawn",
        "reinvested",
        "pool",
        "halted",
        "shortfall",
        "costs",
        "value",
    ]);
    for row in record.years() {
        // A rate from fewer than five indicators says so.
        let indicator = row.rate.map(|rate| match rate.prescribed.missing.len() {
            0 => rate.prescribed.chosen.to_string(),
            missing => format!("{} ({} of 5)", rate.prescribed.chosen, 5 - missing),
        });
        table.add_row([
            row.year.to_string(),
            or_dash(indicator, |name| name),
            or_dash(row.rate, |rate| format!("{:.3}", rate.prescribed.rate)),
            percent(row.period_return),
            millions(row.expenses),
            millions(row.withdrawn),
            millions(row.reinvested),
            millions(row.pool),
            row.halted_quarters.to_string(),
            millions(row.shortfall),
            millions(row.costs),
            millions(row.value),
        ]);
    }
    finished(table, 2)
}

fn targets(record: &Record) -> String {
    let check = record.targets();
    let mut table = table(&["target", "aim", "reached", "met"]);
    let mut row = |name: &str, sign: &str, target: Target| {
        let aim = or_dash(target.aim, |aim| format!("{sign} {}", percent(aim)));
        let met = if target.met { "met" } else { "not met" };
        table.add_row([name.to_owned(), aim, or_dash(target.reached, percent), met.to_owned()]);
    };
    row("return a year (prescribed rate + 4 %)", "≥", check.annual_return);
    row("standard deviation a year", "≤", check.deviation);
    row("largest drawdown", "≤", check.drawdown);
    let rate = or_dash(check.prescribed_rate, percent);
    format!("{}prescribed rate, geometric mean of the span: {rate}\n", finished(table, 1))
}

fn variants(record: &Record, data: &DataSet) -> Result<String, Box<dyn Error>> {
    let path = record.funded_path(&data.market, Funding::default())?;
    let Some((from, to)) = path.as_ref().and_then(|p| p.months().first().zip(p.months().last())) else {
        return Ok("no 1-year JGB yield at the end of the span: not computed\n".to_owned());
    };
    let mut table = table(&["variant", "multiple", "return a year", "deviation", "drawdown", "ruined in"]);
    let mut notes = String::new();
    for variant in record.variants(&data.market, Funding::default())? {
        if let Err(reason) = &variant.multiple {
            notes.extend([&variant.name, ": ", reason, "\n"]);
        }
        table.add_row([
            variant.name,
            or_dash(variant.multiple.ok(), |m| format!("{m:.2}")),
            or_dash(variant.annual_return, percent),
            or_dash(variant.deviation, percent),
            or_dash(variant.drawdown, percent),
            or_dash(variant.ruined_in, |month| month.to_string()),
        ]);
    }
    Ok(format!(
        "{}months {from} to {to}, for which the yield of the month before is known\n{notes}",
        finished(table, 1)
    ))
}

fn hedge(record: &Record) -> String {
    if record.spec().fx.is_none() {
        return "nothing is hedged: the spec has no fx\n".to_owned();
    }
    let account = record.hedge_account();
    let base = record.base();
    let mut lines = vec![
        format!("interest differential paid by the hedge: {} million {base}", millions(account.hedge_cost)),
        format!("profit of the overlay: {} million {base}", millions(account.overlay_profit)),
        account.earned_back.map_or_else(
            || "the hedge cost nothing over the span".to_owned(),
            |share| format!("the overlay earned back {} of the hedge's cost", percent(share)),
        ),
    ];
    // A currency may be without position for one reason and then for another: spans of one currency, with the last reason.
    let mut spans: Vec<(Currency, Month, Month, String)> = Vec::new();
    for step in record.steps() {
        for omission in step.omitted {
            let last = spans.iter_mut().rev().find(|s| s.0 == omission.currency);
            match last.filter(|s| step.month.months_since(s.2) <= 1) {
                Some(span) => (span.2, span.3) = (step.month, omission.reason.to_string()),
                None => spans.push((omission.currency, step.month, step.month, omission.reason.to_string())),
            }
        }
    }
    let words = |(currency, from, to, reason): (Currency, Month, Month, String)| {
        format!("no overlay position in {currency} from {from} to {to}; most recently: {reason}")
    };
    lines.extend(spans.into_iter().map(words));
    lines.join("\n") + "\n"
}

fn gaps(record: &Record) -> String {
    let list: Vec<String> = record.gaps().iter().map(|gap| format!("{gap}\n")).collect();
    if list.is_empty() { "none\n".to_owned() } else { list.concat() }
}

#[test]
fn the_main_job_runs_and_writes_its_files() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let report = run(&Arguments { spec: None, data: None, out: out.clone() })?;
    for part in [
        "1980  jgb10y (4 of 5)",
        "2025",
        "optimal f/2",
        "earned back",
        "jp_equity: none from 1980-01 to 1990-05",
    ] {
        assert!(report.contains(part), "{part} is not in\n{report}");
    }
    assert_eq!(fs::read_to_string(out.join("record.jsonl"))?.lines().count(), 553);
    assert_eq!(fs::read_to_string(out.join("monthly.csv"))?.lines().count(), 553);

    // The written spec is the spec, and a second run writes the same bytes.
    let before = fs::read(out.join("record.jsonl"))?;
    run(&Arguments { spec: Some(out.join("spec.json")), data: None, out: out.clone() })?;
    assert_eq!(before, fs::read(out.join("record.jsonl"))?);
    Ok(())
}

/// What the README shows of the main job is what the main job prints.
#[test]
fn the_readme_shows_what_is_printed() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let report = run(&Arguments { spec: None, data: None, out: folder.path().to_owned() })?;
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
    let refusal =
        run(&Arguments { spec: Some(spec), data: None, out: out.clone() }).err().map(|e| e.to_string());
    assert!(refusal.as_ref().is_some_and(|e| e.contains("my.json") && e.contains("line 2")), "{refusal:?}");
    let refusal = run(&Arguments { spec: None, data: Some(folder.path().to_owned()), out: out.clone() });
    assert!(refusal.is_err_and(|e| e.to_string().contains("assets_month_end.csv")));
    assert!(!out.exists());
    Ok(())
}
