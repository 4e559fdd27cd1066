//! Cases from an independent program in exact rationals, through both doors.

use allweather_cashflow::{Ledger, QuarterFigures, Terms, paths};
use allweather_core::Rate;
use ndarray::Array2;
use rust_decimal::{Decimal, dec, prelude::ToPrimitive};
use serde_json::Value;

use crate::{final_rates, quarter};

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("../data/cashflow.json")).unwrap()
}

fn decimal(case: &Value, field: &str) -> Decimal {
    case[field].as_str().unwrap().parse().unwrap()
}

fn list<'a>(case: &'a Value, field: &str) -> &'a [Value] {
    case[field].as_array().unwrap()
}

fn rates(input: &Value) -> Vec<Decimal> {
    list(input, "rfr_pct").iter().map(|rate| rate.as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn the_ledger_agrees_to_1e_12_in_every_field_of_every_quarter() {
    let mut compared = 0;
    for case in cases() {
        let input = &case["input"];
        let terms = Terms::new(decimal(input, "initial_capital")).unwrap();
        let terms = terms.with_initial_pool(decimal(input, "initial_pool")).unwrap();
        let rates = final_rates(&rates(input));
        let mut ledger = Ledger::new(terms, quarter(0));
        for (k, (given, expect)) in (0..).zip(list(input, "quarters").iter().zip(list(&case, "expect"))) {
            let figures = QuarterFigures {
                quarter: quarter(k),
                gain: decimal(given, "gain"),
                commission: decimal(given, "commission"),
                slippage: decimal(given, "slippage"),
                fx: decimal(given, "fx"),
            };
            let entry = ledger.settle(&figures, &rates).unwrap();
            assert_eq!(i64::from(entry.quarter.year().number() - 2000), expect["year"].as_i64().unwrap());
            assert_eq!(u64::from(entry.quarter.number()), expect["quarter"].as_u64().unwrap());
            assert_eq!(entry.halted, expect["halted"].as_bool().unwrap());
            for (field, found) in [
                ("annual_expense", entry.annual_expense),
                ("consumption", entry.consumption),
                ("pool_cap", entry.pool_cap),
                ("costs", entry.costs),
                ("excess", entry.excess),
                ("headroom", entry.headroom),
                ("reinvested", entry.reinvested),
                ("withdrawn", entry.withdrawn),
                ("pool", entry.pool),
                ("shortfall", entry.shortfall),
                ("invested_capital", entry.invested_capital),
            ] {
                let wanted = decimal(expect, field);
                assert!(
                    (found - wanted).abs() <= dec!(1e-12),
                    "{field} of quarter {k}: {found}, not {wanted}"
                );
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 11 * (20 + 4 + 20 + 8 + 48 + 8));
}

#[test]
fn the_paths_agree_to_1e_10_relative() {
    let double = |x: Decimal| x.to_f64().unwrap();
    for case in cases() {
        let input = &case["input"];
        let (given, expect) = (list(input, "quarters"), list(&case, "expect"));
        let fractions: Vec<f64> =
            rates(input).iter().map(|r| Rate::from_fraction(r / dec!(100)).to_f64()).collect();
        let capital = double(decimal(input, "initial_capital"));
        let expenses: Vec<f64> = (0..given.len())
            .map(|k| paths::annual_expense(0.03, capital, &fractions[..=k / 4]).unwrap())
            .collect();
        let consumption: Vec<f64> = expenses.iter().map(|a| a / 4.0).collect();
        let cap: Vec<f64> = expenses.iter().map(|a| a * 3.0).collect();
        // The same path twice: a path must not see its neighbour.
        let shape = (2, given.len());
        let gains = Array2::from_shape_fn(shape, |(_, k)| double(decimal(&given[k], "gain")));
        let costs = Array2::from_shape_fn(shape, |(_, k)| {
            ["commission", "slippage", "fx"].iter().map(|f| double(decimal(&given[k], f))).sum()
        });
        let pool = double(decimal(input, "initial_pool"));
        let out = paths::settle(&gains, &costs, &consumption, &cap, capital, pool).unwrap();
        for path in 0..2 {
            for (k, expect) in expect.iter().enumerate() {
                let at = [path, k];
                assert_eq!(out.halted[at], expect["halted"].as_bool().unwrap());
                for (field, found) in [
                    ("excess", out.excess[at]),
                    ("headroom", out.headroom[at]),
                    ("reinvested", out.reinvested[at]),
                    ("withdrawn", out.withdrawn[at]),
                    ("pool", out.pool[at]),
                    ("shortfall", out.shortfall[at]),
                    ("invested_capital", out.invested[at]),
                ] {
                    let wanted = double(decimal(expect, field));
                    // Relative to the capital: a headroom of 0 has no relative error of its own.
                    let size = wanted.abs().max(capital);
                    assert!(
                        (found - wanted).abs() <= 1e-10 * size,
                        "{field} of {at:?}: {found}, not {wanted}"
                    );
                }
            }
        }
    }
}
