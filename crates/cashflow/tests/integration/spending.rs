use allweather_cashflow::{
    Anchored, CashflowError, GuytonKlinger, Published, Spending, SpendingRule, SpendingYear, Yale,
};
use allweather_core::Percent;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

fn percent(points: Decimal) -> Percent {
    Percent::new(points)
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-10 * wanted.abs(), "{found}, not {wanted}");
}

#[test]
fn the_published_rule_includes_the_first_years_rate_and_needs_no_history() {
    let year = |rates| SpendingYear::new(1000.0, rates, 500.0).unwrap();
    let rule = Published::default();
    near(rule.annual_expense(&year(&[0.05])).unwrap(), 31.5);
    near(rule.annual_expense(&year(&[0.05, -0.02])).unwrap(), 30.87);
    near(Published::new(percent(dec!(4))).unwrap().annual_expense(&year(&[0.05])).unwrap(), 42.0);
}

#[test]
fn the_anchored_rule_raises_the_last_expense_by_this_years_rate() {
    let rule = Anchored::new(percent(dec!(4))).unwrap();
    near(rule.annual_expense(&SpendingYear::new(1000.0, &[0.05], 900.0).unwrap()).unwrap(), 40.0);
    let second = SpendingYear::new(1000.0, &[0.05, 0.02], 900.0).unwrap();
    near(rule.annual_expense(&second.after(40.0, 1000.0, -0.1).unwrap()).unwrap(), 40.8);
}

#[test]
fn yale_reproduces_its_golden_series() {
    let rule = Yale::new(percent(dec!(4.5))).unwrap();
    let mut rates = vec![0.0];
    let mut expense = rule.annual_expense(&SpendingYear::new(1000.0, &rates, 1000.0).unwrap()).unwrap();
    near(expense, 45.0);
    let values = [1000.0, 1080.0, 900.0, 860.0, 1010.0];
    let golden = [47.43, 50.76252, 51.311_516_4, 50.580_005_25, 52.090_384_28];
    for ((value, inflation), wanted) in values.iter().zip([0.02, 0.03, 0.025, 0.01, 0.02]).zip(golden) {
        rates.push(inflation);
        // The value of this year has no say.
        let year = SpendingYear::new(1000.0, &rates, 1.0).unwrap().after(expense, *value, 0.0).unwrap();
        expense = rule.annual_expense(&year).unwrap();
        near(expense, wanted);
    }
}

#[test]
fn yale_is_clamped_after_inflation() {
    let rule = Yale::new(percent(dec!(4.5))).unwrap();
    let expense = |last, rates: &[f64]| {
        rule.annual_expense(&SpendingYear::new(1000.0, rates, 1.0).unwrap().after(last, 1000.0, 0.0).unwrap())
    };
    // 0.8·68 + 10.5 = 64.9 is below 65, 66.198 after 2 % is not; 0.8·37 + 10.5 = 40.1, after −2 % 39.298.
    near(expense(68.0, &[0.0, 0.0]).unwrap(), 64.9);
    near(expense(68.0, &[0.0, 0.02]).unwrap(), 65.0);
    near(expense(37.0, &[0.0, -0.02]).unwrap(), 40.0);
    let wide = rule.with_limits(percent(dec!(0)), percent(dec!(100))).unwrap();
    let year = SpendingYear::new(1000.0, &[0.0, 0.02], 1.0).unwrap().after(68.0, 1000.0, 0.0).unwrap();
    near(wide.annual_expense(&year).unwrap(), 66.198);
}

#[test]
fn guyton_klinger_reproduces_its_golden_series() {
    let rule = GuytonKlinger::new(percent(dec!(5))).unwrap();
    let first = rule.annual_expense(&SpendingYear::new(1000.0, &[0.03], 1000.0).unwrap()).unwrap();
    near(first, 50.0);
    // Value now, last return, inflation: two falls, an ordinary year, another, a boom.
    let years = [
        (780.0, -0.18, 0.03, 45.0),
        (660.0, -0.12, 0.02, 40.5),
        (760.0, 0.21, 0.025, 41.5125),
        (800.0, 0.1, 0.01, 41.927_625),
        (1100.0, 0.4, 0.02, 47.042_795_25),
    ];
    let mut expense = first;
    let mut rates = vec![0.03];
    for (value, last_return, inflation, wanted) in years {
        rates.push(inflation);
        let year =
            SpendingYear::new(1000.0, &rates, value).unwrap().after(expense, 1.0, last_return).unwrap();
        expense = rule.annual_expense(&year).unwrap();
        near(expense, wanted);
    }
}

#[test]
fn guyton_klinger_skips_only_a_raise_and_only_when_both_conditions_hold() {
    let rule = GuytonKlinger::new(percent(dec!(5))).unwrap();
    let expense = |value, last_return, inflation| {
        let rates = [0.0, inflation];
        let year = SpendingYear::new(1000.0, &rates, value).unwrap().after(50.0, 1.0, last_return).unwrap();
        rule.annual_expense(&year).unwrap()
    };
    near(expense(950.0, -0.05, 0.02), 50.0);
    near(expense(950.0, 0.05, 0.02), 51.0);
    near(expense(1100.0, -0.05, 0.02), 51.0);
    near(expense(950.0, -0.05, -0.02), 49.0);
    // The guardrail, 50.4, lies between the skipped raise and the expense without it.
    near(expense(840.0, -0.05, 0.02), 50.0);
    near(expense(840.0, 0.05, 0.02), 45.9);
    // Nothing is left: the rate is beyond every guardrail, and no division by 0 happens.
    near(expense(0.0, -1.0, 0.02), 45.0);
}

#[test]
fn a_rule_that_needs_the_year_before_says_so() {
    let year = SpendingYear::new(1000.0, &[0.0, 0.0], 1000.0).unwrap();
    let five = percent(dec!(5));
    let rules: [Box<dyn SpendingRule>; 3] = [
        Box::new(Anchored::new(five).unwrap()),
        Box::new(Yale::new(five).unwrap()),
        Box::new(GuytonKlinger::new(five).unwrap()),
    ];
    for rule in rules {
        assert!(matches!(rule.annual_expense(&year), Err(CashflowError::MissingHistory { number: 1, .. })));
    }
}

#[test]
fn a_year_is_made_of_finite_numbers_in_their_ranges() {
    for bad in [f64::NAN, f64::INFINITY, -1.5] {
        assert!(SpendingYear::new(bad, &[0.0], 1.0).is_err());
        assert!(SpendingYear::new(1.0, &[bad, 0.0], 1.0).is_err());
        assert!(SpendingYear::new(1.0, &[0.0], bad).is_err());
        let year = SpendingYear::new(1.0, &[0.0, 0.0], 1.0).unwrap();
        assert!(year.after(bad, 1.0, 0.0).is_err());
        assert!(year.after(1.0, bad, 0.0).is_err());
        assert!(year.after(1.0, 1.0, bad).is_err());
    }
    assert!(SpendingYear::new(1.0, &[], 1.0).is_err());
    assert!(
        SpendingYear::new(1.0, &[0.0], 1.0).unwrap().after(1.0, 1.0, 0.0).is_err(),
        "no year before the first"
    );
}

#[test]
fn a_spec_names_any_of_the_rules_and_cannot_make_an_invalid_one() {
    let five = percent(dec!(5));
    let yale = Yale::new(five).unwrap().with_limits(percent(dec!(4.5)), percent(dec!(6))).unwrap();
    let guarded =
        GuytonKlinger::new(five).unwrap().with_guardrails(percent(dec!(25)), percent(dec!(5))).unwrap();
    for (json, rule) in [
        (r#"{"rule":"published"}"#, Spending::default()),
        (r#"{"rule":"published","spending":"5"}"#, Spending::Published(Published::new(five).unwrap())),
        (r#"{"rule":"anchored","initial":5}"#, Spending::Anchored(Anchored::new(five).unwrap())),
        (r#"{"rule":"yale","initial":"5","floor":"4.5","ceiling":6.0}"#, Spending::Yale(yale)),
        (
            r#"{"rule":"guyton_klinger","initial":"5","guard":"25","step":"5"}"#,
            Spending::GuytonKlinger(guarded),
        ),
    ] {
        let read: Spending = serde_json::from_str(json).unwrap();
        assert_eq!(read, rule, "{json}");
        let written = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<Spending>(&written).unwrap(), rule, "{written}");
    }
    for bad in [
        r#"{"rule":"bengen","initial":"5"}"#,
        r#"{"rule":"published","spending":"-1"}"#,
        r#"{"rule":"published","initial":"5"}"#,
        r#"{"rule":"anchored"}"#,
        r#"{"rule":"anchored","initial":"101"}"#,
        r#"{"rule":"yale","initial":"5","floor":"7"}"#,
        r#"{"rule":"yale","initial":"5","weight":"120"}"#,
        r#"{"rule":"guyton_klinger","initial":"5","guard":"-1"}"#,
    ] {
        assert!(serde_json::from_str::<Spending>(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn every_rule_keeps_the_laws(
        rates in prop::collection::vec(-0.3..0.5_f64, 1..6),
        (value, before, last) in (0.0..3000.0_f64, 0.0..3000.0_f64, 0.0..300.0_f64),
        last_return in -1.0..1.5_f64,
    ) {
        let five = percent(dec!(5));
        let year = |k: f64| {
            let year = SpendingYear::new(1000.0 * k, &rates, value * k).unwrap();
            if rates.len() == 1 { year } else { year.after(last * k, before * k, last_return).unwrap() }
        };
        for rule in [
            Spending::default(),
            Spending::Anchored(Anchored::new(five).unwrap()),
            Spending::Yale(Yale::new(five).unwrap()),
            Spending::GuytonKlinger(GuytonKlinger::new(five).unwrap()),
        ] {
            let expense = rule.annual_expense(&year(1.0)).unwrap();
            prop_assert!(expense.is_finite() && expense >= 0.0);
            let fourfold = rule.annual_expense(&year(4.0)).unwrap();
            prop_assert_eq!(fourfold.to_bits(), (4.0 * expense).to_bits(), "{:?}", rule);
        }
    }
}
