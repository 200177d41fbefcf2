//! How well answers are diagnosed, against captures of known truth, and how fast.
//!
//!     cargo bench --bench diagnosis                  # the speed, over the project's own answers
//!     cargo bench --bench diagnosis -- DIR           # the accuracy, and the speed, over the captures of a directory
//!     cargo bench --bench diagnosis -- DIR --faults  # also each answer that was misjudged
//!
//! A directory of captures holds raw answers and `truth.jsonl`, which has for each `file`: `failing`, `made_by`, `gateway`,
//! `gateway_visible` (false: "unknown" is right too), `cause`, and `indistinguishable`, the causes for which this gateway
//! sends the same bytes. It is no test: what is asked of it depends on the captures.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a benchmark without its input has nothing to do")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use gatecrawl::diagnosis::answer::Answer;
use gatecrawl::diagnosis::{Diagnosis, diagnose};
use gatecrawl::discover::answer::{Pasted, read};
use serde::Deserialize;

/// Diagnoses are counted for about so many.
const ENOUGH: usize = 400_000;

#[derive(Debug, Deserialize)]
struct Truth {
    file: String,
    through: String,
    failing: bool,
    made_by: Option<String>,
    gateway: Option<String>,
    gateway_visible: bool,
    cause: Option<String>,
    indistinguishable: Vec<String>,
}

/// What is counted: how many were right, of how many.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    right: u32,
    of: u32,
}

const COLUMNS: [&str; 6] = ["failing", "made by", "gateway", "cause", "listed", "too sure"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let wants_faults = arguments.iter().any(|argument| argument == "--faults");
    let directory = arguments.iter().find(|argument| !argument.starts_with("--")).map(PathBuf::from);
    if let Some(directory) = &directory {
        accuracy(directory, wants_faults);
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/answers");
    speed(&answers(directory.as_deref().unwrap_or(&own)));
}

fn accuracy(directory: &Path, wants_faults: bool) {
    let mut table: BTreeMap<String, [Count; 6]> = BTreeMap::new();
    let truth = fs::read_to_string(directory.join("truth.jsonl")).unwrap();
    for line in truth.lines() {
        let truth: Truth = serde_json::from_str(line).unwrap();
        let pasted = read(&fs::read(directory.join(&truth.file)).unwrap()).unwrap();
        let answer =
            Answer { after_interim: pasted.after_interim, ..Answer::of(&pasted.evidence, pasted.outcome) };
        let diagnosis = diagnose(answer);
        let marks = marks(&truth, &diagnosis);
        for key in [truth.through.as_str(), "all"] {
            let row = table.entry(key.to_owned()).or_default();
            for (count, mark) in row.iter_mut().zip(marks) {
                count.of += u32::from(mark.is_some());
                count.right += u32::from(mark == Some(true));
            }
        }
        if wants_faults && marks.contains(&Some(false)) {
            println!("{}: {:?} {diagnosis:?}\n    truth: {truth:?}", truth.file, marks);
        }
    }
    print!("{:<28}", "through");
    for column in COLUMNS {
        print!("{column:>18}");
    }
    println!();
    for (through, row) in &table {
        print!("{through:<28}");
        for count in row {
            print!("{:>18}", shown(*count));
        }
        println!();
    }
}

/// Right, wrong, or not asked, for each column.
fn marks(truth: &Truth, told: &Diagnosis) -> [Option<bool>; 6] {
    let failing = Some(told.failing == truth.failing);
    let Some(made_by) = truth.made_by.as_deref().filter(|_| truth.failing) else {
        return [failing, None, None, None, None, None];
    };
    let gateway = told.gateway.name.word();
    let is_named =
        truth.gateway.as_deref() == Some(gateway) || (!truth.gateway_visible && gateway == "unknown");
    let (cause, true_cause) = (told.cause.name.word(), truth.cause.as_deref().unwrap_or_default());
    let listed = cause == true_cause || told.alternatives.iter().any(|other| other.name.word() == true_cause);
    [
        failing,
        Some(told.made_by.word() == made_by),
        (made_by == "gateway").then_some(is_named),
        Some(truth.indistinguishable.iter().any(|one| one == cause)),
        Some(listed),
        Some(truth.indistinguishable.len() < 2 || told.cause.confidence <= 0.9),
    ]
}

fn shown(count: Count) -> String {
    if count.of == 0 {
        return "-".to_owned();
    }
    format!("{}/{} {:.1} %", count.right, count.of, 100.0 * f64::from(count.right) / f64::from(count.of))
}

fn answers(directory: &Path) -> Vec<Pasted> {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let answers = files.filter(|file| file.extension().is_some_and(|extension| extension == "http"));
    answers.map(|file| read(&fs::read(file).unwrap()).unwrap()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn speed(answers: &[Pasted]) {
    let rounds = ENOUGH.div_ceil(answers.len().max(1));
    let mut failing = 0_usize;
    let begin = Instant::now();
    for _ in 0..rounds {
        for pasted in answers {
            failing += usize::from(diagnose(Answer::of(&pasted.evidence, pasted.outcome)).failing);
        }
    }
    let took = begin.elapsed();
    let all = rounds * answers.len();
    println!(
        "{all} diagnoses of {} answers ({} failing) in {:.2} s on one core: {:.0} a second",
        answers.len(),
        failing / rounds.max(1),
        took.as_secs_f64(),
        all as f64 / took.as_secs_f64()
    );
}
