//! The base slippage of an asset and its evidence.

use allweather_core::Rate;
use allweather_costs::spread::{
    BaseSlippage, Basis, DailyBars, EdgeEvidence, Unmeasured, edge, edge_evidence, volatility_over_volume,
};
use allweather_costs::{AssetCosts, CostsError, PublishedCosts, SlippageRule};
use proptest::prelude::*;
use rust_decimal::dec;

use crate::bars::{Columns, Noise, any_gapped_bars, walk};

fn bps(rate: f64) -> Rate {
    Rate::from_bps(rust_decimal::Decimal::try_from(rate).unwrap())
}

#[test]
fn a_spread_that_is_there_is_taken_and_one_that_is_not_is_not() {
    let (wide, narrow) = (walk(7, 600, 400), walk(11, 600, 20));
    let base = BaseSlippage::estimate(&wide.bars(), bps(2.0), Some(40e6)).unwrap();
    assert_eq!((base.basis, base.days, base.floor), (Basis::Edge, 600, bps(2.0)));
    let half = edge(&wide.bars()).unwrap().one_way();
    assert!((base.rate.to_f64() / half - 1.0).abs() < 1e-14);
    assert!(base.edge.unwrap().accepted() && base.volatility_over_volume.is_some());

    let base = BaseSlippage::estimate(&narrow.bars(), bps(2.0), Some(40e6)).unwrap();
    assert_eq!(base.basis, Basis::VolatilityOverVolume);
    let close = &narrow.0[3];
    let returns: Vec<f64> = close.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
    let mean = returns.iter().sum::<f64>() / 599.0;
    let volatility = (returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / 598.0).sqrt();
    let spread = volatility_over_volume(volatility, 40e6).unwrap();
    assert!((base.volatility_over_volume.unwrap() / spread - 1.0).abs() < 1e-12);
    assert!((base.rate.to_f64() / (spread / 2.0) - 1.0).abs() < 1e-12);

    // Without a traded value nothing is left but the floor, and a floor above all is one.
    let floor = |bars: &DailyBars<'_>, floor, value| {
        let base = BaseSlippage::estimate(bars, floor, value).unwrap();
        (base.rate, base.basis)
    };
    assert_eq!(floor(&narrow.bars(), bps(2.0), None), (bps(2.0), Basis::Floor));
    assert_eq!(floor(&narrow.bars(), bps(50.0), Some(40e6)), (bps(50.0), Basis::Floor));
    assert_eq!(floor(&wide.bars(), bps(50.0), Some(40e6)), (bps(50.0), Basis::Floor));
}

#[test]
fn a_spread_from_few_days_is_not_accepted() {
    // 20 days are 19 observations. The signs of two thirds of all such months are above 0, whatever the spread.
    let mut clear = 0;
    for seed in 0..40 {
        let walk = walk(seed, 20, 2000);
        let evidence = edge_evidence(&walk.bars()).unwrap();
        assert!(evidence.observations == EdgeEvidence::MIN_OBSERVATIONS - 1 && !evidence.accepted());
        clear += i32::from(evidence.lower_bound.signed() > 0.0);
    }
    assert!(clear > 20, "{clear}");
    let many = (0..40).filter(|&seed| edge_evidence(&walk(seed, 21, 2000).bars()).unwrap().accepted());
    assert!(many.count() > 20);
}

/// Bars of 250 days with a daily volatility of 1 %, 40 trades a day.
fn simulated(noise: &mut Noise, spread: f64) -> Columns<f64> {
    let (mut log, mut columns) = (0.0, Columns::default());
    for _ in 0..250 {
        let trades: Vec<f64> = (0..40)
            .map(|_| {
                log += 0.01 / 40_f64.sqrt() * noise.normal();
                (log + if noise.draw(2) == 0 { spread / 2.0 } else { -spread / 2.0 }).exp()
            })
            .collect();
        let (high, low) = trades.iter().fold((0.0_f64, f64::MAX), |(h, l), &p| (h.max(p), l.min(p)));
        for (column, price) in columns.0.iter_mut().zip([trades[0], high, low, trades[39]]) {
            column.push(price);
        }
    }
    columns
}

#[test]
fn chance_alone_is_accepted_in_about_one_case_of_twenty() {
    let mut noise = Noise(1);
    let mut accepted = |spread| {
        let mut case = || edge_evidence(&simulated(&mut noise, spread).bars()).unwrap().accepted();
        (0..200).filter(|_| case()).count()
    };
    let [none, five, fifty] = [0.0, 0.0005, 0.005].map(&mut accepted);
    assert!((2..=20).contains(&none), "{none} of 200 without a spread");
    assert!((4..=50).contains(&five), "{five} of 200 with 5 basis points, which cannot be told");
    assert!(fifty >= 195, "{fifty} of 200 with 50 basis points");
}

#[test]
fn bad_floors_and_values_are_refused() {
    let walk = walk(7, 10, 400);
    let estimate = |floor, value| BaseSlippage::estimate(&walk.bars(), floor, value);
    for floor in [dec!(-0.0001), dec!(0.5)] {
        assert!(matches!(estimate(Rate::from_fraction(floor), None), Err(CostsError::Amount { .. })));
    }
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(estimate(Rate::ZERO, Some(value)), Err(CostsError::Number { .. })), "{value}");
        let empty = DailyBars::new(&[], &[], &[], &[]).unwrap();
        assert!(BaseSlippage::estimate(&empty, Rate::ZERO, Some(value)).is_err(), "{value}");
    }
    // A dollar a day: a spread of more than everything.
    assert!(matches!(estimate(Rate::ZERO, Some(1e-6)), Err(CostsError::Amount { .. })));
    let empty =
        BaseSlippage::estimate(&DailyBars::new(&[], &[], &[], &[]).unwrap(), bps(3.0), Some(1.0)).unwrap();
    assert_eq!((empty.rate, empty.basis, empty.volatility_over_volume), (bps(3.0), Basis::Floor, None));
    assert!(matches!(empty.edge, Err(Unmeasured::TooFewDays { found: 0, .. })));
}

proptest! {
    #[test]
    fn it_is_never_below_its_floor_and_costs_take_it(
        columns in any_gapped_bars(0..40), floor in 0.0..100.0_f64, value in prop::option::of(1e7..1e12_f64),
        now in 0.0..1.0_f64, more in 0.0..1.0_f64,
    ) {
        let floor = bps(floor);
        let Ok(base) = BaseSlippage::estimate(&columns.bars(), floor, value) else { return Ok(()) };
        prop_assert!(base.rate >= floor);
        prop_assert_eq!(base.rate > floor, base.basis != Basis::Floor);
        prop_assert!(base.basis != Basis::Edge || base.edge.unwrap().accepted());
        let higher = BaseSlippage::estimate(&columns.bars(), bps(200.0), value).unwrap();
        prop_assert!(higher.rate >= base.rate);

        let asset = "x".parse().unwrap();
        let row = AssetCosts { asset, max_rate: Rate::ZERO, base_slippage: base.rate, minimum: None };
        prop_assert!(PublishedCosts::new(vec![row], Rate::ZERO).is_ok());
        let slippage = |now| SlippageRule::default().slippage(base.rate.to_f64(), Some(now), Some(0.15)).unwrap();
        prop_assert!(slippage(now).rate >= base.rate.to_f64());
        prop_assert!(slippage(now + more).rate >= slippage(now).rate);
    }
}
