use allweather_core::{Currency, Month, Year};
use allweather_data::DataSet;
use allweather_market::{Market, ReferencePeriod, Vintage, Vintages};
use allweather_metrics::{Block, Bootstrap};
use allweather_portfolio::{CashYield, Simulation, Spec, rfr::RateHistory};
use allweather_study::{Event, Measure, Resampling, Span, Study, StudySpec, Variant};

use crate::spec::gold;

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn all_weather(paths: u64, months: u32) -> StudySpec {
    let spec = allweather_data::all_weather().unwrap();
    StudySpec::new(vec![Variant::new("all weather", spec)], paths, months)
        .unwrap()
        .with_seed(3)
        .with_span(month("1990-07"), month("2024-09"))
}

/// The growth of a series from each month to the next.
fn growth(values: &[Option<f64>]) -> Vec<f64> {
    values.windows(2).map(|pair| pair[1].unwrap() / pair[0].unwrap()).collect()
}

fn rows_of(market: &Market, first: Month, last: Month) -> Vec<usize> {
    let months = market.prices().months();
    first.through(last).map(|month| months.binary_search(&month).unwrap()).collect()
}

/// Every series of a drawn month is that of one and the same month of history: whole rows are drawn.
#[test]
fn whole_rows_are_drawn() {
    let DataSet { market: real, statistics, .. } = allweather_data::embedded().unwrap();
    let spec = all_weather(4, 240);
    let study = Study::new(&spec, &real, &statistics).unwrap();
    assert_eq!(study.left_out(), ["spot EUR"]);
    let Span { first, last } = study.span();
    let history = rows_of(&real, first.offset(-1), last);
    let levels = |id: &str| {
        let place = real.prices().position(&id.parse().unwrap()).unwrap();
        history.iter().map(|row| real.prices().levels(place)[*row]).collect::<Vec<_>>()
    };
    let by_month = growth(&levels("us_equity"));
    let spot = |market: &Market, currency: Currency, month: Month| {
        market.spots().unwrap().on(currency, month.last_day()).unwrap()
    };
    for path in 0..4 {
        let drawn = study.market_of_path(path).unwrap();
        let months = drawn.prices().months();
        assert_eq!(months[119], last, "the past ends where history ends");
        assert_eq!(months.len(), 120 + 240);
        let place = |id: &str| drawn.prices().position(&id.parse().unwrap()).unwrap();
        let of_path = growth(&drawn.prices().levels(place("us_equity"))[119..]);
        for (step, factor) in of_path.iter().enumerate() {
            let row = by_month.iter().position(|known| (known / factor - 1.0).abs() < 1e-12).unwrap();
            let source = first.offset(i32::try_from(row).unwrap());
            for id in ["jp_equity", "gold", "jgb_20y", "ust_30y"] {
                let (found, known) =
                    (growth(&drawn.prices().levels(place(id))[119..])[step], growth(&levels(id))[row]);
                assert!((found / known - 1.0).abs() < 1e-12, "{id} of {source}");
            }
            let at = months[120 + step];
            for currency in [Currency::USD, Currency::GBP] {
                let found = spot(&drawn, currency, at) / spot(&drawn, currency, at.offset(-1));
                let known = spot(&real, currency, source) / spot(&real, currency, source.offset(-1));
                assert!((found / known - 1.0).abs() < 1e-12, "{currency} of {source}");
                let rate = |market: &Market, month| market.short_rate_series(currency).unwrap().get(month);
                assert_eq!(rate(&drawn, at), rate(&real, source));
            }
            let prices = |market: &Market, month: Month| {
                market.consumer_price_series(Currency::JPY).unwrap().get(month).unwrap()
            };
            let found = prices(&drawn, at) / prices(&drawn, at.offset(-1));
            let known = prices(&real, source) / prices(&real, source.offset(-1));
            assert!((found / known - 1.0).abs() < 1e-12, "consumer prices of {source}");
        }
    }
}

/// The months before a path are the real ones, to the bit.
#[test]
fn the_past_is_the_real_one() {
    let DataSet { market: real, statistics, .. } = allweather_data::embedded().unwrap();
    let spec = all_weather(1, 12);
    let study = Study::new(&spec, &real, &statistics).unwrap();
    let drawn = study.market_of_path(0).unwrap();
    let last = study.span().last;
    let history = rows_of(&real, last.offset(-119), last);
    for (place, instrument) in drawn.prices().instruments().iter().enumerate() {
        let known = real.prices().levels(real.prices().position(&instrument.id).unwrap());
        let known: Vec<_> = history.iter().map(|row| known[*row]).collect();
        assert_eq!(drawn.prices().levels(place)[..120], known, "{}", instrument.id);
    }
    let date = last.last_day();
    assert_eq!(drawn.as_of(date).short_rate(Currency::USD), real.as_of(date).short_rate(Currency::USD));
}

/// Which rows: those of the bootstrap in `metrics`, by the number of the path.
#[test]
fn rows_are_those_of_the_bootstrap() {
    let DataSet { market: real, statistics, .. } = allweather_data::embedded().unwrap();
    let bootstrap = Bootstrap::new(1, 11).unwrap();
    for resampling in [Resampling::stationary(Block::Mean(9.0)).unwrap(), Resampling::blocks(7).unwrap()] {
        let spec = StudySpec::new(vec![gold("a")], 3, 60)
            .unwrap()
            .with_seed(11)
            .with_resampling(resampling)
            .unwrap();
        let study = Study::new(&spec, &real, &statistics).unwrap();
        let Span { first, last } = study.span();
        assert_eq!((first, last), (month("1980-02"), month("2025-12")));
        let all = 551;
        let place = real.prices().position(&"gold".parse().unwrap()).unwrap();
        let known = growth(real.prices().levels(place));
        for path in 0..3 {
            let expected: Vec<usize> = match resampling {
                Resampling::Blocks(length) => {
                    bootstrap.blocks_of_draw(path, all, length as usize).take(60).collect()
                }
                _ => bootstrap.rows_of_draw(path, all, 9.0).take(60).collect(),
            };
            let drawn = study.market_of_path(path).unwrap();
            let found = growth(&drawn.prices().levels(0)[119..]);
            for (row, factor) in expected.iter().zip(found) {
                assert!((known[*row] / factor - 1.0).abs() < 1e-12);
            }
        }
    }
}

/// What a job says of a path is what the engine says of the path's market.
#[test]
fn a_path_is_an_ordinary_run() {
    let DataSet { market: real, statistics, .. } = allweather_data::embedded().unwrap();
    let mut spec = allweather_data::all_weather().unwrap();
    spec.expenses = None;
    let study = StudySpec::new(vec![Variant::new("bare", spec.clone())], 3, 120).unwrap().with_seed(5);
    let laid_out = Study::new(&study, &real, &statistics).unwrap();
    let last = laid_out.span().last;
    let spec = Spec { start: Some(last), end: Some(last.offset(120)), ..spec };
    for path in 0..3 {
        let job = laid_out.jobs(1).find(|job| job.first == path).unwrap();
        let tally = laid_out.run_job(&job).unwrap().tally;
        let market = laid_out.market_of_path(path).unwrap();
        let outcome = Simulation::new(&spec, &market, &RateHistory::default()).unwrap().outcome().unwrap();
        assert_eq!(tally.measure(Measure::Wealth).mean(), Some(outcome.final_value / 1e8));
        assert_eq!(tally.measure(Measure::Turnover).mean(), Some(outcome.turnover / 10.0));
        assert_eq!(tally.measure(Measure::HaltedYears).defined(), 0, "there are no expenses to halt");
        assert_eq!(tally.event(Event::Shortfall).of(), 0);
    }
}

/// What is summed up of a path is what its record says: returns, targets, expenses.
#[test]
fn figures_are_those_of_the_record() {
    let DataSet { market: real, statistics, .. } = allweather_data::embedded().unwrap();
    let study = all_weather(4, 60);
    let laid_out = Study::new(&study, &real, &statistics).unwrap();
    for job in laid_out.jobs(1) {
        let tally = laid_out.run_job(&job).unwrap().tally;
        let record = laid_out.record_of_path("all weather", job.first).unwrap();
        assert_eq!(record.len(), 61);
        let (targets, outcome) = (record.targets(), record.outcome());
        let same = |measure: Measure, expected: Option<f64>| {
            let found = tally.measure(measure).mean();
            let near = found.zip(expected).is_some_and(|(a, b)| (a - b).abs() <= 1e-12 * b.abs().max(1.0));
            assert!(near, "{measure}: {found:?}, {expected:?}");
        };
        same(Measure::AnnualReturn, targets.annual_return.reached);
        same(Measure::Deviation, targets.deviation.reached);
        same(Measure::Drawdown, targets.drawdown.reached);
        let over =
            targets.annual_return.reached.zip(targets.prescribed_rate).map(|(reached, rate)| reached - rate);
        same(Measure::OverPrescribedRate, over);
        let met = [targets.annual_return.met, targets.deviation.met, targets.drawdown.met];
        let found = [Event::ReturnMet, Event::DeviationMet, Event::DrawdownMet]
            .map(|e| tally.event(e).happened() == 1);
        assert_eq!(found, met);
        let quarters: Vec<_> = record.steps().filter_map(|step| step.quarter.copied()).collect();
        let (halted, short): (usize, f64) =
            (quarters.iter().filter(|q| q.halted).count(), quarters.iter().map(|q| q.shortfall).sum());
        let totals = outcome.expenses.unwrap();
        assert_eq!((totals.quarters, totals.halted), (quarters.len(), halted));
        assert_eq!(totals.short, quarters.iter().filter(|q| q.shortfall > 0.0).count());
        same(Measure::HaltedYears, Some(halted as f64 / 4.0));
        let asked: f64 = quarters.iter().map(|q| q.consumption).sum();
        same(Measure::Unfunded, Some(short / asked));
        let prices: f64 = record
            .steps()
            .skip(1)
            .map(|step| {
                (1.0 + record.rates()[&step.month.year()].prescribed.rate.to_f64() / 100.0).ln() / 12.0
            })
            .sum();
        same(Measure::RealWealth, Some((outcome.final_value + outcome.pool) / 1e8 / prices.exp()));
    }
    assert!(laid_out.record_of_path("another", 0).unwrap_err().to_string().contains("no variant is called"));
}

/// Yields and price changes of a path give its prescribed rates: a path whose every month is one and the same year of history has that
/// year's rate.
#[test]
fn prescribed_rates_are_those_of_the_drawn_months() {
    let DataSet { market: real, statistics, .. } = allweather_data::embedded().unwrap();
    let spec = allweather_data::all_weather().unwrap();
    // Only the twelve months of 2023 to draw from, in one block: wherever it begins, every twelve months have the year's growth.
    let study = StudySpec::new(vec![Variant::new("all weather", spec.clone())], 1, 36)
        .unwrap()
        .with_span(month("2023-01"), month("2023-12"))
        .with_resampling(Resampling::blocks(12).unwrap())
        .unwrap()
        .with_past(24)
        .unwrap();
    let laid_out = Study::new(&study, &real, &statistics).unwrap();
    let tally = laid_out.run_job(&laid_out.jobs(1).next().unwrap()).unwrap().tally;
    let known = allweather_data::embedded().unwrap().rates(&spec.prescribed_rate);
    let known = known[&Year::new(2023)].as_ref().unwrap().prescribed.rate.to_f64() / 100.0;
    let (wealth, real_wealth) =
        (tally.measure(Measure::Wealth).mean().unwrap(), tally.measure(Measure::RealWealth).mean().unwrap());
    let grown = wealth / real_wealth;
    assert!((grown / (1.0 + known).powi(3) - 1.0).abs() < 1e-3, "{grown} for three years at {known}");
}

/// The 9-year yield stands in before the 10-year bond was quoted and never later: a month that the 10-year yield lacks after 1986 leaves the
/// indicator out, though the 9-year yield has it.
#[test]
fn a_hole_after_1986_is_not_filled_by_the_stand_in() {
    let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
    let without = |hole: &str| {
        let hole = ReferencePeriod::Month(month(hole));
        let mut cut = Vintages::new();
        for series in statistics.series() {
            for release in statistics.releases(series.as_str()) {
                let values = release.values().iter().copied();
                let values = values.filter(|(period, _)| series.as_str() != "jgb_10y" || *period != hole);
                let values: Vec<_> = values.collect();
                if !values.is_empty() {
                    let (released, dating) = (release.released(), release.dating());
                    cut.add(
                        Vintage::new(series.clone(), released, dating, release.source(), values).unwrap(),
                    )
                    .unwrap();
                }
            }
        }
        let spec = StudySpec::new(vec![gold("a")], 1, 12).unwrap();
        let spec = spec.with_span(month("1985-01"), month("2024-09"));
        Study::new(&spec, &market, &cut).unwrap().left_out().to_vec()
    };
    let jgb_10y = |left_out: &[String]| left_out.iter().any(|name| name == "jgb_10y");
    assert!(!jgb_10y(&without("1980-01")), "a month that the series does not have: nothing is cut");
    assert!(jgb_10y(&without("1990-03")));
    let nine = statistics.newest().monthly("jgb_9y").unwrap();
    assert!(nine.get(month("1990-03")).is_some());
}

/// A portfolio that is lost is a result: ruin, worth nothing, its other figures not there.
#[test]
fn what_is_lost_counts() {
    let DataSet { market: real, statistics, .. } = allweather_data::embedded().unwrap();
    let text = allweather_data::all_weather().unwrap();
    let mut text = serde_json::to_value(&text).unwrap();
    // An overlay that moves by the whole value in a year, and no limit to stop it.
    text["fx"]["overlay"]["gross_limit"] = 400.0.into();
    text["fx"]["overlay"]["target_volatility"] = "1".into();
    text["fx"]["margin"]["gross_limit"] = 1000.0.into();
    text["fx"]["margin"]["rate"] = "0.001".into();
    text["expenses"] = serde_json::Value::Null;
    let spec = Spec::from_json(&text.to_string()).unwrap();
    let study = StudySpec::new(vec![Variant::new("reckless", spec)], 4, 240).unwrap();
    let results = Study::new(&study, &real, &statistics).unwrap().run(1, &|_| ()).unwrap();
    let tally = results.tally("reckless").unwrap();
    assert_eq!(tally.event(Event::Ruin).happened(), 4);
    let lost = tally.measure(Measure::Deviation).undefined();
    assert!(lost > 0, "a path is lost, not only ruined");
    let wealth = tally.measure(Measure::Wealth);
    assert_eq!((wealth.defined(), wealth.sketch().smallest()), (4, Some(0.0)));
    assert_eq!((tally.event(Event::TargetsMet).happened(), tally.event(Event::TargetsMet).of()), (0, 4));
}

/// Months of a held asset without a price are no months to draw from; the longest whole span is taken, of equal ones the latest.
#[test]
fn the_span_is_the_longest_whole_one() {
    let DataSet { market: real, statistics, .. } = allweather_data::embedded().unwrap();
    let spec = |asset: &str| {
        let text = serde_json::to_string(&gold("a").spec)
            .unwrap()
            .replace(r#""asset":"gold""#, &format!(r#""asset":"{asset}""#));
        Spec::from_json(&text).unwrap()
    };
    let span = |spec: Spec| {
        let study = StudySpec::new(vec![Variant::new("a", spec)], 1, 12).unwrap();
        let Span { first, last } = Study::new(&study, &real, &statistics).unwrap().span();
        (first, last)
    };
    assert_eq!(span(spec("gold")), (month("1980-02"), month("2025-12")));
    assert_eq!(span(spec("jgb_20y")), (month("1987-01"), month("2025-12")));
    // The dollar's short rate of December 2025 is not in the data; a spec without forwards does not need it.
    assert_eq!(span(allweather_data::all_weather().unwrap()), (month("1990-07"), month("2025-11")));
    let cash = Spec { cash: CashYield::ShortRate, ..spec("gold") };
    assert_eq!(span(cash), (month("1980-02"), month("2025-12")));
}
