#![no_main]

use allweather_core::Money;
use allweather_costs::Order;
use allweather_data::fee_table;
use libfuzzer_sys::{Corpus, fuzz_target};
use rust_decimal::Decimal;

// A table is read as it is written; every schedule charges something or refuses.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let Ok(rows) = fee_table(text) else { return Corpus::Keep };
    let written = serde_json::to_string(&rows).expect("plain data");
    let again = fee_table(&written).expect("what was written is read");
    assert_eq!(again, rows);
    assert_eq!(serde_json::to_string(&again).expect("plain data"), written);
    for row in &rows {
        let fees = &row.schedule;
        let price = Money::new(Decimal::new(2_505, 2), fees.currency());
        for price in [None, Some(price)] {
            assert!(
                fees.max_rate(price).is_ok_and(|rate| rate.fraction() >= Decimal::ZERO)
                    || fees.max_rate(price).is_err()
            );
        }
        for quantity in [Decimal::new(1, 28), Decimal::ONE, Decimal::from(1_000_000_000), Decimal::MAX] {
            let order = Order::new(-quantity, price).expect("above 0");
            for order in [Some(order), order.after_volume(Decimal::from(300_000)).ok()].into_iter().flatten()
            {
                if let Ok(commission) = fees.commission(&order, &[]) {
                    assert_eq!(commission.currency(), fees.currency());
                    assert!(commission.amount() >= Decimal::ZERO, "{commission:?}");
                }
            }
        }
    }
    Corpus::Keep
});
