//! What trading costs at a step: the rates that the cost model gave last.

use allweather_core::Number;
use allweather_costs::{CostModel, TradedAsset};
use allweather_market::AsOf;

use crate::{CostParts, PortfolioError, prepare::Prepared};

/// Rates by place, fractions of traded value; vaults' cash trades for nothing.
#[derive(Debug)]
pub(crate) struct Charges {
    commission: Vec<f64>,
    slippage: Vec<f64>,
    fx: Vec<f64>,
    total: Vec<f64>,
    /// Smallest commission per order, in base currency; only where orders are in lots.
    minimums: Option<Vec<f64>>,
    /// Which kinds of cost there are at all.
    charged: Charged,
    /// Whether the rates hold for every step.
    settled: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Charged {
    commission: bool,
    slippage: bool,
    fx: bool,
}

impl Charges {
    pub(super) fn new(places: usize, minimums: Option<usize>) -> Self {
        let zeros = || vec![0.0; places];
        Self {
            commission: zeros(),
            slippage: zeros(),
            fx: zeros(),
            total: zeros(),
            minimums: minimums.map(|assets| vec![0.0; assets]),
            charged: Charged::default(),
            settled: false,
        }
    }

    /// The cost rates of step `t`, and in actual operation the smallest commissions.
    pub(crate) fn take(
        &mut self,
        prepared: &Prepared,
        model: &dyn CostModel,
        market: AsOf<'_>,
        t: usize,
    ) -> Result<(), PortfolioError> {
        if self.settled {
            return Ok(());
        }
        self.charged = Charged::default();
        for (i, instrument) in prepared.instruments.iter().enumerate() {
            let mut asset = TradedAsset::new(&instrument.id, i, instrument.currency, market.base());
            if let Some(volatility) = &prepared.volatility {
                asset = asset.with_volatility(volatility.now[[t, i]], volatility.long_run[[t, i]])?;
            }
            let rates = model.rates(&asset);
            let parts = [rates.commission, rates.slippage, rates.fx];
            if !(parts.iter().all(|rate| *rate >= 0.0) && rates.total() < 0.5) {
                let (asset, rate, date) = (instrument.id.clone(), rates.total(), market.date());
                return Err(PortfolioError::CostRates { asset, rate, date });
            }
            (self.commission[i], self.slippage[i], self.fx[i]) = (rates.commission, rates.slippage, rates.fx);
            self.total[i] = rates.total();
            self.charged.commission |= rates.commission != 0.0;
            self.charged.slippage |= rates.slippage != 0.0;
            self.charged.fx |= rates.fx != 0.0;
            if let Some(minimums) = &mut self.minimums {
                minimums[i] = match model.minimum(&asset) {
                    None => 0.0,
                    Some(money) => {
                        let amount = money.amount().to_double();
                        let spot = market.spot(money.currency()).and_then(|s| s.last());
                        let spot = if money.currency() == market.base() { Some(1.0) } else { spot };
                        amount
                            * spot.ok_or_else(|| PortfolioError::MissingSpot {
                                asset: instrument.id.clone(),
                                currency: money.currency(),
                                date: market.date(),
                            })?
                    }
                };
            }
        }
        self.settled = prepared.volatility.is_none() && self.minimums.is_none();
        Ok(())
    }

    /// All kinds together, by place.
    pub(crate) fn total(&self) -> &[f64] {
        &self.total
    }

    /// Cost by kind of one order of this value: its commission is the smallest one at least.
    pub(crate) fn order(&self, place: usize, value: f64) -> CostParts {
        let smallest = self.minimums.as_ref().map_or(0.0, |minimums| minimums[place]);
        CostParts {
            commission: (value * self.commission[place]).max(smallest),
            slippage: value * self.slippage[place],
            fx: value * self.fx[place],
        }
    }

    /// What one leg of an order costs: nothing when there is none.
    pub(crate) fn leg(&self, place: usize, value: f64) -> f64 {
        if value > 0.0 { self.order(place, value).total() } else { 0.0 }
    }

    /// What one side of a trade of this value costs, over the value: the smallest commission counts too.
    pub(crate) fn side(&self, place: usize, value: f64) -> f64 {
        // A decision by this bound is a decision: a half or more is never worth a loss.
        (self.leg(place, value) / value).min(0.499)
    }

    /// Each kind of cost that there is, by its rates.
    pub(super) fn by_kind(&self, cost: impl Fn(&[f64]) -> f64) -> CostParts {
        let of = |rates: &[f64], charged: bool| if charged { cost(rates) } else { 0.0 };
        CostParts {
            commission: of(&self.commission, self.charged.commission),
            slippage: of(&self.slippage, self.charged.slippage),
            fx: of(&self.fx, self.charged.fx),
        }
    }
}
