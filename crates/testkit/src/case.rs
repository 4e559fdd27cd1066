use std::fmt;

use allweather_cashflow::{Published, Spending};
use allweather_core::{AssetId, Percent, Rate};
use allweather_costs::{Proportional, PublishedCosts};
use allweather_portfolio::{
    Capital, CashYield, CostSpec, Expenses, Holding, Holdings, Operation, Part, PortfolioError, Record, Spec,
    Vault, simulate,
};
use allweather_rebalance::{Calendar, Edge, Period, Rule};
use rust_decimal::Decimal;

use crate::{
    Noise, World,
    edit::{WorldEdit, later, rounded},
    shrink::Simpler,
};

/// A world and a spec that runs on it. Shown with `{:?}` as a table and the lines of the spec.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Case {
    /// The world.
    pub world: World,
    /// The spec.
    pub spec: Spec,
}

impl Case {
    /// A spec on a world.
    #[must_use]
    pub fn new(world: World, spec: Spec) -> Self {
        Self { world, spec }
    }

    /// Runs the spec on the world under its own rule.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] when it cannot be run; what [`generate`](crate::generate) draws always can.
    pub fn run(&self) -> Result<Record, PortfolioError> {
        simulate(&self.spec, &self.world.market()?, &self.world.rates())
    }

    /// The case in an operation, with lots for what is held only.
    #[must_use]
    pub fn operated(mut self, mut operation: Operation) -> Self {
        if let Operation::Actual { lots, .. } = &mut operation {
            lots.retain(|lot| self.spec.holdings.as_slice().iter().any(|h| *h.part.name() == lot.asset));
        }
        self.spec.operation = operation;
        self
    }

    /// The case in divisible holdings.
    #[must_use]
    pub fn divisible(mut self) -> Self {
        self.spec.operation = Operation::Simulation;
        self
    }

    /// The case without any cost of trading or of dealing in forwards.
    #[must_use]
    pub fn free(mut self) -> Self {
        self.spec.costs = CostSpec::default();
        // A fee of 0 is always allowed.
        self.spec.fx = self.spec.fx.and_then(|fx| fx.with_fee(Rate::ZERO).ok());
        self
    }

    /// The case without expenses: nothing flows in or out.
    #[must_use]
    pub fn without_expenses(mut self) -> Self {
        self.spec.expenses = None;
        self
    }

    /// The case traded to its targets at every step.
    #[must_use]
    pub fn every_month(mut self) -> Self {
        self.spec.rule = Rule::Calendar(Calendar { every: Period::Month, on: Edge::End });
        self
    }

    /// The case with expenses by the published rule; without expenses, as it is.
    #[must_use]
    pub fn spending_as_published(mut self, percent: u8) -> Self {
        if let Ok(published) = Published::new(Percent::new(percent.into())) {
            let rule = Spending::Published(published);
            self.spec.expenses = self.spec.expenses.map(|e| Expenses { rule, ..e });
        }
        self
    }

    /// The case with its assets gathered into vaults at random, `depth` deep at most, under these rules in turn (its own if there are
    /// none); in divisible holdings, as vaults must be. Weights in the whole stay what they were.
    #[must_use]
    pub fn gathered(mut self, depth: usize, rules: &[Rule], seed: u64) -> Self {
        let own = [self.spec.rule.clone()];
        let rules = if rules.is_empty() { &own } else { rules };
        let mut gathering = Gathering { rules, noise: Noise::new(seed), named: 0 };
        let gathered = gathering.gather(self.spec.holdings.as_slice().to_vec(), depth);
        // What cannot be gathered stays as it is: there is no such case.
        if let Some(holdings) = gathered.and_then(scaled) {
            self.spec.holdings = holdings;
        }
        self.divisible()
    }

    fn without(&mut self, asset: usize) -> Option<()> {
        let gone = self.world.assets.get(asset)?.id.clone();
        self.spec.holdings = without(&self.spec.holdings, &gone)?;
        let operation = self.spec.operation.clone();
        *self = self.clone().operated(operation);
        if let CostSpec::Published(costs) = &self.spec.costs {
            let rows = costs.assets().iter().filter(|row| row.asset != gone).cloned().collect();
            let left = PublishedCosts::new(rows, costs.fx_rate()).ok()?.with_slippage(costs.slippage());
            self.spec.costs = CostSpec::Published(left);
        }
        Some(())
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}\nspec:", self.world)?;
        let json = serde_json::to_value(&self.spec).unwrap_or_default();
        let fields = json.as_object().into_iter().flatten();
        // What says nothing is left out: nulls, and how rates are told from statistics, which a case has none of.
        for (key, value) in
            fields.filter(|(key, value)| !value.is_null() && *key != "prescribed_rate" && *key != "name")
        {
            lines(f, key, value, 2)?;
        }
        Ok(())
    }
}

/// A field in one line, or in one for each of its own fields when that would be long; what is null is left out.
fn lines(f: &mut fmt::Formatter<'_>, key: &str, value: &serde_json::Value, indent: usize) -> fmt::Result {
    let text = value.to_string();
    match value.as_object() {
        Some(fields) if text.len() > 80 => {
            write!(f, "\n{:indent$}{key}:", "")?;
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            fields.into_iter().try_for_each(|(key, value)| lines(f, key, value, indent + 2))
        }
        _ => write!(f, "\n{:indent$}{key}: {text}", ""),
    }
}

/// A change of a case.
#[derive(Debug, Clone)]
pub(crate) enum CaseEdit {
    NoExpenses,
    NoForwards,
    Free,
    OneRate,
    Divisible,
    IdleCash,
    WholeSpan,
    PlainCapital,
    EqualWeights,
    RoundWeights,
    EveryMonth,
    World(WorldEdit),
}

impl Simpler for Case {
    type Edit = CaseEdit;

    fn edits(&self) -> Vec<CaseEdit> {
        let mut edits = vec![
            CaseEdit::NoExpenses,
            CaseEdit::NoForwards,
            CaseEdit::Free,
            CaseEdit::OneRate,
            CaseEdit::Divisible,
            CaseEdit::IdleCash,
            CaseEdit::WholeSpan,
            CaseEdit::PlainCapital,
            CaseEdit::EveryMonth,
        ];
        edits.extend(self.world.edits().into_iter().map(CaseEdit::World));
        edits.extend([CaseEdit::EqualWeights, CaseEdit::RoundWeights]);
        edits
    }

    fn edited(&self, edit: &CaseEdit) -> Option<Self> {
        let mut case = self.clone();
        match edit {
            CaseEdit::NoExpenses => case.spec.expenses = None,
            CaseEdit::NoForwards => case.spec.fx = None,
            CaseEdit::Free => case = case.free(),
            CaseEdit::OneRate => {
                let rate = Proportional::new(Rate::from_bps(Decimal::TEN)).ok()?;
                if case.spec.costs != CostSpec::default() {
                    case.spec.costs = CostSpec::Proportional(rate);
                }
            }
            CaseEdit::Divisible => case = case.divisible(),
            CaseEdit::IdleCash => case.spec.cash = CashYield::Nothing,
            CaseEdit::WholeSpan => case.spec.start = None,
            CaseEdit::PlainCapital => case.spec.capital = Capital::new(Decimal::from(1_000_000)).ok()?,
            CaseEdit::EveryMonth => case = case.every_month(),
            CaseEdit::EqualWeights => case.spec.holdings = reweighted(&case.spec.holdings, |_| 1.0)?,
            CaseEdit::RoundWeights => {
                case.spec.holdings = reweighted(&case.spec.holdings, |weight| rounded(weight, 1))?;
            }
            CaseEdit::World(edit) => {
                if let WorldEdit::Without(asset) = edit {
                    case.without(*asset)?;
                }
                case.world = case.world.edited(edit)?;
                case.spec.start = case.spec.start.map(|start| later(start, case.world.first));
            }
        }
        // What no longer runs is no case: the exchange rates of a hedge, say, cannot be dropped.
        (case != *self && case.run().is_ok()).then_some(case)
    }
}

/// The holdings without an asset, also in vaults; a vault that would be empty goes too. `None` when nothing is left.
fn without(holdings: &Holdings, gone: &AssetId) -> Option<Holdings> {
    let mut left = Vec::new();
    for holding in holdings.as_slice() {
        match &holding.part {
            Part::Asset(asset) if asset == gone => {}
            Part::Asset(_) => left.push(holding.clone()),
            Part::Vault(vault) => {
                if let Some(holdings) = without(&vault.holdings, gone) {
                    left.push(Holding::vault(Vault { holdings, ..(**vault).clone() }, holding.weight));
                }
            }
        }
    }
    scaled(left)
}

/// Holdings with weights that add up to 1.
fn scaled(holdings: Vec<Holding>) -> Option<Holdings> {
    let sum: f64 = holdings.iter().map(|h| h.weight).sum();
    let scaled = holdings.into_iter().map(|h| Holding { weight: (h.weight / sum).min(1.0), ..h });
    Holdings::new(scaled.collect()).ok()
}

/// Vaults being made of holdings.
struct Gathering<'a> {
    rules: &'a [Rule],
    noise: Noise,
    named: usize,
}

impl Gathering<'_> {
    fn gather(&mut self, holdings: Vec<Holding>, depth: usize) -> Option<Vec<Holding>> {
        if depth == 0 {
            return Some(holdings);
        }
        let mut groups: [Vec<Holding>; 3] = Default::default();
        for holding in holdings {
            groups[(self.noise.whole() % 3) as usize].push(holding);
        }
        let [mut found, first, second] = groups;
        for group in [first, second] {
            let weight: f64 = group.iter().map(|h| h.weight).sum();
            if weight > 0.0 {
                let inner = self.gather(scaled(group)?.as_slice().to_vec(), depth - 1)?;
                self.named += 1;
                let (name, rule) =
                    (format!("v{}", self.named), self.rules[self.named % self.rules.len()].clone());
                let vault = Vault { name: name.parse().ok()?, holdings: scaled(inner)?, rule };
                found.push(Holding::vault(vault, weight));
            } else {
                found.extend(group);
            }
        }
        Some(found)
    }
}

fn reweighted(holdings: &Holdings, weight: impl Fn(f64) -> f64) -> Option<Holdings> {
    let holdings = holdings.as_slice();
    let sum: f64 = holdings.iter().map(|h| weight(h.weight)).sum();
    let one = |h: &Holding| Holding { weight: (weight(h.weight) / sum).min(1.0), ..h.clone() };
    let new: Vec<Holding> = holdings.iter().map(one).collect();
    // A change in the last digit is none, or one change would undo another without end.
    let changed = new.iter().zip(holdings).any(|(a, b)| (a.weight - b.weight).abs() > 1e-9);
    Holdings::new(new).ok().filter(|_| changed)
}
