use allweather_core::Month;
use allweather_market::{MonthlySeries, ParBond};
use proptest::prelude::*;

const MONTH: f64 = 1.0 / 12.0;

fn bond(years: u16, coupons: u8) -> ParBond {
    ParBond::new(years, coupons).unwrap()
}

fn month(k: usize) -> Month {
    Month::new(1990, 1).unwrap().offset(i32::try_from(k).unwrap())
}

fn series(yields: &[Option<f64>]) -> MonthlySeries {
    MonthlySeries::new(month(0), yields.to_vec()).unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * expected.abs().max(1.0)
}

/// Computed apart in 40 digits, as the sum of what the bond pays and by the closed form.
#[test]
fn a_month_of_a_ten_year_bond() {
    let ten = bond(10, 2);
    let exact = |y0, y1| ten.total_return(y0, y1, MONTH).unwrap();
    let near = |y0, y1| ten.approximate_return(y0, y1, MONTH).unwrap();
    assert!(close(exact(0.02, 0.021), -0.007_250_764_397_898_316, 3e-16));
    assert!(close(near(0.02, 0.021), -0.007_325_771_441_383_68, 3e-16));
    assert!(close(exact(-0.001, 0.0005), -0.014_919_658_054_257_825, 3e-16));
    assert!(close(near(-0.001, 0.0005), -0.015_043_416_136_661_799, 3e-16));
    // Our reading of the rolled case: nine years yield 1.95 % when ten yield 2.10 %.
    let rolled = ten.rolled(0.021, (9, 0.0195), MONTH).unwrap();
    assert!(close(rolled, 0.020_875, 1e-17));
    assert!((exact(0.02, rolled) - -0.006_141_808_943).abs() < 5e-13);
    let from_seven = ten.rolled(0.021, (7, 0.0165), MONTH).unwrap();
    assert!(close(from_seven, 0.020_875, 1e-17), "three years shorter, three times the distance");
}

/// Maturity, coupons a year, years held, both yields, return: 700 digits elsewhere. Around 0 the textbook's quotient loses all of
/// its digits: (1 − v)/y at y = 1e-17 is 0/1e-17.
const EXACT: &str = "\
10 2 0.08333333333333333 0.0 0.0 0.0
10 2 0.08333333333333333 0.0 5e-324 -4.89948432125902823e-323
10 2 0.08333333333333333 0.0 -1e-310 9.91666666666663638e-310
10 2 0.08333333333333333 0.0 1e-292 -9.91666666666666718e-292
10 2 0.08333333333333333 0.0 -1e-200 9.91666666666666649e-200
10 2 0.08333333333333333 0.0 1e-17 -9.91666666666666686e-17
10 2 0.08333333333333333 0.0 -1e-12 9.91666666671831578e-12
10 2 0.08333333333333333 0.0 1e-09 -9.91666661501736192e-9
10 2 0.08333333333333333 0.0 -1e-07 9.91667183159910124e-7
10 2 0.08333333333333333 0.0 1e-05 -0.0000991615019240518392
10 2 0.08333333333333333 0.0 -0.004 0.040505222750968587
10 2 0.08333333333333333 0.0 0.021 -0.187113902658550818
10 2 0.08333333333333333 0.02 0.0 0.200000000000000004
10 2 0.08333333333333333 0.02 5e-324 0.200000000000000004
10 2 0.08333333333333333 0.02 -1e-310 0.200000000000000004
10 2 0.08333333333333333 0.02 1e-292 0.200000000000000004
10 2 0.08333333333333333 0.02 -1e-200 0.200000000000000004
10 2 0.08333333333333333 0.02 1e-17 0.199999999999999895
10 2 0.08333333333333333 0.02 -1e-12 0.200000000010950004
10 2 0.08333333333333333 0.02 1e-09 0.19999998905000006
10 2 0.08333333333333333 0.02 -1e-07 0.200001095000554088
10 2 0.08333333333333333 0.02 1e-05 0.199890505540634668
10 2 0.08333333333333333 0.02 -0.004 0.24469939376130647
10 2 0.08333333333333333 0.02 0.021 -0.00725076439789832335
10 2 0.08333333333333333 -0.004 0.0 -0.0400000000000000008
10 2 0.08333333333333333 -0.004 5e-324 -0.0400000000000000008
10 2 0.08333333333333333 -0.004 -1e-310 -0.0400000000000000008
10 2 0.08333333333333333 -0.004 1e-292 -0.0400000000000000008
10 2 0.08333333333333333 -0.004 -1e-200 -0.0400000000000000008
10 2 0.08333333333333333 -0.004 1e-17 -0.0400000000000000979
10 2 0.08333333333333333 -0.004 -1e-12 -0.0399999999902900008
10 2 0.08333333333333333 -0.004 1e-09 -0.0400000097099999499
10 2 0.08333333333333333 -0.004 -1e-07 -0.0399990289994910256
10 2 0.08333333333333333 -0.004 1e-05 -0.0400970949104357959
10 2 0.08333333333333333 -0.004 -0.004 -0.00033361145109898969
10 2 0.08333333333333333 -0.004 0.021 -0.223086530310681317
30 1 0.08333333333333333 0.0 0.0 0.0
30 1 0.08333333333333333 0.0 5e-324 -1.47807972380839591e-322
30 1 0.08333333333333333 0.0 -1e-310 2.99166666666665753e-309
30 1 0.08333333333333333 0.0 1e-292 -2.99166666666666682e-291
30 1 0.08333333333333333 0.0 -1e-200 2.99166666666666661e-199
30 1 0.08333333333333333 0.0 1e-17 -2.99166666666666642e-16
30 1 0.08333333333333333 0.0 -1e-12 2.99166666671291279e-11
30 1 0.08333333333333333 0.0 1e-09 -2.99166662042048679e-8
30 1 0.08333333333333333 0.0 -1e-07 2.99167129128964217e-6
30 1 0.08333333333333333 0.0 1e-05 -0.000299120425405786046
30 1 0.08333333333333333 0.0 -0.004 0.127391593548099044
30 1 0.08333333333333333 0.0 0.021 -0.462993079495375719
30 1 0.08333333333333333 0.02 0.0 0.600000000000000012
30 1 0.08333333333333333 0.02 5e-324 0.600000000000000012
30 1 0.08333333333333333 0.02 -1e-310 0.600000000000000012
30 1 0.08333333333333333 0.02 1e-292 0.600000000000000012
30 1 0.08333333333333333 0.02 -1e-200 0.600000000000000012
30 1 0.08333333333333333 0.02 1e-17 0.599999999999999621
30 1 0.08333333333333333 0.02 -1e-12 0.600000000039166679
30 1 0.08333333333333333 0.02 1e-09 0.599999960833333907
30 1 0.08333333333333333 0.02 -1e-07 0.600003916672275324
30 1 0.08333333333333333 0.02 1e-05 0.599608389413992851
30 1 0.08333333333333333 0.02 -0.004 0.766019291342305267
30 1 0.08333333333333333 0.02 0.021 -0.0203964525164321385
30 1 0.08333333333333333 -0.004 0.0 -0.120000000000000002
30 1 0.08333333333333333 -0.004 5e-324 -0.120000000000000002
30 1 0.08333333333333333 -0.004 -1e-310 -0.120000000000000002
30 1 0.08333333333333333 -0.004 1e-292 -0.120000000000000002
30 1 0.08333333333333333 -0.004 -1e-200 -0.120000000000000002
30 1 0.08333333333333333 -0.004 1e-17 -0.120000000000000283
30 1 0.08333333333333333 -0.004 -1e-12 -0.119999999971933336
30 1 0.08333333333333333 -0.004 1e-09 -0.120000028066666226
30 1 0.08333333333333333 -0.004 -1e-07 -0.119997193328905517
30 1 0.08333333333333333 -0.004 1e-05 -0.120280622393285513
30 1 0.08333333333333333 -0.004 -0.004 -0.00033394601074220005
30 1 0.08333333333333333 -0.004 0.021 -0.551512404891164435
2 4 0.0027397260273972603 0.0 0.0 0.0
2 4 0.0027397260273972603 0.0 5e-324 -9.86777687173338988e-324
2 4 0.0027397260273972603 0.0 -1e-310 1.99726027397259664e-310
2 4 0.0027397260273972603 0.0 1e-292 -1.99726027397260284e-292
2 4 0.0027397260273972603 0.0 -1e-200 1.9972602739726027e-200
2 4 0.0027397260273972603 0.0 1e-17 -1.99726027397260286e-17
2 4 0.0027397260273972603 0.0 -1e-12 1.99726027397484688e-12
2 4 0.0027397260273972603 0.0 1e-09 -1.99726027172842103e-9
2 4 0.0027397260273972603 0.0 -1e-07 1.99726049839080485e-7
2 4 0.0027397260273972603 0.0 1e-05 -0.0000199723783234105941
2 4 0.0027397260273972603 0.0 -0.004 0.00802506789303304812
2 4 0.0027397260273972603 0.0 0.021 -0.0409698356359655862
2 4 0.0027397260273972603 0.02 0.0 0.0400000000000000008
2 4 0.0027397260273972603 0.02 5e-324 0.0400000000000000008
2 4 0.0027397260273972603 0.02 -1e-310 0.0400000000000000008
2 4 0.0027397260273972603 0.02 1e-292 0.0400000000000000008
2 4 0.0027397260273972603 0.02 -1e-200 0.0400000000000000008
2 4 0.0027397260273972603 0.02 1e-17 0.0399999999999999804
2 4 0.0027397260273972603 0.02 -1e-12 0.0400000000020421515
2 4 0.0027397260273972603 0.02 1e-09 0.0399999979578493182
2 4 0.0027397260273972603 0.02 -1e-07 0.0400002042150913094
2 4 0.0027397260273972603 0.02 1e-05 0.0399795787213032919
2 4 0.0027397260273972603 0.02 -0.004 0.0482052289937416885
2 4 0.0027397260273972603 0.02 0.021 -0.00189629179963649736
2 4 0.0027397260273972603 -0.004 0.0 -0.00800000000000000017
2 4 0.0027397260273972603 -0.004 5e-324 -0.00800000000000000017
2 4 0.0027397260273972603 -0.004 -1e-310 -0.00800000000000000017
2 4 0.0027397260273972603 -0.004 1e-292 -0.00800000000000000017
2 4 0.0027397260273972603 -0.004 -1e-200 -0.00800000000000000017
2 4 0.0027397260273972603 -0.004 1e-17 -0.00800000000000002005
2 4 0.0027397260273972603 -0.004 -1e-12 -0.00799999999801171797
2 4 0.0027397260273972603 -0.004 1e-09 -0.00800000198828218971
2 4 0.0027397260273972603 -0.004 -1e-07 -0.00799980117175845499
2 4 0.0027397260273972603 -0.004 1e-05 -0.0080198825982487511
2 4 0.0027397260273972603 -0.004 -0.004 -0.0000109643271086799512
2 4 0.0027397260273972603 -0.004 0.021 -0.048784544403231404";

/// Maturity, coupons a year, both yields, Swinkels' return over a month, with derivatives taken numerically elsewhere.
const APPROXIMATE: &str = "\
10 2 0.0 0.0 0.0
10 2 0.0 0.03 -0.252749999999999992
10 2 1e-12 0.0 1.00833333333332949e-11
10 2 1e-12 0.03 -0.252749999991838159
10 2 -0.001 0.0 -0.0100831779413267467
10 2 -0.001 0.03 -0.26089277057059025
10 2 0.08 0.0 0.742593256014116657
10 2 0.08 0.03 0.421405537212869773
30 1 0.0 0.0 0.0
30 1 0.0 0.03 -0.481499999999999998
30 1 1e-12 0.0 3.00833333333332945e-11
30 1 1e-12 0.03 -0.481499999992794664
30 1 -0.001 0.0 -0.0300783288708949805
30 1 -0.001 0.03 -0.488136238924970032
30 1 0.08 0.0 1.58684084823306434
30 1 0.08 0.03 0.834863881122964457
2 4 0.0 0.0 0.0
2 4 0.0 0.03 -0.0579749999999999979
2 4 1e-12 0.0 2.08333333333329509e-12
2 4 1e-12 0.03 -0.0579749999979875396
2 4 -0.001 0.0 -0.00208336967461714408
2 4 -0.001 0.03 -0.0599873222478402206
2 4 0.08 0.0 0.165572445190155016
2 4 0.08 0.03 0.102935667753005268";

#[test]
fn returns_keep_their_digits_around_a_yield_of_nothing() {
    for line in EXACT.lines().chain(APPROXIMATE.lines()) {
        let numbers: Vec<f64> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        let it: Vec<u16> = line.split(' ').take(2).map(|word| word.parse().unwrap()).collect();
        let it = bond(it[0], it[1].try_into().unwrap());
        let (found, expected, tolerance) = match numbers[2..] {
            [held, y0, y1, expected] => (it.total_return(y0, y1, held).unwrap(), expected, 3e-16),
            [y0, y1, expected] => (it.approximate_return(y0, y1, MONTH).unwrap(), expected, 3e-15),
            _ => (f64::NAN, 0.0, 0.0),
        };
        assert!(close(found, expected, tolerance), "{line}: {found:e}");
    }
}

#[test]
fn what_has_no_price_is_refused() {
    assert!(ParBond::new(0, 2).is_err());
    for coupons in [0, 13] {
        assert!(ParBond::new(10, coupons).unwrap_err().to_string().contains("a number from 1 to 12"));
    }
    let ten = bond(10, 2);
    for bad in [-2.0, -3.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let message = ten.total_return(0.02, bad, MONTH).unwrap_err().to_string();
        assert!(message.contains("the yield sold at") && message.contains(&bad.to_string()), "{message}");
        assert!(ten.total_return(bad, 0.02, MONTH).unwrap_err().to_string().contains("the yield bought at"));
        assert!(
            ten.approximate_return(0.02, bad, MONTH).is_err()
                && ten.approximate_return(bad, 0.0, MONTH).is_err()
        );
        assert!(ten.rolled(bad, (9, 0.02), MONTH).is_err() && ten.rolled(0.02, (9, bad), MONTH).is_err());
    }
    assert!(ten.total_return(-1.9, -1.5, MONTH).is_ok() && ten.approximate_return(-1.5, 0.0, MONTH).is_err());
    for held in [0.0, -0.1, 0.51, f64::NAN, f64::INFINITY] {
        assert!(ten.total_return(0.02, 0.02, held).is_err(), "{held}");
        assert!(
            ten.rolled(0.02, (9, 0.02), held).is_err() && ten.approximate_return(0.02, 0.02, held).is_err()
        );
    }
    assert!(ten.total_return(0.02, 0.02, 0.5).is_ok());
    for shorter in [0, 10, 11] {
        assert!(
            ten.rolled(0.02, (shorter, 0.02), MONTH)
                .unwrap_err()
                .to_string()
                .contains("the shorter maturity")
        );
        let yields = series(&[None, None]);
        assert!(ten.returns(&yields, Some((shorter, &yields))).is_err());
    }
    let message = bond(u16::MAX, 2).total_return(0.02, -1.99, MONTH).unwrap_err().to_string();
    assert_eq!(message, "bond: the return is inf, not a finite number");
    let message = ten.returns(&series(&[Some(0.02), Some(0.02), Some(-2.5)]), None).unwrap_err().to_string();
    assert!(
        message.starts_with("bond: the yield sold at, 1990-03 is -2.5, not a finite fraction"),
        "{message}"
    );
    let message = ten.levels(&series(&[Some(-1.5), Some(-0.2)]), None).unwrap_err().to_string();
    assert!(message.starts_with("bond: the level, 1990-02 is -"), "{message}");
    assert!(ten.returns(&series(&[Some(0.02)]), None).is_err(), "no month has a month before");
}

/// Neither a return over a hole nor a level carried over it.
#[test]
fn a_month_without_a_yield_has_no_return_and_ends_the_levels() {
    let ten = bond(10, 2);
    let yields = series(&[None, Some(0.05), Some(0.04), None, Some(0.03), Some(0.02)]);
    let returns = ten.returns(&yields, None).unwrap();
    assert_eq!(returns.first(), month(1));
    let known: Vec<bool> = returns.values().iter().map(Option::is_some).collect();
    assert_eq!(known, [false, true, false, false, true]);
    let levels = ten.levels(&yields, None).unwrap();
    assert_eq!(levels.first(), month(0));
    let known: Vec<bool> = levels.values().iter().map(Option::is_some).collect();
    assert_eq!(known, [false, true, true, false, false, false]);
    assert_eq!(levels.get(month(1)), Some(100.0));
    // The yield of the shorter maturity is needed in the month of the sale only.
    let nine = series(&[None, None, Some(0.039), Some(0.03), Some(0.03), None]);
    let rolled = ten.returns(&yields, Some((9, &nine))).unwrap();
    let known: Vec<bool> = rolled.values().iter().map(Option::is_some).collect();
    assert_eq!(known, [false, true, false, false, false]);
    assert!(rolled.get(month(2)) > returns.get(month(2)));
    let none = ten.levels(&series(&[None, None]), None).unwrap();
    assert_eq!(none.values(), [None, None]);
}

#[test]
fn a_return_is_known_when_its_yields_are() {
    let yields = series(&[Some(0.05), Some(0.04), Some(0.03)]);
    let late = yields.clone().published_after(1);
    let ten = bond(10, 2);
    for levels in [
        ten.levels(&late, None).unwrap(),
        ten.levels(&yields, Some((9, &late))).unwrap(),
        ten.levels(&late, Some((9, &yields))).unwrap(),
    ] {
        assert_eq!(levels.known_on(month(2).last_day()).last_month(), Some(month(1)));
    }
    let known = ten.returns(&yields, None).unwrap();
    assert_eq!(known.known_on(month(2).last_day()).last_month(), Some(month(2)));
}

/// What the bond pays, discounted one payment after another.
fn summed(years: u16, coupons: u8, y0: f64, y1: f64, held: f64) -> f64 {
    let (f, payments) = (f64::from(coupons), u32::from(years) * u32::from(coupons));
    let discounted = |k: f64| (1.0 + y1 / f).powf(-(k - f * held));
    let interest: f64 = (1..=payments).map(|k| y0 / f * discounted(f64::from(k))).sum();
    interest + discounted(f64::from(payments)) - 1.0
}

fn yields() -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec(prop::option::weighted(0.9, -0.02..0.12_f64), 2..40)
}

proptest! {
    #[test]
    fn the_return_is_what_the_bond_pays(
        years in 1..41_u16, coupons in 1..13_u8, part in 0.01..1.0_f64, y0 in -0.05..0.2_f64, y1 in -0.05..0.2_f64,
    ) {
        let held = part / f64::from(coupons);
        let found = bond(years, coupons).total_return(y0, y1, held).unwrap();
        let expected = summed(years, coupons, y0, y1, held);
        prop_assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{found} {expected}");
    }

    /// Without a move of yields the bond earns its yield; the higher the yield at the sale, the less.
    #[test]
    fn a_bond_earns_its_yield_less_what_yields_rise(
        years in 1..41_u16, coupons in 1..13_u8, y0 in -0.05..0.2_f64, up in 1e-6..0.05_f64,
    ) {
        let it = bond(years, coupons);
        let still = it.total_return(y0, y0, MONTH).unwrap();
        let f = f64::from(coupons);
        prop_assert!((still - ((1.0 + y0 / f).powf(f / 12.0) - 1.0)).abs() < 1e-14);
        if years > 1 {
            prop_assert!(it.total_return(y0, y0 + up, MONTH).unwrap() < still);
            prop_assert!(it.total_return(y0, y0 - up, MONTH).unwrap() > still);
        }
    }

    /// Duration and convexity leave out the third order, and that the bond is a month shorter when its price changes.
    #[test]
    fn duration_and_convexity_come_near(years in 1..11_u16, y0 in -0.01..0.1_f64, move_by in -0.005..0.005_f64) {
        let it = bond(years, 2);
        let exact = it.total_return(y0, y0 + move_by, MONTH).unwrap();
        let near = it.approximate_return(y0, y0 + move_by, MONTH).unwrap();
        let years = f64::from(years);
        let compounding = 0.25 * MONTH * y0 * y0;
        let third = (years * move_by).abs().powi(3);
        let cross = 1.2 * MONTH * (1.0 + 0.1 * years) * move_by.abs();
        prop_assert!((exact - near).abs() <= compounding + third + cross + 1e-15, "{exact} {near}");
    }

    #[test]
    fn levels_are_the_returns_chained(yields in yields(), shorter in yields(), roll in any::<bool>()) {
        let (yields, shorter) = (series(&yields), series(&shorter));
        let shorter = roll.then_some((7, &shorter));
        let ten = bond(10, 2);
        let (returns, levels) = (ten.returns(&yields, shorter).unwrap(), ten.levels(&yields, shorter).unwrap());
        let start = yields.values().iter().position(Option::is_some);
        let end = start.map(|start| (start..40).find(|k| returns.get(month(k + 1)).is_none()).unwrap());
        for k in 0..yields.values().len() {
            let level = levels.get(month(k));
            prop_assert_eq!(level.is_some(), start.is_some_and(|start| k >= start) && end.is_some_and(|end| k <= end));
            if let (Some(level), Some(next)) = (level, levels.get(month(k + 1))) {
                prop_assert!((next / level - 1.0 - returns.get(month(k + 1)).unwrap()).abs() < 1e-14);
            }
        }
    }

    /// No look-ahead: later yields change no return and no level before.
    #[test]
    fn later_yields_change_nothing_before(yields in yields(), cut in 1..40_usize, later in -0.02..0.12_f64) {
        let cut = cut.min(yields.len());
        let changed: Vec<_> = yields.iter().enumerate().map(|(k, y)| if k < cut { *y } else { Some(later) }).collect();
        let ten = bond(10, 2);
        let made = |yields: &[Option<f64>]| {
            let yields = series(yields);
            (ten.returns(&yields, Some((9, &yields))).unwrap(), ten.levels(&yields, None).unwrap())
        };
        let ((a, b), (c, d)) = (made(&yields), made(&changed));
        prop_assert_eq!(&a.values()[..cut - 1], &c.values()[..cut - 1]);
        prop_assert_eq!(&b.values()[..cut], &d.values()[..cut]);
    }

    #[test]
    fn no_number_makes_a_bond_panic(years in any::<u16>(), coupons in any::<u8>(), a in any::<f64>(), b in any::<f64>(), held in any::<f64>()) {
        if let Ok(it) = ParBond::new(years % 100, coupons) {
            for found in [it.total_return(a, b, held), it.approximate_return(a, b, held), it.rolled(a, (years, b), held)] {
                prop_assert!(found.is_err() || found.is_ok_and(f64::is_finite));
            }
        }
    }
}
