//! Each text that a person may paste is read as it was meant.

use proptest::prelude::*;

use super::*;

const PAGE: &str = "<html>\r\n<title>502 Bad Gateway</title>\r\n</html>\r\n";

fn pasted(text: &str) -> Pasted {
    read(text.as_bytes()).unwrap()
}

fn came_to(text: &str) -> String {
    pasted(text).outcome.to_string()
}

fn answer(length: usize, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: {length}\r\n\r\n{body}")
}

#[test]
fn an_answer_of_curl_is_read_with_its_order_and_its_letters() {
    let text = format!(
        "HTTP/1.1 502 Bad Gateway\r\nserver: A\r\nX-B: c: d\r\nContent-Length: {}\r\n\r\n{PAGE}",
        PAGE.len()
    );
    let read = pasted(&text);
    let evidence = &read.evidence;
    assert_eq!((evidence.version.as_deref(), evidence.status), (Some("HTTP/1.1"), Some(502)));
    assert_eq!(evidence.reason.as_deref(), Some("Bad Gateway"));
    assert_eq!(
        evidence.headers[..2],
        [("server".to_owned(), "A".to_owned()), ("X-B".to_owned(), "c: d".to_owned())]
    );
    assert_eq!((evidence.body.as_slice(), read.outcome), (PAGE.as_bytes(), Outcome::Status(502)));
    assert!(read.notes.is_empty());
}

#[test]
fn http_2_has_no_reason_and_http_1_may_have_an_empty_one() {
    let reason = |line: &str| pasted(&format!("{line}\r\n\r\n")).evidence.reason;
    assert_eq!(reason("HTTP/2 502"), None);
    assert_eq!(reason("HTTP/2 502 "), None);
    assert_eq!(reason("HTTP/1.1 502 ").as_deref(), Some(""));
    assert_eq!(reason("HTTP/1.1 502").as_deref(), Some(""));
}

#[test]
fn line_ends_that_an_editor_took_out_are_not_missed() {
    let text = answer(PAGE.len(), PAGE);
    let retyped = text.replace('\r', "");
    assert_eq!(came_to(&text), "200");
    assert_eq!(came_to(retyped.trim_end()), "200");
    assert_eq!(pasted(&retyped).evidence.headers, pasted(&text).evidence.headers);
}

#[test]
fn a_body_that_breaks_off_is_incomplete_under_a_status_that_says_all_is_well() {
    assert_eq!(came_to(&answer(10_000, "half a page")), "incomplete");
    assert_eq!(came_to(&answer(11, "half a page")), "200");
    assert_eq!(came_to(&answer(5, "unpacked, it is longer")), "200");
    let error = answer(10_000, "half").replace("200 OK", "502 Bad Gateway");
    assert_eq!(came_to(&error), "502");
    assert!(pasted(&error).evidence.detail.unwrap().contains("4 of 10000 bytes"));
}

#[test]
fn a_head_alone_may_be_the_answer_to_head() {
    let read = pasted(&answer(10, ""));
    assert_eq!(read.outcome.to_string(), "incomplete");
    assert!(read.notes[0].contains("curl -I"), "{:?}", read.notes);
}

#[test]
fn chunks_are_put_together_and_a_missing_one_is_missed() {
    let chunked = |body: &str| {
        let text = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        let read = pasted(&text);
        (String::from_utf8(read.evidence.body).unwrap(), read.outcome.to_string())
    };
    let told = |body: &str, outcome: &str| (body.to_owned(), outcome.to_owned());
    assert_eq!(chunked("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), told("abcde", "200"));
    assert_eq!(chunked("3\r\nabc\r\n"), told("abc", "incomplete"));
    assert_eq!(chunked("5\r\nabc"), told("abc", "incomplete"));
    assert_eq!(chunked("3\r\nabc\r\nZZZ\r\nde"), told("abc", "incomplete"));
    assert_eq!(chunked("<p>curl has put it together"), told("<p>curl has put it together", "200"));
}

#[test]
fn of_several_answers_the_last_is_taken_and_that_is_said() {
    let moved = "HTTP/1.1 301 Moved\r\nLocation: /b\r\nContent-Length: 3\r\n\r\n";
    let end = "HTTP/1.1 504 Gateway Time-out\r\n\r\n";
    for first in [moved.to_owned(), format!("{moved}abc")] {
        let read = pasted(&format!("{first}{end}"));
        assert_eq!(read.outcome, Outcome::Status(504));
        assert!(read.notes[0].contains("2 answers"), "{:?}", read.notes);
    }
}

#[test]
fn an_interim_answer_is_passed_over_and_alone_it_is_none() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    let read = pasted(&format!("{interim}HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    assert_eq!((read.outcome, read.after_interim, read.notes.len()), (Outcome::Status(502), true, 0));
    let alone = pasted(interim);
    assert_eq!((alone.outcome.to_string().as_str(), alone.evidence.status), ("protocol", None));
    assert_eq!(came_to("HTTP/1.1 101 Switching Protocols\r\n\r\n"), "101", "this one is final");
}

#[test]
fn what_is_no_http_is_told_as_that() {
    for text in
        ["SSH-2.0-OpenSSH_9.2p1\r\n", "HTTP/1.1 XYZ Nope\r\nA: b\r\n\r\nok", "\u{0}\u{1}\u{2}", "oops"]
    {
        let read = pasted(text);
        assert_eq!((read.outcome.to_string().as_str(), read.evidence.status), ("protocol", None), "{text}");
        assert!(read.evidence.detail.is_some());
    }
    let odd = pasted("HTTP/9.9 999 What\r\n\r\n");
    assert_eq!((odd.outcome.to_string().as_str(), odd.evidence.status), ("protocol", Some(999)));
}

#[test]
fn a_page_without_its_head_gets_its_status_from_its_title_and_a_note() {
    let read = pasted(PAGE);
    assert_eq!((read.outcome, read.evidence.status), (Outcome::Status(502), Some(502)));
    assert!(read.notes.iter().any(|note| note.contains("status line is missing")), "{:?}", read.notes);
    assert_eq!(came_to("<html><title>Hello</title>"), "protocol");
}

#[test]
fn the_talk_of_curl_v_is_told_from_the_answer() {
    let text = "*   Trying 127.0.0.1:80...\n* Connected to shop.example\n> GET /a HTTP/1.1\n> Host: shop.example\n> User-Agent: curl/8\n>\n< HTTP/1.1 502 Bad Gateway\n< Server: nginx\n< Content-Length: 4\n<\n{ [4 bytes data]\noops* Connection #0 to host shop.example left intact\n";
    let read = pasted(&text.replace("oops*", "oops\n*"));
    assert_eq!((read.outcome, read.url.as_deref()), (Outcome::Status(502), Some("shop.example/a")));
    assert_eq!(read.evidence.headers[0], ("Server".to_owned(), "nginx".to_owned()));
    assert_eq!(String::from_utf8(read.evidence.body).unwrap().trim(), "oops");
}

#[test]
fn a_head_request_has_no_body_that_could_be_missing() {
    let text = "> HEAD / HTTP/1.1\n< HTTP/1.1 200 OK\n< Content-Length: 4000\n<\n* done\n";
    assert_eq!(came_to(text), "200");
}

#[test]
fn the_errors_of_curl_are_told_by_their_numbers() {
    let error = |text: &str| came_to(text);
    assert_eq!(error("curl: (52) Empty reply from server"), "reset");
    assert_eq!(error("curl: (7) Failed to connect to shop.example port 80: Connection refused"), "refused");
    assert_eq!(error("curl: (6) Could not resolve host: shop.example"), "dns");
    assert_eq!(error("curl: (28) Operation timed out after 5000 milliseconds"), "read_timeout");
    assert_eq!(error("curl: (60) SSL certificate problem: certificate has expired"), "tls");
    let cut = format!(
        "{}\ncurl: (18) transfer closed with 989 bytes remaining to read\n",
        answer(1000, "half a page")
    );
    assert_eq!(error(&cut), "incomplete");
}

#[test]
fn an_entry_of_a_har_is_read_and_the_first_that_fails_is_taken() {
    let entry = |status: u16, wait: f64| {
        format!(
            r#"{{"request":{{"method":"GET","url":"https://shop.example/{status}"}},"response":{{"status":{status},"statusText":"X","httpVersion":"http/1.1","headers":[{{"name":"Server","value":"nginx"}}],"content":{{"text":"b29wcw==","encoding":"base64"}}}},"timings":{{"send":0,"wait":{wait}}}}}"#
        )
    };
    let har = format!(
        r#"{{"log":{{"entries":[{},{},{}]}}}}"#,
        entry(200, 1.0),
        entry(504, 60_003.0),
        entry(502, 2.0)
    );
    let read = pasted(&har);
    assert_eq!(read.url.as_deref(), Some("https://shop.example/504"));
    assert_eq!(read.elapsed, Some(Duration::from_millis(60_003)));
    assert_eq!(
        (read.evidence.body.as_slice(), read.evidence.version.as_deref()),
        (&b"oops"[..], Some("HTTP/1.1"))
    );
    assert!(read.notes[0].contains("3 entries, of which 2 fail; entry 2"), "{:?}", read.notes);
    assert_eq!(read_entry(har.as_bytes(), Some(3)).unwrap().outcome, Outcome::Status(502));
    assert_eq!(read_entry(har.as_bytes(), Some(4)), Err(Unreadable::NoSuchEntry { has: 3, wanted: 4 }));
    assert_eq!(pasted(&entry(503, 1.0)).outcome, Outcome::Status(503), "one entry alone");
    let refused = r#"{"response":{"status":0,"_error":"net::ERR_CONNECTION_REFUSED"}}"#;
    assert_eq!(came_to(refused), "refused");
}

#[test]
fn a_har_of_thousands_of_entries_is_no_burden() {
    let entry = r#"{"request":{"url":"https://shop.example/"},"response":{"status":200,"headers":[]}}"#;
    let har = format!(r#"{{"log":{{"entries":[{}]}}}}"#, vec![entry; 5000].join(","));
    assert_eq!(came_to(&har), "200");
}

#[test]
fn what_cannot_be_used_is_told_with_what_to_give_instead() {
    let why = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert!(why(" \n ").contains("curl -i"));
    assert!(why(r#"{"error":"oops"}"#).contains("no HAR"));
    assert!(why(r#"{"log":{"entries":[]}}"#).contains("no entries"));
    assert!(why("{").contains("JSON"));
}

#[test]
fn a_head_of_ten_megabytes_is_cut_and_told() {
    let text = format!("HTTP/1.1 502 Bad Gateway\r\n{}\r\noops", "X-A: b\r\n".repeat(1_300_000));
    let read = pasted(&text);
    assert_eq!((read.outcome, read.evidence.body.as_slice()), (Outcome::Status(502), &b"oops"[..]));
    assert!(read.evidence.headers.len() <= 10_000 && !read.notes.is_empty());
}

proptest! {
    #[test]
    fn no_bytes_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_answer_makes_it_fail(
        start in prop::sample::select(vec!["HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "< HTTP/2 502\n", "{\"log\":", "curl: (", "* \n"]),
        rest in "(Content-Length: [0-9]{0,12}\r\n|Transfer-Encoding: chunked\r\n|\r\n|[0-9a-f]{1,9}\r\n|HTTP/1.1 502 \r\n|[ -~]{0,9}\n){0,8}",
    ) {
        let _ = read(format!("{start}{rest}").as_bytes());
    }
}
