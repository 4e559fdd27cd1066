use std::collections::BTreeMap;

use allweather_core::Month;
use allweather_market::Vintages;
use chrono::NaiveDate;

use crate::{
    Axis, Label, Mode, Status, Weather, WeatherError, WeatherSpec,
    axis::{Reading, Sample, read},
    changes::{Changes, month_ends},
    revisions::Revisions,
};

/// What a month has been called up to a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// At the first month end with all figures; `None` when the walk ended before one.
    pub(crate) first: Option<Label>,
    /// Today, or when it became final.
    pub(crate) current: Label,
}

impl Seen {
    pub(crate) fn frozen(&self) -> Option<Label> {
        (self.current.status == Status::Final).then_some(self.current)
    }
}

/// Goes through the month ends up to a day, and sees at each what was known then. This is where look-ahead would come in:
/// nothing here reads the vintages but through the day at hand.
pub(crate) fn walk(
    spec: &WeatherSpec,
    vintages: &Vintages,
    as_of: NaiveDate,
) -> Result<BTreeMap<Month, Seen>, WeatherError> {
    let names = [spec.activity(), spec.prices()];
    let mut seen = BTreeMap::new();
    let mut first_known = [BTreeMap::new(), BTreeMap::new()];
    let mut revisions = [Revisions::default(), Revisions::default()];
    let mut ends = month_ends(vintages, &names, as_of, spec.settles_within())?.peekable();
    let mut last_end = None;
    while let Some(day) = ends.next() {
        last_end = Some(day);
        let Some(view) = View::new(spec, vintages, day, &mut first_known, &revisions)? else { continue };
        for month in view.months() {
            let due = spec.final_on(month) <= day;
            let held: Option<&Seen> = seen.get(&month);
            // In between, nobody asks.
            let wanted = held.is_none_or(|held| held.frozen().is_none() && (due || ends.peek().is_none()));
            if !wanted {
                continue;
            }
            let status = if due { Status::Final } else { view.age(month) };
            if let Some(current) = view.label(month, status) {
                let first = held.map_or(Some(current), |held| held.first);
                seen.insert(month, Seen { first, current });
            }
        }
        for (axis, revisions) in revisions.iter_mut().enumerate() {
            let value = |label: Label| if axis == 0 { label.growth.value } else { label.inflation.value };
            let frozen = seen.values().filter(|seen| seen.current.as_of == day).filter_map(|seen| {
                let (first, last) = (seen.first?, seen.frozen()?);
                // A month first seen when it was final says nothing of revisions.
                (first.as_of < day).then(|| value(last) - value(first))
            });
            revisions.extend(frozen);
        }
    }
    // The rest of a month: what is not final is seen anew, and nothing is remembered.
    if last_end.is_none_or(|end| end < as_of)
        && let Some(view) = View::new(spec, vintages, as_of, &mut first_known, &revisions)?
    {
        for month in view.months() {
            let held: Option<&Seen> = seen.get(&month);
            if held.is_none_or(|held| held.frozen().is_none())
                && let Some(current) = view.label(month, view.age(month))
            {
                let first = held.and_then(|held| held.first);
                seen.insert(month, Seen { first, current });
            }
        }
    }
    Ok(seen)
}

/// Both axes as known on a day.
struct View<'a> {
    spec: &'a WeatherSpec,
    day: NaiveDate,
    changes: [Changes; 2],
    expected: [Vec<Option<f64>>; 2],
    revision_sds: [Option<f64>; 2],
}

impl<'a> View<'a> {
    /// `None` while one of the series has nothing. What is known for the first time is noted down.
    fn new(
        spec: &'a WeatherSpec,
        vintages: &Vintages,
        day: NaiveDate,
        first_known: &mut [BTreeMap<Month, f64>; 2],
        revisions: &[Revisions; 2],
    ) -> Result<Option<Self>, WeatherError> {
        let mut known = Vec::new();
        for (name, first_known) in [spec.activity(), spec.prices()].into_iter().zip(first_known) {
            let Some(changes) = Changes::known(vintages, name, day)? else { continue };
            if matches!(spec.mode(), Mode::Surprise | Mode::Combined) {
                for (month, change) in changes.months() {
                    first_known.entry(month).or_insert(change);
                }
            }
            let months = changes.first.through(changes.first.offset(i32::MAX));
            let expected = months.zip(&changes.values).map(|(m, _)| first_known.get(&m.offset(-12)).copied());
            known.push((expected.collect(), changes));
        }
        let Ok([(expect_growth, growth), (expect_inflation, inflation)]) = <[_; 2]>::try_from(known) else {
            return Ok(None);
        };
        let [assumed_growth, assumed_inflation] = spec.revision_sds();
        let [growth_revisions, inflation_revisions] = revisions;
        Ok(Some(Self {
            spec,
            day,
            changes: [growth, inflation],
            expected: [expect_growth, expect_inflation],
            revision_sds: [
                assumed_growth.or_else(|| growth_revisions.deviation()),
                assumed_inflation.or_else(|| inflation_revisions.deviation()),
            ],
        }))
    }

    /// The months of activity, whether or not they have figures.
    fn months(&self) -> impl Iterator<Item = Month> + use<> {
        let [growth, _] = &self.changes;
        let count = i32::try_from(growth.values.len()).unwrap_or(i32::MAX);
        growth.first.through(growth.first.offset(count - 1))
    }

    fn age(&self, month: Month) -> Status {
        if self.day >= self.spec.mostly_final_on(month) { Status::MostlyFinal } else { Status::Provisional }
    }

    fn label(&self, month: Month, status: Status) -> Option<Label> {
        let [growth, inflation] = [0, 1].map(|axis| self.axis(axis, month));
        let (growth, inflation) = (growth?, inflation?);
        let weather = Weather { growth: growth.direction, inflation: inflation.direction };
        Some(Label { month, weather, growth, inflation, status, as_of: self.day })
    }

    fn axis(&self, axis: usize, month: Month) -> Option<Axis> {
        let (changes, expected) = (self.changes.get(axis)?, self.expected.get(axis)?);
        let reading = reading(self.spec, Sample::Expanding, changes, expected, month)?;
        Some(Axis::new(reading, *self.revision_sds.get(axis)?))
    }
}

/// A reading with enough history before it.
pub(crate) fn reading(
    spec: &WeatherSpec,
    sample: Sample,
    changes: &Changes,
    expected: &[Option<f64>],
    month: Month,
) -> Option<Reading> {
    let place = changes.place(month)?;
    // Cheapest first: most months of a young series fail here.
    if place < spec.minimum_months() || changes.count_before(place) < spec.minimum_months() {
        return None;
    }
    read(spec.mode(), sample, &changes.values, expected, place)
}
