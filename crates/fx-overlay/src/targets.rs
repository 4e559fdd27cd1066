use std::sync::Arc;

use allweather_market::AsOf;

use crate::{
    FxError, Missing, Omission, OverlaySpec, Pair, Reason, Signal,
    weights::{add_rank_weights, add_signs},
};

/// What the overlay wants to hold this month, as fractions of net asset value. Keeps its buffers from month to month.
#[derive(Debug, Clone)]
pub(crate) struct Targets {
    spec: OverlaySpec,
    signals: Vec<Arc<dyn Signal>>,
    /// Places (in the spec) of the currencies that have everything; the buffers below follow this list.
    candidates: Vec<usize>,
    /// By signal.
    values: Vec<Vec<f64>>,
    row: Vec<f64>,
    /// `[candidates, months]`, newest first.
    returns: Vec<f64>,
    weights: Vec<f64>,
    path: Vec<f64>,
    /// By place in the spec; `None` takes no position.
    wanted: Vec<Option<f64>>,
}

/// Below this many currencies there is no cross-section to rank. No published source.
const FEWEST_TO_RANK: usize = 3;

/// Rounding, not a preference of the signals: they cancel out.
const NO_WEIGHT: f64 = 1e-12;

/// A fraction a year that only rounding can leave of returns that are all equal.
const NO_VOLATILITY: f64 = 1e-12;

impl Targets {
    pub(crate) fn new(spec: OverlaySpec) -> Self {
        let signals = spec.signals().iter().map(crate::SignalSpec::signal).collect();
        let (currencies, months) = (spec.currencies().len(), usize::from(spec.covariance_months()));
        Self {
            candidates: Vec::with_capacity(currencies),
            values: room_for(spec.signals().len(), currencies),
            row: Vec::with_capacity(spec.signals().len()),
            returns: Vec::with_capacity(currencies * months),
            weights: Vec::with_capacity(currencies),
            path: Vec::with_capacity(months),
            wanted: vec![None; currencies],
            signals,
            spec,
        }
    }

    pub(crate) fn with_signals(self, signals: Vec<Arc<dyn Signal>>) -> Self {
        let values = room_for(signals.len(), self.spec.currencies().len());
        Self { row: Vec::with_capacity(signals.len()), values, signals, ..self }
    }

    /// The target of the currency at `place` in the spec; `None` when it takes no position.
    pub(crate) fn of(&self, place: usize) -> Option<f64> {
        self.wanted.get(place).copied().flatten()
    }

    /// Decides anew and returns the volatility a year of the targets. `unpriced` says why a currency has no forward.
    pub(crate) fn decide(
        &mut self,
        market: AsOf<'_>,
        unpriced: impl Fn(usize) -> Option<Reason>,
        omitted: &mut Vec<Omission>,
    ) -> Result<f64, FxError> {
        self.candidates.clear();
        self.values.iter_mut().for_each(Vec::clear);
        self.returns.clear();
        self.wanted.fill(None);
        for place in 0..self.spec.currencies().len() {
            let currency = self.spec.currencies()[place];
            let lacking = match unpriced(place) {
                Some(reason) => Some(reason),
                None => self.consider(&Pair::new(market, currency))?,
            };
            match lacking {
                Some(reason) => omitted.push(Omission { currency, reason }),
                None => self.candidates.push(place),
            }
        }
        self.combine();
        let gross: f64 = self.weights.iter().map(|w| w.abs()).sum();
        let volatility = self.volatility();
        let mut scale = 0.0;
        if gross > 0.0 {
            if volatility <= NO_VOLATILITY {
                let reason = Reason::Motionless { months: self.spec.covariance_months().into() };
                omitted.extend(
                    self.candidates
                        .iter()
                        .map(|&place| Omission { currency: self.spec.currencies()[place], reason }),
                );
                return Ok(0.0);
            }
            scale =
                (self.spec.target_volatility().to_f64() / volatility).min(self.spec.gross_limit() / gross);
        }
        for (&place, weight) in self.candidates.iter().zip(&self.weights) {
            self.wanted[place] = Some(scale * weight);
        }
        FxError::unless(true, "volatility of the overlay", scale * volatility, "a finite number")
    }

    /// Collects a currency's signals and returns, or says what it lacks.
    fn consider(&mut self, pair: &Pair<'_>) -> Result<Option<Reason>, FxError> {
        let (currency, date) = (pair.currency, pair.market.date());
        self.row.clear();
        for signal in &self.signals {
            let name = signal.name();
            match signal.value(pair) {
                Ok(value) if value.is_finite() => self.row.push(value),
                Ok(value) => return Err(FxError::Signal { name, currency, date, value }),
                Err(Missing::MonthEnds { .. }) => return Err(FxError::NotMonthly { currency, date }),
                Err(missing) => return Ok(Some(Reason::Signal { name, missing })),
            }
        }
        let (before, needed) = (self.returns.len(), usize::from(self.spec.covariance_months()));
        for months_back in 0..needed {
            match pair.spot(months_back).and_then(|after| Ok(after / pair.spot(months_back + 1)? - 1.0)) {
                Ok(change) => self.returns.push(change),
                Err(Missing::MonthEnds { .. }) => return Err(FxError::NotMonthly { currency, date }),
                Err(_) => {
                    self.returns.truncate(before);
                    return Ok(Some(Reason::Returns { needed, found: months_back }));
                }
            }
        }
        for (values, value) in self.values.iter_mut().zip(&self.row) {
            values.push(*value);
        }
        Ok(None)
    }

    /// The mean of the signals' weights.
    fn combine(&mut self) {
        self.weights.clear();
        self.weights.resize(self.candidates.len(), 0.0);
        let share = 1.0 / self.signals.len() as f64;
        for values in &self.values {
            if self.candidates.len() < FEWEST_TO_RANK {
                add_signs(values, share, &mut self.weights);
            } else {
                add_rank_weights(values, share, &mut self.weights);
            }
        }
        for weight in &mut self.weights {
            if weight.abs() < NO_WEIGHT {
                *weight = 0.0;
            }
        }
    }

    /// √(w'Σw) a year, as the volatility of the path that the weights would have earned: the same number without the matrix.
    fn volatility(&mut self) -> f64 {
        let months = usize::from(self.spec.covariance_months());
        self.path.clear();
        self.path.resize(months, 0.0);
        for (weight, returns) in self.weights.iter().zip(self.returns.chunks_exact(months)) {
            for (earned, change) in self.path.iter_mut().zip(returns) {
                *earned += weight * change;
            }
        }
        let mean = self.path.iter().sum::<f64>() / months as f64;
        let squares: f64 = self.path.iter().map(|x| (x - mean).powi(2)).sum();
        (squares / (months as f64 - 1.0) * 12.0).sqrt()
    }
}

/// An empty list for each signal, with room for every currency (which a clone of an empty list would not have).
fn room_for(signals: usize, currencies: usize) -> Vec<Vec<f64>> {
    (0..signals).map(|_| Vec::with_capacity(currencies)).collect()
}
