/// Numbers that look random, from a seed: for parts of a test that must say the same when asked again.
///
/// ```
/// use allweather_testkit::Noise;
/// let (mut one, mut other) = (Noise::new(7), Noise::new(7));
/// assert_eq!(one.whole(), other.whole());
/// assert!((0.0..1.0).contains(&one.unit()));
/// ```
///
/// # Source
///
/// `SplitMix64`: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
#[derive(Debug, Clone)]
pub struct Noise(u64);

impl Noise {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, any whole one.
    pub fn whole(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next number, in 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.whole() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The next number, evenly between two others.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}
