//! The one sentence about all sites: the worst of what goes on, or that nothing does, and what else there is to know.

use super::headline::{Facts, Headline};
use super::{number, plural};

/// All sites, counted.
#[derive(Debug, Clone, Default)]
pub struct Overview<'a> {
    /// How many sites there are.
    pub sites: u64,
    /// Sites that have not been crawled yet.
    pub unseen: u64,
    /// Sites with an outage that goes on and costs crawl rate or index.
    pub costly: u64,
    /// Sites with an outage that goes on and is still brief.
    pub failing: u64,
    /// Sites of which Google crawls nothing, because their robots.txt fails.
    pub stopped: u64,
    /// Sites whose last costly outage is over, but not yet behind them.
    pub recovering: u64,
    /// Brief outages in the last 7 days, and on how many sites.
    pub brief: u64,
    /// The sites that they were on.
    pub brief_sites: u64,
    /// The worst outage that goes on, with its site named.
    pub worst: Option<Facts<'a>>,
    /// The place that fails again and again, told with its site; it is the headline when nothing goes on.
    pub habit: Option<Headline>,
    /// Whole days since anything failed anywhere; `None`: nothing ever did.
    pub quiet_days: Option<i64>,
}

impl Overview<'_> {
    /// What is wrong, or that nothing is.
    pub fn headline(&self) -> Headline {
        if let Some(worst) = &self.worst {
            return worst.headline();
        }
        if let Some(habit) = &self.habit {
            return habit.clone();
        }
        let (subject, rest) = match self.sites - self.unseen.min(self.sites) {
            _ if self.sites == 0 => ("No site is watched yet.".to_owned(), String::new()),
            0 if self.sites == 1 => {
                ("Your site is being looked at".to_owned(), " for the first time.".to_owned())
            }
            0 => (
                format!("{} sites are being looked at", number(self.sites)),
                " for the first time.".to_owned(),
            ),
            1 if self.sites == 1 => {
                ("All is well.".to_owned(), " Your site answers as it should.".to_owned())
            }
            seen if seen == self.sites => {
                ("All is well.".to_owned(), format!(" {} sites answer as they should.", number(seen)))
            }
            seen => {
                let (sites, answer) =
                    if seen == 1 { ("site", "answers as it") } else { ("sites", "answer as they") };
                (format!("{} {sites}", number(seen)), format!(" {answer} should."))
            }
        };
        Headline { subject, rest }
    }

    /// The rest of what there is to know, in a line or two; may be empty.
    pub fn lede(&self) -> String {
        let lines = [
            needing(self.costly),
            stopped(self.stopped),
            self.failing_now(),
            recovering(self.recovering),
            self.forgiven(),
            self.quiet(),
            self.waiting(),
        ];
        lines.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn failing_now(&self) -> Option<String> {
        let verb = if self.failing == 1 { "fails" } else { "fail" };
        (self.failing > 0).then(|| {
            format!("{} {verb} right now, and may still be forgiven.", sites(self.failing, self.costly > 0))
        })
    }

    fn forgiven(&self) -> Option<String> {
        let outages = if self.brief == 1 { "brief outage" } else { "brief outages" };
        let on = if self.brief_sites > 1 {
            format!(" on {} sites", number(self.brief_sites).to_lowercase())
        } else {
            String::new()
        };
        let cost = if self.brief == 1 { "costs" } else { "cost" };
        (self.brief > 0)
            .then(|| format!("{} {outages} this week{on} {cost} nothing that lasts.", number(self.brief)))
    }

    fn quiet(&self) -> Option<String> {
        if self.worst.is_some() || self.habit.is_some() || self.sites == self.unseen || self.brief > 0 {
            return None;
        }
        Some(match self.quiet_days {
            None => "Nothing has failed since you began to watch.".to_owned(),
            Some(days @ 0..=1) => {
                format!("The last failure was {}.", if days == 0 { "today" } else { "yesterday" })
            }
            Some(days) => {
                format!("Nothing has failed for {} days.", number(days.unsigned_abs()).to_lowercase())
            }
        })
    }

    fn waiting(&self) -> Option<String> {
        (self.unseen > 0 && self.unseen < self.sites)
            .then(|| format!("{} not been crawled yet.", plural_have(self.unseen)))
    }
}

fn needing(costly: u64) -> Option<String> {
    let verb = if costly == 1 { "needs" } else { "need" };
    (costly > 0).then(|| format!("{} {verb} you.", sites(costly, false)))
}

fn stopped(n: u64) -> Option<String> {
    let fails = if n == 1 { "its robots.txt fails" } else { "their robots.txt fails" };
    let sites = sites(n, false).to_lowercase();
    (n > 0).then(|| format!("Google crawls nothing of {sites} while {fails}."))
}

fn recovering(n: u64) -> Option<String> {
    let verb = if n == 1 { "is" } else { "are" };
    (n > 0).then(|| format!("{} {verb} recovering: crawl rate and index return late.", sites(n, false)))
}

/// "One site", or "One more" after others have been named.
fn sites(n: u64, more: bool) -> String {
    match (n, more) {
        (_, true) => format!("{} more", number(n)),
        (1, false) => "One site".to_owned(),
        (_, false) => format!("{} sites", number(n)),
    }
}

fn plural_have(n: u64) -> String {
    if n <= 12 {
        format!("{} {}", sites(n, false), if n == 1 { "has" } else { "have" })
    } else {
        format!("{} have", plural(n, "site", "sites"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(overview: &Overview<'_>) -> String {
        format!("{} | {}", overview.headline(), overview.lede())
    }

    #[test]
    fn with_nothing_wrong_the_sentence_is_a_pleasure() {
        let one = Overview { sites: 1, ..Overview::default() };
        assert_eq!(
            told(&one),
            "All is well. Your site answers as it should. | Nothing has failed since you began to watch."
        );
        let four = Overview { sites: 4, quiet_days: Some(41), ..Overview::default() };
        assert_eq!(
            told(&four),
            "All is well. Four sites answer as they should. | Nothing has failed for 41 days."
        );
        let brief =
            Overview { sites: 200, brief: 5, brief_sites: 2, quiet_days: Some(2), ..Overview::default() };
        assert_eq!(
            told(&brief),
            "All is well. 200 sites answer as they should. | Five brief outages this week on two sites cost nothing that lasts."
        );
    }

    #[test]
    fn before_the_first_crawl_nothing_is_called_well() {
        assert_eq!(Overview::default().headline().to_string(), "No site is watched yet.");
        let one = Overview { sites: 1, unseen: 1, ..Overview::default() };
        assert_eq!(told(&one), "Your site is being looked at for the first time. | ");
        let some = Overview { sites: 3, unseen: 1, quiet_days: Some(0), ..Overview::default() };
        assert_eq!(
            told(&some),
            "Two sites answer as they should. | The last failure was today. One site has not been crawled yet."
        );
    }

    #[test]
    fn a_site_that_is_not_crawled_at_all_is_told_and_not_called_forgivable() {
        let lede = |stopped, failing| {
            Overview { sites: 9, stopped, failing, brief: 1, ..Overview::default() }.lede()
        };
        assert!(lede(1, 0).starts_with("Google crawls nothing of one site while its robots.txt fails."));
        assert!(lede(2, 1).contains("of two sites while their robots.txt fails. One site fails right now"));
    }

    #[test]
    fn what_needs_a_person_comes_first() {
        let lede = Overview {
            sites: 9,
            costly: 1,
            failing: 2,
            recovering: 1,
            brief: 1,
            brief_sites: 1,
            ..Overview::default()
        }
        .lede();
        assert_eq!(
            lede,
            "One site needs you. Two more fail right now, and may still be forgiven. One site is recovering: crawl rate and index return late. One brief outage this week costs nothing that lasts. Nothing has failed since you began to watch."
                .replace(" Nothing has failed since you began to watch.", "")
        );
    }
}
