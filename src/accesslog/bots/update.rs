//! Fetches the published lists anew. A list that cannot be had or read leaves what is known as it is, and says so.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use super::feeds::{FEEDS, Feed};
use super::lists::{Lists, keep};
use super::published::Published;
use crate::domain::outcome::Class;
use crate::domain::page_url::PageUrl;
use crate::fetch::redirects::{PAGE_HOPS, follow};
use crate::fetch::{Fetch, Fetched, Request};

/// The largest list that is read; the longest one known has 60 kB.
const MOST_BYTES: usize = 4 << 20;

/// What came of one list.
#[derive(Debug)]
pub struct Updated {
    /// Which.
    pub feed: &'static Feed,
    /// Where it was asked for.
    pub url: String,
    /// What came.
    pub result: Result<Came, String>,
}

/// A list that came.
#[derive(Debug, PartialEq, Eq)]
pub enum Came {
    /// It was not known yet.
    New {
        /// Its day: the one that it says, or today.
        day: NaiveDate,
        /// How many ranges it has.
        ranges: usize,
    },
    /// It is the newest one that is known.
    Known(NaiveDate),
}

/// Fetches every list that is published, from a mirror where one is named (`NAME.json` below its address), and keeps what is
/// new in the data directory.
pub async fn update(
    fetch: &dyn Fetch,
    data: &Path,
    mirror: Option<&PageUrl>,
    now: DateTime<Utc>,
) -> Vec<Updated> {
    let known = Lists::load(data);
    let mut fetched = Vec::new();
    for feed in FEEDS {
        if let Some(url) = place(feed, mirror) {
            fetched.push(one(fetch, data, &known, feed, url, now));
        }
    }
    // They are few, and of as many hosts: all at one time.
    futures_util::future::join_all(fetched).await
}

async fn one(
    fetch: &dyn Fetch,
    data: &Path,
    known: &Lists,
    feed: &'static Feed,
    url: String,
    now: DateTime<Utc>,
) -> Updated {
    let result = match get(fetch, &url).await {
        Ok(list) => take(known, data, feed, &list, now),
        Err(why) => Err(why),
    };
    Updated { feed, url, result }
}

fn place(feed: &Feed, mirror: Option<&PageUrl>) -> Option<String> {
    let own = feed.url?;
    let Some(mirror) = mirror else { return Some(own.to_owned()) };
    Some(format!("{}/{}.json", mirror.as_str().trim_end_matches('/'), feed.name))
}

async fn get(fetch: &dyn Fetch, url: &str) -> Result<Published, String> {
    let url = PageUrl::parse(url).map_err(|error| error.to_string())?;
    let request = Request::of(url).capped_at(MOST_BYTES);
    let chain = follow(fetch, request, PAGE_HOPS, |_, _| true).await.map_err(|error| error.to_string())?;
    let answer = chain.hops.last().ok_or("nothing came")?;
    read(answer)
}

fn read(answer: &Fetched) -> Result<Published, String> {
    if answer.outcome.class() != Class::Healthy || answer.redirect.is_some() {
        return Err(format!("the answer was {}", answer.outcome));
    }
    if answer.body_capped {
        return Err(format!("it is longer than {MOST_BYTES} bytes"));
    }
    Published::read(&answer.body).map_err(|error| error.to_string())
}

/// Keeps a list that is not known.
fn take(
    known: &Lists,
    data: &Path,
    feed: &'static Feed,
    list: &Published,
    now: DateTime<Utc>,
) -> Result<Came, String> {
    let newest = known.of(feed.name).last().filter(|newest| newest.ranges == list.ranges);
    let day = list.day.unwrap_or(now.date_naive());
    if let Some(newest) = newest.filter(|newest| list.day.is_none() || newest.day == day) {
        return Ok(Came::Known(newest.day));
    }
    keep(data, feed, day, &list.ranges).map_err(|error| format!("it could not be kept ({error})"))?;
    Ok(Came::New { day, ranges: list.ranges.len() })
}
