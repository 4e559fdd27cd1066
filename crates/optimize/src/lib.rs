//! Target weights: the least risk that constraints allow, with what each constraint costs and how far the weights can be trusted.
//!
//! Depend on this crate to choose the weights of a portfolio from scenarios of returns, or to ask why no weights obey what is wanted.
//!
//! ```
//! use allweather_metrics::Tail;
//! use allweather_optimize::{Answer, Constraint, Constraints, Group, Objective, Scenarios, Status};
//!
//! // Six months of equity, bonds and gold, in two weathers.
//! let scenarios = Scenarios::new(&[
//!     [0.030, 0.002, 0.001],
//!     [-0.050, 0.010, 0.020],
//!     [0.020, -0.004, -0.010],
//!     [0.010, -0.012, 0.025],
//!     [-0.020, 0.006, -0.005],
//!     [0.025, 0.003, 0.004],
//! ])?
//! .with_weather("inflation", &[0.0, 0.0, 1.0, 1.0, 0.0, 1.0])?
//! .with_weather("deflation", &[1.0, 1.0, 0.0, 0.0, 1.0, 0.0])?;
//!
//! // No weather is to hit harder than it must, at 0.2 % a month or more in the mean.
//! let objective = Objective::WeatherBalanced { tail: Tail::from_fraction(0.3)? };
//! let constraints = Constraints::new()
//!     .with_group(Group::new("real", vec![0, 2], Some(0.2), Some(0.6))?)?
//!     .with_return_floor(0.002)?;
//! let Answer::Solved(solution) = objective.minimise(&scenarios, &constraints)? else { return Err("infeasible".into()) };
//! assert_eq!(solution.status, Status::Optimal);
//! assert!((solution.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
//! // What would a lower floor be worth?
//! assert!(solution.multiplier(&Constraint::ReturnFloor) > 0.0);
//!
//! // Nobody earns 5 %: that is an answer as well, with the most there is.
//! let Answer::Infeasible(conflict) = objective.minimise(&scenarios, &constraints.with_return_floor(0.05)?)? else {
//!     return Err("who earns 5 %?".into());
//! };
//! let floor = conflict.conflict.iter().find(|c| c.constraint == Constraint::ReturnFloor).ok_or("no floor")?;
//! assert!(floor.attainable.is_some_and(|most| most < 0.01));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | question | item |
//! | --- | --- |
//! | what may happen | [`Scenarios`], with probabilities and weathers |
//! | what is to be small | [`Objective`]: variance, tail, downside deviation, equal risk, risk budgets, the worst weather |
//! | what is allowed | [`Constraints`]: bounds, groups, currency, turnover and cost from weights held before, return floor |
//! | how assets vary together, also under stress | [`Estimator`], [`ledoit_wolf`], [`turbulence`], [`nearest_covariance`] |
//! | what came out | [`Answer`]: a [`Solution`] with multipliers, or what is [`Infeasible`] |
//! | had the past been another | [`Objective::bands`], [`Objective::bootstrap_bands`] |
//!
//! A solution is checked after solving: its objective is computed from the weights, and its gap is what the multipliers prove about all
//! other weights. Same input, same bytes, for any number of threads.
//!
//! # What this crate does not do
//!
//! It estimates no returns, and fills no gaps in a history. It does not decide when to trade, which is `allweather-rebalance`, and
//! what it finds fits the scenarios it was given: the past, if these are the past.

mod answer;
mod bands;
mod budgets;
mod constraints;
mod draft;
mod elastic;
mod error;
mod estimator;
mod gram;
mod interior;
mod nearest;
mod objective;
mod programme;
mod quadratic;
mod scenario_risk;
mod scenarios;
mod shrinkage;
mod trading;
mod turbulence;
mod verdict;

pub use answer::{Answer, Conflict, Constraint, Infeasible, Multiplier, Solution, Status};
pub use bands::{Band, Bands};
pub use constraints::{Bounds, Constraints, Group};
pub use error::OptimizeError;
pub use estimator::{Divisor, Estimator, Stress};
pub use nearest::nearest_covariance;
pub use objective::{Objective, Target};
pub use quadratic::minimum_variance;
pub use scenarios::Scenarios;
pub use shrinkage::{Shrunk, ledoit_wolf};
pub use trading::Trading;
pub use turbulence::turbulence;
