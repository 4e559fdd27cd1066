use allweather_core::{AssetId, Currency, Month};
use chrono::{Datelike, NaiveDate};

use crate::{Gap, History, MarketError, Table, estimates::Estimates};

/// Something that has a price: its name and the currency it is quoted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Its name, unique in the panel.
    pub id: AssetId,
    /// The currency of its prices. A fund's is the one it is quoted in, whatever it holds.
    pub currency: Currency,
}

/// How often a panel has prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Frequency {
    /// On the last calendar day of each month, months following one another without a hole.
    Monthly,
    /// On increasing days.
    Daily,
}

/// What a table of levels holds: how often, the dates, the columns.
type Rows = (Frequency, Vec<NaiveDate>, Vec<Vec<Option<f64>>>);

/// Levels on common dates: the part that prices and exchange rates share.
#[derive(Debug, Clone, PartialEq)]
struct Levels {
    frequency: Frequency,
    dates: Vec<NaiveDate>,
    months: Vec<Month>,
    columns: Vec<Vec<Option<f64>>>,
}

impl Levels {
    fn new(
        frequency: Frequency,
        dates: Vec<NaiveDate>,
        columns: Vec<(String, Vec<Option<f64>>)>,
    ) -> Result<Self, MarketError> {
        if dates.is_empty() || columns.is_empty() {
            return Err(MarketError::Empty { what: "a panel" });
        }
        let months = dates
            .iter()
            .map(|&date| Month::containing(date).map_err(|_| MarketError::Calendar { date }))
            .collect::<Result<Vec<_>, _>>()?;
        for (i, &date) in dates.iter().enumerate() {
            let before = if i == 0 { date } else { dates[i - 1] };
            let in_order = match frequency {
                Frequency::Daily => i == 0 || before < date,
                Frequency::Monthly => {
                    date == months[i].last_day() && (i == 0 || months[i].months_since(months[i - 1]) == 1)
                }
            };
            if !in_order {
                return Err(MarketError::Order { before, date });
            }
        }
        let mut kept: Vec<Vec<Option<f64>>> = Vec::with_capacity(columns.len());
        for (series, values) in columns {
            if values.len() != dates.len() {
                return Err(MarketError::Length { series, found: values.len(), expected: dates.len() });
            }
            for (&date, value) in dates.iter().zip(&values) {
                if let Some(value) = *value
                    && !(value.is_finite() && value > 0.0)
                {
                    return Err(MarketError::Level { series, date, value });
                }
            }
            kept.push(values);
        }
        Ok(Self { frequency, dates, months, columns: kept })
    }

    /// Rows of a table whose first heading is `month` or `date`; the other headings are columns.
    fn from_table(table: &Table) -> Result<Rows, MarketError> {
        let frequency = match table.headings().next() {
            Some("month") => Frequency::Monthly,
            Some("date") => Frequency::Daily,
            _ => return Err(table.refuse_heading(0, "month or date, the first heading")),
        };
        let mut dates: Vec<NaiveDate> = Vec::with_capacity(table.len());
        let mut columns = vec![Vec::with_capacity(table.len()); table.headings().len() - 1];
        for row in 0..table.len() {
            let cell = table.cell(row, 0);
            let date = match frequency {
                Frequency::Monthly => cell.month()?.last_day(),
                Frequency::Daily => cell.parse("a date such as 1980-01-31")?,
            };
            let before = dates.last().copied();
            if before.is_some_and(|before| before >= date) {
                return Err(cell.refuse("later than the line before"));
            }
            let skips = |before: NaiveDate| {
                // Month ends follow one another when the day after the first lies in the month of the second.
                let next = before.succ_opt();
                next.is_none_or(|next| (next.year(), next.month()) != (date.year(), date.month()))
            };
            if frequency == Frequency::Monthly && before.is_some_and(skips) {
                return Err(cell.refuse("the month after the line before"));
            }
            dates.push(date);
            for (column, values) in columns.iter_mut().enumerate() {
                values.push(table.cell(row, column + 1).level()?);
            }
        }
        Ok((frequency, dates, columns))
    }

    fn history(&self, column: usize, until: usize) -> History<'_> {
        let values = self.columns.get(column).map_or(&[][..], |values| &values[..until]);
        History::new(&self.dates[..values.len()], values)
    }

    fn until(&self, date: NaiveDate) -> usize {
        self.dates.partition_point(|d| *d <= date)
    }

    /// The holes of a column within a span of months.
    fn gaps(&self, name: &str, column: usize, (first, last): (Month, Month), found: &mut Vec<Gap>) {
        let from = self.months.partition_point(|m| *m < first);
        let to = self.months.partition_point(|m| *m <= last).max(from);
        Gap::collect(name, &self.months[from..to], &self.columns[column][from..to], found);
    }
}

fn no_name_twice<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), MarketError> {
    let mut seen = Vec::new();
    for name in names {
        if seen.contains(&name) {
            return Err(MarketError::Duplicate { name: name.to_owned() });
        }
        seen.push(name);
    }
    Ok(())
}

/// Prices or total-return levels of instruments on common dates.
///
/// | part | shape | unit |
/// |---|---|---|
/// | dates | `[dates]` | increasing; month ends in a monthly panel |
/// | levels | `[dates, instruments]` | positive, in the instrument's own currency; a gap is `None` |
/// | estimates | `[dates, instruments]` | the method of a level that was estimated; `None` when it was observed |
///
/// The order of instruments is the caller's and is never changed. Month-end levels and monthly averages must not be mixed
/// in one panel: averages understate volatility and split a shock over two months.
#[derive(Debug, Clone, PartialEq)]
pub struct PricePanel {
    instruments: Vec<Instrument>,
    levels: Levels,
    pub(crate) estimates: Estimates,
}

impl PricePanel {
    /// A panel of instruments with their levels, one `Vec` of `[dates]` each.
    ///
    /// ```
    /// use allweather_core::{Currency, Month};
    /// use allweather_market::{Frequency, Instrument, PricePanel};
    /// let january = Month::new(1980, 1)?;
    /// let dates = vec![january.last_day(), january.offset(1).last_day()];
    /// let gold = Instrument { id: "gold".parse()?, currency: Currency::USD };
    /// let panel = PricePanel::new(Frequency::Monthly, dates, vec![(gold, vec![Some(653.0), Some(637.0)])])?;
    /// assert_eq!(panel.instruments().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MarketError`] when it is empty, a name appears twice, dates are out of order (in a monthly panel: are not month ends
    /// that follow one another), lengths differ, or a level is not positive and finite.
    pub fn new(
        frequency: Frequency,
        dates: Vec<NaiveDate>,
        columns: Vec<(Instrument, Vec<Option<f64>>)>,
    ) -> Result<Self, MarketError> {
        let (instruments, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        no_name_twice(instruments.iter().map(|i: &Instrument| i.id.as_str()))?;
        let named = instruments.iter().map(|i| i.id.to_string()).zip(values).collect();
        Ok(Self {
            levels: Levels::new(frequency, dates, named)?,
            instruments,
            estimates: Estimates::default(),
        })
    }

    /// Reads a table whose first heading is `month` (`1980-01`, meaning its last day) or `date` (`1980-01-31`) and whose
    /// other headings are names with the currency behind the last underscore: `us_equity_usd` is the instrument
    /// `us_equity`, quoted in US dollars. An empty field is a gap.
    ///
    /// # Errors
    ///
    /// [`MarketError`] with file, line and field of what is refused.
    pub fn from_csv(file: &str, text: &str) -> Result<Self, MarketError> {
        let table = Table::parse(file, text)?;
        let (frequency, dates, columns) = Levels::from_table(&table)?;
        let mut instruments = Vec::with_capacity(columns.len());
        for heading in table.headings().skip(1) {
            let parts = heading.rsplit_once('_').and_then(|(name, currency)| {
                let lower = currency.bytes().all(|b| b.is_ascii_lowercase());
                let currency = lower.then(|| currency.to_ascii_uppercase().parse().ok())??;
                Some(Instrument { id: name.parse().ok()?, currency })
            });
            let place = instruments.len() + 1;
            let rule = "a name and a currency, such as us_equity_usd";
            let instrument: Instrument = parts.ok_or_else(|| table.refuse_heading(place, rule))?;
            if instruments.iter().any(|i: &Instrument| i.id == instrument.id) {
                return Err(table.refuse_heading(place, "a name of its own, whatever the currency"));
            }
            instruments.push(instrument);
        }
        Self::new(frequency, dates, instruments.into_iter().zip(columns).collect())
    }

    /// How often there are prices.
    #[must_use]
    pub fn frequency(&self) -> Frequency {
        self.levels.frequency
    }

    /// The dates, increasing.
    #[must_use]
    pub fn dates(&self) -> &[NaiveDate] {
        &self.levels.dates
    }

    /// The month of each date.
    #[must_use]
    pub fn months(&self) -> &[Month] {
        &self.levels.months
    }

    /// The first and the last month; a panel is never empty.
    #[must_use]
    pub fn span(&self) -> (Month, Month) {
        (self.levels.months[0], self.levels.months[self.levels.months.len() - 1])
    }

    /// The instruments, in universe order.
    #[must_use]
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// The place of an instrument in universe order.
    #[must_use]
    pub fn position(&self, id: &AssetId) -> Option<usize> {
        self.instruments.iter().position(|i| i.id == *id)
    }

    /// All levels of one instrument (`[dates]`), gaps included; none when there is no such place.
    #[must_use]
    pub fn levels(&self, position: usize) -> &[Option<f64>] {
        self.levels.columns.get(position).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn history(&self, position: usize, date: NaiveDate) -> History<'_> {
        let until = self.levels.until(date);
        self.levels.history(position, until).marked(self.estimates.column(position, until))
    }

    pub(crate) fn gaps(&self, found: &mut Vec<Gap>) {
        for (column, instrument) in self.instruments.iter().enumerate() {
            self.levels.gaps(instrument.id.as_str(), column, self.span(), found);
        }
    }
}

/// Exchange rates on common dates: the base currency's price of one unit of each foreign currency.
///
/// Shape `[dates, currencies]`; a gap is `None`. The direction is part of the type because files disagree about it: 150 is
/// yen per dollar, never dollars per yen.
#[derive(Debug, Clone, PartialEq)]
pub struct SpotPanel {
    base: Currency,
    currencies: Vec<Currency>,
    levels: Levels,
}

impl SpotPanel {
    /// Spots in `base` per unit of each currency, one `Vec` of `[dates]` each.
    ///
    /// # Errors
    ///
    /// As [`PricePanel::new`]; also when the base currency is among the foreign ones.
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
