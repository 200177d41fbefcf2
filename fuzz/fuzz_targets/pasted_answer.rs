//! Whatever a person pastes is read and diagnosed, and never makes either fail.
//!
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run pasted_answer fuzz/corpus/pasted_answer tests/fixtures/answers`
#![no_main]

use gatecrawl::diagnosis::answer::Answer;
use gatecrawl::diagnosis::diagnose;
use gatecrawl::discover::answer::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(pasted) = read(bytes) else { return };
    let told = diagnose(Answer::of(&pasted.evidence, pasted.outcome));
    let shares: f32 = told.alternatives.iter().map(|other| other.confidence).sum();
    assert!((0.0..=1.01).contains(&(told.cause.confidence + shares)), "shares of causes are shares");
    assert!(!told.failing || !told.evidence.is_empty(), "an error is told with what was seen");
});
