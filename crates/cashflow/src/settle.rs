use allweather_core::{Number, Overflow};

/// What is carried from one quarter to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct State<N> {
    pub(crate) invested: N,
    pub(crate) pool: N,
    /// `cap − pool`, both of the quarter before.
    pub(crate) headroom: N,
}

/// What a quarter brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures<N> {
    pub(crate) gain: N,
    pub(crate) costs: N,
    pub(crate) consumption: N,
    pub(crate) cap: N,
}

/// What a quarter makes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settled<N> {
    pub(crate) excess: N,
    pub(crate) reinvested: N,
    pub(crate) withdrawn: N,
    pub(crate) shortfall: N,
    pub(crate) halted: bool,
    pub(crate) next: State<N>,
}

impl<N: Number> State<N> {
    /// One quarter of the published method (§2), the formula of the ledger and of the paths.
    #[inline]
    pub(crate) fn settle(&self, quarter: Figures<N>) -> Result<Settled<N>, Overflow> {
        let net = quarter.gain.minus(quarter.costs)?;
        let halted = net <= N::ZERO;
        let withdrawn = net.or_above(N::ZERO);
        let excess = net.minus(quarter.consumption)?;
        // Literally as published, a halted quarter included: a pool above its cap is reinvested even then.
        let reinvested = excess.minus(self.headroom)?.or_above(N::ZERO);
        let raw = self.pool.plus(withdrawn)?.minus(quarter.consumption)?.minus(reinvested)?;
        let pool = raw.or_above(N::ZERO);
        let shortfall = N::ZERO.minus(raw)?.or_above(N::ZERO);
        let next =
            Self { invested: self.invested.plus(reinvested)?, pool, headroom: quarter.cap.minus(pool)? };
        Ok(Settled { excess, reinvested, withdrawn, shortfall, halted, next })
    }
}
