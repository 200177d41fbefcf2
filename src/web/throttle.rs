//! Makes those wait who guess passwords: after a few failures for one name from one address, each further try has to
//! wait, longer every time.
//!
//! It is kept in memory: a restart forgets it, which helps nobody who has to guess ten characters. Behind a proxy that is not
//! trusted all share one address, and the name alone tells them apart; behind one that is, each has their own. So nobody can
//! lock out a name from everywhere else.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// So many failures are free.
const FREE: u32 = 5;
/// The first wait; it doubles with each failure.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// And goes no higher than this.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// Failures are forgotten after so long without one.
const FORGET_AFTER: TimeDelta = TimeDelta::hours(1);
/// So many names and addresses are kept in mind; beyond it, the forgettable are dropped, and else all.
const MOST: usize = 10_000;

/// Counts failed logins.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<Guesser, Failures>>);

type Guesser = (String, Option<IpAddr>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: DateTime<Utc>,
}

impl Throttle {
    /// How long this guesser has to wait before the next try; `None`: not at all.
    pub(crate) fn wait(&self, name: &str, from: Option<IpAddr>, now: DateTime<Utc>) -> Option<TimeDelta> {
        let failures = self.lock().get(&(name.to_owned(), from)).copied()?;
        let left = failures.last + failures.wait() - now;
        (left > TimeDelta::zero()).then_some(left)
    }

    /// Notes a failure.
    pub(crate) fn failed(&self, name: &str, from: Option<IpAddr>, now: DateTime<Utc>) {
        let mut all = self.lock();
        if all.len() >= MOST {
            all.retain(|_, failures| now - failures.last < FORGET_AFTER);
        }
        if all.len() >= MOST {
            all.clear();
        }
        let entry = all.entry((name.to_owned(), from)).or_insert(Failures { count: 0, last: now });
        let is_old = now - entry.last >= FORGET_AFTER;
        *entry = Failures { count: if is_old { 1 } else { entry.count.saturating_add(1) }, last: now };
    }

    /// Forgets the failures of one who got in.
    pub(crate) fn passed(&self, name: &str, from: Option<IpAddr>) {
        self.lock().remove(&(name.to_owned(), from));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Guesser, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failures {
    fn wait(self) -> TimeDelta {
        match self.count.checked_sub(FREE) {
            None => TimeDelta::zero(),
            Some(beyond) => FIRST_WAIT
                .checked_mul(1_i32.checked_shl(beyond.min(10)).unwrap_or(i32::MAX))
                .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn after(failures: u32) -> Throttle {
        let throttle = Throttle::default();
        for _ in 0..failures {
            throttle.failed("nadia", HERE, at(0));
        }
        throttle
    }

    #[test]
    fn four_typing_errors_cost_nothing_and_the_fifth_costs_half_a_minute() {
        assert_eq!(after(4).wait("nadia", HERE, at(0)), None);
        let throttle = after(5);
        assert_eq!(throttle.wait("nadia", HERE, at(0)), Some(TimeDelta::seconds(30)));
        assert_eq!(throttle.wait("nadia", HERE, at(29)), Some(TimeDelta::seconds(1)));
        assert_eq!(throttle.wait("nadia", HERE, at(30)), None);
    }

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        assert_eq!(after(6).wait("nadia", HERE, at(0)), Some(TimeDelta::minutes(1)));
        assert_eq!(after(500).wait("nadia", HERE, at(0)), Some(LONGEST_WAIT));
    }

    #[test]
    fn another_name_and_another_address_are_not_touched() {
        let throttle = after(9);
        assert_eq!(throttle.wait("omar", HERE, at(0)), None);
        assert_eq!(throttle.wait("nadia", None, at(0)), None);
    }

    #[test]
    fn success_and_time_forget() {
        let throttle = after(9);
        throttle.passed("nadia", HERE);
        assert_eq!(throttle.wait("nadia", HERE, at(0)), None);
        let throttle = after(9);
        throttle.failed("nadia", HERE, at(3600));
        assert_eq!(throttle.wait("nadia", HERE, at(3600)), None);
    }

    #[test]
    fn a_flood_of_names_does_not_fill_the_memory() {
        let throttle = Throttle::default();
        for n in 0..MOST + 10 {
            throttle.failed(&n.to_string(), None, at(0));
        }
        assert!(throttle.lock().len() <= MOST);
    }
}
