//! The same formulas in doubles, for many months and many paths at once.
//!
//! Everything here is a fraction: 0.01 is 1 %. A number that is infinite or not a number is refused.

use allweather_core::{Number, Overflow};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use crate::{
    Charge, Funding, LeverageError,
    error::{all_finite, multiple_at_least_one},
    funding::annual,
    levered::levered as levered_change,
    optimal_f::{Figures, figures, rebased_figures},
};

/// The funding rate of each month.
///
/// ```text
/// r_m = [1 + max(jgb1y, 0) + spread]^(1/12) − 1
/// ```
///
/// | argument  | shape      | unit                                              |
/// | --------- | ---------- | ------------------------------------------------- |
/// | `funding` | one        | the spread, a year                                |
/// | `jgb1y`   | `[months]` | 1-year yield as a fraction: 0.00649 is 0.649 %    |
/// | answer    | `[months]` | fraction a month                                  |
///
/// # Errors
///
/// [`LeverageError::NotFinite`] when a yield is not finite, [`LeverageError::Overflow`] when a rate is too large.
///
/// # Examples
///
/// ```
/// use allweather_leverage::{Funding, paths};
/// let monthly = paths::monthly_funding(Funding::default(), &[0.00649, -0.002])?;
/// assert!((monthly[0] - 0.001773432817129).abs() < 1e-15);
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Published method, §5.
pub fn monthly_funding<'a>(
    funding: Funding,
    jgb1y: impl Into<ArrayView1<'a, f64>>,
) -> Result<Array1<f64>, LeverageError> {
    let jgb1y = jgb1y.into();
    all_finite("the 1-year yield", jgb1y)?;
    let spread = funding.spread().to_f64();
    let monthly = |&jgb1y: &f64| Ok((annual(jgb1y, spread)?.ln_1p() / 12.0).exp_m1());
    jgb1y.iter().map(monthly).collect::<Result<Array1<f64>, Overflow>>().map_err(LeverageError::from)
}

/// The changes of total assets at a multiple, period by period.
///
/// ```text
/// (change − r_m) · L + unreinvested                  Charge::WholePosition, as published
/// change · L − r_m · (L − 1) + unreinvested          Charge::BorrowedPart
/// change + unreinvested                              L = 1, either way
/// ```
///
/// | argument       | shape              | unit                                             |
/// | -------------- | ------------------ | ------------------------------------------------ |
/// | `changes`      | `[paths, periods]` | invested part, fraction of total assets          |
/// | `unreinvested` | `[paths, periods]` | the pool, fraction of total assets               |
/// | `funding`      | `[periods]`        | fraction a period                                |
/// | `multiple`     | one number         | 1 or more                                        |
/// | answer         | `[paths, periods]` | fraction of total assets                         |
///
/// See [`crate::UnleveredMonth::levered`] for what is published and what is ours.
///
/// # Errors
///
/// [`LeverageError::Multiple`], [`LeverageError::Paths`] and [`LeverageError::Periods`] when the shapes differ,
/// [`LeverageError::NotFiniteOnPath`] and [`LeverageError::NotFinite`], [`LeverageError::Overflow`] when a change is too
/// large.
///
/// # Examples
///
/// ```
/// use allweather_leverage::{Charge, paths};
/// let (changes, nothing, funding) = (&[[0.02, -0.01]], &[[0.0, 0.0]], &[0.002, 0.002]);
/// let levered = paths::levered(changes, nothing, funding, 2.0, Charge::WholePosition)?;
/// assert!((levered[[0, 1]] + 0.024).abs() < 1e-15);
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Published method, §5.
pub fn levered<'a>(
    changes: impl Into<ArrayView2<'a, f64>>,
    unreinvested: impl Into<ArrayView2<'a, f64>>,
    funding: impl Into<ArrayView1<'a, f64>>,
    multiple: f64,
    charge: Charge,
) -> Result<Array2<f64>, LeverageError> {
    let (changes, unreinvested, funding) = (changes.into(), unreinvested.into(), funding.into());
    multiple_at_least_one(multiple)?;
    let (paths, periods) = changes.dim();
    let (found_paths, found_periods) = unreinvested.dim();
    if found_paths != paths {
        return Err(LeverageError::Paths { expected: paths, found: found_paths });
    }
    for (series, found) in [("the unreinvested part", found_periods), ("the funding", funding.len())] {
        if found != periods {
            return Err(LeverageError::Periods { series, expected: periods, found });
        }
    }
    all_finite("the funding rate", funding)?;
    let mut answer = Array2::zeros((paths, periods));
    for ((path, period), levered) in answer.indexed_iter_mut() {
        let on_path = |series, values: &ArrayView2<'_, f64>| match values[[path, period]] {
            value if value.is_finite() => Ok(value),
            value => Err(LeverageError::NotFiniteOnPath { series, path, period, value }),
        };
        let change = on_path("the change", &changes)?;
        let unreinvested = on_path("the unreinvested part", &unreinvested)?;
        *levered = levered_change(change, unreinvested, funding[period], multiple, charge)?;
    }
    Ok(answer)
}

/// What 1 becomes, and whether it is lost on the way.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LeveredWealth {
    /// `[periods + 1]`: the starting 1, then the wealth after each period. From ruin on it is 0.
    pub wealth: Vec<f64>,
    /// The period (from 0) whose change took everything, if there is one.
    pub ruined_in: Option<usize>,
}

/// Compounds changes from a starting wealth of 1.
///
/// ```text
/// wealth_0 = 1,  wealth_k = wealth_{k−1} · (1 + change_k),  and 0 for ever once it is 0 or less
/// ```
///
/// | argument  | shape       | unit                  |
/// | --------- | ----------- | --------------------- |
/// | `changes` | `[periods]` | fraction              |
///
/// A change of −1 or less is ruin: the published method says nothing about debts that remain, and no later gain brings
/// the wealth back `[our reading]`.
///
/// # Errors
///
/// [`LeverageError::NotFinite`] when a change is not finite, [`LeverageError::Overflow`] when the wealth is too large.
///
/// # Examples
///
/// ```
/// use allweather_leverage::paths;
/// let path = paths::wealth(&[0.1, -1.2, 3.0])?;
/// assert_eq!(path.wealth, [1.0, 1.1, 0.0, 0.0]);
/// assert_eq!(path.ruined_in, Some(1));
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Published method, §5; where wealth ends is ours.
pub fn wealth<'a>(changes: impl Into<ArrayView1<'a, f64>>) -> Result<LeveredWealth, LeverageError> {
    let changes = changes.into();
    all_finite("the change", changes)?;
    let mut now = 1.0;
    let mut wealth = vec![now];
    let mut ruined_in = None;
    for (period, change) in changes.iter().enumerate() {
        now = now.times(1.0 + change)?;
        if now <= 0.0 {
            now = 0.0;
            ruined_in = ruined_in.or(Some(period));
        }
        wealth.push(now);
    }
    Ok(LeveredWealth { wealth, ruined_in })
}

/// The published optimal f in doubles: the twin of [`crate::OptimalF`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct OptimalF {
    /// Largest monthly gain, a fraction.
    pub up: f64,
    /// Largest monthly loss, a negative fraction.
    pub down: f64,
    /// `up / (up + |down|)`, in 0..1.
    pub f: f64,
    /// Half of it.
    pub half_f: f64,
    /// The trade size that the source derives from `half_f`, in the unit that its formula leaves.
    pub size: f64,
    /// The multiple: `1 + size / initial`.
    pub multiple: f64,
}

impl From<Figures<f64>> for OptimalF {
    fn from(figures: Figures<f64>) -> Self {
        let Figures { up, down, f, half_f, size, multiple } = figures;
        Self { up, down, f, half_f, size, multiple }
    }
}

/// The published optimal f with the amounts as given: [`crate::optimal_f`] in doubles, with the same unit trap.
///
/// | argument       | shape          | unit                                                   |
/// | -------------- | -------------- | ------------------------------------------------------ |
/// | `initial`      | one number     | money, above 0                                         |
/// | `total_assets` | `[months + 1]` | the same money, above 0, from the start of the first month |
///
/// # Errors
///
/// As [`crate::optimal_f`], and [`LeverageError::NotFinite`].
///
/// # Examples
///
/// ```
/// use allweather_leverage::paths;
/// let f = paths::optimal_f(100.0, &[100.0, 103.0, 101.0, 104.0])?;
/// assert!((f.multiple - 2.7131).abs() < 1e-4);
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Published method, §5.
pub fn optimal_f<'a>(
    initial: f64,
    total_assets: impl Into<ArrayView1<'a, f64>>,
) -> Result<OptimalF, LeverageError> {
    if !initial.is_finite() {
        return Err(LeverageError::Initial { value: initial });
    }
    figures(initial, &finite_assets(&total_assets.into())?).map(OptimalF::from)
}

/// The published optimal f on the path rebased to 100 index points: [`crate::optimal_f_rebased`] in doubles.
///
/// | argument       | shape          | unit                                                   |
/// | -------------- | -------------- | ------------------------------------------------------ |
/// | `total_assets` | `[months + 1]` | any money, above 0, from the start of the first month  |
///
/// # Errors
///
/// As [`crate::optimal_f`], and [`LeverageError::NotFinite`].
///
/// # Examples
///
/// ```
/// use allweather_leverage::paths;
/// let (yen, thousands) = ([5e7, 5.1e7, 4.998e7], [5e4, 5.1e4, 4.998e4]);
/// let difference = paths::optimal_f_rebased(&yen)?.multiple - paths::optimal_f_rebased(&thousands)?.multiple;
/// assert!(difference.abs() < 1e-9);
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Published method, §5.
pub fn optimal_f_rebased<'a>(
    total_assets: impl Into<ArrayView1<'a, f64>>,
) -> Result<OptimalF, LeverageError> {
    rebased_figures(&finite_assets(&total_assets.into())?).map(OptimalF::from)
}

fn finite_assets(total_assets: &ArrayView1<'_, f64>) -> Result<Vec<f64>, LeverageError> {
    match total_assets.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(LeverageError::Assets { position, value: total_assets[position] }),
        None => Ok(total_assets.to_vec()),
    }
}
