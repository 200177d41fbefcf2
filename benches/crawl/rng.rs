//! Random numbers that never change: Sebastiano Vigna's `SplitMix64` (public domain).

/// A generator; the same seed gives the same numbers for ever.
pub struct Rng(u64);

impl Rng {
    /// A generator of its own for each seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Self(seed.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which must be small against 2^32.
    pub fn below(&mut self, end: usize) -> usize {
        ((self.next() >> 32).wrapping_mul(end as u64) >> 32) as usize
    }

    /// Near enough to the standard normal distribution: twelve uniform numbers, summed.
    pub fn normal(&mut self) -> f64 {
        let sum: u64 = (0..12).map(|_| self.next() >> 40).sum();
        sum as f64 / f64::from(1 << 24) - 6.0
    }
}
