use super::{Filtered, FullSample, MarkovSwitching};
use crate::WeatherError;

/// One run of the filter. A history holds the states of a time and of the lags before it, one bit each: bit 0 is the state
/// at the time itself, bit i the one i periods before; 1 is up.
pub(super) struct Pass {
    /// How many histories there are: the length of a row.
    pub(super) width: usize,
    /// A row for each time: the histories by the observations before it.
    pub(super) predicted: Vec<f64>,
    /// A row for each time: the histories by the observations up to it.
    pub(super) filtered: Vec<f64>,
    pub(super) log_likelihood: f64,
}

impl MarkovSwitching {
    /// The probability of the lower state at each time by the observations up to it, and the likelihood.
    ///
    /// ```text
    /// P(h_t | y_1…y_{t−1}) = Σ P(s_t | s_{t−1}) · P(h_{t−1} | y_1…y_{t−1})       h_t = (s_t, …, s_{t−r})
    /// P(h_t | y_1…y_t)     ∝ f(y_t | h_t) · P(h_t | y_1…y_{t−1})
    /// ```
    ///
    /// # Errors
    ///
    /// [`WeatherError::TooFew`] unless there are more observations than lags; [`WeatherError::Element`] for one that is not
    /// finite, or so far from both levels that a double cannot tell them apart.
    ///
    /// # Source
    ///
    /// Hamilton 1989.
    pub fn filter(&self, observations: &[f64]) -> Result<Filtered, WeatherError> {
        let pass = self.pass(observations)?;
        Ok(Filtered { down: pass.down(&pass.filtered), log_likelihood: pass.log_likelihood })
    }

    /// The probability of the lower state at each time by all observations. **For research**: it knows how the series went
    /// on.
    ///
    /// # Errors
    ///
    /// As [`MarkovSwitching::filter`].
    ///
    /// # Source
    ///
    /// Kim 1994, exact here because histories are kept.
    pub fn full_sample(&self, observations: &[f64]) -> Result<FullSample, WeatherError> {
        let pass = self.pass(observations)?;
        let smoothed = pass.smoothed(&self.transitions());
        Ok(FullSample { down: pass.down(&smoothed) })
    }

    /// `[from][to]`.
    pub(super) fn transitions(&self) -> [[f64; 2]; 2] {
        let [down, up] = self.stay();
        [[down, 1.0 - down], [1.0 - up, up]]
    }

    pub(super) fn pass(&self, observations: &[f64]) -> Result<Pass, WeatherError> {
        let refuse = |position, rule| {
            let value = observations.get(position).copied().unwrap_or_default();
            WeatherError::Element { what: "observation", position, value, rule }
        };
        if let Some(position) = observations.iter().position(|y| !y.is_finite()) {
            return Err(refuse(position, "a finite number"));
        }
        let phi = self.autoregression();
        let lags = phi.len();
        if observations.len() <= lags {
            return Err(WeatherError::TooFew { needed: lags + 1, found: observations.len() });
        }
        let width = 2_usize << lags;
        let transitions = self.transitions();
        let step = |from: usize, to: usize| transitions[from & 1][to & 1];
        let mean = |state: usize| self.means()[state & 1];
        let levels: Vec<f64> = (0..width)
            .map(|h| mean(h) - phi.iter().zip(1..).map(|(phi, lag)| phi * mean(h >> lag)).sum::<f64>())
            .collect();
        let start = self.start_down();
        let mut before: Vec<f64> = (0..width)
            .map(|h| {
                let first = if (h >> lags) & 1 == 0 { start } else { 1.0 - start };
                (0..lags).map(|lag| step(h >> (lag + 1), h >> lag)).product::<f64>() * first
            })
            .collect();
        let rows = width * (observations.len() - lags);
        let (predicted, filtered) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let mut pass = Pass { width, predicted, filtered, log_likelihood: 0.0 };
        let constant = -self.sd().ln() - 0.5 * std::f64::consts::TAU.ln();
        let mut after = vec![0.0; width];
        for (at, window) in observations.windows(lags + 1).enumerate() {
            let (Some(now), past) = (window.last(), window.iter().rev().skip(1)) else { continue };
            let explained: f64 = phi.iter().zip(past).map(|(phi, y)| phi * y).sum();
            // The best exponent is taken out, or far observations would have no density in any history.
            let mut best = f64::NEG_INFINITY;
            for ((exponent, level), p) in after.iter_mut().zip(&levels).zip(&before) {
                *exponent = -0.5 * ((now - explained - level) / self.sd()).powi(2);
                if *p > 0.0 {
                    best = best.max(*exponent);
                }
            }
            if !best.is_finite() || after.iter().any(|e| e.is_nan()) {
                return Err(refuse(at + lags, "within what a double can tell from the two levels"));
            }
            for (density, p) in after.iter_mut().zip(&before) {
                *density = if *p > 0.0 { (*density - best).exp() * p } else { 0.0 };
            }
            let likelihood: f64 = after.iter().sum();
            for p in &mut after {
                *p /= likelihood;
            }
            pass.log_likelihood += likelihood.ln() + best + constant;
            pass.predicted.extend_from_slice(&before);
            pass.filtered.extend_from_slice(&after);
            before.fill(0.0);
            for (h, p) in after.iter().enumerate() {
                for state in 0..2 {
                    before[((h << 1) | state) & (width - 1)] += p * step(h, state);
                }
            }
        }
        Ok(pass)
    }
}

impl Pass {
    /// The probability of the lower state in each row.
    fn down(&self, rows: &[f64]) -> Vec<f64> {
        // Sums of shares that rounding can carry a hair above 1.
        rows.chunks(self.width).map(|row| row.iter().step_by(2).sum::<f64>().min(1.0)).collect()
    }

    /// A row for each time: the histories by all observations.
    pub(super) fn smoothed(&self, transitions: &[[f64; 2]; 2]) -> Vec<f64> {
        let width = self.width;
        let mut rows = self.filtered.clone();
        for end in (1..rows.len() / width).rev().map(|row| row * width) {
            let (rows, later) = rows.split_at_mut(end);
            let predicted = &self.predicted[end..];
            for (h, p) in rows[end - width..].iter_mut().enumerate() {
                let onward = (0..2).map(|state| {
                    let next = ((h << 1) | state) & (width - 1);
                    let came = *p * transitions[h & 1][state];
                    // What was impossible before it was seen stays so.
                    if predicted[next] > 0.0 { came / predicted[next] * later[next] } else { 0.0 }
                });
                *p = onward.sum();
            }
        }
        rows
    }
}
