use allweather_core::Overflow;

use crate::{LeverageError, UnleveredPath, bisection::last_positive};

/// The multiple that would have grown total assets most, with borrowed money paid for.
///
/// ```text
/// L* = argmax Σ ln(1 + u_t + L · r_t − max(L − 1, 0) · c_t)        over L from 0 to the first L that ruins a month
/// ```
///
/// with `r` the invested part, `u` the unreinvested part and `c` the funding of the path. The sum is concave in L, with a
/// kink at L = 1, where borrowing begins and often the best multiple is. Below 1 means: hold less. The answer is in
/// sample: it knows the months it is judged on.
///
/// # Errors
///
/// [`LeverageError::Unbounded`] when no month's `r` is below its `c`: more is always better, so there is no answer.
/// [`LeverageError::Ruined`] when the unreinvested part alone loses everything, [`LeverageError::Overflow`] when
/// the largest multiple that survives does not fit a double.
///
/// # Examples
///
/// ```
/// use allweather_leverage::{UnleveredPath, growth_optimal};
/// // Without funding it is Vince's multiple: 0.25 of the worst loss of 1 %.
/// let free = UnleveredPath::new(&[0.02, -0.01], &[0.0, 0.0], &[0.0, 0.0])?;
/// assert!((growth_optimal(&free)? - 25.0).abs() < 1e-9);
/// // A funding rate of 0.6 % exceeds the mean of 0.5 %: nothing is borrowed.
/// let dear = UnleveredPath::new(&[0.02, -0.01], &[0.0, 0.0], &[0.006, 0.006])?;
/// assert_eq!(growth_optimal(&dear)?, 1.0);
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Kelly, "A New Interpretation of Information Rate", 1956, with the funding of this crate as a cost.
pub fn growth_optimal(path: &UnleveredPath<'_>) -> Result<f64, LeverageError> {
    let mut months = Vec::with_capacity(path.months());
    for (period, ((&change, &unreinvested), &funding)) in
        path.invested().iter().zip(path.unreinvested()).zip(path.funding()).enumerate()
    {
        let kept = 1.0 + unreinvested;
        if kept <= 0.0 {
            return Err(LeverageError::Ruined { period, change: unreinvested });
        }
        months.push(Month { kept, change, funding });
    }
    if months.iter().all(|month| month.change >= month.funding) {
        return Err(LeverageError::Unbounded);
    }
    let ruin = |m: &Month| if m.excess() < 0.0 { m.own() / -m.excess() } else { f64::INFINITY };
    let largest = months.iter().map(ruin).fold(f64::INFINITY, f64::min);
    if largest.is_infinite() {
        return Err(Overflow.into());
    }
    let unborrowed = |l: f64| slope(months.iter().map(|m| (m.kept + l * m.change, m.change)));
    let borrowed = |l: f64| slope(months.iter().map(|m| (m.own() + l * m.excess(), m.excess())));
    Ok(if borrowed(1.0) > 0.0 {
        last_positive(1.0, largest, borrowed)
    } else if unborrowed(1.0) >= 0.0 {
        1.0
    } else {
        last_positive(0.0, 1.0, unborrowed)
    })
}

struct Month {
    /// What is left of 1 with the unreinvested part alone.
    kept: f64,
    change: f64,
    funding: f64,
}

impl Month {
    // A borrower's month, 1 + u + L·r − (L − 1)·c, sorted by L: own + L · excess.
    fn own(&self) -> f64 {
        self.kept + self.funding
    }

    fn excess(&self) -> f64 {
        self.change - self.funding
    }
}

/// The slope of a sum of logarithms, of wealths that each grow at a rate.
fn slope(months: impl Iterator<Item = (f64, f64)>) -> f64 {
    // A month that is ruined already has had too much, by any measure.
    months.map(|(wealth, rate)| if wealth > 0.0 { rate / wealth } else { f64::NEG_INFINITY }).sum()
}
