use allweather_core::{Rate, Year};
use allweather_market::Market;
use allweather_portfolio::{
    Outcome, Spec,
    rebalance::paths::Walker,
    rfr::{RateHistory, RateRules},
};

use super::Study;
use crate::{Growth, StudyError, mix::Mix, path::Figures, source::Source, split::Splitting};

/// What is drawn of a path, for the first that needs it and those after it.
#[derive(Default)]
pub(super) struct Drawn {
    market: Option<Market>,
    /// By what rules they were told, and whether as they were known.
    rates: Option<((RateRules, bool), RateHistory)>,
    no_rates: RateHistory,
}

impl Drawn {
    fn of(
        &mut self,
        source: &Source,
        spec: &Spec,
        rows: &[usize],
        (market, rates): (bool, bool),
    ) -> Result<(Option<&Market>, &RateHistory), StudyError> {
        if market && self.market.is_none() {
            self.market = Some(source.market(rows)?);
        }
        let told = (spec.prescribed_rate, spec.expenses.is_some());
        if rates && self.rates.as_ref().is_none_or(|(by, _)| *by != told) {
            self.rates = Some((told, source.rates(spec, rows)?));
        }
        let known = self.rates.as_ref().filter(|_| rates).map(|(_, known)| known);
        Ok((self.market.as_ref().filter(|_| market), known.unwrap_or(&self.no_rates)))
    }
}

/// Runs the paths of one variant, one after the other, with the places it needs for that.
pub(super) struct Runner<'s> {
    study: &'s Study<'s>,
    variant: usize,
    /// The kernel of many paths, where it does.
    kernel: Option<(&'s Mix, Walker<'s>)>,
    /// Whether growth is to be split; on the kernel it is while it walks.
    splits: bool,
    splitting: Option<Splitting<'s>>,
    outcome: Outcome,
    growth: Option<Growth>,
    levels: Vec<f64>,
    rates: Vec<Option<f64>>,
}

impl<'s> Runner<'s> {
    /// Of two variants that are held against each other, both are walked by the kernel or none: what they do alike must be the same bits.
    pub(super) fn new(study: &'s Study<'s>, variant: usize, other: Option<usize>, splits: bool) -> Self {
        let mix = |variant: usize| study.mixes[variant].as_ref();
        let both = other.is_none_or(|other| mix(other).is_some());
        let kernel = mix(variant).filter(|_| both).map(|mix| (mix, mix.walker()));
        let splitting = kernel.as_ref().filter(|_| splits).and_then(|(mix, _)| mix.splitting());
        let (outcome, growth, levels, rates) = (Outcome::default(), None, Vec::new(), Vec::new());
        Self { study, variant, kernel, splits, splitting, outcome, growth, levels, rates }
    }

    /// Walks the path of these rows on the kernel; whether it could.
    pub(super) fn walk(&mut self, rows: &[usize]) -> bool {
        let Self { kernel, splitting, outcome, .. } = self;
        let walk =
            |(mix, walker): &mut (&Mix, Walker<'s>)| mix.walk(walker, splitting.as_mut(), rows, outcome);
        kernel.as_mut().is_some_and(walk)
    }

    /// What the variant comes to on the path of these rows, which was walked or is now run on the engine.
    pub(super) fn run(
        &mut self,
        path: u64,
        rows: &[usize],
        walked: bool,
        drawn: &mut Drawn,
    ) -> Result<Figures, StudyError> {
        let (study, variant) = (self.study, self.variant);
        let (source, spec, years) =
            (&study.source, &study.specs[variant], study.year_rates[variant].as_ref());
        if let Some(years) = years {
            years.of_path(source, rows, &mut self.levels, &mut self.rates);
        }
        let (market, history) = drawn.of(source, spec, rows, (!walked, years.is_none()))?;
        let lives = self.ran(path, market, history)?;
        let rate = |year: Year| match years {
            Some(years) => years.rate(year, &self.rates),
            None => Some(Rate::from_percent(history.settled(year)?.prescribed.rate).to_f64()),
        };
        Figures::of(spec, study.spec.ruin_level(), lives.then_some(&self.outcome), rate)
    }

    /// The growth of the path of these rows, without its figures.
    pub(super) fn grow(
        &mut self,
        path: u64,
        rows: &[usize],
        drawn: &mut Drawn,
    ) -> Result<Option<Growth>, StudyError> {
        let (study, variant) = (self.study, self.variant);
        let (walked, spec) = (self.walk(rows), &study.specs[variant]);
        // Nothing else of a run reads rates.
        let rated = !walked && spec.expenses.is_some();
        let (market, history) = drawn.of(&study.source, spec, rows, (!walked, rated))?;
        self.ran(path, market, history)?;
        Ok(self.growth)
    }

    /// The growth of the path that was run last; `None` when it is not to be split, or everything was lost.
    pub(super) fn growth(&self) -> Option<Growth> {
        self.growth
    }

    /// Runs a path on the engine where there is a market for that; without one it was walked. Whether the portfolio lives.
    fn ran(&mut self, path: u64, market: Option<&Market>, rates: &RateHistory) -> Result<bool, StudyError> {
        let Some(market) = market else {
            let values = &self.outcome.values;
            let net = values.first().zip(values.last()).map(|(first, last)| (last / first).ln());
            self.growth = net.and_then(|net| self.splitting.as_ref()?.growth(net));
            return Ok(true);
        };
        let ran = self.study.outcome(self.variant, market, rates, path, self.splits)?;
        let lives = ran.is_some();
        (self.outcome, self.growth) = ran.unwrap_or_default();
        Ok(lives)
    }
}
