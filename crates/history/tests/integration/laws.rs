use allweather_history::{Backfill, Filled, Method, Moments, Note, Series, Table};
use allweather_metrics::{Block, Bootstrap, risk::Covariance};
use inertia::smallest_eigenvalue;
use proptest::prelude::*;

use crate::{
    bootstrap, by, factors, id, month, table,
    world::{full, late},
};

const PERIODS: usize = 90;
const STARTS: [usize; 3] = [10, 30, 30];

fn columns() -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
    full(PERIODS, 2, 3).prop_map(|full| late(&full, 2, &STARTS))
}

/// With holes after the first month as well: each draws its months.
fn with_holes() -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
    let holes = prop::collection::vec((2..5_usize, 40..PERIODS), 0..8);
    (columns(), holes).prop_map(|(mut columns, holes)| {
        for (series, period) in holes {
            columns[series][period] = None;
        }
        columns
    })
}

fn methods() -> impl Strategy<Value = Method> {
    let forest = Method::Forest { trees: 50, leaf: 5 };
    let components = Method::PrincipalComponents { share: 0.9 };
    prop::sample::select(vec![Method::Stambaugh, Method::Em, factors(), components, forest])
}

fn same(one: &Filled, other: &Filled) -> bool {
    one.draws() == other.draws() && one.estimated() == other.estimated() && one.trials() == other.trials()
}

/// The smallest eigenvalue of a symmetric matrix, by bisection on inertia (Sylvester): no library of the crate under test.
mod inertia {
    use allweather_metrics::risk::Covariance;

    fn negatives(matrix: &Covariance, shift: f64) -> usize {
        let n = matrix.assets();
        let mut a: Vec<Vec<f64>> = (0..n)
            .map(|i| (0..n).map(|j| matrix.matrix()[(i, j)] - if i == j { shift } else { 0.0 }).collect())
            .collect();
        let mut count = 0;
        for k in 0..n {
            let pivot = if a[k][k] == 0.0 { 1e-300 } else { a[k][k] };
            count += usize::from(pivot < 0.0);
            for i in k + 1..n {
                let factor = a[i][k] / pivot;
                let row = a[k].clone();
                for (entry, above) in a[i].iter_mut().zip(&row).skip(k + 1) {
                    *entry -= factor * above;
                }
            }
        }
        count
    }

    pub(super) fn smallest_eigenvalue(matrix: &Covariance) -> f64 {
        let (mut low, mut high) = (-1.0, 1.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if negatives(matrix, middle) == 0 { low = middle } else { high = middle }
        }
        low
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_known_stays_to_the_last_bit(columns in with_holes(), method in methods()) {
        let table = table(&columns);
        let filled = by(method, 5).fill(&table).unwrap();
        for (k, series) in filled.series().iter().enumerate() {
            let known = table.series().iter().find(|s| s.id() == series).unwrap().values();
            for (t, value) in known.iter().enumerate() {
                prop_assert_eq!(filled.estimated()[(t, k)], value.is_none());
                prop_assert_eq!(filled.method(t, series).is_some(), value.is_none());
                for draw in 0..5 {
                    let drawn = filled.draws()[(draw, t, k)];
                    prop_assert!(drawn.is_finite() && drawn > -1.0);
                    if let Some(value) = value {
                        prop_assert_eq!(drawn.to_bits(), value.to_bits());
                    }
                }
            }
        }
        // Whatever has a gap is filled or refused.
        prop_assert_eq!(filled.series().len() + filled.refused().len(), 5);
    }

    #[test]
    fn the_same_seed_draws_the_same_and_draws_do_not_depend_on_their_number(columns in with_holes(), method in methods()) {
        let table = table(&columns);
        let (few, many) = (by(method.clone(), 3).fill(&table).unwrap(), by(method.clone(), 8).fill(&table).unwrap());
        prop_assert!(same(&few, &by(method.clone(), 3).fill(&table).unwrap()));
        for ((draw, t, k), value) in few.draws().indexed_iter() {
            prop_assert_eq!(*value, many.draws()[(draw, t, k)]);
        }
        let other = Backfill::new(Bootstrap::new(3, 8).unwrap()).with_candidates(vec![method]).unwrap();
        let anything = few.estimated().iter().any(|mark| *mark);
        prop_assert_eq!(few.draws() != other.fill(&table).unwrap().draws(), anything);
    }

    #[test]
    fn closed_form_is_where_em_settles(columns in columns()) {
        let table = table(&columns);
        let (closed, settled) = (Moments::stambaugh(&table).unwrap(), Moments::em(&table).unwrap());
        for i in 0..5 {
            prop_assert!((closed.mean[i] - settled.mean[i]).abs() < 1e-9);
            for j in 0..5 {
                let (one, other) = (closed.covariance.matrix()[(i, j)], settled.covariance.matrix()[(i, j)]);
                prop_assert!((one - other).abs() < 1e-10, "{} {}", one, other);
            }
        }
        // And so the two fill alike: the same mean, the same residuals.
        let fill = |method| by(method, 3).fill(&table).unwrap();
        let (sequence, normal) = (fill(Method::Stambaugh), fill(Method::Em));
        // Their scales differ by the freedom they count: compare without residuals.
        let bare = |method| by(method, 1).without_residuals().fill(&table).unwrap();
        for (one, other) in bare(Method::Stambaugh).draws().iter().zip(bare(Method::Em).draws()) {
            prop_assert!((one - other).abs() < 1e-8, "{} {}", one, other);
        }
        prop_assert_eq!(sequence.estimated(), normal.estimated());
    }

    #[test]
    fn covariances_are_positive_semidefinite(columns in with_holes()) {
        let table = table(&columns);
        let em = Moments::em(&table).unwrap();
        prop_assert!(smallest_eigenvalue(&em.covariance) > -1e-16);
        let filled = by(Method::Em, 4).fill(&table).unwrap();
        prop_assert!(smallest_eigenvalue(&filled.moments().unwrap().covariance) > -1e-16);
        prop_assert!(smallest_eigenvalue(&filled.moments_of_draw(3).unwrap().covariance) > -1e-16);
        if let Ok(closed) = Moments::stambaugh(&table) {
            prop_assert!(smallest_eigenvalue(&closed.covariance) > -1e-16);
        }
    }

    #[test]
    fn without_a_gap_moments_are_ordinary(full in full(40, 2, 2)) {
        let columns = late(&full, 2, &[0, 0]);
        let table = table(&columns);
        let returns = ndarray::Array2::from_shape_fn((40, 4), |(t, j)| full[j][t]);
        let ordinary = Covariance::of(&returns).unwrap();
        let filled = by(Method::Em, 2).fill(&table).unwrap();
        prop_assert!(filled.trials().is_empty() && filled.estimated().iter().all(|mark| !mark));
        for moments in [Moments::stambaugh(&table), Moments::em(&table), filled.moments(), filled.moments_of_draw(1)] {
            let moments = moments.unwrap();
            for (i, column) in full.iter().enumerate() {
                prop_assert!((moments.mean[i] - column.iter().sum::<f64>() / 40.0).abs() < 1e-12);
                for j in 0..4 {
                    // Divided by the months, not by one less.
                    let expected = ordinary.matrix()[(i, j)] * 39.0 / 40.0;
                    prop_assert!((moments.covariance.matrix()[(i, j)] - expected).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn the_order_of_series_does_not_matter(columns in with_holes(), order in Just(vec![0, 1, 2, 3, 4]).prop_shuffle()) {
        let turned: Vec<_> = order.iter().map(|k: &usize| columns[*k].clone()).collect();
        let names = |k: usize| id(&format!("s{k}"));
        for method in [Method::Stambaugh, Method::Em, factors(), Method::PrincipalComponents { share: 0.9 }] {
            let one = by(method.clone(), 3).fill(&table(&columns)).unwrap();
            let other = by(method, 3).fill(&table(&turned)).unwrap();
            prop_assert_eq!(one.series().len(), other.series().len());
            for (place, k) in order.iter().enumerate() {
                let Some(at) = one.series().iter().position(|s| *s == names(*k)) else { continue };
                let there = other.series().iter().position(|s| *s == names(place)).unwrap();
                for t in 0..PERIODS {
                    for draw in 0..3 {
                        let (one, other) = (one.draws()[(draw, t, at)], other.draws()[(draw, t, there)]);
                        prop_assert!((one - other).abs() < 1e-9, "{} {}", one, other);
                    }
                }
            }
        }
    }

    /// To estimate over a rate is to take it off before and to add it again.
    #[test]
    fn a_rate_is_taken_off_and_added_again(
        columns in with_holes(),
        rates in prop::collection::vec(-0.01..0.03_f64, PERIODS),
        method in methods(),
    ) {
        let over = |k: usize| k == 0 || k > 1;
        let plain = columns.iter().enumerate().map(|(k, c)| Series::returns(id(&format!("s{k}")), c.clone()));
        let with_rates = columns.iter().enumerate().map(|(k, column)| {
            let total = |(value, rate): (&Option<f64>, &f64)| value.map(|v| if over(k) { v + rate } else { v });
            let total = Series::returns(id(&format!("s{k}")), column.iter().zip(&rates).map(total).collect());
            if over(k) { total.over(rates.clone()) } else { total }
        });
        let table = |series: Vec<Series>| Table::new(month("1980-02"), series).unwrap();
        let fill = |table| by(method.clone(), 3).fill(&table).unwrap();
        let (plain, total) = (fill(table(plain.collect())), fill(table(with_rates.collect())));
        prop_assert_eq!(plain.series(), total.series());
        // Trees split between numbers that rounding may put in another order.
        if !matches!(method, Method::Forest { .. }) {
            for ((draw, t, k), value) in total.draws().indexed_iter() {
                let over = plain.series()[k] != id("s1");
                let expected = plain.draws()[(draw, t, k)] + if over { rates[t] } else { 0.0 };
                prop_assert!((value - expected).abs() < 1e-9, "{} {}", value, expected);
            }
        }
    }

    /// A hidden month that is a sum of long ones is found again, and draws do not stray from it.
    #[test]
    fn an_exact_relation_is_exact(full in full(PERIODS, 3, 0)) {
        let mut columns = late(&full, 3, &[]);
        columns.push((0..PERIODS).map(|t| (t >= 20).then(|| 0.3 * full[0][t] - 0.2 * full[1][t] + 0.001)).collect());
        let table = table(&columns);
        let components = Method::PrincipalComponents { share: 1.0 };
        for method in [Method::Stambaugh, Method::Em, factors(), components] {
            let filled = by(method, 2).fill(&table).unwrap();
            for (t, (one, other)) in full[0].iter().zip(&full[1]).enumerate().take(20) {
                let exact = 0.3 * one - 0.2 * other + 0.001;
                prop_assert!((filled.draws()[(1, t, 3)] - exact).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn no_numbers_make_it_panic(
        columns in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.8, -1.0..3.0_f64), 48), 1..5),
        whole in prop::collection::vec(-1.0..1e9_f64, 48),
        draws in 1..4_usize,
        block in prop_oneof![Just(Block::Automatic), (1.0..60.0_f64).prop_map(Block::Mean)],
        hold_out in 12..60_u16,
    ) {
        let mut columns = columns;
        columns.push(whole.iter().map(|value| Some(*value)).collect());
        columns.push(vec![Some(0.01); 48]);
        let table = table(&columns);
        let bootstrap = bootstrap(draws).with_block(block).unwrap();
        let spec = Backfill::new(bootstrap).with_hold_out(Some(hold_out)).unwrap();
        let filled = spec.fill(&table).unwrap();
        prop_assert!(filled.draws().iter().all(|value| value.is_finite() && *value >= -1.0));
        prop_assert_eq!(filled.series().len() + filled.refused().len(), columns.len());
        for note in filled.notes() {
            if let Note::Limited { cells, .. } = note {
                prop_assert!(*cells > 0);
            }
        }
    }
}

#[test]
fn blocks_keep_months_together() {
    let columns: Vec<Vec<Option<f64>>> = vec![
        (0..200_u32).map(|t| Some(0.01 * f64::from(t * 7 % 11) - 0.05)).collect(),
        // The error swings slowly.
        (0..200_u32).map(|t| (t >= 100).then(|| 0.02 * (f64::from(t) / 6.0).sin())).collect(),
    ];
    let table = table(&columns);
    let spec = |block| {
        let bootstrap = bootstrap(50).with_block(block).unwrap();
        let spec = Backfill::new(bootstrap).with_candidates(vec![factors()]).unwrap();
        spec.with_hold_out(None).unwrap().fill(&table).unwrap()
    };
    let autocorrelation = |filled: &Filled| {
        let (mut products, mut squares) = (0.0, 0.0);
        for draw in 0..50 {
            for t in 1..100 {
                products += filled.draws()[(draw, t, 1)] * filled.draws()[(draw, t - 1, 1)];
                squares += filled.draws()[(draw, t, 1)].powi(2);
            }
        }
        products / squares
    };
    let (single, automatic) = (spec(Block::Mean(1.0)), spec(Block::Automatic));
    assert!(autocorrelation(&single).abs() < 0.1);
    assert!(autocorrelation(&automatic) > 0.7, "{}", autocorrelation(&automatic));
    assert_eq!(single.fill(&id("s1")).unwrap().block, 1.0);
    assert!(automatic.fill(&id("s1")).unwrap().block > 5.0);
}
