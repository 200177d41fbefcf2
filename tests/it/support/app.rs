//! The application behind the gateway: a process that serves a directory, and that is killed and started again.

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, Utc};

use super::{Ended, free_port, wait_for_port};

/// The application.
#[derive(Debug)]
pub(crate) struct App {
    /// It comes back on the same port.
    pub(crate) port: u16,
    directory: PathBuf,
    process: Option<Ended>,
}

impl App {
    /// Starts an application that serves this directory.
    pub(crate) fn serving(directory: &Path) -> Self {
        let mut app = Self { port: free_port(), directory: directory.to_owned(), process: None };
        app.start();
        app
    }

    /// Kills it; returns an instant at which it was still alive.
    pub(crate) fn kill(&mut self) -> DateTime<Utc> {
        let before = now();
        self.process.take().expect("the application is running").kill().unwrap();
        before
    }

    /// Starts it; returns an instant at which it accepts connections.
    pub(crate) fn start(&mut self) -> DateTime<Utc> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/app.py");
        let child = Command::new("python3")
            .arg(script)
            .arg(self.port.to_string())
            .arg(&self.directory)
            .spawn()
            .expect("python3 runs");
        self.process = Some(Ended(child));
        wait_for_port(self.port);
        now()
    }
}

/// The wall clock, which the program under test reads too.
#[expect(clippy::disallowed_methods, reason = "the truth about kills and starts is told by the wall clock")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}
