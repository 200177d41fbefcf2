//! Gatecrawl crawls websites the way a search crawler does, records every 502 Bad Gateway (and its siblings) with how
//! long it lasted, and separates the brief outages that search engines forgive from the persistent errors that cost
//! crawl rate and index.
//!
//! # The house
//!
//! One crate, in layers. Imports only go down; `tests/it/layers.rs` sees to it.
//!
//! | layer | rooms |
//! | --- | --- |
//! | 5, faces | [`web`] the dashboard, [`cli`] the command line |
//! | 4, at work | [`jobs`] what is due and who does it, among it the post office, [`app`] puts the parts together, [`config`], [`shutdown`], [`demo`] a site that fails on purpose |
//! | 3, doing | [`crawl`] runs over sites, [`accesslog`] what search bots met, [`report`] what was seen, made ready for readers |
//! | 2, outside | [`fetch`] the only user of reqwest, [`store`] the only user of sqlx, [`notify`] word to people by mail and webhook |
//! | 1, reading | [`discover`] bytes to facts: robots.txt, sitemaps, pages |
//! | 0, thinking | [`domain`] what the words mean and how outages are judged, [`diagnosis`] who said 502 and why, [`chart`] numbers to SVG, [`clock`] |
//!
//! Layer 0 is pure: it reads no clock, no network and no database; the present instant is an argument.
//!
//! # One crawl, end to end
//!
//! 1. [`jobs::driver`] sees that a site is due, and sends out a [`jobs::patrol`], which takes the site's lease: one
//!    process works on a site at a time, so politeness holds.
//! 2. [`crawl::Crawler::crawl`] asks for robots.txt. A host that cannot say whether we may enter is not crawled, only
//!    probed. Then it hands the sitemaps' URLs to the store, and its frontier reads from there what was not seen since the
//!    crawl began; that is a query, so a crawl that was killed, or paused because its site went down, goes on where it was.
//! 3. Visits run side by side, each at its turn: [`fetch`] brings an answer and tells every way of failing apart,
//!    [`discover`] reads the page's links, unless the page has not changed; a small page is shown to [`diagnosis`] first,
//!    because it may be an error page under status 200. The run's dispatcher alone owns the counts;
//!    what it may do next, when the site slows, fails or asks to be left alone, is said by [`crawl::politeness`].
//! 4. A visit goes, with the URLs that it found and what its page says, to the one [`store::writer`], which folds batches
//!    of them into spells, lets [`domain::judge`] group failing URLs into outages, and commits all of it together.
//! 5. An outage that opens, changes its verdict or ends is announced to whoever listens. Pages, the command line and
//!    reports read from the store and judge with the present instant ([`domain::verdict`]); who made the answers of an
//!    outage is said by [`diagnosis`] from the evidence that was kept, when it is asked ([`report::diagnosis`]), so that
//!    a signature learned tomorrow explains what failed today.
//! 6. When that crosses a line, it is news ([`domain::news`]), filed by the writer in the same transaction for each
//!    recipient. The post office ([`jobs::post`]) makes one message of what waits, in the words of [`report::alert`], writes
//!    it into the outbox ([`store::outbox`]), and delivers it by [`notify`] until somebody has taken it.
//!
//! A replayed file enters at the observation; nothing behind it knows the difference. Access logs enter there, too:
//! [`accesslog`] reads lines and finds the bots in them, and [`jobs::import`] hands what real ones saw to the same writer,
//! with the bot as the observer.
//!
//! # Kept for years
//!
//! A database is looked at before it is written to, and brought up to date in one transaction (`store::schema`). When a batch
//! cannot be stored, [`store::recording`] stops everybody who would fetch what is lost, and lets them go on when there is room.
//! [`jobs::tidy`] removes what is older than [`domain::keep`] has it; [`store::backup`] copies a database in use and puts a copy
//! back. What the configuration file changes while `serve` runs is handed out by `cli::reload`.

/// Which Gatecrawl this is: its version, and for a release its commit and the day of that.
pub const VERSION: &str = env!("GATECRAWL_VERSION");

pub mod accesslog;
pub mod app;
pub mod chart;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crawl;
pub mod demo;
pub mod diagnosis;
pub mod discover;
pub mod domain;
pub mod fetch;
pub mod jobs;
pub mod notify;
pub mod report;
pub mod shutdown;
pub mod store;
pub mod web;
