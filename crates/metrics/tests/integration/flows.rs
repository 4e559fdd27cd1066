use allweather_metrics::{DatedAmount, MetricsError, Undefined, modified_dietz, xirr};
use chrono::NaiveDate;
use proptest::prelude::*;

use crate::near;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn on(year: i32, month: u32, d: u32, amount: f64) -> DatedAmount {
    DatedAmount::new(day(year, month, d), amount)
}

fn undefined(result: Result<f64, MetricsError>) -> Undefined {
    match result {
        Err(MetricsError::Undefined(undefined)) => undefined,
        other => unreachable!("{other:?}"),
    }
}

/// The example of the spreadsheet manual.
#[test]
fn the_spreadsheets_xirr() {
    let flows = [
        on(2008, 1, 1, -10_000.0),
        on(2008, 3, 1, 2750.0),
        on(2008, 10, 30, 4250.0),
        on(2009, 2, 15, 3250.0),
        on(2009, 4, 1, 2750.0),
    ];
    near(xirr(&flows).unwrap(), 0.373_362_533_5);
    // The order does not matter, nor who pays whom, nor the currency's unit.
    let reversed: Vec<DatedAmount> =
        flows.iter().rev().map(|flow| DatedAmount::new(flow.date, flow.amount * -1e300)).collect();
    near(xirr(&reversed).unwrap(), 0.373_362_533_5);
}

#[test]
fn a_year_has_365_days_and_flows_of_a_day_are_one() {
    near(xirr(&[on(2021, 1, 1, -100.0), on(2022, 1, 1, 200.0)]).unwrap(), 1.0);
    // 2020 has a day more.
    near(xirr(&[on(2020, 1, 1, -100.0), on(2021, 1, 1, 200.0)]).unwrap(), 2.0_f64.powf(365.0 / 366.0) - 1.0);
    let split = [on(2021, 1, 1, -30.0), on(2022, 1, 1, 100.0), on(2021, 1, 1, -70.0), on(2022, 1, 1, 100.0)];
    near(xirr(&split).unwrap(), 1.0);
    near(xirr(&[on(2021, 1, 1, -100.0), on(2022, 1, 1, 100.0)]).unwrap(), 0.0);
    near(xirr(&[on(2021, 1, 1, -100.0), on(2022, 1, 1, 1e-6)]).unwrap(), -0.999_999_99);
}

#[test]
fn a_rate_that_is_not_the_only_one_is_not_given() {
    // 10 % and 20 %.
    let two = [on(2021, 1, 1, -100.0), on(2022, 1, 1, 230.0), on(2023, 1, 1, -132.0)];
    assert!(matches!(undefined(xirr(&two)), Undefined::SeveralRates { found: 2, .. }));
    // 10 % twice over: the value touches 0 and turns.
    let touching = [on(2021, 1, 1, -100.0), on(2022, 1, 1, 220.0), on(2023, 1, 1, -121.0)];
    assert!(matches!(undefined(xirr(&touching)), Undefined::SeveralRates { .. }));
    // One on each side of 0: −50 % and +100 %. (1 − x/2)(1 − 2x) with x = 1/(1 + rate).
    let around = [on(2021, 1, 1, 1.0), on(2022, 1, 1, -2.5), on(2023, 1, 1, 1.0)];
    assert!(matches!(undefined(xirr(&around)), Undefined::SeveralRates { found: 2, .. }));
    // Three: 0 %, 100 % and 200 %.
    let three = [
        on(2021, 1, 1, -1.0),
        on(2022, 1, 1, 6.0),
        on(2023, 1, 1, -11.0),
        on(2023, 12, 31, 0.0),
        on(2024, 1, 1, 6.0),
    ];
    assert!(matches!(undefined(xirr(&three)), Undefined::SeveralRates { found: 3, .. }));
    // Two changes of sign, and no rate at all.
    let none = [on(2021, 1, 1, -100.0), on(2022, 1, 1, 10.0), on(2023, 1, 1, -100.0)];
    assert_eq!(undefined(xirr(&none)), Undefined::NoRate);
    // Three changes of sign, and yet one rate: (1 − 2x)(1 + x²).
    let one = [on(2021, 1, 1, 1.0), on(2022, 1, 1, -2.0), on(2023, 1, 1, 1.0), on(2024, 1, 1, -2.0)];
    near(xirr(&one).unwrap(), 1.0);
}

#[test]
fn flows_of_one_sign_have_no_rate() {
    for flows in [
        vec![],
        vec![on(2021, 1, 1, -100.0)],
        vec![on(2021, 1, 1, 100.0), on(2022, 1, 1, 5.0)],
        vec![on(2021, 1, 1, -100.0), on(2021, 1, 1, 100.0)],
        vec![on(2021, 1, 1, -100.0), on(2021, 1, 1, 50.0), on(2022, 1, 1, -1.0)],
    ] {
        assert_eq!(undefined(xirr(&flows)), Undefined::NoSignChange, "{flows:?}");
    }
    let error = xirr(&[on(2021, 1, 1, f64::NAN)]).unwrap_err();
    assert_eq!(error.to_string(), "the amount of 2021-01-01 is NaN, which is not finite");
    // Ten times in a day is e^840 a year.
    assert_eq!(undefined(xirr(&[on(2021, 1, 1, -1.0), on(2021, 1, 2, 10.0)])), Undefined::TooLarge);
}

/// 100 became 300 over two years with 50 paid in halfway: 150 on a mean capital of 125.
#[test]
fn modified_dietz_by_hand() {
    let (start, end) = (on(2021, 1, 1, 100.0), on(2023, 1, 1, 300.0));
    near(modified_dietz(start, end, &[on(2022, 1, 1, 50.0)]).unwrap(), 1.2);
    near(modified_dietz(start, end, &[]).unwrap(), 2.0);
    // On the last day it did not work at all.
    near(modified_dietz(start, end, &[on(2023, 1, 1, 50.0)]).unwrap(), 1.5);
    // D = 31, d = 14: the weight is 17/31.
    let (start, end) = (on(2024, 12, 31, 74.2), on(2025, 1, 31, 104.4));
    let flow = on(2025, 1, 14, 37.1);
    near(modified_dietz(start, end, &[flow]).unwrap(), -6.9 / (74.2 + 37.1 * 17.0 / 31.0));
}

#[test]
fn modified_dietz_refuses() {
    let (start, end) = (on(2025, 1, 31, 100.0), on(2025, 2, 28, 110.0));
    let error = |flow| modified_dietz(start, end, &[flow]).unwrap_err();
    assert_eq!(
        error(on(2025, 1, 31, 1.0)).to_string(),
        "the flow of 2025-01-31 is not after 2025-01-31 and at the latest on 2025-02-28"
    );
    assert!(matches!(error(on(2025, 3, 1, 1.0)), MetricsError::FlowOutside { .. }));
    assert!(matches!(error(on(2025, 2, 3, f64::INFINITY)), MetricsError::Amount { .. }));
    let no_days = modified_dietz(start, DatedAmount::new(start.date, 1.0), &[]).unwrap_err();
    assert_eq!(no_days.to_string(), "a period from 2025-01-31 to 2025-01-31 has no days");
    // Nearly all was taken out on the first day: what is the return on less than nothing?
    assert_eq!(undefined(modified_dietz(start, end, &[on(2025, 2, 1, -150.0)])), Undefined::NoCapital);
    assert_eq!(undefined(modified_dietz(on(2025, 1, 31, 0.0), end, &[])), Undefined::NoCapital);
}

#[test]
fn an_amount_round_trips() {
    let amount = on(2025, 1, 31, 0.1);
    let json = serde_json::to_string(&amount).unwrap();
    assert_eq!(json, r#"{"date":"2025-01-31","amount":0.1}"#);
    assert_eq!(serde_json::from_str::<DatedAmount>(&json).unwrap(), amount);
    assert!(serde_json::from_str::<DatedAmount>(r#"{"date":"2025-01-31","amount":0.1,"note":""}"#).is_err());
}

proptest! {
    /// One payment in, any number out: there is one rate, and it discounts them to 0.
    #[test]
    fn a_rate_discounts_to_nothing(
        paid in 1.0..1e6_f64,
        out in prop::collection::vec((1..9000_u64, 0.01..1e6_f64), 1..20),
    ) {
        let mut flows = vec![on(2000, 1, 1, -paid)];
        for (days, amount) in out {
            flows.push(DatedAmount::new(day(2000, 1, 1) + chrono::Days::new(days), amount));
        }
        match xirr(&flows) {
            Ok(rate) => {
                let discounted = |flow: &DatedAmount| {
                    let days = (flow.date - day(2000, 1, 1)).num_days() as f64;
                    flow.amount * (-days / 365.0 * rate.ln_1p()).exp()
                };
                let sum: f64 = flows.iter().map(discounted).sum();
                let size: f64 = flows.iter().map(|flow| discounted(flow).abs()).sum();
                // 1 + rate keeps few digits close to −1 or far above it.
                prop_assert!(sum.abs() <= 1e-9 * size || !(-0.999..=1e6).contains(&rate), "{} {}", rate, sum);
            }
            Err(error) => prop_assert_eq!(error, MetricsError::Undefined(Undefined::TooLarge)),
        }
    }

    /// No flows whatever make it panic or run for ever.
    #[test]
    fn any_flows_have_an_answer(flows in prop::collection::vec((0..2000_u64, -1e3..1e3_f64), 0..12)) {
        let flows: Vec<DatedAmount> = flows
            .into_iter()
            .map(|(days, amount)| DatedAmount::new(day(2000, 1, 1) + chrono::Days::new(days), amount))
            .collect();
        if let Ok(rate) = xirr(&flows) {
            // e^−40 − 1 is −1 in a double.
            prop_assert!(rate >= -1.0 && rate.is_finite());
        }
    }

    /// Gain without flows is the plain return, and twice the money is the same return.
    #[test]
    fn modified_dietz_ignores_the_unit(
        start in 1.0..1e6_f64, end in 0.0..1e6_f64, flow in 0.0..1e5_f64, at in 1..=30_u32, unit in 0.1..10.0_f64,
    ) {
        let scaled = |unit: f64| {
            let flows = [on(2025, 6, at, flow * unit)];
            modified_dietz(on(2025, 5, 31, start * unit), on(2025, 6, 30, end * unit), &flows).unwrap()
        };
        prop_assert!((scaled(1.0) - scaled(unit)).abs() < 1e-9 * (1.0 + scaled(1.0).abs()));
        let plain = modified_dietz(on(2025, 5, 31, start), on(2025, 6, 30, end), &[]).unwrap();
        prop_assert!((plain - (end / start - 1.0)).abs() < 1e-9 * (1.0 + plain.abs()));
    }
}
