//! The embedded data: what is filled before 1990-07 and 1987-01, and how well months that are known are told. The numbers of docs/history.md
//! come from here.
use allweather_data::embedded;
use allweather_history::{Backfill, Filled, Method, Moments, Outcome, Series, Table};
use allweather_market::Market;
use allweather_metrics::{Block, Bootstrap};

use crate::{factors, id, month};

/// All assets in their own currencies, and the yen's price of five others.
fn table(market: &Market) -> Table {
    let prices = market.prices();
    let assets = prices.instruments().iter().enumerate();
    let mut series: Vec<Series> =
        assets.map(|(k, asset)| Series::from_levels(asset.id.clone(), prices.levels(k)).unwrap()).collect();
    let spots = market.spots().unwrap();
    for currency in ["USD", "GBP", "AUD", "CAD", "CHF"] {
        let on = |day: &chrono::NaiveDate| spots.on(currency.parse().unwrap(), *day);
        let levels: Vec<Option<f64>> = prices.dates().iter().map(on).collect();
        let changes = Series::from_levels(id(&currency.to_lowercase()), &levels).unwrap();
        series.push(Series::indicator(changes.id().clone(), changes.values().to_vec()));
    }
    Table::new(prices.months()[1], series).unwrap()
}

fn candidates() -> Vec<Method> {
    let mut all = Method::all();
    all.push(Method::Factors { on: ["us_equity", "usd", "gbp", "aud", "cad", "chf"].map(id).to_vec() });
    all.push(Method::Factors { on: ["jgb_2y", "jgb_10y"].map(id).to_vec() });
    all
}

fn spec(months: u16) -> Backfill {
    let bootstrap = Bootstrap::new(1000, 7).unwrap().with_block(Block::Automatic).unwrap();
    Backfill::new(bootstrap)
        .with_candidates(candidates())
        .and_then(|spec| spec.with_hold_out(Some(months)))
        .unwrap()
}

fn rows(filled: &Filled) -> Vec<String> {
    let trial = |trial: &allweather_history::Trial| {
        let head = format!("| {} | {} |", trial.series, trial.method);
        match &trial.outcome {
            Outcome::Scored(s) => {
                let chosen = filled.fill(&trial.series).is_some_and(|fill| fill.method == trial.method);
                format!(
                    "{head} {:.2} % | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} % | {:.3} %{} |",
                    100.0 * s.rmse,
                    s.rmse_ratio,
                    s.volatility_ratio,
                    s.correlation_error.unwrap(),
                    s.kolmogorov_smirnov,
                    100.0 * s.coverage,
                    100.0 * s.crps,
                    if chosen { " **chosen**" } else { "" },
                )
            }
            other => format!("{head} {other:?} |"),
        }
    };
    filled.trials().iter().map(trial).collect()
}

#[test]
fn p() {
    let market = embedded().unwrap().market;
    let t = table(&market);
    for h in [60, 120] {
        let start = std::time::Instant::now();
        let filled = spec(h).fill(&t).unwrap();
        println!("{h} {:?}", start.elapsed());
        for r in rows(&filled) {
            println!("{r}");
        }
        for s in ["dev_exus_equity", "jp_equity", "jgb_20y"] {
            println!("{:?}", filled.fill(&id(s)));
        }
        println!("{:?} {:?}", filled.notes(), filled.refused());
        for m in [
            Method::Stambaugh,
            Method::Em,
            factors(),
            Method::PrincipalComponents { share: 0.9 },
            Method::Forest { trees: 200, leaf: 5 },
        ] {
            let start = std::time::Instant::now();
            spec(h).with_candidates(vec![m.clone()]).unwrap().fill(&t).unwrap();
            println!("{m} {:?}", start.elapsed());
        }
    }
    let _ = Moments::em(&t);
    let _ = month("1980-01");
}
