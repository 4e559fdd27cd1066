use allweather_metrics::{
    Hurdle, MetricsError, Periodicity, Returns, Tail, Undefined, annual_return_geometric, downside_deviation,
    expected_shortfall, max_drawdown, paths, sharpe, sortino, volatility,
};
use ndarray::{Array2, ArrayView2, Axis, Slice};
use proptest::prelude::*;

use crate::monthly;

/// The same number up to rounding, or the same reason.
#[track_caller]
fn same(paths: Result<f64, Undefined>, one: Result<f64, Undefined>) {
    match (paths, one) {
        (Ok(paths), Ok(one)) => {
            assert!((paths - one).abs() <= 1e-10 * (1.0 + one.abs()), "{paths} is not {one}");
        }
        (paths, one) => assert_eq!(paths, one),
    }
}

fn parity(returns: &ArrayView2<'_, f64>, hurdle: Hurdle<'_>, tail: Tail) {
    let measures = paths::core_measures(Periodicity::Monthly, *returns, hurdle, tail).unwrap();
    assert_eq!(measures.len(), returns.nrows());
    for (row, path) in returns.rows().into_iter().zip(measures) {
        let row = Returns::new(Periodicity::Monthly, row).unwrap();
        let excess = row.over(hurdle).unwrap();
        same(path.annual_return, annual_return_geometric(&row));
        same(path.volatility, volatility(&row));
        same(path.sharpe, sharpe(&excess));
        same(path.sortino, sortino(&excess));
        same(path.downside_deviation, downside_deviation(&excess));
        same(path.max_drawdown, max_drawdown(&row).map(|drawdown| drawdown.depth));
        same(path.expected_shortfall, expected_shortfall(&row, tail));
    }
}

fn months() -> impl Strategy<Value = f64> {
    prop_oneof![20 => -0.1..0.12_f64, 2 => Just(0.0), 1 => -0.9..0.9_f64]
}

proptest! {
    #[test]
    fn both_doors_agree(
        (paths, periods, values) in (1..9_usize, 1..70_usize)
            .prop_flat_map(|(p, n)| (Just(p), Just(n), prop::collection::vec(months(), p * n))),
        cash in prop::collection::vec(-0.01..0.01_f64, 70),
        fraction in 0.001..0.5_f64,
    ) {
        let returns = Array2::from_shape_vec((paths, periods), values).unwrap();
        let tail = Tail::from_fraction(fraction).unwrap();
        let cash = &cash[..periods];
        for hurdle in [
            Hurdle::Nothing,
            Hurdle::PerPeriod(0.004),
            Hurdle::Annual(-0.005),
            Hurdle::Series(monthly(cash)),
        ] {
            parity(&returns.view(), hurdle, tail);
        }
        // Whatever the layout: months outermost, every second month, backwards.
        let by_month = returns.t().as_standard_layout().into_owned();
        parity(&by_month.t(), Hurdle::Nothing, tail);
        let mut view = returns.view();
        view.invert_axis(Axis(0));
        view.slice_axis_inplace(Axis(1), Slice::new(0, None, 2));
        parity(&view, Hurdle::PerPeriod(0.001), tail);
    }
}

#[test]
fn both_doors_agree_where_numbers_are_extreme() {
    let there_and_back = [vec![1.0; 1200], vec![-0.5; 1200]].concat();
    let back_and_there = [vec![-0.5; 1200], vec![1.0; 1200]].concat();
    let mut ruined = vec![0.01; 2400];
    ruined[1200] = -1.0;
    let mut huge = vec![0.0; 2400];
    (huge[0], huge[1]) = (1e200, -0.5);
    // One fall so deep that nothing is two deviations below the mean but itself.
    let mut crash = vec![0.001; 2400];
    crash[7] = -0.99;
    let constant = vec![0.1; 2400];
    let nearly: Vec<f64> =
        (0..2400).map(|t| if t % 2 == 0 { 0.01 } else { 0.010_000_000_000_000_002 }).collect();
    // Wealth is beyond a double, its rate a year is not.
    let mut rich = vec![0.0; 2400];
    rich[..4].fill(1e100);
    let rows = [there_and_back, back_and_there, ruined, huge, crash, constant, nearly, rich];
    let returns = Array2::from_shape_vec((8, 2400), rows.concat()).unwrap();
    parity(&returns.view(), Hurdle::Nothing, Tail::FIVE_PERCENT);
    parity(&returns.view(), Hurdle::PerPeriod(0.01), Tail::from_fraction(0.5).unwrap());
    let cash = vec![0.1; 2400];
    parity(&returns.view(), Hurdle::Series(monthly(&cash)), Tail::ONE_PERCENT);
    let measures =
        paths::core_measures(Periodicity::Monthly, &returns, Hurdle::Nothing, Tail::FIVE_PERCENT).unwrap();
    assert_eq!(measures[2].annual_return, Ok(-1.0));
    assert_eq!(measures[5].volatility, Ok(0.0));
    assert_eq!(measures[5].sharpe, Err(Undefined::NoVariation));
    assert_eq!(measures[6].sharpe, Err(Undefined::NoVariation));
    assert_eq!(measures[3].volatility, Err(Undefined::TooLarge));
    assert!(measures[7].annual_return.is_ok_and(|annual| annual > 1.0));
    // What rounding is depends on the size of the returns.
    let alike = Array2::from_shape_fn((1, 3), |(_, t)| 1e12 + if t == 2 { 1e-3 } else { 0.0 });
    parity(&alike.view(), Hurdle::Nothing, Tail::FIVE_PERCENT);
}

#[test]
fn paths_without_periods_say_so_and_no_paths_are_no_answers() {
    parity(&Array2::zeros((5, 0)).view(), Hurdle::Nothing, Tail::FIVE_PERCENT);
    parity(&Array2::zeros((5, 1)).view(), Hurdle::Nothing, Tail::FIVE_PERCENT);
    parity(&Array2::zeros((0, 12)).view(), Hurdle::Nothing, Tail::FIVE_PERCENT);
}

#[test]
fn a_number_that_is_no_return_is_named_with_its_path() {
    for (bad, path) in [(f64::NAN, 0), (f64::INFINITY, 3), (f64::NEG_INFINITY, 4), (f64::NAN, 5)] {
        let mut returns = Array2::from_elem((6, 9), 0.01);
        returns[(path, 7)] = bad;
        let refused =
            paths::core_measures(Periodicity::Monthly, &returns, Hurdle::Nothing, Tail::FIVE_PERCENT);
        assert!(
            matches!(refused, Err(MetricsError::NotFiniteInRow { row, period: 7, .. }) if row == path),
            "{refused:?}"
        );
    }
    let mut returns = Array2::from_elem((6, 9), 0.01);
    returns[(5, 0)] = -1.01;
    let refused = paths::core_measures(Periodicity::Monthly, &returns, Hurdle::Nothing, Tail::FIVE_PERCENT);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the return -1.01 of path 5 in period 0 (both from 0) is below -1"
    );
    let cash = [0.01; 8];
    let returns = Array2::from_elem((6, 9), 0.01);
    let cash = Hurdle::Series(monthly(&cash));
    let refused = paths::core_measures(Periodicity::Monthly, &returns, cash, Tail::FIVE_PERCENT);
    assert!(matches!(refused, Err(MetricsError::Lengths { expected: 9, found: 8, .. })));
}

#[test]
fn memory_is_taken_once_whatever_the_paths() {
    let count = |paths: usize, by_month: bool| {
        let returns =
            Array2::from_shape_fn((paths, 60), |(k, t)| 0.01 * (((k * 7 + t * 5) % 11) as f64 - 4.0));
        let turned = returns.t().as_standard_layout().into_owned();
        let view = if by_month { turned.t() } else { returns.view() };
        let cash = [0.001; 60];
        let cash = Hurdle::Series(monthly(&cash));
        let measure = || paths::core_measures(Periodicity::Monthly, view, cash, Tail::FIVE_PERCENT);
        allocation_counter::measure(|| assert!(measure().is_ok())).count_total
    };
    for by_month in [false, true] {
        assert_eq!(count(8, by_month), count(1000, by_month));
        assert!(count(1000, by_month) <= 4);
    }
}
