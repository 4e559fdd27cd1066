use allweather_core::{Currency, Month};
use chrono::NaiveDate;

use crate::{
    Basis, Frequency, Gap, History, MarketError, Table,
    levels::{Levels, no_name_twice},
};

/// Exchange rates on common dates: the base currency's price of one unit of each foreign currency.
///
/// Shape `[dates, currencies]`; a gap is `None`. The direction is part of the type because files disagree about it: 150 is
/// yen per dollar, never dollars per yen.
#[derive(Debug, Clone, PartialEq)]
pub struct SpotPanel {
    base: Currency,
    currencies: Vec<Currency>,
    pub(crate) levels: Levels,
}

impl SpotPanel {
    /// Spots in `base` per unit of each currency, one `Vec` of `[dates]` each.
    ///
    /// # Errors
    ///
    /// As [`PricePanel::new`](crate::PricePanel::new); also when the base currency is among the foreign ones.
    pub fn new(
        base: Currency,
        frequency: Frequency,
        dates: Vec<NaiveDate>,
        columns: Vec<(Currency, Vec<Option<f64>>)>,
    ) -> Result<Self, MarketError> {
        let (currencies, values): (Vec<Currency>, Vec<_>) = columns.into_iter().unzip();
        no_name_twice(currencies.iter().chain([&base]).map(Currency::code))?;
        let named = currencies.iter().map(ToString::to_string).zip(values).collect();
        Ok(Self { base, levels: Levels::new(frequency, dates, named)?, currencies })
    }

    /// Reads a table whose first heading is `month` or `date` and whose other headings are currency codes in lower case;
    /// fields are `base` per unit.
    ///
    /// # Errors
    ///
    /// [`MarketError`] with file, line and field of what is refused.
    pub fn from_csv(file: &str, text: &str, base: Currency) -> Result<Self, MarketError> {
        let table = Table::parse(file, text)?;
        let (frequency, dates, columns) = Levels::from_table(&table)?;
        let currencies = currency_headings(&table)?;
        if let Some(place) = currencies.iter().position(|c| *c == base) {
            return Err(
                table.refuse_heading(place + 1, "a foreign currency: this one is the base that rates are in")
            );
        }
        Self::new(base, frequency, dates, currencies.into_iter().zip(columns).collect())
    }

    /// The same panel, the spots of which are stated to be on this basis. Without it they count as those of period ends.
    #[must_use]
    pub fn with_basis(mut self, basis: Basis) -> Self {
        self.levels.basis = basis;
        self
    }

    /// How a level stands for its period.
    #[must_use]
    pub fn basis(&self) -> Basis {
        self.levels.basis
    }

    /// The currency that the rates are in.
    #[must_use]
    pub fn base(&self) -> Currency {
        self.base
    }

    /// The foreign currencies, in the caller's order.
    #[must_use]
    pub fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// The spot of a currency on a day; `None` when there is none on that very day.
    #[must_use]
    pub fn on(&self, currency: Currency, date: NaiveDate) -> Option<f64> {
        let row = self.levels.dates.binary_search(&date).ok()?;
        let column = self.currencies.iter().position(|c| *c == currency)?;
        self.levels.columns[column][row]
    }

    /// The same currencies with levels made of these.
    pub(crate) fn with_levels(&self, levels: Levels) -> Self {
        Self { base: self.base, currencies: self.currencies.clone(), levels }
    }

    /// Of its first currency, for refusals of the whole.
    pub(crate) fn name(&self) -> String {
        self.currencies.first().map(|first| format!("spot {first}")).unwrap_or_default()
    }

    pub(crate) fn history(&self, currency: Currency, date: NaiveDate) -> Option<History<'_>> {
        let column = self.currencies.iter().position(|c| *c == currency)?;
        Some(self.levels.history(column, self.levels.until(date)))
    }

    pub(crate) fn gaps(&self, span: (Month, Month), found: &mut Vec<Gap>) {
        for (column, currency) in self.currencies.iter().enumerate() {
            self.levels.gaps(&format!("spot {currency}"), column, span, found);
        }
    }
}

/// The headings behind the first as currencies in lower case.
pub(crate) fn currency_headings(table: &Table) -> Result<Vec<Currency>, MarketError> {
    let currency = |(place, heading): (usize, &str)| {
        let lower = heading.bytes().all(|b| b.is_ascii_lowercase());
        let code = lower.then(|| heading.to_ascii_uppercase().parse().ok()).flatten();
        code.ok_or_else(|| table.refuse_heading(place, "a currency in lower case, such as usd"))
    };
    table.headings().enumerate().skip(1).map(currency).collect()
}
