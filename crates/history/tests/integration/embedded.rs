//! The embedded data: what is filled before 1990-07 and 1987-01, and how well months that are known are told. The numbers of docs/history.md
//! come from here.
use allweather_core::{AssetId, Currency};
use allweather_data::embedded;
use allweather_history::{Backfill, Filled, Method, Note, Outcome, Series, Table, Trial};
use allweather_market::Market;
use allweather_metrics::Bootstrap;

use crate::{factors, id, month, near};

const PAGE: &str = include_str!("../../../../docs/history.md");

/// Developed markets outside the US, Japan, the 20-year bond.
const NUMPY: [f64; 3] = [0.036_983_205_792, 0.063_500_663_814, 0.023_078_285_427];

/// All assets but the bill in their own currencies, over cash in these, and the yen's price of five currencies.
fn table(market: &Market) -> Table {
    let prices = market.prices();
    let of = |id: &AssetId| prices.levels(prices.position(id).unwrap());
    let bill = Series::from_levels(id("us_tbill"), of(&id("us_tbill"))).unwrap();
    let bill: Vec<f64> = bill.values().iter().map(|rate| rate.unwrap()).collect();
    // A month earns the rate that was known when it began.
    let yen = market.short_rate_series(Currency::JPY).unwrap();
    let yen: Vec<f64> =
        prices.months().iter().rev().skip(1).rev().map(|m| yen.get(*m).unwrap() / 12.0).collect();
    let held = prices.instruments().iter().filter(|asset| asset.id != id("us_tbill"));
    let over_cash = held.map(|asset| {
        let cash = if asset.currency == Currency::JPY { &yen } else { &bill };
        Series::from_levels(asset.id.clone(), of(&asset.id)).unwrap().over(cash.clone())
    });
    with_currencies(market, over_cash.collect())
}

/// All assets as they are, the bill among them.
fn without_cash(market: &Market) -> Table {
    let prices = market.prices();
    let assets = prices.instruments().iter().enumerate();
    let assets = assets.map(|(k, asset)| Series::from_levels(asset.id.clone(), prices.levels(k)).unwrap());
    with_currencies(market, assets.collect())
}

fn with_currencies(market: &Market, mut series: Vec<Series>) -> Table {
    let prices = market.prices();
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
    let bootstrap = Bootstrap::new(1000, 7).unwrap();
    Backfill::new(bootstrap)
        .with_candidates(candidates())
        .and_then(|spec| spec.with_hold_out(Some(months)))
        .unwrap()
}

const SHORT: [&str; 3] = ["dev_exus_equity", "jp_equity", "jgb_20y"];

fn row(filled: &Filled, trial: &Trial) -> String {
    let chosen = filled.fill(&trial.series).is_some_and(|fill| fill.method == trial.method);
    let Outcome::Scored(score) = &trial.outcome else { unreachable!("{trial:?}") };
    format!(
        "| {} | {}{} | {:.2} % | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} % | {:.3} % |",
        trial.series,
        trial.method,
        if chosen { " **(chosen)**" } else { "" },
        100.0 * score.rmse,
        score.rmse_ratio,
        score.volatility_ratio,
        score.correlation_error.unwrap(),
        score.kolmogorov_smirnov,
        100.0 * score.coverage,
        100.0 * score.crps,
    )
}

#[track_caller]
fn on_the_page(rows: &[String]) {
    let missing = rows.iter().any(|row| !PAGE.contains(row.as_str()));
    assert!(!missing, "docs/history.md should have\n{}", rows.join("\n"));
}

#[test]
fn the_page_says_how_well_hidden_months_are_told() {
    let table = table(&embedded().unwrap().market);
    let filled = spec(120).fill(&table).unwrap();
    assert_eq!(filled.trials().len(), 21);
    on_the_page(&filled.trials().iter().map(|trial| row(&filled, trial)).collect::<Vec<_>>());
    // Residuals count: without them bands hold next to nothing, and volatility is short.
    let without = spec(120).without_residuals().fill(&table).unwrap();
    let of = |filled: &Filled, name| *filled.score(&id(name)).unwrap();
    for name in SHORT {
        let (without, with) = (of(&without, name), of(&filled, name));
        assert!(without.coverage < 0.05 && without.volatility_ratio < with.volatility_ratio, "{name}");
    }
    // With half the months hidden.
    let filled = spec(60).fill(&table).unwrap();
    let chosen = SHORT.map(|name| {
        let method = &filled.fill(&id(name)).unwrap().method;
        let mut trials = filled.trials().iter();
        row(&filled, trials.find(|trial| trial.series == id(name) && trial.method == *method).unwrap())
    });
    on_the_page(&chosen);
}

/// The share of sorted draws below which a value lies is `at`.
fn quantile(sorted: &[f64], at: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
    sorted[(at * (sorted.len() - 1) as f64).round() as usize]
}

/// The growth of its first months in each draw, percent a year, sorted.
fn growth(filled: &Filled, series: &AssetId, months: usize) -> Vec<f64> {
    let of_draw = |draw| {
        let values = filled.returns(draw, series).unwrap();
        let wealth: f64 = values.values().iter().take(months).map(|r| 1.0 + r).product();
        100.0 * (wealth.powf(12.0 / months as f64) - 1.0)
    };
    let mut growth: Vec<f64> = (0..filled.draws().dim().0).map(of_draw).collect();
    growth.sort_by(f64::total_cmp);
    growth
}

#[test]
fn the_page_says_what_cash_does() {
    let market = embedded().unwrap().market;
    let forest = Method::Forest { trees: 200, leaf: 5 };
    let spec = spec(120).with_candidates(vec![forest]).and_then(|spec| spec.with_hold_out(None)).unwrap();
    let median = |table: &Table| quantile(&growth(&spec.fill(table).unwrap(), &id("jp_equity"), 125), 0.5);
    let (without, with) = (median(&without_cash(&market)), median(&table(&market)));
    on_the_page(&[format!("{without:.1} % a year without it, {with:.1} % with it")]);
    // And what went beyond the overlap is said.
    let filled = spec.fill(&without_cash(&market)).unwrap();
    let far = |note: &Note| {
        matches!(note, Note::FarFromOverlap { series, explaining, deviations }
        if *series == id("jp_equity") && *explaining == id("us_tbill") && *deviations > 2.0)
    };
    assert!(filled.notes().iter().any(far), "{:?}", filled.notes());
}

#[test]
fn the_page_says_what_is_filled() {
    let data = embedded().unwrap();
    let table = table(&data.market);
    let (filled, known) =
        (spec(120).fill(&table).unwrap(), spec(60).with_known_until(Some(month("1999-12"))));
    let known = known.fill(&table).unwrap();
    assert_eq!((filled.refused(), filled.draws().dim()), (&[][..], (1000, 551, 10)));
    assert_eq!(known.draws().dim(), (1000, 239, 10));
    // Nothing is beyond what the overlap has seen; of Japan's shares less than 30 % is explained.
    assert!(matches!(filled.notes(), [Note::LowRSquared { series, .. }] if *series == id("jp_equity")));
    let mut rows = Vec::new();
    for name in SHORT {
        let series = id(name);
        let position = data.market.prices().position(&series).unwrap();
        let levels = filled.levels(0, &series, data.market.prices().levels(position)).unwrap();
        let last = levels.estimated.iter().rposition(|mark| *mark).unwrap();
        // Estimated are the levels before the first published one, without a hole between them.
        assert!(
            levels.estimated[..=last].iter().all(|mark| *mark) && levels.values.iter().all(Option::is_some)
        );
        let last = levels.first.offset(i32::try_from(last).unwrap());
        assert_eq!(last, month(if name == "jgb_20y" { "1986-11" } else { "1990-05" }));
        for (of, until) in [(&filled, "all"), (&known, "1999-12")] {
            let fill = of.fill(&series).unwrap();
            let months = fill.months;
            let growth = growth(of, &series, months);
            rows.push(format!(
                "| {name} | {until} | {} | {months} | {} | {:.2} | {:.1} % | {:.1} % | {:.1} % |",
                fill.method,
                fill.overlap,
                fill.r_squared,
                quantile(&growth, 0.05),
                quantile(&growth, 0.5),
                quantile(&growth, 0.95),
            ));
        }
    }
    on_the_page(&rows);
}

/// The regressions of the table again, by numpy: errors of conditional means over 120 hidden months, all whole series as factors.
#[test]
fn errors_of_regressions_are_those_of_another_program() {
    let table = table(&embedded().unwrap().market);
    let spec = spec(120).with_candidates(vec![factors()]).unwrap().without_residuals();
    let filled = spec.fill(&table).unwrap();
    for (name, expected) in SHORT.into_iter().zip(NUMPY) {
        near(filled.score(&id(name)).unwrap().rmse, expected, 1e-10);
    }
}

#[test]
fn draws_allocate_nothing() {
    let table = table(&embedded().unwrap().market);
    let allocations = |draws| {
        let bootstrap = Bootstrap::new(draws, 7).unwrap();
        let spec = Backfill::new(bootstrap).with_hold_out(Some(60)).unwrap();
        let spec = spec.with_candidates(vec![Method::Stambaugh]).unwrap();
        allocation_counter::measure(|| drop(spec.fill(&table).unwrap())).count_total
    };
    assert_eq!(allocations(5), allocations(50));
}
