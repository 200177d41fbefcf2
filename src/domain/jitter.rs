//! Spreads what would otherwise happen at one instant. It is no source of chance: the same seed gives the same factor, so
//! that what is planned twice is planned alike.

/// A factor from 0.75 to 1.25, evenly spread over all seeds.
///
/// The bits of the seed are mixed by the finaliser of `SplitMix64` (Steele, Lea and Flood, 2014).
pub fn jitter(seed: u64) -> f64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let top = u32::try_from((bits ^ (bits >> 31)) >> 32).unwrap_or_default();
    0.75 + 0.5 * f64::from(top) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_evenly_spread_around_one() {
        let factors: Vec<f64> = (0..10_000).map(jitter).collect();
        assert!(factors.iter().all(|factor| (0.75..=1.25).contains(factor)));
        let mean = factors.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        let low = factors.iter().filter(|factor| **factor < 0.85).count();
        assert!((1800..2200).contains(&low), "{low} of 10,000 in the lowest fifth");
    }
}
