use allweather_core::Month;
use allweather_market::{SeriesId, Vintages};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    FullSampleLabel, Label, WeatherError,
    full_sample::full_sample,
    walk::{Seen, walk},
};

/// What an axis compares with what. `x(m)` is the 12-month change of the index, as a fraction.
///
/// ```text
/// Level      x(m)                                    ≥ median of x(k), k ≤ m
/// Surprise   s(m) = x(m) − x(m−12) as first known    ≥ median of s(k), k ≤ m
/// Trend      x(m)                                    ≥ mean of x(k), m−36 < k ≤ m
/// Combined   c(m) = ½ z(x(m)) + ½ z(s(m))            ≥ median of c(k), k ≤ m
/// ```
///
/// Months without a figure are passed over. `z(·)` is the distance from the mean in sample standard deviations, both over
/// `k ≤ m`; without variation it is 0, and the axis is flagged. All of them use the figures as they were known on one day.
/// Equal is up.
///
/// The forecast of a surprise is a random walk made a year before, from the change that was then published: there are no
/// surveys here. It and the 36 months have no published source `[our reading]`.
///
/// # Source
///
/// Level, surprise and their mean: Ilmanen, Maloney and Ross 2014, who use the whole sample; here samples end with the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Against the median so far.
    Level,
    /// Against what was forecast a year before.
    Surprise,
    /// Against its own mean of 36 months.
    Trend,
    /// Level and surprise, half each: the published composite.
    #[default]
    Combined,
}

/// How weather is told: which two indices, which comparison, how much history, and when a month is final.
///
/// A label rests on what was published by a day, and its thresholds on months up to the labelled one. A later release
/// changes no earlier answer, as far as [`Vintages`] promises that: where a lag is assumed, a release can still bring figures of
/// old periods that had none.
///
/// ```text
/// mostly final on   the last day of the month 9 months later
/// final on          the last day of the month 12 months later, or of the first annual revision from then on;
///                   when a figure is still missing then, the first month end at which the month has a label
/// ```
///
/// ```
/// use allweather_weather::{Mode, WeatherSpec};
/// let spec = WeatherSpec::japan().with_mode(Mode::Trend);
/// // December's industrial production is revised in April of the year after the next.
/// let final_on = spec.final_on("2022-12".parse()?);
/// assert_eq!(final_on.to_string(), "2024-04-30");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §7, gives the four weathers and the 9 and 12 months. Indices, comparison and history are `[our reading]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct WeatherSpec {
    fields: Fields,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    activity: String,
    prices: String,
    #[serde(default)]
    mode: Mode,
    #[serde(default = "default_minimum")]
    minimum_months: u16,
    #[serde(default = "default_mostly_final")]
    mostly_final_after: u16,
    #[serde(default = "default_final")]
    final_after: u16,
    #[serde(default)]
    annual_revision: Option<u32>,
    #[serde(default)]
    growth_revision_sd: Option<f64>,
    #[serde(default)]
    inflation_revision_sd: Option<f64>,
}

const fn default_minimum() -> u16 {
    60
}

const fn default_mostly_final() -> u16 {
    9
}

const fn default_final() -> u16 {
    12
}

impl WeatherSpec {
    /// Weather from an index of activity and one of consumer prices: by level and surprise combined, after 60 months of changes, mostly final after
    /// 9 months and final after 12, revisions as measured.
    #[must_use]
    pub fn new(activity: &SeriesId, prices: &SeriesId) -> Self {
        Self::named(activity.as_str(), prices.as_str(), None)
    }

    /// Japan: `jp_iip` and `jp_cpi`. Industrial production is revised every April.
    #[must_use]
    pub fn japan() -> Self {
        Self::named("jp_iip", "jp_cpi", Some(4))
    }

    /// The United States: `us_indpro` and `us_cpi`. The day of the annual revision of industrial production moves, so a month
    /// is final after 12.
    #[must_use]
    pub fn us() -> Self {
        Self::named("us_indpro", "us_cpi", None)
    }

    fn named(activity: &str, prices: &str, annual_revision: Option<u32>) -> Self {
        Self {
            fields: Fields {
                activity: activity.to_owned(),
                prices: prices.to_owned(),
                mode: Mode::default(),
                minimum_months: default_minimum(),
                mostly_final_after: default_mostly_final(),
                final_after: default_final(),
                annual_revision,
                growth_revision_sd: None,
                inflation_revision_sd: None,
            },
        }
    }

    /// The same with another comparison.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.fields.mode = mode;
        self
    }

    /// The same with another least number of 12-month changes before the first label.
    ///
    /// # Errors
    ///
    /// [`WeatherError::Months`] when it is not 1 to 1200.
    pub fn with_minimum_months(mut self, months: u16) -> Result<Self, WeatherError> {
        self.fields.minimum_months = months;
        self.fields.try_into()
    }

    /// The same with other ages, in months after the month's end, at which a label is mostly final and final.
    ///
    /// # Errors
    ///
    /// [`WeatherError::Months`] unless `1 ≤ mostly_final ≤ final_after ≤ 120`.
    pub fn with_ages(mut self, mostly_final: u16, final_after: u16) -> Result<Self, WeatherError> {
        self.fields.mostly_final_after = mostly_final;
        self.fields.final_after = final_after;
        self.fields.try_into()
    }

    /// The same with a month of the year (1 to 12) whose revision a label waits for, or with none.
    ///
    /// # Errors
    ///
    /// [`WeatherError::AnnualRevision`] when there is no such month.
    pub fn with_annual_revision(mut self, month: Option<u32>) -> Result<Self, WeatherError> {
        self.fields.annual_revision = month;
        self.fields.try_into()
    }

    /// The same with an assumption on revisions: the standard deviation, of growth and of inflation, of what they do to the
    /// value that the mode compares (a fraction; in [`Mode::Combined`] standard deviations). With `None` it is measured.
    ///
    /// Measured is the standard deviation of final less first known values, over the months that were final before the day,
    /// 24 or more of them. Where no revision was ever seen there is nothing to measure, and without an assumption there are no
    /// probabilities.
    ///
    /// # Errors
    ///
    /// [`WeatherError::Value`] when one is not a number of 0 or more.
    pub fn with_revision_sds(
        mut self,
        growth: Option<f64>,
        inflation: Option<f64>,
    ) -> Result<Self, WeatherError> {
        self.fields.growth_revision_sd = growth;
        self.fields.inflation_revision_sd = inflation;
        self.fields.try_into()
    }

    /// The series of activity.
    #[must_use]
    pub fn activity(&self) -> &str {
        &self.fields.activity
    }

    /// The series of consumer prices.
    #[must_use]
    pub fn prices(&self) -> &str {
        &self.fields.prices
    }

    /// What is compared.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.fields.mode
    }

    /// The least number of 12-month changes before the first label.
    #[must_use]
    pub fn minimum_months(&self) -> usize {
        usize::from(self.fields.minimum_months)
    }

    /// The assumed standard deviations of revisions, of growth and of inflation.
    #[must_use]
    pub fn revision_sds(&self) -> [Option<f64>; 2] {
        [self.fields.growth_revision_sd, self.fields.inflation_revision_sd]
    }

    /// The first day on which a month is mostly final.
    #[must_use]
    pub fn mostly_final_on(&self, month: Month) -> NaiveDate {
        month.offset(self.fields.mostly_final_after.into()).last_day()
    }

    /// The first day on which a month can be final.
    #[must_use]
    pub fn final_on(&self, month: Month) -> NaiveDate {
        let earliest = month.offset(self.fields.final_after.into());
        let revised = |m: &Month| self.fields.annual_revision.is_none_or(|number| m.number() == number);
        earliest.through(earliest.offset(11)).find(revised).unwrap_or(earliest).last_day()
    }

    /// How many months after its last figure a series can still change a label.
    pub(crate) fn settles_within(&self) -> u16 {
        self.fields.final_after + 12
    }

    /// The weather of a month as known at the end of a day. `None` when a figure or the history is missing.
    ///
    /// # Errors
    ///
    /// [`WeatherError::Unknown`] when a series has no release at all, [`WeatherError::Level`] for a level that is not above 0,
    /// [`WeatherError::Day`], and [`WeatherError::Market`] when figures known on some day make no monthly series.
    pub fn label(
        &self,
        vintages: &Vintages,
        month: Month,
        as_of: NaiveDate,
    ) -> Result<Option<Label>, WeatherError> {
        Ok(walk(self, vintages, as_of)?.get(&month).map(|seen| seen.current))
    }

    /// The weather of each month from `from` to `to` as it stands at the end of a day, final months as they were frozen.
    /// Months without a label are left out.
    ///
    /// # Errors
    ///
    /// As [`WeatherSpec::label`].
    pub fn history(
        &self,
        vintages: &Vintages,
        from: Month,
        to: Month,
        as_of: NaiveDate,
    ) -> Result<Vec<Label>, WeatherError> {
        self.labels(vintages, from, to, as_of, |seen| Some(seen.current))
    }

    /// The weather of each month from `from` to `to` as it was first known: at the first month end, not after `as_of`, that
    /// had all its figures.
    ///
    /// # Errors
    ///
    /// As [`WeatherSpec::label`].
    pub fn first_labels(
        &self,
        vintages: &Vintages,
        from: Month,
        to: Month,
        as_of: NaiveDate,
    ) -> Result<Vec<Label>, WeatherError> {
        self.labels(vintages, from, to, as_of, |seen| seen.first)
    }

    /// The labels that became final after the day `before`, up to and including the day `until`, by month. Empty when
    /// `until` is not later.
    ///
    /// # Errors
    ///
    /// As [`WeatherSpec::label`].
    pub fn became_final(
        &self,
        vintages: &Vintages,
        before: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<Label>, WeatherError> {
        let labels = walk(self, vintages, until)?.into_values().filter_map(|seen| seen.frozen());
        Ok(labels.filter(|label| label.as_of > before).collect())
    }

    /// The weather by statistics over the whole sample, months after the labelled one included. **For research**: no one
    /// could have known these labels, and a portfolio tested on them has looked ahead.
    ///
    /// Forecasts of surprises come from the same figures. A trend has no statistic over the sample; it stays as it is.
    ///
    /// # Errors
    ///
    /// As [`WeatherSpec::label`].
    pub fn full_sample(
        &self,
        vintages: &Vintages,
        from: Month,
        to: Month,
        as_of: NaiveDate,
    ) -> Result<Vec<FullSampleLabel>, WeatherError> {
        let labels = full_sample(self, vintages, as_of)?;
        Ok(labels.into_iter().filter(|label| (from..=to).contains(&label.month)).collect())
    }

    fn labels(
        &self,
        vintages: &Vintages,
        from: Month,
        to: Month,
        as_of: NaiveDate,
        which: impl Fn(&Seen) -> Option<Label>,
    ) -> Result<Vec<Label>, WeatherError> {
        let seen = walk(self, vintages, as_of)?;
        Ok(seen
            .iter()
            .filter(|(month, _)| (from..=to).contains(*month))
            .filter_map(|(_, seen)| which(seen))
            .collect())
    }
}

impl TryFrom<Fields> for WeatherSpec {
    type Error = WeatherError;
    fn try_from(fields: Fields) -> Result<Self, WeatherError> {
        for name in [&fields.activity, &fields.prices] {
            SeriesId::new(name)?;
        }
        let months = |what, months, rule| WeatherError::Months { what, months, rule };
        if !(1..=1200).contains(&fields.minimum_months) {
            return Err(months("least history of a label", fields.minimum_months, "1 to 1200"));
        }
        if !(1..=120).contains(&fields.final_after) {
            return Err(months("final after", fields.final_after, "1 to 120"));
        }
        if !(1..=fields.final_after).contains(&fields.mostly_final_after) {
            return Err(months("mostly final after", fields.mostly_final_after, "1 up to those of final"));
        }
        if let Some(month) = fields.annual_revision.filter(|month| !(1..=12).contains(month)) {
            return Err(WeatherError::AnnualRevision { month });
        }
        for (what, sd) in [
            ("standard deviation of growth's revisions", fields.growth_revision_sd),
            ("standard deviation of inflation's revisions", fields.inflation_revision_sd),
        ] {
            if let Some(value) = sd.filter(|sd| !(sd.is_finite() && *sd >= 0.0)) {
                return Err(WeatherError::Value { what, value, rule: "a number of 0 or more" });
            }
        }
        Ok(Self { fields })
    }
}

impl From<WeatherSpec> for Fields {
    fn from(spec: WeatherSpec) -> Self {
        spec.fields
    }
}
