//! The program under test, run as a user runs it: arguments, exit code, what it prints.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use gatecrawl::store::FILE_NAME;
use serde_json::Value;
use tempfile::TempDir;

use super::{Ended, PATIENCE, files, wait_for};

/// The program with a data directory of its own.
#[derive(Debug)]
pub(crate) struct Program {
    directory: TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: i32,
    /// What it printed.
    pub(crate) stdout: String,
    /// What it said.
    pub(crate) stderr: String,
}

/// A running `serve`.
#[derive(Debug)]
pub(crate) struct Serve {
    /// `http://127.0.0.1:PORT`.
    pub(crate) address: String,
    /// The one-time link, when there was no account yet.
    pub(crate) setup_link: Option<String>,
    process: Ended,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// It was refused with this exit code, and the error speaks of all these.
    pub(crate) fn refused(&self, code: i32, says: &[&str]) {
        assert_eq!(self.code, code, "{}", self.stderr);
        assert_eq!(self.stdout, "", "an error is talk, not data");
        for word in says {
            assert!(self.stderr.contains(word), "{word:?} is not in: {}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }
}

impl Program {
    /// The program with an empty data directory.
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// Where its data are.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Its database.
    pub(crate) fn database(&self) -> PathBuf {
        self.data().join(FILE_NAME)
    }

    /// Puts a file beside the data, and returns its path.
    pub(crate) fn put(&self, name: &str, content: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs a command.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_in(&self.data(), arguments)
    }

    /// Runs a command with another data directory.
    pub(crate) fn run_in(&self, data: &Path, arguments: &[&str]) -> Ran {
        Ran::of(self.command(data, arguments).output().expect("the program runs"))
    }

    /// Runs a command into whose stdin this is typed.
    pub(crate) fn run_typing(&self, typed: &str, arguments: &[&str]) -> Ran {
        let mut command = self.command(&self.data(), arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Runs a command that may open only so many files.
    pub(crate) fn run_short_of_files(&self, files: u32, arguments: &[&str]) -> Ran {
        self.run_under(&format!("ulimit -n {files}"), arguments)
    }

    /// Runs a command that may use only so many kilobytes of address space.
    pub(crate) fn run_short_of_memory(&self, kilobytes: u32, arguments: &[&str]) -> Ran {
        self.run_under(&format!("ulimit -v {kilobytes}"), arguments)
    }

    /// Runs a command whose files may have only so many blocks of 512 bytes.
    pub(crate) fn run_with_small_files(&self, blocks: u32, arguments: &[&str]) -> Ran {
        self.run_under(&format!("ulimit -f {blocks}"), arguments)
    }

    /// Runs a command as a user who is not root and owns nothing here, or as who runs the tests if that is not root.
    pub(crate) fn run_without_rights(&self, arguments: &[&str]) -> Ran {
        let program = self.command(&self.data(), arguments);
        if !files::is_root() {
            return Ran::of({ program }.output().expect("the program runs"));
        }
        // It must at least be let in.
        files::set_mode(self.directory.path(), 0o755);
        let mut as_nobody = Command::new("setpriv");
        as_nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program.get_program());
        as_nobody.args(program.get_args()).current_dir(self.directory.path()).env_remove("RUST_LOG");
        Ran::of(as_nobody.output().expect("setpriv runs"))
    }

    fn run_under(&self, limit: &str, arguments: &[&str]) -> Ran {
        let program = self.command(&self.data(), arguments);
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{limit}; exec \"$@\"")).arg("sh").arg(program.get_program());
        shell.args(program.get_args()).current_dir(self.directory.path());
        Ran::of(shell.output().expect("a shell runs"))
    }

    /// Runs a command that must end with this code, and reads what it printed as JSON.
    pub(crate) fn json(&self, code: i32, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        let ran = self.run(&all);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
    }

    /// Starts a command, and does not wait for its end.
    pub(crate) fn start(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command(&self.data(), arguments);
        Ended(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs"))
    }

    /// Starts `serve` on a free port.
    pub(crate) fn serve(&self) -> Serve {
        self.serve_with(&[])
    }

    /// Starts `serve` on a free port, with more arguments.
    pub(crate) fn serve_with(&self, more: &[&str]) -> Serve {
        let arguments: Vec<&str> = ["serve", "--listen", "127.0.0.1:0"].iter().chain(more).copied().collect();
        let mut command = self.command(&self.data(), &arguments);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program runs");
        let lines = lines_of(&mut child);
        let next = || lines.recv_timeout(PATIENCE).ok();
        let first = next().expect("serve says where it listens");
        let address = first.split_once("listens on ").expect("the first line says where").1;
        let address = address.trim_end_matches('/').to_owned();
        // The link follows at once, or not at all.
        let link = lines.recv_timeout(Duration::from_secs(2)).ok();
        let setup_link = link.and_then(|line| Some(format!("http://{}", line.split_once("http://")?.1)));
        Serve { address, setup_link, process: Ended(child) }
    }

    fn command(&self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatecrawl"));
        command
            .args(arguments)
            .arg("--data")
            .arg(data)
            .current_dir(self.directory.path())
            .env_remove("RUST_LOG");
        // A configuration that was put beside the data holds for every command.
        let configuration = self.directory.path().join("gatecrawl.toml");
        if configuration.exists() && !arguments.contains(&"--config") {
            command.arg("--config").arg(configuration);
        }
        command
    }
}

impl Serve {
    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let pid = self.process.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        wait_for("serve ends after SIGTERM", || self.process.0.try_wait().unwrap())
    }
}

/// The lines that a process prints, read beside it so that it never waits for its reader.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = channel();
    let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
    std::thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            // Who no longer listens does not need the rest.
            let _ = sender.send(line);
        }
    });
    receiver
}
