//! A lab of gateways: a real one on a port of its own, and behind it an upstream for each fault, told apart by the path. What a
//! gateway makes of a fault is then what a visitor meets.

pub(crate) mod applications;
pub(crate) mod faults;
mod gateways;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use self::faults::{Fault, Faults};
use super::{Ended, free_port, wait_for_port};

pub(crate) use self::gateways::{APACHE_LOG, Kind};

/// What `tests/run.sh` installs for the lab.
pub(crate) fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools")
}

/// A place behind a gateway: the first segment of the path, and where it leads.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    /// The gateway speaks TLS to it.
    pub(crate) tls: bool,
}

/// A gateway with the faulty upstreams behind it.
#[derive(Debug)]
pub(crate) struct Lab {
    port: u16,
    _faults: Faults,
    _process: Ended,
    directory: TempDir,
}

impl Lab {
    /// Starts a gateway in front of all faults, and of these applications.
    pub(crate) fn of(kind: Kind, applications: &[Route]) -> Self {
        let faults = Faults::start();
        let met = Fault::ALL.into_iter().filter(|fault| kind.meets(*fault));
        let mut routes: Vec<Route> = met.map(|fault| faults.route(fault)).collect();
        routes.extend(applications.iter().cloned());
        let directory = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut command = kind.command(directory.path(), port, &routes);
        command
            .env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
            .env("HOME", directory.path())
            // HAProxy writes its log there.
            .stdout(File::create(directory.path().join("stdout.log")).unwrap())
            .stderr(Stdio::null());
        let process = Ended(command.spawn().unwrap_or_else(|error| panic!("{kind:?} runs: {error}")));
        wait_for_port(port);
        Self { port, _faults: faults, _process: process, directory }
    }

    /// A file that the gateway writes, by its name.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The address at which a fault, or an application, is met through the gateway.
    pub(crate) fn url(&self, route: &str) -> String {
        format!("http://127.0.0.1:{}/{route}/a", self.port)
    }
}

/// A program of the system, or one that was installed for the tests.
fn program(name: &str) -> Command {
    let own = tools().join(name);
    Command::new(if own.exists() { own } else { PathBuf::from(name) })
}
