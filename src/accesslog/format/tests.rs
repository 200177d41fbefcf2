//! Each format with lines of its own, as the server writes them; the lines stand in `tests/fixtures/logs`.

use std::fmt::Write;

use super::*;
use crate::accesslog::hit::Client;
use crate::accesslog::parser::{Line, Options, Parser};

/// The agent of most lines, written short below.
const GOOGLEBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

macro_rules! log {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/logs/", $name, ".log"))
    };
}

fn lines(log: &[u8]) -> Vec<&[u8]> {
    log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
}

/// Reads a log as the program does: the format is found out.
fn read(log: &[u8], options: &Options) -> Vec<String> {
    let lines = lines(log);
    let mut parser = Parser::new(options);
    parser.begin(Format::sniff(&lines).as_ref(), None);
    let told = lines.iter().filter_map(|line| match parser.read(line) {
        Ok(Line::Hit(hit, format)) => Some(format!("{format}: {}", shown(&hit))),
        Ok(Line::Directive | Line::Blank) => None,
        Err(why) => Some(format!("rejected: {why}")),
    });
    told.collect()
}

fn hits(log: &[u8]) -> Vec<String> {
    read(log, &Options::default())
}

/// All of a hit in a line; what is not known is left out.
fn shown(hit: &Hit<'_>) -> String {
    let mut out = hit.at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    match hit.client {
        Client::Address(address) => write!(out, " {address}"),
        Client::Hidden => write!(out, " hidden"),
    }
    .unwrap();
    write!(out, " {}", hit.method).unwrap();
    let scheme = hit.scheme.map(|scheme| format!("{}://", scheme.word())).unwrap_or_default();
    write!(out, " {scheme}{}{}", hit.host.as_deref().unwrap_or_default(), hit.target).unwrap();
    write!(out, " {}", hit.status).unwrap();
    let agent = if hit.agent == GOOGLEBOT { "GB" } else { &*hit.agent };
    write!(out, " [{agent}]").unwrap();
    let facts = &hit.facts;
    let more = [
        ("bytes", hit.bytes.map(|bytes| bytes.to_string())),
        ("in", hit.elapsed.map(|elapsed| format!("{elapsed:?}"))),
        ("by", facts.gateway.map(|gateway| gateway.to_string())),
        ("upstream", facts.upstream_status.as_deref().map(str::to_owned)),
        ("end", facts.termination.as_deref().map(str::to_owned)),
        ("cause", facts.cause.map(|cause| cause.to_string())),
        ("id", hit.request_id.as_deref().map(str::to_owned)),
    ];
    for (name, value) in more {
        if let Some(value) = value {
            write!(out, " {name}={value}").unwrap();
        }
    }
    out
}

#[test]
fn common_lines_have_no_agent() {
    assert_eq!(
        hits(log!("common")),
        [
            "common: 2026-11-28T09:00:00Z 66.249.66.1 GET /product/1 502 [] bytes=157",
            "common: 2026-11-28T08:00:01Z 2001:4860:4801:10::1 GET /a%20b?c=d 200 []",
        ]
    );
}

#[test]
fn combined_lines_are_read_with_users_of_two_words_requests_that_are_none_and_quotes_in_agents() {
    assert_eq!(
        hits(log!("combined")),
        [
            "combined: 2026-11-28T09:00:00Z 66.249.66.1 GET /product/1 502 [GB] bytes=157",
            r#"combined: 2026-11-28T08:00:01Z 2001:4860:4801:10::1 GET /search?q=a"b 200 [GB] bytes=5120"#,
            "combined: 2026-11-28T09:00:02Z hidden - - 408 [] bytes=0",
            "combined: 2026-11-28T09:00:03Z 203.0.113.9 - \u{16}\u{3}\u{1}\u{2} 400 [] bytes=157",
            r#"combined: 2026-11-28T09:00:04Z 203.0.113.9 GET http://shop.example/absolute 200 [say "hi" "there"] bytes=7"#,
        ]
    );
}

#[test]
fn an_agent_that_was_cut_off_with_its_closing_quote_is_still_an_agent() {
    let line = br#"66.249.66.1 - - [28/Nov/2026:09:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0 (compatible; Googlebot/2.1"#;
    assert_eq!(
        hits(line),
        [
            "combined: 2026-11-28T09:00:00Z 66.249.66.1 GET / 200 [Mozilla/5.0 (compatible; Googlebot/2.1] bytes=5"
        ]
    );
}

#[test]
fn a_host_before_the_line_is_told_with_its_scheme() {
    assert_eq!(
        hits(log!("vhost_combined")),
        [
            "vhost_combined: 2026-11-28T09:00:00Z 66.249.66.1 GET https://shop.example/product/1 502 [GB] bytes=157",
            "vhost_combined: 2026-11-28T09:00:01Z 2001:4860:4801:10::1 GET shop.example:8080/ 200 [GB] bytes=1",
            "vhost_combined: 2026-11-28T09:00:02Z 66.249.66.2 GET blog.example/robots.txt 503 [GB] bytes=0",
        ]
    );
}

#[test]
fn fields_behind_a_combined_line_are_known_by_their_keys_and_their_looks() {
    let options = Options { client_from: "xff".parse().unwrap(), ..Options::default() };
    assert_eq!(
        read(log!("trailing"), &options),
        [
            "combined: 2026-11-28T09:00:00Z 10.0.0.9 GET /a 200 [GB] bytes=5120 in=123ms by=nginx upstream=502, 200",
            "combined: 2026-11-28T09:00:01Z 66.249.66.1 GET /b 502 [GB] bytes=157 in=1ms by=nginx upstream=502 cause=upstream_unavailable",
            "combined: 2026-11-28T09:00:02Z 66.249.66.1 GET /c 504 [GB] bytes=167 in=60.002s by=nginx upstream=504 cause=upstream_timeout id=6f2c1d0a9b8e7f605142332415067788",
            "combined: 2026-11-28T09:00:03Z hidden GET https://shop.example/d 502 [GB] bytes=157 in=210ms by=nginx upstream=502",
            "combined: 2026-11-28T09:00:04Z hidden GET /e 502 [GB] bytes=157 by=nginx cause=edge_rule",
        ]
    );
}

#[test]
fn the_formats_of_traefik_and_ingress_nginx_are_known_from_plain_combined_ones() {
    assert_eq!(
        hits(log!("traefik_clf")),
        [
            "traefik_clf: 2026-11-28T09:00:00Z 66.249.66.1 GET /product/1 502 [GB] bytes=11 in=3ms by=traefik cause=upstream_unavailable",
            "traefik_clf: 2026-11-28T09:00:01Z 66.249.66.1 GET / 200 [GB] bytes=5120 in=120ms by=traefik",
        ]
    );
    assert_eq!(
        hits(log!("ingress_nginx")),
        [
            "ingress_nginx: 2026-11-28T09:00:00Z 66.249.66.1 GET /product/1 502 [GB] bytes=150 in=2ms by=ingress_nginx upstream=502, 502 cause=upstream_unavailable id=6f2c1d0a9b8e7f605142332415067788",
            "ingress_nginx: 2026-11-28T09:00:01Z 66.249.66.1 GET / 200 [GB] bytes=5120 in=120ms by=ingress_nginx upstream=200 id=6f2c1d0a9b8e7f605142332415067789",
        ]
    );
}

#[test]
fn json_of_nginx_is_read_whatever_keys_it_has_also_with_escapes_that_json_does_not_have() {
    assert_eq!(
        hits(log!("nginx_json")),
        [
            "nginx_json: 2026-11-28T09:00:00Z 66.249.66.1 GET https://shop.example/product/1 502 [GB] bytes=157 in=2ms by=nginx upstream=502 cause=upstream_unavailable id=6f2c1d0a9b8e7f605142332415067788",
            "nginx_json: 2026-11-28T09:00:01.250Z 10.0.0.7 GET /a?b=c 200 [GB] bytes=5120 in=120ms by=nginx upstream=200",
            r#"nginx_json: 2026-11-28T09:00:02Z 203.0.113.9 GET /" 404 [a "quoted" agent] by=nginx"#,
        ]
    );
}

#[test]
fn json_of_caddy_is_read_and_its_error_log_is_not_counted_as_a_second_request() {
    assert_eq!(
        hits(log!("caddy")),
        [
            "caddy: 2026-11-28T09:00:00.250Z 66.249.66.1 GET https://shop.example/product/1?x=1 502 [GB] bytes=0 in=1.2ms by=caddy cause=upstream_unavailable",
            "caddy: 2026-11-28T09:00:01Z 66.249.66.1 HEAD shop.example:8080/ 200 [GB] bytes=0 in=120ms by=caddy",
            "rejected: it is a line of an error log, not of an access log",
        ]
    );
}

#[test]
fn json_of_traefik_tells_its_own_502_from_one_that_it_passed_on() {
    assert_eq!(
        hits(log!("traefik")),
        [
            "traefik: 2026-11-28T09:00:00.250Z 66.249.66.1 GET https://shop.example/product/1?x=1 502 [GB] bytes=11 in=1.2ms by=traefik upstream=502 cause=upstream_unavailable",
            "traefik: 2026-11-28T09:00:01Z 66.249.66.1 GET https://shop.example/pay 502 [GB] bytes=3104 in=250ms by=traefik upstream=502",
        ]
    );
}

#[test]
fn json_of_cloudflare_and_of_google_cloud_is_read() {
    assert_eq!(
        hits(log!("cloudflare")),
        [
            "cloudflare: 2026-11-28T09:00:00Z 66.249.66.1 GET https://shop.example/product/1?x=1 521 [GB] bytes=7120 by=cloudflare cause=upstream_refused id=8f1c2d3e4f506172",
            "cloudflare: 2026-11-28T09:00:01.250Z 2001:4860:4801:10::1 GET https://shop.example/pay 502 [GB] bytes=900 by=cloudflare upstream=502 id=8f1c2d3e4f506173",
            "cloudflare: 2026-11-28T09:00:02Z 66.249.66.1 GET shop.example/slow 504 [GB] by=cloudflare cause=upstream_timeout id=8f1c2d3e4f506174",
        ]
    );
    assert_eq!(
        hits(log!("google_cloud_lb")),
        [
            "google_cloud_lb: 2026-11-28T09:00:00.250Z 66.249.66.1 GET https://shop.example/product/1?x=1 502 [GB] bytes=488 in=2ms by=google_cloud_lb end=failed_to_connect_to_backend cause=upstream_refused id=projects/shop/traces/1",
        ]
    );
}

#[test]
fn haproxy_says_by_two_letters_why_it_failed() {
    assert_eq!(
        hits(log!("haproxy")),
        [
            "haproxy: 2026-11-28T09:00:00.250Z 66.249.66.1 GET https://shop.example/product/1 503 [GB] bytes=216 in=3.004s by=haproxy end=SC-- cause=upstream_refused",
            "haproxy: 2026-11-28T09:00:01Z 66.249.66.1 GET /product/2 503 [GB] bytes=216 in=0ns by=haproxy end=SC-- cause=upstream_unavailable",
            "haproxy: 2026-11-28T09:00:02Z 66.249.66.1 GET /product/3 504 [GB] bytes=194 in=60.001s by=haproxy end=sH-- cause=upstream_timeout",
            "haproxy: 2026-11-28T09:00:03Z 2001:4860:4801:10::1 GET https://shop.example/ 200 [] bytes=5120 in=121ms by=haproxy upstream=200 end=----",
            "haproxy: 2026-11-28T09:00:04Z 203.0.113.9 - - 400 [] bytes=0 in=5.001s by=haproxy end=PR--",
            "haproxy: 2026-11-28T09:00:05Z 66.249.66.1 GET /product/5 502 [GB] bytes=208 in=2ms by=haproxy end=SH-- cause=upstream_empty",
            "haproxy: 2026-11-28T09:00:06Z 203.0.113.9 GET /left 0 [] bytes=0 in=900ms by=haproxy end=CH--",
        ]
    );
}

#[test]
fn what_syslog_writes_before_a_line_is_passed_over() {
    let plain = hits(log!("haproxy"));
    assert_eq!(hits(log!("haproxy_syslog")), plain[..5]);
    let carried: Vec<u8> = lines(log!("combined"))
        .iter()
        .flat_map(|line| [b"2026-11-28T09:00:00.123456789Z stdout F ", *line, b"\n"].concat())
        .collect();
    assert_eq!(hits(&carried), hits(log!("combined")));
}

#[test]
fn lines_that_docker_keeps_in_json_are_read() {
    let wrap = |line: &&[u8]| {
        let text = String::from_utf8_lossy(line);
        let log = serde_json::json!({"log": format!("{text}\n"), "stream": "stdout", "time": "2026-11-28T09:00:07Z"});
        format!("{log}\n").into_bytes()
    };
    for log in [&log!("combined")[..], log!("nginx_json"), log!("haproxy")] {
        let wrapped: Vec<u8> = lines(log).iter().flat_map(wrap).collect();
        assert_eq!(hits(&wrapped), hits(log));
    }
    assert_eq!(hits(br#"{"log":"{\"log\":\"deep\"}"}"#), ["rejected: it is of no known format"]);
}

#[test]
fn haproxy_times_are_read_in_the_zone_that_is_given() {
    let options = Options { zone: Tz::Europe__Berlin, ..Options::default() };
    let told = read(log!("haproxy"), &options);
    assert!(told[0].starts_with("haproxy: 2026-11-28T08:00:00.250Z"), "{}", told[0]);
}

#[test]
fn load_balancers_of_aws_say_what_their_targets_answered() {
    assert_eq!(
        hits(log!("alb")),
        [
            "alb: 2026-11-28T09:00:00.250Z 66.249.66.1 GET https://shop.example/product/1?x=1 502 [GB] bytes=150 in=1ms by=aws_elb cause=upstream_unavailable id=Root=1-58337262-36d228ad5d99923122bbe354",
            "alb: 2026-11-28T09:00:01Z 66.249.66.1 GET https://shop.example/pay 502 [GB] bytes=1500 in=210ms by=aws_elb upstream=502 id=Root=1-58337263-1",
            "alb: 2026-11-28T09:00:02Z 66.249.66.1 GET http://shop.example/ 503 [GB] bytes=190 in=0ns by=aws_elb end=LambdaThrottling cause=overload id=Root=1-58337264-1",
            "alb: 2026-11-28T09:00:03.945958Z 66.249.66.1 GET http://shop.example/old 504 [GB] bytes=29 in=1.178ms by=aws_elb upstream=504",
        ]
    );
}

#[test]
fn cloudfront_names_the_fault_of_the_origin() {
    assert_eq!(
        hits(log!("cloudfront")),
        [
            "cloudfront: 2026-11-28T09:00:00Z 66.249.66.1 GET https://shop.example/product/1?x=1 502 [GB] bytes=1045 in=1ms by=cloudfront end=OriginConnectError cause=upstream_refused id=abc==",
            "cloudfront: 2026-11-28T09:00:01Z 2001:4860:4801:10::1 GET https://shop.example/ 200 [GB] bytes=5120 in=120ms by=cloudfront end=Miss id=def==",
        ]
    );
    let options = Options { client_from: "xff:2".parse().unwrap(), ..Options::default() };
    assert!(read(log!("cloudfront"), &options)[1].contains(" 66.249.66.9 "));
}

#[test]
fn a_directive_within_a_log_of_iis_changes_what_follows() {
    assert_eq!(
        hits(log!("iis")),
        [
            "iis: 2026-11-28T09:00:00Z 66.249.66.1 GET https:///product/1?x=1 502 [GB] in=30.012s by=iis end=502.3 12002 cause=upstream_timeout",
            "iis: 2026-11-28T09:00:01Z 66.249.66.1 GET / 200 [GB] in=120ms by=iis",
            "iis: 2026-11-28T09:00:02Z 10.0.0.7 GET shop.example/a 503 [GB] by=iis end=503.2 0 cause=overload",
        ]
    );
    let options = Options { client_from: "X-Forwarded-For".parse().unwrap(), ..Options::default() };
    let named = read(log!("iis"), &options);
    assert!(named[2].contains("Z 10.0.0.9 "), "the last address was added last: {}", named[2]);
    assert!(named[0].contains("Z hidden "), "a field that is not there says nothing: {}", named[0]);
}

#[test]
fn a_line_with_more_or_fewer_columns_than_its_directive_names_is_rejected() {
    let head = "#Fields: date time c-ip cs-uri-stem sc-status\n2026-11-28 09:00:00 66.249.66.1 / 200";
    for (more, is) in
        [("", "iis: "), (" 66.249.66.1", "rejected: "), ("\n2026-11-28 09:00:01 66.249.66.1 /", "rejected: ")]
    {
        let told = hits(format!("{head}{more}").as_bytes());
        assert!(told.last().unwrap().starts_with(is), "{told:?}");
    }
}

#[test]
fn lines_that_lost_their_directive_are_read_by_the_columns_that_are_usual() {
    for (log, format) in [(&log!("iis")[..], "iis"), (log!("cloudfront"), "cloudfront")] {
        let line = lines(log).into_iter().find(|line| line.starts_with(b"2026")).unwrap();
        let told = hits(line);
        assert!(told[0].starts_with(&format!("{format}: ")), "{told:?}");
        assert_eq!(told[0], hits(log)[0]);
    }
}

#[test]
fn each_bad_line_is_rejected_for_its_own_reason_and_the_rest_is_used() {
    assert_eq!(
        hits(log!("bad")),
        [
            "combined: 2026-11-28T09:00:00Z 10.0.0.7 GET /caf\u{fffd} 200 [Googlebot/2.1 \u{fffd}\u{fffd}] bytes=1",
            "rejected: it is a line of nginx's error log, not of an access log",
            "rejected: it is not text: there are zero bytes in it",
            "rejected: it is a line of Apache's error log, not of an access log",
            "rejected: its time is missing or cannot be read",
            "rejected: its status is missing or cannot be read",
            "combined: 2026-11-28T08:59:00Z 10.0.0.7 GET /backwards 200 [] bytes=1",
            "rejected: it does not have the parts of the format",
            "rejected: it does not have the parts of the format",
            "rejected: it does not have the parts of the format",
        ]
    );
}

#[test]
fn formats_mixed_in_one_file_are_all_read_and_it_does_not_matter_where_a_piece_of_it_begins() {
    let logs: [&[u8]; 7] = [
        log!("combined"),
        log!("haproxy"),
        log!("caddy"),
        log!("alb"),
        log!("cloudflare"),
        log!("iis"),
        log!("combined"),
    ];
    let all = logs.concat();
    let alone: Vec<String> = logs.iter().flat_map(|log| hits(log)).collect();
    assert_eq!(hits(&all), alone);
    // Each line by itself, with what stands above it.
    let sniffed = Format::sniff(&lines(&all));
    let mut directive = None;
    let mut told = Vec::new();
    for line in lines(&all) {
        let mut parser = Parser::new(&Options::default());
        parser.begin(sniffed.as_ref(), directive);
        match parser.read(line) {
            Ok(Line::Hit(hit, format)) => told.push(format!("{format}: {}", shown(&hit))),
            Ok(Line::Directive) if line.starts_with(b"#Fields") => directive = Some(line),
            Ok(Line::Directive | Line::Blank) => {}
            Err(why) => told.push(format!("rejected: {why}")),
        }
    }
    assert_eq!(told, alone);
}

#[test]
fn a_format_that_is_named_takes_no_other_lines() {
    for format in Format::all() {
        assert_eq!(format.name().parse::<Format>().as_ref(), Ok(format));
    }
    let options = Options { format: Some("haproxy".parse().unwrap()), ..Options::default() };
    assert!(read(log!("combined"), &options).iter().all(|line| line.starts_with("rejected")));
    assert_eq!(read(log!("haproxy_syslog"), &options), hits(log!("haproxy"))[..5]);
    let error = "apache".parse::<Format>().unwrap_err().to_string();
    assert!(error.contains("vhost_combined") && error.contains("format string"), "{error}");
}

/// A format string, a line of it, and what it says.
fn by_string(string: &str, line: &str) -> String {
    let options = Options { format: Some(string.parse().unwrap()), ..Options::default() };
    read(line.as_bytes(), &options).remove(0)
}

#[test]
fn format_strings_of_nginx_are_followed() {
    for (string, line, is) in [
        (
            r#"$remote_addr [$time_local] $scheme://$host$request_uri "$request" $status $upstream_status $request_time "$http_user_agent""#,
            r#"66.249.66.1 [28/Nov/2026:09:00:00 +0000] https://shop.example/a?b "GET /a?b HTTP/2.0" 502 504, 502 0.250 "Googlebot""#,
            "custom: 2026-11-28T09:00:00Z 66.249.66.1 GET https://shop.example/a?b 502 [Googlebot] in=250ms by=nginx upstream=504, 502 cause=upstream_unavailable",
        ),
        (
            "log_format  main  escape=default '$remote_addr - $msec \"$request_method $uri$is_args$args\" '\n  '$status \"${http_user_agent}\"';",
            r#"66.249.66.1 - 1795856400.250 "GET /a?b=c" 200 "a \x22b\x22""#,
            r#"custom: 2026-11-28T09:00:00.250Z 66.249.66.1 GET /a?b=c 200 [a "b"] by=nginx"#,
        ),
        (
            r#"{"t":"$time_iso8601","r":"$request","s":$status,"a":"$http_user_agent"}"#,
            r#"{"t":"2026-11-28T09:00:00+00:00","r":"GET / HTTP/1.1","s":502,"a":"Googlebot"}"#,
            "custom: 2026-11-28T09:00:00Z hidden GET / 502 [Googlebot] by=nginx",
        ),
        (
            "$time_iso8601|$server_name:$server_port|$request|$status",
            "2026-11-28T09:00:00+00:00|shop.example:443|GET / HTTP/1.1|200",
            "custom: 2026-11-28T09:00:00Z hidden GET https://shop.example/ 200 [] by=nginx",
        ),
    ] {
        assert_eq!(by_string(string, line), is);
    }
}

#[test]
fn format_strings_of_apache_are_followed() {
    for (string, line, is) in [
        (
            r#"LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D %{error-notes}n" mine"#,
            r#"shop.example:443 66.249.66.1 - - [28/Nov/2026:09:00:00 +0000] "GET / HTTP/1.1" 502 740 "-" "Googlebot" 2500 Error reading from remote server"#,
            "custom: 2026-11-28T09:00:00Z 66.249.66.1 GET https://shop.example/ 502 [Googlebot] bytes=740 in=2.5ms by=apache end=Error reading from remote server cause=upstream_unavailable",
        ),
        (
            r#"%{c}a %a [%{%d/%b/%Y:%H:%M:%S %z}t] "%m %U%q %H" %!200,304s %400{Host}i "%{X-Forwarded-For}i""#,
            r#"10.0.0.7 66.249.66.1 [28/Nov/2026:10:00:00 +0100] "GET /a?b HTTP/1.1" 503 shop.example "-""#,
            "custom: 2026-11-28T09:00:00Z 66.249.66.1 GET shop.example/a?b 503 [] by=apache",
        ),
        (
            "%h %{msec}t %T 100%% \"%r\" %s",
            "66.249.66.1 1795856400250 2 100% \"GET / HTTP/1.1\" 200",
            "custom: 2026-11-28T09:00:00.250Z 66.249.66.1 GET / 200 [] in=2s by=apache",
        ),
    ] {
        assert_eq!(by_string(string, line), is);
    }
}

#[test]
fn a_format_string_that_cannot_be_used_is_refused_with_the_reason() {
    for (string, why) in [
        ("$remote_addr $status \"$request\"", "a time"),
        ("%h %t \"%r\"", "the status"),
        ("$time_local $status", "what was asked for"),
        ("$time_local$status$request", "nothing stands behind"),
        ("${time_local $status", "no `}`"),
        ("%{User-Agent", "no `}`"),
        ("%", "no letter"),
        ("$ a", "no name"),
    ] {
        let error = string.parse::<Format>().unwrap_err().to_string();
        assert!(error.contains(why) && error.contains(string), "{string}: {error}");
    }
    assert!(Format::from_log_format("combined").unwrap_err().to_string().contains("no variable"));
}

#[test]
fn the_client_is_taken_from_a_field_by_its_name_in_every_format_that_has_names() {
    for (string, line, name) in [
        (
            "$remote_addr $time_iso8601 \"$request\" $status $http_x_real_ip",
            "10.0.0.7 2026-11-28T09:00:00Z \"GET /\" 200 66.249.66.1",
            "X-Real-IP",
        ),
        (
            "%h %t \"%r\" %>s %{X-Real-Ip}i",
            "10.0.0.7 [28/Nov/2026:09:00:00 +0000] \"GET /\" 200 66.249.66.1",
            "http_x_real_ip",
        ),
        (
            "nginx_json",
            r#"{"time":"2026-11-28T09:00:00Z","request":"GET /","status":200,"real":"66.249.66.1"}"#,
            "real",
        ),
        (
            "caddy",
            r#"{"ts":1,"request":{"remote_ip":"10.0.0.7","uri":"/","headers":{"X-Real-Ip":["66.249.66.1"]}},"status":200}"#,
            "request.headers.X-Real-Ip",
        ),
    ] {
        let options = Options {
            format: Some(string.parse().unwrap()),
            client_from: name.parse().unwrap(),
            ..Options::default()
        };
        let told = read(line.as_bytes(), &options);
        assert!(told[0].contains(" 66.249.66.1 "), "{told:?}");
    }
}

#[test]
fn a_line_may_be_skipped_that_has_no_token_of_a_bot() {
    let tokens = aho_corasick::AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(["Googlebot", "bingbot"])
        .unwrap();
    let found: Vec<bool> = lines(log!("combined")).iter().map(|line| may_be_bot(line, &tokens)).collect();
    assert_eq!(found, [true, true, false, false, false]);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_line_makes_any_format_fail(line in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut scratch = Scratch::new("xff:2".parse().unwrap(), Tz::Europe__Berlin);
            for format in Format::all() {
                let _ = format.read(&line, &mut scratch);
            }
            let _ = body(&line);
        }

        #[test]
        fn a_combined_line_gives_back_what_was_written(
            target in "/[!-\\[\\]-~]{0,40}", agent in "[ -!#-\\[\\]-~]{1,60}", status in 100_u16..600, second in 0_i64..4_000_000_000,
        ) {
            let at = chrono::DateTime::from_timestamp(second, 0).unwrap();
            let line = format!(
                "66.249.66.1 - - [{}] \"GET {} HTTP/1.1\" {status} 7 \"-\" \"{agent}\"",
                at.format("%d/%b/%Y:%H:%M:%S %z"), target.replace('"', r"\x22"),
            );
            let format: Format = "combined".parse().unwrap();
            let mut scratch = Scratch::new(ClientFrom::default(), Tz::UTC);
            let hit = format.read(line.as_bytes(), &mut scratch).unwrap();
            prop_assert_eq!((hit.at, hit.status, &*hit.target), (at, status, &*target));
            prop_assert_eq!(&*hit.agent, if agent == "-" { "" } else { &agent });
        }
    }
}
