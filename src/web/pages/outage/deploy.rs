//! The line on an outage's page that names the deploy with which it began. It is not there when none is known.

use crate::domain::bounds::Bounds;
use crate::domain::policy::rule;
use crate::domain::site::Site;
use crate::report::{deploys, wording};
use crate::web::error::Error;
use crate::web::state::AppState;
use crate::web::wording::{Instant, Tag};

/// The deploy that an outage began with.
#[derive(Debug, Clone)]
pub(crate) struct DeployLine {
    /// "It began 1 to 2 min after deploy v1.2.3."
    pub(crate) text: String,
    /// When the deploy was.
    pub(crate) at: Instant,
    /// Why it is named.
    pub(crate) tag: Tag,
}

/// Asks the store.
pub(super) async fn line(app: &AppState, site: &Site, bounds: &Bounds) -> Result<Option<DeployLine>, Error> {
    let (zone, now) = (site.settings.time_zone, app.now());
    let began = deploys::began_with(&app.store, site, bounds).await?;
    let line = began.zip(rule("deploy_window")).map(|(began, rule)| DeployLine {
        text: wording::deploys::sentence(&began, zone, now),
        at: Instant::second(began.deploy.at(), zone, now),
        tag: Tag::from(rule),
    });
    Ok(line)
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    pub(crate) fn possible() -> DeployLine {
        let text = format!(
            "It may have begun with deploy {}, 11 h 20 min before the first failing answer.",
            "0123456789".repeat(10)
        );
        DeployLine { text, ..certain() }
    }

    pub(crate) fn certain() -> DeployLine {
        let at = "2026-11-19T21:38:02Z".parse().unwrap();
        DeployLine {
            text: "It began under 2 min after deploy v1.2.3.".to_owned(),
            at: Instant::second(at, chrono_tz::UTC, at),
            tag: rule("deploy_window").map(Tag::from).unwrap(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::domain::deploy::Deploy;
    use crate::web::testing::{World, start};

    /// The outage's page, of one that began between minutes 0 and 2, with a deploy so many seconds after minute 0.
    async fn told(second: i64, name: &str) -> String {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for (minute, outcome) in [(0, "200"), (2, "502"), (40, "502"), (42, "200")] {
            world.fetched(&site, "/search", minute, outcome).await;
        }
        let deploy = Deploy::stored(start() + TimeDelta::seconds(second), name);
        world.store.mark_deploy(&[site.id], &deploy, start()).await.unwrap();
        world.get("/outages/1").await.text(".when")
    }

    #[tokio::test]
    async fn an_outage_names_the_deploy_that_it_began_with_and_the_rule_that_says_so() {
        let page = told(-60, "v1.2.3").await;
        let said = "It began 1 to 3 min after deploy v1.2.3. model Deployed Thu 19 Nov, 21:37:10 UTC";
        assert!(page.contains(said), "{page}");
    }

    #[tokio::test]
    async fn where_it_is_only_possible_the_page_says_may() {
        let page = told(60, "v1<script>").await;
        let said = "It may have begun with deploy v1<script>, 1 min before the first failing answer. model";
        assert!(page.contains(said), "{page}");
    }

    #[tokio::test]
    async fn an_outage_that_began_with_no_deploy_says_nothing_of_any() {
        let page = told(180, "v1.2.3").await;
        assert!(!page.contains("deploy"), "{page}");
    }
}
