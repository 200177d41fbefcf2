//! Whole-program tests, in one binary because linking dominates their build time. Each file plays one story; what they
//! play with stands in `support`.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod access_logs;
mod backup;
mod bad_input;
mod bad_start;
mod bots;
mod cli;
mod clock;
mod crawl;
mod dashboard;
mod dashboard_pages;
mod demo;
mod deploy;
mod diagnosis;
mod doctor;
mod egress;
mod full_disk;
mod gateways;
mod hostile_site;
mod impact;
mod layers;
mod logs;
mod messages;
mod notify;
mod outage;
mod pauses;
mod reload;
mod replay;
mod resume;
mod service;
mod support;
