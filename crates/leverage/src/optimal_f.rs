use allweather_core::{Number, Rate};
use rust_decimal::Decimal;

use crate::LeverageError;

/// The published optimal f of a path of total assets, and the multiple that follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OptimalF {
    /// Largest monthly gain, a fraction.
    pub up: Rate,
    /// Largest monthly loss, a negative fraction.
    pub down: Rate,
    /// `up / (up + |down|)`, in 0..1.
    pub f: Decimal,
    /// Half of it.
    pub half_f: Decimal,
    /// The trade size that the source derives from `half_f`, in the unit that its formula leaves.
    pub size: Decimal,
    /// The multiple: `1 + size / initial`.
    pub multiple: Decimal,
}

/// The published optimal f, half of it and the multiple, with the amounts as given.
///
/// ```text
/// f    = up / (up + |down|)              up, down = largest monthly gain and loss, fractions
/// size = latest / (loss · f/2)           latest = last total assets, loss = largest monthly loss, an amount
/// L    = 1 + size / initial
/// ```
///
/// `total_assets` are month ends and begin with the value that the first month starts from (usually `initial`). A path
/// with flows must be flow-adjusted before, or a withdrawal counts as a loss. `[our reading]` The largest loss as an
/// amount and the largest as a fraction may be those of different months.
///
/// # The unit trap
///
/// `size` divides money by money and is then divided by money again, so **L depends on the unit**. The same history
/// gives, in yen and in millions of yen, different multiples:
///
/// ```
/// use allweather_leverage::{optimal_f, optimal_f_rebased};
/// use rust_decimal::dec;
/// let yen = [dec!(100_000_000), dec!(103_000_000), dec!(101_000_000), dec!(104_000_000)];
/// let millions = [dec!(100), dec!(103), dec!(101), dec!(104)];
/// let in_yen = optimal_f(dec!(100_000_000), &yen)?.multiple;
/// let in_millions = optimal_f(dec!(100), &millions)?.multiple;
/// assert_eq!(in_yen.round_dp(4), dec!(1.0000));
/// assert_eq!(in_millions.round_dp(4), dec!(2.7131));
/// // The preset measures in index points, whatever the money is.
/// assert_eq!(optimal_f_rebased(&yen)?, optimal_f_rebased(&millions)?);
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// Use [`optimal_f_rebased`] unless you want the published words to the letter.
///
/// # Errors
///
/// [`LeverageError::Initial`] and [`LeverageError::Assets`] when an amount is not above 0, [`LeverageError::NoGain`] and
/// [`LeverageError::NoLoss`] when no month wins or none loses, [`LeverageError::Overflow`] when a result does not fit.
///
/// # Source
///
/// Published method, §5. It is not the optimal f of Vince (1990) that the source names: see [`crate::vince`].
pub fn optimal_f(initial: Decimal, total_assets: &[Decimal]) -> Result<OptimalF, LeverageError> {
    figures(initial, total_assets).map(OptimalF::from)
}

/// The published optimal f on the path rebased to 100 index points: the same answer in every unit of money.
///
/// ```text
/// index_k = total_assets_k · 100 / total_assets_0        then optimal_f(100, index)
/// ```
///
/// `[our reading]` The source does not say in which unit its amounts are, and the 100 is a choice: another base gives
/// another multiple.
///
/// # Errors
///
/// As [`optimal_f`].
///
/// # Examples
///
/// ```
/// use allweather_leverage::optimal_f_rebased;
/// use rust_decimal::dec;
/// let f = optimal_f_rebased(&[dec!(50), dec!(51), dec!(49.98)])?;
/// assert_eq!((f.up.to_string(), f.down.to_string()), ("2 %".into(), "-2 %".into()));
/// assert_eq!((f.f, f.half_f), (dec!(0.5), dec!(0.25)));
/// // 99.96 / (2.04 · 0.25) = 196 index points of size.
/// assert_eq!((f.size, f.multiple), (dec!(196), dec!(2.96)));
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Published method, §5.
pub fn optimal_f_rebased(total_assets: &[Decimal]) -> Result<OptimalF, LeverageError> {
    rebased_figures(total_assets).map(OptimalF::from)
}

pub(crate) struct Figures<N> {
    pub(crate) up: N,
    pub(crate) down: N,
    pub(crate) f: N,
    pub(crate) half_f: N,
    pub(crate) size: N,
    pub(crate) multiple: N,
}

impl From<Figures<Decimal>> for OptimalF {
    fn from(figures: Figures<Decimal>) -> Self {
        let Figures { up, down, f, half_f, size, multiple } = figures;
        Self { up: Rate::from_fraction(up), down: Rate::from_fraction(down), f, half_f, size, multiple }
    }
}

pub(crate) fn figures<N: Number>(initial: N, total_assets: &[N]) -> Result<Figures<N>, LeverageError> {
    if initial <= N::ZERO {
        return Err(LeverageError::Initial { value: initial.to_double() });
    }
    all_above_zero(total_assets)?;
    let (mut up, mut down, mut loss) = (N::ZERO, N::ZERO, N::ZERO);
    let mut latest = initial;
    for (&before, &now) in total_assets.iter().zip(total_assets.iter().skip(1)) {
        let gain = now.minus(before)?;
        let change = gain.over(before)?;
        up = up.or_above(change);
        if change < down {
            down = change;
        }
        loss = loss.or_above(before.minus(now)?);
        latest = now;
    }
    if up <= N::ZERO {
        return Err(LeverageError::NoGain);
    }
    if loss <= N::ZERO {
        return Err(LeverageError::NoLoss);
    }
    let f = up.over(up.plus(down.magnitude()?)?)?;
    let half_f = f.over(N::from_int(2))?;
    let size = latest.over(loss.times(half_f)?)?;
    let multiple = N::ONE.plus(size.over(initial)?)?;
    Ok(Figures { up, down, f, half_f, size, multiple })
}

pub(crate) fn rebased_figures<N: Number>(total_assets: &[N]) -> Result<Figures<N>, LeverageError> {
    // Before anything divides by the first of them.
    all_above_zero(total_assets)?;
    let Some(&first) = total_assets.first() else { return Err(LeverageError::NoGain) };
    let hundred = N::from_int(100);
    let rebase = |assets: &N| assets.times(hundred)?.over(first);
    let index: Vec<N> = total_assets.iter().map(rebase).collect::<Result<_, _>>()?;
    figures(hundred, &index)
}

fn all_above_zero<N: Number>(total_assets: &[N]) -> Result<(), LeverageError> {
    match total_assets.iter().position(|&assets| assets <= N::ZERO) {
        Some(position) => Err(LeverageError::Assets { position, value: total_assets[position].to_double() }),
        None => Ok(()),
    }
}
