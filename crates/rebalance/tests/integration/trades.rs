use allweather_rebalance::{
    RebalanceError, Targets,
    paths::{Budget, cost_of, grow, sell_pro_rata, total, trade_to_targets, traded, value_after_costs},
};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Case {
    holdings: Vec<f64>,
    weights: Vec<f64>,
    rates: Vec<f64>,
    kept: Vec<bool>,
    cash: f64,
}

fn cases() -> impl Strategy<Value = Case> {
    let asset =
        (prop_oneof![1 => Just(0.0), 6 => 0.1..1000.0_f64], 0.001..1.0_f64, 0.0..0.05_f64, any::<bool>());
    (prop::collection::vec(asset, 1..12), prop_oneof![1 => Just(0.0), 1 => 0.1..500.0_f64]).prop_map(
        |(assets, cash)| {
            let sum: f64 = assets.iter().map(|a| a.1).sum();
            Case {
                holdings: assets.iter().map(|a| a.0).collect(),
                weights: assets.iter().map(|a| a.1 / sum).collect(),
                rates: assets.iter().map(|a| a.2).collect(),
                kept: assets.iter().map(|a| a.3).collect(),
                cash: cash + 1.0,
            }
        },
    )
}

fn cost(before: &[f64], after: &[f64], rates: &[f64]) -> f64 {
    before.iter().zip(after).zip(rates).map(|((b, a), k)| k * (a - b).abs()).sum()
}

#[test]
fn costs_are_funded_by_hand() {
    // 60/40 at 73/27, 1 % on both sides: sells x, buys y; (73 − x) : (27 + y) = 60 : 40 of what is left.
    let after = value_after_costs(&[73.0, 27.0], &[0.6, 0.4], &[0.01, 0.01], Budget::of(100.0)).unwrap();
    // On that piece V = (100 − 0.01·73 + 0.01·27) / (1 − 0.01·0.6 + 0.01·0.4).
    assert!((after - (100.0 - 0.73 + 0.27) / (1.0 - 0.006 + 0.004)).abs() < 1e-12);
}

#[test]
fn what_is_out_of_range_is_refused_with_its_place() {
    let error = value_after_costs(&[1.0, 1.0], &[0.5, 0.5], &[0.0, 0.5], Budget::of(2.0)).unwrap_err();
    assert!(matches!(error, RebalanceError::Range { position: 1, .. }), "{error}");
    assert!(value_after_costs(&[1.0], &[1.0], &[f64::NAN], Budget::of(1.0)).is_err());
    assert!(value_after_costs(&[f64::NAN], &[1.0], &[0.0], Budget::of(1.0)).is_err());
    assert!(value_after_costs(&[1.0], &[-0.1], &[0.0], Budget::of(1.0)).is_err());
    assert!(value_after_costs(&[1.0], &[1.0], &[0.0], Budget::of(f64::INFINITY)).is_err());
    assert!(value_after_costs(&[1.0], &[0.5, 0.5], &[0.0], Budget::of(1.0)).is_err());
    assert!(sell_pro_rata(&mut [1.0], &[0.0], Budget::of(-1.0)).is_err());
    let targets = Targets::new(vec![1.0]);
    assert!(trade_to_targets(&[1.0], &targets, &[0.0], Budget::of(1.0), &mut []).is_err());
    assert!(trade_to_targets(&[1.0], &targets, &[0.0], Budget::of(-1.0), &mut [0.0]).is_err());
}

/// Two assets at 40 % each way: what is kept costs more than it is worth when a unit of cost is borne three times.
#[test]
fn a_budget_that_its_costs_eat_is_refused() {
    let after = |multiple: f64, holdings: &[f64]| {
        value_after_costs(holdings, &[0.5, 0.5], &[0.4, 0.4], Budget { base: 100.0, multiple })
    };
    // All is bought: V⁺ = 100 / (1 + 0.4 · 3).
    assert!((after(3.0, &[0.0, 0.0]).unwrap() - 100.0 / 2.2).abs() < 1e-12);
    // All is too much: selling down to V⁺ costs 3 · 0.4 · (300 − V⁺), which grows faster than V⁺ falls.
    let refused = after(3.0, &[150.0, 150.0]).unwrap_err();
    assert!(matches!(refused, RebalanceError::Unsolvable { .. }), "{refused}");
    assert_eq!(
        refused.to_string(),
        "no value is left of a budget of 100 that bears 3 times what its trade costs"
    );
    // At 2.5 times it falls exactly as fast.
    assert!(matches!(after(2.5, &[150.0, 150.0]), Err(RebalanceError::Unsolvable { .. })));
    // Twice, it is a matter of how much: V⁺ = 100 − 0.8 · (300 − V⁺) = −700.
    assert!((after(2.0, &[150.0, 150.0]).unwrap() + 700.0).abs() < 1e-9);
    for multiple in [-1.0, f64::NAN, f64::INFINITY] {
        let refused = after(multiple, &[50.0, 50.0]).unwrap_err();
        assert!(matches!(refused, RebalanceError::Range { what: "multiple of the budget", .. }), "{refused}");
    }
    let huge = value_after_costs(&[f64::MAX; 2], &[0.5; 2], &[0.4; 2], Budget::of(1.0)).unwrap_err();
    assert!(matches!(huge, RebalanceError::Overflow(_)), "{huge}");
}

proptest! {
    /// Whatever is asked, a value that is given solves the equation, and none is given only where there is none.
    #[test]
    fn a_value_solves_its_equation_or_is_refused(
        case in cases(),
        dear in 1.0..9.0_f64,
        heavy in 0.5..8.0_f64,
        multiple in 0.0..4.0_f64,
        base in -100.0..2000.0_f64,
    ) {
        let rates: Vec<f64> = case.rates.iter().map(|k| k * dear).collect();
        let weights: Vec<f64> = case.weights.iter().map(|w| w * heavy).collect();
        let excess = |x: f64| {
            let held: Vec<f64> = weights.iter().map(|w| w * x).collect();
            x + multiple * cost(&case.holdings, &held, &rates) - base
        };
        let scale = base.abs() + multiple * case.holdings.iter().sum::<f64>() + 1.0;
        match value_after_costs(&case.holdings, &weights, &rates, Budget { base, multiple }) {
            Ok(after) => {
                let near = 1e-9 * (scale + after.abs());
                prop_assert!(excess(after).abs() <= near, "{after} misses by {}", excess(after));
                // The largest: above it, something is left over.
                prop_assert!(excess(after + scale) > 0.0);
            }
            Err(RebalanceError::Unsolvable { .. }) => {
                // A convex line in pieces is least at one of its kinks.
                let kinks = case.holdings.iter().zip(&weights).map(|(h, w)| h / w);
                prop_assert!(kinks.clone().all(|kink| excess(kink) > 0.0));
                prop_assert!(kinks.fold(0.0, |most: f64, kink| most.max(kink)) > 0.0);
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    /// After costs, weights equal targets exactly, and the equation of the trade holds.
    #[test]
    fn a_trade_is_self_financing(case in cases(), multiple in 0..=2_u8) {
        let value: f64 = case.holdings.iter().sum::<f64>() + case.cash;
        let budget = Budget { base: value, multiple: f64::from(multiple) };
        let after = value_after_costs(&case.holdings, &case.weights, &case.rates, budget).unwrap();
        let held: Vec<f64> = case.weights.iter().map(|w| w * after).collect();
        let equation = value - f64::from(multiple) * cost(&case.holdings, &held, &case.rates);
        prop_assert!((after - equation).abs() <= 1e-12 * value, "{after} {equation}");
        // Nothing between: no other value solves it.
        let mut written = vec![0.0; held.len()];
        let paid = trade_to_targets(&case.holdings, &Targets::new(case.weights.clone()), &case.rates, budget, &mut written).unwrap();
        prop_assert_eq!(&written, &held);
        prop_assert!((paid - cost(&case.holdings, &held, &case.rates)).abs() <= 1e-12 * value);
        // On its targets already: nobody is paid for the rounding.
        let budget = Budget { base: held.iter().sum(), ..budget };
        let targets = Targets::new(case.weights.clone());
        let paid = trade_to_targets(&held, &targets, &case.rates, budget, &mut written).unwrap();
        prop_assert!((0.0..=1e-12 * value).contains(&paid), "{paid}");
    }

    /// Zero costs: the value does not change. A second trade at the same instant trades nothing.
    #[test]
    fn free_trades_conserve_and_a_second_one_does_nothing(case in cases()) {
        let value: f64 = case.holdings.iter().sum::<f64>() + case.cash;
        let free = vec![0.0; case.rates.len()];
        let after = value_after_costs(&case.holdings, &case.weights, &free, Budget::of(value)).unwrap();
        prop_assert!((after - value).abs() <= 1e-15 * value);
        let after = value_after_costs(&case.holdings, &case.weights, &case.rates, Budget::of(value)).unwrap();
        let held: Vec<f64> = case.weights.iter().map(|w| w * after).collect();
        let again = value_after_costs(&held, &case.weights, &case.rates, Budget::of(after)).unwrap();
        prop_assert!((again - after).abs() <= 1e-13 * after);
    }

    /// Costs only ever take, and higher rates take more.
    #[test]
    fn cost_is_monotone(case in cases(), more in 1.0..5.0_f64) {
        let value: f64 = case.holdings.iter().sum::<f64>() + case.cash;
        let dear: Vec<f64> = case.rates.iter().map(|k| k * more).collect();
        let cheap = value_after_costs(&case.holdings, &case.weights, &case.rates, Budget::of(value)).unwrap();
        let costly = value_after_costs(&case.holdings, &case.weights, &dear, Budget::of(value)).unwrap();
        prop_assert!(cheap <= value * (1.0 + 1e-15) && costly <= cheap * (1.0 + 1e-14));
    }

    /// With some assets kept: they do not move, cash is never negative, the others reach their targets or are bought short.
    #[test]
    fn kept_assets_stay_and_cash_is_never_negative(case in cases(), due in 0.0..0.9_f64) {
        let held: f64 = case.holdings.iter().sum();
        let value = held + case.cash;
        let budget = Budget::of(value * (1.0 - due));
        let mut targets = Targets::new(case.weights.clone());
        for (i, kept) in case.kept.iter().enumerate() {
            if *kept { targets.keep(i); }
        }
        let mut after = vec![0.0; case.holdings.len()];
        let paid = trade_to_targets(&case.holdings, &targets, &case.rates, budget, &mut after).unwrap();
        let cash = budget.base - paid - after.iter().sum::<f64>();
        prop_assert!(cash >= -1e-11 * value, "{cash}");
        prop_assert!((paid - cost(&case.holdings, &after, &case.rates)).abs() <= 1e-11 * value);
        let forced = after.iter().zip(&case.holdings).zip(&case.kept).any(|((a, h), kept)| *kept && a < h);
        for ((a, h), kept) in after.iter().zip(&case.holdings).zip(&case.kept) {
            prop_assert!(*a >= 0.0);
            // A kept asset moves only when a payment forces everything to be sold pro rata, and then cash ends at nought.
            prop_assert!(!*kept || a <= h);
        }
        prop_assert!(!forced || cash.abs() <= 1e-10 * value, "{cash}");
        if due == 0.0 { prop_assert!(!forced); }
    }

    #[test]
    fn a_payment_is_sold_for_pro_rata_after_cash(case in cases(), due in 0.0..1.2_f64) {
        let held: f64 = case.holdings.iter().sum();
        let value = held + case.cash;
        let budget = Budget::of(value - due * held);
        let mut after = case.holdings.clone();
        match sell_pro_rata(&mut after, &case.rates, budget) {
            Ok(paid) => {
                let cash = budget.base - paid - after.iter().sum::<f64>();
                prop_assert!(cash >= -1e-11 * value);
                if due * held <= case.cash { prop_assert_eq!(&after, &case.holdings); } else { prop_assert!(cash <= 1e-11 * value); }
            }
            Err(_) => prop_assert!(due * held > case.cash),
        }
    }

    #[test]
    fn scale_changes_nothing_but_scale(case in cases(), k in 0.01..1e6_f64) {
        let value: f64 = case.holdings.iter().sum::<f64>() + case.cash;
        let scaled: Vec<f64> = case.holdings.iter().map(|h| h * k).collect();
        let one = value_after_costs(&case.holdings, &case.weights, &case.rates, Budget::of(value)).unwrap();
        let many = value_after_costs(&scaled, &case.weights, &case.rates, Budget::of(value * k)).unwrap();
        prop_assert!((many / k - one).abs() <= 1e-12 * value);
    }
}

/// Every fourth term in one sum, and the four sums in pairs: the order that results must keep on every machine.
fn in_lanes(terms: impl Iterator<Item = f64>) -> f64 {
    let mut lanes = [0.0; 4];
    for (i, term) in terms.enumerate() {
        lanes[i % 4] += term;
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}

/// The breakpoint walk without a short cut.
fn walked(case: &Case, Budget { base, multiple }: Budget) -> f64 {
    let rows = || case.holdings.iter().zip(&case.weights).zip(&case.rates);
    let mut value = base;
    for _ in 0..=case.holdings.len() {
        let signed = |h: f64, w: f64, k: f64| k.copysign(w * value - h);
        let slope = in_lanes(rows().map(|((h, w), k)| signed(*h, *w, *k) * w));
        let offset = in_lanes(rows().map(|((h, w), k)| signed(*h, *w, *k) * h));
        let next = (base + multiple * offset) / (1.0 + multiple * slope);
        if next >= value {
            return next;
        }
        value = next;
    }
    value
}

proptest! {
    #[test]
    fn sums_have_one_order_whatever_the_length(
        rows in prop::collection::vec((-1e6..1e6_f64, -1e6..1e6_f64, 0.0..0.5_f64), 0..40),
        more in prop::collection::vec(1.0..2.0_f64, 0..6),
    ) {
        let column = |of: fn(&(f64, f64, f64)) -> f64| rows.iter().map(of).collect::<Vec<_>>();
        let (a, b, k) = (column(|row| row.0), column(|row| row.1), column(|row| row.2));
        prop_assert_eq!(total(&a).to_bits(), in_lanes(a.iter().copied()).to_bits());
        let moved = |row: &(f64, f64, f64)| (row.1 - row.0).abs();
        prop_assert_eq!(traded(&a, &b).to_bits(), in_lanes(rows.iter().map(moved)).to_bits());
        let cost = in_lanes(rows.iter().map(|row| row.2 * moved(row)));
        prop_assert_eq!(cost_of(&a, &b, &k).to_bits(), cost.to_bits());
        // What has no factor is left alone.
        let mut grown = [&a[..], &more[..]].concat();
        prop_assert_eq!(grow(&mut grown, &b).to_bits(), in_lanes(rows.iter().map(|row| row.0 * row.1)).to_bits());
        prop_assert!(grown.iter().zip(&rows).all(|(x, row)| x.to_bits() == (row.0 * row.1).to_bits()));
        prop_assert_eq!(&grown[rows.len()..], &more[..]);
    }

    /// A pass is left out only where it would change nothing, also where a holding is at its breakpoint.
    #[test]
    fn a_trade_is_solved_as_by_the_walk(case in cases(), near in 0.0..2.0_f64, scale in prop::sample::select(vec![1.0, 1e-3, 1e-6, 1e-9, 1e-12, 0.0])) {
        let value = case.holdings.iter().sum::<f64>() + case.cash;
        for multiple in [0.0, 1.0, 2.0] {
            let budget = Budget { base: value, multiple };
            let solved = value_after_costs(&case.holdings, &case.weights, &case.rates, budget).unwrap();
            prop_assert_eq!(solved.to_bits(), walked(&case, budget).to_bits());
            // Where the answer is, put each holding in turn.
            let mut at_edge = case.clone();
            for i in 0..case.holdings.len() {
                at_edge.holdings[i] = case.weights[i] * (solved + (value - solved) * near) * (1.0 + scale);
                let budget = Budget { base: at_edge.holdings.iter().sum::<f64>() + case.cash, multiple };
                let solved = value_after_costs(&at_edge.holdings, &case.weights, &case.rates, budget).unwrap();
                prop_assert_eq!(solved.to_bits(), walked(&at_edge, budget).to_bits());
            }
        }
    }

    /// Nothing that is no amount, weight or rate gets by, wherever it stands.
    #[test]
    fn no_trade_is_solved_on_what_is_no_number(
        case in cases(),
        place in any::<prop::sample::Index>(),
        wrong in prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e-300, -1.0]),
        which in 0..3_usize,
    ) {
        let mut case = case;
        let i = place.index(case.holdings.len());
        [&mut case.holdings, &mut case.weights, &mut case.rates][which][i] = wrong;
        let refused = value_after_costs(&case.holdings, &case.weights, &case.rates, Budget::of(100.0));
        let place = match refused {
            Err(RebalanceError::Range { position, .. }) => Some(position),
            _ => None,
        };
        prop_assert_eq!(place, Some(i));
    }
}
