use allweather_core::{Rate, Year};
use allweather_market::Market;
use allweather_portfolio::{Outcome, rebalance::paths::Walker};
use allweather_rfr::RateHistory;

use super::Study;
use crate::{StudyError, mix::Mix, path::Figures};

/// Runs the paths of one variant, one after the other, with the places it needs for that.
pub(super) struct Runner<'s> {
    study: &'s Study<'s>,
    variant: usize,
    /// The kernel of many paths, where it does.
    kernel: Option<(&'s Mix, Walker<'s>)>,
    outcome: Outcome,
    levels: Vec<f64>,
    rates: Vec<Option<f64>>,
}

impl<'s> Runner<'s> {
    /// Of two variants that are held against each other, both are walked by the kernel or none: what they do alike must be the same bits.
    pub(super) fn new(study: &'s Study<'s>, variant: usize, other: Option<usize>) -> Self {
        let mix = |variant: usize| study.mixes[variant].as_ref();
        let both = other.is_none_or(|other| mix(other).is_some());
        let kernel = mix(variant).filter(|_| both).map(|mix| (mix, mix.walker()));
        let (outcome, levels, rates) = (Outcome::default(), Vec::new(), Vec::new());
        Self { study, variant, kernel, outcome, levels, rates }
    }

    /// Walks the path of these rows on the kernel; whether it could.
    pub(super) fn walk(&mut self, rows: &[usize]) -> bool {
        self.kernel.as_mut().is_some_and(|(mix, walker)| mix.walk(walker, rows, &mut self.outcome))
    }

    /// What the variant comes to on the path of these rows, which was walked or is now run on the engine. `market` is drawn for the first that needs it.
    pub(super) fn run(
        &mut self,
        path: u64,
        rows: &[usize],
        walked: bool,
        market: &mut Option<Market>,
    ) -> Result<Figures, StudyError> {
        let Self { study, variant, .. } = *self;
        let (source, spec) = (&study.source, &study.specs[variant]);
        let history = match &study.year_rates[variant] {
            Some(years) => {
                years.of_path(source, rows, &mut self.levels, &mut self.rates);
                RateHistory::default()
            }
            None => source.rates(spec, rows)?,
        };
        let found;
        let outcome = if walked {
            Some(&self.outcome)
        } else {
            let market = match market {
                Some(market) => market,
                none => none.insert(source.market(rows)?),
            };
            found = study.outcome(variant, market, &history, path)?;
            found.as_ref()
        };
        let rate = |year: Year| match &study.year_rates[variant] {
            Some(years) => years.rate(year, &self.rates),
            None => Some(Rate::from_percent(history.settled(year)?.prescribed.rate).to_f64()),
        };
        Figures::of(spec, study.spec.ruin_level(), outcome, rate)
    }
}
