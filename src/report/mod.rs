//! What was seen, made ready for readers: sentences, summaries and JSON shapes, the same for page, mail and command line.

pub mod alert;
pub mod bots;
pub mod deploys;
pub mod diagnosis;
pub mod digest;
pub mod habit;
pub mod history;
pub mod json;
pub mod load;
pub mod summary;
pub mod wording;
