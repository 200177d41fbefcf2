//! The program: parse arguments, run the command, turn its end into an exit code.

fn main() {}
