use super::conditions::Conditions;
use super::moments::{Moves, Sums};
use super::{DailyBars, Spread, Unmeasured, edge};
use crate::CostsError;

/// [`edge`] over a window that moves day by day, from running sums.
///
/// Sums are kept of the newer and of the older days of the window and never subtracted from, so that a day leaves nothing
/// behind when it falls out: every window is what [`edge`] says of it alone. Bars with gaps are taken window by window.
///
/// Keep one for many assets: its memory is a few numbers for each day of the window, and is used again.
///
/// ```
/// use allweather_costs::spread::{DailyBars, RollingEdge, edge};
/// let (open, high) = ([100.1, 99.9, 100.6, 101.2], [100.9, 100.7, 101.3, 101.4]);
/// let (low, close) = ([99.5, 99.8, 100.2, 100.4], [99.6, 100.5, 101.2, 100.5]);
/// let bars = DailyBars::new(&open, &high, &low, &close)?;
/// let spreads: Vec<_> = RollingEdge::new(3)?.over(&bars).collect();
/// // Days 0 to 2 and 1 to 3.
/// assert_eq!(spreads.len(), 2);
/// assert!((spreads[1]?.signed() - edge(&bars.last(3))?.signed()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct RollingEdge {
    window: usize,
    /// Sums from each of the older days up to the newest of them; the last is that of all.
    older: Vec<Sums<1>>,
    newer: Vec<Moves<1>>,
    newer_sum: Sums<1>,
}

impl RollingEdge {
    /// Over windows of so many days.
    ///
    /// # Errors
    ///
    /// [`CostsError::Window`] when there are fewer than 3.
    pub const fn new(window: usize) -> Result<Self, CostsError> {
        if window < 3 {
            return Err(CostsError::Window { days: window });
        }
        Ok(Self { window, older: Vec::new(), newer: Vec::new(), newer_sum: Sums::ZERO })
    }

    /// The days of a window.
    #[must_use]
    pub const fn window(&self) -> usize {
        self.window
    }

    /// The spread of each window: first that of the first days, last that of the last; nothing when there are fewer days.
    pub fn over<'a>(&'a mut self, bars: &DailyBars<'a>) -> RollingSpreads<'a> {
        self.older.clear();
        self.newer.clear();
        self.newer_sum = Sums::ZERO;
        let windows = (bars.len() + 1).saturating_sub(self.window);
        RollingSpreads { rolling: self, bars: *bars, next: 0, windows }
    }

    fn push(&mut self, day: Moves<1>) {
        self.newer_sum.add(&day);
        self.newer.push(day);
    }

    fn sums(&self) -> Sums<1> {
        let mut sums = self.newer_sum;
        if let Some(older) = self.older.last() {
            sums.merge(older);
        }
        sums
    }

    fn drop_oldest(&mut self) {
        if self.older.is_empty() {
            let mut sum = Sums::ZERO;
            while let Some(day) = self.newer.pop() {
                sum.add(&day);
                self.older.push(sum);
            }
            self.newer_sum = Sums::ZERO;
        }
        self.older.pop();
    }
}

/// The spreads of windows, oldest first: see [`RollingEdge::over`].
#[derive(Debug)]
pub struct RollingSpreads<'a> {
    rolling: &'a mut RollingEdge,
    bars: DailyBars<'a>,
    next: usize,
    windows: usize,
}

impl Iterator for RollingSpreads<'_> {
    type Item = Result<Spread, Unmeasured>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.windows {
            return None;
        }
        let (from, window) = (self.next, self.rolling.window);
        self.next += 1;
        let Some(columns) = self.bars.complete() else {
            return Some(edge(&self.bars.window(from, window)));
        };
        let last = from + window - 1;
        for day in if from == 0 { 1 } else { last }..=last {
            let [before, now] = [columns.bar(day - 1)?, columns.bar(day)?];
            self.rolling.push(Moves::between(&before, &now));
        }
        let spread = self.rolling.sums().spread(window - 1);
        self.rolling.drop_oldest();
        // Rarely: days so much alike that their variance needs other arithmetic.
        Some(
            spread.and_then(|spread| {
                spread.map_or_else(|| Conditions::spread(self.bars.window(from, window)), Ok)
            }),
        )
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.windows - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for RollingSpreads<'_> {}
