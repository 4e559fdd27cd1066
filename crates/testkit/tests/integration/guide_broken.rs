use allweather_portfolio::{market::Market, prelude::*};

/// Trades when the first asset is dearer than its mean.
#[derive(Debug)]
pub struct AboveMean {
    mean: f64,
}

impl AboveMean {
    /// The mean of every price of the sample.
    pub fn fit(market: &Market) -> Self {
        let prices: Vec<f64> = market.prices().levels(0).iter().flatten().copied().collect();
        Self { mean: prices.iter().sum::<f64>() / prices.len() as f64 }
    }
}

impl Rebalancer for AboveMean {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
        let above = review.market.price(0).last().is_some_and(|price| price > self.mean);
        let reason = Reason::Other(format!("mean {:.2}", self.mean).into());
        Ok(if above { Decision::Rebalance(reason) } else { Decision::Hold(reason) })
    }
}
