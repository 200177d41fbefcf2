//! What an alert says, of made-up lines; `jobs::post` has those of outages that went through the store.

use std::path::Path;

use super::*;
use crate::domain::robots_ladder::Phase;
use crate::domain::verdict::Verdict;

fn line(news: News, host: &str, urls: u64, outages: &[i64]) -> Line {
    Line {
        news,
        site: SiteId(1),
        host: host.to_owned(),
        origin: format!("https://{host}"),
        outages: outages.iter().map(|id| OutageId(*id)).collect(),
        urls,
        answer: "502".to_owned(),
        sentence: "134 pages under /<b>product</b>/ have answered 502 for two days. Google drops URLs after two days."
            .to_owned(),
        details: vec![
            "Failing since Wed 25 Nov, 21:40 CET: 2 d so far.".to_owned(),
            "134 URLs, 120 of them indexable.".to_owned(),
            "Answered by nginx; most likely: the upstream refused the connection.".to_owned(),
        ],
        json: Vec::new(),
    }
}

fn alert(lines: Vec<Line>) -> Alert {
    let now = "2026-11-28T03:00:00Z".parse().unwrap();
    let base = "https://watch.example".to_owned();
    Alert { is_reminder: false, lines, now, zone: chrono_tz::Europe::Berlin, base }
}

fn persistent() -> Line {
    line(News::Crossed(Verdict::Persistent), "shop.example", 134, &[7])
}

#[test]
fn the_subject_tells_the_first_line_and_how_many_more_there_are() {
    let headline = |news, urls| alert(vec![line(news, "shop.example", urls, &[7])]).headline();
    assert_eq!(
        headline(News::Crossed(Verdict::Persistent), 134),
        "134 URLs persistently 502 on shop.example"
    );
    assert_eq!(
        headline(News::Crossed(Verdict::Prolonged), 1),
        "1 URL 502 on shop.example, the index is next"
    );
    assert_eq!(headline(News::FailsAgain, 1), "1 URL fails again on shop.example");
    assert_eq!(headline(News::Recovered, 9), "9 URLs recovered on shop.example");
    assert_eq!(
        headline(News::Robots(Phase::Stopped), 1),
        "robots.txt of shop.example fails, Google stops all crawling"
    );
    let two = alert(vec![persistent(), line(News::Recovered, "blog.example", 2, &[8])]);
    assert_eq!(two.subject(), "Gatecrawl: 134 URLs persistently 502 on shop.example; and 1 more");
    assert_eq!(
        Alert { is_reminder: true, ..two }.headline(),
        "still 134 URLs persistently 502 on shop.example; and 1 more"
    );
}

#[test]
fn what_costs_most_is_told_first_and_good_news_last() {
    let order = [
        News::Robots(Phase::Stopped),
        News::Crossed(Verdict::Persistent),
        News::FailsAgain,
        News::Crossed(Verdict::Prolonged),
        News::Crossed(Verdict::Intermittent),
        News::Robots(Phase::LastGoodCopy),
        News::Recovered,
        News::RobotsRecovered,
    ];
    assert!(order.map(|news| line(news, "a", 1, &[]).rank()).is_sorted());
}

#[test]
fn text_page_and_json_say_the_same_and_lead_to_the_same_place() {
    let told = alert(vec![persistent(), line(News::Recovered, "blog.example", 2, &[8, 9])]);
    let (text, html, json) =
        (told.text(), told.html(Some("https://watch.example/unsubscribe/a1.x")), told.json());
    let page = scraper::Html::parse_document(&html);
    let shown: String = page.root_element().text().collect();
    for line in &told.lines {
        assert!(text.contains(&line.sentence) && shown.contains(&line.sentence));
        assert!(line.details.iter().all(|detail| text.contains(detail) && shown.contains(detail)));
        assert!(
            text.contains(&line.link("https://watch.example"))
                && html.contains(&line.link("https://watch.example"))
        );
    }
    assert!(html.contains("&#60;b&#62;product") && !html.contains("<b>product"));
    assert_eq!(json["news"][0]["happening"], "persistent");
    assert_eq!(json["news"][1]["link"], "https://watch.example/sites/1/outages");
    assert_eq!(told.link(), "https://watch.example/", "several lines, several places");
}

#[test]
fn an_alert_can_be_looked_at() {
    let Some(folder) = std::env::var_os("GATECRAWL_GALLERY") else { return };
    let lines = vec![
        line(News::Robots(Phase::Stopped), "news.example", 1, &[]),
        persistent(),
        line(News::Crossed(Verdict::Prolonged), "blog.example", 12, &[3, 4]),
        line(News::Recovered, "docs.example", 9, &[5]),
    ];
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(Path::new(&folder).join("alert.html"), alert(lines).html(Some("https://watch.example/x")))
        .unwrap();
}
