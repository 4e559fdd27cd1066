use allweather_rebalance::{RebalanceError, paths::project};
use proptest::prelude::*;

fn close(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (a, b) in found.iter().zip(wanted) {
        assert!((a - b).abs() < 1e-14, "{found:?} {wanted:?}");
    }
}

const FREE: f64 = f64::INFINITY;

#[test]
fn golden_cases_of_half_bands() {
    let t = [0.3, 0.4, 0.2, 0.1];
    close(
        &project(&[0.37, 0.34, 0.19, 0.1], &t, &[0.03, FREE, FREE, FREE], &t).unwrap(),
        &[0.33, 0.38, 0.19, 0.1],
    );
    // Half-bands alone would be 66 and 36 of a hundred.
    close(&project(&[0.73, 0.27], &[0.6, 0.4], &[0.06, 0.04], &[0.6, 0.4]).unwrap(), &[0.64, 0.36]);
    close(&project(&[0.47, 0.53], &[0.6, 0.4], &[0.06, 0.04], &[0.6, 0.4]).unwrap(), &[0.56, 0.44]);
}

/// By hand: 0.06 is to be bought. Relatively, −50 % is lifted first, to −25 % (0.025), then level with −25 %: 0.035 over units of 0.3.
#[test]
fn what_is_furthest_moves_first_until_it_is_level() {
    let (w, t, d) = ([0.56, 0.15, 0.05, 0.24], [0.46, 0.2, 0.1, 0.24], [0.04, FREE, FREE, FREE]);
    let level = -0.25 + 0.035 / 0.3;
    close(&project(&w, &t, &d, &t).unwrap(), &[0.5, 0.2 * (1.0 + level), 0.1 * (1.0 + level), 0.24]);
    // In points both are 5 below and rise together.
    close(&project(&w, &t, &d, &[1.0; 4]).unwrap(), &[0.5, 0.18, 0.08, 0.24]);
    // And in the mirror, when something must be sold.
    let (w, t) = ([0.36, 0.25, 0.15, 0.24], [0.46, 0.2, 0.1, 0.24]);
    close(&project(&w, &t, &d, &[1.0; 4]).unwrap(), &[0.42, 0.22, 0.12, 0.24]);
}

#[test]
fn what_is_no_portfolio_is_refused() {
    let t = [0.6, 0.4];
    let refused = |w: &[f64], t: &[f64], d: &[f64], u: &[f64]| project(w, t, d, u).unwrap_err();
    assert!(matches!(
        refused(&[1.0], &t, &t, &t),
        RebalanceError::Length { what: "targets", found: 2, expected: 1, .. }
    ));
    assert!(matches!(refused(&t, &t, &[0.1], &t), RebalanceError::Length { what: "distances", .. }));
    assert!(matches!(refused(&t, &t, &t, &[0.1]), RebalanceError::Length { what: "units", .. }));
    assert!(matches!(
        refused(&[0.6, f64::NAN], &t, &t, &t),
        RebalanceError::Range { what: "weight", position: 1, .. }
    ));
    assert!(matches!(refused(&t, &[0.6, -0.4], &t, &t), RebalanceError::Range { what: "target weight", .. }));
    assert!(matches!(refused(&t, &[0.6, 0.3], &t, &t), RebalanceError::Sum { .. }));
    assert!(matches!(refused(&t, &t, &[0.1, f64::NAN], &t), RebalanceError::Range { what: "distance", .. }));
    assert!(matches!(
        refused(&t, &t, &t, &[FREE, 0.4]),
        RebalanceError::Range { what: "unit", position: 0, .. }
    ));
    // An asset without unit cannot help to balance.
    let stuck = refused(&[0.8, 0.2], &t, &[0.1, 0.3], &[0.6, 0.0]);
    assert!(matches!(stuck, RebalanceError::Range { what: "unit", position: 1, .. }), "{stuck:?}");
    assert!(project(&[], &[], &[], &[]).is_err());
}

/// Whole numbers that add up to `total`.
fn parts(assets: usize, total: u32) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..=total, assets - 1).prop_map(move |mut cuts| {
        cuts.sort_unstable();
        cuts.push(total);
        let mut before = 0;
        cuts.into_iter().map(|cut| cut - std::mem::replace(&mut before, cut)).collect()
    })
}

const GRID: u32 = 24;

fn fractions(parts: &[u32]) -> Vec<f64> {
    parts.iter().map(|part| f64::from(*part) / f64::from(GRID)).collect()
}

/// The least turnover, in grid steps, of all whole numbers in their boxes that add up: tried one by one. The vertices of the
/// problem lie on the grid (its matrix is totally unimodular), so this is the least of all.
fn least(w: &[u32], t: &[u32], d: &[u32], left: u32) -> Option<u32> {
    let Some(((w0, w), ((t0, t), (d0, d)))) = w.split_first().zip(t.split_first().zip(d.split_first()))
    else {
        return (left == 0).then_some(0);
    };
    let choices = t0.saturating_sub(*d0)..=(t0 + d0).min(left);
    choices.filter_map(|x| Some(x.abs_diff(*w0) + least(w, t, d, left - x)?)).min()
}

fn cases() -> impl Strategy<Value = (Vec<u32>, Vec<u32>, Vec<u32>)> {
    (2..=4_usize).prop_flat_map(|n| (parts(n, GRID), parts(n, GRID), prop::collection::vec(0..=8_u32, n)))
}

proptest! {
    #[test]
    fn no_other_way_turns_over_less((w, t, d) in cases(), relative in any::<bool>()) {
        let (weights, targets, distances) = (fractions(&w), fractions(&t), fractions(&d));
        let units = if relative { targets.iter().map(|t| t.max(0.01)).collect() } else { vec![1.0; w.len()] };
        let to = project(&weights, &targets, &distances, &units).unwrap();
        prop_assert!((to.iter().sum::<f64>() - 1.0).abs() < 1e-14, "{to:?}");
        for ((x, t), d) in to.iter().zip(&targets).zip(&distances) {
            prop_assert!(*x >= 0.0 && (x - t).abs() <= d + 1e-14, "{to:?}");
        }
        let turnover: f64 = to.iter().zip(&weights).map(|(x, w)| (x - w).abs()).sum();
        let wanted = f64::from(least(&w, &t, &d, GRID).unwrap()) / f64::from(GRID);
        prop_assert!((turnover - wanted).abs() < 1e-13, "{turnover} {wanted} {to:?}");
    }

    /// The order among equal turnover: nothing moves to balance past what stays nearer to its target than it.
    #[test]
    fn what_moved_to_balance_is_level_and_the_rest_is_nearer((w, t, d) in cases(), relative in any::<bool>()) {
        let (weights, targets, distances) = (fractions(&w), fractions(&t), fractions(&d));
        let units: Vec<f64> = if relative { targets.iter().map(|t| t.max(0.01)).collect() } else { vec![1.0; w.len()] };
        let to = project(&weights, &targets, &distances, &units).unwrap();
        let boxed: Vec<f64> =
            (0..w.len()).map(|i| weights[i].clamp((targets[i] - distances[i]).max(0.0), targets[i] + distances[i])).collect();
        let side = (1.0 - boxed.iter().sum::<f64>()).signum();
        let away = |i: usize| side * (to[i] - targets[i]) / units[i];
        let moved = |i: &usize| (to[*i] - boxed[*i]).abs() > 1e-13;
        for i in (0..w.len()).filter(moved) {
            prop_assert!(side * (to[i] - boxed[i]) > 0.0 && away(i) <= 1e-12);
            for j in 0..w.len() {
                prop_assert!(away(i) <= away(j) + 1e-11, "{i} {j} {to:?} {boxed:?}");
            }
        }
    }

    #[test]
    fn a_second_projection_moves_nothing_and_order_does_not_matter((w, t, d) in cases(), turn in 0..4_usize) {
        let (weights, targets, distances) = (fractions(&w), fractions(&t), fractions(&d));
        let units = vec![1.0; w.len()];
        let to = project(&weights, &targets, &distances, &units).unwrap();
        let again = project(&to, &targets, &distances, &units).unwrap();
        let turned = |list: &[f64]| {
            let mut list = list.to_vec();
            list.rotate_left(turn % w.len());
            list
        };
        let other = project(&turned(&weights), &turned(&targets), &turned(&distances), &units).unwrap();
        for (a, b) in again.iter().chain(&other).zip(to.iter().chain(&turned(&to))) {
            prop_assert!((a - b).abs() < 1e-14);
        }
    }
}
