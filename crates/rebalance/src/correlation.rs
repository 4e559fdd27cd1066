use allweather_core::{Number, Percent};
use allweather_metrics::{MetricsError, Undefined, risk::Covariance};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    Decision, Reason, RebalanceError, Rebalancer, Review, ReviewDay, Rule, Targets, Window,
    window::Unmeasured,
};

/// Limits what is held of assets that move together, and lets another rule decide when to trade.
///
/// Two assets are correlated when their correlation over the window is above `limit`; a group is what hangs together by such pairs. The
/// targets of a group may add up to `cap` at most: what is above is cut in proportion to its members' targets, and goes to the
/// assets outside of groups that are at their cap, in proportion to theirs; where there are none, it stays in cash. A group that this
/// lifts above the cap is cut as well. The other rule then sees these targets instead of the strategic ones.
///
/// Assets of different names that rise and fall as one are one bet, and correlations rise in just those markets in which spreading should
/// help. The limit answers to that without a forecast: no pair above it, no change. It has no trigger of its own, so the other rule
/// keeps its discipline: a band trades once the new targets are far enough away, a calendar on its next date.
///
/// An asset that does not vary has no correlation and is in no group; assets without a target neither. Where the window is not
/// filled to its least, nothing is limited: the other rule decides on the strategic targets, and the reason says of which asset
/// returns are missing.
///
/// # Examples
///
/// ```
/// # use allweather_rebalance::Rule;
/// let rule: Rule = serde_json::from_str(r#"{"correlation_limit": {
///     "window": { "least": 24, "most": 36 },
///     "limit": "0.8",
///     "cap": "40",
///     "rule": { "calendar": { "every": "quarter", "on": "end" } }
/// }}"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Source
///
/// The text names rebalancing "with correlation limits" and says no more: groups, cap and where the excess goes are [our reading]. That
/// correlations rise when markets fall: Longin and Solnik, *Extreme Correlation of International Equity Markets*, 2001.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct CorrelationLimit {
    window: Window,
    limit: Decimal,
    cap: Percent,
    rule: Box<Rule>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    window: Window,
    #[serde(with = "allweather_core::wire")]
    limit: Decimal,
    cap: Percent,
    rule: Box<Rule>,
}

/// The correlations of a review.
struct Pairs {
    /// The group of each asset: the position of its first member, its own when it is alone.
    group: Vec<usize>,
    highest: Option<([usize; 2], f64)>,
    mean: f64,
}

impl CorrelationLimit {
    /// Caps the targets of assets whose correlation is above `limit` at `cap` percent of the portfolio.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when the limit is not above −1 and below 1, or the cap not above 0 % and below 100 %.
    pub fn new(window: Window, limit: Decimal, cap: Percent, rule: Rule) -> Result<Self, RebalanceError> {
        Self::checked(window, limit, cap, Box::new(rule))
    }

    fn checked(
        window: Window,
        limit: Decimal,
        cap: Percent,
        rule: Box<Rule>,
    ) -> Result<Self, RebalanceError> {
        if limit <= Decimal::NEGATIVE_ONE || limit >= Decimal::ONE {
            let setting = "correlation limit";
            return Err(RebalanceError::Setting {
                what: setting,
                value: limit,
                rule: "above -1 and below 1",
            });
        }
        let value = cap.points();
        if value <= Decimal::ZERO || value >= Decimal::ONE_HUNDRED {
            return Err(RebalanceError::Setting { what: "cap", value, rule: "above 0 % and below 100 %" });
        }
        Ok(Self { window, limit, cap, rule })
    }

    /// What correlations are taken over.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The correlation above which two assets are one group.
    #[must_use]
    pub fn limit(&self) -> Decimal {
        self.limit
    }

    /// The most that a group may have of the portfolio.
    #[must_use]
    pub fn cap(&self) -> Percent {
        self.cap
    }

    /// The rule that decides when to trade.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    fn pairs(&self, review: &Review<'_>) -> Result<Pairs, Unmeasured> {
        let covariance = Covariance::of(&self.window.returns(review)?)?;
        let limit = self.limit.to_double();
        let assets = review.targets.len();
        let mut pairs = Pairs { group: (0..assets).collect(), highest: None, mean: 0.0 };
        let mut count = 0_usize;
        let with_target = |i: &usize| review.targets[*i] > 0.0;
        for one in (0..assets).filter(with_target) {
            for other in (one + 1..assets).filter(with_target) {
                let correlation = match covariance.correlation(one, other) {
                    Ok(correlation) => correlation,
                    Err(MetricsError::Undefined(Undefined::NoVariationOf { .. })) => continue,
                    Err(error) => return Err(error.into()),
                };
                pairs.mean += correlation;
                count += 1;
                if pairs.highest.is_none_or(|(_, highest)| correlation > highest) {
                    pairs.highest = Some(([one, other], correlation));
                }
                if correlation > limit {
                    pairs.join(one, other);
                }
            }
        }
        pairs.mean /= count.max(1) as f64;
        Ok(pairs)
    }

    /// The targets with every group cut to the cap.
    fn limited(&self, targets: &[f64], group: &[usize]) -> Vec<f64> {
        let cap = self.cap.to_f64() / 100.0;
        let assets = targets.len();
        let (mut sums, mut members) = (vec![0.0; assets], vec![0_usize; assets]);
        for (target, group) in targets.iter().zip(group) {
            sums[*group] += target;
            members[*group] += usize::from(*target > 0.0);
        }
        let total: f64 = sums.iter().sum();
        let mut capped = vec![false; assets];
        // Every cap leaves more for the others, so the scale only grows and no group is uncapped again.
        loop {
            let at_cap = capped.iter().filter(|capped| **capped).count() as f64;
            let others: f64 =
                sums.iter().zip(&capped).filter(|(_, capped)| !**capped).map(|(sum, _)| sum).sum();
            let scale = if at_cap > 0.0 && others > 0.0 { (total - at_cap * cap) / others } else { 1.0 };
            // A group at its cap is not above it for the rounding of a sum.
            let above = |g: &usize| members[*g] > 1 && !capped[*g] && sums[*g] * scale > cap + 1e-12;
            if let Some(next) = (0..assets).find(above) {
                capped[next] = true;
                continue;
            }
            let factor = |g: usize| if capped[g] { cap / sums[g] } else { scale };
            return targets.iter().zip(group).map(|(target, g)| target * factor(*g)).collect();
        }
    }
}

impl Pairs {
    fn join(&mut self, one: usize, other: usize) {
        let (a, b) = (self.group[one], self.group[other]);
        for group in &mut self.group {
            if *group == a.max(b) {
                *group = a.min(b);
            }
        }
    }
}

impl TryFrom<Wire> for CorrelationLimit {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::checked(wire.window, wire.limit, wire.cap, wire.rule)
    }
}

impl From<CorrelationLimit> for Wire {
    fn from(rule: CorrelationLimit) -> Self {
        let CorrelationLimit { window, limit, cap, rule } = rule;
        Self { window, limit, cap, rule }
    }
}

impl Rebalancer for CorrelationLimit {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        let pairs = match self.pairs(review) {
            Ok(pairs) => pairs,
            Err(unmeasured) => return unmeasured.leaves_it_to(&self.rule, review, targets),
        };
        // Without a pair there is nothing to limit.
        let Some((pair, correlation)) = pairs.highest else {
            return self.rule.decide(review, targets);
        };
        let limited = self.limited(review.targets, &pairs.group);
        let cut =
            review.targets.iter().zip(&limited).map(|(target, limited)| (target - limited).max(0.0)).sum();
        if cut > 0.0 {
            for (position, weight) in limited.iter().enumerate() {
                targets.set(position, weight.min(1.0))?;
            }
        }
        let mut seen = *review;
        seen.targets = &limited;
        let decision = self.rule.decide(&seen, targets)?;
        let (mean, limit) = (pairs.mean, self.limit.to_double());
        Ok(decision.because(|reason| Reason::Correlation { pair, correlation, mean, limit, cut, reason }))
    }

    fn reads_costs(&self) -> bool {
        self.rule.reads_costs()
    }

    fn may_trade(&self, day: ReviewDay) -> bool {
        self.rule.may_trade(day)
    }
}
