use ndarray::{Array1, ArrayView1};

use crate::{LeverageError, error::all_finite};

/// What a [`LeverageRule`](crate::LeverageRule) sees: the months before leverage, and nothing after them.
///
/// | part           | shape      | unit                                                                             |
/// | -------------- | ---------- | -------------------------------------------------------------------------------- |
/// | `invested`     | `[months]` | monthly profit and loss of the invested assets over last month's total assets    |
/// | `unreinvested` | `[months]` | monthly profit and loss of the pool over the same base                           |
/// | `funding`      | `[months]` | monthly funding rate, 0 or more                                                  |
///
/// All are fractions, 0.01 is 1 %, and flow-adjusted: a withdrawal is no loss.
///
/// ```
/// use allweather_leverage::UnleveredPath;
/// let path = UnleveredPath::new(&[0.02, -0.01], &[0.0, 0.001], &[0.001, 0.001])?;
/// assert_eq!(path.months(), 2);
/// assert!((path.total()[1] + 0.009).abs() < 1e-15);
/// assert!(UnleveredPath::new(&[0.02], &[0.0, 0.0], &[0.001]).is_err());
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct UnleveredPath<'a> {
    invested: ArrayView1<'a, f64>,
    unreinvested: ArrayView1<'a, f64>,
    funding: ArrayView1<'a, f64>,
}

impl<'a> UnleveredPath<'a> {
    /// A path from its three series of equal length.
    ///
    /// # Errors
    ///
    /// [`LeverageError::Periods`] when the lengths differ, [`LeverageError::NotFinite`] when a number is not finite,
    /// [`LeverageError::Funding`] when a funding rate is below 0.
    pub fn new(
        invested: impl Into<ArrayView1<'a, f64>>,
        unreinvested: impl Into<ArrayView1<'a, f64>>,
        funding: impl Into<ArrayView1<'a, f64>>,
    ) -> Result<Self, LeverageError> {
        let path =
            Self { invested: invested.into(), unreinvested: unreinvested.into(), funding: funding.into() };
        for (series, values) in [("the unreinvested part", path.unreinvested), ("the funding", path.funding)]
        {
            let (expected, found) = (path.months(), values.len());
            if found != expected {
                return Err(LeverageError::Periods { series, expected, found });
            }
        }
        all_finite("the invested part", path.invested)?;
        all_finite("the unreinvested part", path.unreinvested)?;
        all_finite("the funding rate", path.funding)?;
        match path.funding.iter().position(|rate| *rate < 0.0) {
            Some(period) => Err(LeverageError::Funding { period, rate: path.funding[period] }),
            None => Ok(path),
        }
    }

    /// How many months it has.
    #[must_use]
    pub fn months(&self) -> usize {
        self.invested.len()
    }

    /// The changes of the invested assets, `[months]`, fractions of total assets.
    #[must_use]
    pub fn invested(&self) -> ArrayView1<'a, f64> {
        self.invested
    }

    /// The changes of what was not reinvested, `[months]`, fractions of total assets.
    #[must_use]
    pub fn unreinvested(&self) -> ArrayView1<'a, f64> {
        self.unreinvested
    }

    /// The monthly funding rates, `[months]`, fractions.
    #[must_use]
    pub fn funding(&self) -> ArrayView1<'a, f64> {
        self.funding
    }

    /// The changes of total assets, `[months]`: invested and unreinvested part together.
    #[must_use]
    pub fn total(&self) -> Array1<f64> {
        &self.invested + &self.unreinvested
    }
}
