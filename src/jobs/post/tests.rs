//! The post office at work: a real store, a clock that is set by hand, and no relay, so that what is written can be read.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Memory, PostOffice, fixed};
use crate::clock::{Clock, TestClock};
use crate::domain::cadence::Cadence;
use crate::domain::channel::Channel;
use crate::domain::delivery::{Kind, MOST_TRIES, Standing};
use crate::domain::observation::Observation;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::PageUrl;
use crate::domain::recipient::{Recipient, Wishes};
use crate::domain::robots_ladder::{Phase, STEPS};
use crate::domain::site::{Settings, Site};
use crate::domain::span::Span;
use crate::notify::{Message, Secrets, Sender, without_relay};
use crate::store::Store;
use crate::store::messages::OutboxMessage;
use crate::store::outbox::Which;
use crate::store::recipients::NewRecipient;
use crate::store::robots_copies::RobotsCopy;
use crate::store::sites::NewSite;
use crate::store::writer::{Record, Writer};

struct World {
    store: Store,
    clock: Arc<TestClock>,
    office: PostOffice,
    memory: Memory,
    writer: Writer,
    site: Site,
    _tasks: JoinSet<()>,
    folder: TempDir,
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl World {
    /// A site that calls prolonged what lasts longer than a minute, and persistent what lasts longer than an hour.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let clock = Arc::new(TestClock::at(at("2026-11-20T12:00:00Z")));
        let (writer, task) = Writer::new(store.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(task.run());
        let mut settings = Settings::default();
        settings.set_all(&["brief_max=60s", "persistent_after=1h"]).unwrap();
        let start_url = PageUrl::parse("https://shop.example/").unwrap();
        let site = store.add_site(&NewSite { start_url, settings }, clock.now()).await.unwrap();
        let office = PostOffice {
            store: store.clone(),
            clock: clock.clone(),
            sender: fixed(Sender::new(without_relay(), clock.clone()).unwrap()),
            secrets: fixed(Arc::new(Secrets::default())),
            base: "https://watch.example".to_owned(),
        };
        Self { store, clock, office, memory: Memory::default(), writer, site, _tasks: tasks, folder }
    }

    async fn tells(&self, name: &str, wishes: &[&str]) -> Recipient {
        let mut told = Wishes { summary: BTreeSet::new(), ..Wishes::default() };
        told.set_all(wishes).unwrap();
        let new = NewRecipient {
            name: name.to_owned(),
            channel: Channel::Mail,
            target: format!("{name}@shop.example"),
            secret: None,
            sites: None,
            wishes: told,
        };
        self.store.add_recipient(&new, self.clock.now()).await.unwrap();
        self.store.recipient_named(name).await.unwrap().unwrap()
    }

    /// All of these paths are looked at, and answer this.
    async fn seen(&self, paths: impl Iterator<Item = String>, status: u16) {
        let now = self.clock.now();
        let urls: Vec<(PageUrl, u32)> = paths.map(|path| (self.site.origin.url(&path).unwrap(), 1)).collect();
        for known in self.store.add_urls(&self.site, &urls, now).await.unwrap() {
            let observation = Observation::instant(now, Outcome::Status(status));
            self.writer.record(Record::of(self.site.id, &known, observation)).await.unwrap();
        }
        self.writer.flush(self.site.id).await.unwrap();
    }

    async fn products(&self, count: usize, status: u16) {
        self.seen((0..count).map(|n| format!("/product/{n}")), status).await;
    }

    fn passes(&self, span: TimeDelta) {
        self.clock.advance(span);
    }

    /// Time passes, and the office looks every ten seconds of it.
    async fn works_for(&mut self, span: TimeDelta) {
        for _ in 0..span.num_seconds() / 10 {
            self.passes(TimeDelta::seconds(10));
            self.round().await;
        }
    }

    /// One turn of the office: it writes what is due, and delivers what is.
    async fn round(&mut self) {
        self.office.write_due(&mut self.memory).await;
        for channel in self.office.due_channels().await {
            self.office.deliver(Which::Channel(channel), &CancellationToken::new()).await.unwrap();
        }
    }

    async fn written(&self) -> Vec<OutboxMessage> {
        let mut all = self.store.messages(1_000).await.unwrap();
        all.sort_by_key(|message| message.id);
        all
    }

    async fn subjects(&self) -> Vec<String> {
        self.written().await.into_iter().map(|message| message.subject).collect()
    }

    async fn read(&self, id: i64) -> Message {
        serde_json::from_str(&self.store.message_body(id).await.unwrap().unwrap()).unwrap()
    }
}

#[tokio::test]
async fn ten_thousand_urls_that_fail_in_one_minute_are_one_alert_when_they_cross_a_line_and_one_when_they_are_well()
 {
    let mut world = World::new().await;
    world.tells("nadia", &[]).await;
    world.products(10_000, 200).await;
    for tenth in 0..10 {
        world.passes(TimeDelta::seconds(6));
        world.seen((tenth * 1_000..(tenth + 1) * 1_000).map(|n| format!("/product/{n}")), 502).await;
    }
    world.works_for(TimeDelta::seconds(60)).await;
    world.products(10_000, 502).await;
    world.works_for(TimeDelta::minutes(10)).await;
    assert_eq!(world.subjects().await, ["Gatecrawl: 10,000 URLs 502 on shop.example, the index is next"]);
    world.products(10_000, 200).await;
    world.works_for(TimeDelta::minutes(10)).await;
    assert_eq!(world.subjects().await[1..], ["Gatecrawl: 10,000 URLs recovered on shop.example"]);
}

#[tokio::test]
async fn many_outages_of_single_urls_that_look_alike_are_one_message() {
    let mut world = World::new().await;
    world.tells("nadia", &[]).await;
    // They begin far apart, beside many that are well: the judge takes them for outages of their own.
    world.products(600, 200).await;
    for n in 0..5 {
        world.passes(TimeDelta::hours(2));
        world.seen([format!("/product/{n}")].into_iter(), 502).await;
        world.seen((20..600).map(|n| format!("/product/{n}")), 200).await;
    }
    world.passes(TimeDelta::hours(3));
    world.seen((0..5).map(|n| format!("/product/{n}")), 502).await;
    world.works_for(TimeDelta::minutes(6)).await;
    let written = world.written().await;
    assert_eq!(written.len(), 1, "{written:?}");
    let message = world.read(written[0].id).await;
    assert!(message.text.contains("This is the largest of 5 outages that look alike"), "{}", message.text);
    assert_eq!(message.json["news"][0]["outages"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn each_line_is_told_once_whatever_is_restarted() {
    let mut world = World::new().await;
    world.tells("nadia", &[]).await;
    world.products(40, 200).await;
    for _ in 0..20 {
        world.passes(TimeDelta::minutes(5));
        world.products(40, 502).await;
        // What was in memory is gone, as after a restart.
        world.writer.forget(world.site.id).await.unwrap();
        world.memory = Memory::default();
        world.works_for(TimeDelta::minutes(2)).await;
    }
    let expected = [
        "Gatecrawl: 40 URLs 502 on shop.example, the index is next",
        "Gatecrawl: 40 URLs persistently 502 on shop.example",
    ];
    assert_eq!(world.subjects().await, expected);
}

#[tokio::test]
async fn in_quiet_hours_news_waits_and_an_end_makes_what_was_before_it_old() {
    let mut world = World::new().await;
    world.tells("nadia", &["quiet_hours=11:00-18:00"]).await;
    world.products(40, 200).await;
    for status in [502, 502, 200, 200] {
        world.passes(TimeDelta::minutes(5));
        world.products(40, status).await;
    }
    world.works_for(TimeDelta::hours(5)).await;
    assert_eq!(world.subjects().await, Vec::<String>::new());
    world.works_for(TimeDelta::hours(1)).await;
    assert_eq!(world.subjects().await, ["Gatecrawl: 40 URLs recovered on shop.example"]);
}

#[tokio::test]
async fn a_muted_outage_is_not_told_and_neither_is_a_site_that_is_not_followed() {
    let mut world = World::new().await;
    world.tells("nadia", &[]).await;
    let mut other = world.tells("omar", &[]).await;
    other.sites = Some(BTreeSet::new());
    assert!(world.store.update_recipient(&other, world.clock.now()).await.unwrap());
    world.products(40, 200).await;
    world.passes(TimeDelta::minutes(5));
    world.products(40, 502).await;
    let outage = world.store.outages(world.site.id, None).await.unwrap()[0].id;
    assert!(world.store.mute(outage, "nadia", world.clock.now()).await.unwrap());
    world.passes(TimeDelta::minutes(5));
    world.products(40, 502).await;
    world.works_for(TimeDelta::minutes(10)).await;
    assert_eq!(world.subjects().await, Vec::<String>::new());
    assert_eq!(world.store.awaited_news().await.unwrap(), [], "what is muted does not wait for ever");
}

#[tokio::test]
async fn what_goes_on_is_told_again_only_to_whom_asked_for_it() {
    let mut world = World::new().await;
    world.tells("nadia", &[]).await;
    let omar = world.tells("omar", &["remind=30m"]).await;
    world.products(40, 200).await;
    for _ in 0..11 {
        world.passes(TimeDelta::minutes(5));
        world.products(40, 502).await;
        world.works_for(TimeDelta::seconds(70)).await;
    }
    let reminders: Vec<_> =
        world.written().await.into_iter().filter(|message| message.kind == Kind::Reminder).collect();
    assert_eq!(reminders.len(), 1, "{reminders:?}");
    assert_eq!(reminders[0].recipient, omar.id);
    assert!(reminders[0].subject.contains("still 40 URLs"), "{}", reminders[0].subject);
}

#[tokio::test]
async fn who_has_left_a_site_is_told_nothing_of_it_any_more() {
    let mut world = World::new().await;
    let mut omar = world.tells("omar", &["remind=10m", "gather=10m"]).await;
    world.products(40, 200).await;
    for _ in 0..3 {
        world.passes(TimeDelta::minutes(1));
        world.products(40, 502).await;
    }
    assert_eq!(world.store.awaited_news().await.unwrap().len(), 1, "it waits for more");
    omar.sites = Some(BTreeSet::new());
    world.store.update_recipient(&omar, world.clock.now()).await.unwrap();
    world.works_for(TimeDelta::minutes(30)).await;
    assert_eq!(world.subjects().await, Vec::<String>::new());
    assert_eq!(world.store.awaited_news().await.unwrap(), [], "and it does not wait for ever");
}

#[tokio::test]
async fn the_steps_of_a_failing_robots_txt_are_told_and_its_end() {
    let mut world = World::new().await;
    world.tells("nadia", &[]).await;
    let began = world.clock.now();
    let copy = |fetched_at, failing_since: Option<DateTime<Utc>>| RobotsCopy {
        fetched_at,
        outcome: Outcome::Status(if failing_since.is_none() { 200 } else { 503 }),
        failing_since,
        good_at: Some(began),
        good_body: Some(Vec::new()),
    };
    for minute in [0, 4, 6, 20, 12 * 60 + 1, 12 * 60 + 30] {
        world.clock.set(began + TimeDelta::minutes(minute));
        world.store.put_robots_copy(world.site.id, &copy(world.clock.now(), Some(began))).await.unwrap();
        world.round().await;
        world.works_for(TimeDelta::seconds(80)).await;
    }
    world.store.put_robots_copy(world.site.id, &copy(world.clock.now(), None)).await.unwrap();
    world.works_for(TimeDelta::minutes(3)).await;
    assert_eq!(
        world.subjects().await,
        [
            "Gatecrawl: robots.txt of shop.example fails, Google stops all crawling",
            "Gatecrawl: robots.txt of shop.example fails still, next step of its ladder",
            "Gatecrawl: robots.txt of shop.example is well again",
        ]
    );
    let first = world.read(world.written().await[0].id).await;
    assert!(first.text.contains(STEPS[0].says) && first.text.contains(STEPS[0].source), "{}", first.text);
}

#[tokio::test]
async fn a_site_that_is_down_together_with_its_robots_txt_is_told_to_be_given_up_after_30_days() {
    let mut world = World::new().await;
    world.tells("nadia", &[]).await;
    world.products(40, 200).await;
    world.passes(TimeDelta::minutes(1));
    let began = world.clock.now();
    for passed in [0, 1, 24, 30 * 24 - 1, 30 * 24 + 1] {
        world.clock.set(began + TimeDelta::hours(passed));
        world.seen((0..40).map(|n| format!("/{n}")), 503).await;
        let copy = RobotsCopy {
            fetched_at: world.clock.now(),
            outcome: Outcome::Status(503),
            failing_since: Some(began),
            good_at: Some(began - TimeDelta::hours(1)),
            good_body: Some(Vec::new()),
        };
        world.store.put_robots_copy(world.site.id, &copy).await.unwrap();
        world.works_for(TimeDelta::seconds(80)).await;
    }
    let last = world.written().await.into_iter().max_by_key(|message| message.id).unwrap();
    assert!(
        last.subject.contains("robots.txt of shop.example fails, Google stops all crawling"),
        "{}",
        last.subject
    );
    let text = world.read(last.id).await.text;
    let given_up = STEPS.iter().find(|step| step.phase == Phase::StoppedAsDown).unwrap();
    assert!(text.contains(given_up.says), "{text}");
}

#[tokio::test]
async fn a_day_on_which_the_clocks_change_brings_one_summary_and_so_does_every_other() {
    for (change, zone, days) in
        [("2026-10-23T12:00:00Z", "Europe/Berlin", 4), ("2027-03-26T12:00:00Z", "Europe/Berlin", 4)]
    {
        let mut world = World::new().await;
        world.clock.set(at(change));
        world.tells("nadia", &["summary=daily", "at=02:30", &format!("time_zone={zone}")]).await;
        for _ in 0..days * 24 * 4 {
            world.passes(TimeDelta::minutes(15));
            world.round().await;
        }
        let keys: Vec<String> = world.written().await.into_iter().map(|message| message.key).collect();
        assert_eq!(keys.len(), days, "{keys:?}");
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), days);
    }
}

#[tokio::test]
async fn a_clock_that_jumps_a_day_sends_nothing_twice_and_loses_nothing() {
    let mut world = World::new().await;
    world.tells("nadia", &["summary=daily", "at=07:00"]).await;
    world.clock.set(at("2026-11-21T07:01:00Z"));
    world.round().await;
    let jumps =
        ["2026-11-22T07:01:00Z", "2026-11-21T07:02:00Z", "2026-11-22T07:03:00Z", "2026-11-23T07:00:00Z"];
    for now in jumps {
        world.clock.set(at(now));
        world.memory = Memory::default();
        world.round().await;
    }
    let keys: Vec<String> = world.written().await.into_iter().map(|message| message.key).collect();
    assert_eq!(
        keys,
        ["summary-1-daily-2026-11-21", "summary-1-daily-2026-11-22", "summary-1-daily-2026-11-23"]
    );
    // A message that seems to be due in a far future is due now.
    world.clock.set(at("2026-11-20T07:00:00Z"));
    let before = world.written().await[0].tries;
    world.round().await;
    assert_eq!(world.written().await[0].tries, before + 1);
}

#[tokio::test]
async fn a_quiet_day_brings_a_summary_only_to_whom_wants_a_sign_of_life() {
    let mut world = World::new().await;
    world.tells("nadia", &["summary=daily,weekly"]).await;
    world.tells("omar", &["summary=daily", "quiet_days=false"]).await;
    world.clock.set(at("2026-11-23T06:30:00Z"));
    world.products(3, 200).await;
    world.clock.set(at("2026-11-23T07:00:30Z"));
    world.round().await;
    let expected = ["Gatecrawl: all is well on shop.example", "Gatecrawl: all is well on shop.example"];
    assert_eq!(world.subjects().await, expected, "a daily and a weekly one");
    let message = world.read(world.written().await[0].id).await;
    assert!(message.html.unwrap().contains("All is well on shop.example"));
    assert!(message.unsubscribe.unwrap().starts_with("https://watch.example/unsubscribe/s1."));
}

#[tokio::test]
async fn of_a_day_on_which_nobody_looked_no_summary_says_that_all_is_well() {
    let mut world = World::new().await;
    world.tells("nadia", &["summary=daily"]).await;
    world.products(3, 200).await;
    world.clock.set(at("2026-11-23T07:00:30Z"));
    world.round().await;
    assert_eq!(world.subjects().await, ["Gatecrawl: nothing was looked at"]);
}

#[tokio::test]
async fn the_link_that_stops_messages_is_in_mails_alone_and_not_in_a_chat_where_everybody_could_follow_it() {
    let mut world = World::new().await;
    let mut chat = world.tells("chat", &["summary=daily"]).await;
    chat.channel = Channel::Webhook;
    chat.target = "https://hooks.shop.example/x".to_owned();
    assert!(world.store.update_recipient(&chat, world.clock.now()).await.unwrap());
    world.clock.set(at("2026-11-23T07:00:30Z"));
    world.round().await;
    let message = world.read(world.written().await[0].id).await;
    assert_eq!(message.unsubscribe, None);
    assert!(!message.text.contains("/unsubscribe/"));
}

#[tokio::test]
async fn a_summary_that_is_not_due_yet_is_refused_so_that_the_whole_one_can_still_be_sent() {
    let world = World::new().await;
    let nadia = world.tells("nadia", &["summary=daily"]).await;
    let tomorrow = "2026-11-21".parse().unwrap();
    let refused = world.office.write_summary_of(&nadia, Cadence::Daily, Some(tomorrow)).await.unwrap_err();
    assert!(refused.to_string().contains("is not due yet"), "{refused}");
    assert!(world.written().await.is_empty());
}

#[tokio::test]
async fn who_is_new_gets_no_summary_of_the_time_before() {
    let mut world = World::new().await;
    world.tells("nadia", &["summary=daily,monthly", "at=07:00"]).await;
    world.works_for(TimeDelta::minutes(1)).await;
    assert_eq!(world.subjects().await, Vec::<String>::new());
}

#[tokio::test]
async fn without_a_relay_a_message_waits_with_its_reason_is_given_up_after_the_stated_tries_and_can_be_tried_again()
 {
    let mut world = World::new().await;
    let nadia = world.tells("nadia", &[]).await;
    world.office.write_test(&nadia).await.unwrap();
    world.round().await;
    let first = world.written().await.remove(0);
    assert_eq!((first.standing, first.tries), (Standing::Waiting, 1));
    assert!(first.last_error.unwrap().contains("[mail]"));
    for _ in 0..MOST_TRIES {
        world.passes(TimeDelta::hours(25));
        world.round().await;
    }
    let dead = world.written().await.remove(0);
    assert_eq!((dead.standing, dead.tries), (Standing::Dead, MOST_TRIES));
    assert_eq!(world.store.tally_messages().await.unwrap().dead, 1);
    assert!(world.store.retry(dead.id, world.clock.now()).await.unwrap());
    assert_eq!(world.written().await[0].standing, Standing::Waiting);
    assert!(world.store.drop_message(dead.id, world.clock.now()).await.unwrap());
    assert!(!world.store.retry(dead.id, world.clock.now()).await.unwrap(), "what was dropped is over");
}

#[tokio::test]
async fn a_message_that_somebody_holds_is_not_taken_by_another_until_the_lease_is_over() {
    let world = World::new().await;
    let nadia = world.tells("nadia", &[]).await;
    world.office.write_test(&nadia).await.unwrap();
    let (now, lease) = (world.clock.now(), Span::minutes(1));
    assert_eq!(world.store.take_due(now, lease, (9, Which::Channel(Channel::Mail))).await.unwrap().len(), 1);
    assert_eq!(world.store.take_due(now, lease, (9, Which::Channel(Channel::Mail))).await.unwrap().len(), 0);
    let later = now + TimeDelta::seconds(60);
    assert_eq!(
        world.store.take_due(later, lease, (9, Which::Channel(Channel::Mail))).await.unwrap().len(),
        1,
        "its holder has died"
    );
    assert!(world.folder.path().exists());
}
