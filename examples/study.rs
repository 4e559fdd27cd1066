//! Many runs of a spec on drawn months: how likely it is that expenses are funded, that real value is kept, that targets are met.
//!
//! ```text
//! cargo run --release --example study -- [--spec FILE]... [--data FOLDER] [--paths N] [--years N] [--first MONTH --last MONTH]
//!     [--block MONTHS] [--seed N] [--threads N] [--results FILE] [--json]
//! ```
//!
//! With `--results` it keeps what it has, and goes on from there when it is started again.

mod tables;

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use allweather_portfolio::{Spec, core::Month, metrics::Block};
use allweather_report::format::decimals;
use allweather_study::{Event, Measure, Resampling, Results, Span, Study, StudySpec, Tally, Variant};
use clap::Parser;
use comfy_table::Table;
use indicatif::{ProgressBar, ProgressStyle};
use tables::{aligned, plain};

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
    /// Print the results as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let printed = run(&Arguments::parse()).and_then(|text| match io::stdout().write_all(text.as_bytes()) {
        // Whoever reads only the beginning has closed the pipe.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even the standard error is closed, the code has to say it.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<String, Box<dyn Error>> {
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
    study.resume(&mut results, arguments.threads, &|done| bar.set_position(done), |results| {
        arguments.results.as_ref().map_or(Ok(()), |path| results.save(path))
    })?;
    bar.finish_and_clear();
    if arguments.json {
        return Ok(results.to_json() + "\n");
    }
    let Span { first, last } = study.span();
    let mut text = format!(
        "{} paths of {} years, drawn from {first} to {last} in blocks of {:.0} months in the mean, seed {}\n",
        spec.paths(),
        arguments.years,
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
        if found.defined() == 0 {
            continue;
        }
        let text = |value: Option<f64>| match measure {
            Measure::Wealth
            | Measure::RealWealth
            | Measure::HaltedYears
            | Measure::Rebalances
            | Measure::Sharpe => value.map_or_else(String::new, |x| decimals(x, 2)),
            _ => percent(value),
        };
        let quantiles = [0.05, 0.5, 0.95].map(|p| text(found.quantile(p)));
        table.add_row(std::iter::once(measure.to_string()).chain(quantiles).chain([text(found.mean())]));
    }
    aligned(table)
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{} %", decimals(share * 100.0, 1)))
}

#[cfg(test)]
fn printed(words: &[&str]) -> Result<String, Box<dyn Error>> {
    run(&Arguments::parse_from(std::iter::once("study").chain(words.iter().copied())))
}

#[test]
fn a_small_study_runs_and_goes_on() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("results.json");
    let file = file.to_str().ok_or("no text")?;
    let words =
        ["--paths", "6", "--years", "2", "--first", "1990-07", "--last", "2024-09", "--results", file];
    let text = printed(&words)?;
    assert!(text.starts_with("6 paths of 2 years, drawn from 1990-07 to 2024-09 in blocks of "), "{text}");
    assert!(text.contains("left out: spot EUR\n") && text.contains("real value lost"), "{text}");
    assert_eq!(printed(&words)?, text, "it is all there already");
    let json = printed(&[&words[..], &["--json", "--threads", "1"]].concat())?;
    assert_eq!(json.trim_end(), fs::read_to_string(file)?);
    Ok(())
}

#[test]
fn a_wrong_file_is_named() {
    let error = printed(&["--spec", "none.json"]).map_err(|e| e.to_string());
    assert!(error.is_err_and(|error| error.starts_with("none.json: ")));
    let error = printed(&["--paths", "0"]).map_err(|e| e.to_string());
    assert_eq!(error, Err("a study has paths of at least 1".to_owned()));
}
