//! All lists of addresses that are at hand, those that the program carries and those that were fetched since, and whether an
//! address stands in one. Lists that were fetched are files in the data directory, one a list and day, so that an older one
//! stays when a newer one comes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use ipnet::IpNet;

use super::feeds::{FEEDS, Feed};
use super::published::Published;
use super::table::Bot;

/// The directory of fetched lists within the data directory.
const DIRECTORY: &str = "bots";

/// The lists at hand.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    by_feed: BTreeMap<&'static str, Vec<List>>,
    /// Files that are no lists, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// One list as it was published on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The day.
    pub day: NaiveDate,
    /// Its ranges, which do not overlap, in order.
    pub ranges: Vec<IpNet>,
    /// The program carries it; it was not fetched.
    pub is_carried: bool,
}

/// What the lists of a bot say of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// It is in a list; the newest one that has it is of this day.
    On(NaiveDate),
    /// It is in none of them; the newest one is of this day.
    Nowhere(NaiveDate),
    /// There is no list of this bot.
    Unknown,
}

impl Lists {
    /// Those that the program carries.
    pub fn carried() -> Self {
        let mut lists = Self::default();
        for feed in FEEDS {
            for (day, text) in feed.carried {
                if let (Ok(day), Ok(published)) = (day.parse(), Published::read(text.as_bytes())) {
                    lists.add(feed, List { day, ranges: published.ranges, is_carried: true });
                }
            }
        }
        lists
    }

    /// Those, and the ones that were fetched into this data directory.
    pub fn load(data: &Path) -> Self {
        let mut lists = Self::carried();
        let Ok(files) = fs::read_dir(data.join(DIRECTORY)) else { return lists };
        let mut paths: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
        paths.sort();
        for path in paths {
            let Some((feed, day)) = named(&path) else { continue };
            match fs::read(&path)
                .map_err(|error| error.to_string())
                .and_then(|bytes| Published::read(&bytes).map_err(|error| error.to_string()))
            {
                Ok(published) => lists.add(feed, List { day, ranges: published.ranges, is_carried: false }),
                Err(why) => lists.unreadable.push((path, why)),
            }
        }
        lists
    }

    fn add(&mut self, feed: &'static Feed, list: List) {
        let of_feed = self.by_feed.entry(feed.name).or_default();
        of_feed.push(list);
        of_feed.sort_by_key(|list| (list.day, list.is_carried));
    }

    /// The lists of this name, the oldest first.
    pub fn of(&self, feed: &str) -> &[List] {
        self.by_feed.get(feed).map_or(&[], Vec::as_slice)
    }

    /// The day of the newest list of this bot.
    pub fn newest(&self, bot: &Bot) -> Option<NaiveDate> {
        bot.lists.iter().flat_map(|name| self.of(name)).map(|list| list.day).max()
    }

    /// The day of the oldest list of this bot.
    pub fn oldest(&self, bot: &Bot) -> Option<NaiveDate> {
        bot.lists.iter().flat_map(|name| self.of(name)).map(|list| list.day).min()
    }

    /// What the lists of this bot say of the address.
    pub fn look_up(&self, bot: &Bot, address: IpAddr) -> Listed {
        let address = address.to_canonical();
        let all = || bot.lists.iter().flat_map(|name| self.of(name));
        let on = all().filter(|list| list.holds(address)).map(|list| list.day).max();
        on.map(Listed::On).or_else(|| self.newest(bot).map(Listed::Nowhere)).unwrap_or(Listed::Unknown)
    }
}

impl List {
    fn holds(&self, address: IpAddr) -> bool {
        // The ranges do not overlap: the last one that begins at or before the address is the only one that can have it.
        let behind = self.ranges.partition_point(|range| range.network() <= address);
        behind.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|range| range.contains(&address))
    }
}

/// Keeps a fetched list in the data directory; an older one of another day stays.
pub(super) fn keep(data: &Path, feed: &Feed, day: NaiveDate, ranges: &[IpNet]) -> io::Result<PathBuf> {
    let directory = data.join(DIRECTORY);
    fs::create_dir_all(&directory)?;
    let path = directory.join(format!("{}_{day}.txt", feed.name));
    let place = feed.url.unwrap_or_default();
    let head = format!("# Published at {place} on {day}. Neighbouring ranges are joined.\n");
    let text = ranges.iter().fold(head, |text, range| text + &range.to_string() + "\n");
    let file = tempfile::NamedTempFile::new_in(&directory)?;
    fs::write(file.path(), text)?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(path)
}

/// The list and the day that a file is named by.
fn named(path: &Path) -> Option<(&'static Feed, NaiveDate)> {
    let (name, day) = path.file_name()?.to_str()?.strip_suffix(".txt")?.rsplit_once('_')?;
    Some((FEEDS.iter().find(|feed| feed.name == name)?, day.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::Bots;
    use super::*;

    fn look_up(lists: &Lists, agent: &str, address: &str) -> Listed {
        lists.look_up(Bots::get().of_agent(agent.as_bytes()).unwrap(), address.parse().unwrap())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_of_any_dated_list_counts_and_the_newest_that_has_it_is_named() {
        let lists = Lists::carried();
        for (address, listed) in [
            ("66.249.73.135", Listed::On(day("2026-06-09"))),
            ("::ffff:66.249.73.135", Listed::On(day("2026-06-09"))),
            ("2001:4860:4801:10::1", Listed::On(day("2026-06-09"))),
            ("66.249.96.1", Listed::Nowhere(day("2026-06-09"))),
            ("177.37.188.215", Listed::Nowhere(day("2026-06-09"))),
            ("0.0.0.0", Listed::Nowhere(day("2026-06-09"))),
            ("255.255.255.255", Listed::Nowhere(day("2026-06-09"))),
        ] {
            assert_eq!(look_up(&lists, "Googlebot/2.1", address), listed, "{address}");
        }
        assert_eq!(look_up(&lists, "YandexBot/3.0", "5.255.231.1"), Listed::Unknown);
    }

    #[test]
    fn a_list_that_was_fetched_stands_beside_the_older_ones() {
        let data = tempfile::tempdir().unwrap();
        let feed = FEEDS.iter().find(|feed| feed.name == "googlebot").unwrap();
        keep(data.path(), feed, day("2026-11-20"), &["192.0.2.0/24".parse().unwrap()]).unwrap();
        fs::write(data.path().join(DIRECTORY).join("googlebot_2026-11-21.txt"), "an error page").unwrap();
        fs::write(data.path().join(DIRECTORY).join("notes.txt"), "mine").unwrap();
        let lists = Lists::load(data.path());
        assert_eq!(look_up(&lists, "Googlebot", "192.0.2.7"), Listed::On(day("2026-11-20")));
        assert_eq!(look_up(&lists, "Googlebot", "66.249.73.135"), Listed::On(day("2026-06-09")));
        assert_eq!(lists.unreadable.len(), 1, "{:?}", lists.unreadable);
    }
}
