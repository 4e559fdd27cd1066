//! Which moves rest on estimates.

use allweather_market::{Market, PricePanel};

use crate::prepare::Prepared;

/// Whether the move of each asset into each step rests on an estimate, of its price or of the exchange rate that values it, at the step or
/// at the one before. Shape `[steps, assets]`; empty when the market has no estimates.
#[derive(Debug, Clone, Default)]
pub(crate) struct EstimatedMoves {
    marks: Vec<bool>,
    assets: usize,
}

impl EstimatedMoves {
    /// `panel` has the prices that value the holdings.
    pub(crate) fn new(panel: &PricePanel, market: &Market, prepared: &Prepared) -> Self {
        let spots = market.spots().filter(|spots| spots.has_estimates());
        if !panel.has_estimates() && spots.is_none() {
            return Self::default();
        }
        let dates = &prepared.dates;
        let assets = prepared.instruments.len();
        let mut marks = vec![false; dates.len() * assets];
        let rows: Vec<_> = dates.iter().map(|date| panel.dates().partition_point(|d| d < date)).collect();
        for (i, instrument) in prepared.instruments.iter().enumerate() {
            let place = panel.position(&instrument.id);
            let priced = |t: usize| place.is_some_and(|place| panel.is_return_estimated(place, rows[t]));
            let valued = |t: usize| {
                let spots = spots.filter(|_| instrument.currency != market.base());
                spots.is_some_and(|spots| spots.estimate(instrument.currency, dates[t]).is_some())
            };
            for t in 0..dates.len() {
                marks[t * assets + i] = priced(t) || valued(t) || t > 0 && valued(t - 1);
            }
        }
        Self { marks, assets }
    }

    /// What of these holdings, carried into a step, moved by estimates.
    pub(crate) fn of(&self, step: usize, held: &[f64]) -> f64 {
        let marks = self.marks.get(step * self.assets..(step + 1) * self.assets).unwrap_or_default();
        let estimated = held.iter().zip(marks).filter(|(_, estimated)| **estimated);
        // A sum of nothing is -0.
        estimated.map(|(held, _)| held).sum::<f64>() + 0.0
    }
}
