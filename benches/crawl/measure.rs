//! One run of a program on the clock: wall, its CPU, its peak of memory, and what else kept the machine busy.
//!
//! GNU time tells CPU and memory: a process that is started from here would begin with this program's own peak, because
//! the kernel hands the peak on through `exec`; GNU time is small. What others used is the machine's busy time less the
//! program's and the server's: on a shared machine it tells which runs are worth little.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Ticks of the kernel's clocks a second in /proc: 100 on every Linux.
const TICKS: f64 = 100.0;

/// What one run took.
#[derive(Debug, Clone)]
pub struct Run {
    /// Seconds.
    pub wall: f64,
    /// Seconds, user and system.
    pub cpu: f64,
    /// MiB.
    pub rss: f64,
    /// The share of the machine that neither the program nor the server used.
    pub others: f64,
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a program in a folder, and ends it after `limit`; `server` tells the server's CPU seconds.
pub fn run(command: &[String], folder: &Path, limit: Duration, server: impl Fn() -> f64) -> Run {
    let report = folder.join("time.txt");
    let (of_server, of_all, start) = (server(), busy(), Instant::now());
    let output = Command::new("/usr/bin/time")
        .args(["-q", "-f", "%U %S %M", "-o"])
        .arg(&report)
        .args(["timeout", "-k", "5", &limit.as_secs().to_string()])
        .args(command)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("GNU time is installed (Debian: time)");
    let wall = start.elapsed().as_secs_f64();
    let told = fs::read_to_string(report).expect("GNU time writes its report");
    let numbers: Vec<f64> = told.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [user, system, kibibytes] = numbers[..] else { panic!("GNU time told {told:?}") };
    let cpu = user + system;
    let others = ((busy() - of_all) - cpu - (server() - of_server)).max(0.0);
    Run {
        wall,
        cpu,
        rss: kibibytes / 1024.0,
        others: others / (wall * cores()),
        exit: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The one in the middle.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let half = numbers.len() / 2;
    if numbers.len() % 2 == 1 { numbers[half] } else { numbers[half - 1].midpoint(numbers[half]) }
}

/// Seconds that a process has worked, proc(5), fields 14 and 15.
pub fn cpu_of(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The second field may hold spaces, and ends with the last parenthesis.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}

/// Seconds that all cores have worked, proc(5): all fields but idle and waiting for disks.
fn busy() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = stat.lines().next().unwrap_or_default();
    let ticks: Vec<f64> = line.split_whitespace().skip(1).filter_map(|ticks| ticks.parse().ok()).collect();
    let idle: f64 = ticks.iter().skip(3).take(2).sum();
    // Guests are counted in the first two fields already.
    (ticks.iter().take(8).sum::<f64>() - idle) / TICKS
}

fn cores() -> f64 {
    std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64)
}
