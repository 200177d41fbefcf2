//! Real gateways write their own access logs of real faults, and the logs are read: who asked, what they got, and why.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;

use gatecrawl::accesslog::hit::{Client, Hit};
use gatecrawl::accesslog::parser::Options;
use gatecrawl::accesslog::source::{self, Input, Report};
use gatecrawl::diagnosis::cause::Cause;
use gatecrawl::diagnosis::gateway::Gateway;

use crate::support::lab::{APACHE_LOG, Kind, Lab, Route};
use crate::support::wait_for;

const GOOGLEBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// What is asked for: faults of the lab, and an application that says 502 by itself.
const ASKED: [&str; 7] = ["refused", "reset", "empty", "garbage", "header_too_big", "silent", "says_502"];

/// An application that answers 502 to everything, until the test ends.
fn application() -> Route {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 26\r\nConnection: close\r\n\r\nthe payment service failed",
            );
        }
    });
    Route { name: "says_502", port, tls: false }
}

/// Asks as Googlebot does, and waits for the end of the answer.
fn ask(url: &str) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!(
        "GET /{path}?q=%22 HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {GOOGLEBOT}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    // What comes is in the log.
    let _ = stream.read_to_end(&mut Vec::new());
}

/// Has a gateway meet the faults, and reads its log by what was asked for.
fn logged(kind: Kind, file: &str, options: &Options) -> BTreeMap<String, Hit<'static>> {
    let lab = Lab::of(kind, &[application()]);
    for name in ASKED {
        ask(&lab.url(name));
    }
    wait_for("all requests in the log", || {
        let (hits, report) = read(lab.file(file), options);
        (hits.len() == ASKED.len()).then_some((hits, report))
    })
    .0
}

fn read(path: PathBuf, options: &Options) -> (BTreeMap<String, Hit<'static>>, Report) {
    let take = |hits: &mut Vec<Hit<'static>>, _, hit: Hit<'_>| hits.push(hit.into_owned());
    let (hits, report) = source::read(&[Input::File(path)], options, Vec::new, take);
    // The lab asks each gateway once whether it is there, which is no request to some and an empty one to others.
    let hits = hits.into_iter().flatten().filter(|hit| hit.agent == GOOGLEBOT);
    let by_name = |hit: Hit<'static>| (hit.target.split('/').nth(1).unwrap().to_owned(), hit);
    (hits.map(by_name).collect(), report)
}

/// What holds for the logs of all gateways.
fn assert_told(hits: &BTreeMap<String, Hit<'static>>) {
    for (name, hit) in hits {
        assert_eq!(hit.client, Client::Address(Ipv4Addr::LOCALHOST.into()), "{name}");
        assert_eq!((&*hit.method, &*hit.target), ("GET", &*format!("/{name}/a?q=%22")), "{name}");
    }
}

fn causes<'a>(hits: &'a BTreeMap<String, Hit<'static>>) -> BTreeMap<&'a str, (u16, Option<Cause>)> {
    hits.iter().map(|(name, hit)| (name.as_str(), (hit.status, hit.facts.cause))).collect()
}

#[test]
fn nginx_tells_its_own_502_from_one_that_it_passed_on() {
    let hits = logged(Kind::Nginx, "access.log", &Options::default());
    assert_told(&hits);
    let causes = causes(&hits);
    for fault in ["refused", "reset", "empty", "header_too_big"] {
        assert_eq!(causes[fault], (502, Some(Cause::UpstreamUnavailable)), "{fault}");
    }
    assert_eq!(causes["silent"], (504, Some(Cause::UpstreamTimeout)));
    assert_eq!(causes["says_502"], (502, None), "the application sent a head");
    assert_eq!(hits["says_502"].facts.upstream_status.as_deref(), Some("502"));
    assert!(hits["silent"].elapsed.unwrap().as_secs_f64() > 0.9, "{:?}", hits["silent"].elapsed);
    assert_eq!(hits["refused"].facts.gateway, Some(Gateway::Nginx));
}

#[test]
fn the_combined_log_of_nginx_has_what_came_but_no_cause() {
    let hits = logged(Kind::Nginx, "combined.log", &Options::default());
    assert_told(&hits);
    assert_eq!(causes(&hits)["refused"], (502, None));
    assert_eq!(causes(&hits)["silent"], (504, None));
}

#[test]
fn haproxy_logs_why_behind_the_head_of_syslog() {
    let hits = logged(Kind::Haproxy, "stdout.log", &Options::default());
    assert_told(&hits);
    let causes = causes(&hits);
    assert_eq!(causes["refused"], (503, Some(Cause::UpstreamRefused)));
    assert_eq!(causes["empty"], (502, Some(Cause::UpstreamEmpty)));
    assert_eq!(causes["garbage"], (502, Some(Cause::UpstreamInvalid)));
    assert_eq!(causes["header_too_big"], (502, Some(Cause::UpstreamInvalid)));
    assert_eq!(causes["silent"], (504, Some(Cause::UpstreamTimeout)));
    assert_eq!(causes["says_502"], (502, None));
    assert_eq!(hits["says_502"].facts.upstream_status.as_deref(), Some("502"));
    assert_eq!(hits["refused"].facts.upstream_status, None);
}

#[test]
fn apache_logs_its_notes_by_the_format_of_its_own_configuration() {
    let options = Options { format: Some(APACHE_LOG.parse().unwrap()), ..Options::default() };
    let hits = logged(Kind::Apache, "access.log", &options);
    assert_told(&hits);
    let causes = causes(&hits);
    assert_eq!(causes["empty"], (502, Some(Cause::UpstreamUnavailable)), "{:?}", hits["empty"].facts);
    assert_eq!(causes["refused"].0, 503);
    assert_eq!(causes["says_502"], (502, None));
    assert!(hits["silent"].elapsed.unwrap().as_secs_f64() > 0.9, "{:?}", hits["silent"].elapsed);
}

#[test]
fn caddy_logs_its_own_answers_without_a_body() {
    let hits = logged(Kind::Caddy, "access.log", &Options::default());
    assert_told(&hits);
    let causes = causes(&hits);
    assert_eq!(causes["refused"], (502, Some(Cause::UpstreamUnavailable)));
    assert_eq!(causes["silent"], (504, Some(Cause::UpstreamTimeout)));
    assert_eq!(causes["says_502"], (502, None));
    let host = hits["refused"].host.as_deref().unwrap();
    assert!(host.starts_with("127.0.0.1:"), "{host}");
}
