//! robots.txt: which paths a crawler may ask for, how slowly, and where the sitemaps are.
//!
//! It is read once for us and once for Googlebot, because a URL that Googlebot may not fetch has no weight for the index.
//! The reading is our own: of the crates at hand the best kept one (`robotxt`) answers 131 of the 145 cases of Google's
//! own test suite, and the port of Google's parser (`robotstxt`, 143) reads the file anew for each URL and is not kept up.

mod lines;
mod rules;

use std::time::Duration;

use self::lines::{Key, lines};
use self::rules::{Reading, Rules};

/// Google reads so much of a robots.txt, 500 KiB, and ignores the rest; RFC 9309 (2.5) demands at least as much.
/// Source: <https://developers.google.com/crawling/docs/robots-txt/robots-txt-spec>.
pub const MOST_BYTES: usize = 500 * 1024;

/// The token by which robots.txt files address us.
const OWN: &str = "gatecrawl";

/// The token by which they address the crawler that fills Google's index.
const GOOGLE: &str = "Googlebot";

/// The path that no robots.txt can forbid. Source: RFC 9309, 2.2.2.
const ROBOTS_PATH: &str = "/robots.txt";

/// The rules of a robots.txt.
#[derive(Debug, Clone)]
pub struct Robots {
    own: Rules,
    google: Rules,
    sitemaps: Vec<String>,
}

impl Robots {
    /// Reads the bytes of a robots.txt; whatever they are, there is a result. What lies beyond [`MOST_BYTES`] is ignored,
    /// and so is a line that lies across: cut short, `Allow: /x` would allow everything.
    pub fn parse(bytes: &[u8]) -> Self {
        let bytes = up_to_the_limit(bytes);
        let sitemaps = lines(bytes).filter(|line| line.key == Key::Sitemap && !line.value.is_empty());
        Self {
            own: Rules::read(lines(bytes), OWN, Reading::Rfc9309),
            google: Rules::read(lines(bytes), GOOGLE, Reading::Google),
            sitemaps: sitemaps.map(|line| String::from_utf8_lossy(line.value).into_owned()).collect(),
        }
    }

    /// The rules of a host without a robots.txt.
    pub fn allow_all() -> Self {
        Self::parse(b"")
    }

    /// Whether this agent, `gatecrawl` or `Googlebot`, may ask for this path and query.
    pub fn allows(&self, agent: &str, path_and_query: &str) -> bool {
        path_and_query == ROBOTS_PATH || self.of(agent).allow(path_and_query)
    }

    /// How long this agent is asked to wait between two requests. Google ignores the line; others obey it.
    pub fn crawl_delay(&self, agent: &str) -> Option<Duration> {
        self.of(agent).delay()
    }

    /// The addresses of the sitemaps that it names, as they are written, in their order.
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    fn of(&self, agent: &str) -> &Rules {
        if agent.eq_ignore_ascii_case(GOOGLE) { &self.google } else { &self.own }
    }
}

fn up_to_the_limit(bytes: &[u8]) -> &[u8] {
    // The byte behind the limit tells whether the last line is whole.
    let Some(window) = bytes.get(..=MOST_BYTES) else { return bytes };
    let end = window.iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
    &bytes[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests;
