use allweather_core::{AssetId, Month};
use allweather_metrics::{Periodicity, Returns};
use ndarray::{Array2, Array3, ArrayView1, ArrayView2, ArrayView3, Axis, Slice};
use serde::Serialize;

use crate::{HistoryError, Levels, Method, Moments, Outcome, Refusal, Score, Trial, levels::chain};

/// How a series was filled.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Fill {
    /// The method that was chosen: that of every estimated month of the series.
    pub method: Method,
    /// How many months are estimated.
    pub months: usize,
    /// From how many months it was estimated, at the least.
    pub overlap: usize,
    /// How many coefficients were estimated, the intercept included; for a forest the number of explaining series and one.
    pub coefficients: usize,
    /// The share of the variance that is explained, at the least; of a forest out of the bag.
    pub r_squared: f64,
    /// The mean length of the blocks that residuals were drawn in, months; 1 is month by month.
    pub block: f64,
}

/// What an answer should be read with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Note {
    /// Less than 30 % of the variance is explained: what is filled is mostly drawn, with the right spread and little else.
    LowRSquared {
        /// The series.
        series: AssetId,
        /// The share that is explained.
        r_squared: f64,
    },
    /// Where the series is missing, an explaining series is on the average more than one standard deviation away from where it was in the
    /// overlap: what is estimated is beyond what was seen. So it is with anything that moves by level, such as the rate of cash.
    FarFromOverlap {
        /// The series.
        series: AssetId,
        /// The explaining series that is farthest away.
        explaining: AssetId,
        /// How far, in standard deviations of the overlap.
        deviations: f64,
    },
    /// There were too few months to hide some of them: the first candidate that fills the series was taken.
    NotScored {
        /// The series.
        series: AssetId,
    },
    /// Draws that would have lost more than 99 % in a month were held at −0.99.
    Limited {
        /// The series.
        series: AssetId,
        /// In how many months of all draws.
        cells: usize,
    },
}

/// What is beside the numbers.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) trials: Vec<Trial>,
    pub(crate) notes: Vec<Note>,
    pub(crate) refused: Vec<(AssetId, Refusal)>,
}

/// Series made long: many draws of each, the marks of what is estimated, how it was, and how well that worked where it can be checked.
///
/// Its series are the returns of the table that are whole or could be filled, in the table's order; its months are those of the table up
/// to the month until which things were known.
#[derive(Debug, Clone)]
pub struct Filled {
    first: Month,
    known_until: Option<Month>,
    series: Vec<AssetId>,
    fills: Vec<Option<Fill>>,
    draws: Array3<f64>,
    estimated: Array2<bool>,
    parts: Parts,
}

impl Filled {
    pub(crate) fn new(
        first: Month,
        known_until: Option<Month>,
        series: Vec<AssetId>,
        fills: Vec<Option<Fill>>,
        draws: Array3<f64>,
        estimated: Array2<bool>,
        parts: Parts,
    ) -> Self {
        Self { first, known_until, series, fills, draws, estimated, parts }
    }

    /// The first month.
    #[must_use]
    pub fn first_month(&self) -> Month {
        self.first
    }

    /// The month after which nothing was read; `None` when everything was.
    #[must_use]
    pub fn known_until(&self) -> Option<Month> {
        self.known_until
    }

    /// The series, in the order of the table.
    #[must_use]
    pub fn series(&self) -> &[AssetId] {
        &self.series
    }

    /// All draws, `[draws, periods, series]`, simple returns. What is known is the same in each, to the last bit.
    #[must_use]
    pub fn draws(&self) -> ArrayView3<'_, f64> {
        self.draws.view()
    }

    /// What is estimated, `[periods, series]`.
    #[must_use]
    pub fn estimated(&self) -> ArrayView2<'_, bool> {
        self.estimated.view()
    }

    /// How a series was filled; `None` when nothing of it is estimated, or it is not in the answer.
    #[must_use]
    pub fn fill(&self, series: &AssetId) -> Option<&Fill> {
        self.fills.get(self.place(series).ok()?)?.as_ref()
    }

    /// How a month of a series came about: the method, or `None` where it is known. `period` counts from 0.
    #[must_use]
    pub fn method(&self, period: usize, series: &AssetId) -> Option<&Method> {
        let place = self.place(series).ok()?;
        self.estimated.get((period, place)).filter(|estimated| **estimated)?;
        Some(&self.fills.get(place)?.as_ref()?.method)
    }

    /// Every method that was tried on every series with a gap, by series and then in the order of the candidates.
    #[must_use]
    pub fn trials(&self) -> &[Trial] {
        &self.parts.trials
    }

    /// The score of the method that fills a series.
    #[must_use]
    pub fn score(&self, series: &AssetId) -> Option<&Score> {
        let method = &self.fill(series)?.method;
        let trial = self.trials().iter().find(|trial| trial.series == *series && trial.method == *method)?;
        match &trial.outcome {
            Outcome::Scored(score) => Some(score),
            _ => None,
        }
    }

    /// The series that are not in the answer, and why.
    #[must_use]
    pub fn refused(&self) -> &[(AssetId, Refusal)] {
        &self.parts.refused
    }

    /// What to read the answer with.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.parts.notes
    }

    /// One draw of a series for measuring, its estimated months marked.
    ///
    /// # Errors
    ///
    /// [`HistoryError::NoSuchDraw`], [`HistoryError::Unknown`].
    ///
    /// # Examples
    ///
    /// See the [crate](crate).
    pub fn returns(&self, draw: usize, series: &AssetId) -> Result<Returns<'_>, HistoryError> {
        let place = self.place(series)?;
        let values = self.path(draw, place)?;
        let marks = self.estimated.index_axis(Axis(1), place);
        Ok(Returns::new(Periodicity::Monthly, values)?.with_estimated(marks)?)
    }

    /// One draw of a series as levels: what was observed, and before its first level that level divided by the compounded returns.
    ///
    /// `observed` begins one month before the returns do, as levels do; there are as many as returns and one, or more, of which the first
    /// are taken. Later gaps stay gaps: returns drawn for them would not lead to the level behind them.
    ///
    /// # Errors
    ///
    /// [`HistoryError::NoSuchDraw`], [`HistoryError::Unknown`], [`HistoryError::Levels`] when there are too few, and
    /// [`HistoryError::Level`] for one that is not finite or not above 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_history::{Backfill, Series, Table};
    /// use allweather_metrics::Bootstrap;
    /// let index: Vec<_> = (0..61).map(|t| Some(100.0 + f64::from(t * t % 13))).collect();
    /// let fund: Vec<_> = (0..61).map(|t| (t >= 6).then(|| 50.0 + f64::from(t * t % 13 + t % 5))).collect();
    /// let (a, b) = ("index".parse()?, "fund".parse()?);
    /// let series = vec![Series::from_levels(a, &index)?, Series::from_levels(b, &fund)?];
    /// // Levels from January on give returns from February on.
    /// let filled = Backfill::new(Bootstrap::new(10, 7)?).fill(&Table::new("2020-02".parse()?, series)?)?;
    ///
    /// let levels = filled.levels(0, &"fund".parse()?, &fund)?;
    /// assert_eq!(levels.first.to_string(), "2020-01");
    /// assert!(levels.estimated[5] && !levels.estimated[6]);
    /// assert!(levels.values[0].is_some() && levels.values[6] == Some(50.0 + 10.0 + 1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn levels(
        &self,
        draw: usize,
        series: &AssetId,
        observed: &[Option<f64>],
    ) -> Result<Levels, HistoryError> {
        let place = self.place(series)?;
        let returns = self.path(draw, place)?;
        let method = self.fill(series).map(|fill| fill.method.clone());
        chain(series, self.first.offset(-1), &returns, observed, method)
    }

    /// Mean and covariance of all draws together, over their months: what a draw brings in the mean, and the scatter between draws.
    ///
    /// # Errors
    ///
    /// [`HistoryError::Metrics`] when they are beyond a double.
    pub fn moments(&self) -> Result<Moments, HistoryError> {
        Moments::of_draws(&self.series, &self.draws.view())
    }

    /// Mean and covariance of one draw, over its months: to carry the draws through whatever is made of moments.
    ///
    /// # Errors
    ///
    /// [`HistoryError::NoSuchDraw`]; [`HistoryError::Metrics`] when they are beyond a double.
    pub fn moments_of_draw(&self, draw: usize) -> Result<Moments, HistoryError> {
        self.check_draw(draw)?;
        Moments::of_draws(&self.series, &self.draws.slice_axis(Axis(0), Slice::from(draw..=draw)))
    }

    fn place(&self, series: &AssetId) -> Result<usize, HistoryError> {
        let place = self.series.iter().position(|id| id == series);
        place.ok_or_else(|| HistoryError::Unknown { series: series.clone() })
    }

    /// One draw of one series, `[periods]`.
    fn path(&self, draw: usize, place: usize) -> Result<ArrayView1<'_, f64>, HistoryError> {
        self.check_draw(draw)?;
        Ok(self.draws.index_axis(Axis(0), draw).index_axis_move(Axis(1), place))
    }

    fn check_draw(&self, draw: usize) -> Result<(), HistoryError> {
        let draws = self.draws.dim().0;
        if draw < draws { Ok(()) } else { Err(HistoryError::NoSuchDraw { draw, draws }) }
    }
}
