use allweather_portfolio::prelude::*;

/// Trades everything to its target when any asset is a fifth of its target away from it.
#[derive(Debug)]
pub struct Fifth;

impl Rebalancer for Fifth {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
        let far = review.weights.iter().zip(review.targets).any(|(w, t)| (w - t).abs() > 0.2 * t);
        let reason = Reason::Other("a fifth away".into());
        Ok(if far { Decision::Rebalance(reason) } else { Decision::Hold(reason) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use allweather_testkit::{Broken, laws};

    #[test]
    fn keeps_the_laws() -> Result<(), Broken> {
        laws::rebalancer(|| Fifth)
    }
}
