use allweather_core::Month;

use crate::{MarketError, MonthlySeries};

/// A month, in years.
const MONTH: f64 = 1.0 / 12.0;

/// A government bond of constant maturity: bought at par at the beginning of each period, sold at its end for the next one.
///
/// Yields are par yields, fractions a year compounded as often as coupons are paid. They may be negative; below
/// `−coupons a year` there is no discount factor. A yield that is absent makes the returns on both its sides absent.
///
/// ```
/// use allweather_market::ParBond;
/// let bond = ParBond::new(10, 2)?;
/// let month = 1.0 / 12.0;
/// // Bought at 2.00 %, sold at 2.10 %.
/// let held = bond.total_return(0.02, 0.021, month)?;
/// assert!((held - -0.007_250_764_398).abs() < 1e-12);
/// // The new curve says 1.95 % for nine years: the bond, a month shorter, is sold at 2.0875 %.
/// let rolled = bond.total_return(0.02, bond.rolled(0.021, (9, 0.0195), month)?, month)?;
/// assert!((rolled - -0.006_141_808_943).abs() < 1e-12);
/// # Ok::<(), allweather_market::MarketError>(())
/// ```
///
/// # Source
///
/// Swinkels (2019), "Treasury bond return data starting in 1962"; the pricing of a par bond is exact arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParBond {
    years: u16,
    coupons: u8,
}

impl ParBond {
    /// A bond of `years` to maturity with so many coupons a year (US and Japanese government bonds have 2).
    ///
    /// # Errors
    ///
    /// [`MarketError::Bond`] for 0 years, or for coupons that are not 1 to 12 a year.
    pub fn new(years: u16, coupons_a_year: u8) -> Result<Self, MarketError> {
        if years == 0 {
            return Err(refuse("maturity in years", 0.0, "at least 1"));
        }
        if !(1..=12).contains(&coupons_a_year) {
            return Err(refuse("coupons a year", f64::from(coupons_a_year), "a number from 1 to 12"));
        }
        Ok(Self { years, coupons: coupons_a_year })
    }

    /// The total return of a period, a fraction: bought at par at the yield `bought`, held for `held` years (a month is 1/12), sold
    /// at the yield `sold`.
    ///
    /// ```text
    /// R = (1 + y₁/f)^(f·Δ) · [y₀·(1 − v)/y₁ + v] − 1,   v = (1 + y₁/f)^(−f·M);   at y₁ = 0 the bracket is y₀·M + 1
    /// ```
    ///
    /// `y₀` is `bought`, `y₁` is `sold`, `Δ` is `held`, `M` the maturity, `f` the coupons a year. Sold at the yield of the full
    /// maturity there is no roll-down; [`ParBond::rolled`] gives the yield with it.
    ///
    /// # Errors
    ///
    /// [`MarketError::Bond`] for a yield that is not finite and above `−f`, a period that is not above 0 or is longer than from
    /// coupon to coupon (what is done with a coupon is not known), or a return too large for a number.
    pub fn total_return(self, bought: f64, sold: f64, held: f64) -> Result<f64, MarketError> {
        let (f, held) = (f64::from(self.coupons), self.held(held)?);
        self.check("the yield bought at", bought)?;
        self.check("the yield sold at", sold)?;
        // Both parts keep their digits however near the yield is to 0: the bracket is 1 + (y₀ − y₁)·annuity.
        let growth = (f * held * (sold / f).ln_1p()).exp_m1();
        finite((bought - sold).mul_add(self.annuity(sold) * (1.0 + growth), growth))
    }

    /// The same return from duration and convexity, to check against.
    ///
    /// ```text
    /// R ≈ (1 + y₀)^Δ − 1 − D·(y₁ − y₀) + ½·C·(y₁ − y₀)²
    /// ```
    ///
    /// `D` and `C` are the modified duration and the convexity of the par bond at `y₀`.
    ///
    /// # Errors
    ///
    /// As [`ParBond::total_return`]; also for a yield of −100 % or less with coupons more than once a year.
    ///
    /// # Source
    ///
    /// Swinkels (2019), "Treasury bond return data starting in 1962".
    pub fn approximate_return(self, bought: f64, sold: f64, held: f64) -> Result<f64, MarketError> {
        let held = self.held(held)?;
        self.check("the yield bought at", bought)?;
        self.check("the yield sold at", sold)?;
        if bought <= -1.0 {
            return Err(refuse("the yield bought at", bought, "above -1"));
        }
        let carry = (held * bought.ln_1p()).exp_m1();
        let change = sold - bought;
        finite(carry - self.annuity(bought) * change + 0.5 * self.convexity(bought) * change * change)
    }

    /// The yield at which the bond is sold after `held` years on a curve that gives `yield_now` for its full maturity and
    /// `shorter.1` for `shorter.0` years: the straight line between both, read at the maturity that is left.
    ///
    /// # Errors
    ///
    /// [`MarketError::Bond`] for a period as [`ParBond::total_return`] refuses it, for yields it would refuse, and for a
    /// shorter maturity that is not shorter by at least the period.
    pub fn rolled(self, yield_now: f64, shorter: (u16, f64), held: f64) -> Result<f64, MarketError> {
        let held = self.held(held)?;
        self.check("the yield of the full maturity", yield_now)?;
        self.check("the yield of the shorter maturity", shorter.1)?;
        let distance = f64::from(self.shorter_by(shorter.0)?);
        Ok((shorter.1 - yield_now).mul_add(held / distance, yield_now))
    }

    /// Monthly total returns from yields at month ends, from the second month of `yields` on: bought at the yield of the month
    /// before, sold at this month's.
    ///
    /// With `shorter`, a maturity in years and its yields, the bond rolls down the curve ([`ParBond::rolled`]); without, it is sold
    /// at the yield of the full maturity. A return is absent when any yield it needs is. The returns are known when the yields
    /// are, after the longer of their delays.
    ///
    /// # Errors
    ///
    /// As [`ParBond::total_return`] and [`ParBond::rolled`], naming the month; [`MarketError::Empty`] for yields of one month.
    pub fn returns(
        self,
        yields: &MonthlySeries,
        shorter: Option<(u16, &MonthlySeries)>,
    ) -> Result<MonthlySeries, MarketError> {
        if let Some((years, _)) = shorter {
            self.shorter_by(years)?;
        }
        let months = (1..).map(|k| yields.first().offset(k));
        let pairs = yields.values().iter().zip(yields.values().iter().skip(1));
        let returns = months.zip(pairs).map(|(month, (bought, sold))| {
            let (Some(bought), Some(sold)) = (*bought, *sold) else { return Ok(None) };
            let sold = match shorter {
                None => Ok(sold),
                Some((years, series)) => match series.get(month) {
                    Some(value) => self.rolled(sold, (years, value), MONTH),
                    None => return Ok(None),
                },
            };
            let made = sold.and_then(|sold| self.total_return(bought, sold, MONTH));
            made.map(Some).map_err(|e| in_month(e, month))
        });
        let returns = returns.collect::<Result<Vec<_>, _>>()?;
        let delay = shorter.map_or(0, |(_, series)| series.delay()).max(yields.delay());
        Ok(MonthlySeries::new(yields.first().offset(1), returns)?.published_after(delay))
    }

    /// Total-return levels at month ends: 100 in the first month that has a yield, then [`ParBond::returns`] chained.
    ///
    /// A level is not carried over a gap: after the first month without a return there are no levels, because nothing says what
    /// the bond earned meanwhile. Of a series with a gap, make levels of each stretch.
    ///
    /// # Errors
    ///
    /// As [`ParBond::returns`]; [`MarketError::Bond`] naming the month when a loss leaves nothing.
    pub fn levels(
        self,
        yields: &MonthlySeries,
        shorter: Option<(u16, &MonthlySeries)>,
    ) -> Result<MonthlySeries, MarketError> {
        let returns = self.returns(yields, shorter)?;
        let start = yields.values().iter().position(Option::is_some);
        let mut levels = vec![None; yields.values().len()];
        let mut level = 100.0;
        for (row, place) in levels.iter_mut().enumerate().skip(start.unwrap_or(usize::MAX)) {
            if Some(row) != start {
                let Some(earned) = row.checked_sub(1).and_then(|k| *returns.values().get(k)?) else { break };
                level *= 1.0 + earned;
                if !(level.is_finite() && level > 0.0) {
                    let month = yields.first().offset(i32::try_from(row).unwrap_or(i32::MAX));
                    return Err(in_month(refuse("the level", level, "a positive finite number"), month));
                }
            }
            *place = Some(level);
        }
        Ok(MonthlySeries::new(yields.first(), levels)?.published_after(returns.delay()))
    }

    /// What 1 a year, paid with the coupons until maturity, is worth at a yield: also the modified duration of the par bond.
    fn annuity(self, at: f64) -> f64 {
        let (f, years) = (f64::from(self.coupons), f64::from(self.years));
        // So near 0 a quotient has no digits left, and the limit is exact.
        if at.abs() < f64::MIN_POSITIVE / f64::EPSILON {
            return years;
        }
        -(-f * years * (at / f).ln_1p()).exp_m1() / at
    }

    /// The second derivative of the par bond's price at its own yield: `2·Σ k/f²·(1 + y/f)^(−k−1)`.
    fn convexity(self, at: f64) -> f64 {
        let f = f64::from(self.coupons);
        let discount = 1.0 / (1.0 + at / f);
        let (mut factor, mut sum) = (discount, 0.0);
        for k in 1..=u32::from(self.years) * u32::from(self.coupons) {
            factor *= discount;
            sum += f64::from(k) * factor;
        }
        2.0 * sum / (f * f)
    }

    fn check(self, what: &str, value: f64) -> Result<(), MarketError> {
        let above = value.is_finite() && value > -f64::from(self.coupons);
        if above {
            Ok(())
        } else {
            Err(refuse(what, value, "a finite fraction above minus the coupons a year"))
        }
    }

    fn held(self, held: f64) -> Result<f64, MarketError> {
        let within = held > 0.0 && held * f64::from(self.coupons) <= 1.0;
        if within {
            Ok(held)
        } else {
            Err(refuse("the period in years", held, "above 0 and at most from coupon to coupon"))
        }
    }

    fn shorter_by(self, years: u16) -> Result<u16, MarketError> {
        let by = self.years.checked_sub(years).filter(|by| *by > 0 && years > 0);
        by.ok_or_else(|| {
            refuse("the shorter maturity in years", f64::from(years), "above 0 and below the bond's own")
        })
    }
}

fn finite(value: f64) -> Result<f64, MarketError> {
    if value.is_finite() { Ok(value) } else { Err(refuse("the return", value, "a finite number")) }
}

fn refuse(what: &str, value: f64, rule: &'static str) -> MarketError {
    MarketError::Bond { what: what.to_owned(), value, rule }
}

fn in_month(error: MarketError, month: Month) -> MarketError {
    match error {
        MarketError::Bond { what, value, rule } => {
            MarketError::Bond { what: format!("{what}, {month}"), value, rule }
        }
        other => other,
    }
}
