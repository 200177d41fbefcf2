//! robots.txt: which paths a crawler may ask for, how slowly, and where the sitemaps are.
//!
//! The rules are read by the `robotxt` crate (RFC 9309, 500 KiB limit), once for us and once for Googlebot, because a
//! URL that Googlebot may not fetch has no weight for the index.

use std::time::Duration;

/// The agents whose rules are kept.
const AGENTS: [&str; 2] = ["gatecrawl", "Googlebot"];

/// The path that no robots.txt can forbid. Source: RFC 9309, 2.2.2.
const ROBOTS_PATH: &str = "/robots.txt";

/// The rules of a robots.txt.
#[derive(Debug, Clone)]
pub struct Robots {
    rules: [robotxt::Robots; 2],
    sitemaps: Vec<String>,
}

impl Robots {
    /// Reads the bytes of a robots.txt; whatever they are, there is a result.
    pub fn parse(bytes: &[u8]) -> Self {
        let rules = AGENTS.map(|agent| robotxt::Robots::parse(bytes, agent));
        let sitemaps = rules[0].sitemaps().iter().map(ToString::to_string).collect();
        Self { rules, sitemaps }
    }

    /// The rules of a host without a robots.txt.
    pub fn allow_all() -> Self {
        Self::parse(b"")
    }

    /// Whether this agent, `gatecrawl` or `Googlebot`, may ask for this path and query.
    pub fn allows(&self, agent: &str, path_and_query: &str) -> bool {
        path_and_query == ROBOTS_PATH || self.of(agent).is_allowed(path_and_query)
    }

    /// How long this agent is asked to wait between two requests.
    pub fn crawl_delay(&self, agent: &str) -> Option<Duration> {
        self.of(agent).crawl_delay()
    }

    /// The addresses of the sitemaps that it names.
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    fn of(&self, agent: &str) -> &robotxt::Robots {
        let [own, google] = &self.rules;
        if agent.eq_ignore_ascii_case(AGENTS[1]) { google } else { own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_matching_rule_wins_and_allow_wins_a_tie() {
        let robots =
            Robots::parse(b"User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /c$\nDisallow: /*.pdf\n");
        for (path, allowed) in
            [("/a", false), ("/a/b/c", true), ("/c", false), ("/cd", true), ("/x/y.pdf", false), ("/", true)]
        {
            assert_eq!(robots.allows("gatecrawl", path), allowed, "{path}");
        }
    }

    #[test]
    fn each_agent_has_the_rules_of_its_own_group() {
        let robots = Robots::parse(
            b"User-agent: *\nDisallow: /\n\nUser-agent: gatecrawl\nAllow: /\nCrawl-delay: 2\n\nSitemap: http://a.example/s.xml",
        );
        assert!(robots.allows("gatecrawl", "/x") && !robots.allows("Googlebot", "/x"));
        assert_eq!(robots.crawl_delay("gatecrawl"), Some(Duration::from_secs(2)));
        assert_eq!(robots.sitemaps(), ["http://a.example/s.xml"]);
    }

    #[test]
    fn robots_txt_itself_may_always_be_asked_for() {
        assert!(Robots::parse(b"User-agent: *\nDisallow: /").allows("gatecrawl", "/robots.txt"));
    }

    #[test]
    fn an_error_page_forbids_nothing() {
        assert!(Robots::parse(b"<html><h1>502 Bad Gateway</h1></html>").allows("gatecrawl", "/"));
    }
}
