use allweather_market::{AsOf, ReturnCurrency};
use chrono::NaiveDate;
use ndarray::Array2;

/// What a rule sees at a review: the portfolio as it stands and the market as known that day. Nothing later can be reached.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Review<'a> {
    /// The market as known at the end of the day.
    pub market: AsOf<'a>,
    /// The strategic targets in force, fractions that add up to 1, in universe order.
    pub targets: &'a [f64],
    /// What each asset makes of the portfolio now, fractions in universe order; what is missing to 1 is cash. Above 1 together when cash
    /// is owed, as after forwards that settled at a loss.
    pub weights: &'a [f64],
    /// The day of the review before, if there was one.
    pub previous: Option<NaiveDate>,
    /// The day of the next review, if there is one: a calendar is known in advance, prices are not.
    pub next: Option<NaiveDate>,
    /// What trading each asset costs today, fractions of traded value in universe order. Empty unless the rule says that it
    /// [reads them](crate::Rebalancer::reads_costs).
    pub cost_rates: &'a [f64],
    parts: Parts<'a>,
}

/// What the assets of a review are made of, by the market's own order.
#[derive(Debug, Clone, Copy)]
enum Parts<'a> {
    /// The asset at a position is the market's instrument there.
    Panel,
    /// One instrument each.
    Places(&'a [usize]),
    /// A mix of instruments each, as places and fractions of the asset; what is missing to 1 is cash.
    Mixes(&'a [Vec<(usize, f64)>]),
}

/// The day of a review among its neighbours: what is known of reviews in advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReviewDay {
    /// The day.
    pub date: NaiveDate,
    /// The day of the review before, if there was one.
    pub previous: Option<NaiveDate>,
    /// The day of the next review, if one is known.
    pub next: Option<NaiveDate>,
}

impl ReviewDay {
    /// A day with those of the reviews before and after it.
    #[must_use]
    pub fn new(previous: Option<NaiveDate>, date: NaiveDate, next: Option<NaiveDate>) -> Self {
        Self { date, previous, next }
    }
}

impl<'a> Review<'a> {
    /// A first review: of `weights` against `targets`, with the market as of the day. The assets are the market's instruments, in
    /// the market's order.
    #[must_use]
    pub fn new(market: AsOf<'a>, targets: &'a [f64], weights: &'a [f64]) -> Self {
        Self { market, targets, weights, previous: None, next: None, cost_rates: &[], parts: Parts::Panel }
    }

    /// The same review with the day of the one before.
    #[must_use]
    pub fn after(self, previous: NaiveDate) -> Self {
        Self { previous: Some(previous), ..self }
    }

    /// The same review with the day of the next one.
    #[must_use]
    pub fn before(self, next: NaiveDate) -> Self {
        Self { next: Some(next), ..self }
    }

    /// The same review with what trading each asset costs.
    #[must_use]
    pub fn with_cost_rates(self, cost_rates: &'a [f64]) -> Self {
        Self { cost_rates, ..self }
    }

    /// The same review of the instruments at these places of the market, one for each asset.
    #[must_use]
    pub fn of_places(self, places: &'a [usize]) -> Self {
        Self { parts: Parts::Places(places), ..self }
    }

    /// The same review of assets that are mixes of instruments, such as vaults: for each asset the places of its instruments
    /// in the market with the fractions it has of them today; what is missing to 1 is cash.
    #[must_use]
    pub fn of_mixes(self, mixes: &'a [Vec<(usize, f64)>]) -> Self {
        Self { parts: Parts::Mixes(mixes), ..self }
    }

    /// The day of the review.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.market.date()
    }

    /// The day of the review among its neighbours.
    #[must_use]
    pub fn day(&self) -> ReviewDay {
        ReviewDay::new(self.previous, self.date(), self.next)
    }

    /// Simple returns of the assets up to today, fractions per period of the panel, shape `[periods, assets]`, oldest first: the newest `most` periods of the panel, or
    /// as many as all of them have behind them without a gap; `None` when those are fewer than `least`, or none.
    ///
    /// An asset without target and weight is left out of that count and has returns of 0, and so is a mix that is all cash. A mix has
    /// the returns of what it is made of today, as if it had always been made so.
    #[must_use]
    pub fn returns(&self, least: usize, most: usize, currency: ReturnCurrency) -> Option<Array2<f64>> {
        let mut columns: Vec<Option<Vec<f64>>> = Vec::with_capacity(self.targets.len());
        let mut periods = most;
        for (position, (target, weight)) in self.targets.iter().zip(self.weights).enumerate() {
            let counts = (*target != 0.0 || *weight != 0.0) && !self.is_cash(position);
            columns.push(counts.then(|| self.newest(position, most, currency)));
            periods = columns[position].as_ref().map_or(periods, |c| periods.min(c.len()));
        }
        let any = columns.iter().any(Option::is_some);
        if !any || periods < least.max(1) {
            return None;
        }
        let value =
            |(row, asset): (usize, usize)| columns[asset].as_ref().map_or(0.0, |c| c[periods - 1 - row]);
        Some(Array2::from_shape_fn((periods, columns.len()), value))
    }

    /// The asset with the shortest history, and how many of the newest `most` returns it has.
    pub(crate) fn shortest(&self, most: usize, currency: ReturnCurrency) -> Option<(usize, usize)> {
        let rows = self.targets.iter().zip(self.weights).enumerate();
        let counts = rows.filter(|(position, (target, weight))| {
            (**target != 0.0 || **weight != 0.0) && !self.is_cash(*position)
        });
        let lengths = counts.map(|(position, _)| (position, self.newest(position, most, currency).len()));
        lengths.min_by_key(|(_, length)| *length)
    }

    fn is_cash(&self, position: usize) -> bool {
        matches!(self.parts, Parts::Mixes(mixes) if mixes.get(position).is_some_and(Vec::is_empty))
    }

    /// Returns of one asset, newest first.
    fn newest(&self, position: usize, most: usize, currency: ReturnCurrency) -> Vec<f64> {
        let of = |place| self.market.returns(place, currency).take(most);
        match self.parts {
            Parts::Panel => of(position).collect(),
            Parts::Places(places) => {
                places.get(position).map(|place| of(*place).collect()).unwrap_or_default()
            }
            Parts::Mixes(mixes) => {
                let mut sum: Option<Vec<f64>> = None;
                for (place, fraction) in mixes.get(position).into_iter().flatten() {
                    let returns = of(*place).map(|r| fraction * r);
                    sum = Some(match sum {
                        None => returns.collect(),
                        Some(sum) => sum.into_iter().zip(returns).map(|(a, b)| a + b).collect(),
                    });
                }
                sum.unwrap_or_default()
            }
        }
    }
}
