//! One instant's trade of a portfolio with vaults: everything that moves, moves once.

use std::sync::Arc;

use allweather_core::AssetId;
use allweather_rebalance::{
    Decision, Reason,
    paths::{Budget, total, trade_to_targets, value_within},
};
use serde::Serialize;

use crate::{
    PortfolioError,
    desk::Desk,
    tree::{Child, Tree},
};

/// One vault at one step, as recorded. Values are in base currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VaultStep {
    /// The vault, with those it is in: `equities/asia`.
    pub name: AssetId,
    /// What it was worth before trade and flows, its cash included.
    pub value: f64,
    /// What its rule decided, and why.
    pub decision: Decision,
    /// Its parts.
    #[serde(skip)]
    pub parts: Arc<[AssetId]>,
    /// Weights wanted of its parts when its rule traded (`None` for one that was to be kept); empty when it held.
    pub targets: Vec<Option<f64>>,
    /// What its trades cost, those of the vaults in it included, each at its full rate. What is saved when orders of several vaults meet
    /// is the portfolio's.
    pub costs: f64,
    /// What its holder put in (negative took out).
    pub flow: f64,
    /// What it is worth after trade and flows.
    pub value_after: f64,
    /// Cash in it, that of the vaults in it not included.
    pub cash: f64,
    /// Shares after the flow. They were issued or taken back at `nav`, so that value after is shares times nav.
    pub shares: f64,
    /// Value of a share: what the vault would be worth had nothing flowed, over the shares there were. 1 when the first are issued.
    /// Who puts in or takes out bears what that costs.
    pub nav: f64,
}

impl VaultStep {
    /// The decision in plain words.
    #[must_use]
    pub fn explain(&self) -> String {
        self.decision.reason().explain(&self.parts)
    }
}

/// Solves the trades of a tree, and keeps the shares.
///
/// Every node is to be worth something after the trade. What that is comes from above: a part of what its holder is worth, or, when
/// nothing flows, what is left of its own value after its own costs. Costs depend on what is traded and that on what is left, so a
/// node that nothing flows into, and the portfolio itself, are solved: `x = base − multiple · cost(x)`.
#[derive(Debug)]
pub(crate) struct Vaults {
    /// What each node is worth after its own trades when nothing flows.
    own: Vec<f64>,
    /// Values of each node's parts, before and after.
    before: Vec<Vec<f64>>,
    after: Vec<Vec<f64>>,
    nothing: Vec<f64>,
    /// What is left of each place's orders when those of several vaults in its asset meet, a fraction.
    netted: Vec<f64>,
    shares: Vec<f64>,
    nav: Vec<f64>,
}

/// What the solving reads.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) desks: &'a [Desk],
    pub(crate) holdings: &'a [f64],
    /// What trading each place costs, a fraction.
    pub(crate) rates: &'a [f64],
    pub(crate) budget: Budget,
}

/// What a vault would get less of than this part of its holder is the rounding of a sum, not money.
const DUST: f64 = 1e-12;

impl Vaults {
    /// `None` for a portfolio without vaults.
    pub(crate) fn new(tree: &Tree) -> Option<Self> {
        let parts = |node: &crate::tree::Node| vec![0.0; node.children.len()];
        let most = tree.nodes.iter().map(|node| node.children.len()).max().unwrap_or_default();
        tree.is_composed().then(|| Self {
            own: vec![0.0; tree.nodes.len()],
            before: tree.nodes.iter().map(parts).collect(),
            after: tree.nodes.iter().map(parts).collect(),
            nothing: vec![0.0; most],
            netted: vec![1.0; tree.assets.len()],
            shares: vec![0.0; tree.vaults.len()],
            nav: vec![1.0; tree.vaults.len()],
        })
    }

    /// What is left of each place's orders after netting, a fraction.
    /// Of assets only: a vault's cash is no order.
    pub(crate) fn netted(&self) -> &[f64] {
        &self.netted
    }

    /// Writes every holding after the trade into `after` and returns what it costs at full rates.
    pub(crate) fn trade(&mut self, order: Order<'_>, after: &mut [f64]) -> Result<f64, PortfolioError> {
        for node in (1..order.tree.nodes.len()).rev() {
            self.own[node] = self.left_alone(order, node, after)?;
        }
        let mut cost = 0.0;
        value_within(order.budget, |x| {
            cost = self.fit(order, 0, x, after)?;
            Ok::<f64, PortfolioError>(cost)
        })?;
        self.net(order, after);
        Ok(cost)
    }

    /// How much of the orders in one asset is left when purchases of one vault meet sales of another.
    fn net(&mut self, order: Order<'_>, after: &[f64]) {
        for places in &order.tree.shared {
            let traded = |place: &usize| after[*place] - order.holdings[*place];
            let net: f64 = places.iter().map(traded).sum();
            let gross: f64 = places.iter().map(|place| traded(place).abs()).sum();
            let left = if gross > 0.0 { (net.abs() / gross).min(1.0) } else { 1.0 };
            for place in places {
                self.netted[*place] = left;
            }
        }
    }

    /// What a vault is worth after its own trades when nothing flows.
    fn left_alone(
        &mut self,
        order: Order<'_>,
        node: usize,
        after: &mut [f64],
    ) -> Result<f64, PortfolioError> {
        let value = order.tree.node_value(node, order.holdings);
        if value <= 0.0 {
            return Ok(0.0);
        }
        if order.desks[node].decision().trades() {
            return value_within(Budget::of(value), |x| self.fit(order, node, x, after));
        }
        let cash = order.tree.nodes[node].cash.map_or(0.0, |cash| order.holdings[cash]);
        let children = &order.tree.nodes[node].children;
        Ok(cash + children.iter().map(|child| self.part(order, *child)).sum::<f64>())
    }

    /// What a part is worth when nothing flows into it.
    fn part(&self, order: Order<'_>, child: Child) -> f64 {
        match child {
            Child::Asset(place) => order.holdings[place],
            Child::Vault(node) => self.own[node],
        }
    }

    /// Trades a node so that it is worth `x` afterwards: writes its holdings into `after` and returns the cost.
    fn fit(
        &mut self,
        order: Order<'_>,
        node: usize,
        x: f64,
        after: &mut [f64],
    ) -> Result<f64, PortfolioError> {
        let (place, tree) = (node, order.tree);
        let node = &tree.nodes[node];
        // Taken out while the parts below write to theirs.
        let mut before = std::mem::take(&mut self.before[place]);
        let mut parts = std::mem::take(&mut self.after[place]);
        for (before, child) in before.iter_mut().zip(&node.children) {
            *before = self.part(order, *child);
        }
        if order.desks[place].decision().trades() {
            let budget = Budget { base: x, multiple: 0.0 };
            let free = &self.nothing[..parts.len()];
            trade_to_targets(&before, order.desks[place].targets(), free, budget, &mut parts)?;
        } else {
            // A redemption is paid from cash first, then from everything pro rata; a subscription buys everything pro rata. What comes
            // back to the portfolio itself stays in cash, as it does without vaults.
            let held = total(&before);
            let cash = node.cash.map_or(f64::INFINITY, |cash| order.holdings[cash]);
            let wanted = if x < held { x } else { held.max(x - cash) };
            let share = if held > 0.0 { wanted / held } else { 1.0 };
            for (part, before) in parts.iter_mut().zip(&before) {
                *part = before * share;
            }
        }
        let mut cost = 0.0;
        for (child, part) in node.children.iter().zip(&mut parts) {
            if matches!(child, Child::Vault(_)) && *part <= DUST * x {
                *part = 0.0;
            }
            cost += match *child {
                Child::Asset(place) => {
                    after[place] = *part;
                    order.rates[place] * (*part - order.holdings[place]).abs()
                }
                Child::Vault(vault) => self.fit(order, vault, *part, after)?,
            };
        }
        if let Some(cash) = node.cash {
            let left = x - total(&parts);
            after[cash] = if left > DUST * x { left } else { 0.0 };
        }
        (self.before[place], self.after[place]) = (before, parts);
        Ok(cost)
    }

    /// Moves the shares: issued and taken back at what the vault is worth when nothing flows. Writes a line for each vault, when lines
    /// are wanted.
    pub(crate) fn settle(
        &mut self,
        tree: &Tree,
        desks: &[Desk],
        before: &[f64],
        after: Option<&[f64]>,
        rates: &[f64],
        mut lines: Option<&mut Vec<VaultStep>>,
    ) {
        for (vault, name) in tree.vaults.iter().enumerate() {
            let node = vault + 1;
            let value = tree.node_value(node, before);
            let (mut value_after, mut costs, mut own) = (value, 0.0, value);
            if let Some(after) = after {
                (value_after, own) = (tree.node_value(node, after), self.own[node]);
                tree.each_asset(node, &mut |place| {
                    costs += rates[place] * (after[place] - before[place]).abs();
                });
            }
            let flow = value_after - (value - costs);
            let (shares, nav) = (&mut self.shares[vault], &mut self.nav[vault]);
            if *shares > 0.0 {
                *nav = own / *shares;
            }
            *shares = value_after / *nav;
            if let Some(lines) = &mut lines {
                let desk = &desks[node];
                let moves = value > 0.0 || value_after > 0.0;
                let decision =
                    if moves { desk.decision().clone() } else { Decision::Hold(Reason::NothingHeld) };
                let rows = desk.targets().weights().iter().zip(desk.targets().traded());
                let wanted = rows.map(|(w, traded)| traded.then_some(*w));
                lines.push(VaultStep {
                    name: name.clone(),
                    value,
                    targets: if decision.trades() { wanted.collect() } else { Vec::new() },
                    decision,
                    parts: Arc::clone(&tree.nodes[node].names),
                    costs,
                    flow,
                    value_after,
                    cash: tree.nodes[node].cash.map_or(0.0, |cash| after.unwrap_or(before)[cash]),
                    shares: *shares,
                    nav: *nav,
                });
            }
        }
    }
}
