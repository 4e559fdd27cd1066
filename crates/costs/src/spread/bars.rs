use crate::CostsError;

/// Daily bars of one asset, oldest first, in any unit of price.
///
/// | column                         | shape    | unit                                                |
/// | ------------------------------ | -------- | --------------------------------------------------- |
/// | `open`, `high`, `low`, `close` | `[days]` | a price above 0; open and close within low and high |
///
/// It borrows its columns: copy it freely.
///
/// ```
/// use allweather_costs::spread::DailyBars;
/// let bars = DailyBars::new(&[10.0, 10.5], &[11.0, 10.5], &[9.5, 10.0], &[10.5, 10.0])?;
/// assert_eq!((bars.len(), bars.last(1).len()), (2, 1));
/// // A day's open may be missing, and only that.
/// let (open, high) = ([Some(10.0), None], [Some(11.0), Some(10.5)]);
/// let (low, close) = ([Some(9.5), Some(10.0)], [Some(10.5), Some(10.0)]);
/// let bars = DailyBars::with_gaps(&open, &high, &low, &close)?;
/// // The open is 12 where the high is 11.
/// let error = DailyBars::new(&[12.0], &[11.0], &[9.5], &[10.5]).unwrap_err();
/// assert_eq!(error.to_string(), "the open of day 0 (from 0) is 12, above the high of 11");
/// # assert_eq!(bars.len(), 2);
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailyBars<'a>(Prices<'a>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Prices<'a> {
    Complete(Columns<'a, f64>),
    Gapped(Columns<'a, Option<f64>>),
}

/// Four columns of one length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Columns<'a, T> {
    open: &'a [T],
    high: &'a [T],
    low: &'a [T],
    close: &'a [T],
}

/// One day; in a complete series `T` is a price, otherwise perhaps a price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bar<T> {
    pub(super) open: T,
    pub(super) high: T,
    pub(super) low: T,
    pub(super) close: T,
}

impl<'a> DailyBars<'a> {
    /// Bars without gaps.
    ///
    /// # Errors
    ///
    /// [`CostsError::Days`] when the columns differ in length, [`CostsError::Price`] when a price is not finite or not above
    /// 0, [`CostsError::OffRange`] when a low is above its high, or an open or close outside of both.
    pub fn new(
        open: &'a [f64],
        high: &'a [f64],
        low: &'a [f64],
        close: &'a [f64],
    ) -> Result<Self, CostsError> {
        let columns = Columns::new(open, high, low, close)?;
        for (day, bar) in columns.bars().enumerate() {
            // In this order every comparison with NaN fails, and all four are above 0 and below infinity.
            let sound = bar.low > 0.0
                && bar.low <= bar.open
                && bar.low <= bar.close
                && bar.open <= bar.high
                && bar.close <= bar.high
                && bar.high < f64::INFINITY;
            if !sound {
                bar.there().check(day)?;
            }
        }
        Ok(Self(Prices::Complete(columns)))
    }

    /// Bars of which any price may be missing.
    ///
    /// An estimator uses what is there: a missing open costs the observations that need it and no other.
    ///
    /// # Errors
    ///
    /// As [`DailyBars::new`], for the prices that are there.
    pub fn with_gaps(
        open: &'a [Option<f64>],
        high: &'a [Option<f64>],
        low: &'a [Option<f64>],
        close: &'a [Option<f64>],
    ) -> Result<Self, CostsError> {
        let columns = Columns::new(open, high, low, close)?;
        columns.bars().enumerate().try_for_each(|(day, bar)| bar.check(day))?;
        Ok(Self(Prices::Gapped(columns)))
    }

    /// The number of days.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.0 {
            Prices::Complete(columns) => columns.close.len(),
            Prices::Gapped(columns) => columns.close.len(),
        }
    }

    /// Whether there is no day.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last days: at most so many, all when there are fewer.
    #[must_use]
    pub fn last(&self, days: usize) -> Self {
        self.window(self.len().saturating_sub(days), days)
    }

    /// So many days from a day on, as far as there are.
    pub(super) fn window(&self, from: usize, days: usize) -> Self {
        Self(match self.0 {
            Prices::Complete(columns) => Prices::Complete(columns.window(from, days)),
            Prices::Gapped(columns) => Prices::Gapped(columns.window(from, days)),
        })
    }

    /// The columns, when nothing can be missing.
    pub(super) const fn complete(&self) -> Option<Columns<'a, f64>> {
        match self.0 {
            Prices::Complete(columns) => Some(columns),
            Prices::Gapped(_) => None,
        }
    }

    /// Each day.
    pub(super) fn bars(self) -> impl Iterator<Item = Bar<Option<f64>>> {
        // One of the two is empty: a match would have to name one type for both.
        let (complete, gapped) = match self.0 {
            Prices::Complete(columns) => (columns, Columns::EMPTY),
            Prices::Gapped(columns) => (Columns::EMPTY, columns),
        };
        complete.bars().map(Bar::there).chain(gapped.bars())
    }

    /// Each day but the first, with the day before it in front.
    pub(super) fn pairs(self) -> impl Iterator<Item = [Bar<Option<f64>>; 2]> {
        self.bars().zip(self.bars().skip(1)).map(|(before, now)| [before, now])
    }

    /// The simple return of each day but the first, from close to close, where both are there.
    pub(crate) fn returns(self) -> impl Iterator<Item = Option<f64>> {
        self.pairs().map(|[before, now]| Some(now.close? / before.close? - 1.0))
    }
}

impl<'a, T: Copy> Columns<'a, T> {
    const EMPTY: Self = Self { open: &[], high: &[], low: &[], close: &[] };

    fn new(open: &'a [T], high: &'a [T], low: &'a [T], close: &'a [T]) -> Result<Self, CostsError> {
        let expected = open.len();
        for (what, found) in [("the high", high.len()), ("the low", low.len()), ("the close", close.len())] {
            if found != expected {
                return Err(CostsError::Days { what, expected, found });
            }
        }
        Ok(Self { open, high, low, close })
    }

    fn window(&self, from: usize, days: usize) -> Self {
        let cut = |column: &'a [T]| {
            let rest = column.get(from..).unwrap_or_default();
            rest.get(..days).unwrap_or(rest)
        };
        Self { open: cut(self.open), high: cut(self.high), low: cut(self.low), close: cut(self.close) }
    }

    /// Each day but the first with the day before it in front, `L` days at a time, without what is left over at the end.
    #[inline]
    pub(super) fn pairs<const L: usize>(&self) -> impl Iterator<Item = [Bar<[T; L]>; 2]> {
        let days = self.close.len().saturating_sub(1);
        let (before, now) = (self.window(0, days), self.window(1, days));
        before.chunks().zip(now.chunks()).map(<[_; 2]>::from)
    }

    /// What [`Columns::pairs`] leaves over, with the day before it.
    pub(super) fn left_over<const L: usize>(&self) -> Self {
        let days = self.close.len().saturating_sub(1);
        self.window(days - days % L, L)
    }

    #[inline]
    fn chunks<const L: usize>(self) -> impl Iterator<Item = Bar<[T; L]>> {
        let chunks = |column: &'a [T]| column.as_chunks().0.iter();
        let columns = chunks(self.open).zip(chunks(self.high)).zip(chunks(self.low)).zip(chunks(self.close));
        columns.map(|(((&open, &high), &low), &close)| Bar { open, high, low, close })
    }

    #[inline]
    pub(super) fn bar(&self, day: usize) -> Option<Bar<[T; 1]>> {
        let (open, high) = ([*self.open.get(day)?], [*self.high.get(day)?]);
        Some(Bar { open, high, low: [*self.low.get(day)?], close: [*self.close.get(day)?] })
    }

    #[inline]
    pub(super) fn bars(self) -> impl Iterator<Item = Bar<T>> {
        let columns = self.open.iter().zip(self.high).zip(self.low).zip(self.close);
        columns.map(|(((&open, &high), &low), &close)| Bar { open, high, low, close })
    }
}

impl Bar<f64> {
    fn there(self) -> Bar<Option<f64>> {
        Bar { open: Some(self.open), high: Some(self.high), low: Some(self.low), close: Some(self.close) }
    }
}

impl Bar<Option<f64>> {
    fn check(self, day: usize) -> Result<(), CostsError> {
        let Self { open, high, low, close } = self;
        for (what, price) in [("the open", open), ("the high", high), ("the low", low), ("the close", close)]
        {
            if let Some(value) = price.filter(|price| !(price.is_finite() && *price > 0.0)) {
                return Err(CostsError::Price { what, day, value });
            }
        }
        for (what, price) in [("the low", low), ("the open", open), ("the close", close)] {
            if let Some((value, bound)) = price.zip(high).filter(|(price, high)| price > high) {
                return Err(CostsError::OffRange { what, day, value, side: "above the high", bound });
            }
            if let Some((value, bound)) = price.zip(low).filter(|(price, low)| price < low) {
                return Err(CostsError::OffRange { what, day, value, side: "below the low", bound });
            }
        }
        Ok(())
    }

    /// Half of the logarithms of high and low, above that of a price.
    pub(super) fn middle_over(self, price: Option<f64>) -> Option<f64> {
        Some(log_middle(self.high?, self.low?, price?))
    }
}

/// `ln(x / y)`.
#[inline]
pub(super) fn log_ratio(x: f64, y: f64) -> f64 {
    let (log, near) = near_log(x, y);
    if near { log } else { x.ln() - y.ln() }
}

/// `(ln(high) + ln(low)) / 2 − ln(price)`.
#[inline]
pub(super) fn log_middle(high: f64, low: f64, price: f64) -> f64 {
    let (twice, near) = near_log(high * low, price * price);
    if near { 0.5 * twice } else { 0.5 * (high.ln() + low.ln()) - price.ln() }
}

/// `ln(x / y)` for two numbers near each other, and whether they are: otherwise it is something else.
///
/// By `2 artanh((x − y)/(x + y))`. Prices of two days in a row are near each other, and there a few terms of the series are as
/// exact as the logarithms, at half of the work.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "without a branch it runs in lanes")]
pub(super) fn near_log(x: f64, y: f64) -> (f64, bool) {
    let sum = x + y;
    let z = (x - y) / sum;
    let square = z * z;
    let (low, middle) = (1.0 + square * (1.0 / 3.0), 1.0 / 5.0 + square * (1.0 / 7.0));
    let fourth = square * square;
    let high = 1.0 / 9.0 + square * (1.0 / 11.0) + fourth * (1.0 / 13.0);
    // The first term left out is below 2^-59. Near the ends of the range of a double a product may have lost its digits.
    let near = (square <= 1.0 / 256.0) & (sum > 1e-280) & (sum < 1e280);
    (2.0 * z * (low + fourth * (middle + fourth * high)), near)
}
