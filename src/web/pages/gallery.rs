//! Every sample of every page: rendered, parsed, and checked for what all pages owe their reader. With
//! `GATECRAWL_GALLERY=DIR` they are also written there as files, to be looked at in a browser.

use std::fs;
use std::path::Path;

use askama::Template;
use scraper::{ElementRef, Html, Selector};

use super::{
    about, account, bots, crawl, crawls, login, message, messages, outage, outages, overview, public_status,
    recipients, setup, site, site_new, site_remove, site_settings, storage, tokens, unsubscribe, url, urls,
    users,
};
use crate::domain::role::Role;
use crate::web::assets::{ICON, SCRIPT, STYLE};
use crate::web::auth::as_seen_by;
use crate::web::front;

fn rendered<T: Template>(samples: Vec<(&'static str, T)>) -> Vec<(&'static str, String)> {
    samples.into_iter().map(|(name, page)| (name, page.render().unwrap())).collect()
}

fn gallery() -> Vec<(&'static str, String)> {
    as_seen_by(Role::Admin, pages)
}

fn pages() -> Vec<(&'static str, String)> {
    [
        rendered(login::LoginPage::samples()),
        rendered(setup::SetupPage::samples()),
        rendered(message::MessagePage::samples()),
        rendered(site_new::SiteNewPage::samples()),
        rendered(site_remove::SiteRemovePage::samples()),
        rendered(overview::samples::all()),
        rendered(site::samples::all()),
        rendered(outage::samples::all()),
        rendered(url::samples::all()),
        rendered(urls::samples::all()),
        rendered(outages::samples::all()),
        rendered(bots::samples::all()),
        rendered(crawls::samples::all()),
        rendered(crawl::samples::all()),
        rendered(account::AccountPage::samples()),
        rendered(site_settings::samples::all()),
        rendered(public_status::PublicStatusPage::samples()),
        users::samples::all().into_iter().map(|(name, page)| (name, page.render().unwrap())).collect(),
        rendered(tokens::TokensPage::samples()),
        rendered(about::AboutPage::samples()),
        rendered(storage::samples::all()),
        recipients::samples::all().into_iter().map(|(name, page)| (name, page.render().unwrap())).collect(),
        messages::samples::all().into_iter().map(|(name, page)| (name, page.render().unwrap())).collect(),
        rendered(unsubscribe::UnsubscribePage::samples()),
    ]
    .concat()
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn attribute(element: &ElementRef<'_>, name: &str) -> String {
    element.value().attr(name).unwrap_or_default().to_owned()
}

#[test]
fn every_page_has_one_headline_and_a_title_of_its_own() {
    for (name, html) in gallery() {
        let page = Html::parse_document(&html);
        assert_eq!(all(&page, "h1").len(), 1, "{name}");
        assert!(all(&page, "title")[0].inner_html().len() > "· Gatecrawl".len() + 2, "{name}");
        assert!(all(&page, "main").len() == 1 && all(&page, "html[lang]").len() == 1, "{name}");
    }
}

#[test]
fn every_input_has_a_label_and_every_error_belongs_to_an_input() {
    for (name, html) in gallery() {
        let page = Html::parse_document(&html);
        for input in all(&page, "input:not([type=hidden]):not([type=checkbox])") {
            let label = format!("label[for='{}']", attribute(&input, "id"));
            assert_eq!(all(&page, &label).len(), 1, "{name}: {label}");
            let described = attribute(&input, "aria-describedby");
            for told in described.split_whitespace() {
                assert_eq!(all(&page, &format!("#{told}")).len(), 1, "{name}: {told}");
            }
        }
    }
}

#[test]
fn no_page_needs_more_than_its_own_server_allows() {
    for (name, html) in gallery() {
        let page = Html::parse_document(&html);
        assert!(all(&page, "[style], style, script:not([src])").is_empty(), "{name}: nothing inline");
        for element in all(&page, "script[src], link[href], img[src]") {
            let at = attribute(&element, "src") + attribute(&element, "href").as_str();
            assert!(at.starts_with("/assets/"), "{name}: {at}");
        }
    }
}

#[test]
fn under_a_path_of_its_own_no_page_points_to_the_root_and_nothing_else_changes() {
    for (name, html) in gallery() {
        let moved = front::under("/gatecrawl", || front::moved(html.clone()));
        let page = Html::parse_document(&moved);
        for element in all(&page, "*") {
            let points = ["href", "src", "srcset", "action", "formaction", "data", "poster", "cite", "ping"];
            let is_pointer = |name: &str| points.contains(&name) || name.starts_with("data-");
            for (attribute, value) in element.value().attrs().filter(|(name, _)| is_pointer(name)) {
                let is_ours = !value.starts_with('/') || value.starts_with("/gatecrawl/");
                assert!(is_ours, "{name}: {attribute}={value}");
            }
        }
        assert_eq!(moved.replace("=\"/gatecrawl/", "=\"/"), html, "{name}");
        assert_eq!(front::moved(html.clone()), html, "{name}: at the root nothing changes");
    }
}

#[test]
fn ids_are_given_once_a_page() {
    for (name, html) in gallery() {
        let page = Html::parse_document(&html);
        let mut ids: Vec<String> = all(&page, "[id]").iter().map(|e| attribute(e, "id")).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}");
    }
}

#[test]
fn what_others_wrote_is_text_and_never_markup() {
    let (_, html) = gallery().into_iter().find(|(name, _)| *name == "outage").unwrap();
    assert!(!html.contains("<script>") && html.contains("variant=&#60;script&#62;"));
    assert!(html.contains("&#60;center&#62;"));
}

#[test]
fn the_gallery_can_be_looked_at() {
    let Some(folder) = std::env::var_os("GATECRAWL_GALLERY") else { return };
    let folder = Path::new(&folder);
    for asset in [&STYLE, &ICON, &SCRIPT] {
        let path = folder.join(asset.href().trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, asset.bytes).unwrap();
    }
    for (name, html) in gallery() {
        fs::write(folder.join(name).with_extension("html"), html.replace("=\"/assets/", "=\"assets/"))
            .unwrap();
    }
}
