//! Real applications that misuse 502: the textbook's route of Express, a plain server of Node.js, and Flask under gunicorn.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Route, tools};
use crate::support::{Ended, free_port, wait_for_port};

/// The applications, until dropped.
#[derive(Debug)]
pub(crate) struct Applications {
    routes: Vec<Route>,
    _processes: Vec<Ended>,
}

impl Applications {
    /// Starts all of them.
    pub(crate) fn start() -> Self {
        let [express, node, flask] = [(); 3].map(|()| free_port());
        let processes = vec![
            javascript("express.js", express),
            javascript("node.js", node),
            python("flask_app:app", flask),
        ];
        for port in [express, node, flask] {
            wait_for_port(port);
        }
        let named = [("app_express", express), ("app_node", node), ("app_flask", flask)];
        let routes = named.map(|(name, port)| Route { name, port, tls: false }).to_vec();
        Self { routes, _processes: processes }
    }

    /// Where they are.
    pub(crate) fn routes(&self) -> &[Route] {
        &self.routes
    }
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/applications")
}

fn javascript(file: &str, port: u16) -> Ended {
    let mut command = Command::new("node");
    command
        .arg(sources().join(file))
        .arg(port.to_string())
        .env("NODE_PATH", tools().join("node/node_modules"));
    started(command)
}

fn python(application: &str, port: u16) -> Ended {
    // The interpreter that Debian's packages are installed for.
    let mut command = Command::new("/usr/bin/python3");
    command.args(["-m", "gunicorn", "-b", &format!("127.0.0.1:{port}"), application]).current_dir(sources());
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    started(command)
}

fn started(mut command: Command) -> Ended {
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Ended(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}
