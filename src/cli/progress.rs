//! The progress bar of a crawl: listens to the run's counts, and draws them on stderr if that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::watch;

use crate::crawl::progress::{Phase, Progress};

/// How often the bar is drawn anew at most.
const REDRAW: Duration = Duration::from_millis(100);

/// Shows a run's counts until the run is over.
pub(super) async fn show(mut progress: watch::Receiver<Progress>) {
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {msg} [{wide_bar}] {pos}/{len} {per_sec} {eta}")
    {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(REDRAW);
    while progress.changed().await.is_ok() {
        let now = progress.borrow_and_update().clone();
        bar.set_length(now.fetched + now.waiting);
        bar.set_position(now.fetched);
        bar.set_message(message(&now));
        if now.phase == Phase::Done {
            break;
        }
        tokio::time::sleep(REDRAW).await;
    }
    bar.finish_and_clear();
}

fn message(progress: &Progress) -> String {
    let doing = match progress.phase {
        Phase::Opening => "robots.txt and sitemaps",
        Phase::Crawling | Phase::Done => "crawling",
        Phase::Confirming => "looking again at what failed",
    };
    match progress.failing {
        0 => doing.to_owned(),
        n => format!("{doing}, {n} failing"),
    }
}
