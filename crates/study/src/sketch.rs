use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::StudyError;

/// How many bits of the fraction a bucket is named by: buckets are 2⁻¹⁰ of their value wide at the most.
const FRACTION_BITS: u32 = 10;

/// Quantiles of many numbers, in buckets whose width is a thousandth of their value: the memory depends on the range of the numbers,
/// not on how many there are.
///
/// A bucket is named by the sign, the exponent and the first ten bits of the fraction of a double, so nothing is rounded when a number
/// is put into it: merging is associative and commutative, and every machine fills the same buckets. A quantile is the middle of its
/// bucket, within half a thousandth of its value, and never outside of what was seen.
///
/// ```
/// use allweather_study::Sketch;
/// let mut sketch = Sketch::default();
/// for i in 1..=1000 {
///     sketch.add(f64::from(i))?;
/// }
/// assert!(sketch.quantile(0.5).is_some_and(|median| (median - 500.0).abs() < 0.5));
/// assert_eq!(sketch.quantile(1.0), Some(1000.0));
/// # Ok::<(), allweather_study::StudyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Sketch {
    buckets: BTreeMap<i64, u64>,
    count: u64,
    /// The smallest and the largest number.
    range: Option<(f64, f64)>,
}

impl Sketch {
    /// Puts a number into its bucket.
    ///
    /// # Errors
    ///
    /// [`StudyError::NotFinite`] when it is not finite.
    pub fn add(&mut self, x: f64) -> Result<(), StudyError> {
        if !x.is_finite() {
            return Err(StudyError::NotFinite { value: x });
        }
        let held = self.buckets.entry(bucket(x)).or_default();
        *held = held.saturating_add(1);
        self.count = self.count.saturating_add(1);
        self.widen((x, x));
        Ok(())
    }

    /// Adds what another sketch holds.
    pub fn merge(&mut self, other: &Self) {
        // Saturating: only a file can say that there are so many.
        for (bucket, count) in &other.buckets {
            let held = self.buckets.entry(*bucket).or_default();
            *held = held.saturating_add(*count);
        }
        self.count = self.count.saturating_add(other.count);
        if let Some(range) = other.range {
            self.widen(range);
        }
    }

    /// How many numbers it has.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The smallest number, exactly.
    #[must_use]
    pub fn smallest(&self) -> Option<f64> {
        self.range.map(|range| range.0)
    }

    /// The largest number, exactly.
    #[must_use]
    pub fn largest(&self) -> Option<f64> {
        self.range.map(|range| range.1)
    }

    /// The quantile of a probability: the smallest number that at least this share of all numbers does not exceed (type 1 of Hyndman and
    /// Fan), to within half a thousandth. `None` without numbers, and when `p` is not in 0..=1.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let (smallest, largest) = self.range.filter(|_| (0.0..=1.0).contains(&p))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the count")]
        let rank = ((p * self.count as f64).ceil() as u64).clamp(1, self.count);
        if rank == 1 {
            return Some(smallest);
        }
        if rank == self.count {
            return Some(largest);
        }
        let mut seen = 0;
        let found = self.buckets.iter().find(|(_, count)| {
            seen = count.saturating_add(seen);
            seen >= rank
        });
        found.map(|(bucket, _)| middle(*bucket).clamp(smallest, largest))
    }

    fn widen(&mut self, (low, high): (f64, f64)) {
        // Nought has two signs that are equal: whichever comes first would stay.
        let (low, high) = (low + 0.0, high + 0.0);
        self.range = Some(self.range.map_or((low, high), |(a, b)| (a.min(low), b.max(high))));
    }
}

/// Buckets in the order of their numbers: the negative ones below 0, the others from 0 on.
fn bucket(x: f64) -> i64 {
    let size = (x.abs().to_bits() >> (52 - FRACTION_BITS)).cast_signed();
    if x < 0.0 { -1 - size } else { size }
}

fn middle(bucket: i64) -> f64 {
    let negative = bucket < 0;
    let size = if negative { -1 - bucket } else { bucket };
    if size == 0 {
        // Nought, and what is too small for the field: the nearest is nought.
        return 0.0;
    }
    let half = 1_u64 << (51 - FRACTION_BITS);
    let size = f64::from_bits((size.cast_unsigned() << (52 - FRACTION_BITS)) | half);
    if negative { -size } else { size }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    range: Option<(f64, f64)>,
    buckets: Vec<(i64, u64)>,
}

impl From<Sketch> for Wire {
    fn from(sketch: Sketch) -> Self {
        Self { range: sketch.range, buckets: sketch.buckets.into_iter().collect() }
    }
}

impl TryFrom<Wire> for Sketch {
    type Error = StudyError;

    fn try_from(Wire { range, buckets: wired }: Wire) -> Result<Self, StudyError> {
        let broken = |rule| StudyError::Sketch { rule };
        let mut sketch = Self::default();
        for (bucket, count) in wired {
            if sketch.buckets.last_key_value().is_some_and(|(last, _)| *last >= bucket) {
                return Err(broken("its buckets increase"));
            }
            sketch.count = sketch
                .count
                .checked_add(count)
                .filter(|_| count > 0)
                .ok_or(broken("its counts are above 0 and add up"))?;
            sketch.buckets.insert(bucket, count);
        }
        let ends = sketch.buckets.first_key_value().zip(sketch.buckets.last_key_value());
        let ends = ends.map(|((first, _), (last, _))| (*first, *last));
        let fits = match (range, ends) {
            (Some((low, high)), Some(ends)) => {
                low.is_finite() && high.is_finite() && (bucket(low), bucket(high)) == ends && low <= high
            }
            (None, None) => true,
            _ => false,
        };
        if !fits {
            return Err(broken("its range is that of its buckets"));
        }
        sketch.range = range;
        Ok(sketch)
    }
}
