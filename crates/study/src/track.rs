use std::collections::BTreeMap;

use allweather_core::Month;

/// What one series is made of: how it really ended, and what each month of history does to it when that month is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    /// The last months as they were, the newest at the end.
    past: Vec<Option<f64>>,
    rows: Rows,
}

#[derive(Debug, Clone)]
enum Rows {
    /// A level grows by the drawn month's factor, from this one on.
    Growth { from: f64, factors: Vec<f64> },
    /// A rate or a yield is what it was in the drawn month; a month without one has none.
    Value(Vec<Option<f64>>),
}

/// How many months a figure may stand for: a quarter's, a year's.
const LONGEST: i32 = 12;

impl Track {
    /// Levels that grow. A growth that is published for longer than a month, up to a year, is spread evenly over its months. `None`
    /// when a month of the span has no growth.
    pub(crate) fn growth(
        levels: &BTreeMap<Month, f64>,
        (first, last): (Month, Month),
        past: usize,
    ) -> Option<Self> {
        let mut factors = Vec::new();
        let mut known = levels.range(..first).next_back()?;
        let mut at = *known.1;
        for month in first.through(last) {
            let next = levels.range(month..).next()?;
            let (months, so_far) = (next.0.months_since(*known.0), month.months_since(*known.0));
            if months > LONGEST {
                return None;
            }
            let growth = next.1 / known.1;
            // One month is its own growth, not a power of it.
            let factor = if months == 1 { growth } else { growth.powf(1.0 / f64::from(months)) };
            if !(factor.is_finite() && factor > 0.0) {
                return None;
            }
            factors.push(factor);
            at = if so_far == months { *next.1 } else { at * factor };
            if so_far == months {
                known = next;
            }
        }
        let past = months_to(last, past).map(|month| levels.get(&month).copied()).collect();
        Some(Self { past, rows: Rows::Growth { from: at, factors } })
    }

    /// Values that are as they were.
    pub(crate) fn values(
        value: impl Fn(Month) -> Option<f64>,
        (first, last): (Month, Month),
        past: usize,
    ) -> Self {
        let rows = Rows::Value(first.through(last).map(&value).collect());
        Self { past: months_to(last, past).map(value).collect(), rows }
    }

    /// The same as [`Track::drawn`], after what is in `out`; nought where there is no figure.
    pub(crate) fn draw_into(&self, rows: &[usize], out: &mut Vec<f64>) {
        out.extend(self.past.iter().map(|level| level.unwrap_or(0.0)));
        match &self.rows {
            Rows::Growth { from, factors } => {
                let mut level = *from;
                out.extend(rows.iter().map(|row| {
                    level *= factors[*row];
                    level
                }));
            }
            Rows::Value(values) => out.extend(rows.iter().map(|row| values[*row].unwrap_or(0.0))),
        }
    }

    /// Whether there is a figure at this place of every path.
    pub(crate) fn has(&self, place: usize) -> bool {
        match (self.past.get(place), &self.rows) {
            (Some(past), _) => past.is_some(),
            (None, Rows::Growth { .. }) => true,
            (None, Rows::Value(values)) => values.iter().all(Option::is_some),
        }
    }

    /// Whether a level stays within the range of doubles for so many months, whichever they are.
    pub(crate) fn stays(&self, months: usize) -> bool {
        const FAR: f64 = 600.0;
        match &self.rows {
            Rows::Growth { from, factors } => {
                let most = factors.iter().fold(0.0, |most: f64, factor| most.max(factor.ln().abs()));
                from.ln().abs() + months as f64 * most < FAR
            }
            Rows::Value(_) => false,
        }
    }

    /// The series of a path: how it really ended, then the drawn months.
    pub(crate) fn drawn(&self, rows: &[usize]) -> Vec<Option<f64>> {
        let mut series = Vec::with_capacity(self.past.len() + rows.len());
        series.extend_from_slice(&self.past);
        match &self.rows {
            Rows::Growth { from, factors } => {
                let mut level = *from;
                series.extend(rows.iter().map(|row| {
                    level *= factors[*row];
                    Some(level)
                }));
            }
            Rows::Value(values) => series.extend(rows.iter().map(|row| values[*row])),
        }
        series
    }

    /// The factors of growth of each row; none of values.
    pub(crate) fn factors(&self) -> &[f64] {
        match &self.rows {
            Rows::Growth { factors, .. } => factors,
            Rows::Value(_) => &[],
        }
    }
}

/// So many months, the last one at the end.
pub(crate) fn months_to(last: Month, count: usize) -> impl Iterator<Item = Month> {
    let back = i32::try_from(count).unwrap_or(i32::MAX);
    (0..back).rev().map(move |months| last.offset(-months))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::collections::BTreeMap;

    use allweather_core::Month;

    use super::Track;

    /// Figures a year apart stand for the months between them, and those that are further apart for none.
    #[test]
    fn a_figure_stands_for_a_year_at_the_most() {
        let first = Month::new(2000, 12).unwrap();
        let track = |apart: i32| {
            let levels = BTreeMap::from([(first, 100.0), (first.offset(apart), 200.0)]);
            Track::growth(&levels, (first.offset(1), first.offset(apart)), 24)
        };
        let year = track(12).unwrap();
        assert!(year.factors().iter().all(|factor| (factor - 2_f64.powf(1.0 / 12.0)).abs() < 1e-15));
        // After a year of them the level is what was published, and doubles from there.
        assert!((year.drawn(&[0; 12]).last().unwrap().unwrap() - 400.0).abs() < 1e-10);
        assert!(track(13).is_none());
    }
}
