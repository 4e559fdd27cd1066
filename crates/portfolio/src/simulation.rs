use std::{ops::Range, sync::Arc};

use allweather_cashflow::SpendingRule;
use allweather_core::AssetId;
use allweather_costs::{CostModel, Proportional, UniverseCosts};
use allweather_fx_overlay::Signal;
use allweather_market::Market;
use allweather_rebalance::Rebalancer;
use allweather_rfr::RateHistory;

use crate::{
    CostSpec, LateAssets, Operation, Outcome, PortfolioError, Record, Spec, TargetSchedule,
    engine::{State, quiet},
    prepare::Prepared,
    recorder::{Off, Recorder},
    tree,
};

/// A run that is laid out and ready: the spec's parts, the market's rows, and any part of your own in place of the spec's.
///
/// Laying out reads the whole span once; after that a run under a drift band or a calendar allocates nothing per step.
///
/// ```
/// use allweather_portfolio::{costs::{CostModel, CostRates, TradedAsset}, prelude::*, rfr::RateHistory};
/// ///
/// /// Trades everything to its target when any asset is a fifth of its target away from it.
/// #[derive(Debug)]
/// struct Fifth;
/// impl Rebalancer for Fifth {
///     fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
///         let far = |(weight, target): (&f64, &f64)| (weight - target).abs() > 0.2 * target;
///         if review.weights.iter().zip(review.targets).any(far) {
///             return Ok(Decision::Rebalance(Reason::Other("a fifth away".into())));
///         }
///         Ok(Decision::Hold(Reason::Other("within a fifth".into())))
///     }
/// }
///
/// /// One per mille, whatever is traded.
/// #[derive(Debug)]
/// struct PerMille;
/// impl CostModel for PerMille {
///     fn rates(&self, _: &TradedAsset<'_>) -> CostRates {
///         CostRates { commission: 0.001, ..CostRates::default() }
///     }
/// }
///
/// let prices = PricePanel::from_csv("prices.csv", "month,a_jpy,b_jpy\n2020-01,100,100\n2020-02,160,100\n2020-03,160,99\n")?;
/// let market = Market::new(Currency::JPY, prices);
/// let spec = Spec::from_json(r#"{"name": "own parts", "capital": 1000,
///     "holdings": [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}],
///     "rule": {"calendar": {"every": "year", "on": "end"}}}"#)?;
/// let rates = RateHistory::default();
/// let record = Simulation::new(&spec, &market, &rates)?.with_rule(&Fifth).with_costs(&PerMille)?.run()?;
/// assert_eq!(record.outcome().rebalances, 1);
/// # Ok::<(), PortfolioError>(())
/// ```
#[derive(Debug)]
pub struct Simulation<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) market: &'a Market,
    pub(crate) rates: &'a RateHistory,
    /// Of the portfolio, then of its vaults.
    pub(crate) rules: Vec<&'a dyn Rebalancer>,
    pub(crate) costs: Costs<'a>,
    pub(crate) spending: Option<&'a dyn SpendingRule>,
    pub(crate) signals: Option<Vec<Arc<dyn Signal>>>,
    /// Strategic weights of the portfolio with the steps from which they are in force, in the order of the steps.
    pub(crate) changes: Vec<(usize, Vec<f64>)>,
    /// Whether lots of the spec are put aside.
    pub(crate) divisible: bool,
    pub(crate) prepared: Prepared,
    /// Where the quiet stretch ends that each step is in; see [`quiet::ends`].
    pub(crate) quiet: Vec<usize>,
}

#[derive(Debug)]
pub(crate) enum Costs<'a> {
    Proportional(Proportional),
    Published(UniverseCosts),
    Given(&'a dyn CostModel),
}

impl Costs<'_> {
    pub(crate) fn model(&self) -> &dyn CostModel {
        match self {
            Self::Proportional(model) => model,
            Self::Published(model) => model,
            Self::Given(model) => *model,
        }
    }
}

/// Runs a spec on a market and keeps the full record: [`Simulation::new`] and [`Simulation::run`] in one.
///
/// `rates` are the prescribed rates, with the days from which they were known; a spec without expenses needs none.
///
/// # Errors
///
/// As [`Simulation::new`] and [`Simulation::run`].
pub fn simulate(spec: &Spec, market: &Market, rates: &RateHistory) -> Result<Record, PortfolioError> {
    Simulation::new(spec, market, rates)?.run()
}

impl<'a> Simulation<'a> {
    /// Lays out a run of `spec` on `market`.
    ///
    /// `rates` are the prescribed rates, with the days from which they were known; only expenses read them.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] when an asset of the spec has no prices, begins late without leave, or lacks an exchange rate; when the
    /// span has no dates; when a part of the spec does not fit the universe.
    pub fn new(spec: &'a Spec, market: &'a Market, rates: &'a RateHistory) -> Result<Self, PortfolioError> {
        Self::over(spec, market, rates, Prepared::rows(spec, market)?)
    }

    /// The same over given rows of the price panel, whatever the spec says of its span.
    pub(crate) fn over(
        spec: &'a Spec,
        market: &'a Market,
        rates: &'a RateHistory,
        rows: Range<usize>,
    ) -> Result<Self, PortfolioError> {
        let universe: Vec<_> =
            spec.holdings.look_through().into_iter().map(|(asset, _)| asset.clone()).collect();
        let costs = match &spec.costs {
            CostSpec::Proportional(model) => Costs::Proportional(*model),
            CostSpec::Published(model) => Costs::Published(model.for_universe(&universe)?),
        };
        let prepared = Prepared::new(spec, market, rows, costs.model().reads_volatility())?;
        let spending = spec.expenses.as_ref().map(|e| &e.rule as &dyn SpendingRule);
        let signals = None;
        let rules: Vec<_> = tree::rules(spec).into_iter().map(|rule| rule as &dyn Rebalancer).collect();
        if prepared.tree.is_composed() && matches!(spec.operation, Operation::Actual { .. }) {
            return Err(PortfolioError::VaultsInLots);
        }
        if prepared.tree.is_composed() && spec.loss_realisation.is_some() {
            return Err(PortfolioError::VaultsInLossRealisation);
        }
        let (changes, divisible) = (Vec::new(), false);
        let quiet = Vec::new();
        let simulation = Self {
            spec,
            market,
            rates,
            rules,
            costs,
            spending,
            signals,
            changes,
            divisible,
            prepared,
            quiet,
        };
        Ok(simulation.with_quiet_steps())
    }

    fn with_quiet_steps(mut self) -> Self {
        self.quiet = quiet::ends(&self);
        self
    }

    /// The same run under a rule of your own; its vaults keep theirs.
    #[must_use]
    pub fn with_rule(mut self, rule: &'a dyn Rebalancer) -> Self {
        self.rules[0] = rule;
        self.with_quiet_steps()
    }

    /// The same run with a rule of your own in one of its vaults, by the vault's name.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::UnknownVault`] when there is no such vault.
    pub fn with_vault_rule(
        mut self,
        vault: &AssetId,
        rule: &'a dyn Rebalancer,
    ) -> Result<Self, PortfolioError> {
        let mut names = self.spec.holdings.vaults().into_iter().map(|vault| &vault.name);
        let place = names.position(|name| name == vault);
        let place = place.ok_or_else(|| PortfolioError::UnknownVault { vault: vault.clone() })?;
        self.rules[place + 1] = rule;
        Ok(self.with_quiet_steps())
    }

    /// The same run with a cost model of your own.
    ///
    /// # Errors
    ///
    /// As [`Simulation::new`]: a model that reads volatility needs the run laid out again.
    pub fn with_costs(self, model: &'a dyn CostModel) -> Result<Self, PortfolioError> {
        let rows = Prepared::rows(self.spec, self.market)?;
        let prepared = Prepared::new(self.spec, self.market, rows, model.reads_volatility())?;
        Ok(Self { costs: Costs::Given(model), prepared, ..self })
    }

    /// The same run with a spending rule of your own in place of the one in the spec's expenses; without expenses in the spec,
    /// nothing is spent and this changes nothing.
    #[must_use]
    pub fn with_spending(self, rule: &'a dyn SpendingRule) -> Self {
        Self { spending: self.spending.map(|_| rule), ..self }
    }

    /// The same run with signals of your own in place of those of the spec's overlay. Without an overlay in the spec, or without
    /// a signal, the run is refused when it starts.
    #[must_use]
    pub fn with_signals(self, signals: Vec<Arc<dyn Signal>>) -> Self {
        Self { signals: Some(signals), ..self }
    }

    /// The same run with strategic weights that change: see [`TargetSchedule`]. Assets without a price yet are left out as always,
    /// where the spec has them left out. Costs and rules are those of the spec; vaults have no schedule.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::VaultsInSchedule`] when the spec holds vaults, [`PortfolioError::ScheduleWidth`] when there is not one weight
    /// for each holding, [`PortfolioError::ScheduledLate`] when a weight comes into force before the first price of its asset
    /// and the spec does not have such assets left out, or when no other asset has a weight.
    pub fn with_schedule(mut self, schedule: &TargetSchedule) -> Result<Self, PortfolioError> {
        let Prepared { tree, dates, universe, .. } = &self.prepared;
        if tree.is_composed() {
            return Err(PortfolioError::VaultsInSchedule);
        }
        let mut changes: Vec<(usize, Vec<f64>)> = Vec::new();
        for entry in schedule.entries() {
            let (since, weights) = (entry.since, entry.weights.as_slice());
            let (found, expected) = (weights.len(), universe.len());
            if found != expected {
                return Err(PortfolioError::ScheduleWidth { since, found, expected });
            }
            let step = dates.partition_point(|date| *date < since);
            // Of several that come into force at one step, the last one holds.
            if changes.last().is_some_and(|(other, _)| *other == step) {
                changes.pop();
            }
            changes.push((step, weights.to_vec()));
        }
        changes.retain(|(step, _)| *step < dates.len());
        for (step, weights) in &changes {
            let wanted = || (0..weights.len()).filter(|place| weights[*place] > 0.0);
            let late = wanted().find(|place| !self.prepared.is_here(*place, *step));
            let nothing = wanted().all(|place| !self.prepared.is_here(place, *step));
            if let Some(place) = late.filter(|_| nothing || self.spec.late_assets == LateAssets::Refuse) {
                let (asset, date) = (universe[place].clone(), dates[*step]);
                return Err(PortfolioError::ScheduledLate { asset, date });
            }
        }
        self.changes = changes;
        Ok(self.with_quiet_steps())
    }

    /// The same run in divisible holdings, whatever its operation. What is too small for the capital is still set to zero: this is
    /// what an account would come to without lots.
    #[must_use]
    pub fn divisible(self) -> Self {
        Self { divisible: true, ..self }
    }

    /// Runs and keeps the full record of every step.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] naming asset or currency and date when data that is held is missing, and when the portfolio is lost.
    pub fn run(&self) -> Result<Record, PortfolioError> {
        let mut record = Record::new(self.spec, self.market, &self.prepared, self.rates);
        let outcome = self.drive(&mut record)?;
        record.finish(outcome);
        Ok(record)
    }

    /// Runs and keeps only returns, values and totals.
    ///
    /// # Errors
    ///
    /// As [`Simulation::run`].
    pub fn outcome(&self) -> Result<Outcome, PortfolioError> {
        self.drive(&mut Off)
    }

    fn drive<R: Recorder>(&self, recorder: &mut R) -> Result<Outcome, PortfolioError> {
        let mut state = State::new(self)?;
        let mut t = 0;
        while t < self.prepared.dates.len() {
            // A record tells of every step why nothing was done.
            let quiet = if R::ON { None } else { self.quiet.get(t).filter(|end| **end > t) };
            if let Some(end) = quiet.filter(|_| state.owes_nothing()) {
                self.drift(t..*end, &mut state)?;
                t = *end;
            } else {
                self.step(t, &mut state, recorder)?;
                t += 1;
            }
        }
        Ok(state.into_outcome())
    }
}
