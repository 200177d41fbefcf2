//! A spell: a maximal run of observations of one URL by one observer with the same outcome. The history of a URL is its
//! spells; a healthy URL costs one row however often it is fetched.
//!
//! A 304 belongs to the 200 before it: it says that what was sent then still stands. Otherwise each change of a page
//! would cost rows.
//!
//! Observations of one URL are folded in the order of their instants. One that is older than the newest spell, and says
//! something else, cannot be placed any more (a spell keeps no instants between its ends) and is [`Folded::Stale`].

use chrono::{DateTime, Utc};

use super::observation::Observation;
use super::outcome::Outcome;

/// A run of observations with one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// The outcome that they share.
    pub outcome: Outcome,
    /// The answer of the first one.
    pub first_seen: DateTime<Utc>,
    /// The question of the last one, or the answer of the first if it is the only one; see [`super::observation`].
    pub last_seen: DateTime<Utc>,
    /// How many there were.
    pub fetches: u64,
}

/// What an observation did to the newest spell of its URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folded {
    /// The same outcome again: this is the newest spell as it is now.
    Extended(Spell),
    /// Another outcome, or the first one: this is the new newest spell.
    Opened(Spell),
    /// Older than what is known, and different: it changes nothing.
    Stale,
}

impl Spell {
    /// Folds one observation into the newest spell of its URL.
    pub fn fold(newest: Option<&Self>, seen: &Observation) -> Folded {
        match newest {
            Some(spell) if spell.goes_on_with(seen.outcome) && seen.at >= spell.first_seen => {
                Folded::Extended(Self {
                    last_seen: spell.last_seen.max(seen.asked_at),
                    fetches: spell.fetches + 1,
                    ..*spell
                })
            }
            Some(spell) if seen.at <= spell.last_seen => Folded::Stale,
            Some(_) | None => Folded::Opened(Self {
                outcome: seen.outcome,
                first_seen: seen.at,
                last_seen: seen.at,
                fetches: 1,
            }),
        }
    }

    fn goes_on_with(&self, seen: Outcome) -> bool {
        self.outcome == seen || (self.outcome, seen) == (Outcome::Status(200), Outcome::Status(304))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn seen(minute: i64, status: u16) -> Observation {
        Observation::instant(DateTime::UNIX_EPOCH + TimeDelta::minutes(minute), Outcome::of_status(status))
    }

    /// Folds a sequence onto the spells that are known already.
    fn fold_onto(mut spells: Vec<Spell>, sequence: &[Observation]) -> Vec<Spell> {
        for observation in sequence {
            match Spell::fold(spells.last(), observation) {
                Folded::Extended(spell) => *spells.last_mut().unwrap() = spell,
                Folded::Opened(spell) => spells.push(spell),
                Folded::Stale => {}
            }
        }
        spells
    }

    #[test]
    fn a_healthy_url_costs_one_spell_however_often_it_is_fetched() {
        let spells = fold_onto(vec![], &(0..1000).map(|m| seen(m, 200)).collect::<Vec<_>>());
        assert_eq!(spells.len(), 1);
        assert_eq!(spells[0].fetches, 1000);
        assert_eq!(spells[0].last_seen, seen(999, 200).at);
    }

    #[test]
    fn a_page_that_is_asked_for_changes_costs_one_spell_whether_it_has_changed_or_not() {
        let spells =
            fold_onto(vec![], &[seen(0, 200), seen(1, 304), seen(2, 304), seen(3, 200), seen(4, 304)]);
        assert_eq!(
            spells.iter().map(|spell| (spell.outcome, spell.fetches)).collect::<Vec<_>>(),
            [(Outcome::Status(200), 5)]
        );
        assert_eq!(
            fold_onto(vec![], &[seen(0, 304), seen(1, 200)]).len(),
            2,
            "a 304 stands for no 200 to come"
        );
    }

    #[test]
    fn another_outcome_opens_another_spell_even_if_both_fail() {
        let spells = fold_onto(vec![], &[seen(0, 502), seen(1, 504), seen(2, 504), seen(3, 502)]);
        assert_eq!(spells.iter().map(|s| s.fetches).collect::<Vec<_>>(), [1, 2, 1]);
    }

    #[test]
    fn an_observation_from_the_past_that_contradicts_is_stale() {
        let spells = fold_onto(vec![], &[seen(0, 200), seen(5, 200)]);
        assert_eq!(Spell::fold(spells.last(), &seen(3, 502)), Folded::Stale);
        assert_eq!(Spell::fold(spells.last(), &seen(5, 502)), Folded::Stale);
    }

    #[test]
    fn a_slow_failing_answer_is_not_counted_as_time_that_it_lasted() {
        let first = seen(0, 504);
        let slow = Observation { asked_at: seen(10, 504).at, ..seen(11, 504) };
        let spells = fold_onto(vec![], &[first, slow]);
        assert_eq!(spells[0].last_seen, slow.asked_at);
    }

    proptest! {
        #[test]
        fn folding_any_split_of_a_sequence_gives_the_same_spells(
            statuses in prop::collection::vec(prop::sample::select(vec![200u16, 304, 404, 502, 504]), 0..60),
            cut in 0usize..60,
        ) {
            let sequence: Vec<_> = (0..).zip(&statuses).map(|(minute, status)| seen(minute, *status)).collect();
            let cut = cut.min(sequence.len());
            let whole = fold_onto(vec![], &sequence);
            let parts = fold_onto(fold_onto(vec![], &sequence[..cut]), &sequence[cut..]);
            prop_assert_eq!(&whole, &parts);
            prop_assert_eq!(whole.iter().map(|s| s.fetches).sum::<u64>(), sequence.len() as u64);
            prop_assert!(whole.windows(2).all(|w| w[0].outcome != w[1].outcome && w[0].last_seen < w[1].first_seen));
        }
    }
}
