//! Sitemaps that fail, are no sitemaps, come back and are no longer named; answers come from a script, what is kept is in
//! a real store.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;
use tokio::sync::watch as channel;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::clock::{Clock, TestClock};
use crate::crawl::progress::Progress;
use crate::discover::robots::Robots;
use crate::domain::crawl::CrawlOptions;
use crate::domain::site::Settings;
use crate::fetch::{Fetch, Fetching, Head, Refused};
use crate::store::Store;
use crate::store::sites::NewSite;
use crate::store::writer::Writer;

/// What each address answers; one that is not in it answers 404, one of 10.0.0.1 may not be asked.
struct Script {
    clock: Arc<TestClock>,
    answers: Mutex<HashMap<String, (u16, String)>>,
}

struct World {
    crawler: Crawler,
    script: Arc<Script>,
    clock: Arc<TestClock>,
    site: Site,
    _tasks: JoinSet<()>,
    _folder: TempDir,
}

fn start() -> DateTime<Utc> {
    "2026-11-01T09:00:00Z".parse().unwrap()
}

impl Fetch for Script {
    fn fetch<'a>(&'a self, request: &'a Request) -> Fetching<'a> {
        Box::pin(async {
            let url = request.url.clone();
            if url.host() == "10.0.0.1" {
                let address = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
                return Err(Refused { host: url.host().to_owned(), address }.into());
            }
            let answer = self.answers.lock().unwrap().get(url.as_str()).cloned();
            let (status, text) = answer.unwrap_or((404, "Not Found".to_owned()));
            let redirect = (300..400).contains(&status).then(|| PageUrl::parse(&text).unwrap());
            let at = self.clock.now();
            Ok(Fetched {
                url,
                asked_at: at,
                at,
                elapsed: Duration::ZERO,
                outcome: Outcome::of_status(status),
                head: Some(Head { version: "HTTP/1.1", status, reason: None, headers: Vec::new() }),
                body: text.into_bytes(),
                body_capped: false,
                wire_bytes: 0,
                redirect,
                detail: None,
                remote: None,
            })
        })
    }
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let clock = Arc::new(TestClock::at(start()));
        let script = Arc::new(Script { clock: Arc::clone(&clock), answers: Mutex::default() });
        let start_url = PageUrl::parse("https://shop.example/").unwrap();
        let new = NewSite { start_url, settings: Settings::default() };
        let site = store.add_site(&new, start()).await.unwrap();
        let (writer, task) = Writer::new(store.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(task.run());
        let crawler = Crawler { store, writer, fetch: script.clone(), clock: clock.clone() };
        Self { crawler, script, clock, site, _tasks: tasks, _folder: folder }
    }

    fn answers(&self, url: &str, status: u16, text: &str) {
        self.script.answers.lock().unwrap().insert(url.to_owned(), (status, text.to_owned()));
    }

    /// Reads the sitemaps, an hour after the last time.
    async fn read(&self, named: &[&str]) -> Listed {
        self.clock.advance(TimeDelta::hours(1));
        let robots = named.iter().map(|url| ["Sitemap: ", url, "\n"].concat()).collect::<Vec<_>>().concat();
        let options = CrawlOptions { rate: Some(0.0), sitemap_only: true, ..CrawlOptions::default() };
        let (progress, _) = channel::channel(Progress::default());
        let robots = Robots::parse(robots.as_bytes());
        let mut run = self.crawler.run(&self.site, &options, robots, &CancellationToken::new(), progress);
        let before = self.pages().await;
        let count = run.read_sitemaps().await.unwrap();
        self.crawler.writer.flush(self.site.id).await.unwrap();
        let mut pages = self.pages().await;
        pages.retain(|page| !before.contains(page));
        Listed { count, pages, notes: run.notes }
    }

    /// The paths that are known, without those of files.
    async fn pages(&self) -> Vec<String> {
        let known = self.crawler.store.known_urls(&self.site).await.unwrap();
        let paths = known.into_iter().map(|known| known.url.path().to_owned());
        paths.filter(|path| !path.contains(".xml")).collect()
    }

    /// Each sitemap that is kept, with its fault and since how many hours after the start it has it.
    async fn kept(&self) -> Vec<(String, Option<Fault>, Option<i64>)> {
        let kept = self.crawler.store.sitemaps(self.site.id).await.unwrap();
        let mut kept: Vec<_> = kept
            .into_iter()
            .map(|sitemap| {
                let since = sitemap.state.failing_since.map(|since| (since - start()).num_hours());
                (sitemap.url.path().to_owned(), sitemap.state.fault, since)
            })
            .collect();
        kept.sort();
        kept
    }
}

/// What the sitemaps gave.
struct Listed {
    count: u64,
    pages: Vec<String>,
    notes: Vec<String>,
}

const USUAL: &str = "https://shop.example/sitemap.xml";

fn urlset(paths: &[&str]) -> String {
    let entry = |path: &&str| format!("<url><loc>https://shop.example{path}</loc></url>");
    format!("<urlset>{}</urlset>", paths.iter().map(entry).collect::<Vec<_>>().concat())
}

fn index(urls: &[&str]) -> String {
    let entry = |url: &&str| format!("<sitemap><loc>{url}</loc></sitemap>");
    format!("<sitemapindex>{}</sitemapindex>", urls.iter().map(entry).collect::<Vec<_>>().concat())
}

fn row(path: &str, fault: Option<Fault>, since: Option<i64>) -> (String, Option<Fault>, Option<i64>) {
    (path.to_owned(), fault, since)
}

#[tokio::test]
async fn a_site_without_a_sitemap_has_no_fault() {
    let world = World::new().await;
    let listed = world.read(&[]).await;
    assert_eq!((listed.count, listed.notes.len()), (0, 0));
    assert_eq!(world.kept().await, []);
    let listed = world.read(&["/named.xml"]).await;
    assert!(listed.notes[0].contains("it is not there: the answer is 404"), "{:?}", listed.notes);
    assert_eq!(world.kept().await, [row("/named.xml", Some(Fault::Missing), Some(2))], "somebody names it");
}

#[tokio::test]
async fn a_sitemap_that_fails_is_a_finding_since_the_first_look_and_until_it_is_good() {
    let world = World::new().await;
    world.answers(USUAL, 200, &urlset(&["/a"]));
    world.read(&[]).await;
    assert_eq!(world.kept().await, [row("/sitemap.xml", None, None)]);
    for (status, text, fault) in [
        (502, "Bad Gateway", Fault::Failed),
        (429, "slow down", Fault::Failed),
        (200, "<!doctype html><p>Welcome", Fault::Html),
        (200, "<urlset><url><loc>https://shop.example/a</l", Fault::Unreadable),
    ] {
        world.answers(USUAL, status, text);
        world.read(&[]).await;
        assert_eq!(world.kept().await, [row("/sitemap.xml", Some(fault), Some(2))], "{status} {text}");
    }
    let too_many = vec!["/a"; 50_001];
    world.answers(USUAL, 200, &urlset(&too_many));
    world.read(&[]).await;
    assert_eq!(world.kept().await, [row("/sitemap.xml", Some(Fault::TooLarge), Some(2))]);
    world.answers(USUAL, 200, &urlset(&["/a", "/b"]));
    assert_eq!(world.read(&[]).await.count, 2);
    assert_eq!(world.kept().await, [row("/sitemap.xml", None, None)]);
    world.answers(USUAL, 404, "");
    world.read(&[]).await;
    assert_eq!(world.kept().await, [], "who has no sitemap any more has no fault");
}

#[tokio::test]
async fn what_an_index_names_is_kept_while_the_index_fails_and_forgotten_when_it_names_it_no_more() {
    let world = World::new().await;
    let (one, two) = ("https://shop.example/1.xml", "https://shop.example/2.xml");
    world.answers(USUAL, 200, &index(&[one, two]));
    world.answers(one, 200, &urlset(&["/a"]));
    world.answers(two, 503, "");
    world.read(&[]).await;
    let two_fails = row("/2.xml", Some(Fault::Failed), Some(1));
    let all = [row("/1.xml", None, None), two_fails.clone(), row("/sitemap.xml", None, None)];
    assert_eq!(world.kept().await, all);
    world.answers(USUAL, 500, "");
    world.read(&[]).await;
    let index_fails = row("/sitemap.xml", Some(Fault::Failed), Some(2));
    assert_eq!(world.kept().await, [all[0].clone(), two_fails, index_fails]);
    world.answers(USUAL, 200, &index(&[one]));
    world.read(&[]).await;
    assert_eq!(world.kept().await, [all[0].clone(), all[2].clone()]);
    world.answers("https://shop.example/new.xml", 200, &urlset(&["/a"]));
    world.read(&["/new.xml"]).await;
    assert_eq!(world.kept().await, [row("/new.xml", None, None)], "robots.txt names another one now");
}

#[tokio::test]
async fn between_crawls_a_sitemap_that_answers_again_is_read_and_cleared() {
    let world = World::new().await;
    let probe = async || {
        world.clock.advance(TimeDelta::hours(1));
        world.crawler.probe(&world.site, false, &CancellationToken::new()).await.unwrap();
    };
    world.answers(USUAL, 502, "");
    world.read(&[]).await;
    probe().await;
    assert_eq!(world.kept().await, [row("/sitemap.xml", Some(Fault::Failed), Some(1))]);
    world.answers(USUAL, 200, &urlset(&["/a"]));
    probe().await;
    assert_eq!(world.kept().await, [row("/sitemap.xml", None, None)]);
}

#[tokio::test]
async fn a_sitemap_on_another_host_is_read_and_one_at_a_private_address_ends_nothing() {
    let world = World::new().await;
    let (cdn, old) = ("https://cdn.example/s.xml", "http://shop.example/s.xml");
    world.answers(cdn, 200, &urlset(&["/from-cdn"]));
    world.answers(old, 301, "https://shop.example/s.xml");
    world.answers("https://shop.example/s.xml", 200, &urlset(&["/moved"]));
    let listed = world.read(&["http://10.0.0.1/s.xml", cdn, old]).await;
    assert_eq!(listed.pages, ["/from-cdn", "/moved"]);
    assert!(listed.notes[0].contains("was not asked for"), "{:?}", listed.notes);
    let known = world.crawler.store.known_urls(&world.site).await.unwrap();
    let known: Vec<&str> = known.iter().map(|known| known.url.path()).collect();
    assert_eq!(known, ["/s.xml", "/from-cdn", "/moved"], "what lies on another host is no URL of this site");
}
