//! Target weights.

mod answer;
mod budgets;
mod constraints;
mod draft;
mod elastic;
mod error;
mod estimator;
mod interior;
mod objective;
mod programme;
mod quadratic;
mod scenario_risk;
mod scenarios;
mod verdict;

pub use answer::{Answer, Conflict, Constraint, Infeasible, Multiplier, Solution, Status};
pub use constraints::{Bounds, Constraints, Group, Trading};
pub use error::OptimizeError;
pub use estimator::Estimator;
pub use objective::{Objective, Target};
pub use quadratic::minimum_variance;
pub use scenarios::Scenarios;
