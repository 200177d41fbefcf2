//! The progress bar of a crawl: listens to the run's counts, and draws them on stderr if that is a terminal.

use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use tokio::sync::watch;

use crate::crawl::progress::{Phase, Progress};

/// How often the bar is drawn anew at most.
const REDRAW: Duration = Duration::from_millis(100);

/// Shows a run's counts until the run is over.
pub(super) async fn show(mut progress: watch::Receiver<Progress>) {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{wide_bar}] {pos}/{len}{prefix}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(REDRAW);
    while progress.changed().await.is_ok() {
        let now = progress.borrow_and_update().clone();
        bar.set_length(now.fetched + now.waiting);
        bar.set_position(now.fetched);
        bar.set_message(message(&now));
        bar.set_prefix(speed(&now));
        if now.phase == Phase::Done {
            break;
        }
        tokio::time::sleep(REDRAW).await;
    }
    bar.finish_and_clear();
}

/// The rate, and how long it will take at that.
fn speed(progress: &Progress) -> String {
    let Some(remaining) = progress.remaining() else { return String::new() };
    let slower = if progress.slowdown >= 1.5 { ", slowed down" } else { "" };
    format!(" {:.1}/s{slower}, {} left", progress.rate, HumanDuration(remaining))
}

fn message(progress: &Progress) -> String {
    let doing = match progress.phase {
        Phase::Opening => "robots.txt and sitemaps",
        Phase::Crawling | Phase::Done => "crawling",
        Phase::Confirming => "looking again at what failed",
        Phase::Paused => "paused until the site comes back",
    };
    match progress.failing {
        0 => doing.to_owned(),
        n => format!("{doing}, {n} failing"),
    }
}
