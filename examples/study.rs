//! Many runs of a spec on drawn months: how likely it is that expenses are funded, that real value is kept, that targets are met.
//!
//! ```text
//! cargo run --release --example study -- [--spec FILE]... [--data FOLDER] [--paths N] [--years N] [--first MONTH --last MONTH]
//!     [--block MONTHS] [--seed N] [--threads N] [--results FILE] [--compare] [--json] [--site FOLDER]
//! ```
//!
//! With `--results` it keeps what it has, and goes on from there when it is started again.

mod tables;

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use allweather_data::DataSet;
use allweather_portfolio::{Spec, core::Month, metrics::Block};
use allweather_report::{Report, Sources, format::decimals};
use allweather_study::{
    Distribution, Event, Measure, Resampling, Results, Span, Study, StudySpec, Tally, Variant, Versus,
};
use clap::Parser;
use comfy_table::Table;
use indicatif::{ProgressBar, ProgressStyle};
use tables::{aligned, plain};

/// How long results are not kept while it runs.
const SECONDS_BETWEEN: Duration = Duration::from_secs(5);

/// Runs specs on many paths of drawn months.
#[derive(Parser)]
#[command(name = "study", version)]
struct Arguments {
    /// Specs as JSON, all run on the same paths; without one, the default spec.
    #[arg(long)]
    spec: Vec<PathBuf>,
    /// A folder of data files in the formats of the embedded ones; without it, the embedded data.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many paths.
    #[arg(long, default_value_t = 1000)]
    paths: u64,
    /// How many years a path has.
    #[arg(long, default_value_t = 30)]
    years: u32,
    /// The first month to draw from; without it, and without --last, the longest span in which nothing is missing.
    #[arg(long, requires = "last")]
    first: Option<Month>,
    /// The last one, after which the paths begin.
    #[arg(long, requires = "first")]
    last: Option<Month>,
    /// The mean length of the blocks, months; without it, what the data ask for.
    #[arg(long)]
    block: Option<f64>,
    /// The seed of all paths.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many threads; 0 is one for each core. It changes no figure.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Where results are kept, to go on after an interruption.
    #[arg(long)]
    results: Option<PathBuf>,
    /// Hold every spec but the first against the first, path by path.
    #[arg(long)]
    compare: bool,
    /// Print the results as JSON.
    #[arg(long)]
    json: bool,
    /// A folder for a report of the first spec with a page of the study.
    #[arg(long)]
    site: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse(), &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even the standard error is closed, the code has to say it.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let data = match &arguments.data {
        None => allweather_data::embedded()?,
        Some(folder) => allweather_data::read_folder(folder)?,
    };
    let mut variants = Vec::new();
    for path in &arguments.spec {
        let named = |e: &dyn Error| format!("{}: {e}", path.display());
        let spec =
            Spec::from_json(&fs::read_to_string(path).map_err(|e| named(&e))?).map_err(|e| named(&e))?;
        variants.push(Variant::new(&spec.name.clone(), spec));
    }
    if variants.is_empty() {
        let spec = allweather_data::all_weather()?;
        variants.push(Variant::new(&spec.name.clone(), spec));
    }
    if arguments.compare {
        let mut others = variants.iter_mut();
        let first = others.next().map(|variant| variant.name.clone());
        others.for_each(|variant| variant.against.clone_from(&first));
    }
    let months = arguments.years.checked_mul(12).ok_or("too many years")?;
    let mut spec = StudySpec::new(variants, arguments.paths, months)?.with_seed(arguments.seed);
    if let Some(length) = arguments.block {
        spec = spec.with_resampling(Resampling::stationary(Block::Mean(length))?)?;
    }
    if let (Some(first), Some(last)) = (arguments.first, arguments.last) {
        spec = spec.with_span(first, last);
    }
    let study = Study::new(&spec, &data.market, &data.statistics)?;
    let mut results = match &arguments.results {
        None => Results::new(&study),
        Some(path) => Results::open(path, &study)?,
    };

    // Silent where nobody looks.
    let bar = ProgressBar::new(spec.paths().saturating_mul(spec.variants().len() as u64));
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} paths, {eta} left")?);
    bar.set_position(results.paths_done());
    let keep = |results: &Results| arguments.results.as_ref().map_or(Ok(()), |path| results.save(path));
    let mut kept = Instant::now();
    study.resume(&mut results, arguments.threads, &|done| bar.set_position(done), |results| {
        // Where paths are quick, keeping each batch would take longer than running it.
        if kept.elapsed() < SECONDS_BETWEEN {
            return Ok(());
        }
        kept = Instant::now();
        keep(results)
    })?;
    keep(&results)?;
    bar.finish_and_clear();
    let text = if arguments.json { results.to_json() + "\n" } else { told(&study, &results)? };
    // The answer first: it is not lost with a folder that cannot be written.
    match out.write_all(text.as_bytes()) {
        // Whoever reads only the beginning has closed the pipe.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    match &arguments.site {
        Some(folder) => site(folder, &data, &study, &results),
        None => Ok(()),
    }
}

/// A report of the first spec on the months that are drawn from, with a page of the study.
fn site(folder: &Path, data: &DataSet, study: &Study<'_>, results: &Results) -> Result<(), Box<dyn Error>> {
    let Span { first, last } = study.span();
    let variant = study.spec().variants().first().ok_or("a study has a variant")?;
    let spec = Spec { start: Some(first.offset(-1)), end: Some(last), ..variant.spec.clone() };
    let record = data.simulate(&spec)?;
    let sources = Sources::new(&data.market, &data.statistics).with_study(study, results);
    Ok(Report::new(&record, &sources)?.site()?.write(folder)?)
}

fn told(study: &Study<'_>, results: &Results) -> Result<String, Box<dyn Error>> {
    let (spec, Span { first, last }) = (study.spec(), study.span());
    let mut text = format!(
        "{} paths of {} years, drawn from {first} to {last} in blocks of {:.0} months in the mean, seed {}\n",
        spec.paths(),
        spec.months() / 12,
        study.block_length(),
        spec.seed()
    );
    if !study.left_out().is_empty() {
        writeln!(text, "not whole in that span and left out: {}", study.left_out().join(", "))?;
    }
    if study.estimated_share() > 0.0 {
        writeln!(text, "{} of the drawn returns are estimates", percent(Some(study.estimated_share())))?;
    }
    for (name, tally) in results.tallies() {
        writeln!(text, "\n{name}\n\n{}\n\n{}", chances(tally), figures(tally))?;
    }
    for Variant { name, against, .. } in spec.variants() {
        let versus = results.tally(name).and_then(Tally::versus);
        if let Some((against, versus)) = against.as_ref().zip(versus) {
            writeln!(text, "\n{name} less {against}, path by path\n\n{}", differences(versus))?;
        }
    }
    Ok(text)
}

fn chances(tally: &Tally) -> Table {
    let mut table = plain();
    table.set_header(["what happens", "on", "95 % interval"]);
    for event in Event::ALL {
        let found = tally.event(event);
        if let Some((low, high)) = found.interval() {
            let interval = format!("{} to {}", percent(Some(low)), percent(Some(high)));
            table.add_row([event.to_string(), percent(found.probability()), interval]);
        }
    }
    aligned(table)
}

fn figures(tally: &Tally) -> Table {
    let mut table = plain();
    table.set_header(["figure", "5 %", "median", "95 %", "mean"]);
    for measure in Measure::ALL {
        let found = tally.measure(measure);
        if found.defined() > 0 {
            table.add_row(row(measure, found));
        }
    }
    aligned(table)
}

fn differences(versus: &Versus) -> Table {
    let mut table = plain();
    table.set_header(["figure", "5 %", "median", "95 %", "mean", "higher on"]);
    for measure in Measure::ALL {
        let found = versus.difference(measure);
        if found.defined() > 0 {
            let above = percent(versus.above(measure).probability());
            table.add_row(row(measure, found).into_iter().chain([above]));
        }
    }
    aligned(table)
}

/// A figure's name, quantiles and mean, in its unit.
fn row(measure: Measure, found: &Distribution) -> Vec<String> {
    let text = |value: Option<f64>| match measure {
        Measure::Wealth
        | Measure::RealWealth
        | Measure::HaltedYears
        | Measure::Rebalances
        | Measure::Sharpe => value.map_or_else(String::new, |x| decimals(x, 2)),
        _ => percent(value),
    };
    let quantiles = [0.05, 0.5, 0.95].map(|p| text(found.quantile(p)));
    std::iter::once(measure.to_string()).chain(quantiles).chain([text(found.mean())]).collect()
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{} %", decimals(share * 100.0, 1)))
}

#[cfg(test)]
fn printed(words: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut out = Vec::new();
    run(&Arguments::parse_from(std::iter::once("study").chain(words.iter().copied())), &mut out)?;
    Ok(String::from_utf8(out)?)
}

#[test]
fn a_small_study_runs_and_goes_on() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (file, site) = (folder.path().join("results.json"), folder.path().join("site"));
    let (file, site) = (file.to_str().ok_or("no text")?, site.to_str().ok_or("no text")?);
    let words =
        ["--paths", "6", "--years", "2", "--first", "1990-07", "--last", "2024-09", "--results", file];
    let text = printed(&[&words[..], &["--site", site]].concat())?;
    assert!(text.starts_with("6 paths of 2 years, drawn from 1990-07 to 2024-09 in blocks of "), "{text}");
    assert!(text.contains("left out: spot EUR\n") && text.contains("real value lost"), "{text}");
    assert!(fs::read_to_string(folder.path().join("site/study.html"))?.contains("real value lost"));
    assert_eq!(printed(&words)?, text, "it is all there already");
    let json = printed(&[&words[..], &["--json", "--threads", "1"]].concat())?;
    assert_eq!(json.trim_end(), fs::read_to_string(file)?);
    Ok(())
}

#[test]
fn specs_are_held_against_the_first() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut spec = allweather_data::all_weather()?;
    let mut words =
        vec!["--paths", "2", "--years", "1", "--first", "1990-07", "--last", "2024-09", "--compare"];
    let files = ["one", "two"].map(|name| folder.path().join(name));
    for (name, file) in ["one", "two"].into_iter().zip(&files) {
        name.clone_into(&mut spec.name);
        fs::write(file, spec.canonical_json())?;
        words.extend(["--spec", file.to_str().ok_or("no text")?]);
    }
    let text = printed(&words)?;
    let (_, differences) = text.split_once("\ntwo less one, path by path\n").ok_or("no comparison")?;
    let same = ["real", "wealth", "0.00", "0.00", "0.00", "0.00", "0.0", "%"];
    let words = |line: &str| line.split_whitespace().eq(same);
    assert!(differences.lines().any(words) && !text.contains("one less"), "{text}");
    Ok(())
}

/// A report that cannot be written takes nothing of the answer with it.
#[test]
fn the_answer_comes_before_the_report() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file");
    fs::write(&file, "in the way")?;
    let site = file.join("site");
    let words =
        ["study", "--paths", "1", "--years", "1", "--first", "1990-07", "--last", "2024-09", "--site"];
    let words = words.into_iter().chain(site.to_str());
    let mut out = Vec::new();
    assert!(run(&Arguments::parse_from(words), &mut out).is_err());
    assert!(String::from_utf8(out)?.starts_with("1 paths of 1 years, "));
    Ok(())
}

#[test]
fn a_wrong_file_is_named() {
    let error = printed(&["--spec", "none.json"]).map_err(|e| e.to_string());
    assert!(error.is_err_and(|error| error.starts_with("none.json: ")));
    let error = printed(&["--paths", "0"]).map_err(|e| e.to_string());
    assert_eq!(error, Err("a study has paths of at least 1".to_owned()));
}
