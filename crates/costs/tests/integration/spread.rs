//! EDGE and the other estimators: figures of the authors' own program on bars of our making, laws, and what has no spread.

use allweather_costs::spread::{
    DailyBars, NegativeDays, Spread, Unmeasured, abdi_ranaldo, corwin_schultz, edge, edge_evidence, roll,
    volatility_over_volume,
};
use proptest::prelude::*;

use crate::bars::{Columns, Noise, any_bars, any_gapped_bars, gapped_walk, walk};

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
}

/// Where an estimate is the root of a mean, the mean is what is exact.
pub(crate) fn square(spread: Spread) -> f64 {
    spread.signed() * spread.size()
}

#[test]
fn the_walk_is_the_one_that_the_figures_were_made_from() {
    let walk = walk(7, 600, 400);
    let first_two = walk.days(0, 2).0;
    let expected = [[99.491, 99.998], [100.695, 100.034], [99.225, 99.194], [100.007, 100.034]];
    assert_eq!(first_two, expected.map(|column| column.to_vec()));
    let [_, high, low, close] = &walk.0;
    let still = (1..600).filter(|&day| high[day] <= close[day - 1] && low[day] >= close[day - 1]).count();
    assert_eq!(still, 38);
}

#[test]
fn edge_is_that_of_its_authors() {
    // Python package bidask 2.1.0, signed.
    let (wide, narrow) = (walk(7, 600, 400), walk(11, 600, 20));
    close(edge(&wide.bars()).unwrap().signed(), 0.008_649_750_532_597_554);
    close(edge(&narrow.bars()).unwrap().signed(), -0.000_685_379_966_897_313_6);
    close(edge(&wide.days(0, 10).bars()).unwrap().signed(), 0.007_977_404_765_677_381);
    close(edge(&narrow.days(0, 10).bars()).unwrap().signed(), 0.001_951_019_109_236_758_5);
    close(edge(&wide.some().bars()).unwrap().signed(), 0.008_649_750_532_597_554);
    close(edge(&gapped_walk(13, 600, 400, 25).bars()).unwrap().signed(), 0.008_320_278_252_346_713);
}

#[test]
fn the_others_are_their_formulas() {
    // A plain program of their published formulas in numpy.
    let [wide, narrow] = [walk(7, 600, 400), walk(11, 600, 20)].map(|walk| walk.some());
    for (walk, ranges, ranges_above_0, middles, closes) in [
        (
            wide,
            0.003_193_974_776_545_718,
            0.003_477_735_257_035_1,
            0.006_878_783_054_697_068,
            0.007_497_379_537_193_581_5,
        ),
        (
            narrow,
            -0.000_653_476_016_483_278_9,
            0.000_544_349_847_377_998_4,
            -0.001_424_934_938_005_325,
            -0.002_743_056_392_862_72,
        ),
        (
            gapped_walk(13, 600, 400, 25),
            0.002_988_618_070_222_678,
            0.003_359_949_020_924_736,
            0.006_611_543_382_461_67,
            0.008_045_208_834_214_2,
        ),
    ] {
        let bars = walk.bars();
        close(corwin_schultz(&bars, NegativeDays::Keep).unwrap().signed(), ranges);
        close(corwin_schultz(&bars, NegativeDays::Zero).unwrap().signed(), ranges_above_0);
        close(abdi_ranaldo(&bars).unwrap().signed(), middles);
        close(roll(&bars).unwrap().signed(), closes);
    }
}

#[test]
fn the_bound_is_its_formula() {
    // The same program; the autocorrelated variance is the larger one in the first and third case.
    let [wide, narrow] = [walk(7, 600, 400), walk(11, 600, 20)].map(|walk| walk.some());
    for (walk, bound, observations) in [
        (wide, 0.008_290_522_105_523_763, 599),
        (narrow, -0.001_261_810_935_303_799_8, 599),
        (gapped_walk(13, 600, 400, 25), 0.007_988_811_382_609_04, 471),
    ] {
        let evidence = edge_evidence(&walk.bars()).unwrap();
        close(evidence.lower_bound.signed(), bound);
        assert_eq!(evidence.observations, observations);
        assert_eq!(evidence.accepted(), bound > 0.0);
        assert_eq!(Ok(evidence.spread), edge(&walk.bars()));
    }
}

#[test]
fn volatility_over_volume_is_its_formula() {
    close(
        volatility_over_volume(0.02, 40e6).unwrap(),
        8.0 * 0.02_f64.powf(2.0 / 3.0) / 40e6_f64.powf(1.0 / 3.0),
    );
    assert!((volatility_over_volume(0.02, 40e6).unwrap() - 0.001_723_548).abs() < 5e-10);
    assert_eq!(volatility_over_volume(0.0, 1.0), Ok(0.0));
    for (volatility, value) in [(-0.1, 1.0), (f64::NAN, 1.0), (0.1, 0.0), (0.1, -1.0), (0.1, f64::INFINITY)] {
        assert!(volatility_over_volume(volatility, value).is_err(), "{volatility} {value}");
    }
}

#[test]
fn what_has_no_spread_says_why() {
    let days = |days: &[[f64; 4]]| {
        let columns = Columns([0, 1, 2, 3].map(|k| days.iter().map(|day| day[k]).collect()));
        let (complete, gapped) = (edge(&columns.bars()), edge(&columns.some().bars()));
        assert_eq!(complete.map_err(|why| why.to_string()), gapped.map_err(|why| why.to_string()));
        complete.map_err(|why| why.to_string())
    };
    let still = [10.0; 4];
    assert_eq!(days(&[still; 2]), Err("it takes 3 days or more, there are 2".to_owned()));
    assert_eq!(days(&[still; 5]), Err("the price moved on 0 days, it takes 2 or more".to_owned()));
    let one = [still, still, [10.0, 11.0, 9.0, 10.5], [10.5; 4]];
    assert_eq!(days(&one), Err("the price moved on 1 days, it takes 2 or more".to_owned()));
    // Days without a range, each off the close before.
    let jumps = [[10.0; 4], [11.0; 4], [12.0; 4]];
    assert_eq!(days(&jumps), Err("no open is off its day's high or low".to_owned()));
    // Each range follows a day without one, at whose close nothing is off; the days without a range do not move.
    let ranged = |low: f64, close: f64| [low + 0.5, low + 1.0, low, close];
    let closes = [still, ranged(9.0, 10.0), still, ranged(9.0, 10.0), still, ranged(9.5, 10.5)];
    assert_eq!(days(&closes), Err("no close is off its day's high or low".to_owned()));
    let none = Columns([vec![Some(10.0), None, None], vec![None; 3], vec![None; 3], vec![Some(10.0); 3]]);
    let observations = |needed| format!("it takes {needed} complete observations or more, there are 0");
    let bars = none.bars();
    assert_eq!(edge(&bars).unwrap_err().to_string(), observations(1));
    assert_eq!(edge_evidence(&bars).unwrap_err().to_string(), observations(1));
    assert_eq!(abdi_ranaldo(&bars).unwrap_err().to_string(), observations(1));
    assert_eq!(corwin_schultz(&bars, NegativeDays::Keep).unwrap_err().to_string(), observations(1));
    assert_eq!(roll(&bars.last(2)).unwrap_err().to_string(), observations(2));
    assert!(matches!(roll(&bars), Err(Unmeasured::TooFewObservations { needed: 2, found: 1, .. })));
}

#[test]
fn logarithms_are_exact_to_the_last_digits_near_and_far() {
    for step in 1..2000 {
        let ratio = 1.0 + f64::from(step) / 1000.0;
        let (high, low) = ([100.0 * ratio; 2], [100.0; 2]);
        let columns = Columns([low, high, low, low].map(|column| column.to_vec()));
        // Two days of one range: a is its logarithm, and Abdi and Ranaldo's is twice the way to its middle.
        let (ranges, middles) =
            (corwin_schultz(&columns.bars(), NegativeDays::Keep), abdi_ranaldo(&columns.bars()));
        let expected = 2.0 * (ratio - 1.0) / (ratio + 1.0);
        let found = ranges.unwrap().signed();
        assert!((found / expected - 1.0).abs() < 1e-13, "{ratio}: {found} instead of {expected}");
        let found = middles.unwrap().signed();
        let tolerance = if ratio < 1.13 { 5e-16 } else { 4e-15 };
        assert!((found - ratio.ln()).abs() < tolerance, "{ratio}: {found} instead of {}", ratio.ln());
    }
}

#[test]
fn days_that_are_nearly_alike_are_weighted_by_how_they_differ() {
    // Each day is the one before with the signs of its logarithms turned, but for a hundred-thousandth: the conditions are
    // all but the same every day, and of their variances running sums keep few digits.
    for [open, high, low, close] in [[1, 2, -1, -1], [1, 3, -2, 2], [-1, 5, -3, 2], [2, 7, -1, 3]] {
        for days in [5, 9, 21, 101] {
            let column = |log: i32, turned: i32| -> Vec<f64> {
                let mut noise = Noise(3);
                let of_day = |day| f64::from(if day % 2 == 0 { log } else { -turned });
                (0..days).map(|day| (of_day(day) * (0.01 + 1e-7 * noise.normal())).exp()).collect()
            };
            let columns =
                Columns([column(open, open), column(high, low), column(low, high), column(close, close)]);
            let (sums, steps) = (edge(&columns.bars()).unwrap(), edge(&columns.some().bars()).unwrap());
            assert!((square(sums) / square(steps) - 1.0).abs() < 1e-9, "{days}: {sums:?} {steps:?}");
        }
    }
}

#[test]
fn prices_at_the_ends_of_a_double_have_finite_spreads() {
    let (tiny, huge) = (f64::MIN_POSITIVE / 4.0, f64::MAX);
    let columns = Columns([
        vec![1.0, huge, tiny, 1.0, 2.0],
        vec![huge, huge, 1.0, huge, 3.0],
        vec![tiny, 1.0, tiny, tiny, 1.0],
        vec![tiny, 1.0, 1.0, huge, 2.5],
    ]);
    for bars in [columns.bars(), columns.some().bars()] {
        for spread in
            [edge(&bars), abdi_ranaldo(&bars), corwin_schultz(&bars, NegativeDays::Keep), roll(&bars)]
        {
            assert!(spread.unwrap().signed().is_finite());
        }
        assert!(edge_evidence(&bars).unwrap().lower_bound.signed().is_finite());
    }
}

/// How large the squared spread may be by the size of the moves alone: what rounding is measured against.
pub(crate) fn scale(columns: &Columns<f64>) -> f64 {
    let [_, high, low, _] = &columns.0;
    let days = 0..columns.len().saturating_sub(1);
    let over_two = |day: usize| (high[day].max(high[day + 1]) / low[day].min(low[day + 1])).ln().powi(2);
    days.map(over_two).fold(1e-12, f64::max) * columns.len() as f64
}

proptest! {
    #[test]
    fn running_sums_say_what_the_published_steps_say(columns in any_bars(0..60)) {
        match (edge(&columns.bars()), edge(&columns.some().bars())) {
            (Ok(sums), Ok(steps)) => {
                prop_assert!((square(sums) - square(steps)).abs() < 1e-11 * scale(&columns), "{sums:?} {steps:?}");
            }
            (sums, steps) => prop_assert_eq!(sums, steps),
        }
    }

    #[test]
    fn the_unit_of_the_price_does_not_matter(columns in any_bars(4..60), unit in 1e-3..1e3_f64) {
        let other = Columns(columns.0.clone().map(|column| column.iter().map(|price| price * unit).collect()));
        for estimator in [edge, abdi_ranaldo, roll, |bars: &DailyBars<'_>| corwin_schultz(bars, NegativeDays::Keep)] {
            match (estimator(&columns.bars()), estimator(&other.bars())) {
                (Ok(one), Ok(other)) => {
                    prop_assert!((square(one) - square(other)).abs() < 1e-11 * scale(&columns), "{one:?} {other:?}");
                }
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }

    #[test]
    fn any_bars_have_a_finite_spread_or_a_reason(columns in any_gapped_bars(0..40)) {
        let bars = columns.bars();
        for spread in [edge(&bars), abdi_ranaldo(&bars), roll(&bars)] {
            prop_assert!(spread.is_err() || spread.unwrap().size().is_finite());
        }
        if let Ok(evidence) = edge_evidence(&bars) {
            prop_assert!(evidence.lower_bound.signed() <= evidence.spread.signed() + 1e-7);
            prop_assert!(evidence.observations < columns.len());
        }
        if let Ok(kept) = corwin_schultz(&bars, NegativeDays::Keep) {
            let zeroed = corwin_schultz(&bars, NegativeDays::Zero).unwrap();
            prop_assert!(zeroed >= kept && zeroed.signed() >= 0.0 && zeroed.size() < 2.0);
        }
    }
}
