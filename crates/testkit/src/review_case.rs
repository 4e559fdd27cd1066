use std::fmt;

use allweather_market::Market;
use allweather_rebalance::Review;
use chrono::NaiveDate;

use crate::{
    World,
    edit::{WorldEdit, rounded, skipped},
    shrink::Simpler,
    table::{Table, number},
};

/// A review that a rule may be asked at: a world, a day of it, and how the portfolio stands. Shown with `{:?}` as tables.
///
/// Targets add up to 1; what is missing in the weights is cash, which may be a little below 0 when forwards were settled at a loss.
/// An asset without a price on the day has neither target nor weight.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ReviewCase {
    /// The world; its assets are the assets of the review.
    pub world: World,
    /// The day's place among the world's dates.
    pub row: usize,
    /// The strategic targets.
    pub targets: Vec<f64>,
    /// What each asset makes of the portfolio.
    pub weights: Vec<f64>,
    /// What trading each asset costs, fractions of traded value.
    pub cost_rates: Vec<f64>,
}

impl ReviewCase {
    /// The day of the review.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.world.month(self.row).last_day()
    }

    /// The review. `market` is that of the case's world, or of another one with the same assets and dates.
    ///
    /// ```
    /// use allweather_portfolio::rebalance::{DriftBand, Rebalancer, Targets};
    /// use allweather_testkit::generate;
    /// use proptest::prelude::*;
    ///
    /// proptest!(|(case in generate::reviews())| {
    ///     let market = case.world.market()?;
    ///     let mut targets = Targets::new(case.targets.clone());
    ///     targets.give(&case.targets);
    ///     let decision = DriftBand::published().decide(&case.review(&market), &mut targets)?;
    ///     prop_assert!(!targets.changed() || decision.trades());
    /// });
    /// ```
    #[must_use]
    pub fn review<'a>(&'a self, market: &'a Market) -> Review<'a> {
        let dates = market.prices().dates();
        let review = Review::new(market.as_of(self.date()), &self.targets, &self.weights);
        let review = review.with_cost_rates(&self.cost_rates);
        let before = self.row.checked_sub(1).and_then(|row| dates.get(row));
        let review = before.map_or(review, |before| review.after(*before));
        dates.get(self.row + 1).map_or(review, |next| review.before(*next))
    }

    /// The same portfolio on another day of the world: assets without a price then are left out, and the others share.
    #[must_use]
    pub fn on(&self, row: usize) -> Self {
        let mut case = Self { row: row.min(self.world.months().saturating_sub(1)), ..self.clone() };
        case.leave_out_what_has_no_price();
        case
    }

    /// The same review of a portfolio that has drifted by a part of this drift only.
    pub(crate) fn nearer(&self, part: f64) -> Self {
        let between = |(weight, target): (&f64, &f64)| target + part * (weight - target);
        let weights = self.weights.iter().zip(&self.targets).map(between).collect();
        Self { weights, ..self.clone() }
    }

    pub(crate) fn leave_out_what_has_no_price(&mut self) {
        let (wanted, held) = (self.targets.iter().sum::<f64>(), self.weights.iter().sum::<f64>());
        for (place, asset) in self.world.assets.iter().enumerate() {
            if !matches!(asset.prices.get(self.row), Some(Some(_))) {
                (self.targets[place], self.weights[place]) = (0.0, 0.0);
            }
        }
        scale(&mut self.targets, wanted);
        scale(&mut self.weights, held);
    }
}

/// Scales values to a sum; what is all nought, or has the sum already, stays so.
fn scale(values: &mut [f64], to: f64) {
    let sum: f64 = values.iter().sum();
    if sum > 0.0 && (sum - to).abs() > 1e-12 {
        for x in values.iter_mut() {
            *x *= to / sum;
        }
    }
}

impl fmt::Debug for ReviewCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new("asset", self.world.assets.iter().map(|a| a.id.to_string()).collect());
        let cells = |values: &[f64]| values.iter().map(|x| number(*x)).collect();
        table.column("target".to_owned(), cells(&self.targets));
        table.column("weight".to_owned(), cells(&self.weights));
        if self.cost_rates.iter().any(|rate| *rate > 0.0) {
            table.column("cost".to_owned(), cells(&self.cost_rates));
        }
        let earlier =
            if self.row == 0 { "" } else { " (laws ask on the dates before too, with these weights)" };
        write!(f, "{:?}\nreview on {}{earlier}:\n{table}", self.world, self.date())
    }
}

/// A change of a review.
#[derive(Debug, Clone)]
pub(crate) enum ReviewEdit {
    World(WorldEdit),
    Last,
    NoCosts,
    EqualTargets,
    RoundTargets(usize),
    AtTarget(usize),
    RoundWeights(usize),
    Invested,
}

impl Simpler for ReviewCase {
    type Edit = ReviewEdit;

    fn edits(&self) -> Vec<ReviewEdit> {
        let mut edits = vec![ReviewEdit::Last, ReviewEdit::NoCosts];
        edits.extend(self.world.edits().into_iter().map(ReviewEdit::World));
        edits.extend([ReviewEdit::Invested, ReviewEdit::EqualTargets, ReviewEdit::RoundTargets(1)]);
        edits.extend((0..self.weights.len()).map(ReviewEdit::AtTarget));
        edits.extend([ReviewEdit::RoundTargets(2), ReviewEdit::RoundWeights(1), ReviewEdit::RoundWeights(2)]);
        edits
    }

    fn edited(&self, edit: &ReviewEdit) -> Option<Self> {
        let mut case = self.clone();
        match edit {
            ReviewEdit::World(edit) => {
                if let WorldEdit::Without(asset) = *edit {
                    for values in [&mut case.targets, &mut case.weights, &mut case.cost_rates] {
                        values.remove(asset);
                    }
                    let held = self.weights.iter().sum();
                    scale(&mut case.targets, 1.0);
                    scale(&mut case.weights, held);
                }
                case.world = case.world.edited(edit)?;
                case.row = case.row.saturating_sub(skipped(edit)).min(case.world.months() - 1);
                case.leave_out_what_has_no_price();
            }
            ReviewEdit::Last => case.row = case.world.months() - 1,
            ReviewEdit::NoCosts => case.cost_rates.fill(0.0),
            // Only once: what is rounded afterwards would be made equal again, and so on without end.
            ReviewEdit::EqualTargets if self.targets.iter().all(|t| (rounded(*t, 2) - t).abs() < 1e-12) => {
                return None;
            }
            ReviewEdit::EqualTargets => {
                case.targets.iter_mut().filter(|t| **t > 0.0).for_each(|t| *t = 1.0);
                scale(&mut case.targets, 1.0);
            }
            ReviewEdit::RoundTargets(digits) => round(&mut case.targets, *digits, 1.0),
            ReviewEdit::AtTarget(asset) => {
                let away = |place: &usize| (case.weights[*place] - case.targets[*place]).abs() > 1e-12;
                let other = (0..case.weights.len()).filter(|place| place != asset).find(away)?;
                case.weights[other] += case.weights[*asset] - case.targets[*asset];
                case.weights[*asset] = case.targets[*asset];
                if case.weights[other] < 0.0 {
                    return None;
                }
            }
            ReviewEdit::RoundWeights(digits) => {
                round(&mut case.weights, *digits, self.weights.iter().sum::<f64>());
            }
            ReviewEdit::Invested => scale(&mut case.weights, 1.0),
        }
        let sums = [&case.targets, &case.weights].map(|values| values.iter().sum::<f64>());
        let most = self.weights.iter().sum::<f64>().max(1.0);
        let valid = (sums[0] - 1.0).abs() < 1e-9 && sums[1] <= most + 1e-9;
        (valid && case != *self).then_some(case)
    }
}

/// Round numbers with the same sum: the last that is not 0 takes what is left.
fn round(values: &mut [f64], digits: usize, sum: f64) {
    let Some(last) = values.iter().rposition(|x| *x > 0.0) else { return };
    let before = values.to_vec();
    let sum = rounded(sum, 2);
    for x in values.iter_mut() {
        *x = rounded(*x, digits);
    }
    let others: f64 = values.iter().enumerate().filter(|(i, _)| *i != last).map(|(_, x)| x).sum();
    values[last] = rounded(sum - others, 6);
    if values[last] <= 0.0 {
        values.copy_from_slice(&before);
    }
}
