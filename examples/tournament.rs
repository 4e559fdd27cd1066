//! Many rules at several costs, on history and on the same drawn paths: which one, if any, is better than a yearly rebalance by more than
//! luck, and what does it cost to trade more often?
//!
//! ```text
//! cargo run --release --example tournament -- [--spec FILE | --tournament FILE] [--data FOLDER] [--paths N] [--years N]
//!     [--first MONTH --last MONTH] [--seed N] [--threads N] [--results FILE] [--json] [--site FOLDER]
//! ```
//!
//! With `--results` it keeps what the paths came to, and goes on from there when it is started again.

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
use allweather_portfolio::{
    Spec,
    core::Month,
    market::ReturnCurrency,
    rebalance::{DriftBand, RiskBudgets, RiskContribution, RiskDestination, Rule, WhenVolatile, Window},
};
use allweather_report::{Report, Sources, format::decimals};
use allweather_study::{
    CostLevel, Entrant, LevelStandings, Results, Span, Standing, Standings, Tournament, TournamentSpec,
    Verdict,
};
use clap::Parser;
use comfy_table::Table;
use indicatif::{ProgressBar, ProgressStyle};
use rust_decimal::dec;
use tables::{aligned, plain};

/// How long results are not kept while it runs.
const SECONDS_BETWEEN: Duration = Duration::from_secs(5);

/// Holds rebalancing rules against each other.
#[derive(Parser)]
#[command(name = "tournament", version)]
struct Arguments {
    /// The spec that the rules are tried on, as JSON; without one, the default spec.
    #[arg(long)]
    spec: Option<PathBuf>,
    /// A whole tournament as JSON, with its rules, costs, paths and seed.
    #[arg(long, conflicts_with_all = ["spec", "paths", "years", "first", "last", "seed"])]
    tournament: Option<PathBuf>,
    /// A folder of data files in the formats of the embedded ones; without it, the embedded data.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many paths.
    #[arg(long, default_value_t = 1000)]
    paths: u64,
    /// How many years a path has.
    #[arg(long, default_value_t = 30)]
    years: u32,
    /// The first month of history; without it, and without --last, the longest span in which nothing is missing.
    #[arg(long, requires = "last")]
    first: Option<Month>,
    /// The last one, after which the paths begin.
    #[arg(long, requires = "first")]
    last: Option<Month>,
    /// The seed of all paths and tests.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many threads; 0 is one for each core. It changes no figure.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Where results of paths are kept, to go on after an interruption.
    #[arg(long)]
    results: Option<PathBuf>,
    /// Print the standings as JSON.
    #[arg(long)]
    json: bool,
    /// A folder for a report of the base spec with a page of the tournament.
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
    let spec = match &arguments.tournament {
        Some(path) => read(path, |text| Ok(TournamentSpec::from_json(text)?))?,
        None => laid_out(arguments)?,
    };
    let tournament = Tournament::new(&spec, &data.market, &data.statistics)?;
    let study = tournament.study();
    let keep = |results: &Results| arguments.results.as_ref().map_or(Ok(()), |path| results.save(path));
    let mut results = match &arguments.results {
        None => Results::new(study),
        Some(path) => Results::open(path, study)?,
    };

    // Silent where nobody looks.
    let grid = spec.grid();
    let bar = ProgressBar::new(grid.paths().saturating_mul(grid.variants().len() as u64));
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} paths, {eta} left")?);
    bar.set_position(results.paths_done());
    let progress = |done| bar.set_position(done);
    let mut kept = Instant::now();
    let standings = tournament.resume(&mut results, arguments.threads, &progress, |results| {
        // Where paths are quick, keeping each batch would take longer than running it.
        if kept.elapsed() < SECONDS_BETWEEN {
            return Ok(());
        }
        kept = Instant::now();
        keep(results)
    })?;
    keep(&results)?;
    bar.finish_and_clear();
    let text = if arguments.json { standings.to_json() + "\n" } else { told(&spec, &standings)? };
    // The answer first: it is not lost with a folder that cannot be written.
    match out.write_all(text.as_bytes()) {
        // Whoever reads only the beginning has closed the pipe.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    match &arguments.site {
        Some(folder) => site(folder, &data, &spec, &standings),
        None => Ok(()),
    }
}

fn read<T>(path: &Path, parse: impl Fn(&str) -> Result<T, Box<dyn Error>>) -> Result<T, Box<dyn Error>> {
    let named = |error: Box<dyn Error>| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| named(error.into()))?;
    Ok(parse(&text).map_err(named)?)
}

/// Ten rules against a yearly calendar, at the costs of the spec and at three times as much.
fn laid_out(arguments: &Arguments) -> Result<TournamentSpec, Box<dyn Error>> {
    let base = match &arguments.spec {
        Some(path) => read(path, |text| Ok(Spec::from_json(text)?))?,
        None => allweather_data::all_weather()?,
    };
    let months = arguments.years.checked_mul(12).ok_or("too many years")?;
    let window = Window::new(24, 60, ReturnCurrency::Base)?;
    let risk = RiskContribution::new(
        window,
        RiskBudgets::Targets,
        RiskContribution::THRESHOLD,
        RiskDestination::Targets,
    )?;
    let volatile = WhenVolatile::new(6, window, dec!(1.5), Entrant::monthly().rule, Entrant::yearly().rule)?;
    let mut entrants = vec![
        Entrant::monthly(),
        Entrant::quarterly(),
        Entrant::half_yearly(),
        Entrant::never(),
        Entrant::new("opportunistic", Rule::DriftBand(DriftBand::daryanani())),
        Entrant::new("risk budgets", Rule::RiskContribution(risk)),
        Entrant::new("when volatile", Rule::WhenVolatile(volatile)),
    ];
    entrants.extend(Entrant::bands(&[dec!(1), dec!(2.5), dec!(5)])?);
    let costs = vec![CostLevel::times("costs", dec!(1)), CostLevel::times("three times the costs", dec!(3))];
    let spec = TournamentSpec::new(base, entrants, arguments.paths, months)?;
    let spec = spec.with_costs(costs)?.with_seed(arguments.seed);
    Ok(match (arguments.first, arguments.last) {
        (Some(first), Some(last)) => spec.with_span(first, last),
        _ => spec,
    })
}

/// A report of the base spec on the same span, with a page of the tournament.
fn site(
    folder: &Path,
    data: &DataSet,
    spec: &TournamentSpec,
    standings: &Standings,
) -> Result<(), Box<dyn Error>> {
    let Span { first, last } = standings.span;
    let base = Spec { start: Some(first.offset(-1)), end: Some(last), ..spec.base().clone() };
    let record = data.simulate(&base)?;
    let sources = Sources::new(&data.market, &data.statistics).with_tournament(standings);
    Ok(Report::new(&record, &sources)?.site()?.write(folder)?)
}

fn told(spec: &TournamentSpec, standings: &Standings) -> Result<String, Box<dyn Error>> {
    let Standings { name, span: Span { first, last }, benchmark, paths, months, block_length, seed, .. } =
        standings;
    let mut text = format!(
        "{name}: rules against {benchmark}, tested on {first} to {last}, {} trials in all\n\
         {paths} paths of {}, drawn from those months in blocks of {block_length:.0} in the mean, seed {seed}\n",
        standings.trials,
        if months % 12 == 0 { format!("{} years", months / 12) } else { format!("{months} months") }
    );
    if !standings.left_out.is_empty() {
        writeln!(text, "not whole in that span and left out: {}", standings.left_out.join(", "))?;
    }
    if standings.estimated_share > 0.0 {
        writeln!(text, "{} of the months' returns are estimates", percent(Some(standings.estimated_share)))?;
    }
    for level in &standings.levels {
        let gross = level.name == standings.levels.first().map_or("", |gross| &gross.name);
        writeln!(text, "\n=== {}\n\n{}\n{}", level.name, ranks(level), verdict(standings, level))?;
        for row in level.rows.iter().filter(|row| row.paths.lost > 0) {
            let (name, lost) = (&row.name, row.paths.lost);
            writeln!(
                text,
                "{name} lost everything on {lost} paths, which are not in the spread of its returns."
            )?;
        }
        if !gross {
            writeln!(text, "\nwhat frequency costs\n\n{}", frequencies(spec, level))?;
            writeln!(
                text,
                "\nthe premium over buy and hold, logarithm a year, on history\n\n{}",
                premiums(level)
            )?;
            writeln!(
                text,
                "\nthe same on the paths: where it lies, and the means of its parts\n\n{}",
                premiums_on_paths(level)
            )?;
        }
    }
    Ok(text)
}

fn ranks(level: &LevelStandings) -> Table {
    let mut table = plain();
    table.set_header([
        "rule",
        "net",
        "over",
        "error",
        "p",
        "deflated",
        "Sharpe",
        "drawdown",
        "paths 5 %",
        "median",
        "95 %",
        "",
    ]);
    for row in &level.rows {
        let over = row.over.as_ref();
        let spread = row.paths.annual_return;
        table.add_row([
            row.name.clone(),
            percent(Some(row.past.annual_return)),
            percent(over.map(|over| over.excess)),
            percent(over.map(|over| over.tracking_error)),
            number(over.map(|over| over.p_value)),
            number(over.and_then(|over| over.deflated)),
            number(row.past.sharpe),
            percent(Some(row.past.drawdown)),
            percent(spread.map(|spread| spread.low)),
            percent(spread.map(|spread| spread.median)),
            percent(spread.map(|spread| spread.high)),
            match row.verdict {
                Verdict::Benchmark => "benchmark",
                Verdict::Same => "the same",
                Verdict::Skill => "beyond luck",
                Verdict::Luck => "could be luck",
                _ => "not tested",
            }
            .to_owned(),
        ]);
    }
    aligned(table)
}

/// The answer in words: nobody is crowned for having been lucky.
fn verdict(standings: &Standings, level: &LevelStandings) -> String {
    let benchmark = &standings.benchmark;
    match (level.winner(), &level.luck, level.untested) {
        (Some(rule), ..) => {
            let lower = rule.over.as_ref().and_then(|over| over.sharpe).is_some_and(|of| of.difference < 0.0);
            let risk = if lower { ", with a lower Sharpe ratio: it took more risk" } else { "" };
            format!(
                "{} beats {benchmark} by more than luck explains{risk}. Its p-value takes the rules of its level together, its deflated \
                 ratio all {} trials.",
                rule.name, standings.trials
            )
        }
        (None, Some(luck), _) => {
            let probability = luck.ability.consistent;
            let more = if probability.min(luck.reality.p_value) < standings.significance {
                format!(
                    " A probability below {0} hints that some rule is better, but none has both a p-value of its own below {0} and a \
                     deflated ratio above {1}.",
                    percent(Some(standings.significance)),
                    percent(Some(1.0 - standings.significance))
                )
            } else {
                String::new()
            };
            format!(
                "No rule is distinguishable from luck: the best of so many would look as good with a probability of {} if none beat \
                 {benchmark} (Hansen; White: {}).{more}",
                percent(Some(probability)),
                percent(Some(luck.reality.p_value))
            )
        }
        (None, None, Some(reason)) => format!("The rules cannot be tested: {reason}."),
        (None, None, None) => "The rules cannot be tested.".to_owned(),
    }
}

fn frequencies(spec: &TournamentSpec, level: &LevelStandings) -> Table {
    let mut table = plain();
    table.set_header([
        "rule",
        "gross",
        "net",
        "costs",
        "turnover",
        "times",
        "paths: cost",
        "over",
        "±",
        "ahead",
        "Sharpe over",
        "p",
    ]);
    let holds = |entrant: &&Entrant| entrant.rule == Rule::Never && entrant.own_rule.is_none();
    let all = std::iter::once(spec.benchmark()).chain(spec.entrants());
    let never = all.filter(holds).filter_map(|entrant| level.rule(&entrant.name));
    for row in level.by_frequency().into_iter().chain(never) {
        let versus = row.versus;
        let sharpe = row.over.as_ref().and_then(|over| over.sharpe);
        table.add_row([
            row.name.clone(),
            fine(Some(row.past.gross_return)),
            fine(Some(row.past.annual_return)),
            fine(Some(row.past.costs)),
            percent(Some(row.past.turnover)),
            number(Some(row.past.rebalances)),
            fine(row.paths.cost),
            fine(versus.map(|versus| versus.annual_return.mean)),
            fine(versus.and_then(|versus| versus.annual_return.mean_within)),
            percent(versus.map(|versus| versus.ahead)),
            number(sharpe.map(|sharpe| sharpe.difference)),
            number(sharpe.map(|sharpe| sharpe.p_value)),
        ]);
    }
    aligned(table)
}

fn premiums(level: &LevelStandings) -> Table {
    let mut table = plain();
    table.set_header(["rule", "premium", "excess growth", "drift", "overlay", "costs"]);
    for row in by_premium(level) {
        let part = |pick: fn(&allweather_study::Premium) -> f64| fine(row.premium.as_ref().map(pick));
        table.add_row([
            row.name.clone(),
            part(|premium| premium.total),
            part(|premium| premium.excess_growth),
            part(|premium| premium.drift),
            part(|premium| premium.overlay),
            part(|premium| -premium.cost),
        ]);
    }
    aligned(table)
}

fn premiums_on_paths(level: &LevelStandings) -> Table {
    let mut table = plain();
    table.set_header([
        "rule",
        "premium",
        "±",
        "5 %",
        "median",
        "95 %",
        "above 0",
        "excess growth",
        "drift",
        "overlay",
        "costs",
    ]);
    for row in by_premium(level) {
        let premium = row.premium_on_paths;
        let total = premium.map(|premium| premium.total);
        table.add_row([
            row.name.clone(),
            fine(total.map(|total| total.mean)),
            fine(total.and_then(|total| total.mean_within)),
            fine(total.map(|total| total.low)),
            fine(total.map(|total| total.median)),
            fine(total.map(|total| total.high)),
            percent(premium.map(|premium| premium.above)),
            fine(premium.map(|premium| premium.excess_growth.mean)),
            fine(premium.map(|premium| premium.drift.mean)),
            fine(premium.map(|premium| premium.overlay.mean)),
            fine(premium.map(|premium| -premium.cost.mean)),
        ]);
    }
    aligned(table)
}

/// Both tables of premiums in the order of history, so that a rule stands at one place.
fn by_premium(level: &LevelStandings) -> Vec<&Standing> {
    let mut rows: Vec<&Standing> = level.rows.iter().collect();
    let total = |row: &Standing| row.premium.map_or(f64::NEG_INFINITY, |premium| premium.total);
    rows.sort_by(|a, b| total(b).total_cmp(&total(a)));
    rows
}

fn percent(share: Option<f64>) -> String {
    rounded(share.map(|share| share * 100.0), 1, " %")
}

/// Percent with a digit more, for what is small.
fn fine(share: Option<f64>) -> String {
    rounded(share.map(|share| share * 100.0), 3, " %")
}

fn number(value: Option<f64>) -> String {
    rounded(value, 2, "")
}

fn rounded(value: Option<f64>, places: usize, unit: &str) -> String {
    value.map_or_else(String::new, |value| decimals(value, places) + unit)
}

#[cfg(test)]
fn printed(words: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut out = Vec::new();
    run(&Arguments::parse_from(std::iter::once("tournament").chain(words.iter().copied())), &mut out)?;
    Ok(String::from_utf8(out)?)
}

#[test]
fn a_small_tournament_runs_and_goes_on() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (file, site) = (folder.path().join("results.json"), folder.path().join("site"));
    let (file, site) = (file.to_str().ok_or("no text")?, site.to_str().ok_or("no text")?);
    let words =
        ["--paths", "2", "--years", "2", "--first", "1990-07", "--last", "2024-09", "--results", file];
    let text = printed(&[&words[..], &["--site", site]].concat())?;
    assert!(text.contains("tested on 1990-07 to 2024-09, 30 trials in all"), "{text}");
    assert!(text.contains("=== three times the costs") && text.contains("what frequency costs"), "{text}");
    assert!(text.matches("No rule is distinguishable from luck").count() == 3, "{text}");
    assert!(fs::read_to_string(folder.path().join("site/tournament.html"))?.contains("half-yearly"));
    assert_eq!(printed(&words)?, text, "it is all there already");
    let json = printed(&[&words[..], &["--json", "--threads", "1"]].concat())?;
    let json: serde_json::Value = serde_json::from_str(&json)?;
    assert_eq!(json["levels"].as_array().map(Vec::len), Some(3));
    let premium = &json["levels"][1]["rows"][0]["premium_on_paths"];
    assert!(premium["excess_growth"]["mean"].as_f64() > Some(0.0), "{premium}");
    assert!(text.contains("the same on the paths"), "{text}");
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
        ["tournament", "--paths", "1", "--years", "1", "--first", "1990-07", "--last", "2024-09", "--site"];
    let words = words.into_iter().chain(site.to_str());
    let mut out = Vec::new();
    assert!(run(&Arguments::parse_from(words), &mut out).is_err());
    assert!(String::from_utf8(out)?.contains("No rule is distinguishable from luck"));
    Ok(())
}

#[test]
fn a_wrong_file_is_named() {
    let error = printed(&["--tournament", "none.json"]).map_err(|e| e.to_string());
    assert!(error.is_err_and(|error| error.starts_with("none.json: ")));
}
