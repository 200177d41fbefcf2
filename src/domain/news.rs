//! What of an outage's life is news, to be told at once and once: that it crossed a line, that it is over, that it came
//! back. What nobody has to get up for, a brief outage, is no news; the summary has it.
//!
//! News follows from what was told before and from the judgement of now, not from the judgement before: so a line that
//! was crossed while nobody ran is told at the next look, and a judgement that is made twice tells nothing twice.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::robots_ladder::Phase;
use super::span::Span;
use super::verdict::{Judgement, State, Verdict};

/// Something to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum News {
    /// An outage has come to a verdict that costs.
    Crossed(Verdict),
    /// An outage that costs is over.
    Recovered,
    /// One that was told to be over fails again.
    FailsAgain,
    /// The robots.txt of a site has come to a step of its ladder, for Google.
    Robots(Phase),
    /// It can be had again.
    RobotsRecovered,
}

/// A word that names no news.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no news")]
pub struct NoNews(String);

/// The words that are stored, and in which others are told of it by JSON.
const WORDS: [(News, &str); 11] = [
    (News::Crossed(Verdict::Prolonged), "prolonged"),
    (News::Crossed(Verdict::Intermittent), "intermittent"),
    (News::Crossed(Verdict::Persistent), "persistent"),
    (News::Recovered, "recovered"),
    (News::FailsAgain, "fails_again"),
    (News::Robots(Phase::Stopped), "robots_stopped"),
    (News::Robots(Phase::StoppedAsDown), "robots_stopped_as_down"),
    (News::Robots(Phase::LastGoodCopy), "robots_last_good_copy"),
    (News::Robots(Phase::NoRestrictions), "robots_no_restrictions"),
    (News::Robots(Phase::NoRobotsTxt), "robots_as_if_none"),
    (News::RobotsRecovered, "robots_recovered"),
];

/// A robots.txt that fails is told after so long. Our model: a deploy that takes it away for two minutes costs a search
/// engine's crawl nothing that it would notice, and its first step begins at once.
pub const ROBOTS_TOLD_AFTER: Span = Span::minutes(5);

/// What is to be told of an outage that was told so far, in this order, and is judged like this now.
pub fn of_outage(told: &[News], now: &Judgement) -> Option<News> {
    let is_costly = now.verdict.is_costly();
    let is_told_over = told.last() == Some(&News::Recovered);
    match now.state {
        State::Ongoing if is_told_over => is_costly.then_some(News::FailsAgain),
        State::Ongoing => {
            let worst = told.iter().filter_map(|news| news.verdict()).max();
            let is_worse = worst.is_none_or(|worst| now.verdict > worst);
            (is_costly && is_worse).then_some(News::Crossed(now.verdict))
        }
        State::Recovering | State::Resolved if is_told_over => None,
        // One that was over before its line was seen to be crossed has cost what it cost.
        State::Recovering => (is_costly || !told.is_empty()).then_some(News::Recovered),
        State::Resolved => (!told.is_empty()).then_some(News::Recovered),
    }
}

impl News {
    /// The verdict that it tells of.
    pub fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Crossed(verdict) => Some(verdict),
            Self::Recovered | Self::FailsAgain | Self::Robots(_) | Self::RobotsRecovered => None,
        }
    }

    /// It is good news.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Recovered | Self::RobotsRecovered)
    }

    /// The word that is stored, and in which programs are told.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(news, _)| *news == self).map_or("robots", |(_, word)| word)
    }
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for News {
    type Err = NoNews;

    fn from_str(word: &str) -> Result<Self, NoNews> {
        let found = WORDS.iter().find(|(_, w)| *w == word).map(|(news, _)| *news);
        found.ok_or_else(|| NoNews(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Certainty;

    const PROLONGED: News = News::Crossed(Verdict::Prolonged);
    const PERSISTENT: News = News::Crossed(Verdict::Persistent);

    fn judged(verdict: Verdict, state: State) -> Judgement {
        Judgement { verdict, certainty: Certainty::Certain, state }
    }

    fn told(so_far: &[News], verdict: Verdict, state: State) -> Option<News> {
        of_outage(so_far, &judged(verdict, state))
    }

    #[test]
    fn each_line_is_told_once_as_it_is_crossed() {
        assert_eq!(told(&[], Verdict::Prolonged, State::Ongoing), Some(PROLONGED));
        assert_eq!(told(&[PROLONGED], Verdict::Prolonged, State::Ongoing), None);
        assert_eq!(told(&[PROLONGED], Verdict::Persistent, State::Ongoing), Some(PERSISTENT));
        assert_eq!(told(&[PROLONGED, PERSISTENT], Verdict::Persistent, State::Ongoing), None);
        assert_eq!(
            told(&[PERSISTENT], Verdict::Prolonged, State::Ongoing),
            None,
            "no line is crossed backwards"
        );
    }

    #[test]
    fn what_is_brief_is_no_news_however_it_ends() {
        for verdict in [Verdict::Transient, Verdict::Brief] {
            for state in [State::Ongoing, State::Recovering, State::Resolved] {
                assert_eq!(told(&[], verdict, state), None);
            }
        }
    }

    #[test]
    fn the_end_is_told_once_and_a_line_that_nobody_saw_crossed_with_it() {
        assert_eq!(told(&[PROLONGED], Verdict::Prolonged, State::Recovering), Some(News::Recovered));
        assert_eq!(told(&[PROLONGED, News::Recovered], Verdict::Prolonged, State::Resolved), None);
        assert_eq!(told(&[], Verdict::Persistent, State::Recovering), Some(News::Recovered));
        assert_eq!(told(&[], Verdict::Persistent, State::Resolved), None, "long ago, and nobody was told");
    }

    #[test]
    fn one_that_comes_back_is_told_and_so_is_its_second_end() {
        let so_far = [PERSISTENT, News::Recovered];
        assert_eq!(told(&so_far, Verdict::Persistent, State::Ongoing), Some(News::FailsAgain));
        let again = [PERSISTENT, News::Recovered, News::FailsAgain];
        assert_eq!(told(&again, Verdict::Persistent, State::Ongoing), None);
        assert_eq!(told(&again, Verdict::Persistent, State::Recovering), Some(News::Recovered));
    }

    #[test]
    fn every_kind_of_news_has_a_word_of_its_own() {
        for (news, word) in WORDS {
            assert_eq!((news.word(), word.parse()), (word, Ok(news)));
        }
        assert!("boredom".parse::<News>().is_err());
    }
}
