//! Gatecrawl crawls websites the way a search crawler does, records every 502 Bad Gateway (and its siblings) with how
//! long it lasted, and separates the brief outages that search engines forgive from the persistent errors that cost
//! crawl rate and index.

pub mod chart;
pub mod clock;
pub mod discover;
pub mod domain;
pub mod fetch;
pub mod report;
pub mod store;
pub mod web;
