//! A site that means harm, or acts like it: a crawl of it ends within bounds, says what each page came to, and looks at
//! the page that is well.

use std::collections::BTreeSet;

use crate::support::hostile;
use crate::support::program::Program;

/// In kilobytes of address space: far more than a crawl needs, far less than what this site would send.
const MEMORY: u32 = 3_000_000;

#[test]
fn a_hostile_site_costs_bounded_memory_and_each_of_its_pages_has_an_outcome() {
    let url = hostile::start();
    let program = Program::new();
    let ran = program.run_short_of_memory(
        MEMORY,
        &["crawl", &url, "--rate", "0", "--wait", "0s", "--set", "recheck=1s", "--format", "json"],
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let crawled: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let run = &crawled["crawl"];
    // The pages, the start page, robots.txt, the sitemap, and the link of the page that is not UTF-8.
    assert_eq!(run["urls"], hostile::PAGES.len() + 4, "{crawled:#}");
    let outcomes: BTreeSet<&str> =
        run["by_outcome"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(outcomes, BTreeSet::from(["200", "302", "404", "protocol"]), "{crawled:#}");
    assert_eq!(run["by_outcome"]["302"], 2, "a circle is asked once");
    let failing: Vec<&str> =
        crawled["failing_urls"].as_array().unwrap().iter().filter_map(|url| url["url"].as_str()).collect();
    assert_eq!(failing, [format!("{url}headers")], "too many headers are no HTTP that anybody reads");
}
