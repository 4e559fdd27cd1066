use allweather_costs::{CostsError, RatioBasis, SlippageRule};
use proptest::prelude::*;

fn bps(rule: SlippageRule, now: f64, long_run: f64) -> f64 {
    rule.slippage(0.0005, Some(now), Some(long_run)).unwrap().rate * 1e4
}

#[test]
fn five_basis_points_at_27_over_15_percent() {
    assert!((bps(SlippageRule::default(), 0.27, 0.15) - 9.0).abs() < 1e-10);
    let two_thirds = SlippageRule::new(2.0 / 3.0, 4.0).unwrap();
    assert!((bps(two_thirds, 0.27, 0.15) - 7.398_636).abs() < 5e-7);
}

#[test]
fn the_ratio_says_what_it_rests_on() {
    let rule = SlippageRule::default();
    let basis = |now, long_run| {
        let slippage = rule.slippage(0.0005, now, long_run).unwrap();
        ((slippage.rate * 1e8).round() / 1e4, slippage.ratio, slippage.basis)
    };
    assert_eq!(basis(Some(0.1), Some(0.2)), (5.0, 0.5, RatioBasis::Measured));
    assert_eq!(basis(Some(0.8), Some(0.2)), (20.0, 4.0, RatioBasis::Measured));
    assert_eq!(basis(Some(0.9), Some(0.2)), (20.0, 4.0, RatioBasis::Capped));
    assert_eq!(basis(Some(1e300), Some(1e-300)), (20.0, 4.0, RatioBasis::Capped));
    assert_eq!(basis(Some(0.9), Some(0.0)), (5.0, 1.0, RatioBasis::NoLongRun));
    assert_eq!(basis(Some(0.0), Some(0.0)), (5.0, 1.0, RatioBasis::NoLongRun));
    assert_eq!(basis(None, Some(0.2)), (5.0, 1.0, RatioBasis::Missing));
    assert_eq!(basis(Some(0.2), None), (5.0, 1.0, RatioBasis::Missing));
}

#[test]
fn what_is_no_volatility_base_or_parameter_is_refused() {
    let rule = SlippageRule::default();
    for bad in [f64::NAN, f64::INFINITY, -0.1] {
        assert!(matches!(rule.slippage(bad, None, None), Err(CostsError::Number { .. })), "{bad}");
        assert!(matches!(rule.slippage(0.0, Some(bad), Some(1.0)), Err(CostsError::Number { .. })), "{bad}");
        assert!(matches!(rule.slippage(0.0, Some(1.0), Some(bad)), Err(CostsError::Number { .. })), "{bad}");
        assert!(SlippageRule::new(bad, 4.0).is_err() && SlippageRule::new(1.0, bad).is_err(), "{bad}");
    }
    assert!(SlippageRule::new(1.0, 0.9).is_err());
    assert_eq!(serde_json::from_str::<SlippageRule>("{}").unwrap(), rule);
    for bad in [r#"{"exponent":-1}"#, r#"{"ratio_cap":0.5}"#, r#"{"beta":1}"#] {
        assert!(serde_json::from_str::<SlippageRule>(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn slippage_is_at_least_the_base_and_monotone_in_volatility(
        base in 0.0..0.1_f64, now in 0.0..2.0_f64, more in 0.0..2.0_f64, long_run in 0.0..1.0_f64, beta in 0.0..4.0_f64,
    ) {
        let rule = SlippageRule::new(beta, 4.0).unwrap();
        let rate = |now| rule.slippage(base, Some(now), Some(long_run)).unwrap().rate;
        prop_assert!(rate(now) >= base);
        prop_assert!(rate(now + more) >= rate(now));
        prop_assert!(rate(now) <= base * 4_f64.powf(beta) * (1.0 + 1e-12));
    }
}
