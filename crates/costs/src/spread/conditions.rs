use super::bars::{Bar, log_ratio};
use super::{DailyBars, Spread, Unmeasured};

/// EDGE's two moment conditions on given days, step by step as published, with gaps: each mean is over what is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conditions {
    /// `−4/p_o`.
    open: f64,
    /// `−4/p_c`.
    close: f64,
    /// `mean(r_k) / mean(τ)`, k = 1, 3, 5.
    centres: [f64; 3],
}

/// How the two conditions are weighted, and what comes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighted {
    weight: f64,
    pub(super) square: f64,
}

impl Conditions {
    pub(super) fn new(bars: DailyBars<'_>) -> Result<Self, Unmeasured> {
        let (mut moved, mut offs, mut returns) =
            (Mean::default(), [Mean::default(); 4], [Mean::default(); 3]);
        for [before, now] in bars.pairs() {
            let tau = moves(&before, &now);
            moved.add(tau);
            let off = |price: Option<f64>, extreme| tau.zip(price.zip(extreme)).map(off);
            let (open, close) = (now.open, before.close);
            let four =
                [off(open, now.high), off(open, now.low), off(close, before.high), off(close, before.low)];
            for (mean, value) in offs.iter_mut().zip(four) {
                mean.add(value);
            }
            for (mean, value) in returns.iter_mut().zip(centred(&before, &now)) {
                mean.add(value);
            }
        }
        let none = Unmeasured::TooFewObservations { needed: 1, found: 0 };
        let tau = moved.value().ok_or(none)?;
        if moved.sum < 2.0 {
            return Err(Unmeasured::TooFewMoves { found: usize::from(moved.sum >= 1.0) });
        }
        let [open_high, open_low, close_high, close_low] = offs.map(Mean::value);
        let open = open_high.zip(open_low).map(|(high, low)| high + low).ok_or(none)?;
        let close = close_high.zip(close_low).map(|(high, low)| high + low).ok_or(none)?;
        if open <= 0.0 {
            return Err(Unmeasured::OpensAtExtremes);
        }
        if close <= 0.0 {
            return Err(Unmeasured::ClosesAtExtremes);
        }
        let mut centres = [0.0; 3];
        for (centre, mean) in centres.iter_mut().zip(returns) {
            *centre = mean.value().ok_or(none)? / tau;
        }
        Ok(Self { open: -4.0 / open, close: -4.0 / close, centres })
    }

    /// x1 and x2 of a day, where all prices they need are there.
    fn of(&self, before: &Bar<Option<f64>>, now: &Bar<Option<f64>>) -> Option<[f64; 2]> {
        let tau = moves(before, now)?;
        let [r1, r3, r5] = centred(before, now);
        let [c1, c3, c5] = self.centres;
        let (d1, d3, d5) = (r1? - tau * c1, r3? - tau * c3, r5? - tau * c5);
        let (r2, r4) = (-before.middle_over(now.open)?, -before.middle_over(before.close)?);
        Some([self.open * d1 * r2 + self.close * d3 * r4, self.open * d1 * r5? + self.close * d5 * r4])
    }

    /// Each condition by the variance of the other.
    pub(super) fn weighted(&self, bars: DailyBars<'_>) -> Result<Weighted, Unmeasured> {
        let (mut count, mut first) = (0.0, None);
        let (mut sums, mut squares) = ([0.0; 2], [0.0; 2]);
        for [before, now] in bars.pairs() {
            let Some(x) = self.of(&before, &now) else { continue };
            // Counted from the first: days that are all alike then have a variance of exactly 0.
            let origin = *first.get_or_insert(x);
            count += 1.0;
            for (k, sum) in sums.iter_mut().enumerate() {
                let from_first = x[k] - origin[k];
                *sum += from_first;
                squares[k] += from_first * from_first;
            }
        }
        let origin = first.ok_or(Unmeasured::TooFewObservations { needed: 1, found: 0 })?;
        let ([e1, e2], [q1, q2]) = (sums.map(|sum| sum / count), squares.map(|square| square / count));
        let (v1, v2) = ((q1 - e1 * e1).max(0.0), (q2 - e2 * e2).max(0.0));
        let weight = if v1 + v2 > 0.0 { v2 / (v1 + v2) } else { 0.5 };
        Ok(Weighted { weight, square: weight * (origin[0] + e1) + (1.0 - weight) * (origin[1] + e2) })
    }

    /// The weighted condition, day by day: its mean is s².
    pub(super) fn days(self, bars: DailyBars<'_>, weighted: Weighted) -> impl Iterator<Item = f64> {
        let of = move |[before, now]: [Bar<Option<f64>>; 2]| {
            self.of(&before, &now).map(|[x1, x2]| weighted.weight * x1 + (1.0 - weighted.weight) * x2)
        };
        bars.pairs().filter_map(of)
    }

    pub(super) fn spread(bars: DailyBars<'_>) -> Result<Spread, Unmeasured> {
        Ok(Spread::from_square(Self::new(bars)?.weighted(bars)?.square))
    }
}

/// τ: 1 where the price moved, where it is known.
#[expect(clippy::float_cmp, reason = "a price that did not move is the same number")]
fn moves(before: &Bar<Option<f64>>, now: &Bar<Option<f64>>) -> Option<f64> {
    let (high, low, close) = (now.high?, now.low?, before.close?);
    Some(if high != low || low != close { 1.0 } else { 0.0 })
}

/// τ where a price is off an extreme of its day, otherwise 0.
#[expect(clippy::float_cmp, reason = "a price that is the high is the same number")]
fn off((tau, (price, extreme)): (f64, (f64, f64))) -> f64 {
    if price == extreme { 0.0 } else { tau }
}

/// r1, r3 and r5.
fn centred(before: &Bar<Option<f64>>, now: &Bar<Option<f64>>) -> [Option<f64>; 3] {
    let overnight = now.open.zip(before.close).map(|(open, close)| log_ratio(open, close));
    [now.middle_over(now.open), now.middle_over(before.close), overnight]
}

/// A mean of what is there.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.sum += value;
            self.count += 1.0;
        }
    }

    fn value(self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }
}
