/// `SplitMix64` of Steele, Lea and Flood (2014): 64 bits a step, and as many independent streams as there are draws.
///
/// Written out, not taken from a crate: the same seed must give the same bytes in every later version.
#[derive(Debug, Clone)]
pub(crate) struct SplitMix(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl SplitMix {
    /// The stream of one draw. It depends on nothing but seed and number, so draws can be made in any order.
    pub(crate) fn of_draw(seed: u64, draw: u64) -> Self {
        let mut start = Self(seed.wrapping_add(draw.wrapping_mul(GOLDEN)));
        Self(start.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, every one as likely to 2⁻⁶⁴ · n.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.next()) * n as u128;
        #[expect(clippy::cast_possible_truncation, reason = "below n")]
        let number = (wide >> 64) as usize;
        number
    }

    /// A number from 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
