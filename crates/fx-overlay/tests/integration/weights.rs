use allweather_fx_overlay::{FxError, rank_weights};
use proptest::prelude::*;

#[test]
fn ranks_not_sizes_decide() {
    assert_eq!(rank_weights(&[3.0, 1.0, 2.0]).unwrap(), [1.0, -1.0, 0.0]);
    assert_eq!(rank_weights(&[1e9, -5.0, 0.0]).unwrap(), [1.0, -1.0, 0.0]);
    // Ranks 1.5, 1.5, 3.5, 3.5, 5 around 3: +0.5, +0.5 and +2 are the long side, 3 in all.
    assert_eq!(
        rank_weights(&[0.0, 0.0, 1.0, 1.0, 2.0]).unwrap(),
        [-0.5, -0.5, 0.5 / 3.0, 0.5 / 3.0, 2.0 / 3.0]
    );
    assert_eq!(rank_weights(&[4.0; 5]).unwrap(), [0.0; 5]);
    assert_eq!(rank_weights(&[]).unwrap(), [] as [f64; 0]);
    assert!(matches!(rank_weights(&[1.0, f64::NAN]), Err(FxError::Value { .. })));
}

proptest! {
    #[test]
    fn each_side_adds_up_to_one(values in prop::collection::vec((-4..4_i8).prop_map(f64::from), 0..12)) {
        let weights = rank_weights(&values).unwrap();
        let side = |sign: f64| weights.iter().map(|w| (w * sign).max(0.0)).sum::<f64>();
        let expected = if values.windows(2).any(|pair| pair[0] != pair[1]) { 1.0 } else { 0.0 };
        prop_assert!((side(1.0) - expected).abs() < 1e-12 && (side(-1.0) - expected).abs() < 1e-12);
        for (v, w) in values.iter().zip(&weights) {
            for (v2, w2) in values.iter().zip(&weights) {
                prop_assert_eq!(v.partial_cmp(v2), w.partial_cmp(w2));
            }
        }
        // A larger unit or a shift changes no rank; the opposite opinion is the opposite position.
        let moved: Vec<f64> = values.iter().map(|v| v * 3.0 + 7.0).collect();
        prop_assert_eq!(&rank_weights(&moved).unwrap(), &weights);
        let opposite: Vec<f64> = values.iter().map(|v| -v).collect();
        let negated: Vec<f64> = weights.iter().map(|w| -w).collect();
        prop_assert_eq!(rank_weights(&opposite).unwrap(), negated);
    }
}
