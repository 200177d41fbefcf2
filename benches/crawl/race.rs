//! The race: each crawler once on the port that logs, for the counts, then rounds in which all run one after the other.
//!
//! Rounds are interleaved (A B C, A B C), so that a minute in which somebody else uses the machine falls on all alike;
//! what is compared are two crawlers of one round, and told is the median of these ratios: the ratio of two medians would
//! set a quiet minute of one against a busy minute of the other. Numbers of two days are never compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use comfy_table::{CellAlignment, LineStyle, Table, presets};

use super::crawlers::{Crawler, MEASURE};
use super::measure::{Run, median, run};
use super::nginx::{Asked, Nginx};
use super::site::Site;

/// No crawler takes longer.
const LIMIT: Duration = Duration::from_mins(10);

/// The least requests that see all: the pages, robots.txt, the sitemap index and its two sitemaps.
const BESIDES: usize = 4;

/// What is known of one row.
struct Row {
    name: String,
    asked: Asked,
    /// How the run ended that was counted.
    exit: i32,
    runs: Vec<Run>,
}

/// Runs the race over a site and prints the table.
pub fn race(site: &Site, crawlers: &[Crawler], rounds: usize, cache: &Path) {
    let nginx = Nginx::start(site, cache.join("nginx"));
    let mut rows: Vec<Row> =
        crawlers.iter().flat_map(|crawler| counted(crawler, site, &nginx, cache)).collect();
    for round in 1..=rounds {
        for crawler in crawlers {
            let runs = timed(crawler, &nginx, cache);
            for (name, run) in crawler.names().into_iter().zip(runs) {
                println!(
                    "round {round}: {name}: {:.2} s, {:.2} CPU s, {:.0} MiB; others used {:.0} % of the machine",
                    run.wall,
                    run.cpu,
                    run.rss,
                    run.others * 100.0
                );
                let row = rows.iter_mut().find(|row| row.name == name).expect("each run was counted");
                assert_eq!(
                    run.exit, row.exit,
                    "{name} ended otherwise than when it was counted: {}",
                    run.stderr
                );
                row.runs.push(run);
            }
        }
    }
    show(site, &rows);
}

/// One run of each kind on the port that logs.
fn counted(crawler: &Crawler, site: &Site, nginx: &Nginx, cache: &Path) -> Vec<Row> {
    let folder = fresh(cache);
    nginx.asked(site);
    let mut rows = Vec::new();
    for name in crawler.names() {
        let run = run(&crawler.command(&address(nginx.counted)), &folder, LIMIT, || nginx.cpu());
        if run.exit != 0 {
            println!("{name} ended with {}: {}", run.exit, run.stderr.lines().last().unwrap_or_default());
        }
        rows.push(Row { asked: nginx.asked(site), name, exit: run.exit, runs: Vec::new() });
    }
    rows
}

fn timed(crawler: &Crawler, nginx: &Nginx, cache: &Path) -> Vec<Run> {
    let folder = fresh(cache);
    let command = crawler.command(&address(nginx.timed));
    crawler.names().iter().map(|_| run(&command, &folder, LIMIT, || nginx.cpu())).collect()
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}/")
}

/// An empty folder to run in.
pub fn fresh(cache: &Path) -> PathBuf {
    let folder = cache.join("run");
    // There may be none yet.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the cache can be written");
    folder
}

fn show(site: &Site, rows: &[Row]) {
    let megabytes = site.bytes as f64 / 1e6;
    println!(
        "\n{} pages, {megabytes:.0} MB, median {} bytes; at least {} requests see all of it: the pages, robots.txt,\n\
         a sitemap index and 2 sitemaps. Medians (least to most); x: times {MEASURE} of the same round.\n",
        site.paths.len(),
        site.median,
        site.paths.len() + BESIDES,
    );
    let measure = rows.iter().find(|row| row.name == MEASURE && !row.runs.is_empty());
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none())).set_header([
        "crawler",
        "wall s",
        "x",
        "CPU s",
        "x",
        "RSS MiB",
        "requests",
        "pages",
        "of script",
        "MB",
        "others",
    ]);
    for row in rows {
        table.add_row(cells(row, measure));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
    for row in rows {
        println!("{}: answers by status: {}", row.name, by_status(&row.asked.by_status));
    }
    show_again(rows);
}

fn cells(row: &Row, measure: Option<&Row>) -> [String; 11] {
    let of = |row: &Row, what: fn(&Run) -> f64| median(row.runs.iter().map(what).collect());
    let ratio = |what| {
        let ratio = measure.and_then(|measure| ratio(row, measure, what));
        ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"))
    };
    let spread = |what: fn(&Run) -> f64| {
        let mut all: Vec<f64> = row.runs.iter().map(what).collect();
        all.sort_unstable_by(f64::total_cmp);
        match (all.first(), all.last()) {
            (Some(least), Some(most)) => format!("{:.2} ({least:.2} to {most:.2})", median(all.clone())),
            _ => "-".to_owned(),
        }
    };
    let plain = |what: fn(&Run) -> f64, unit: &str| {
        if row.runs.is_empty() { "-".to_owned() } else { format!("{:.0}{unit}", of(row, what)) }
    };
    [
        row.name.clone(),
        spread(|run| run.wall),
        ratio(|run| run.wall),
        spread(|run| run.cpu),
        ratio(|run| run.cpu),
        plain(|run| run.rss, ""),
        row.asked.requests.to_string(),
        row.asked.pages.to_string(),
        row.asked.not_links.to_string(),
        format!("{:.0}", row.asked.bytes as f64 / 1e6),
        plain(|run| run.others * 100.0, " %"),
    ]
}

/// How many times as much one took as the other, round by round, the median; nothing when no round was run.
fn ratio(of: &Row, to: &Row, what: fn(&Run) -> f64) -> Option<f64> {
    let rounds = of.runs.iter().zip(&to.runs).map(|(of, to)| what(of) / what(to)).collect::<Vec<_>>();
    (!rounds.is_empty()).then(|| median(rounds))
}

fn by_status(by_status: &BTreeMap<u16, usize>) -> String {
    by_status.iter().map(|(status, n)| format!("{n} x {status}")).collect::<Vec<_>>().join(", ")
}

/// What a second crawl of an unchanged site costs against the first.
fn show_again(rows: &[Row]) {
    for pair in rows.windows(2).filter(|pair| pair[1].name == format!("{}, again", pair[0].name)) {
        if let (Some(wall), Some(cpu)) =
            (ratio(&pair[1], &pair[0], |run| run.wall), ratio(&pair[1], &pair[0], |run| run.cpu))
        {
            println!("{}: {wall:.2} x the wall and {cpu:.2} x the CPU of the first crawl", pair[1].name);
        }
    }
}
