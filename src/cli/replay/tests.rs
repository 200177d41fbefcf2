//! What a replay tells does not depend on how its lines came.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::judge::tests::streams::{Look, cases, stream};
use crate::domain::outcome::Outcome as Answer;

/// Looks at one site by one observer, as lines of a file.
fn lines(site: &str, observer: &str, looks: &[Look]) -> Vec<String> {
    let line = |look: &Look| {
        let url = format!("https://{site}.example{}", look.path);
        // One kind of failure is no answer at all.
        match look.seen.outcome {
            Answer::Status(503) => {
                json!({"at": look.seen.at, "url": url, "observer": observer, "error": "read_timeout"})
            }
            Answer::Status(status) => {
                json!({"at": look.seen.at, "url": url, "observer": observer, "status": status})
            }
            other => panic!("{other} is not in these streams"),
        }
        .to_string()
    };
    looks.iter().map(line).collect()
}

/// A file of two sites and two observers, in which some lines say the same as another, or the contrary, and some nothing.
fn file() -> impl Strategy<Value = Vec<String>> {
    (stream(), stream(), stream(), stream()).prop_map(|(ours, theirs, other, again)| {
        let mut file = lines("shop", "gatecrawl", &ours);
        file.extend(lines("shop", "googlebot", &theirs));
        file.extend(lines("blog", "gatecrawl", &other));
        file.extend(lines("blog", "gatecrawl", again.get(..4).unwrap_or(&again)));
        file.extend(["{".to_owned(), String::new()]);
        file
    })
}

/// Everything that is told of this file.
fn told(file: &[String]) -> String {
    let options = Options {
        file: PathBuf::from("-"),
        now: None,
        policy: None,
        set: Vec::new(),
        urls: true,
        format: Format::Json,
    };
    let read = lines::read(file.join("\n").as_bytes(), |_, _| {}).unwrap();
    let replayed = judge(read, None, Policy::default());
    serde_json::to_string_pretty(&shape::json(&replayed, &options)).unwrap()
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn any_arrival_order_gives_the_same_outages(
        (file, shuffled) in file().prop_flat_map(|file| (Just(file.clone()), Just(file).prop_shuffle())),
    ) {
        let (told, of_shuffled) = (told(&file), told(&shuffled));
        prop_assert!(told.contains("\"outages\""));
        prop_assert_eq!(of_shuffled, told);
    }
}
