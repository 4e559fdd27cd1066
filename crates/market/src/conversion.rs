use crate::{Instrument, MarketError, PricePanel, SpotPanel, estimates::Estimates};

impl PricePanel {
    /// The same panel in one currency, that of the spots, unhedged: each level times the spot of its day.
    ///
    /// ```text
    /// P_base(t) = P(t) · S(t)        so  1 + r_base = (1 + r)·(1 + x),  x the spot's return
    /// ```
    ///
    /// A level without a spot on that very day is missing. A level is an estimate when it or its spot is, by the level's method if
    /// it has one.
    ///
    /// ```
    /// use allweather_core::Currency;
    /// use allweather_market::{PricePanel, SpotPanel};
    /// let prices = PricePanel::from_csv("prices.csv", "month,a_usd,b_jpy\n2024-01,100,100\n2024-02,110,99\n2024-03,120,98\n")?;
    /// let spots = SpotPanel::from_csv("fx.csv", "month,usd\n2024-01,147\n2024-02,150\n", Currency::JPY)?;
    /// let yen = prices.converted(&spots)?;
    /// assert_eq!(yen.levels(0), [Some(14_700.0), Some(16_500.0), None]);
    /// assert_eq!(yen.levels(1), prices.levels(1));
    /// assert!(yen.instruments().iter().all(|it| it.currency == Currency::JPY));
    /// # Ok::<(), allweather_market::MarketError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MarketError::NoSpots`] for an instrument in a currency that the spots lack, [`MarketError::Mixed`] for spots of another
    /// frequency or basis, [`MarketError::Level`] when a product is too large or too small for a number.
    pub fn converted(&self, spots: &SpotPanel) -> Result<Self, MarketError> {
        let base = spots.base();
        self.levels.same_kind(self.name(), &spots.levels, spots.name())?;
        let same_day = self.dates().iter().map(|date| spots.levels.dates.binary_search(date).ok());
        let same_day: Vec<Option<usize>> = same_day.collect();
        let (mut columns, mut estimates) =
            (Vec::with_capacity(self.instruments().len()), Estimates::default());
        for (position, instrument) in self.instruments().iter().enumerate() {
            let (id, abroad) = (&instrument.id, instrument.currency);
            let spot = spots.currencies().iter().position(|currency| *currency == abroad);
            if spot.is_none() && abroad != base {
                let (instrument, currency) = (id.to_string(), abroad);
                return Err(MarketError::NoSpots { instrument, currency, base });
            }
            let mut values = self.levels(position).to_vec();
            for (row, (value, day)) in values.iter_mut().zip(&same_day).enumerate() {
                let mut by = self.levels.estimates.get(position, row);
                if let Some(column) = spot {
                    let rate = day.and_then(|day| *spots.levels.columns.get(column)?.get(day)?);
                    *value = value.zip(rate).map(|(level, rate)| level * rate);
                    by = by.or_else(|| spots.levels.estimates.get(column, (*day)?));
                }
                if let Some(by) = by.filter(|_| value.is_some()) {
                    estimates.set(position, row, by);
                }
            }
            columns.push((Instrument { id: id.clone(), currency: base }, values));
        }
        let mut made = Self::new(self.frequency(), self.dates().to_vec(), columns)?.with_basis(self.basis());
        made.levels.estimates = estimates;
        Ok(made)
    }
}
