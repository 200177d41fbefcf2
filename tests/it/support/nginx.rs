//! nginx as the gateway, with an access log that says what was really asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{Ended, free_port, wait_for_port};

/// A private nginx in front of an application.
#[derive(Debug)]
pub(crate) struct Nginx {
    /// Where it listens.
    pub(crate) port: u16,
    directory: TempDir,
    process: Option<Ended>,
}

impl Nginx {
    /// Starts nginx in front of the application on this port.
    pub(crate) fn in_front_of(upstream: u16) -> Self {
        Self::with_rule(upstream, "")
    }

    /// The same, with a directive that holds for every request.
    pub(crate) fn with_rule(upstream: u16, rule: &str) -> Self {
        Self::with(&format!("{rule} proxy_pass http://127.0.0.1:{upstream};"))
    }

    /// Starts nginx that serves this directory by itself, with `ETag` and `Last-Modified`.
    pub(crate) fn of_files(site: &Path) -> Self {
        Self::with(&format!("root {}; index index.html;", site.display()))
    }

    fn with(location: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = free_port();
        let configuration = directory.path().join("nginx.conf");
        fs::write(&configuration, configured(&directory, port, location)).unwrap();
        let child = Command::new("nginx")
            .env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
            .arg("-p")
            .arg(directory.path())
            .arg("-c")
            .arg(&configuration)
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx runs");
        wait_for_port(port);
        Self { port, directory, process: Some(Ended(child)) }
    }

    /// Ends it: nobody listens any more.
    pub(crate) fn stop(&mut self) {
        self.process.take().expect("nginx is running").kill().unwrap();
    }

    /// How often each path was asked for, and what came, since the last call of [`Nginx::forget`].
    pub(crate) fn asked(&self) -> BTreeMap<String, Vec<u16>> {
        let mut asked: BTreeMap<String, Vec<u16>> = BTreeMap::new();
        for line in fs::read_to_string(self.log()).unwrap_or_default().lines() {
            let (status, path) = line.split_once(' ').expect("the log has status and path");
            asked.entry(path.to_owned()).or_default().push(status.parse().unwrap());
        }
        asked
    }

    /// How many requests were answered by a server error.
    pub(crate) fn asked_failing(&self) -> usize {
        self.asked().values().flatten().filter(|status| **status >= 500).count()
    }

    /// Forgets what was asked.
    pub(crate) fn forget(&self) {
        // nginx appends; a truncated file is gone on with.
        fs::write(self.log(), "").unwrap();
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("access.log")
    }
}

fn configured(directory: &TempDir, port: u16, location: &str) -> String {
    let at = directory.path().display();
    let user = if is_root() { "user root;" } else { "" };
    format!(
        "daemon off; master_process off; {user} worker_processes 1; pid {at}/nginx.pid; error_log {at}/error.log;
         events {{ worker_connections 512; }}
         http {{
             types {{ text/html html; text/plain txt; text/xml xml; }}
             log_format asked '$status $request_uri';
             access_log {at}/access.log asked;
             client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/fastcgi;
             uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;
             server {{
                 listen 127.0.0.1:{port};
                 location / {{ {location} }}
             }}
         }}"
    )
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}
