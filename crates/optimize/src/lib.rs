//! Target weights.

mod answer;
mod bands;
mod budgets;
mod constraints;
mod draft;
mod elastic;
mod error;
mod estimator;
mod interior;
mod nearest;
mod objective;
mod programme;
mod quadratic;
mod scenario_risk;
mod scenarios;
mod shrinkage;
mod turbulence;
mod verdict;

pub use answer::{Answer, Conflict, Constraint, Infeasible, Multiplier, Solution, Status};
pub use bands::{Band, Bands};
pub use constraints::{Bounds, Constraints, Group, Trading};
pub use error::OptimizeError;
pub use estimator::{Divisor, Estimator, Stress};
pub use nearest::nearest_covariance;
pub use objective::{Objective, Target};
pub use quadratic::minimum_variance;
pub use scenarios::Scenarios;
pub use shrinkage::{Shrunk, ledoit_wolf};
pub use turbulence::turbulence;
