use allweather_metrics::{
    Block, Bootstrap, MetricsError, Tail, Undefined, annual_return_geometric, max_drawdown,
    optimal_block_length, sortino, volatility,
};
use proptest::prelude::*;

use crate::{golden::BACON, monthly, over};

#[test]
fn the_same_seed_is_the_same_bytes() {
    // Fixed for ever: a record that names a seed must be reproducible.
    let bootstrap = Bootstrap::new(10, 7).unwrap();
    let draw = |number| bootstrap.periods_of_draw(number, 12, 4.0).collect::<Vec<_>>();
    assert_eq!(draw(0), FIRST);
    assert_eq!(draw(1), SECOND);
    // Draws do not depend on those before them, or on how many there are.
    assert_eq!(Bootstrap::new(1, 7).unwrap().periods_of_draw(1, 12, 4.0).collect::<Vec<_>>(), SECOND);
    assert!(Bootstrap::new(10, 8).unwrap().periods_of_draw(0, 12, 4.0).ne(FIRST));
}

const FIRST: [usize; 12] = [8, 9, 10, 11, 0, 10, 11, 0, 10, 11, 2, 3];
const SECOND: [usize; 12] = [6, 7, 8, 9, 10, 11, 0, 0, 4, 5, 6, 7];

/// Others permute: then every path ends at the same wealth.
#[test]
fn draws_end_at_different_wealths() {
    let returns = monthly(&BACON);
    let bootstrap = Bootstrap::new(400, 1).unwrap();
    let interval = bootstrap.interval(&returns, Tail::FIVE_PERCENT, annual_return_geometric).unwrap();
    assert!(interval.high - interval.low > 0.1, "{interval:?}");
    assert!(interval.low < interval.estimate && interval.estimate < interval.high);
    assert_eq!(interval.estimate, annual_return_geometric(&returns).unwrap());
}

#[test]
fn blocks_keep_their_order_and_their_mean_length() {
    let bootstrap = Bootstrap::new(1, 42).unwrap();
    let (mut broken, mut seen, total) = (0, vec![0_u32; 50], 400);
    for draw in 0..total {
        let periods: Vec<usize> = bootstrap.periods_of_draw(draw, 50, 5.0).collect();
        for &period in &periods {
            seen[period] += 1;
        }
        broken += periods.windows(2).filter(|pair| pair[1] != (pair[0] + 1) % 50).count();
    }
    // A fifth of 49 · 400 steps starts anew, less one in fifty that lands on the next period: 3841, give or take.
    assert!((3650..4030).contains(&broken), "{broken}");
    // Every period is as likely: 400 times each, give or take.
    assert!(seen.iter().all(|&times| (280..520).contains(&times)), "{seen:?}");
    // Blocks of one take each period by itself, and blocks without end never break.
    let single: Vec<usize> = bootstrap.periods_of_draw(0, 1000, 1.0).collect();
    assert!(single.windows(2).filter(|pair| pair[1] == pair[0] + 1).count() < 10);
    let whole: Vec<usize> = bootstrap.periods_of_draw(0, 50, 1e18).collect();
    assert!(whole.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 50));
    assert_eq!(bootstrap.periods_of_draw(0, 0, 5.0).count(), 0);
    // Rows have no end, but of nothing there are none.
    assert_eq!(bootstrap.rows_of_draw(0, 0, 5.0).count(), 0);
    let rows: Vec<usize> = bootstrap.rows_of_draw(3, 50, 5.0).take(120).collect();
    assert!(rows[..50].iter().copied().eq(bootstrap.periods_of_draw(3, 50, 5.0)) && rows.len() == 120);
}

#[test]
fn a_wider_tail_is_a_narrower_interval() {
    let returns = monthly(&BACON);
    let bootstrap = Bootstrap::new(300, 5).unwrap().with_block(Block::Mean(3.0)).unwrap();
    let [wide, narrow] = [Tail::ONE_PERCENT, Tail::from_fraction(0.25).unwrap()]
        .map(|tail| bootstrap.interval(&returns, tail, volatility).unwrap());
    assert!(wide.low < narrow.low && narrow.high < wide.high);
}

#[test]
fn draws_without_the_measure_are_counted() {
    // Two months of 24 lose: many draws have neither.
    let mut values = [0.01; 24];
    (values[3], values[4]) = (-0.02, -0.05);
    let excess = over(&values, 0.0);
    let bootstrap = Bootstrap::new(500, 3).unwrap().with_block(Block::Mean(2.0)).unwrap();
    let interval = bootstrap.interval_of_excess(&excess, Tail::FIVE_PERCENT, sortino).unwrap();
    assert!(interval.undefined > 20 && interval.defined > 300, "{interval:?}");
    assert_eq!(interval.defined + interval.undefined, 500);
    // What the series itself does not have has no interval.
    let never = Err(Undefined::NoDownside);
    assert_eq!(bootstrap.interval_of_excess(&over(&values, -0.9), Tail::FIVE_PERCENT, sortino), never);
    // Nor what no draw has.
    let only_itself = |r: &allweather_metrics::Returns<'_>| {
        if r.values().iter().eq(&BACON) { Ok(1.0) } else { Err(Undefined::NoVariation) }
    };
    let none = bootstrap.interval(&monthly(&BACON), Tail::FIVE_PERCENT, only_itself);
    assert_eq!(none, Err(Undefined::NoVariation));
}

#[test]
fn automatic_blocks_take_a_dozen_returns_that_vary() {
    let bootstrap = Bootstrap::new(10, 1).unwrap();
    let undefined =
        |values: &[f64]| bootstrap.interval(&monthly(values), Tail::FIVE_PERCENT, volatility).unwrap_err();
    assert!(matches!(undefined(&BACON[..11]), Undefined::TooFew { needed: 12, found: 11, .. }));
    assert_eq!(undefined(&[0.01; 24]), Undefined::NoVariation);
    assert!(bootstrap.interval(&monthly(&BACON[..12]), Tail::FIVE_PERCENT, volatility).is_ok());
    assert!(matches!(optimal_block_length(&[0.0, f64::NAN]), Err(MetricsError::NotFinite { period: 1, .. })));
    // The unit does not matter.
    let large: Vec<f64> = BACON.iter().map(|r| r * 1e100).collect();
    let difference = optimal_block_length(&large).unwrap() - optimal_block_length(&BACON).unwrap();
    assert!(difference.abs() < 1e-9);
}

#[test]
fn settings_round_trip_through_their_constructor() {
    let bootstrap = Bootstrap::new(2000, 7).unwrap();
    assert_eq!(serde_json::to_string(&bootstrap).unwrap(), r#"{"draws":2000,"seed":7,"block":"automatic"}"#);
    let fixed = bootstrap.with_block(Block::Mean(12.0)).unwrap();
    let json = r#"{"draws":2000,"seed":7,"block":{"mean":12.0}}"#;
    assert_eq!(serde_json::to_string(&fixed).unwrap(), json);
    assert_eq!(serde_json::from_str::<Bootstrap>(json).unwrap(), fixed);
    assert_eq!((fixed.draws(), fixed.seed(), fixed.block()), (2000, 7, Block::Mean(12.0)));
    for bad in [
        r#"{"draws":0,"seed":7,"block":"automatic"}"#,
        r#"{"draws":10,"seed":7,"block":{"mean":0.5}}"#,
        r#"{"draws":10,"block":"automatic"}"#,
        r#"{"draws":10,"seed":7,"block":"automatic","threads":2}"#,
    ] {
        assert!(serde_json::from_str::<Bootstrap>(bad).is_err(), "{bad}");
    }
    assert_eq!(Bootstrap::new(0, 1).unwrap_err(), MetricsError::NoDraws);
    for bad in [0.99, 0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(bootstrap.with_block(Block::Mean(bad)), Err(MetricsError::BlockLength { .. })));
    }
}

proptest! {
    #[test]
    fn an_interval_is_within_what_can_be_drawn(
        values in prop::collection::vec(-0.3..0.35_f64, 12..40),
        seed in any::<u64>(),
    ) {
        let bootstrap = Bootstrap::new(50, seed).unwrap().with_block(Block::Mean(3.0)).unwrap();
        let returns = monthly(&values);
        let mean = |r: &allweather_metrics::Returns<'_>| Ok(r.values().mean().unwrap_or_default());
        let interval = bootstrap.interval(&returns, Tail::FIVE_PERCENT, mean).unwrap();
        let (low, high) = values.iter().fold((1.0_f64, -1.0_f64), |(low, high), &r| (low.min(r), high.max(r)));
        prop_assert!(low <= interval.low && interval.low <= interval.high && interval.high <= high);
        let depth = bootstrap.interval(&returns, Tail::FIVE_PERCENT, |r| Ok(max_drawdown(r)?.depth)).unwrap();
        prop_assert!(-1.0 <= depth.low && depth.high <= 0.0);
        // The same seed, the same interval.
        prop_assert_eq!(interval, bootstrap.interval(&returns, Tail::FIVE_PERCENT, mean).unwrap());
    }

    #[test]
    fn a_block_length_is_from_one_to_a_third(values in prop::collection::vec(-0.3..0.35_f64, 12..200)) {
        let length = optimal_block_length(&values).unwrap();
        let n = values.len() as f64;
        prop_assert!(length >= 1.0 && length <= (3.0 * n.sqrt()).min(n / 3.0).ceil());
    }
}
