//! A portfolio with its vaults, laid flat: one place for each asset of each vault, and behind them one for each vault's cash.

use std::sync::Arc;

use allweather_core::AssetId;
use allweather_rebalance::Rule;

use crate::{Holdings, Part, Spec};

/// What a node holds: an asset, by its place, or a vault, by its place among the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Child {
    Asset(usize),
    Vault(usize),
}

/// The portfolio itself or a vault in it.
#[derive(Debug)]
pub(crate) struct Node {
    /// Names of its parts.
    pub(crate) names: Arc<[AssetId]>,
    pub(crate) children: Vec<Child>,
    /// Strategic weights of its parts.
    pub(crate) weights: Vec<f64>,
    /// Where its cash is among the holdings; the portfolio's own is kept apart.
    pub(crate) cash: Option<usize>,
}

/// The nodes, the portfolio first and each before what it holds; and the assets, depth first.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// The vaults' names on the way to them, for `nodes[1..]`.
    pub(crate) vaults: Vec<AssetId>,
    /// The asset of each place.
    pub(crate) assets: Vec<AssetId>,
    /// What reports call each place: the asset, within its vaults.
    pub(crate) names: Vec<AssetId>,
    /// Whether each place has a weight in the whole.
    pub(crate) held: Vec<bool>,
    /// Places of one asset that several vaults hold.
    pub(crate) shared: Vec<Vec<usize>>,
}

impl Tree {
    pub(crate) fn new(holdings: &Holdings) -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            vaults: Vec::new(),
            assets: Vec::new(),
            names: Vec::new(),
            held: Vec::new(),
            shared: Vec::new(),
        };
        tree.lay(holdings, None, true);
        let assets = tree.assets.len();
        for (i, node) in tree.nodes.iter_mut().enumerate() {
            node.cash = i.checked_sub(1).map(|vault| assets + vault);
        }
        let mut by_name: Vec<usize> = (0..assets).collect();
        by_name.sort_by_key(|place| &tree.assets[*place]);
        let groups = by_name.chunk_by(|a, b| tree.assets[*a] == tree.assets[*b]);
        tree.shared = groups.filter(|group| group.len() > 1).map(<[usize]>::to_vec).collect();
        tree
    }

    fn lay(&mut self, holdings: &Holdings, vault: Option<&AssetId>, held: bool) -> usize {
        let at = self.nodes.len();
        let holdings = holdings.as_slice();
        self.nodes.push(Node {
            names: holdings.iter().map(|h| h.part.name().clone()).collect(),
            children: Vec::with_capacity(holdings.len()),
            weights: holdings.iter().map(|h| h.weight).collect(),
            cash: None,
        });
        for holding in holdings {
            let name = vault.map_or_else(|| holding.part.name().clone(), |v| holding.part.name().within(v));
            let held = held && holding.weight > 0.0;
            let child = match &holding.part {
                Part::Asset(asset) => {
                    self.assets.push(asset.clone());
                    self.names.push(name);
                    self.held.push(held);
                    Child::Asset(self.assets.len() - 1)
                }
                Part::Vault(vault) => {
                    self.vaults.push(name.clone());
                    Child::Vault(self.lay(&vault.holdings, Some(&name), held))
                }
            };
            self.nodes[at].children.push(child);
        }
        at
    }

    /// Whether there are vaults at all.
    pub(crate) fn is_composed(&self) -> bool {
        self.nodes.len() > 1
    }

    /// How many holdings there are: assets, then the vaults' cash.
    pub(crate) fn places(&self) -> usize {
        self.assets.len() + self.vaults.len()
    }

    /// `weights` of those of a node's parts that are there, scaled to 1; whether there are any. An asset is there when `here` says so, a
    /// vault when anything in it is.
    pub(crate) fn weights_in(
        &self,
        node: usize,
        weights: &[f64],
        here: &dyn Fn(usize) -> bool,
        out: &mut [f64],
    ) -> bool {
        let mut sum = 0.0;
        for (out, (weight, child)) in out.iter_mut().zip(weights.iter().zip(&self.nodes[node].children)) {
            *out = if self.is_there(*child, here) { *weight } else { 0.0 };
            sum += *out;
        }
        if sum > 0.0 {
            for out in out {
                *out /= sum;
            }
        }
        sum > 0.0
    }

    fn is_there(&self, child: Child, here: &dyn Fn(usize) -> bool) -> bool {
        match child {
            Child::Asset(place) => here(place),
            Child::Vault(node) => {
                let node = &self.nodes[node];
                let held = node.weights.iter().zip(&node.children).filter(|(weight, _)| **weight > 0.0);
                held.map(|(_, child)| child).any(|child| self.is_there(*child, here))
            }
        }
    }
}

/// The rules of a spec's portfolio and vaults, in the order of the nodes.
pub(crate) fn rules(spec: &Spec) -> Vec<&Rule> {
    let vaults = spec.holdings.vaults().into_iter().map(|vault| &vault.rule);
    std::iter::once(&spec.rule).chain(vaults).collect()
}
