use proptest::prelude::*;

use super::*;

/// As Google reads it, and as RFC 9309 does.
fn readings(robots: &str, agent: &str, path: &str) -> (bool, bool) {
    let read = |reading| Rules::read(lines(robots.as_bytes()), agent, reading).allow(path);
    (read(Reading::Google), read(Reading::Rfc9309))
}

/// Whether both readings allow these paths to `FooBot`, or forbid them.
fn foobot(robots: &str, allowed: &[&str], forbidden: &[&str]) {
    for (paths, may) in [(allowed, true), (forbidden, false)] {
        for path in paths {
            assert_eq!(readings(robots, "FooBot", path), (may, may), "{path} by {robots:?}");
        }
    }
}

#[test]
fn the_longest_matching_rule_wins_and_allow_wins_a_tie() {
    foobot(
        "User-agent: FooBot\nDisallow: /a\nAllow: /a/b\n",
        &["/", "/b", "/a/b", "/a/bc/d"],
        &["/a", "/ab", "/a/c"],
    );
    foobot("User-agent: FooBot\nDisallow: /a\nAllow: /a", &["/a/b"], &[]);
    foobot("User-agent: FooBot\nAllow: /page\nDisallow: /*.html", &["/page"], &["/page.html", "/x.html"]);
    foobot("User-agent: FooBot\nAllow: /dir/p.\nDisallow: /*.html", &["/dir/p.html"], &["/dir/q.html"]);
    foobot("User-agent: FooBot\nAllow:\nDisallow:", &["/"], &[]);
}

#[test]
fn a_star_stands_for_anything_and_a_dollar_for_the_end() {
    foobot("User-agent: FooBot\nDisallow: /*.pdf$", &["/a.pdf?x", "/a.PDF"], &["/a.pdf", "/b/c.pdf"]);
    foobot("User-agent: FooBot\nDisallow: /c$", &["/cd", "/c/", "/c?"], &["/c"]);
    foobot("User-agent: FooBot\nDisallow: /*/x*y/", &["/x-y/", "/a/xy"], &["/a/xy/", "/a/b/x1y2y/z"]);
    foobot("User-agent: FooBot\nDisallow: /a$b", &["/a"], &["/a$b"]);
    foobot("User-agent: FooBot\nDisallow: /fish*", &["/Fish", "/catfish"], &["/fish", "/fishheads"]);
    foobot("User-agent: FooBot\nDisallow: *?q=\nDisallow: no-slash", &["/no-slash"], &["/a?q=1"]);
    foobot("User-agent: FooBot\nDisallow: /*ab*ab$", &["/ab"], &["/abab", "/abxab"]);
}

#[test]
fn an_agent_has_the_rules_of_all_its_groups_and_otherwise_those_for_everybody() {
    let robots =
        "Disallow: /nobody\n\nUser-agent: *\nDisallow: /everybody\nUser-agent: FooBot\nUser-agent: BarBot\n\n
        Disallow: /a\n\nUser-agent: foobot\nDisallow: /b";
    foobot(robots, &["/everybody", "/nobody"], &["/a", "/b"]);
    for (agent, path, may) in
        [("BarBot", "/b", true), ("BarBot", "/a", false), ("Other", "/everybody", false)]
    {
        assert_eq!(readings(robots, agent, path), (may, may), "{agent} {path}");
    }
    foobot("User-agent: FooBot\n\nUser-agent: *\nDisallow: /", &[], &["/"]);
    foobot("User-agent: *\nDisallow: /\nUser-agent: FooBot\nDisallow:", &["/"], &[]);
}

#[test]
fn lines_that_are_no_rules_end_no_group() {
    for other in ["Sitemap: https://shop.example/s.xml", "Crawl-delay: 3", "Host: shop.example", "nonsense"] {
        let robots = format!("User-agent: FooBot\n{other}\nUser-agent: BarBot\nDisallow: /");
        foobot(&robots, &[], &["/"]);
    }
}

#[test]
fn an_agent_is_named_by_its_token_whatever_its_case_and_its_version() {
    for name in ["foobot", "FOOBOT", "FooBot/2.1", "FooBot (compatible)", "FooBot*"] {
        foobot(&format!("User-agent: {name}\nDisallow: /"), &[], &["/"]);
    }
    for name in ["Foo", "FooBot-Image", "Foo Bot", "", "*Foo"] {
        foobot(&format!("User-agent: {name}\nDisallow: /"), &["/"], &[]);
    }
    foobot("User-agent: * everybody\nDisallow: /", &[], &["/"]);
}

#[test]
fn lines_are_read_whatever_their_ends_their_case_and_their_slips() {
    foobot(
        "\u{feff}User-agent: FooBot\rDisallow: /a\r\n\r\n\tDISALLOW :/b # no\nDisallow: /c#d",
        &["/d"],
        &["/a", "/b", "/c"],
    );
    foobot("user agent: FooBot\ndissalow: /a\nDisallow /b\ndisallow-all: /c", &[], &["/a", "/b", "/c"]);
    foobot("User-agent: FooBot\nDisallow /a b\nalow: /", &["/a"], &[]);
    foobot("User-agent: FooBot\nDisallow: /a\0bc", &[], &["/ab"]);
    let long = format!("User-agent: FooBot\nDisallow: /{}", "a".repeat(20_000));
    foobot(&long, &[&"/a".repeat(10)], &[&format!("/{}", "a".repeat(17_000))]);
}

#[test]
fn what_is_not_ascii_may_be_written_either_way() {
    foobot("User-agent: FooBot\nDisallow: /ü/\nDisallow: /%c3%a4", &["/%C3%BC"], &["/%C3%BC/", "/%C3%A4"]);
    let latin1 = Rules::read(lines(b"User-agent: *\nDisallow: /\xfc"), "x", Reading::Rfc9309);
    assert!(!latin1.allow("/%FC"));
}

#[test]
fn only_the_rfc_reads_an_encoded_letter_as_the_letter() {
    for (rule, path) in [("/%7Ejoe/", "/~joe/"), ("/b%61z", "/baz"), ("/a{b}", "/a%7Bb%7D"), ("/ü", "/ü")] {
        let robots = format!("User-agent: *\nDisallow: {rule}");
        assert_eq!(readings(&robots, "FooBot", path), (true, false), "{rule}");
    }
    foobot("User-agent: FooBot\nDisallow: /a%2Fb", &["/a/b"], &["/a%2Fb"]);
}

#[test]
fn who_allows_the_index_page_allows_its_directory() {
    foobot("User-agent: *\nAllow: /d/index.html\nDisallow: /", &["/d/", "/d/index.html"], &["/d/x", "/d"]);
}

#[test]
fn each_agent_has_the_rules_of_its_own_group() {
    let robots = Robots::parse(b"User-agent: *\nDisallow: /\n\nUser-agent: gatecrawl\nAllow: /");
    assert!(robots.allows("gatecrawl", "/x") && !robots.allows("Googlebot", "/x"));
    assert!(robots.allows("Googlebot", "/robots.txt"), "it may always be asked for");
}

#[test]
fn a_wait_holds_for_those_that_are_asked_for_it() {
    let robots = Robots::parse(
        b"User-agent: bingbot\nCrawl-delay: 10\n\nUser-agent: *\nCrawl-delay: 2\nCrawl-delay: 0.5\nDisallow: /x\n\n
        User-agent: Googlebot\nCrawl-delay: -1\nCrawl-delay: soon\nCrawl-delay: 1e300\n",
    );
    assert_eq!(robots.crawl_delay("gatecrawl"), Some(Duration::from_secs(2)), "and not bingbot's");
    assert_eq!(robots.crawl_delay("Googlebot"), None);
}

#[test]
fn sitemaps_are_named_anywhere() {
    let robots = Robots::parse(
        b"Sitemap: http://a.example/1.xml#top\nUser-agent: x\nSITEMAP:/2.xml\nDisallow: /\nsite-map: 3.xml \nSitemap:",
    );
    assert_eq!(robots.sitemaps(), ["http://a.example/1.xml", "/2.xml", "3.xml"]);
}

#[test]
fn an_error_page_forbids_nothing() {
    let robots =
        Robots::parse(b"<html><h1>502 Bad Gateway</h1><p>Disallow: / is what we would say</p></html>");
    assert!(robots.allows("gatecrawl", "/"));
}

#[test]
fn a_file_is_read_up_to_the_limit_and_a_line_across_it_is_ignored() {
    let begin = "User-agent: *\nDisallow: /a\n#";
    let filled = |line: &str, inside: usize| {
        let filler = "x".repeat(MOST_BYTES - begin.len() - 1 - inside);
        Robots::parse(format!("{begin}{filler}\n{line}").as_bytes())
    };
    let line = "Disallow: /b";
    assert!(!filled(line, line.len()).allows("gatecrawl", "/b"), "it ends at the limit");
    assert!(filled("Disallow: /bb", line.len()).allows("gatecrawl", "/b"), "it lies across");
    assert!(!filled(line, 3).allows("gatecrawl", "/a"));
}

#[test]
fn fifty_megabytes_cost_no_more_than_the_limit() {
    let rules = "Disallow: /a*b*c$\n".repeat(50 * 1024 * 1024 / 18);
    let robots = Robots::parse(format!("User-agent: *\n{rules}").as_bytes());
    assert_eq!(robots.own.len(), 1, "one rule said often is one rule");
    let distinct: Vec<String> = (0..4_000_000).map(|n| format!("Disallow: /{n}*\n")).collect();
    let robots = Robots::parse(format!("User-agent: *\n{}", distinct.concat()).as_bytes());
    assert!(robots.own.len() < MOST_BYTES / 12, "{}", robots.own.len());
    let starry = Robots::parse(format!("User-agent: *\nDisallow: {}", "*a".repeat(250_000)).as_bytes());
    assert!(starry.allows("gatecrawl", &format!("/{}", "a".repeat(2000))));
}

/// Google's own cases (google/README.md): JSON lines of `name`, `robots`, `user_agent`, `url`, `allowed`.
#[test]
fn googles_own_cases_are_read_as_google_reads_them() {
    let (mut count, mut misses) = (0, [Vec::new(), Vec::new()]);
    for line in include_str!("google/cases.jsonl").lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| case[key].as_str().unwrap();
        let path = text("url").splitn(4, '/').nth(3).unwrap_or_default();
        let (google, rfc) = readings(text("robots"), text("user_agent"), &format!("/{path}"));
        let allowed = case["allowed"].as_bool().unwrap();
        count += 1;
        for (got, misses) in [google, rfc].into_iter().zip(&mut misses) {
            if got != allowed {
                misses.push(text("name").to_owned());
            }
        }
    }
    assert_eq!((count, &misses[0][..]), (145, &[][..] as &[String]));
    // RFC 9309, 2.2.2 compares encoded and decoded letters as equal; these three cases say that Google does not.
    assert_eq!(misses[1], ["ID_Encoding#3", "ID_Encoding#5", "ID_Encoding#6"]);
}

proptest! {
    #[test]
    fn no_bytes_make_it_fail(
        body in prop::collection::vec(any::<u8>(), 0..400),
        path in "(/|\\*|\\$|%|a|é|\\PC){0,30}",
    ) {
        let robots = Robots::parse(&body);
        let _ = (robots.allows("gatecrawl", &path), robots.allows("Googlebot", &path));
    }

    #[test]
    fn no_lines_make_it_fail_and_what_is_forbidden_stays_so_with_its_end_cut_off(
        pattern in "/[a%*$2F]{0,12}",
        path in "/[a%*$2F]{0,20}",
    ) {
        let robots = Robots::parse(format!("User-agent: *\nDisallow: {pattern}").as_bytes());
        // A shorter rule without `$` forbids at least as much.
        let shorter: String = pattern.trim_end_matches('$').to_owned();
        let looser = Robots::parse(format!("User-agent: *\nDisallow: {shorter}").as_bytes());
        prop_assert!(robots.allows("Googlebot", &path) || !looser.allows("Googlebot", &path));
    }
}
