//! What an answer is taken for, beyond the table of signatures (each row of which has its fixture).

use std::time::Duration;

use super::*;
use crate::domain::evidence::Evidence;

const NGINX_502: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";

fn evidence(status: u16, headers: &[(&str, &str)], body: &str) -> Evidence {
    Evidence {
        version: Some("HTTP/1.1".to_owned()),
        status: Some(status),
        reason: Some("Bad Gateway".to_owned()),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.as_bytes().to_vec(),
        detail: None,
    }
}

/// A page of nginx that came from it directly.
fn of_nginx() -> Evidence {
    let headers = [
        ("Server", "nginx/1.22.1"),
        ("Date", "Mon, 23 Nov 2026 06:13:18 GMT"),
        ("Content-Type", "text/html"),
        ("Content-Length", "157"),
        ("Connection", "keep-alive"),
    ];
    evidence(502, &headers, NGINX_502)
}

fn told(evidence: &Evidence) -> Diagnosis {
    diagnose(Answer::of(evidence, Outcome::of_status(evidence.status.unwrap())))
}

fn lists(diagnosis: &Diagnosis, cause: Cause) -> bool {
    diagnosis.cause.name == cause || diagnosis.alternatives.iter().any(|other| other.name == cause)
}

#[test]
fn a_page_that_many_faults_share_names_the_others_and_is_not_sure() {
    let told = told(&of_nginx());
    assert_eq!((told.made_by, told.gateway.name), (MadeBy::Gateway, Gateway::Nginx));
    assert!(told.cause.confidence <= 0.9 && told.alternatives.len() >= 5);
    for cause in
        [Cause::UpstreamRefused, Cause::UpstreamEmpty, Cause::UpstreamHeaderTooBig, Cause::ApplicationMade]
    {
        assert!(lists(&told, cause), "{cause}");
    }
}

#[test]
fn line_ends_and_a_lost_last_one_do_not_matter() {
    let mut pasted = of_nginx();
    pasted.body = NGINX_502.replace('\r', "").trim_end().as_bytes().to_vec();
    assert_eq!(told(&pasted).signature, told(&of_nginx()).signature);
}

#[test]
fn a_page_behind_another_gateway_names_the_one_that_wrote_it_and_claims_less() {
    let headers = [
        ("Server", "nginx/1.22.1"),
        ("Date", "Mon, 23 Nov 2026 06:13:18 GMT"),
        ("Content-Type", "text/html"),
        ("Content-Length", "157"),
        ("X-Varnish", "32812"),
        ("Via", "1.1 varnish (Varnish/7.1)"),
        ("Connection", "keep-alive"),
    ];
    let told = told(&evidence(502, &headers, NGINX_502));
    assert_eq!((told.gateway.name, told.cause.name), (Gateway::Nginx, Cause::UpstreamUnavailable));
    assert!(told.evidence.iter().any(|seen| seen.contains("through Varnish")), "{:?}", told.evidence);
}

#[test]
fn the_name_in_the_server_header_does_not_say_who_answered() {
    let headers =
        [("Server", "nginx/1.22.1"), ("Content-Type", "application/json"), ("X-Powered-By", "Express")];
    let told = told(&evidence(502, &headers, r#"{"error":"payment API unreachable"}"#));
    assert_eq!((told.made_by, told.cause.name), (MadeBy::Application, Cause::ApplicationMade));
    assert_eq!(told.gateway.name, Gateway::Nginx, "what it came through");
}

#[test]
fn an_answer_at_the_gateways_limit_came_from_its_timer() {
    let varnish = evidence(
        503,
        &[("Server", "Varnish")],
        "<h1>Error 503 Backend fetch failed</h1> <h3>Guru Meditation:</h3> <p>XID: 12</p>",
    );
    let after = |seconds: f64| {
        let elapsed = Some(Duration::from_secs_f64(seconds));
        diagnose(Answer { elapsed, ..Answer::of(&varnish, Outcome::Status(503)) })
    };
    assert_eq!(after(60.1).cause.name, Cause::UpstreamTimeout);
    assert_eq!(after(0.02).cause.name, Cause::UpstreamRefused);
    assert_eq!(after(0.02).alternatives.last().unwrap().name, Cause::UpstreamTimeout);
    assert!(after(60.1).evidence.iter().any(|seen| seen.contains("60.1 s")));
}

#[test]
fn a_body_that_breaks_off_is_told_though_the_status_says_200() {
    let cut = evidence(200, &[("Server", "nginx"), ("Content-Length", "10000")], "half a page");
    let told = diagnose(Answer::of(&cut, "incomplete".parse().unwrap()));
    assert!(told.failing);
    assert_eq!(told.cause.name, Cause::UpstreamTruncated);
    assert!(lists(&told, Cause::UpstreamTimeout));
}

#[test]
fn an_error_page_with_status_200_is_an_error_and_a_manual_that_shows_one_is_none() {
    let soft = |body: &str| {
        let evidence = evidence(200, &[("Content-Type", "text/html")], body);
        diagnose(Answer::of(&evidence, Outcome::Status(200)))
    };
    let page = soft(NGINX_502);
    assert!(page.failing && page.gateway.name == Gateway::Nginx);
    assert!(!soft("<p>How to repair a 502 Bad Gateway of nginx").failing);
    assert!(!soft(&format!("{NGINX_502}{}", "<p>What it means. ".repeat(300))).failing);
}

#[test]
fn what_is_no_error_gets_no_culprit() {
    for status in [101, 200, 301, 404] {
        let told = told(&evidence(status, &[("Server", "nginx")], "ok"));
        assert!(!told.failing, "{status}");
        assert_eq!((told.made_by, told.cause.name), (MadeBy::Unknown, Cause::Unknown), "{status}");
    }
}

#[test]
fn no_answer_at_all_names_how_it_ended() {
    let nothing = Evidence::default();
    let cause = |word: &str| diagnose(Answer::of(&nothing, word.parse().unwrap())).cause.name;
    assert_eq!(cause("refused"), Cause::UpstreamRefused);
    assert_eq!(cause("dns"), Cause::UpstreamDns);
    assert_eq!(cause("tls"), Cause::UpstreamTls);
    assert_eq!(cause("read_timeout"), Cause::UpstreamTimeout);
    assert_eq!(cause("reset"), Cause::UpstreamEmpty);
    assert_eq!(cause("protocol"), Cause::UpstreamInvalid);
}

#[test]
fn times_gather_at_a_limit_only_when_most_of_them_stand_there() {
    let times = |seconds: &[f64]| seconds.iter().map(|s| Duration::from_secs_f64(*s)).collect::<Vec<_>>();
    let limit = |seconds: &[f64]| timing::mode_near_a_limit(Gateway::Envoy, &times(seconds), 0.8, 5);
    assert_eq!(limit(&[15.0, 15.1, 15.0, 15.2, 15.1]).map(|limit| limit.waits.as_secs()), Some(15));
    assert_eq!(limit(&[15.0, 0.1, 15.0, 0.2, 0.1]), None);
    assert_eq!(limit(&[15.0, 15.0]), None, "two are few");
}
