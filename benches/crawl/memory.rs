//! What a known URL costs in memory: two crawls, one of a small site and one of a large, and the difference of their
//! peaks over the difference of their URLs. What a crawl costs at all cancels out.
//!
//! Pages are a few hundred bytes and link ten others each, as a tree. They stand in 250 sections, so that a limit of URLs
//! in one section does not end the crawl before its time.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use super::crawlers::CONCURRENCY;
use super::measure::{Run, run};
use super::race::fresh;
use super::tiny_server::serve;

/// No crawl takes longer.
const LIMIT: Duration = Duration::from_mins(30);

const CHILDREN: usize = 10;
const SECTIONS: usize = 250;

/// Crawls both sizes and prints what they took.
pub fn memory(ours: &Path, sizes: [usize; 2], cache: &Path) {
    let runs = sizes.map(|urls| crawl(ours, urls, cache));
    let [small, large] = sizes;
    println!("\n{:>12} {:>12} {:>9} {:>9} {:>9}", "URLs", "fetched", "wall s", "CPU s", "RSS MiB");
    for (urls, (run, fetched)) in sizes.iter().zip(&runs) {
        println!("{urls:>12} {fetched:>12} {:>9.1} {:>9.1} {:>9.1}", run.wall, run.cpu, run.rss);
    }
    let per_url = (runs[1].0.rss - runs[0].0.rss) * 1024.0 * 1024.0 / (large - small) as f64;
    let is_whole = runs.iter().zip(sizes).all(|((_, fetched), urls)| *fetched >= urls as u64);
    if is_whole {
        println!("{per_url:.0} bytes of peak RSS for each further known URL");
    } else {
        println!("a crawl did not fetch all its URLs: {per_url:.0} bytes for each further URL means nothing");
    }
}

/// A crawl of so many URLs, and how many fetches it tells of.
fn crawl(ours: &Path, urls: usize, cache: &Path) -> (Run, u64) {
    let url = serve(move |path| page(path, urls));
    let folder = fresh(cache);
    let line = format!(
        "crawl {url} --data data --rate 0 --concurrency {CONCURRENCY} --max-urls 10000000 --max-depth 10000 \
         --set max_urls=10000000 --format json"
    );
    let program = ours.to_str().expect("paths here are text").to_owned();
    let command: Vec<String> = std::iter::once(program).chain(line.split(' ').map(str::to_owned)).collect();
    let run = run(&command, &folder, LIMIT, || 0.0);
    if run.exit != 0 {
        println!("the crawl of {urls} URLs ended with {}: {}", run.exit, run.stderr.trim());
    }
    let told: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    let fetched = told["crawl"]["by_outcome"]["200"].as_u64().unwrap_or(0);
    println!("{urls} URLs: by outcome {}; notes {}", told["crawl"]["by_outcome"], told["crawl"]["notes"]);
    (run, fetched)
}

/// Page 0 is `/`; the children of page N are 10 N to 10 N + 9, those of page 0 are 1 to 9.
fn page(path: &str, urls: usize) -> Response {
    let n = match path {
        "/" => Some(0),
        path => path.rsplit('/').next().and_then(|n| n.parse::<usize>().ok()).filter(|n| path == address(*n)),
    };
    let Some(n) = n.filter(|n| *n < urls) else { return StatusCode::NOT_FOUND.into_response() };
    let mut page = format!("<!doctype html><title>Page {n}</title><a href=\"/\">start</a>");
    for child in (CHILDREN * n).max(1)..(CHILDREN * (n + 1)).min(urls) {
        write!(page, " <a href=\"{}\">page {child}</a>", address(child)).expect("a string takes all");
    }
    Html(page).into_response()
}

fn address(n: usize) -> String {
    format!("/section-{}/{n}", n % SECTIONS)
}
