//! What a replay tells does not depend on how its lines came.

use proptest::prelude::*;
use serde_json::{Value, json};

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
fn told(file: &[String]) -> Value {
    let options = Options {
        file: PathBuf::from("-"),
        now: None,
        policy: None,
        set: Vec::new(),
        urls: true,
        format: Format::Json,
    };
    let read = lines::read(file.join("\n").as_bytes(), |_, _| {}).unwrap();
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    let replayed = judge(read, Some(now), Policy::default());
    serde_json::to_value(shape::json(&replayed, &options)).unwrap()
}

/// The outages and URLs of one observer, without their numbers.
fn of_observer(told: &Value, observer: &str) -> Vec<Value> {
    let all = ["outages", "urls"].into_iter().flat_map(|list| told[list].as_array().unwrap().clone());
    let own = all.filter(|shape| shape["observer"] == observer);
    own.map(|mut shape| {
        shape.as_object_mut().unwrap().remove("id");
        shape
    })
    .collect()
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn any_arrival_order_gives_the_same_outages(
        (file, shuffled) in file().prop_flat_map(|file| (Just(file.clone()), Just(file).prop_shuffle())),
    ) {
        prop_assert_eq!(told(&shuffled), told(&file));
    }

    #[test]
    fn what_one_observer_saw_is_judged_as_if_there_were_no_other(file in file()) {
        let whole = told(&file);
        for observer in ["gatecrawl", "googlebot"] {
            let own: Vec<String> = file.iter().filter(|line| line.contains(observer)).cloned().collect();
            prop_assert_eq!(of_observer(&whole, observer), of_observer(&told(&own), observer));
        }
    }
}
