use allweather_core::{AssetId, Currency, Month};
use chrono::NaiveDate;

use crate::{
    Basis, Frequency, Gap, History, MarketError, Table,
    levels::{Levels, no_name_twice},
};

/// Something that has a price: its name and the currency it is quoted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Its name, unique in the panel.
    pub id: AssetId,
    /// The currency of its prices. A fund's is the one it is quoted in, whatever it holds.
    pub currency: Currency,
}

/// Prices or total-return levels of instruments on common dates.
///
/// | part | shape | unit |
/// |---|---|---|
/// | dates | `[dates]` | increasing; month ends in a monthly panel |
/// | levels | `[dates, instruments]` | positive, in the instrument's own currency; a gap is `None` |
/// | estimates | `[dates, instruments]` | the method of a level that was estimated; `None` when it was observed |
///
/// The order of instruments is the caller's and is never changed. All levels have one [`Basis`].
#[derive(Debug, Clone, PartialEq)]
pub struct PricePanel {
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) levels: Levels,
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
        Ok(Self { levels: Levels::new(frequency, dates, named)?, instruments })
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

    /// The same panel, the levels of which are stated to be on this basis. Without it they count as those of period ends.
    ///
    /// ```
    /// use allweather_core::Currency;
    /// use allweather_market::{Basis, Market, PricePanel, SpotPanel};
    /// let ends = PricePanel::from_csv("prices.csv", "month,a_usd\n1987-09,100\n1987-10,78.4\n")?;
    /// let averages = SpotPanel::from_csv("fx.csv", "month,usd\n1987-09,143.3\n1987-10,143.3\n", Currency::JPY)?
    ///     .with_basis(Basis::Average);
    /// let error = Market::new(Currency::JPY, ends).with_spots(averages).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "a is of period ends and spot USD of averages over periods: they do not go together"
    /// );
    /// # Ok::<(), allweather_market::MarketError>(())
    /// ```
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

    /// Of its first instrument, for refusals of the whole.
    pub(crate) fn name(&self) -> String {
        self.instruments.first().map(|first| first.id.to_string()).unwrap_or_default()
    }

    pub(crate) fn history(&self, position: usize, date: NaiveDate) -> History<'_> {
        self.levels.history(position, self.levels.until(date))
    }

    pub(crate) fn gaps(&self, found: &mut Vec<Gap>) {
        for (column, instrument) in self.instruments.iter().enumerate() {
            self.levels.gaps(instrument.id.as_str(), column, self.span(), found);
        }
    }
}
