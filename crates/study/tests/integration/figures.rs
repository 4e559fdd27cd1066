//! Every figure of standings, from the runs themselves.

use allweather_market::Vintages;
use allweather_metrics::{
    Bootstrap, Hurdle, Periodicity, Returns, reality_check, sharpe_difference, stepdown,
};
use allweather_portfolio::{rfr::RateHistory, simulate};
use allweather_study::{Measure, Tournament};
use ndarray::Array2;

use crate::tournament::{market, spec, standings};

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    (values.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

fn ratio(values: &[f64]) -> f64 {
    mean(values) / deviation(values) * 12.0_f64.sqrt()
}

fn deepest(values: &[f64]) -> f64 {
    let (mut worth, mut peak, mut deepest) = (1.0_f64, 1.0_f64, 0.0_f64);
    for value in values {
        worth *= 1.0 + value;
        peak = peak.max(worth);
        deepest = deepest.max(1.0 - worth / peak);
    }
    deepest
}

#[test]
fn figures_of_history_are_those_of_its_returns() {
    let (market, spec, standings) = (market(), spec(), standings());
    let variants = spec.grid().variants();
    let returns = |name: &str| -> Vec<f64> {
        let variant = variants.iter().find(|variant| variant.name == name).unwrap();
        let record = simulate(&variant.spec, &market, &RateHistory::default()).unwrap();
        record.outcome().returns[1..].to_vec()
    };
    for level in &standings.levels {
        let of = |name: &str| returns(&format!("{name} @ {}", level.name));
        let benchmark = of("yearly");
        let rules: Vec<Vec<f64>> = spec.entrants().iter().map(|entrant| of(&entrant.name)).collect();
        let over = Array2::from_shape_fn((4, 96), |(rule, month)| rules[rule][month] - benchmark[month]);
        let bootstrap = Bootstrap::new(4999, 2).unwrap();
        let each = stepdown(&over, &bootstrap).unwrap();
        for row in &level.rows {
            let own = of(&row.name);
            assert!((row.past.deviation.unwrap() - deviation(&own) * 12.0_f64.sqrt()).abs() < 1e-12);
            assert!((row.past.sharpe.unwrap() - ratio(&own)).abs() < 1e-11);
            assert!((row.past.drawdown - deepest(&own)).abs() < 1e-12);
            let Some(place) = spec.entrants().iter().position(|entrant| entrant.name == row.name) else {
                assert_eq!((row.name.as_str(), &row.over), ("yearly", &None));
                continue;
            };
            let over = row.over.as_ref().unwrap();
            let adjusted = each[place].unwrap();
            assert_eq!(
                (over.statistic, over.p_value),
                (adjusted.statistic, adjusted.p_value),
                "{}",
                row.name
            );
            let sharpe = over.sharpe.unwrap();
            assert!((sharpe.difference - (ratio(&own) - ratio(&benchmark))).abs() < 1e-11);
            let [own, benchmark] = [&own, &benchmark].map(|returns| {
                Returns::new(Periodicity::Monthly, returns).unwrap().over(Hurdle::Nothing).unwrap()
            });
            assert_eq!(sharpe, sharpe_difference(&own, &benchmark).unwrap());
        }
        assert_eq!(level.luck.unwrap().reality, reality_check(&over, &bootstrap).unwrap());
    }
}

#[test]
fn figures_of_paths_are_those_of_the_tallies() {
    let (market, nothing, spec, standings) = (market(), Vintages::new(), spec(), standings());
    let tournament = Tournament::new(&spec, &market, &nothing).unwrap();
    let results = tournament.study().run(2, &|_| ()).unwrap();
    for level in &standings.levels {
        for row in &level.rows {
            let tally = results.tally(&format!("{} @ {}", row.name, level.name)).unwrap();
            let of = |measure| tally.measure(measure);
            let (spread, returns) = (row.paths.annual_return.unwrap(), of(Measure::AnnualReturn));
            assert_eq!(
                [spread.low, spread.median, spread.high].map(Some),
                [0.05, 0.5, 0.95].map(|p| returns.quantile(p))
            );
            assert!(spread.low < spread.median && spread.median < spread.high);
            let within = 1.959_963_984_540_054 * returns.deviation().unwrap() / 40.0_f64.sqrt();
            assert!((spread.mean_within.unwrap() / within - 1.0).abs() < 1e-12);
            assert_eq!(row.paths.deviation, of(Measure::Deviation).mean());
            assert_eq!(row.paths.drawdown, of(Measure::Drawdown).quantile(0.5));
            assert_eq!(row.paths.sharpe, of(Measure::Sharpe).mean());
            assert_eq!(row.paths.turnover, of(Measure::Turnover).mean());
            let Some(difference) = row.versus else { continue };
            let versus = tally.versus().unwrap();
            assert_eq!(Some(difference.ahead_within), versus.above(Measure::Wealth).interval());
            assert_eq!(difference.sharpe, versus.difference(Measure::Sharpe).mean());
            assert_eq!(difference.deviation, versus.difference(Measure::Deviation).mean());
        }
    }
}
