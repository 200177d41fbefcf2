//! Every way of failing, made by real sockets, and told apart by the client.

use std::io::{Read, Write};
use std::sync::mpsc;

use async_compression::tokio::write::{BrotliEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use chrono::DateTime;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::super::fault_server::{Deed, FaultServer};
use super::*;
use crate::clock::{SystemClock, TestClock};

/// For servers that answer or break: long enough never to matter.
fn options() -> Options {
    Options { private: PrivateAccess::Host("127.0.0.1".to_owned()), ca_file: None, ..Options::default() }
}

/// For servers that never answer.
fn hasty() -> Options {
    Options {
        dns_timeout: Duration::from_millis(400),
        connect_timeout: Duration::from_millis(400),
        read_timeout: Duration::from_millis(900),
        total_timeout: Duration::from_millis(1500),
        ..options()
    }
}

fn client(options: Options) -> Client {
    Client::new(options, Arc::new(SystemClock)).unwrap()
}

async fn get(options: Options, url: &PageUrl) -> Fetched {
    let request = Request::of(url.clone());
    client(options).fetch(&request).await.unwrap()
}

async fn answer_of(deed: Deed) -> Fetched {
    let server = FaultServer::start(deed).await;
    get(options(), &server.url("/")).await
}

async fn answer_to(bytes: impl Into<Vec<u8>>) -> Fetched {
    answer_of(Deed::Send(bytes.into())).await
}

fn url(text: &str) -> PageUrl {
    PageUrl::parse(text).unwrap()
}

/// An answer with a whole body in this coding.
fn coded(coding: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzipEncoder::new(Vec::new());
    encoder.write_all(plain).await.unwrap();
    encoder.shutdown().await.unwrap();
    encoder.into_inner()
}

#[tokio::test]
async fn an_answer_is_kept_with_its_head_and_body() {
    let server = FaultServer::sending(
        "HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nX-Odd: caf\u{e9}\r\nContent-Length: 3\r\n\r\nbad",
    )
    .await;
    let got = get(options(), &server.url("/")).await;
    assert_eq!(got.outcome, Outcome::Status(502));
    assert_eq!(got.body, b"bad");
    assert_eq!((got.wire_bytes, got.body_capped), (3, false));
    assert_eq!(got.header("SERVER"), Some("nginx"));
    assert_eq!(got.header("x-odd"), Some("caf\u{e9}"));
    assert_eq!(got.remote, Some("127.0.0.1".parse().unwrap()));
    assert_eq!(got.detail, None);
    let head = got.head.unwrap();
    assert_eq!((head.version, head.status), ("HTTP/1.1", 502));
}

/// That each word comes out also shows that hyper, h2 and rustls are the versions that reqwest uses.
#[tokio::test]
async fn every_fault_of_a_server_has_its_own_word() {
    let send = |text: &str| Deed::Send(text.as_bytes().to_vec());
    let big_head = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(2_000_000));
    for (fault, deed, outcome, has_head) in [
        ("reset at once", Deed::ResetAtOnce, "reset", false),
        ("reset after the request", Deed::SendAndReset(Vec::new()), "reset", false),
        ("closed without a word", send(""), "reset", false),
        ("half a head", send("HTTP/1.1 200 OK\r\nContent-Le"), "reset", false),
        ("another protocol", send("SSH-2.0-OpenSSH_9\r\n\r\n"), "protocol", false),
        ("a head of 2 MB", send(&big_head), "protocol", false),
        ("a status of 999", send("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"), "protocol", true),
        (
            "less than Content-Length",
            send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"),
            "incomplete",
            true,
        ),
        (
            "no last chunk",
            send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"),
            "incomplete",
            true,
        ),
        (
            "reset within the body",
            Deed::SendAndReset(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc".to_vec()),
            "incomplete",
            true,
        ),
    ] {
        let got = answer_of(deed).await;
        assert_eq!(got.outcome.to_string(), outcome, "{fault}: {:?}", got.detail);
        assert_eq!(got.head.is_some(), has_head, "{fault}");
        assert!(got.detail.is_some(), "{fault}");
    }
}

#[tokio::test]
async fn a_server_that_is_too_slow_is_cut_off_with_its_own_word() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc".to_vec();
    let drip = Duration::from_millis(20);
    for (fault, deed, has_head) in [
        ("no head", Deed::SendAndStay(Vec::new()), false),
        ("half a head", Deed::SendAndStay(b"HTTP/1.1 200".to_vec()), false),
        ("a body that stops", Deed::SendAndStay(head.clone()), true),
        ("a body that drips", Deed::Repeat(head, b"x".to_vec(), drip), true),
    ] {
        let server = FaultServer::start(deed).await;
        let got = get(hasty(), &server.url("/")).await;
        assert_eq!(got.outcome.to_string(), "read_timeout", "{fault}: {:?}", got.detail);
        assert_eq!(got.head.is_some(), has_head, "{fault}");
    }
}

#[tokio::test]
async fn a_listener_that_accepts_no_more_is_a_connect_timeout() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // The queue has room for one more than its length; then the kernel answers no further SYN.
    let waiting = [TcpStream::connect(address).await, TcpStream::connect(address).await];
    assert!(waiting.iter().all(Result::is_ok));
    let got = get(hasty(), &url(&format!("http://{address}/"))).await;
    assert_eq!(got.outcome.to_string(), "connect_timeout", "{:?}", got.detail);
}

#[tokio::test]
async fn a_tls_handshake_that_is_never_answered_is_a_connect_timeout() {
    let server = FaultServer::start(Deed::SendAndStay(Vec::new())).await;
    let address = url(&format!("https://127.0.0.1:{}/", server.port()));
    let got = get(hasty(), &address).await;
    assert_eq!(got.outcome.to_string(), "connect_timeout", "{:?}", got.detail);
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_refused_and_a_name_without_address_is_dns() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let got = get(options(), &url(&format!("http://{address}/"))).await;
    assert_eq!(got.outcome.to_string(), "refused", "{:?}", got.detail);

    let got = get(options(), &url("http://nope.invalid/")).await;
    assert_eq!(got.outcome.to_string(), "dns", "{:?}", got.detail);
    assert!(got.detail.unwrap().contains("nope.invalid"));
}

#[tokio::test]
async fn tls_to_a_server_that_speaks_none_is_a_tls_error() {
    let server = FaultServer::sending("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let address = url(&format!("https://127.0.0.1:{}/", server.port()));
    let got = get(options(), &address).await;
    assert_eq!(got.outcome.to_string(), "tls", "{:?}", got.detail);
}

/// Made for these tests, for 127.0.0.1 and localhost, valid until 2120, trusted by nobody.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBbTCCARSgAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5nYXRlY3Jh
d2wgdGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGTEXMBUG
A1UEAwwOZ2F0ZWNyYXdsIHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATw
ODzPfnrNTAQXkjtsfNQSPb9o5XojIaHeH4YpKSoi/Pr6SVP8329QxZ9GdYXlA49o
hwv8be9IavJREEoBwyBVo0swSTAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3Qw
DAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQU5whD60bGIk+Eoq5maWOJyxjh01gwCgYI
KoZIzj0EAwIDRwAwRAIgN6Lr0LynhyeKnfbv5O+WEg3FbZ8CuuD1hT7xDptQspoC
IAHbTcXV3ngQ0jNq55LM3/h/kXmXUeIL262+MBUAx3yN
-----END CERTIFICATE-----
";
const KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgorVXHdmVyKItzbRC
1l4eKlDO4OiGLYQMispTb8DJ4TmhRANCAATwODzPfnrNTAQXkjtsfNQSPb9o5Xoj
IaHeH4YpKSoi/Pr6SVP8329QxZ9GdYXlA49ohwv8be9IavJREEoBwyBV
-----END PRIVATE KEY-----
";

/// A TLS server that serves one connection; it tells which protocols the client offered.
fn tls_server(connections: usize) -> (u16, mpsc::Receiver<Vec<Vec<u8>>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for _ in 0..connections {
            let (stream, _) = listener.accept().unwrap();
            let _ = serve_tls(stream, &tell);
        }
    });
    (port, told)
}

fn serve_tls(mut stream: std::net::TcpStream, tell: &mpsc::Sender<Vec<Vec<u8>>>) -> std::io::Result<()> {
    let mut acceptor = rustls::server::Acceptor::default();
    let accepted = loop {
        acceptor.read_tls(&mut stream)?;
        if let Some(accepted) = acceptor.accept().unwrap() {
            break accepted;
        }
    };
    let offered = accepted.client_hello().alpn().unwrap().map(<[u8]>::to_vec);
    tell.send(offered.collect()).unwrap();
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap(),
            )
            .unwrap();
    let connection = accepted.into_connection(Arc::new(config)).unwrap();
    let mut tls = rustls::StreamOwned::new(connection, stream);
    let _ = tls.read(&mut [0; 4096])?;
    tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
}

#[tokio::test]
async fn a_certificate_is_trusted_only_if_its_authority_is() {
    let (port, told) = tls_server(2);
    let address = url(&format!("https://127.0.0.1:{port}/"));
    let got = get(options(), &address).await;
    assert_eq!(got.outcome.to_string(), "tls", "{:?}", got.detail);
    assert!(got.detail.unwrap().contains("UnknownIssuer"));

    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, CERTIFICATE).unwrap();
    let trusting = Options { ca_file: Some(ca_file), ..options() };
    let got = get(trusting, &address).await;
    assert_eq!(got.outcome, Outcome::Status(200), "{:?}", got.detail);
    assert_eq!(told.recv().unwrap(), [b"h2".to_vec(), b"http/1.1".to_vec()]);
}

#[tokio::test]
async fn a_body_is_decoded_from_each_coding() {
    let plain = b"the same page in every coding".repeat(50);
    let mut brotli = BrotliEncoder::new(Vec::new());
    let mut zstd = ZstdEncoder::new(Vec::new());
    let mut zlib = ZlibEncoder::new(Vec::new());
    brotli.write_all(&plain).await.unwrap();
    brotli.shutdown().await.unwrap();
    zstd.write_all(&plain).await.unwrap();
    zstd.shutdown().await.unwrap();
    zlib.write_all(&plain).await.unwrap();
    zlib.shutdown().await.unwrap();
    let gzipped = gzip(&plain).await;
    let (half, other) = plain.split_at(700);
    for (coding, body) in [
        ("gzip", gzipped.clone()),
        ("X-GZIP", gzipped.clone()),
        ("gzip", [gzip(half).await, gzip(other).await].concat()),
        ("br", brotli.into_inner()),
        ("zstd", zstd.into_inner()),
        ("deflate", zlib.into_inner()),
        ("gzip, gzip", gzip(&gzipped).await),
        ("identity", plain.clone()),
    ] {
        let got = answer_to(coded(coding, &body)).await;
        assert_eq!(got.outcome, Outcome::Status(200), "{coding}");
        assert_eq!(got.body, plain, "{coding}: {:?}", got.detail);
        assert_eq!(got.wire_bytes, u64::try_from(body.len()).unwrap(), "{coding}");
        assert!(!got.body_capped, "{coding}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_decode_leaves_the_status_and_says_so() {
    let cut = gzip(&b"page".repeat(1000)).await;
    let half = &cut[..cut.len() / 2];
    for (coding, body) in [
        ("gzip", &b"not gzip at all"[..]),
        ("gzip", half),
        ("br", &[0xff; 40]),
        ("zstd", b"not zstd"),
        ("compress", b"anything"),
        ("gzip, gzip, gzip, gzip", b"anything"),
    ] {
        let got = answer_to(coded(coding, body)).await;
        assert_eq!(got.outcome, Outcome::Status(200), "{coding}");
        assert!(got.detail.is_some(), "{coding}");
        assert!(!got.body.starts_with(b"anything"), "{coding}");
    }
    let long = FaultServer::sending(coded("compress", b"anything")).await;
    let request = Request::of(long.url("/")).capped_at(3);
    let got = client(options()).fetch(&request).await.unwrap();
    assert!(got.body.is_empty() && got.body_capped && got.detail.is_some());
    let empty = answer_to(coded("gzip", b"")).await;
    assert_eq!((empty.outcome, empty.detail), (Outcome::Status(200), None));
}

/// A zstd frame of one raw block, `page`, that asks for a window of two to the power of `log` bytes (RFC 8878, 3.1.1).
fn zstd_with_window(log: u8) -> Vec<u8> {
    let window = (log - 10) << 3;
    [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, window, 0x21, 0x00, 0x00], &b"page"[..]].concat()
}

#[tokio::test]
async fn a_zstd_window_beyond_8_mb_is_not_given_the_memory() {
    let got = answer_to(coded("zstd", &zstd_with_window(23))).await;
    assert_eq!((got.body, got.detail), (b"page".to_vec(), None));
    let got = answer_to(coded("zstd", &zstd_with_window(24))).await;
    assert_eq!((got.body, got.detail.is_some()), (Vec::new(), true));
}

#[tokio::test]
async fn compressed_data_that_only_the_close_ends_are_incomplete_when_cut() {
    let whole = gzip(&b"page".repeat(1000)).await;
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    let got = answer_to([&head[..], &whole].concat()).await;
    assert_eq!(got.outcome, Outcome::Status(200), "{:?}", got.detail);
    let got = answer_to([&head[..], &whole[..whole.len() / 2]].concat()).await;
    assert_eq!(got.outcome.to_string(), "incomplete", "{:?}", got.detail);
}

#[tokio::test]
async fn a_cut_behind_the_end_of_the_compressed_data_is_still_seen() {
    let mut brotli = BrotliEncoder::new(Vec::new());
    brotli.write_all(b"page").await.unwrap();
    brotli.shutdown().await.unwrap();
    let body = brotli.into_inner();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n",
        body.len()
    );
    let got = answer_to([head.as_bytes(), &body, b"\r\n"].concat()).await;
    assert_eq!(got.outcome.to_string(), "incomplete", "{:?}", got.detail);
    assert_eq!(got.body, b"page");
}

#[tokio::test]
async fn a_bomb_or_an_endless_body_costs_no_more_than_the_cap_and_is_healthy() {
    let small = |cap| Options { body_cap: cap, ..options() };
    let bomb = FaultServer::sending(coded("gzip", &gzip(&vec![0; 50 << 20]).await)).await;
    let got = get(small(100_000), &bomb.url("/")).await;
    assert_eq!((got.outcome, got.body_capped), (Outcome::Status(200), true));
    assert_eq!(got.body.len(), 100_000);

    let plain = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let endless = Deed::Repeat(plain, vec![b'x'; 4096], Duration::ZERO);
    let server = FaultServer::start(endless).await;
    let got = get(small(100_000), &server.url("/")).await;
    assert_eq!((got.outcome, got.body_capped), (Outcome::Status(200), true));
    assert_eq!(got.body.len(), 100_000);

    // Empty gzip members decode to nothing, for ever.
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
    let nothing = Deed::Repeat(head, gzip(b"").await, Duration::ZERO);
    let server = FaultServer::start(nothing).await;
    let got = get(small(10_000), &server.url("/")).await;
    assert_eq!((got.outcome, got.body_capped), (Outcome::Status(200), true));
    assert!(got.body.is_empty());
}

#[tokio::test]
async fn a_body_of_just_the_cap_is_whole_and_a_request_may_set_its_own_cap() {
    let server = FaultServer::sending("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage").await;
    let client = client(options());
    for (cap, body, capped) in [(4, "page", false), (3, "pag", true), (0, "", true)] {
        let request = Request::of(server.url("/")).capped_at(cap);
        let got = client.fetch(&request).await.unwrap();
        assert_eq!(got.body, body.as_bytes(), "{cap}");
        assert_eq!(got.body_capped, capped, "{cap}");
    }
}

#[tokio::test]
async fn a_status_that_is_the_message_stands_though_its_body_is_cut() {
    for status in [302, 404, 429, 502] {
        let text = format!("HTTP/1.1 {status} Cut\r\nContent-Length: 1000\r\n\r\nabc");
        let got = answer_to(text).await;
        assert_eq!(got.outcome, Outcome::Status(status));
        assert!(got.detail.unwrap().contains("cut short"), "{status}");
        assert_eq!(got.body, b"abc");
    }
}

#[tokio::test]
async fn answers_without_a_body_are_whole() {
    for status in [204, 304] {
        let text = format!("HTTP/1.1 {status} None\r\nContent-Encoding: gzip\r\n\r\n");
        let got = answer_to(text).await;
        assert_eq!(got.outcome, Outcome::Status(status));
        assert_eq!((got.detail, got.wire_bytes), (None, 0), "{status}");
    }
}

#[tokio::test]
async fn a_malformed_header_line_does_not_make_a_page_broken() {
    let got = answer_to("HTTP/1.1 200 OK\r\nbad line\r\nContent-Length: 2\r\n\r\nok").await;
    assert_eq!((got.outcome, got.body), (Outcome::Status(200), b"ok".to_vec()));
}

#[tokio::test]
async fn a_redirect_is_reported_where_a_location_resolves() {
    for (status, location, target) in [
        (301, "/new", Some("http://shop.example/new")),
        (302, "https://other.example/#top", Some("https://other.example/")),
        (303, "?q=1", Some("http://shop.example/old?q=1")),
        (307, "//cdn.example/x", Some("http://cdn.example/x")),
        (308, "/new", Some("http://shop.example/new")),
        (300, "/new", None),
        (304, "/new", None),
        (200, "/new", None),
        (301, "mailto:someone@shop.example", None),
        (301, "http://", None),
    ] {
        let text = format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let got = answer_to(text).await;
        assert_eq!(got.outcome, Outcome::Status(status));
        let here = got.url.origin();
        let expected = target.map(|t| t.replace("http://shop.example", here.as_str()));
        let expected = expected.map(|t| t.replace("/old?", "/?"));
        assert_eq!(got.redirect.map(String::from), expected, "{status} {location}");
    }
}

#[tokio::test]
async fn a_fresh_request_has_a_connection_of_its_own() {
    let nth = |_: &str, nth: u32| format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{nth}");
    let server = FaultServer::start(Deed::Serve(nth)).await;
    let client = client(options());
    let usual = Request::of(server.url("/"));
    let probe = Request::probe(server.url("/"));
    let mut seen = Vec::new();
    for request in [&usual, &usual, &probe, &probe, &usual] {
        seen.extend(client.fetch(request).await.unwrap().body);
    }
    assert_eq!(seen, b"12113");
}

#[tokio::test]
async fn a_connection_that_was_closed_while_it_idled_is_no_fault_of_the_site() {
    let page = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage".to_vec();
    let server = FaultServer::start(Deed::SendOnce(page)).await;
    let client = client(options());
    for _ in 0..3 {
        let got = client.fetch(&Request::of(server.url("/"))).await.unwrap();
        assert_eq!(got.outcome, Outcome::Status(200), "{:?}", got.detail);
    }
}

#[tokio::test]
async fn a_new_connection_that_is_reset_is_not_tried_again() {
    let server = FaultServer::sending("").await;
    let got = get(options(), &server.url("/")).await;
    assert_eq!(got.outcome.to_string(), "reset");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_private_address_is_refused_however_it_comes() {
    let strict = client(Options { private: PrivateAccess::Refused, ..options() });
    for address in [
        "http://127.0.0.1:1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://localhost/",
    ] {
        let not = strict.fetch(&Request::of(url(address))).await.unwrap_err();
        let NotFetched::Refused(refused) = not else { panic!("{address}: {not}") };
        assert!(refused.address.is_loopback(), "{address}");
    }
}

#[tokio::test]
async fn a_name_that_was_typed_may_be_loopback() {
    let server = FaultServer::sending("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let typed = Options { private: PrivateAccess::Host("localhost".to_owned()), ..options() };
    let address = url(&format!("http://localhost:{}/", server.port()));
    let got = get(typed, &address).await;
    assert_eq!(got.outcome, Outcome::Status(200), "{:?}", got.detail);
}

#[tokio::test]
async fn the_request_names_the_crawler_and_what_it_accepts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = url(&format!("http://{}/a?b=c", listener.local_addr().unwrap()));
    let heard = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        while !heard.ends_with(b"\r\n\r\n") {
            let read = tokio::io::AsyncReadExt::read_buf(&mut stream, &mut heard).await;
            assert_ne!(read.unwrap(), 0);
        }
        String::from_utf8(heard).unwrap()
    };
    let (_, heard) = tokio::join!(get(options(), &address), heard);
    assert!(heard.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("user-agent: Gatecrawl/0.1.0 (robots.txt token: gatecrawl)\r\n"));
    assert!(heard.contains("accept-encoding: gzip, br, zstd\r\n"), "{heard}");
}

#[tokio::test]
async fn instants_come_from_the_clock() {
    let noon = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let client = Client::new(options(), Arc::new(TestClock::at(noon))).unwrap();
    let server = FaultServer::sending("HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n").await;
    let got = client.fetch(&Request::of(server.url("/"))).await.unwrap();
    assert_eq!((got.asked_at, got.at), (noon, noon));
    assert!(got.elapsed > Duration::ZERO);
}

#[test]
fn options_that_cannot_work_are_refused_with_their_reason() {
    let refusal = |options| {
        let clock = Arc::new(SystemClock);
        Client::new(options, clock).unwrap_err().to_string()
    };
    let narrow = Options { read_timeout: Duration::from_secs(20), ..options() };
    assert!(refusal(narrow).contains("must be less than read 20s"));
    let unread = Options { ca_file: Some("/nonexistent/ca.pem".into()), ..options() };
    assert!(refusal(unread).contains("/nonexistent/ca.pem"));
    let odd = Options { user_agent: "two\nlines".to_owned(), ..options() };
    assert!(refusal(odd).contains("check the user agent"));
}
