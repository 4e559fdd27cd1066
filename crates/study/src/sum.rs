use serde::{Deserialize, Serialize};

use crate::StudyError;

/// Bits of a limb.
const WIDTH: u32 = 32;

/// The exponent of the lowest bit that a double can have: 2⁻¹⁰⁷⁴ is bit 0.
const LOWEST: i32 = -1074;

/// Limbs for every bit of a double, and for the carries of 2⁶³ of them.
const LIMBS: usize = 68;

/// So many numbers may be added before carries must be moved on.
const ROOM: u32 = 1 << 30;

/// An exact sum of doubles: adding and merging are associative and commutative, to the last bit.
///
/// The sum is kept as one long integer, in units of the smallest double, so no order of additions can change it. Rounding happens
/// once, when the value is asked for.
///
/// ```
/// use allweather_study::ExactSum;
/// let mut sum = ExactSum::default();
/// for x in [1e16, 1.0, -1e16] {
///     sum.add(x)?;
/// }
/// assert_eq!(sum.value(), 1.0); // plain addition answers 0
/// # Ok::<(), allweather_study::StudyError>(())
/// ```
///
/// # Source
///
/// The long accumulator of Kulisch (1971); Neal, *Fast Exact Summation Using Small and Large Superaccumulators*, 2015.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct ExactSum {
    /// Digits in base 2³², lowest first, each with a sign and room for carries.
    limbs: [i64; LIMBS],
    /// How many numbers were added since carries were moved on.
    pending: u32,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self { limbs: [0; LIMBS], pending: 0 }
    }
}

impl ExactSum {
    /// Adds a number.
    ///
    /// # Errors
    ///
    /// [`StudyError::NotFinite`] when it is not finite.
    pub fn add(&mut self, x: f64) -> Result<(), StudyError> {
        if !x.is_finite() {
            return Err(StudyError::NotFinite { value: x });
        }
        let bits = x.to_bits();
        let exponent = u32::try_from(bits >> 52 & 0x7FF).unwrap_or(0);
        let fraction = bits & ((1 << 52) - 1);
        // The lowest bit of the mantissa; a subnormal number has no leading one.
        let (mantissa, place) =
            if exponent == 0 { (fraction, 0) } else { (fraction | 1 << 52, exponent - 1) };
        let mut shifted = u128::from(mantissa) << (place % WIDTH);
        for limb in self.limbs.iter_mut().skip((place / WIDTH) as usize).take(3) {
            let digit = i64::from(low_digit(shifted));
            *limb += if x < 0.0 { -digit } else { digit };
            shifted >>= WIDTH;
        }
        self.pending += 1;
        if self.pending == ROOM {
            self.carry();
        }
        Ok(())
    }

    /// Adds a product as it is, not as a double would round it: exact wherever its last bit is one of a double, 2⁻¹⁰⁷⁴ or above.
    ///
    /// Returns `None`, and adds nothing, when the product is beyond a double.
    pub(crate) fn add_product(&mut self, x: f64, y: f64) -> Option<()> {
        let high = x * y;
        // What rounding took from the product is a double itself (Dekker 1971).
        self.add(high).ok()?;
        self.add(x.mul_add(y, -high)).ok()
    }

    /// The digits of the sum, each at its place and with the sign: they add up to it exactly.
    pub(crate) fn digits(&self) -> impl Iterator<Item = f64> {
        let Wire { negative, lowest, digits } = self.clone().into();
        digits.into_iter().zip(lowest..).map(move |(digit, place)| {
            let size = scaled(f64::from(digit), place);
            if negative { -size } else { size }
        })
    }

    /// Adds what another sum holds.
    pub fn merge(&mut self, other: &Self) {
        self.carry();
        let mut other = other.clone();
        other.carry();
        for (limb, other) in self.limbs.iter_mut().zip(other.limbs) {
            *limb += other;
        }
        self.pending = 2;
    }

    /// The sum, rounded once to the nearest double; infinite when no double is large enough.
    #[must_use]
    pub fn value(&self) -> f64 {
        let Wire { negative, lowest, digits } = self.clone().into();
        let Some(top) = digits.len().checked_sub(1) else { return 0.0 };
        // The four highest digits, and whether anything is below them: more than enough to round a double.
        let taken = digits.iter().rev().take(4);
        let (head, count) =
            taken.fold((0_u128, 0), |(head, count), digit| (head << WIDTH | u128::from(*digit), count + 1));
        let below = digits.iter().rev().skip(4).any(|digit| *digit != 0);
        let head = (head | u128::from(below)) as f64;
        let size = scaled(head, lowest + top + 1 - count);
        if negative { -size } else { size }
    }

    /// Moves carries on: every digit is 0 to 2³² − 1 afterwards, but for the highest, which has the sign.
    fn carry(&mut self) {
        let mut carry = 0;
        for limb in self.limbs.iter_mut().take(LIMBS - 1) {
            let sum = *limb + carry;
            carry = sum >> WIDTH;
            *limb = sum & 0xFFFF_FFFF;
        }
        if let Some(top) = self.limbs.last_mut() {
            *top += carry;
        }
        self.pending = 0;
    }
}

/// A number at a place of the digits.
fn scaled(x: f64, place: usize) -> f64 {
    let exponent = i32::try_from(place).unwrap_or(i32::MAX) * WIDTH.cast_signed() + LOWEST;
    // In two steps: a power alone may be below what a double holds.
    let half = exponent / 2;
    x * 2_f64.powi(half) * 2_f64.powi(exponent - half)
}

fn low_digit(x: u128) -> u32 {
    u32::try_from(x & 0xFFFF_FFFF).unwrap_or(0)
}

impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        Wire::from(self.clone()) == Wire::from(other.clone())
    }
}

/// The sum as it is written: sign and size, with no leading or trailing noughts, so that equal sums are written alike.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    negative: bool,
    /// The place of the first digit, in digits above 2⁻¹⁰⁷⁴.
    lowest: usize,
    /// In base 2³², lowest first.
    digits: Vec<u32>,
}

impl From<ExactSum> for Wire {
    fn from(mut sum: ExactSum) -> Self {
        sum.carry();
        let negative = sum.limbs.last().is_some_and(|top| *top < 0);
        if negative {
            sum.limbs.iter_mut().for_each(|limb| *limb = -*limb);
            sum.carry();
        }
        let lowest = sum.limbs.iter().position(|limb| *limb != 0).unwrap_or(0);
        let end = sum.limbs.iter().rposition(|limb| *limb != 0).map_or(lowest, |last| last + 1);
        let digits = sum.limbs.get(lowest..end).unwrap_or_default();
        Self {
            negative,
            lowest,
            digits: digits.iter().map(|limb| u32::try_from(*limb).unwrap_or(u32::MAX)).collect(),
        }
    }
}

impl TryFrom<Wire> for ExactSum {
    type Error = StudyError;

    fn try_from(Wire { negative, lowest, digits }: Wire) -> Result<Self, StudyError> {
        let mut sum = Self::default();
        let end = lowest.checked_add(digits.len()).filter(|end| *end <= LIMBS);
        let edges = digits.first().is_none_or(|d| *d != 0) && digits.last().is_none_or(|d| *d != 0);
        let nought = !digits.is_empty() || (lowest == 0 && !negative);
        let places = end.and_then(|end| sum.limbs.get_mut(lowest..end)).filter(|_| edges && nought);
        let places = places.ok_or(StudyError::Digits { lowest, digits: digits.len() })?;
        for (limb, digit) in places.iter_mut().zip(digits) {
            *limb = if negative { -i64::from(digit) } else { i64::from(digit) };
        }
        sum.carry();
        Ok(sum)
    }
}
