use allweather_core::{Currency, Number};
use allweather_costs::fills::{CashKind, Taxed};
use allweather_taxes::{AddBack, TaxError, TaxedPeriod, untaxed};
use chrono::Days;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::{day, withheld::movement};

const DIVIDEND: CashKind = CashKind::WithheldTax(Taxed::Dividend);

/// A dividend of 100 000 yen from abroad: 10 % there, then 15.315 % and 5 % of the rest; what each policy adds back.
#[test]
fn a_policy_by_kind_and_country() {
    let date = day(2026, 3, 20);
    let movements = [
        movement(date, DIVIDEND, dec!(-13783), Currency::JPY, "JP"),
        movement(date, DIVIDEND, dec!(-4500), Currency::JPY, "JP"),
        movement(day(2026, 3, 19), DIVIDEND, dec!(-100), Currency::USD, "US"),
        movement(date, CashKind::WithheldTax(Taxed::CapitalGain), dec!(-20315), Currency::JPY, "JP"),
        movement(day(2026, 4, 1), DIVIDEND, dec!(30), Currency::USD, "US"),
        movement(date, CashKind::Dividend, dec!(100000), Currency::JPY, "JP"),
    ];
    let sum = |policy: &AddBack| {
        let added = policy.amounts(&movements, Currency::JPY, |m| {
            (m.amount.currency() == Currency::USD).then_some(dec!(100))
        });
        added.unwrap().iter().map(|tax| tax.amount).sum::<Decimal>()
    };
    let policy = |taxed: Option<Vec<Taxed>>, countries: Option<Vec<&str>>| {
        let countries = countries.map(|list| list.into_iter().map(str::to_owned).collect());
        AddBack::new(taxed, countries).unwrap()
    };
    // 7 000 of the dollars stay withheld after the correction.
    assert_eq!(sum(&AddBack::default()), dec!(45598));
    assert_eq!(sum(&policy(None, Some(vec!["US"]))), dec!(7000));
    assert_eq!(sum(&policy(Some(vec![Taxed::CapitalGain]), None)), dec!(20315));
    assert_eq!(sum(&policy(Some(vec![Taxed::Dividend]), Some(vec!["JP"]))), dec!(18283));
    assert_eq!(sum(&policy(Some(Vec::new()), None)), dec!(0));
    let american = policy(None, Some(vec!["US"]));
    assert!(!american.adds(Taxed::Dividend, None), "a tax of an unknown country is of none of them");
    let all = AddBack::default().amounts(&movements, Currency::JPY, |_| Some(dec!(100))).unwrap();
    let dates: Vec<_> = all.iter().map(|tax| tax.date).collect();
    assert!(dates.is_sorted() && all[0].withheld.amount() == dec!(100) && all[4].amount == dec!(-3000));
    let missing = AddBack::default().amounts(&movements, Currency::JPY, |_| None).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "a tax of 2026-03-19 was withheld in USD, and there is no exchange rate to JPY"
    );
    let wrong = AddBack::default().amounts(&movements, Currency::JPY, |_| Some(dec!(0)));
    assert!(matches!(wrong, Err(TaxError::Amount { .. })));
    assert!(matches!(AddBack::new(None, Some(vec!["usa".to_owned()])), Err(TaxError::Country { .. })));
    assert!(serde_json::from_str::<AddBack>(r#"{"countries":["us"]}"#).is_err());
    let text = serde_json::to_string(&policy(Some(vec![Taxed::CapitalGain]), Some(vec!["JP"]))).unwrap();
    assert_eq!(text, r#"{"taxed":["capital_gain"],"countries":["JP"]}"#);
    assert_eq!(serde_json::to_string(&AddBack::default()).unwrap(), "{}");
}

#[test]
fn days_belong_to_one_period_or_are_refused() {
    let period = |start, end| TaxedPeriod { start, end, opening: 1000.0, closing: 990.0 };
    let (january, february) =
        (period(day(2025, 12, 31), day(2026, 1, 31)), period(day(2026, 1, 31), day(2026, 2, 28)));
    let tax = |date| {
        let movements = [movement(date, DIVIDEND, dec!(-10), Currency::JPY, "JP")];
        AddBack::default().amounts(&movements, Currency::JPY, |_| None).unwrap()
    };
    let added = |date| {
        untaxed(&[january, february], &tax(date)).map(|rows| rows.iter().map(|r| r.added).collect::<Vec<_>>())
    };
    assert_eq!(added(day(2026, 1, 1)).unwrap(), [10.0, 0.0]);
    assert_eq!(added(day(2026, 1, 31)).unwrap(), [10.0, 0.0]);
    assert_eq!(added(day(2026, 2, 1)).unwrap(), [0.0, 10.0]);
    assert!(matches!(added(day(2025, 12, 31)), Err(TaxError::OutsidePeriods { .. })));
    assert!(matches!(added(day(2026, 3, 1)), Err(TaxError::OutsidePeriods { .. })));
    let row = untaxed(&[january], &tax(day(2026, 1, 5))).unwrap()[0];
    assert_eq!((row.taxed, row.untaxed), (990.0 / 1000.0 - 1.0, 0.0));
    assert!(matches!(untaxed(&[february, january], &[]), Err(TaxError::Period { .. })));
    let none = TaxedPeriod { end: january.start, ..january };
    assert!(matches!(untaxed(&[none], &[]), Err(TaxError::Period { .. })));
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(untaxed(&[TaxedPeriod { closing: bad, ..january }], &[]).is_err());
        assert!(untaxed(&[TaxedPeriod { opening: bad, ..january }], &[]).is_err());
    }
    assert!(untaxed(&[TaxedPeriod { opening: 0.0, ..january }], &[]).is_err());
}

proptest! {
    /// An account grows, is taxed at the ends of periods, and money flows in and out: with taxes added back its returns are those of
    /// the account that is not taxed, though it has less to invest.
    #[test]
    fn adding_back_restores_the_untaxed_path(
        months in proptest::collection::vec((-300..300_i32, 0..50_u32, -100..100_i32), 1..40),
    ) {
        let (mut value, mut periods, mut taxes) = (1_000_000.0, Vec::new(), Vec::new());
        let mut start = day(2020, 1, 1);
        for (thousandths, taxed, flow) in &months {
            let end = start + Days::new(30);
            let (opening, grown) = (value, value * (1.0 + f64::from(*thousandths) / 1000.0));
            // To the yen, as it is withheld.
            let tax = Decimal::try_from(grown * f64::from(*taxed) / 1000.0).unwrap().round();
            if !tax.is_zero() {
                taxes.push(movement(end, DIVIDEND, -tax, Currency::JPY, "JP"));
            }
            let closing = grown - tax.to_double();
            periods.push(TaxedPeriod { start, end, opening, closing });
            value = closing * (1.0 + f64::from(*flow) / 1000.0);
            start = end;
        }
        let added = AddBack::default().amounts(&taxes, Currency::JPY, |_| None).unwrap();
        for (row, (thousandths, taxed, _)) in untaxed(&periods, &added).unwrap().iter().zip(&months) {
            prop_assert!((row.untaxed - f64::from(*thousandths) / 1000.0).abs() < 1e-12);
            prop_assert!(row.taxed <= row.untaxed && (*taxed == 0) == (row.added == 0.0));
        }
    }
}
