//! The quarter's payment, which depends on the cost of the trade that shares its instant, as one piecewise linear map.

use allweather_rebalance::paths::Budget;

/// What the ledger will do with the value after costs, `y`, at a quarter's end:
///
/// ```text
/// value after = y − max(y − K, 0) + max(y − K − (C + H), 0)
/// ```
///
/// (Published method, §2, with `D = y − K`: everything above invested capital `K` is withdrawn, what exceeds consumption `C` and
/// headroom `H` comes back.) On each of its three pieces that is `base − multiple · cost`, so the trade and the payment are
/// solved together, exactly.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payment {
    /// Invested capital `K`.
    pub(crate) invested: f64,
    /// `C + H`: what the pool and the quarter's expenses take before anything is reinvested.
    pub(crate) claim: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Nothing is withdrawn, nothing comes back.
    UnderWater,
    /// Everything above `K` leaves (or, with a negative claim, the pool's excess comes in while nothing leaves).
    Middle,
    /// What leaves and what comes back both follow `y`.
    Overflowing,
}

impl Payment {
    pub(crate) fn piece(&self, after_costs: f64) -> Piece {
        let (k, top) = (self.invested, self.invested + self.claim);
        if after_costs < k.min(top) {
            Piece::UnderWater
        } else if after_costs > k.max(top) {
            Piece::Overflowing
        } else {
            Piece::Middle
        }
    }

    pub(crate) fn budget(&self, piece: Piece, value: f64) -> Budget {
        let Self { invested, claim } = *self;
        match piece {
            Piece::UnderWater => Budget { base: value, multiple: 1.0 },
            Piece::Overflowing => Budget { base: value - claim, multiple: 1.0 },
            Piece::Middle if claim >= 0.0 => Budget { base: invested, multiple: 0.0 },
            Piece::Middle => Budget { base: 2.0 * value - invested - claim, multiple: 2.0 },
        }
    }
}
