use std::sync::Arc;

use allweather_core::{AssetId, Currency};
use chrono::NaiveDate;

use crate::{MarketError, PricePanel, SeriesId, SpotPanel, Table};

/// A row of a panel and the method behind its level.
pub(crate) type Mark = (usize, Arc<str>);

/// Which levels of a panel are estimates: for each column its marked rows, increasing. A panel without any allocates nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Estimates(Vec<Vec<Mark>>);

impl Estimates {
    /// The marks of a column on rows before `until`.
    pub(crate) fn column(&self, position: usize, until: usize) -> &[Mark] {
        let marks = self.0.get(position).map_or(&[][..], Vec::as_slice);
        marks.get(..marks.partition_point(|(row, _)| *row < until)).unwrap_or_default()
    }

    /// The method behind the level of a row.
    pub(crate) fn get(&self, position: usize, row: usize) -> Option<&Arc<str>> {
        found(self.0.get(position)?, row)
    }

    /// Marks a row; the method that it was marked with stays.
    pub(crate) fn set(&mut self, position: usize, row: usize, method: &Arc<str>) {
        if self.0.len() <= position {
            self.0.resize(position + 1, Vec::new());
        }
        let Some(marks) = self.0.get_mut(position) else { return };
        if let Err(place) = marks.binary_search_by_key(&row, |(row, _)| *row) {
            marks.insert(place, (row, Arc::clone(method)));
        }
    }

    /// Puts the marks of other columns behind the first `columns` of this.
    pub(crate) fn append(&mut self, columns: usize, others: Self) {
        if others.0.is_empty() {
            return;
        }
        self.0.resize(columns, Vec::new());
        self.0.extend(others.0);
    }
}

const NO_DATE: &str = "the panel has no such date";

/// The method behind the level of a row.
pub(crate) fn method(marks: &[Mark], row: usize) -> Option<&str> {
    found(marks, row).map(|method| &**method)
}

fn found(marks: &[Mark], row: usize) -> Option<&Arc<str>> {
    let place = marks.binary_search_by_key(&row, |(row, _)| *row).ok()?;
    marks.get(place).map(|(_, method)| method)
}

/// Whether the return that ends on a row rests on an estimate.
pub(crate) fn is_return_estimated(marks: &[Mark], row: usize) -> bool {
    row.checked_sub(1).is_some_and(|before| method(marks, before).is_some() || method(marks, row).is_some())
}

impl PricePanel {
    /// The same panel, with the levels of an instrument on these days marked as estimates made by `method`, a short name such as
    /// `stambaugh` (lower-case letters, digits and `_`).
    ///
    /// Everything that is not marked counts as observed. A mark changes no level; it is there to be reported.
    ///
    /// ```
    /// use allweather_market::PricePanel;
    /// let text = "month,old_jpy,young_jpy\n1990-01,100,\n1990-02,103,98\n1990-03,101,100\n1990-04,104,103\n";
    /// let panel = PricePanel::from_csv("prices.csv", text)?;
    /// let february = panel.dates()[1];
    /// let panel = panel.with_estimates(&"young".parse()?, "stambaugh", [february])?;
    /// assert_eq!(panel.estimate(1, 1), Some("stambaugh"));
    /// assert_eq!(panel.estimate(1, 2), None);
    /// // The return of March begins at the estimated level, that of April does not.
    /// assert!(panel.is_return_estimated(1, 2) && !panel.is_return_estimated(1, 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MarketError::Unknown`] for an instrument that the panel lacks, [`MarketError::Method`] for a method that is no such
    /// name, [`MarketError::Mark`] for a day that the panel lacks, a day without a level, or a level that is already marked with
    /// another method.
    pub fn with_estimates(
        mut self,
        instrument: &AssetId,
        method: &str,
        dates: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<Self, MarketError> {
        let (position, method) = self.marked_as(instrument, method)?;
        for date in dates {
            let refuse = |rule| MarketError::Mark { series: instrument.to_string(), date, rule };
            let row = self.dates().binary_search(&date).map_err(|_| refuse(NO_DATE))?;
            self.mark(position, row, &method).map_err(refuse)?;
        }
        Ok(self)
    }

    /// The same panel with levels where an instrument has none, marked as estimates made by `method`. A level that is there is never
    /// replaced.
    ///
    /// ```
    /// use allweather_market::PricePanel;
    /// let text = "month,old_jpy,young_jpy\n1990-01,100,\n1990-02,103,98\n1990-03,101,100\n";
    /// let panel = PricePanel::from_csv("prices.csv", text)?;
    /// let january = panel.dates()[0];
    /// let long = panel.with_estimated_levels(&"young".parse()?, "stambaugh", [(january, 96.5)])?;
    /// assert_eq!((long.levels(1)[0], long.estimate(1, 0)), (Some(96.5), Some("stambaugh")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MarketError::Unknown`] for an instrument that the panel lacks, [`MarketError::Method`] for a method that is no name,
    /// [`MarketError::Mark`] for a day that the panel lacks or on which there is a level, [`MarketError::Level`] for one that is not
    /// finite and above 0.
    pub fn with_estimated_levels(
        mut self,
        instrument: &AssetId,
        method: &str,
        levels: impl IntoIterator<Item = (NaiveDate, f64)>,
    ) -> Result<Self, MarketError> {
        let (position, method) = self.marked_as(instrument, method)?;
        for (date, level) in levels {
            let refuse = |rule| MarketError::Mark { series: instrument.to_string(), date, rule };
            let row = self.dates().binary_search(&date).map_err(|_| refuse(NO_DATE))?;
            if !(level.is_finite() && level > 0.0) {
                return Err(MarketError::Level { series: instrument.to_string(), date, value: level });
            }
            let cell = self.levels.columns.get_mut(position).and_then(|column| column.get_mut(row));
            let cell = cell.filter(|cell| cell.is_none()).ok_or_else(|| refuse("there is a value on it"))?;
            *cell = Some(level);
            self.levels.estimates.set(position, row, &method);
        }
        Ok(self)
    }

    /// The same panel with the marks of a table `month,asset,method` (`date,asset,method` for a daily panel), one line for each
    /// estimated level, in any order.
    ///
    /// ```
    /// use allweather_market::PricePanel;
    /// let panel = PricePanel::from_csv("prices.csv", "month,a_jpy\n1990-01,100\n1990-02,103\n")?;
    /// let marked = panel.clone().with_estimates_from_csv("estimated.csv", "month,asset,method\n1990-01,a,em\n")?;
    /// assert_eq!(marked.estimate(0, 0), Some("em"));
    /// let error = panel.with_estimates_from_csv("estimated.csv", "month,asset,method\n1991-01,a,em\n").unwrap_err();
    /// assert_eq!(error.to_string(), "estimated.csv, line 2, field month: \"1991-01\" is not a date of the panel");
    /// # Ok::<(), allweather_market::MarketError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MarketError`] with file, line and field of what is refused: what [`PricePanel::with_estimates`] refuses, and a level that
    /// is named twice.
    pub fn with_estimates_from_csv(mut self, file: &str, text: &str) -> Result<Self, MarketError> {
        let table = Table::parse(file, text)?;
        let [day, asset, method] = table.columns([self.frequency().heading(), "asset", "method"])?;
        let mut methods: Vec<Arc<str>> = Vec::new();
        for line in 0..table.len() {
            let (day, asset, method) =
                (table.cell(line, day), table.cell(line, asset), table.cell(line, method));
            let date = self.frequency().date(&day)?;
            let row = self.dates().binary_search(&date).map_err(|_| day.refuse("a date of the panel"))?;
            let named = asset.text().parse().ok().and_then(|id| self.position(&id));
            let position = named.ok_or_else(|| asset.refuse("an asset of the panel"))?;
            let shared = methods.iter().find(|known| &***known == method.text()).cloned();
            let name = shared.or_else(|| method_name(method.text())).ok_or_else(|| {
                method.refuse("a method: lower-case letters, digits and _, a letter first, at most 64")
            })?;
            if self.estimate(position, row).is_some() {
                return Err(day.refuse("a day on which no line before names this asset"));
            }
            self.mark(position, row, &name)
                .map_err(|_| day.refuse("a day on which the asset has a value"))?;
            if !methods.contains(&name) {
                methods.push(name);
            }
        }
        Ok(self)
    }

    /// The method by which a level was estimated: of the instrument at `position` on the date at `row` of
    /// [`PricePanel::dates`]. `None` when it was observed, is a gap, or there is no such place.
    #[must_use]
    pub fn estimate(&self, position: usize, row: usize) -> Option<&str> {
        self.levels.estimates.get(position, row).map(|method| &**method)
    }

    /// Whether the return that ends on the date at `row` rests on an estimate: its level there or the one on the date before.
    #[must_use]
    pub fn is_return_estimated(&self, position: usize, row: usize) -> bool {
        let dates = self.dates().len();
        row < dates && is_return_estimated(self.levels.estimates.column(position, dates), row)
    }

    /// Whether any level is an estimate.
    #[must_use]
    pub fn has_estimates(&self) -> bool {
        !self.levels.estimates.0.is_empty()
    }

    /// The place of an instrument and the name of a method, as they are named by who marks levels.
    fn marked_as(&self, instrument: &AssetId, method: &str) -> Result<(usize, Arc<str>), MarketError> {
        let position =
            self.position(instrument).ok_or_else(|| MarketError::Unknown { name: instrument.to_string() })?;
        let method = method_name(method).ok_or_else(|| MarketError::Method { found: method.to_owned() })?;
        Ok((position, method))
    }

    fn mark(&mut self, position: usize, row: usize, method: &Arc<str>) -> Result<(), &'static str> {
        if self.levels(position).get(row).copied().flatten().is_none() {
            return Err("there is no value on it");
        }
        match self.levels.estimates.get(position, row) {
            Some(other) if other != method => Err("it is marked with another method"),
            _ => {
                self.levels.estimates.set(position, row, method);
                Ok(())
            }
        }
    }
}

impl SpotPanel {
    /// The method by which the spot of a currency on a day was estimated, such as `carried` ([`SpotPanel::on_dates`]); `None` when it
    /// was observed, or there is none on that very day.
    #[must_use]
    pub fn estimate(&self, currency: Currency, date: NaiveDate) -> Option<&str> {
        let row = self.levels.dates.binary_search(&date).ok()?;
        let column = self.currencies().iter().position(|c| *c == currency)?;
        self.levels.estimates.get(column, row).map(|method| &**method)
    }

    /// Whether any spot is an estimate.
    #[must_use]
    pub fn has_estimates(&self) -> bool {
        !self.levels.estimates.0.is_empty()
    }
}

// The rule for names of series is a good one for methods as well.
fn method_name(text: &str) -> Option<Arc<str>> {
    SeriesId::new(text).ok().map(|name| name.as_str().into())
}
