//! What went wrong on the made-up sites, as rows: when, for how long, where. Times are counted back from now, so that the
//! demo is as fresh in a year as it is today.
//!
//! Each site shows one thing: a section that is persistently down beside deploys that were forgiven, a site that is well,
//! a place that fails again and again, and a robots.txt that stops all crawling.

use chrono::TimeDelta;

use super::answers::Gateway;

/// How far back the history goes.
pub(super) const DAYS: i64 = 90;

/// A made-up site.
#[derive(Debug)]
pub(super) struct Scene {
    /// Its start page.
    pub(super) start: &'static str,
    /// Who answers for it when it fails.
    pub(super) gateway: Gateway,
    /// Its sections, and how many pages each has.
    pub(super) sections: &'static [(&'static str, usize)],
    /// What goes wrong.
    pub(super) troubles: &'static [Trouble],
    /// Deploys that broke nothing: how long ago, and their names.
    pub(super) deploys: &'static [(TimeDelta, &'static str)],
}

/// Something that went wrong, once or again and again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trouble {
    /// Paths that begin so fail.
    pub(super) prefix: &'static str,
    /// How long ago it first began.
    pub(super) ago: TimeDelta,
    /// How long it lasted; longer than ago: it goes on.
    pub(super) lasts: TimeDelta,
    /// How often it came.
    pub(super) times: i32,
    /// From one time to the next.
    pub(super) every: TimeDelta,
    /// The deploy that broke it, two minutes before.
    pub(super) deploy: Option<&'static str>,
}

const fn days_and_hours(days: i64, hours: i64) -> TimeDelta {
    TimeDelta::hours(days * 24 + hours)
}

/// A trouble that came once.
const fn once(prefix: &'static str, ago: TimeDelta, lasts: TimeDelta) -> Trouble {
    Trouble { prefix, ago, lasts, times: 1, every: TimeDelta::zero(), deploy: None }
}

/// All of a site is down for some minutes after a deploy.
const fn restart(ago: TimeDelta, minutes: i64, name: &'static str) -> Trouble {
    Trouble { deploy: Some(name), ..once("/", ago, TimeDelta::minutes(minutes)) }
}

/// It goes on.
const STILL: TimeDelta = TimeDelta::days(365);

/// The made-up sites.
pub(super) const SCENES: [Scene; 4] = [
    Scene {
        start: "https://shop.example/",
        gateway: Gateway::Nginx,
        sections: &[("/product/", 42), ("/category/", 9), ("/help/", 6)],
        troubles: &[
            restart(days_and_hours(79, 4), 7, "v4.7.0"),
            restart(days_and_hours(65, 6), 11, "v4.8.0"),
            once("/category/", days_and_hours(44, 9), TimeDelta::hours(31)),
            restart(days_and_hours(37, 4), 9, "v4.9.0"),
            restart(days_and_hours(16, 5), 14, "v4.10.0"),
            restart(days_and_hours(9, 5), 8, "v4.11.0"),
            Trouble { deploy: Some("v4.12.0"), ..once("/product/", days_and_hours(3, 5), STILL) },
        ],
        deploys: &[(days_and_hours(51, 5), "v4.8.1"), (days_and_hours(23, 4), "v4.9.1")],
    },
    Scene {
        start: "https://blog.example/",
        gateway: Gateway::Caddy,
        sections: &[("/2026/", 24), ("/topics/", 8)],
        troubles: &[
            once("/", days_and_hours(58, 13), TimeDelta::minutes(26)),
            once("/", days_and_hours(5, 7), TimeDelta::minutes(18)),
            once("/topics/", days_and_hours(2, 11), TimeDelta::minutes(44)),
        ],
        deploys: &[],
    },
    Scene {
        start: "https://docs.example/",
        gateway: Gateway::HaProxy,
        sections: &[("/guide/", 18), ("/api/", 12)],
        troubles: &[
            once("/", days_and_hours(70, 2), TimeDelta::minutes(12)),
            Trouble {
                times: 6,
                every: TimeDelta::hours(24),
                ..once("/api/", days_and_hours(6, 10), TimeDelta::minutes(210))
            },
        ],
        deploys: &[],
    },
    Scene {
        start: "https://news.example/",
        gateway: Gateway::Nginx,
        sections: &[("/article/", 26), ("/author/", 7)],
        troubles: &[
            once("/", days_and_hours(83, 20), TimeDelta::minutes(35)),
            once("/article/", days_and_hours(30, 6), TimeDelta::hours(61)),
            once("/robots.txt", days_and_hours(0, 5), STILL),
        ],
        deploys: &[],
    },
];
