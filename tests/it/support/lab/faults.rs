//! Upstreams that fail in one way each, on real sockets: what no well-behaved server can be brought to do.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Route;
use crate::support::free_port;

/// A way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nobody listens.
    Refused,
    /// The connection is reset when the request has come.
    Reset,
    /// It is closed without a byte of an answer.
    Empty,
    /// What comes is not HTTP.
    Garbage,
    /// One header of 300 KB.
    HeaderTooBig,
    /// Nothing comes.
    Silent,
    /// The gateway speaks TLS, and the upstream does not.
    NoTls,
    /// The body breaks off.
    Cut,
}

impl Fault {
    pub(crate) const ALL: [Self; 8] = [
        Self::Refused,
        Self::Reset,
        Self::Empty,
        Self::Garbage,
        Self::HeaderTooBig,
        Self::Silent,
        Self::NoTls,
        Self::Cut,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Empty => "empty",
            Self::Garbage => "garbage",
            Self::HeaderTooBig => "header_too_big",
            Self::Silent => "silent",
            Self::NoTls => "no_tls",
            Self::Cut => "cut",
        }
    }

    /// What a diagnosis should call it.
    pub(crate) fn cause(self) -> &'static str {
        match self {
            Self::Refused => "upstream_refused",
            Self::Reset => "upstream_reset",
            Self::Empty => "upstream_empty",
            Self::Garbage => "upstream_invalid",
            Self::HeaderTooBig => "upstream_header_too_big",
            Self::Silent => "upstream_timeout",
            Self::NoTls => "upstream_tls",
            Self::Cut => "upstream_truncated",
        }
    }

    fn answer(self, mut stream: TcpStream, stop: &AtomicBool) {
        if self == Self::Reset {
            // What was not read when a socket is closed makes the kernel send a reset.
            let _ = stream.peek(&mut [0; 1]);
            return;
        }
        // Who speaks TLS sends no line that could end.
        if self == Self::NoTls {
            let _ = stream.read(&mut [0; 1024]);
        } else {
            read_head(&mut stream);
        }
        let answer = match self {
            Self::Garbage => vec![0xfe; 512],
            Self::HeaderTooBig => {
                format!("HTTP/1.1 200 OK\r\nX-Big: {}\r\nContent-Length: 2\r\n\r\nok", "a".repeat(300 << 10))
                    .into_bytes()
            }
            Self::NoTls => {
                b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
            }
            Self::Cut => format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n{}",
                "x".repeat(20_000)
            )
            .into_bytes(),
            Self::Refused | Self::Reset | Self::Empty | Self::Silent => Vec::new(),
        };
        // A gateway that has had enough hangs up.
        let _ = stream.write_all(&answer);
        while self == Self::Silent && !stop.load(Ordering::Relaxed) && is_open(&mut stream) {}
        let _ = stream.shutdown(Shutdown::Write);
    }
}

/// Whether the other side is still there, after a while of waiting for it.
fn is_open(stream: &mut TcpStream) -> bool {
    let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
    !matches!(stream.read(&mut [0; 64]), Ok(0))
}

fn read_head(stream: &mut TcpStream) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let mut seen = Vec::new();
    let mut byte = [0; 1024];
    while !seen.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(n) if n > 0 => seen.extend_from_slice(&byte[..n]),
            _ => return,
        }
    }
}

/// All faults, each on its port, until dropped.
#[derive(Debug)]
pub(crate) struct Faults {
    ports: Vec<(Fault, u16)>,
    stop: Arc<AtomicBool>,
}

impl Faults {
    pub(crate) fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let ports = Fault::ALL.iter().map(|fault| (*fault, start(*fault, &stop))).collect();
        Self { ports, stop }
    }

    pub(crate) fn route(&self, fault: Fault) -> Route {
        let (_, port) = self.ports.iter().find(|(of, _)| *of == fault).unwrap();
        Route { name: fault.name(), port: *port, tls: fault == Fault::NoTls }
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for (_, port) in &self.ports {
            // Whoever waits for a connection gets one, and sees that it is over.
            let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, *port));
        }
    }
}

fn start(fault: Fault, stop: &Arc<AtomicBool>) -> u16 {
    if fault == Fault::Refused {
        return free_port();
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let stop = Arc::clone(stop);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || fault.answer(stream, &stop));
        }
    });
    port
}
