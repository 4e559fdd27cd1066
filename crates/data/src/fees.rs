use allweather_core::Rate;
use allweather_costs::FeeSchedule;
use serde::{Deserialize, Serialize};

/// One row of a table of fees: a schedule, what it is for, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FeeRow {
    /// The kind of asset: `US stocks and ETFs`.
    pub assets: String,
    /// What is charged; its plan is one of the broker's plans for these assets.
    pub schedule: FeeSchedule,
    /// What holding costs a year, as a fraction of value: the storage of metal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holding: Option<Rate>,
    /// The page it stands on.
    pub source: String,
    /// When it was found there.
    pub as_of: String,
    /// What the page leaves open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A table of fees could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the table of fees is not one: line {line}, column {column}")]
#[non_exhaustive]
pub struct FeeTableError {
    /// The line of the text, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// What Interactive Brokers charges, as its pricing pages were found in 2026.
///
/// Rates change: read your own table with [`fee_table`]. Where nothing was found (Japanese cash equities among them) there
/// is no row; where only a plan's highest tier was found, or the bounds of its tiers were not, the row has that tier
/// alone and says so.
///
/// ```
/// use allweather_core::Rate;
/// use rust_decimal::dec;
/// let rows = allweather_data::interactive_brokers()?;
/// let gold = rows.iter().find(|row| row.assets == "spot gold").map(|row| &row.schedule);
/// assert_eq!(gold.map(|fees| fees.max_rate(None)).transpose()?, Some(Rate::from_bps(dec!(1.5))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`FeeTableError`] never happens with the table that is compiled in; a test reads it.
///
/// # Source
///
/// The broker's pricing pages for stocks, spot currencies and metals (interactivebrokers.com, .co.uk, .com.hk, .com.au).
pub fn interactive_brokers() -> Result<Vec<FeeRow>, FeeTableError> {
    fee_table(include_str!("../data/interactive_brokers_fees.json"))
}

/// A table of fees from JSON text: a list of [`FeeRow`].
///
/// # Errors
///
/// [`FeeTableError`] names the place where the text is no such list, or a schedule does not hold together.
pub fn fee_table(json: &str) -> Result<Vec<FeeRow>, FeeTableError> {
    serde_json::from_str(json).map_err(|e| FeeTableError { line: e.line(), column: e.column() })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use allweather_core::{Currency, Money, Rate};
    use allweather_costs::{FeeSchedule, Order};
    use rust_decimal::{Decimal, dec};

    use super::{FeeTableError, fee_table, interactive_brokers};

    fn schedule(assets: &str, plan: &str) -> FeeSchedule {
        let rows = interactive_brokers().unwrap().into_iter();
        rows.map(|row| (row.assets, row.schedule)).find(|(a, s)| a == assets && s.plan() == plan).unwrap().1
    }

    fn commission(fees: &FeeSchedule, quantity: Decimal, price: Decimal) -> Decimal {
        let order = Order::new(quantity, Money::new(price, fees.currency())).unwrap();
        let commission = fees.commission(&order, &[]).unwrap();
        assert_eq!(commission.currency(), fees.currency());
        commission.amount()
    }

    #[test]
    fn the_worked_examples_of_the_pages_hold() {
        let us = schedule("US stocks and ETFs", "fixed");
        assert_eq!(commission(&us, dec!(100), dec!(25)), dec!(1.00));
        assert_eq!(commission(&us, dec!(1000), dec!(25)), dec!(5.00));
        assert_eq!(commission(&us, dec!(1000), dec!(0.25)), dec!(2.50));
        assert_eq!(commission(&schedule("Australian stocks", "fixed"), dec!(400), dec!(50)), dec!(16.00));
        let spot = schedule("spot currencies", "tiered");
        // 50 000 dollars' worth of euros; 100 000 dollars against the euro; a billion in one month.
        assert_eq!(commission(&spot, dec!(50_000), dec!(1)), dec!(2.00));
        assert_eq!(commission(&spot, dec!(100_000), dec!(1)), dec!(2.00));
        assert_eq!(commission(&spot, dec!(1e9), dec!(1)), dec!(20_000));
    }

    #[test]
    fn every_row_charges_at_most_the_rate_of_the_table() {
        let found: Vec<_> = interactive_brokers()
            .unwrap()
            .iter()
            .map(|row| {
                let fees = &row.schedule;
                let rate = fees.max_rate(Some(Money::new(dec!(100), fees.currency()))).unwrap();
                assert!(!row.source.is_empty() && row.as_of == "as found 2026");
                (
                    row.assets.clone(),
                    fees.currency(),
                    rate.fraction(),
                    fees.tiers()[0].minimum().unwrap().amount(),
                )
            })
            .collect();
        let row = |assets: &str, currency, rate, minimum| (assets.to_owned(), currency, rate, minimum);
        assert_eq!(
            found,
            [
                row("US stocks and ETFs", Currency::USD, dec!(0.01), dec!(1)),
                row("US stocks and ETFs", Currency::USD, dec!(0.01), dec!(0.35)),
                row("Canadian stocks", Currency::CAD, dec!(0.005), dec!(1)),
                row("Canadian stocks", Currency::CAD, dec!(0.005), dec!(1)),
                row("UK stocks", Currency::GBP, dec!(0.0005), dec!(1)),
                row("Australian stocks", Currency::AUD, dec!(0.0008), dec!(6)),
                row("Hong Kong stocks", Currency::HKD, dec!(0.0008), dec!(18)),
                row("Hong Kong stocks", Currency::HKD, dec!(0.0005), dec!(18)),
                row("Indian stocks", Currency::INR, dec!(0.0001), dec!(6)),
                row("spot currencies", Currency::USD, dec!(0.00002), dec!(2)),
                row("spot gold", Currency::USD, dec!(0.00015), dec!(2)),
                row("spot silver", Currency::USD, dec!(0.0003), dec!(2)),
            ]
        );
    }

    #[test]
    fn the_tiers_are_those_of_the_pages() {
        let us = schedule("US stocks and ETFs", "tiered");
        // 300 000 at .0035, 2.7 M at .0020, 17 M at .0015, 80 M at .0010, 1 M at .0005.
        assert_eq!(commission(&us, dec!(101_000_000), dec!(100)), dec!(112_450));
        let spot = schedule("spot currencies", "tiered");
        // 1 bn at .20, 1 bn at .15, 3 bn at .10, 1 bn at .08 basis points.
        assert_eq!(commission(&spot, dec!(6e9), dec!(1)), dec!(73_000));
        let least: Vec<_> = spot.tiers().iter().map(|t| t.minimum().unwrap().amount()).collect();
        assert_eq!(least, [dec!(2), dec!(1.5), dec!(1.25), dec!(1)]);
        // 500 000 at 1.5, 500 000 at 1.0, 1 M at .7; 250 000 at 3.0, 250 000 at 2.0, 1 M at 1.5 basis points.
        assert_eq!(commission(&schedule("spot gold", "by order value"), dec!(1000), dec!(2000)), dec!(195));
        assert_eq!(commission(&schedule("spot silver", "by order value"), dec!(50_000), dec!(30)), dec!(275));
        let stored: Vec<_> =
            interactive_brokers().unwrap().into_iter().filter_map(|row| row.holding).collect();
        assert_eq!(stored, [Rate::from_percent(allweather_core::Percent::new(dec!(0.1)))]);
    }

    #[test]
    fn a_table_that_is_none_is_refused_with_its_place() {
        assert_eq!(fee_table("[\n{}]"), Err(FeeTableError { line: 2, column: 2 }));
        let json = serde_json::to_string(&interactive_brokers().unwrap()).unwrap();
        assert_eq!(fee_table(&json).unwrap(), interactive_brokers().unwrap());
        assert!(fee_table(&json.replacen("\"source\"", "\"sauce\"", 1)).is_err());
    }
}
