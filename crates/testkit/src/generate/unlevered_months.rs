use std::fmt;

use allweather_leverage::{LeverageError, UnleveredPath};
use proptest::{collection::vec, prelude::*};

use crate::table::{Table, number};

/// The months that a leverage rule looks back on, all fractions of total assets. Shown with `{:?}` as a table.
#[derive(Clone, PartialEq)]
pub struct UnleveredMonths {
    /// Changes of the invested part, `[months]`.
    pub invested: Vec<f64>,
    /// Changes of what was not reinvested, `[months]`.
    pub unreinvested: Vec<f64>,
    /// Monthly funding rates, 0 or more, `[months]`.
    pub funding: Vec<f64>,
}

impl UnleveredMonths {
    /// The path as a rule is given it.
    ///
    /// # Errors
    ///
    /// [`LeverageError`] when what was put in by hand is no path.
    pub fn path(&self) -> Result<UnleveredPath<'_>, LeverageError> {
        UnleveredPath::new(&self.invested, &self.unreinvested, &self.funding)
    }

    /// The first `months` months.
    #[must_use]
    pub fn first(&self, months: usize) -> Self {
        let cut = |series: &Vec<f64>| series.iter().take(months).copied().collect();
        Self {
            invested: cut(&self.invested),
            unreinvested: cut(&self.unreinvested),
            funding: cut(&self.funding),
        }
    }
}

impl fmt::Debug for UnleveredMonths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.invested.is_empty() {
            return f.write_str("a path without months");
        }
        let mut table =
            Table::new("month", (0..self.invested.len()).map(|month| month.to_string()).collect());
        let columns =
            [("invested", &self.invested), ("unreinvested", &self.unreinvested), ("funding", &self.funding)];
        for (heading, series) in columns {
            table.column(heading.to_owned(), series.iter().map(|x| number(*x)).collect());
        }
        write!(f, "{table}")
    }
}

/// Paths of 0 to 36 months: changes of −20 to 20 %, a pool that earns up to 0.2 % and funding of up to 0.5 % a month.
///
/// Some paths only win, some only lose, and some have no months: a rule has no answer to some of them, and says so.
pub fn unlevered_months() -> BoxedStrategy<UnleveredMonths> {
    let bps = |range: std::ops::RangeInclusive<i32>| range.prop_map(|bps| f64::from(bps) / 10_000.0);
    let change = prop_oneof![3 => bps(-200..=200), 1 => bps(-2000..=2000)];
    vec((change, bps(0..=20), bps(0..=50)), 0..=36)
        .prop_map(|months| UnleveredMonths {
            invested: months.iter().map(|month| month.0).collect(),
            unreinvested: months.iter().map(|month| month.1).collect(),
            funding: months.iter().map(|month| month.2).collect(),
        })
        .boxed()
}
