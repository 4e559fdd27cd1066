//! Parity of the two doors: ours agree, and a door that is broken on purpose is caught.

use allweather_portfolio::{
    cashflow::{CashflowError, paths::Settlement},
    core::{Number, Overflow},
    rebalance::RebalanceError,
};
use allweather_testkit::{
    Broken, Settings,
    generate::{Quarters, Trade},
    laws::{self, parity::Figure},
};
use rust_decimal::{Decimal, dec};

#[test]
fn our_doors_agree() -> Result<(), Broken> {
    let settings = Settings::default().with_cases(256);
    laws::parity::ledger(&settings, Quarters::by_account)?;
    laws::parity::trade(&settings, Trade::by_paths)
}

#[test]
fn a_pool_that_is_capped_by_the_quarters_own_cap() {
    let own_cap = |quarters: &Quarters| {
        let mut settled = quarters.by_account()?;
        let cap = quarters.by_ledger()?;
        for (line, cap) in settled.iter_mut().zip(cap) {
            line.pool = line.pool.min(cap.pool_cap.to_double());
        }
        Ok::<Vec<Settlement>, CashflowError>(settled)
    };
    let broken = laws::parity::ledger(&Settings::default(), own_cap).unwrap_err();
    assert_eq!(broken.law, "parity");
    assert!(broken.expected.starts_with("pool of 2020Q1 = "), "{broken}");
    assert!(broken.happened.contains(" in doubles, "), "{broken}");
    assert!(broken.case.starts_with("capital 1000, "), "{broken}");
}

#[test]
fn a_trade_that_misses_its_targets_by_the_cost() {
    // The weights of the value before costs: what libraries do that do not fund their costs.
    let unfunded = |trade: &Trade| {
        let value = trade.value().unwrap().to_double();
        let after = trade.assets.iter().map(|row| row.target.to_double() * value);
        Ok::<Vec<f64>, RebalanceError>(after.collect())
    };
    let broken = laws::parity::trade(&Settings::default(), unfunded).unwrap_err();
    assert!(broken.expected.starts_with("a0 after the trade = "), "{broken}");
    let case = "\
cash 1000
asset  units  price  target  cost rate
a0         0   0.01    0.01     0.0001";
    assert_eq!(broken.case, case);
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a law hands cases over by reference")]
fn third(n: &i64) -> Result<Vec<Figure>, Overflow> {
    let value = Decimal::from(*n).over(dec!(3))?;
    Ok(vec![Figure { name: "a third".to_owned(), value, scale: Decimal::ZERO }])
}

#[test]
fn the_tolerance_is_relative() {
    let rough = |n: &i64| Ok::<_, Overflow>(vec![*n as f64 / 3.0 * (1.0 + 1e-9)]);
    let settings = Settings::default();
    laws::parity(&settings, &(0..1_000_000_000_i64), 1e-8, third, rough).unwrap();
    let broken = laws::parity(&settings, &(0..1_000_000_000_i64), 1e-10, third, rough).unwrap_err();
    assert_eq!(broken.case, "1");
    assert!(
        broken.expected.starts_with("a third = 0.3333333333333333333333333333, to 1e-10 of 0.33333"),
        "{broken}"
    );
}

#[test]
fn what_is_no_number_differs_from_everything() {
    let nothing = |_: &i64| Ok::<_, Overflow>(vec![f64::NAN]);
    let broken = laws::parity(&Settings::default(), &(0..9_i64), 1.0, third, nothing).unwrap_err();
    assert!(broken.happened.starts_with("NaN in doubles"), "{broken}");
}

#[test]
fn a_refusal_on_one_side_is_a_difference() {
    let settings = Settings::default();
    let refuses = |_: &i64| Err::<Vec<f64>, _>(Overflow);
    let broken = laws::parity(&settings, &(0..9_i64), 1.0, third, refuses).unwrap_err();
    assert!(broken.happened.starts_with("in doubles: the result does not fit"), "{broken}");
    let exact = |_: &i64| Err::<Vec<Figure>, _>(Overflow);
    laws::parity(&settings, &(0..9_i64), 1.0, exact, refuses).unwrap();
    let answers = |n: &i64| Ok::<_, Overflow>(vec![*n as f64]);
    assert!(laws::parity(&settings, &(0..9_i64), 1.0, exact, answers).is_err());
    let two = |n: &i64| Ok::<_, Overflow>(vec![*n as f64 / 3.0, 1.0]);
    let broken = laws::parity(&settings, &(0..9_i64), 1.0, third, two).unwrap_err();
    assert_eq!((&*broken.expected, &*broken.happened), ("1 figures, as in decimals", "2 in doubles"));
}
