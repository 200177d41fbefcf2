//! What a reader must know to trust the numbers of a log: whose word was taken, what could not be checked and how it could
//! be, and what was left out. One sentence or two a matter, none where all is well.

use chrono::NaiveDate;

use crate::accesslog::bots::lists::Lists;
use crate::accesslog::bots::{Bot, Bots, Verification};
use crate::accesslog::gather::NO_SITE;
use crate::accesslog::identify::Silent;
use crate::accesslog::tally::Tally;
use crate::report::wording::{count, plural};

/// Lists that are so many days away from the log may lack addresses that a bot had then.
const OLD: i64 = 180;

/// What is to be said of these hits.
pub fn notes(tally: &Tally, lists: &Lists) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(trusted(tally));
    notes.extend(unverified(tally));
    notes.extend(silent(tally));
    notes.extend(old_lists(tally, lists));
    notes.extend(left_out(tally));
    notes
}

fn hits(tally: &Tally, verification: Verification) -> u64 {
    let of = tally.bots.iter().filter(|((_, is), _)| *is == verification);
    of.map(|(_, count)| count.hits()).sum()
}

fn trusted(tally: &Tally) -> Option<String> {
    if !tally.rules().trust {
        return None;
    }
    let (claimed, spoofed) = (hits(tally, Verification::Claimed), hits(tally, Verification::Spoofed));
    Some(format!(
        "The user agent was trusted: outages rest on what clients say they are. {} could not be verified, and {} from \
         addresses that no list of the bot has.",
        plural(claimed, "hit", "hits"),
        if spoofed == 1 { "1 came".to_owned() } else { format!("{} came", count(spoofed)) },
    ))
}

fn unverified(tally: &Tally) -> Option<String> {
    let is_real = tally.bots.keys().any(|(_, verification)| verification.is_real());
    if is_real || tally.bots.is_empty() || tally.rules().trust {
        return None;
    }
    Some(
        "No hit could be verified, so no outage is told. Ask DNS with --dns, get newer lists by `gatecrawl bots update`, or take \
         the clients' word with --trust-user-agent."
            .to_owned(),
    )
}

fn silent(tally: &Tally) -> Vec<String> {
    if tally.anonymised {
        return vec![
            "Every IPv4 address of a bot ends in 0: the log was made anonymous, so no address can verify a bot; all are claims."
                .to_owned(),
        ];
    }
    let of = |silent| tally.silent.get(&silent).copied().filter(|hits| *hits > 0);
    let hidden = of(Silent::Hidden).map(|hits| {
        format!("{} without a client's address: these are claims.", plural(hits, "hit came", "hits came"))
    });
    let internal = of(Silent::Internal).map(|hits| {
        format!(
            "{} from an internal address, which is a proxy's and not the bot's: these are claims. If the log has the client's \
             address elsewhere, name the place, such as --client-from xff:1.",
            plural(hits, "hit came", "hits came")
        )
    });
    hidden.into_iter().chain(internal).collect()
}

fn old_lists(tally: &Tally, lists: &Lists) -> Vec<String> {
    let Some((first, last)) = tally.span else { return Vec::new() };
    let spoofed = tally.bots.keys().filter(|(_, verification)| *verification == Verification::Spoofed);
    let spoofed: Vec<_> = spoofed.filter_map(|(name, _)| Bots::named(name)).collect();
    let named = |of: &dyn Fn(&Bot) -> Option<NaiveDate>| {
        let one = |bot: &&'static Bot| of(bot).map(|day| format!("{} ({day})", bot.name));
        spoofed.iter().filter_map(one).collect::<Vec<_>>().join(", ")
    };
    let is_far = |from: NaiveDate, to: NaiveDate| (to - from).num_days() > OLD;
    let older = named(&|bot| lists.newest(bot).filter(|day| is_far(*day, last.date_naive())));
    let younger = named(&|bot| lists.oldest(bot).filter(|day| is_far(first.date_naive(), *day)));
    let mut notes = Vec::new();
    if !older.is_empty() {
        notes.push(format!(
            "The log is much younger than the lists of {older}: some of what is called spoofed may be real. \
             `gatecrawl bots update` gets newer lists."
        ));
    }
    if !younger.is_empty() {
        notes.push(format!(
            "The log is much older than the first lists that are known of {younger}: some of what is called spoofed may have \
             been real then."
        ));
    }
    notes
}

fn left_out(tally: &Tally) -> Vec<String> {
    let mut notes = Vec::new();
    if tally.repeated > 0 {
        let lines = plural(tally.repeated, "line was", "lines were");
        notes.push(format!("{lines} of a request that another line tells, too; each was counted once."));
    }
    if tally.elsewhere > 0 {
        notes.push(format!(
            "{} for other sites, and left out.",
            plural(tally.elsewhere, "hit was", "hits were")
        ));
    }
    if tally.stale > 0 {
        let hits = plural(tally.stale, "hit says", "hits say");
        notes.push(format!(
            "{hits} another thing of a URL than one of the same instant before; the first one counts."
        ));
    }
    let is_nameless = tally.sites.iter().any(|site| site.origin.as_str() == NO_SITE);
    if is_nameless {
        notes.push("The log does not name the site: say it with --site https://www.example.com.".to_owned());
    }
    notes
}
