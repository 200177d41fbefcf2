//! A site that does to a crawler what no real server can be brought to do: bodies without end, bombs, headers without
//! number, sitemaps and redirects that go in circles. It speaks raw bytes; one page of it is well.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

/// What each page of the site is, but for the start page, which links to all of them.
pub(crate) const PAGES: [&str; 9] =
    ["/well", "/endless", "/bomb", "/headers", "/no-utf8", "/deep", "/schemes", "/loop-a", "/loop-b"];

/// Starts the site; it ends with the test's process. Returns its address.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let own = address.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let own = own.clone();
            // A client that goes away in the middle is what is hoped for.
            thread::spawn(move || drop(answer(stream, &own)));
        }
    });
    format!("{address}/")
}

fn answer(mut stream: TcpStream, own: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = request.split(' ').nth(1).unwrap_or("/");
    match path {
        "/robots.txt" => page(&mut stream, "text/plain", "", &robots()),
        "/sitemap.xml" => page(&mut stream, "application/xml", "", circle(own).as_bytes()),
        "/well" => page(&mut stream, "text/html", "", b"<p>I am well"),
        "/endless" => endless(&mut stream),
        "/bomb" => page(&mut stream, "text/html", "Content-Encoding: gzip\r\n", &bomb()),
        "/headers" => page(&mut stream, "text/html", &"X-More: and more\r\n".repeat(100_000), b"<p>"),
        "/no-utf8" => {
            page(&mut stream, "text/html", "", b"<title>\xff\xfe\xc3\x28</title><a href=/\xe4>\x80</a>")
        }
        "/deep" => page(&mut stream, "text/html", "", "<div>".repeat(100_000).as_bytes()),
        "/schemes" => page(&mut stream, "text/html", "", SCHEMES.as_bytes()),
        "/loop-a" => moved(&mut stream, "/loop-b"),
        "/loop-b" => moved(&mut stream, "/loop-a"),
        "/" => page(&mut stream, "text/html", "", links().as_bytes()),
        _ => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    }
}

const SCHEMES: &str = "<a href='javascript:go()'>j</a><a href='data:text/html,x'>d</a><a href='mailto:a@b.example'>m</a>\
    <a href='http://[::1'>broken</a><a href='ftp://files.example/'>f</a><a href='//'>nothing</a>";

fn page(stream: &mut TcpStream, media: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

fn moved(stream: &mut TcpStream, to: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

/// Ten gigabytes, if anybody reads them.
fn endless(stream: &mut TcpStream) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10737418240\r\n\r\n")?;
    let piece = vec![b'x'; 1 << 20];
    (0..10_240).try_for_each(|_| stream.write_all(&piece))
}

/// Half a gigabyte of nothing, in half a megabyte.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let piece = vec![0; 1 << 20];
    (0..512).for_each(|_| encoder.write_all(&piece).unwrap());
    encoder.finish().unwrap()
}

/// Fifty megabytes of rules, of which none forbids a page of this site.
fn robots() -> Vec<u8> {
    let mut text = b"User-agent: *\n".to_vec();
    text.extend(b"Disallow: /private/*/and/so/on\n".repeat(50 * 1024 * 1024 / 31));
    text
}

fn circle(own: &str) -> String {
    format!("<sitemapindex><sitemap><loc>{own}/sitemap.xml</loc></sitemap></sitemapindex>")
}

fn links() -> String {
    let links: Vec<String> = PAGES.iter().map(|page| format!("<a href=\"{page}\">x</a>")).collect();
    format!("<!doctype html>{}", links.concat())
}
