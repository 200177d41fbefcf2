//! The hits of bots, gathered from all lines of all files: who came, for which URL, and what it got. Nothing is judged here;
//! that needs the order of time, which lines of several files do not have.
//!
//! Threads share the tables of URLs and clients, because they meet the same ones; each has its own records.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::bots::{BOTS, Bot, Bots};
use super::hit::{Client, Hit, Scheme};
use super::record::{Kind, NO_TIME, NO_URL, Record, Seen, key, place};
use super::runs::{Merged, Runs};
use super::urls::Urls;
use crate::diagnosis::cause::Cause;
use crate::diagnosis::gateway::Gateway;
use crate::domain::page_url::Origin;

/// The site that is named where a log names none. The name is reserved, so that no real site has it (RFC 2606).
pub const NO_SITE: &str = "http://site.invalid";

/// Whoever named a bot from one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Who {
    /// Its place in the table of bots.
    bot: usize,
    /// From where it came.
    pub client: Client,
}

/// Where hits belong.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The site of lines that name none.
    pub site: Option<Origin>,
    /// Leave out what is of another site.
    pub only: bool,
}

/// What all threads gather.
#[derive(Debug, Default)]
pub struct Gathering {
    place: Place,
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    urls: Urls,
    whos: Vec<Who>,
    who_places: FxHashMap<Who, u32>,
}

/// What one thread gathers.
#[derive(Debug)]
pub struct Gatherer<'a> {
    all: &'a Gathering,
    runs: Runs,
    text: String,
    elsewhere: u64,
}

/// What was gathered.
#[derive(Debug)]
pub struct Gathered {
    /// The URLs.
    pub urls: Arc<Urls>,
    /// Whoever came.
    pub whos: Vec<Who>,
    /// The hits, in the order of their instants.
    pub records: Merged,
    /// Hits of bots that were left out, because they are of another site.
    pub elsewhere: u64,
}

impl Who {
    /// Which bot it named.
    pub fn bot(&self) -> &'static Bot {
        BOTS.get(self.bot).unwrap_or(&BOTS[0])
    }
}

impl Gathering {
    /// Hits that belong there.
    pub fn new(place: Place) -> Self {
        Self { place, tables: Mutex::default() }
    }

    /// What one thread gathers.
    pub fn gatherer(&self) -> Gatherer<'_> {
        Gatherer { all: self, runs: Runs::default(), text: String::new(), elsewhere: 0 }
    }

    /// What all of them gathered: their runs, and how many hits each left out.
    ///
    /// # Errors
    ///
    /// When a temporary file could not be written or read.
    pub fn gathered(self, threads: Vec<(Runs, u64)>) -> io::Result<Gathered> {
        let tables = self.tables.into_inner().unwrap_or_else(PoisonError::into_inner);
        let elsewhere = threads.iter().map(|(_, elsewhere)| elsewhere).sum();
        let records = Runs::merge(threads.into_iter().map(|(runs, _)| runs).collect())?;
        Ok(Gathered { urls: Arc::new(tables.urls), whos: tables.whos, records, elsewhere })
    }
}

impl Gatherer<'_> {
    /// Takes in a line of this file, if a bot wrote it.
    pub fn take(&mut self, source: usize, hit: &Hit<'_>) {
        let Some(bot) = Bots::get().place_of_agent(hit.agent.as_bytes()) else { return };
        let Some(has_url) = self.write_url(hit) else {
            self.elsewhere += 1;
            return;
        };
        let who = Who { bot, client: hit.client };
        let (url, who) = {
            let mut tables = self.all.tables.lock().unwrap_or_else(PoisonError::into_inner);
            let url = if has_url { tables.urls.place(&self.text) } else { None };
            (url.unwrap_or(NO_URL), tables.who(who))
        };
        let elapsed = hit.elapsed.and_then(|took| u32::try_from(took.as_millis()).ok());
        self.runs.push(Record {
            at: hit.at.timestamp_millis(),
            key: key(hit),
            source: u16::try_from(source).unwrap_or(u16::MAX),
            seen: Seen::of(hit),
            url,
            who,
            elapsed: elapsed.unwrap_or(NO_TIME),
            gateway: place(Gateway::ALL, hit.facts.gateway),
            cause: place(Cause::ALL, hit.facts.cause),
            kind: kind(hit),
        });
    }

    /// What the thread gathered, for [`Gathering::gathered`].
    pub fn finish(self) -> (Runs, u64) {
        (self.runs, self.elsewhere)
    }

    /// Writes the address that was asked for; says whether there was one. `None`: it is of another site.
    fn write_url(&mut self, hit: &Hit<'_>) -> Option<bool> {
        let Place { site, only } = &self.all.place;
        self.text.clear();
        match (&hit.host, site) {
            (None, Some(site)) => self.text.push_str(site.as_str()),
            (None, None) => self.text.push_str(NO_SITE),
            (Some(host), site) => {
                let is_this = site.as_ref().is_some_and(|site| is_of(site, host, hit.scheme));
                match site {
                    Some(site) if is_this => self.text.push_str(site.as_str()),
                    Some(_) if *only => return None,
                    _ => self.write_origin(host, hit.scheme),
                }
            }
        }
        self.text.push_str(&hit.target);
        Some(hit.target.starts_with('/'))
    }

    /// Where a log names a host and no scheme, it is taken to be https, as most sites are.
    fn write_origin(&mut self, host: &str, scheme: Option<Scheme>) {
        let is_plain = scheme == Some(Scheme::Http) || (scheme.is_none() && host.ends_with(":80"));
        self.text.push_str(if is_plain { "http://" } else { "https://" });
        self.text.push_str(host);
    }
}

impl Tables {
    fn who(&mut self, who: Who) -> u32 {
        *self.who_places.entry(who).or_insert_with(|| {
            self.whos.push(who);
            u32::try_from(self.whos.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

/// Whether a line's host is that of the site, and its scheme too where the line says it. A line without a port may be of any.
fn is_of(site: &Origin, host: &str, scheme: Option<Scheme>) -> bool {
    let Some((site_scheme, site_host)) = site.as_str().split_once("://") else { return false };
    let agrees = scheme.is_none_or(|scheme| scheme.word() == site_scheme);
    let usual = if site_scheme == "https" { ":443" } else { ":80" };
    let bare = host.strip_suffix(usual).unwrap_or(host);
    let site_name = site_host.rsplit_once(':').map_or(site_host, |(name, _)| name);
    agrees
        && (bare.eq_ignore_ascii_case(site_host)
            || (!bare.contains(':') && bare.eq_ignore_ascii_case(site_name)))
}

fn kind(hit: &Hit<'_>) -> Kind {
    match (&*hit.method, &hit.request_id) {
        ("GET" | "HEAD", Some(_)) => Kind::NamedFetch,
        ("GET" | "HEAD", None) => Kind::Fetch,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_of_a_site_by_its_host_and_where_it_says_it_by_its_scheme() {
        let site = "https://shop.example/".parse_origin();
        for (host, scheme, is) in [
            ("shop.example", None, true),
            ("SHOP.example", Some(Scheme::Https), true),
            ("shop.example:443", None, true),
            ("shop.example", Some(Scheme::Http), false),
            ("shop.example:80", None, false),
            ("blog.example", None, false),
        ] {
            assert_eq!(is_of(&site, host, scheme), is, "{host} {scheme:?}");
        }
        let with_port = "http://127.0.0.1:8080/".parse_origin();
        assert!(is_of(&with_port, "127.0.0.1:8080", None));
        assert!(is_of(&with_port, "127.0.0.1", None), "a log may leave the port out");
        assert!(!is_of(&with_port, "127.0.0.1:9090", None));
    }

    trait ParseOrigin {
        fn parse_origin(&self) -> Origin;
    }

    impl ParseOrigin for str {
        fn parse_origin(&self) -> Origin {
            crate::domain::page_url::PageUrl::parse(self).unwrap().origin()
        }
    }
}
