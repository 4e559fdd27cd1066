//! What a rule says at a review, in a form that can be compared and shown.

use allweather_market::Market;
use allweather_rebalance::{
    Decision, Rebalancer, Targets,
    paths::{Budget, trade_to_targets},
};

use crate::{ReviewCase, check::Finding, table::number};

/// A decision with what is wanted of each asset; nothing is wanted when the rule holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) decision: Decision,
    targets: Option<Targets>,
    words: String,
}

impl Answer {
    /// Asks the rule at the review of a case; its error is a finding.
    pub(super) fn of(rule: &dyn Rebalancer, case: &ReviewCase, market: &Market) -> Result<Self, Finding> {
        let mut targets = Targets::new(case.targets.clone());
        let decision = rule.decide(&case.review(market), &mut targets).map_err(|error| {
            Finding::new(format!("an answer on {}", case.date()), format!("an error: {error}"))
        })?;
        let names: Vec<_> = case.world.assets.iter().map(|asset| asset.id.clone()).collect();
        let words = decision.reason().explain(&names);
        let targets = decision.trades().then_some(targets);
        Ok(Self { decision, targets, words })
    }

    /// The weight wanted of each asset, `None` for one that is kept; empty when the rule holds.
    pub(super) fn wanted(&self) -> Vec<Option<f64>> {
        let Some(targets) = &self.targets else { return Vec::new() };
        targets.weights().iter().zip(targets.traded()).map(|(w, traded)| traded.then_some(*w)).collect()
    }

    /// Whether two answers trade, and trade alike but for rounding; the words of the reasons do not count.
    pub(super) fn trades_like(&self, other: &[Option<f64>], trades: bool) -> bool {
        let wanted = self.wanted();
        let near = |(a, b): (&Option<f64>, &Option<f64>)| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9,
            (None, None) => true,
            _ => false,
        };
        self.decision.trades() == trades && wanted.len() == other.len() && wanted.iter().zip(other).all(near)
    }

    /// The weights after the trade, without any cost.
    pub(super) fn traded(&self, case: &ReviewCase) -> Result<Vec<f64>, Finding> {
        let mut after = case.weights.clone();
        if let Some(targets) = &self.targets {
            let free = vec![0.0; after.len()];
            trade_to_targets(&case.weights, targets, &free, Budget::of(1.0), &mut after).map_err(
                |error| {
                    Finding::new(
                        format!("a trade that can be done on {}", case.date()),
                        format!("an error: {error}"),
                    )
                },
            )?;
        }
        Ok(after)
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.targets {
            None => write!(f, "hold ({})", self.words),
            Some(_) => write!(f, "rebalance to {} ({})", shown(&self.wanted()), self.words),
        }
    }
}

/// Wanted weights in one line.
pub(super) fn shown(wanted: &[Option<f64>]) -> String {
    if wanted.is_empty() {
        return "hold".to_owned();
    }
    let all: Vec<String> = wanted.iter().map(|w| w.map_or("keep".to_owned(), number)).collect();
    format!("[{}]", all.join(", "))
}
