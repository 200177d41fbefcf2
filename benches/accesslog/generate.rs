//! A combined log that looks like one of a shop: visitors with a browser, search bots, other bots, a few scanners, and an
//! hour a day in which some products answer 502. The same seed gives the same bytes.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

/// Agents with their shares in thousandths, and where they come from.
const AGENTS: [(&str, usize, Origin); 9] = [
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        320,
        Origin::Anywhere,
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
        150,
        Origin::Anywhere,
    ),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", 240, Origin::Anywhere),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 20, Origin::Googlebot),
    (
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        20,
        Origin::Googlebot,
    ),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 20, Origin::Bingbot),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 1, Origin::Anywhere),
    ("curl/8.14.1", 219, Origin::Anywhere),
    ("-", 10, Origin::Anywhere),
];

#[derive(Clone, Copy)]
enum Origin {
    Anywhere,
    Googlebot,
    Bingbot,
}

/// Appends `lines` lines to a log, those of the week with this number; says how many bytes it has then. The first week
/// begins the log anew.
pub fn log(path: &Path, lines: usize, week: usize) -> u64 {
    let mut random = fastrand::Rng::with_seed(week as u64 + 1);
    let file =
        OpenOptions::new().create(true).write(true).truncate(week == 0).append(week > 0).open(path).unwrap();
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let begin: DateTime<Utc> = "2026-09-07T00:00:00Z".parse().unwrap();
    let begin = begin + TimeDelta::weeks(i64::try_from(week).unwrap());
    let step = 7.0 * 86_400.0 / lines as f64;
    let mut head = String::new();
    let mut second = -1;
    for number in 0..lines {
        let at = begin + TimeDelta::milliseconds((number as f64 * step * 1000.0).round() as i64);
        if at.timestamp() != second {
            second = at.timestamp();
            head = at.format("%d/%b/%Y:%H:%M:%S +0000").to_string();
        }
        write_line(&mut out, &mut random, &head, at);
    }
    out.flush().unwrap();
    out.get_ref().metadata().unwrap().len()
}

fn write_line(out: &mut impl Write, random: &mut fastrand::Rng, head: &str, at: DateTime<Utc>) {
    let mut share = random.usize(..1000);
    let (agent, _, origin) = AGENTS
        .into_iter()
        .find(|(_, of, _)| {
            let is = share < *of;
            share = share.saturating_sub(*of);
            is
        })
        .unwrap();
    let product = random.u32(..4_000);
    // For the first hour after noon, each eighth product fails.
    let is_down = at.timestamp() % 86_400 / 3600 == 12 && product.is_multiple_of(8);
    let (status, bytes) = match random.u32(..100) {
        _ if is_down => (502, 157),
        0..3 => (404, 548),
        3..8 => (304, 0),
        8..10 => (301, 178),
        _ => (200, random.u32(900..90_000)),
    };
    match origin {
        Origin::Anywhere => {
            write!(out, "{}.{}.{}.{}", random.u8(11..190), random.u8(..), random.u8(..), random.u8(1..))
        }
        Origin::Googlebot => write!(out, "66.249.66.{}", random.u8(1..80)),
        Origin::Bingbot => write!(out, "157.55.39.{}", random.u8(1..)),
    }
    .unwrap();
    write!(out, " - - [{head}] \"GET ").unwrap();
    match random.u32(..10) {
        0 => write!(out, "/search?q=gate+{product}&page={}", random.u32(1..9)),
        1..3 => write!(out, "/assets/product/{product}/image-{}.webp", random.u32(1..9)),
        _ => write!(out, "/product/{product}/a-gate-for-every-garden-{product}"),
    }
    .unwrap();
    write!(out, " HTTP/1.1\" {status} {bytes} \"").unwrap();
    let has_referer = matches!(origin, Origin::Anywhere) && agent.starts_with("Mozilla") && random.bool();
    let referer = if has_referer { "https://shop.example/category/garden" } else { "-" };
    writeln!(out, "{referer}\" \"{agent}\"").unwrap();
}
