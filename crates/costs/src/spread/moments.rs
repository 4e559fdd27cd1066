use super::bars::{Bar, Columns, log_middle, log_ratio, near_log};
use super::{Spread, Unmeasured};

/// What EDGE needs of `L` days, each with the day before it, when no price is missing.
///
/// Of its five log returns three are free: r2 = r5 + r4 and r3 = r1 + r5. Where the price did not move (τ = 0), open, high,
/// low and the close before are one price, so r1 = r5 = 0; r4 is set to 0 there, and τ need not be carried along.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moves<const L: usize> {
    /// r1: from the open to the middle.
    a: [f64; L],
    /// r5: from the close before to the open.
    b: [f64; L],
    /// r4: from the middle before to the close before.
    g: [f64; L],
    /// τ.
    moved: [f64; L],
    /// τ times how many of high and low the open is off.
    open: [f64; L],
    /// τ times how many of high and low the close before was off.
    close: [f64; L],
}

impl<const L: usize> Moves<L> {
    #[inline]
    #[expect(clippy::float_cmp, reason = "a price that is the high is the same number")]
    pub(super) fn between(before: &Bar<[f64; L]>, now: &Bar<[f64; L]>) -> Self {
        let zero = [0.0; L];
        let mut day = Self { a: zero, b: zero, g: zero, moved: zero, open: zero, close: zero };
        let mut near = true;
        for i in 0..L {
            let (high_before, low_before, close) = (before.high[i], before.low[i], before.close[i]);
            let (open, high, low) = (now.open[i], now.high[i], now.low[i]);
            let one_if = |holds: bool| f64::from(u8::from(holds));
            let moved = one_if(high != low || low != close);
            day.moved[i] = moved;
            day.open[i] = moved * (one_if(open != high) + one_if(open != low));
            day.close[i] = moved * (one_if(close != high_before) + one_if(close != low_before));
            let (a, a_near) = near_log(high * low, open * open);
            let (b, b_near) = near_log(open, close);
            let (g, g_near) = near_log(high_before * low_before, close * close);
            (day.a[i], day.b[i], day.g[i]) = (0.5 * a, b, -0.5 * moved * g);
            near &= a_near & b_near & g_near;
        }
        if !near {
            for i in 0..L {
                day.a[i] = log_middle(now.high[i], now.low[i], now.open[i]);
                day.b[i] = log_ratio(now.open[i], before.close[i]);
                day.g[i] = -day.moved[i] * log_middle(before.high[i], before.low[i], before.close[i]);
            }
        }
        day
    }
}

const SUMS: usize = 22;

/// Sums over days from which EDGE follows: what `x1`, `x2` and their squares are made of, as EDGE's centring and
/// probabilities are known only once the days are. In `L` parts, each of every `L`-th day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums<const L: usize>([[f64; L]; SUMS]);

/// How many days at a time: enough to fill the processor's vectors.
const LANES: usize = 4;

impl Sums<1> {
    /// Over all days but the first.
    pub(super) fn of(columns: &Columns<'_, f64>) -> Self {
        let mut lanes = Sums::<LANES>::ZERO;
        // Not `for`: that takes a third longer here.
        columns.pairs().for_each(|[before, now]| lanes.add(&Moves::between(&before, &now)));
        let mut sums = Self(lanes.0.map(|sum| [sum.iter().sum()]));
        for [before, now] in columns.left_over::<LANES>().pairs() {
            sums.add(&Moves::between(&before, &now));
        }
        sums
    }
}

impl<const L: usize> Sums<L> {
    pub(super) const ZERO: Self = Self([[0.0; L]; SUMS]);

    #[inline]
    pub(super) fn add(&mut self, day: &Moves<L>) {
        let times = |x: &[f64; L], y: &[f64; L]| std::array::from_fn(|i| x[i] * y[i]);
        let Moves { a, b, g, moved, open, close } = day;
        let (ab, bg, ag) = (times(a, b), times(b, g), times(a, g));
        // Order: that of `spread`.
        self.merge(&Self([
            *moved,
            *open,
            *close,
            *a,
            *b,
            *g,
            ab,
            bg,
            ag,
            times(&ab, &ab),
            times(&ab, b),
            times(&ab, &bg),
            times(&ab, g),
            times(b, b),
            times(b, &bg),
            times(&bg, &bg),
            times(&bg, g),
            times(g, g),
            times(&ab, &ag),
            times(&ag, &bg),
            times(&ag, g),
            times(&ag, &ag),
        ]));
    }

    #[inline]
    pub(super) fn merge(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            for (sum, more) in sum.iter_mut().zip(more) {
                *sum += more;
            }
        }
    }
}

impl Sums<1> {
    /// EDGE of so many moves; `None` when the variances cancel to few digits and must be computed otherwise.
    #[inline]
    pub(super) fn spread(&self, moves: usize) -> Result<Option<Spread>, Unmeasured> {
        let [moved, open, close, a, b, g, rest @ ..] = self.0.map(|[sum]| sum);
        if moved < 2.0 {
            return Err(Unmeasured::TooFewMoves { found: usize::from(moved >= 1.0) });
        }
        if open <= 0.0 {
            return Err(Unmeasured::OpensAtExtremes);
        }
        if close <= 0.0 {
            return Err(Unmeasured::ClosesAtExtremes);
        }
        let n = moves as f64;
        let (inverse, mean_a, mean_b) = (1.0 / n, a / moved, b / moved);
        let [ab, bg, ag, ab_ab, ab_b, ab_bg, ab_g, b_b, b_bg, bg_bg, bg_g, g_g, ab_ag, ag_bg, ag_g, ag_ag] =
            rest.map(|sum| sum * inverse);
        let (b, g) = (b * inverse, g * inverse);
        // x2 = p·ab + q·b + r·bg + s·g,   x1 = x2 + t·(ag − mean_a·g) = p·ab + q·b + r·bg + u·g + t·ag.
        let (p, r) = (-4.0 * n / open, -4.0 * n / close);
        let (q, s, t) = (-p * mean_a, -r * mean_b, p + r);
        let u = s - t * mean_a;
        let shared = p * ab + q * b + r * bg;
        let (e1, e2) = (shared + u * g + t * ag, shared + s * g);
        // Mean squares, the cross terms once and doubled.
        let sizes = p * p * ab_ab + q * q * b_b + r * r * bg_bg;
        let (size1, size2) = (sizes + u * u * g_g + t * t * ag_ag, sizes + s * s * g_g);
        let crossed = p * (q * ab_b + r * ab_bg) + q * r * b_bg;
        let with_g = p * ab_g + q * bg + r * bg_g;
        let with_ag = p * ab_ag + q * ab_g + r * ag_bg + u * ag_g;
        let v1 = size1 + 2.0 * (crossed + u * with_g + t * with_ag) - e1 * e1;
        let v2 = size2 + 2.0 * (crossed + s * with_g) - e2 * e2;
        if v1 > KEPT * size1 && v2 > KEPT * size2 {
            Ok(Some(Spread::from_square((v2 * e1 + v1 * e2) / (v1 + v2))))
        } else {
            Ok(None)
        }
    }
}

/// A variance below this part of the squares it is the difference of has lost four digits of sixteen.
const KEPT: f64 = 1e-4;
