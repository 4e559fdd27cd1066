//! Three versions of a model in a ledger, on the embedded data: what was in force, what each one earned before, while and after it was, and what
//! becomes of a past that someone changes. The weights are made up for the purpose.
//!
//! ```text
//! cargo run --release --example iterations
//! cargo test --example iterations
//! ```

use std::{
    error::Error,
    fs,
    io::{self, Write},
    num::NonZeroU16,
};

use allweather_portfolio::{
    Holding, Holdings, LiveTrack,
    iterations::{LedgerFile, Standing},
    prelude::*,
};
use chrono::{Months, NaiveDate};

/// The default spec with other weights.
fn with_weights(weights: &[(&str, f64)]) -> Result<Spec, Box<dyn Error>> {
    let holding = |(asset, weight): &(&str, f64)| Ok(Holding::asset(asset.parse()?, *weight));
    let holdings = weights.iter().map(holding).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    Ok(Spec { holdings: Holdings::new(holdings)?, ..allweather_data::all_weather()? })
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = allweather_data::embedded()?;
    let more_gold = [
        ("us_equity", 0.15),
        ("jp_equity", 0.05),
        ("ust_10y", 0.3),
        ("jgb_2y", 0.2),
        ("jgb_10y", 0.1),
        ("gold", 0.2),
    ];
    let no_japan =
        [("us_equity", 0.15), ("dev_exus_equity", 0.05), ("ust_2y", 0.3), ("ust_10y", 0.3), ("gold", 0.2)];
    let models = [
        ("2005-01-14", allweather_data::all_weather()?, "round numbers"),
        ("2013-01-15", with_weights(&more_gold)?, "fewer assets, more gold"),
        ("2021-01-15", with_weights(&no_japan)?, "no Japanese bonds"),
    ];

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("iterations.jsonl");
    let mut file = LedgerFile::open(&path)?;
    for (recorded_on, spec, note) in &models {
        let today: NaiveDate = recorded_on.parse()?;
        // In the years between, reviews keep what there is.
        while file.ledger().review_due().is_some_and(|due| due < today) {
            let due = file.ledger().review_due().unwrap_or(today);
            file.keep(due, "nothing better was found")?;
        }
        // Made from what was known a month before, which ends with the last whole month by then.
        let known = data.market.as_of(today.checked_sub_months(Months::new(1)).unwrap_or(today));
        file.adopt(spec.candidate(known, note)?, today, NonZeroU16::MIN)?;
    }

    let mut out = io::stdout();
    writeln!(out, "{} records, head {}", file.ledger().entries().len(), file.ledger().head())?;
    for span in file.ledger().chain() {
        let (name, note) = (span.iteration.name(), span.iteration.note());
        writeln!(
            out,
            "{name} in force from {}, data until {}: {note}",
            span.from,
            span.iteration.data_as_of()
        )?;
    }

    let live = LiveTrack::new(file.ledger(), &data.market, |spec| data.rates_for(spec))?;
    writeln!(out, "\nyear  in force    return   of each iteration by itself")?;
    for year in live.years() {
        let who: Vec<String> = year.iterations.iter().map(ToString::to_string).collect();
        write!(out, "{}  ITRL {:<6} {:>7.2} %", year.year, who.join("+"), 100.0 * year.period_return)?;
        for track in live.tracks() {
            for own in track.years().iter().filter(|own| own.year == year.year) {
                write!(out, "  {}: {}", track.iteration().number(), own.period_return)?;
            }
        }
        writeln!(out)?;
    }

    writeln!(out, "\nreturn a year   history      live   superseded")?;
    for track in live.tracks() {
        write!(out, "{:<14}", track.iteration().name())?;
        for standing in [Standing::History, Standing::Live, Standing::Superseded] {
            let returns = track.returns(standing);
            let growth: f64 = returns.iter().map(|r| 1.0 + r).product();
            match returns.len() {
                0 => write!(out, "{:>10}", "none")?,
                months => write!(out, "{:>8.2} %", 100.0 * (growth.powf(12.0 / months as f64) - 1.0))?,
            }
        }
        writeln!(out)?;
    }

    // Someone would rather have had the gold from the beginning.
    drop(file);
    let text = fs::read_to_string(&path)?;
    fs::write(&path, text.replacen("\"adopted_from\":\"2013-01-16\"", "\"adopted_from\":\"2005-01-16\"", 1))?;
    match LedgerFile::read(&path) {
        Ok(_) => Err("a changed past was not seen".into()),
        Err(error) => Ok(writeln!(
            out,
            "\n{}",
            error.to_string().replace(&path.display().to_string(), "iterations.jsonl")
        )?),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_on_the_embedded_data() -> Result<(), Box<dyn std::error::Error>> {
        super::main()
    }
}
