//! What an order moves the price.

use allweather_costs::CostsError;
use allweather_costs::impact::{AlmgrenOrder, ImpactLaw, amihud};
use proptest::prelude::*;

use crate::bars::{any_bars, gapped_walk};

fn ibm(days: f64) -> AlmgrenOrder {
    AlmgrenOrder {
        shares: 656_100.0,
        daily_volume: 6_561_000.0,
        shares_outstanding: 263.0 * 6_561_000.0,
        daily_volatility: 0.0157,
        days,
    }
}

#[test]
fn a_tenth_of_a_days_volume_of_ibm() {
    // The table of the paper: an inverse turnover of 263, 20 basis points for I, and 32, 25, 18 for J.
    for (days, cost) in [(0.1, 32.22), (0.2, 24.63), (0.5, 18.41)] {
        let impact = ibm(days).impact().unwrap();
        assert!((impact.cost * 1e4 - cost).abs() < 0.005, "{} instead of {cost}", impact.cost * 1e4);
        assert!((impact.permanent * 1e4 - 20.0).abs() < 0.5);
    }
}

#[test]
fn bad_orders_are_refused() {
    let bad = |change: fn(&mut AlmgrenOrder, f64), values: &[f64]| {
        for &value in values {
            let mut order = ibm(0.5);
            change(&mut order, value);
            assert!(matches!(order.impact(), Err(CostsError::Number { .. })), "{order:?}");
        }
    };
    let not_positive = [0.0, -1.0, f64::NAN, f64::INFINITY];
    bad(|order, value| order.shares = value, &not_positive[2..]);
    bad(|order, value| order.daily_volatility = value, &not_positive[1..]);
    bad(|order, value| order.daily_volume = value, &not_positive);
    bad(|order, value| order.shares_outstanding = value, &not_positive);
    bad(|order, value| order.days = value, &not_positive);
    let beyond = AlmgrenOrder { shares: f64::MAX, daily_volume: f64::MIN_POSITIVE, ..ibm(0.5) };
    assert!(matches!(beyond.impact(), Err(CostsError::Overflow(_))));
    let nothing = AlmgrenOrder { shares: 0.0, ..ibm(0.5) }.impact().unwrap();
    assert_eq!((nothing.permanent, nothing.cost), (0.0, 0.0));

    let law = ImpactLaw::default();
    for (order, volume, volatility) in
        [(f64::NAN, 1.0, 0.1), (1.0, 0.0, 0.1), (1.0, f64::NAN, 0.1), (1.0, 1.0, -0.1)]
    {
        assert!(matches!(law.impact(order, volume, volatility), Err(CostsError::Number { .. })));
    }
    assert!(matches!(law.impact(f64::MAX, f64::MIN_POSITIVE, 1.0), Err(CostsError::Overflow(_))));
    assert_eq!(ImpactLaw::new(1.0, 0.0).unwrap().impact(0.0, 1.0, 0.1), Ok(0.0));
}

#[test]
fn a_file_cannot_make_an_invalid_law() {
    let law: ImpactLaw = serde_json::from_str("{}").unwrap();
    assert_eq!(law, ImpactLaw::default());
    let tokyo = ImpactLaw::new(0.9, 0.489).unwrap();
    let json = serde_json::to_string(&tokyo).unwrap();
    assert_eq!(serde_json::from_str::<ImpactLaw>(&json).unwrap(), tokyo);
    assert_eq!((tokyo.coefficient(), tokyo.exponent()), (0.9, 0.489));
    for bad in [
        r#"{"coefficient":-1}"#,
        r#"{"coefficient":11}"#,
        r#"{"exponent":1.1}"#,
        r#"{"exponent":-0.1}"#,
        r#"{"y":1}"#,
    ] {
        assert!(serde_json::from_str::<ImpactLaw>(bad).is_err(), "{bad}");
    }
    assert!(ImpactLaw::new(f64::NAN, 0.5).is_err() && ImpactLaw::new(1.0, f64::NAN).is_err());
}

#[test]
fn illiquidity_is_over_days_with_a_return_and_a_value() {
    let columns = gapped_walk(13, 600, 400, 25);
    let bars = columns.bars();
    let value = |day: usize| match (day.is_multiple_of(7), day.is_multiple_of(5)) {
        (true, _) => None,
        (_, true) => Some(0.0),
        _ => Some(1e6 + 1e3 * day as f64),
    };
    let values: Vec<_> = (0..600).map(value).collect();
    let close = &columns.0[3];
    let (mut sum, mut days) = (0.0, 0);
    for day in 1..600 {
        if let (Some(before), Some(now), Some(value)) = (close[day - 1], close[day], values[day])
            && value > 0.0
        {
            (sum, days) = (sum + (now - before).abs() / before / value, days + 1);
        }
    }
    let found = amihud(&bars, &values).unwrap().unwrap();
    assert!(days > 300 && (found / (sum / f64::from(days)) - 1.0).abs() < 1e-12);
    assert_eq!(amihud(&bars, &vec![None; 600]), Ok(None));
    assert_eq!(amihud(&bars, &vec![Some(0.0); 600]), Ok(None));
    assert_eq!(amihud(&bars.last(1), &[Some(1.0)]), Ok(None));
    assert!(matches!(amihud(&bars, &values[1..]), Err(CostsError::Days { expected: 600, found: 599, .. })));
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(amihud(&bars.last(1), &[Some(bad)]), Err(CostsError::Number { .. })));
    }
    assert!(matches!(
        amihud(&bars, &vec![Some(f64::MIN_POSITIVE / 16.0); 600]),
        Err(CostsError::Overflow(_))
    ));
}

proptest! {
    #[test]
    fn four_times_the_order_is_twice_the_impact(
        order in 1.0..1e6_f64, volume in 1e3..1e9_f64, volatility in 0.0..0.1_f64, more in 1.0..10.0_f64,
    ) {
        let law = ImpactLaw::default();
        let impact = |order, volatility| law.impact(order, volume, volatility).unwrap();
        let one = impact(order, volatility);
        prop_assert!((impact(4.0 * order, volatility) - 2.0 * one).abs() <= 1e-14 * one);
        prop_assert!((impact(order, 3.0 * volatility) - 3.0 * one).abs() <= 1e-14 * one);
        prop_assert!((impact(-order, volatility) - one).abs() <= 0.0);
        prop_assert!(impact(order * more, volatility) >= one);
    }

    #[test]
    fn a_longer_order_of_almgren_is_cheaper_and_its_permanent_part_linear(
        shares in -1e6..1e6_f64, days in 0.05..2.0_f64, longer in 1.0..5.0_f64,
    ) {
        let impact = |shares, days| AlmgrenOrder { shares, ..ibm(days) }.impact().unwrap();
        let one = impact(shares, days);
        prop_assert_eq!(impact(-shares, days), one);
        prop_assert!(impact(shares, days * longer).cost <= one.cost);
        prop_assert!(one.cost >= one.permanent / 2.0);
        prop_assert!((impact(2.0 * shares, days).permanent - 2.0 * one.permanent).abs() <= 1e-14);
    }

    #[test]
    fn illiquidity_is_per_unit_of_money(columns in any_bars(2..40), value in 1.0..1e9_f64, times in 1.0..1e3_f64) {
        let values = |value| vec![Some(value); columns.len()];
        let one = amihud(&columns.bars(), &values(value)).unwrap().unwrap();
        let other = amihud(&columns.bars(), &values(value * times)).unwrap().unwrap();
        prop_assert!((other * times - one).abs() <= 1e-12 * one);
    }
}
