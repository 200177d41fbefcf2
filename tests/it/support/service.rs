//! `serve` with its log, as a service manager has it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use super::program::Program;
use super::{Ended, PATIENCE, wait_for};

/// A `serve` whose log is read.
#[derive(Debug)]
pub(crate) struct Service {
    process: Ended,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Service {
    pub(crate) fn start(program: &Program, more: &[&str], variables: &[(&str, &Path)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatecrawl"));
        command.args(["serve", "--data"]).arg(program.data()).args(more);
        command.env_remove("RUST_LOG").envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (stdout, stderr) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { process: Ended(child), stdout, stderr }
    }

    /// The next line that it prints.
    pub(crate) fn says(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).expect("it prints something")
    }

    /// Where it listens, as soon as it does.
    pub(crate) fn address(&self) -> String {
        let line = self.says();
        line.split_once("listens on ").unwrap().1.trim_end_matches('/').to_owned()
    }

    /// The token of the link for the first account, which is told after the address.
    pub(crate) fn setup_token(&self) -> String {
        let line = self.says();
        line.split_once("/setup/").unwrap().1.trim().to_owned()
    }

    /// Sets how large its files may become; `None`: as large as before.
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let pid = self.process.0.id().to_string();
        // The soft limit alone: the hard one can be raised by nobody but root.
        let done = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={limit}:")]).status();
        assert!(done.expect("prlimit runs").success());
    }

    /// What it has logged since it was asked last.
    pub(crate) fn logged(&self) -> Vec<String> {
        self.stderr.try_iter().collect()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.process.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// The next line of its log that holds this.
    pub(crate) fn logs(&self, text: &str) -> String {
        wait_for(&format!("{text:?} in the log"), || {
            self.stderr.recv_timeout(PATIENCE).ok().filter(|line| line.contains(text))
        })
    }

    /// Asks it to stop, and waits until it has; its exit code.
    pub(crate) fn end(&mut self) -> Option<i32> {
        self.signal("TERM");
        self.ended()
    }

    /// Waits until it has ended; its exit code.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        wait_for("it ends", || self.process.0.try_wait().unwrap()).code()
    }
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            // Who no longer listens does not need the rest.
            let _ = sender.send(line);
        }
    });
    receiver
}
