//! The program: runs the command that its arguments name, and ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    gatecrawl::cli::run()
}
