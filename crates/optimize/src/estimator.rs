use allweather_metrics::risk::Covariance;
use serde::{Deserialize, Serialize};
use crate::{OptimizeError, Scenarios};
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub enum Estimator { #[default] Sample }
impl Estimator {
    pub fn covariance(self, scenarios: &Scenarios) -> Result<Covariance, OptimizeError> { Ok(Covariance::of(scenarios.returns())?) }
}
