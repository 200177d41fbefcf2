//! One request that several servers logged, counted once: a load balancer, the cache behind it and the application each
//! write a line of it.
//!
//! Lines of different files are one request when client, second, method, target, agent and status agree, or when they carry
//! one request id. Two equal lines of one file are two requests. Of lines that contradict each other the worse one counts: the
//! application says 200 after a minute, when its gateway has given up and said 504. That is the decision to question; where
//! a cache served an old copy in place of an error, it is wrong.

use std::collections::VecDeque;
use std::io;

use rustc_hash::FxHashMap;

use super::record::{Kind, NO_TIME, NOTHING, Record, Seen};

/// How far apart the lines of one request may be, in milliseconds: the servers log it when it ends for them, and most
/// gateways give up after a minute.
const WITHIN: i64 = 120_000;

/// Records, each request once.
#[derive(Debug)]
pub struct Hops<I> {
    records: I,
    /// What came, and is not taken in yet.
    next: Option<Record>,
    waiting: VecDeque<Waiting>,
    /// How many left the queue: the number of its first.
    gone: u64,
    by_key: FxHashMap<u64, Vec<u64>>,
    /// How many lines were another line's request.
    pub repeated: u64,
}

/// A request whose other lines may follow.
#[derive(Debug)]
struct Waiting {
    record: Record,
    key: u64,
    sources: Vec<u16>,
}

impl<I: Iterator<Item = io::Result<Record>>> Hops<I> {
    /// Each request of these records, which come in the order of their instants, once.
    pub fn new(records: I) -> Self {
        Self {
            records,
            next: None,
            waiting: VecDeque::new(),
            gone: 0,
            by_key: FxHashMap::default(),
            repeated: 0,
        }
    }

    fn take(&mut self, record: Record) {
        let key = match record.kind {
            Kind::NamedFetch => record.key,
            // The same in another second is another request.
            Kind::Fetch | Kind::Other => record.key ^ (record.at.div_euclid(1000).cast_unsigned() << 20),
        };
        if let Some(same) = self.same(key, &record) {
            same.record.join(&record);
            same.sources.push(record.source);
            self.repeated += 1;
            return;
        }
        self.by_key.entry(key).or_default().push(self.gone + self.waiting.len() as u64);
        self.waiting.push_back(Waiting { record, key, sources: vec![record.source] });
    }

    /// The request that this is another line of.
    fn same(&mut self, key: u64, record: &Record) -> Option<&mut Waiting> {
        let is_named = record.kind == Kind::NamedFetch;
        let (gone, waiting) = (self.gone, &mut self.waiting);
        let place = |number: &u64| usize::try_from(number - gone).ok();
        let number = self.by_key.get(&key)?.iter().filter_map(place).find(|at| {
            waiting.get(*at).is_some_and(|one| is_named || !one.sources.contains(&record.source))
        })?;
        waiting.get_mut(number)
    }

    /// The first, if nothing more can be said of it.
    fn ripe(&mut self, now: Option<i64>) -> Option<Record> {
        let first = self.waiting.front()?;
        if now.is_some_and(|now| now - first.record.at <= WITHIN) {
            return None;
        }
        let first = self.waiting.pop_front()?;
        if let Some(numbers) = self.by_key.get_mut(&first.key) {
            numbers.retain(|number| *number != self.gone);
            if numbers.is_empty() {
                self.by_key.remove(&first.key);
            }
        }
        self.gone += 1;
        Some(first.record)
    }
}

impl<I: Iterator<Item = io::Result<Record>>> Iterator for Hops<I> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = match self.next.take().map(Ok).or_else(|| self.records.next()) {
                Some(Ok(record)) => record,
                Some(Err(error)) => return Some(Err(error)),
                None => return self.ripe(None).map(Ok),
            };
            if let Some(ripe) = self.ripe(Some(record.at)) {
                self.next = Some(record);
                return Some(Ok(ripe));
            }
            self.take(record);
        }
    }
}

impl Record {
    /// Takes in what another server's line says of the same request.
    fn join(&mut self, other: &Self) {
        if rank(other.seen) > rank(self.seen) {
            self.seen = other.seen;
        }
        if other.elapsed != NO_TIME && (self.elapsed == NO_TIME || self.elapsed < other.elapsed) {
            self.elapsed = other.elapsed;
        }
        if self.gateway == NOTHING {
            self.gateway = other.gateway;
        }
        if self.cause == NOTHING {
            self.cause = other.cause;
        }
    }
}

/// Which of two outcomes of one request counts.
fn rank(seen: Seen) -> u8 {
    match seen {
        Seen::Unknown => 0,
        Seen::Outcome(outcome) if outcome.is_failing() => 2,
        Seen::Outcome(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::Outcome;

    fn record(at: i64, key: u64, source: u16, status: u16, kind: Kind) -> Record {
        let seen = Seen::Outcome(Outcome::of_status(status));
        Record {
            at,
            key,
            source,
            seen,
            url: 1,
            who: 2,
            elapsed: NO_TIME,
            gateway: NOTHING,
            cause: NOTHING,
            kind,
        }
    }

    fn once(records: &[Record]) -> (Vec<(i64, Seen)>, u64) {
        let mut hops = Hops::new(records.iter().copied().map(Ok));
        let all =
            hops.by_ref().map(|record| record.unwrap()).map(|record| (record.at, record.seen)).collect();
        (all, hops.repeated)
    }

    #[test]
    fn a_request_that_three_servers_logged_in_one_second_is_one_and_two_of_one_server_are_two() {
        let seen = Seen::Outcome(Outcome::Status(200));
        let one = |at, source| record(at, 7, source, 200, Kind::Fetch);
        let (all, repeated) = once(&[one(1000, 0), one(1000, 1), one(1400, 2), one(2000, 1), one(2000, 1)]);
        assert_eq!(all, [(1000, seen), (2000, seen), (2000, seen)]);
        assert_eq!(repeated, 2);
    }

    #[test]
    fn a_request_with_an_id_is_one_within_two_minutes_and_the_worse_line_counts() {
        let one = |at, source, status| record(at, 7, source, status, Kind::NamedFetch);
        let (all, _) = once(&[one(0, 0, 200), one(60_000, 1, 504), one(400_000, 0, 200)]);
        let outcome = |status| Seen::Outcome(Outcome::Status(status));
        assert_eq!(all, [(0, outcome(504)), (400_000, outcome(200))]);
    }

    #[test]
    fn nothing_is_lost_however_many_there_are() {
        let many: Vec<Record> =
            (0..10_000).map(|at| record(at * 100, at.cast_unsigned() % 5, 0, 200, Kind::Fetch)).collect();
        assert_eq!(once(&many).0.len(), 10_000);
    }
}
