//! What a crawl makes of pages that fail in different ways: how often and when it asks again, by the server's own log,
//! and what it tells of each.
//!
//! A crawl can wait for its first re-check only; later ones are made by `serve`. So the probe has three acts over one
//! data directory: a crawl; `serve` until the page that fails twice has been asked a third time; and a crawl again, whose
//! result is the last word. A page that answers 502 once must then have recovered, as must one that does so twice; those
//! that never do must be failing; and no status may be told that the server did not send. The site has no schedule:
//! `serve` would crawl it at once, and nothing could be seen of the re-checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use axum::http::{StatusCode, header::RETRY_AFTER};
use axum::response::{Html, IntoResponse, Response};
use comfy_table::{LineStyle, Table, presets};
use serde_json::Value;

use super::measure::run;
use super::race::fresh;
use super::tiny_server::serve;

/// No act takes longer.
const LIMIT: Duration = Duration::from_mins(10);

/// How a page fails: with this status so often, then not any more.
const PAGES: [(&str, u16, usize); 7] = [
    ("/healthy", 200, 0),
    ("/502-always", 502, usize::MAX),
    ("/502-once", 502, 1),
    ("/502-twice", 502, 2),
    ("/503-once-retry-after-3", 503, 1),
    ("/504-once", 504, 1),
    ("/504-always", 504, usize::MAX),
];

/// When each path was asked for, and what it answered.
type Log = Arc<Mutex<BTreeMap<String, Vec<(Instant, u16)>>>>;

/// Plays the three acts and prints what was seen.
pub fn behaviour(ours: &Path, cache: &Path) {
    let log = Log::default();
    let kept = Arc::clone(&log);
    let url = serve(move |path| answer(path, &kept));
    let folder = fresh(cache);
    let start = Instant::now();
    let first = crawl(ours, &url, &folder);
    let after_first = start.elapsed();
    until_asked(ours, &folder, &log, ("/502-twice", 3));
    let after_serve = start.elapsed();
    let last = crawl(ours, &url, &folder);
    let log = log.lock().expect("the server does not panic").clone();
    println!(
        "\nfirst crawl until second {:.0}, then `serve` until {:.0}, then the second crawl",
        after_first.as_secs_f64(),
        after_serve.as_secs_f64()
    );
    show(&log, start, &first, &last);
    show_outages(&last);
    let sent: BTreeSet<String> = log.values().flatten().map(|(_, status)| status.to_string()).collect();
    let invented: Vec<String> =
        [&first, &last].into_iter().flat_map(statuses).filter(|s| !sent.contains(s)).collect();
    println!("statuses told that the server did not send: {invented:?}");
}

fn answer(path: &str, log: &Log) -> Response {
    let mut log = log.lock().expect("the server does not panic");
    let asked = log.entry(path.to_owned()).or_default();
    let page = PAGES.iter().find(|(name, ..)| *name == path);
    let status = match page {
        Some((_, status, times)) if asked.len() < *times => *status,
        Some(_) => 200,
        None if path == "/" => 200,
        None => 404,
    };
    asked.push((Instant::now(), status));
    let links =
        PAGES.iter().map(|(name, ..)| format!("<a href=\"{name}\">{name}</a> ")).collect::<Vec<_>>().concat();
    let page = Html(format!(
        "<!doctype html><title>{path}</title><p>{}</p>",
        if path == "/" { links } else { String::new() }
    ));
    let status = StatusCode::from_u16(status).expect("these are statuses");
    if status == 503 {
        (status, [(RETRY_AFTER, "3")], page).into_response()
    } else {
        (status, page).into_response()
    }
}

fn crawl(ours: &Path, url: &str, folder: &Path) -> Value {
    let line = format!("crawl {url} --data data --rate 0 --set schedule=never --format json");
    let program = ours.to_str().expect("paths here are text").to_owned();
    let command: Vec<String> = std::iter::once(program).chain(line.split(' ').map(str::to_owned)).collect();
    let run = run(&command, folder, LIMIT, || 0.0);
    println!("crawl: {:.1} s, exit code {}", run.wall, run.exit);
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("no result: {}", run.stderr))
}

/// Lets `serve` work until a page was asked so often.
fn until_asked(ours: &Path, folder: &Path, log: &Log, (path, times): (&str, usize)) {
    let serving = Command::new(ours)
        .args(["serve", "--listen", "127.0.0.1:0", "--data", "data"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("our program runs");
    let serving = Serving(serving);
    let until = Instant::now() + LIMIT;
    let asked = || log.lock().expect("the server does not panic").get(path).map_or(0, Vec::len);
    while asked() < times && Instant::now() < until {
        thread::sleep(Duration::from_millis(200));
    }
    // What came is written before the program ends.
    drop(serving);
}

/// A running `serve`, which is asked to stop when this is dropped.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // A program that is gone already needs no end.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

fn show(log: &BTreeMap<String, Vec<(Instant, u16)>>, start: Instant, first: &Value, last: &Value) {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none())).set_header([
        "page",
        "asked at second: answer",
        "first crawl tells",
        "second crawl tells",
    ]);
    for (path, ..) in PAGES {
        let asked = log.get(path).map_or(&[][..], Vec::as_slice);
        let tries: Vec<String> = asked
            .iter()
            .map(|(at, status)| format!("{:.1}: {status}", (*at - start).as_secs_f64()))
            .collect();
        table.add_row([path, &tries.join(", "), &told(first, path), &told(last, path)]);
    }
    println!("{table}");
}

/// What a result tells of a page.
fn told(result: &Value, path: &str) -> String {
    let failing = result["failing_urls"].as_array().into_iter().flatten();
    let mut of_path = failing.filter(|row| row["url"].as_str().is_some_and(|url| url.ends_with(path)));
    of_path.next().map_or("not failing".to_owned(), |row| {
        format!(
            "failing, {} since {}",
            row["outcome"].as_str().unwrap_or("?"),
            row["first_failing"].as_str().unwrap_or("?")
        )
    })
}

fn show_outages(result: &Value) {
    for outage in result["outages"].as_array().into_iter().flatten() {
        println!(
            "outage: {}, {} ({}), {} of {} URLs, {}, {} to {} s",
            outage["verdict"],
            outage["state"],
            outage["certainty"],
            outage["scope"],
            outage["url_count"],
            outage["outcomes"],
            outage["duration_seconds"]["min"],
            outage["duration_seconds"]["max"]
        );
    }
}

/// The HTTP statuses of which a result tells.
fn statuses(result: &Value) -> Vec<String> {
    let by_outcome =
        result["crawl"]["by_outcome"].as_object().into_iter().flatten().map(|(outcome, _)| outcome.clone());
    let failing = result["failing_urls"].as_array().into_iter().flatten();
    let failing = failing.filter_map(|row| row["outcome"].as_str().map(str::to_owned));
    by_outcome.chain(failing).filter(|outcome| outcome.parse::<u16>().is_ok()).collect()
}
