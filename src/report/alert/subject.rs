//! The subject of an alert: what happened, to how much, where.

use super::{Alert, Line};
use crate::domain::news::News;
use crate::domain::robots_ladder::Phase;
use crate::domain::verdict::Verdict;
use crate::report::wording::plural;

impl Alert {
    /// `Gatecrawl: 134 URLs persistently 502 on shop.example; and 2 more`.
    pub fn subject(&self) -> String {
        format!("Gatecrawl: {}", self.headline())
    }

    /// The same without our name.
    pub fn headline(&self) -> String {
        let again = if self.is_reminder { "still " } else { "" };
        let Some(first) = self.lines.first() else { return "nothing is news".to_owned() };
        let rest = self.lines.len() - 1;
        let more = if rest == 0 { String::new() } else { format!("; and {rest} more") };
        format!("{again}{}{more}", first.headline())
    }
}

impl Line {
    /// `134 URLs persistently 502 on shop.example`.
    fn headline(&self) -> String {
        let (urls, answer, host) = (plural(self.urls, "URL", "URLs"), &self.answer, &self.host);
        match self.news {
            News::Crossed(Verdict::Persistent) => format!("{urls} persistently {answer} on {host}"),
            News::Crossed(Verdict::Intermittent) => format!("{urls} {answer} again and again on {host}"),
            News::Crossed(_) => format!("{urls} {answer} on {host}, the index is next"),
            News::Recovered => format!("{urls} recovered on {host}"),
            News::FailsAgain => {
                let fail = if self.urls == 1 { "fails" } else { "fail" };
                format!("{urls} {fail} again on {host}")
            }
            News::Robots(Phase::Stopped | Phase::StoppedAsDown | Phase::CompleteDisallow) => {
                format!("robots.txt of {host} fails, Google stops all crawling")
            }
            News::Robots(_) => format!("robots.txt of {host} fails still, next step of its ladder"),
            News::RobotsRecovered => format!("robots.txt of {host} is well again"),
        }
    }

    /// How bad it is: what costs most is told first, good news last.
    pub(super) fn rank(&self) -> u8 {
        match self.news {
            News::Robots(Phase::Stopped | Phase::StoppedAsDown | Phase::CompleteDisallow) => 0,
            News::Crossed(Verdict::Persistent) => 1,
            News::FailsAgain => 2,
            News::Crossed(Verdict::Prolonged) => 3,
            News::Crossed(_) => 4,
            News::Robots(_) => 5,
            News::Recovered => 6,
            News::RobotsRecovered => 7,
        }
    }
}
