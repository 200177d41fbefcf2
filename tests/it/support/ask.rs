//! Asks the dashboard as a program does: one request a connection, and nothing that a client would add by itself.

use std::io::{Read, Write};
use std::net::TcpStream;

/// What came.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: String,
    /// The rest.
    pub(crate) body: String,
}

/// A client with the cookie of a session or a token, when it has one.
#[derive(Debug)]
pub(crate) struct Client {
    host: String,
    /// The header that says who asks.
    credentials: String,
}

impl Client {
    /// Of the dashboard at this address, `http://HOST:PORT`.
    pub(crate) fn new(address: &str) -> Self {
        Self { host: address.trim_start_matches("http://").to_owned(), credentials: String::new() }
    }

    /// The same for a program that has this token.
    pub(crate) fn with_token(address: &str, token: &str) -> Self {
        Self { credentials: format!("Authorization: Bearer {token}\r\n"), ..Self::new(address) }
    }

    /// Makes the first account with the token of its link, and stays logged in.
    pub(crate) fn set_up(&mut self, token: &str) {
        let made = self.post(&format!("/setup/{token}"), "name=nadia&password=long-enough-for-a-test");
        let cookie = made.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a session");
        self.credentials = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    }

    /// `GET`
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    /// `POST` of a form.
    pub(crate) fn post(&self, path: &str, form: &str) -> Answer {
        let length = form.len();
        let kind = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n";
        self.send(&format!("POST {path} HTTP/1.1\r\n{kind}Content-Length: {length}\r\n"), form)
    }

    fn send(&self, head: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let (host, credentials) = (&self.host, &self.credentials);
        write!(stream, "{head}Host: {host}\r\n{credentials}Connection: close\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("and a status");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }
}
