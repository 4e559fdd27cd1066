use allweather_cashflow::paths::{self, Account};
use allweather_cashflow::{CashflowError, Ledger, Published, SpendingRule, SpendingYear, Terms};
use ndarray::{Array2, array};
use proptest::prelude::*;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::{figures, final_rates, quarter};

#[test]
fn what_is_not_a_finite_amount_is_refused_at_every_door() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        for (capital, pool, cap) in [(bad, 0.0, 1.0), (1.0, bad, 1.0), (1.0, 0.0, bad)] {
            assert!(matches!(Account::new(capital, pool, cap), Err(CashflowError::Number { .. })), "{bad}");
        }
        let mut account = Account::new(100.0, 1.0, 9.0).unwrap();
        let before = account;
        assert!(matches!(account.settle(1.0, 0.0, bad, 9.0), Err(CashflowError::Number { .. })), "{bad}");
        assert!(matches!(account.settle(1.0, 0.0, 1.0, bad), Err(CashflowError::Number { .. })), "{bad}");
        if !bad.is_finite() {
            assert!(matches!(account.settle(bad, 0.0, 1.0, 9.0), Err(CashflowError::Overflow(_))), "{bad}");
            assert!(matches!(account.settle(1.0, bad, 1.0, 9.0), Err(CashflowError::Overflow(_))), "{bad}");
            assert!(paths::annual_expense(0.03, bad, &[0.0]).is_err());
            assert!(paths::annual_expense(0.03, 1.0, &[bad]).is_err());
        }
        assert_eq!(account, before);
    }
    assert!(Account::new(0.0, 0.0, 1.0).is_err());
    let mut account = Account::new(100.0, f64::MAX, 0.0).unwrap();
    assert!(matches!(account.settle(f64::MAX, 0.0, 0.0, 0.0), Err(CashflowError::Overflow(_))));
}

#[test]
fn an_error_names_path_and_quarter_and_shapes_are_compared() {
    let gains = array![[1.0, 1.0], [1.0, f64::NAN]];
    let costs = Array2::zeros((2, 2));
    let error = paths::settle(&gains, &costs, &[1.0; 2], &[9.0; 2], 100.0, 0.0).unwrap_err();
    assert!(error.to_string().starts_with("path 1, quarter 1 (both from 0): "), "{error}");
    for (costs, consumption, cap) in [((1, 2), 2, 2), ((2, 3), 2, 2), ((2, 2), 3, 2), ((2, 2), 2, 1)] {
        let result = paths::settle(
            &gains,
            &Array2::zeros(costs),
            &vec![1.0; consumption],
            &vec![9.0; cap],
            100.0,
            0.0,
        );
        assert!(matches!(result, Err(CashflowError::Shape { .. })));
    }
    let none = paths::settle(&Array2::zeros((3, 0)), &Array2::zeros((3, 0)), &[], &[], 100.0, 0.0).unwrap();
    assert_eq!(none.pool.dim(), (3, 0));
}

proptest! {
    #[test]
    fn ledger_and_account_are_one_formula(
        rates in prop::collection::vec((-3000..4000_i64).prop_map(|bps| Decimal::new(bps, 2)), 4),
        gains in prop::collection::vec((-90_000..200_000_i64, 0..500_i64), 16),
        pool in 0..200_000_i64,
    ) {
        let capital = Decimal::from(1_000_000);
        let terms = Terms::new(capital).unwrap().with_initial_pool(pool.into()).unwrap();
        let known = final_rates(&rates);
        let fractions: Vec<f64> = rates.iter().map(|r| r.to_f64().unwrap() / 100.0).collect();
        let mut ledger = Ledger::new(terms, quarter(0));
        let mut account = None;
        for (k, (gain, cost)) in (0_u32..).zip(gains) {
            let year = &fractions[..=k as usize / 4];
            let expense = Published::default()
                .annual_expense(&SpendingYear::new(1_000_000.0, year, 0.0).unwrap()).unwrap();
            let account = account.get_or_insert_with(|| Account::new(1_000_000.0, pool as f64, 3.0 * expense).unwrap());
            let entry = ledger.settle(&figures(k, gain.into(), cost.into()), &known).unwrap();
            let twin = account.settle(gain as f64, cost as f64, expense / 4.0, 3.0 * expense).unwrap();
            prop_assert_eq!(entry.halted, twin.halted);
            for (exact, double) in [
                (entry.annual_expense, expense),
                (entry.excess, twin.excess),
                (entry.headroom, twin.headroom),
                (entry.reinvested, twin.reinvested),
                (entry.withdrawn, twin.withdrawn),
                (entry.pool, twin.pool),
                (entry.shortfall, twin.shortfall),
                (entry.invested_capital, twin.invested),
                (ledger.pool(), account.pool()),
                (ledger.invested_capital(), account.invested()),
                (ledger.headroom().unwrap(), account.headroom()),
            ] {
                let exact = exact.to_f64().unwrap();
                prop_assert!((exact - double).abs() <= 1e-10 * exact.abs().max(1e6), "{} {}", exact, double);
            }
        }
    }

    #[test]
    fn twice_the_money_gives_twice_the_amounts_bit_for_bit(
        gains in prop::collection::vec(-100.0..300.0_f64, 12),
        consumption in 0.0..40.0_f64,
        pool in 0.0..300.0_f64,
    ) {
        let run = |k: f64| {
            let gains = Array2::from_shape_fn((1, 12), |(_, q)| gains[q] * k);
            let costs = Array2::from_elem((1, 12), 0.75 * k);
            // A cap that falls below the pool halfway.
            let cap: Vec<f64> = (0..12).map(|q| consumption * k * if q < 6 { 12.0 } else { 3.0 }).collect();
            paths::settle(&gains, &costs, &[consumption * k; 12], &cap, 1000.0 * k, pool * k).unwrap()
        };
        let (one, two) = (run(1.0), run(2.0));
        prop_assert_eq!(&one.pool * 2.0, two.pool);
        prop_assert_eq!(&one.invested * 2.0, two.invested);
        prop_assert_eq!(&one.shortfall * 2.0, two.shortfall);
        prop_assert_eq!(one.halted, two.halted);
    }
}
