//! The worlds in which whole-program tests play: a real gateway, a real application behind it that can be killed, the
//! program itself, and a real browser. All on 127.0.0.1, all ended when the test ends.

pub(crate) mod app;
pub(crate) mod ask;
pub(crate) mod browser;
pub(crate) mod files;
pub(crate) mod hostile;
pub(crate) mod lab;
pub(crate) mod nginx;
pub(crate) mod program;
pub(crate) mod recorded;
pub(crate) mod service;
pub(crate) mod site;
pub(crate) mod smtp;
pub(crate) mod webhook;
pub(crate) mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

/// How long a state may take to come about before a test gives up; generous, because machines are shared.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until `found` gives something; panics with what was awaited when patience ends.
pub(crate) fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(it) = found() {
            return it;
        }
        assert!(Instant::now() < until, "waited {PATIENCE:?} in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until somebody listens on the port.
pub(crate) fn wait_for_port(port: u16) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    wait_for(&format!("a server on port {port}"), || TcpStream::connect(address).ok());
}

/// A process that ends with the test.
#[derive(Debug)]
pub(crate) struct Ended(pub Child);

impl Ended {
    /// Ends it as `kill -9` does, and waits until it is gone.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        self.0.kill()?;
        self.0.wait().map(drop)
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        // One that is gone already needs no end.
        let _ = self.kill();
    }
}
