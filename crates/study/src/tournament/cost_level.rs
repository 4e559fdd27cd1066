use allweather_portfolio::{CostSpec, PortfolioError};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What trading costs in one of the worlds of a tournament, under a name.
///
/// On the wire `{"name": "twice", "charge": {"times": "2"}}` or `{"name": "10 bp", "charge": {"costs": {"proportional": "0.001"}}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CostLevel {
    /// Its name, unique in a tournament.
    pub name: String,
    /// What trading costs.
    pub charge: Charge,
}

/// What trading costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Charge {
    /// The costs of the base spec, so many times as large.
    Times(#[serde(with = "allweather_core::wire")] Decimal),
    /// These costs.
    Costs(CostSpec),
}

impl CostLevel {
    /// These costs.
    #[must_use]
    pub fn new(name: &str, costs: CostSpec) -> Self {
        Self { name: name.to_owned(), charge: Charge::Costs(costs) }
    }

    /// The costs of the base spec, so many times as large.
    #[must_use]
    pub fn times(name: &str, times: Decimal) -> Self {
        Self { name: name.to_owned(), charge: Charge::Times(times) }
    }

    /// The level of gross figures, which every tournament has.
    pub(crate) fn free() -> Self {
        Self::new("no costs", CostSpec::default())
    }

    pub(crate) fn costs(&self, base: &CostSpec) -> Result<CostSpec, PortfolioError> {
        match &self.charge {
            Charge::Times(times) => base.times(*times),
            Charge::Costs(costs) => Ok(costs.clone()),
        }
    }
}
