//! How many different things were seen, in 128 bytes: a `HyperLogLog` sketch (Flajolet et al., 2007), off by a tenth. Rules
//! that ask for ten or twenty times as much do not need more.

/// One register for each seven bits of a digest.
const REGISTERS: usize = 128;

/// Counts different digests.
#[derive(Debug, Clone)]
pub(super) struct Distinct {
    registers: [u8; REGISTERS],
}

impl Default for Distinct {
    fn default() -> Self {
        Self { registers: [0; REGISTERS] }
    }
}

impl Distinct {
    pub(super) fn add(&mut self, digest: u64) {
        let register = usize::try_from(digest % REGISTERS as u64).unwrap_or_default();
        let rank = u8::try_from((digest / REGISTERS as u64).trailing_zeros()).unwrap_or(u8::MAX) + 1;
        self.registers[register] = self.registers[register].max(rank);
    }

    pub(super) fn count(&self) -> f64 {
        let m = 128.0_f64;
        let sum: f64 = self.registers.iter().map(|rank| 0.5_f64.powi(i32::from(*rank))).sum();
        let raw = (0.7213 / (1.0 + 1.079 / m)) * m * m / sum;
        let empty: f64 = self.registers.iter().map(|rank| if *rank == 0 { 1.0 } else { 0.0 }).sum();
        if raw <= 2.5 * m && empty > 0.0 {
            // Few were seen: the empty registers tell better.
            m * (m / empty).ln()
        } else {
            raw
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::digest;
    use super::*;

    #[test]
    fn it_is_off_by_a_third_at_most_whatever_the_number() {
        for number in [1_u32, 10, 100, 1000, 100_000] {
            let mut distinct = Distinct::default();
            for n in 0..number * 3 {
                distinct.add(digest(n % number));
            }
            let share = distinct.count() / f64::from(number);
            assert!((0.67..1.5).contains(&share), "{} of {number}", distinct.count());
        }
    }
}
