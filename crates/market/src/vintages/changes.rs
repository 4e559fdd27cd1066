use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::{Published, ReferencePeriod, SeriesId, Vintage, Vintages};

/// What is newly known of one series, between an earlier set of releases and a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeriesChange {
    /// The series.
    pub series: SeriesId,
    /// How many releases came.
    pub releases: usize,
    /// The periods that had no figure, increasing, with their newest.
    pub new: Vec<(ReferencePeriod, Decimal)>,
    /// The periods whose newest figure is another one in the same unit, increasing: before, after.
    pub revised: Vec<(ReferencePeriod, Decimal, Decimal)>,
    /// The unit of the newest figure, when it was another one before: before, after.
    pub rebased: Option<(String, String)>,
}

impl Vintages {
    /// What this set knows that an earlier one did not, by series; series without news are left out.
    ///
    /// ```
    /// use allweather_market::{Dating, SeriesId, Vintage, Vintages};
    /// use rust_decimal::dec;
    /// let release = |on: &str, values: &[(&str, _)]| {
    ///     let values: Result<Vec<_>, _> = values.iter().map(|(at, x)| at.parse().map(|at| (at, *x))).collect();
    ///     let day = on.parse().map_err(|_| "no day")?;
    ///     let vintage = Vintage::new(SeriesId::new("gdp")?, day, Dating::Stated, "office", values?)?;
    ///     Ok::<_, Box<dyn std::error::Error>>(vintage.with_unit("2020=100")?)
    /// };
    /// let mut before = Vintages::new();
    /// before.add(release("2024-05-16", &[("2024Q1", dec!(100.4))])?)?;
    /// let mut after = before.clone();
    /// after.add(release("2024-08-15", &[("2024Q1", dec!(100.9)), ("2024Q2", dec!(101.3))])?)?;
    /// let changes = after.changes_since(&before);
    /// assert_eq!(changes[0].new, [("2024Q2".parse()?, dec!(101.3))]);
    /// assert_eq!(changes[0].revised, [("2024Q1".parse()?, dec!(100.4), dec!(100.9))]);
    /// assert!(after.changes_since(&after).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Vec<SeriesChange> {
        self.series().filter_map(|series| self.change_of(series, earlier)).collect()
    }

    fn change_of(&self, series: &SeriesId, earlier: &Self) -> Option<SeriesChange> {
        let name = series.as_str();
        let held = earlier.releases(name);
        let keys: BTreeSet<_> = held.iter().map(Vintage::key).collect();
        let releases = self.releases(name);
        if held == releases {
            return None;
        }
        let (now, before) = (self.newest(), earlier.newest());
        let unit = |of: &Published<'_>| of.newest(name)?.release.unit().map(str::to_owned);
        let mut change = SeriesChange {
            series: series.clone(),
            releases: releases.iter().filter(|release| !keys.contains(&release.key())).count(),
            new: Vec::new(),
            revised: Vec::new(),
            rebased: unit(&before).zip(unit(&now)).filter(|(before, now)| before != now),
        };
        let old = before.figures(name);
        for (&period, &(value, release)) in now.figures(name).iter() {
            match old.get(&period) {
                None => change.new.push((period, value)),
                Some(&(old, from)) if from.unit() == release.unit() && old != value => {
                    change.revised.push((period, old, value));
                }
                Some(_) => {}
            }
        }
        Some(change)
    }
}
