//! Where the portfolio, and each vault in it, decides: targets in force, weights, and the rule's answer.

use allweather_rebalance::{Decision, Reason, Rebalancer, Review, Targets};

use crate::{
    PortfolioError,
    tree::{Child, Tree},
};

/// What one node of the tree carries from step to step, and its buffers.
#[derive(Debug)]
pub(crate) struct Desk {
    node: usize,
    in_force: Vec<f64>,
    targets: Targets,
    /// Whether `targets` are those in force, untouched.
    fresh: bool,
    weights: Vec<f64>,
    decision: Decision,
    /// A vault without money: it has a decision for the money that may come, and wants no trade of its own.
    idle: bool,
    reads_costs: bool,
    /// What trading each part costs; only for a rule that reads it.
    cost_rates: Vec<f64>,
    /// What each part is made of; only among vaults.
    mixes: Vec<Vec<(usize, f64)>>,
}

/// The holdings as they stand before a decision.
#[derive(Clone, Copy)]
pub(crate) struct Standing<'a> {
    /// Values of assets, then of the vaults' cash.
    pub(crate) holdings: &'a [f64],
    /// Places of the assets in the market's own order.
    pub(crate) places: &'a [usize],
    /// What trading each asset costs; empty unless a rule asks.
    pub(crate) cost_rates: &'a [f64],
}

impl Desk {
    pub(crate) fn new(tree: &Tree, node: usize, rule: &dyn Rebalancer) -> Self {
        let parts = tree.nodes[node].children.len();
        Self {
            node,
            in_force: vec![0.0; parts],
            targets: Targets::new(vec![0.0; parts]),
            fresh: false,
            weights: vec![0.0; parts],
            decision: Decision::Rebalance(Reason::Start),
            idle: true,
            reads_costs: rule.reads_costs(),
            cost_rates: Vec::new(),
            mixes: vec![Vec::new(); if tree.is_composed() { parts } else { 0 }],
        }
    }

    pub(crate) fn decision(&self) -> &Decision {
        &self.decision
    }

    /// Whether the rule wants to trade what is held.
    pub(crate) fn wants_trade(&self) -> bool {
        !self.idle && self.decision.trades()
    }

    pub(crate) fn targets(&self) -> &Targets {
        &self.targets
    }

    /// New targets are in force from now on: those of `strategic` that are there.
    pub(crate) fn put_in_force(&mut self, tree: &Tree, strategic: &[f64], here: &dyn Fn(usize) -> bool) {
        self.fresh = false;
        tree.weights_in(self.node, strategic, here, &mut self.in_force);
    }

    pub(crate) fn in_force(&self) -> &[f64] {
        &self.in_force
    }

    /// The same, for those that are too small for the capital; call it right after [`Desk::put_in_force`].
    pub(crate) fn in_force_mut(&mut self) -> &mut [f64] {
        &mut self.in_force
    }

    /// Whatever money comes buys the targets, without asking the rule.
    pub(crate) fn start(&mut self) {
        self.refresh();
        self.decision = Decision::Rebalance(Reason::Start);
        self.idle = true;
    }

    /// The same, for a reason of its own.
    pub(crate) fn start_because(&mut self, reason: Reason) {
        self.start();
        self.decision = Decision::Rebalance(reason);
    }

    fn refresh(&mut self) {
        if !self.fresh {
            self.targets.give(&self.in_force);
            self.fresh = true;
        }
    }

    /// Asks the rule. `value` is what the node is worth with its cash; a vault that is worth nothing buys its targets as soon as it is
    /// given money.
    pub(crate) fn decide<'a>(
        &'a mut self,
        rule: &dyn Rebalancer,
        tree: &Tree,
        standing: Standing<'a>,
        value: f64,
        review: impl FnOnce(&'a [f64], &'a [f64]) -> Review<'a>,
    ) -> Result<(), PortfolioError> {
        if value <= 0.0 {
            self.start();
            return Ok(());
        }
        self.refresh();
        self.idle = false;
        let children = &tree.nodes[self.node].children;
        let scale = 1.0 / value;
        if tree.is_composed() {
            for (weight, child) in self.weights.iter_mut().zip(children) {
                *weight = tree.value(*child, standing.holdings) * scale;
            }
            for (mix, child) in self.mixes.iter_mut().zip(children) {
                mix.clear();
                tree.mix(*child, standing, mix);
            }
        } else {
            scaled(&mut self.weights, standing.holdings, scale);
        }
        if self.reads_costs {
            self.cost_rates.clear();
            self.cost_rates.extend(children.iter().map(|child| tree.cost_rate(*child, standing)));
        }
        let Self { in_force, weights, targets, decision, reads_costs, cost_rates, mixes, .. } = self;
        let review = review(in_force, weights);
        let review =
            if mixes.is_empty() { review.of_places(standing.places) } else { review.of_mixes(mixes) };
        let review = if *reads_costs { review.with_cost_rates(cost_rates) } else { review };
        *decision = rule.decide(&review, targets)?;
        // A rule may have changed them, whatever it answered.
        self.fresh = !targets.changed();
        if decision.trades() && !self.fresh {
            let rows = targets.weights().iter().zip(targets.traded());
            let sum: f64 = rows.filter(|(_, traded)| **traded).map(|(w, _)| w).sum();
            if sum > 1.0 + 1e-9 {
                return Err(PortfolioError::RuleWeights { sum, date: review.date() });
            }
            if sum > 1.0 {
                // Binary fractions of typed decimals: scaled to 1, or the hair above it would be bought with money that is not there.
                for i in 0..targets.weights().len() {
                    if targets.traded()[i] {
                        targets.set(i, targets.weights()[i] / sum)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// On its own, so that the compiler sees two slices that cannot overlap: this is done at every step.
#[inline(never)]
fn scaled(out: &mut [f64], values: &[f64], scale: f64) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = value * scale;
    }
}

impl Tree {
    /// What a part is worth, a vault with its cash.
    pub(crate) fn value(&self, child: Child, holdings: &[f64]) -> f64 {
        match child {
            Child::Asset(place) => holdings[place],
            Child::Vault(node) => self.node_value(node, holdings),
        }
    }

    /// What a vault is worth with its cash (of the portfolio itself, without).
    pub(crate) fn node_value(&self, node: usize, holdings: &[f64]) -> f64 {
        let node = &self.nodes[node];
        let parts: f64 = node.children.iter().map(|child| self.value(*child, holdings)).sum();
        parts + node.cash.map_or(0.0, |cash| holdings[cash])
    }

    /// The instruments of a part with their fractions of it.
    fn mix(&self, child: Child, standing: Standing<'_>, mix: &mut Vec<(usize, f64)>) {
        match child {
            Child::Asset(place) => mix.push((standing.places[place], 1.0)),
            Child::Vault(node) => {
                let value = self.node_value(node, standing.holdings);
                if value > 0.0 {
                    self.each_asset(node, &mut |place| {
                        if standing.holdings[place] > 0.0 {
                            mix.push((standing.places[place], standing.holdings[place] / value));
                        }
                    });
                }
            }
        }
    }

    /// What trading a part costs: of a vault, what trading all its assets in proportion would, or buying its strategic weights when it
    /// holds none.
    fn cost_rate(&self, child: Child, standing: Standing<'_>) -> f64 {
        match child {
            Child::Asset(place) => standing.cost_rates[place],
            Child::Vault(node) => {
                let (mut held, mut cost) = (0.0, 0.0);
                self.each_asset(node, &mut |place| {
                    held += standing.holdings[place];
                    cost += standing.cost_rates[place] * standing.holdings[place];
                });
                if held > 0.0 {
                    return cost / held;
                }
                let node = &self.nodes[node];
                let parts = node.weights.iter().zip(&node.children);
                parts.map(|(weight, child)| weight * self.cost_rate(*child, standing)).sum()
            }
        }
    }

    /// Every asset of a node, also within vaults.
    pub(crate) fn each_asset(&self, node: usize, visit: &mut dyn FnMut(usize)) {
        for child in &self.nodes[node].children {
            match *child {
                Child::Asset(place) => visit(place),
                Child::Vault(vault) => self.each_asset(vault, visit),
            }
        }
    }
}
