//! Sites that look large and are none, which must lose nothing, and traps, which must be stopped.

use std::collections::{HashSet, VecDeque};

use proptest::prelude::*;

use super::*;

const YEAR: i32 = 2026;

fn traps() -> Traps {
    Traps::new(&Budgets::default(), YEAR)
}

/// Each is let in.
#[track_caller]
fn loses_nothing(addresses: impl IntoIterator<Item = String>) {
    let mut traps = traps();
    let mut count = 0;
    for address in addresses {
        assert_eq!(traps.admit(&address), Ok(()), "{address} after {count}");
        count += 1;
    }
    assert!(count > 100 && traps.notes().is_empty());
}

/// Crawls a trap, breadth first, until nothing is left or so many were let in; tells how many were.
fn crawl(start: &str, most: usize, links: impl Fn(&str) -> Vec<String>) -> (usize, Traps) {
    let mut traps = traps();
    let mut seen = HashSet::from([start.to_owned()]);
    let mut waiting = VecDeque::from([start.to_owned()]);
    let mut let_in = 0;
    while let Some(address) = waiting.pop_front().filter(|_| let_in < most) {
        let_in += 1;
        for link in links(&address) {
            if seen.insert(link.clone()) && traps.admit(&link).is_ok() {
                waiting.push_back(link);
            }
        }
    }
    (let_in, traps)
}

fn word(n: usize) -> String {
    format!("{}-{}", ["blue", "old", "fast", "small", "new"][n % 5], n / 5)
}

#[test]
fn a_shop_with_sixty_thousand_products_loses_nothing() {
    loses_nothing((0..60_000).map(|n| format!("/product/{}-{n}", word(n))));
    loses_nothing((0..60_000).map(|n| format!("/product.php?id={n}")));
    loses_nothing(
        (0..60_000).map(|n| format!("/index.php?option=com_shop&view=product&id={n}&Itemid={}", n % 9)),
    );
    loses_nothing((0..60_000).map(|n| format!("/p/{}?variant={}&sku=A{n}", word(n / 6), n % 6)));
}

#[test]
fn a_news_archive_loses_nothing() {
    let days = || {
        (1851..=YEAR)
            .flat_map(|year| (1..=12).flat_map(move |month| (1..=28).map(move |day| (year, month, day))))
    };
    loses_nothing(days().flat_map(|(y, m, d)| {
        [format!("/{y}/{m:02}/{d:02}/{}", word(usize::try_from(d).unwrap())), format!("/{y}/{m:02}/{d:02}/")]
    }));
    loses_nothing(days().filter(|day| day.0 > 1930).map(|(y, m, d)| format!("/comics/{y}-{m:02}-{d:02}")));
    loses_nothing(
        days().filter(|day| day.0 > 1930).map(|(y, m, d)| format!("/rates?date={y}-{m:02}-{d:02}")),
    );
    loses_nothing(
        days().filter(|day| day.0 > 1990).map(|(y, m, d)| format!("/blog?year={y}&month={m}&day={d}")),
    );
}

#[test]
fn events_booked_far_ahead_lose_nothing() {
    loses_nothing(
        (0..400).map(|n| format!("/events/{}-{:02}-{:02}/talk-{n}", YEAR + n % 2, n % 12 + 1, n % 28 + 1)),
    );
    loses_nothing((0..120).map(|n| format!("/olympics/{}", 1896 + 4 * n)));
}

#[test]
fn ids_that_look_like_years_lose_nothing() {
    loses_nothing(
        (1000..9999).step_by(9).flat_map(|id| (1..=12).map(move |page| format!("/thread/{id}/{page}"))),
    );
    loses_nothing((1000..9999).map(|id| format!("/item/{id}")));
    loses_nothing((1000..9999).map(|id| format!("/list?year={}&y={id}", id % 30 + 1990)));
    loses_nothing((0..20_000).map(|n| format!("/shard/{}/{}/{n}.html", n % 10, n % 100 / 10)));
}

#[test]
fn pages_of_lists_lose_nothing() {
    loses_nothing(
        (0..500).flat_map(|c| (1..=400).map(move |page| format!("/category/{}?page={page}", word(c)))),
    );
    loses_nothing(
        (0..3).flat_map(|sort| (1..=400).map(move |page| format!("/list?sort={sort}&cat=7&page={page}"))),
    );
    loses_nothing((0..500).flat_map(|c| {
        let sorts = ["price", "name", "new"];
        sorts.into_iter().map(move |sort| format!("/category/{}?sort={sort}&dir=asc", word(c)))
    }));
}

#[test]
fn a_forum_loses_nothing() {
    loses_nothing((0..100_000).map(|n| format!("/t/{}/{n}", word(n % 9000))));
    loses_nothing((0..30_000).flat_map(|topic| {
        let page = move |page| format!("/forum/viewtopic.php?f={}&t={topic}&start={}", topic % 40, page * 20);
        [format!("/forum/viewtopic.php?f={}&t={topic}", topic % 40), page(1), page(2)]
    }));
}

#[test]
fn documentation_loses_nothing() {
    loses_nothing((0..20_000).map(|n| {
        let arch = ["x86", "x86_64", "arm", "aarch64", "powerpc"][n % 5];
        let root = ["core", "std"][n % 2];
        format!("/{root}/arch/{arch}/fn._mm{}_x{n}.html", n % 512)
    }));
    loses_nothing((0..20_000).map(|n| {
        let (language, version) = (["en", "fr", "ja", "ko"][n % 4], n / 4 % 12);
        format!("/docs/{language}/3.{version}/docs/library/{}.html", word(n / 48))
    }));
    loses_nothing((0..30_000).map(|n| {
        let directories = ["src", "tests", "api", "internal", "src", "main", "java", "util"];
        let deep: Vec<&str> = (0..n % 7).map(|d| directories[(n / 7 + d * 5) % 8]).collect();
        format!("/repo/blob/main/module-{}/{}/file{n}.rs", n % 300, deep.join("/"))
    }));
}

#[test]
fn a_wiki_with_two_hundred_thousand_titles_loses_nothing() {
    loses_nothing((0..200_000).map(|n| format!("/wiki/{}_{n}", word(n))));
    loses_nothing((0..200_000).map(|n| format!("/index.php?title={}_{n}", word(n))));
    loses_nothing((0..50_000).flat_map(|n| {
        ["edit", "history", "info"]
            .into_iter()
            .map(move |action| format!("/index.php?title=T{n}&action={action}"))
    }));
}

#[test]
fn documents_with_random_ids_lose_nothing() {
    let id = |n: u64| format!("{:016x}{:016x}", address::digest(n), address::digest((n, 1)));
    loses_nothing((0..50_000).map(|n| format!("/doc?id={}", id(n))));
    loses_nothing((0..50_000).map(|n| format!("/gallery/{}?photo={}", n % 500, id(n))));
    loses_nothing((0..9000).map(|n| format!("/story?sid={n}")));
}

#[test]
fn a_calendar_that_can_be_turned_without_end_is_stopped() {
    let turned = |format: fn(i32, i32) -> String| {
        move |address: &str| {
            let numbers: Vec<i32> =
                address.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
            let turn = |by: i32| {
                let month = numbers[0] * 12 + numbers[1] - 1 + by;
                format(month.div_euclid(12), month.rem_euclid(12) + 1)
            };
            vec![turn(1), turn(-1), turn(12), turn(-12)]
        }
    };
    for (start, format) in [
        ("/calendar/2026/11/", (|y, m| format!("/calendar/{y}/{m:02}/")) as fn(i32, i32) -> String),
        ("/calendar/2026/11", |y, m| format!("/calendar/{y}/{m}")),
        ("/termine?monat=2026-11", |y, m| format!("/termine?monat={y}-{m:02}")),
        ("/c.php?year=2026&month=11", |y, m| format!("/c.php?year={y}&month={m}")),
        ("/events/2026-11/list", |y, m| format!("/events/{y}-{m:02}/list")),
    ] {
        let (let_in, traps) = crawl(start, 20_000, turned(format));
        assert!(let_in < 2000, "{start}: {let_in}");
        let notes = traps.notes().join("\n");
        assert!(notes.contains("a calendar without end stopped at"), "{notes}");
    }
}

#[test]
fn a_calendar_of_days_is_stopped_and_its_articles_stay() {
    let day = |n: i64| {
        let date = chrono::NaiveDate::from_ymd_opt(YEAR, 11, 24).unwrap() + chrono::TimeDelta::days(n);
        format!("/events/{}", date.format("%Y/%m/%d"))
    };
    let mut traps = traps();
    let let_in = (1..9000).flat_map(|n| [n, -n]).filter(|n| traps.admit(&day(*n)).is_ok()).count();
    assert!(let_in <= 2001, "{let_in}");
    assert_eq!(traps.admit("/events/2001/05/06/the-summer-party"), Ok(()));
    assert_eq!(traps.admit("/2031/05/06"), Ok(()), "another section has its own calendar");
}

#[test]
fn facets_are_stopped_and_what_they_filter_stays() {
    let facets = [("color", 12), ("size", 9), ("brand", 30), ("sort", 4), ("material", 7)];
    let links = |address: &str| -> Vec<String> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let set = |key: &str, value: usize| {
            let mut pairs: Vec<String> = query
                .split('&')
                .filter(|p| !p.is_empty() && !p.starts_with(key))
                .map(str::to_owned)
                .collect();
            pairs.push(format!("{key}={value}"));
            pairs.sort();
            format!("{path}?{}", pairs.join("&"))
        };
        let of_facets = facets.iter().flat_map(|(key, values)| (0..*values).map(|value| set(key, value)));
        of_facets.chain((1..5).map(|page| set("page", page))).collect()
    };
    let (let_in, mut traps) = crawl("/category/shoes", 100_000, links);
    assert!(let_in < 8000, "{let_in}");
    let notes = traps.notes().join("\n");
    assert!(notes.contains("section /category/* stopped at"), "{notes}");
    assert_eq!(traps.admit("/category/shoes?color=99"), Ok(()), "one filter alone combines nothing");
    assert_eq!(traps.admit("/category/new-shoes?page=77"), Ok(()));
    assert_eq!(traps.admit("/product/7?color=1&size=2&brand=3"), Ok(()), "another section is no trap");
}

#[test]
fn facets_over_many_categories_are_stopped() {
    let mut traps = traps();
    let mut let_in = 0;
    for n in 0..300_000_usize {
        let (category, color, size) = (n % 500, n / 500 % 12, n / 6000 % 9);
        let address = format!("/category/{category}?color={color}&size={size}&brand={}", n / 54_000);
        let_in += usize::from(traps.admit(&address).is_ok());
    }
    assert!(let_in < 9000, "{let_in}");
}

#[test]
fn without_a_budget_facets_are_let_in() {
    let mut traps = Traps::new(&Budgets { section_urls: 0 }, YEAR);
    for n in 0..30_000 {
        traps.admit(&format!("/c?a={}&b={}&c={}", n % 31, n / 31 % 31, n / 961)).unwrap();
    }
}

#[test]
fn another_order_of_the_same_parameters_is_the_same_page() {
    let mut traps = traps();
    for (address, expected) in [
        ("/list?a=1&b=2", Ok(())),
        ("/list?b=2&a=1", Err(Trap::Permutation)),
        ("/list?b=1&a=2", Ok(())),
        ("/other?b=2&a=1", Ok(())),
        ("/list?b=2&a=1&c=3", Ok(())),
        ("/list?c=3&a=1&b=2", Err(Trap::Permutation)),
        ("/list?x=1&x=2", Ok(())),
        ("/list?x=2&x=1", Ok(())),
    ] {
        assert_eq!(traps.admit(address), expected, "{address}");
    }
    assert_eq!(
        traps.notes(),
        [
            "section /*: 2 addresses that differ from known ones only in the order of their parameters were left out"
        ]
    );
}

#[test]
fn a_page_is_taken_with_one_session_only() {
    let mut traps = traps();
    for (address, expected) in [
        ("/a?PHPSESSID=0123456789abcdef", Ok(())),
        ("/a?PHPSESSID=fedcba9876543210", Err(Trap::Session)),
        ("/a", Ok(())),
        ("/b;jsessionid=0A1B2C3D4E5F?x=1", Ok(())),
        ("/b;jsessionid=5F4E3D2C1B0A?x=1", Err(Trap::Session)),
        ("/b;jsessionid=5F4E3D2C1B0A?x=2", Ok(())),
        ("/(S(lit3py55t21z5v55vlm25s55))/c", Ok(())),
        ("/(S(vlm25s55lit3py55t21z5v55))/c", Err(Trap::Session)),
        ("/forum/t.php?t=1&sid=0123456789abcdef0123456789abcdef", Ok(())),
        ("/forum/t.php?sid=123456789abcdef0123456789abcdef0&t=1", Err(Trap::Session)),
        ("/forum/t.php?t=1&sid=7", Ok(())),
        ("/forum/t.php?t=1&sid=8", Ok(())),
    ] {
        assert_eq!(traps.admit(address), expected, "{address}");
    }
}

#[test]
fn a_session_without_a_known_name_is_told_by_what_it_does() {
    let token = |page: u64| format!("{:016x}{:08x}", address::digest(page), page);
    // Each page carries a token of its own in all its 20 links.
    let mut traps = traps();
    let mut let_in = 0;
    for fetch in 0..5000_u64 {
        for link in 0..20 {
            let address = format!("/page/{}?tk={}", (fetch * 7 + link * 13) % 200, token(fetch));
            let_in += u64::from(traps.admit(&address).is_ok());
        }
    }
    assert!(let_in < 2500, "{let_in}");
}

#[test]
fn broken_relative_links_are_stopped() {
    for path in ["/a/b/a/b/a/b", "/img/img/img/x.png", "/x/en/de/en/de/en/de/y", "/a/a/a/a/a/a"] {
        assert_eq!(traps().admit(path), Err(Trap::Repetition), "{path}");
    }
    for path in ["/a/b/a/b", "/a/a/a/aab.jpg", "/2011/11/11/11", "/0/0/0/0/7", "/std/std/index.html"] {
        assert_eq!(traps().admit(path), Ok(()), "{path}");
    }
    let words: Vec<String> = (0..10).map(|n| format!("about-{n}/")).collect();
    let (let_in, traps) =
        crawl("/", 50_000, |address| words.iter().map(|word| format!("{address}{word}")).collect());
    assert!(let_in < 20_000, "{let_in}");
    assert!(traps.notes().iter().any(|note| note.contains("repeat their own directories")));
}

#[test]
fn what_is_too_long_or_too_deep_is_left_out() {
    assert_eq!(traps().admit(&format!("/{}", "a".repeat(2047))), Ok(()));
    assert_eq!(traps().admit(&format!("/{}", "a".repeat(2048))), Err(Trap::TooLong));
    let deep = |depth: usize| (0..depth).fold(String::new(), |path, n| format!("{path}/d{n}"));
    assert_eq!((traps().admit(&deep(32)), traps().admit(&deep(33))), (Ok(()), Err(Trap::TooDeep)));
}

#[test]
fn what_is_known_already_counts() {
    let mut traps = traps();
    for n in 0..6000 {
        traps.count(&format!("/c?a={}&b={}&c={}", n % 20, n / 20 % 20, n / 400));
    }
    assert_eq!(traps.admit("/c?a=1&b=2&c=99"), Err(Trap::Facets));
    traps.count("/c?a=1&b=2&c=99");
    assert_eq!(traps.left_out(), 1);
}

#[test]
fn every_rule_is_found_under_its_trap_and_notes_are_bounded() {
    for rule in RULES {
        assert_eq!(rule.trap.rule().name, rule.name);
    }
    let mut traps = traps();
    for n in 0..1000 {
        traps.admit(&format!("/s{n}/xx/xx/xx/")).unwrap_err();
    }
    assert_eq!((traps.notes().len(), traps.left_out()), (MOST_NOTES + 1, 1000));
}

proptest! {
    #[test]
    fn no_addresses_make_it_fail(
        addresses in prop::collection::vec("(/|\\?|&|=|;jsessionid=|/\\(S\\(|\\)\\)|2031|-05|/05|a|b|é|[0-9a-f]{16}|%20){0,20}", 0..60),
    ) {
        let mut traps = traps();
        for address in addresses {
            let _ = traps.admit(&address);
            traps.count(&address);
        }
        prop_assert!(traps.notes().len() <= MOST_NOTES + RULES.len());
    }
}
