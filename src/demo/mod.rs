//! What a stranger is shown who has no site: three months of made-up history over a few made-up sites, and a site on this
//! machine that really fails, in fast time.
//!
//! The decision that a reader would question: the history is not written as outages, but as what a crawler would have
//! observed, through the store's one writer. So the demo shows what the judge makes of it, and cannot promise more than the
//! product holds. The made-up sites are paused: they do not exist, and nothing shall ask for them.
//!
//! It reads no clock and starts no dashboard; that is the command's.

mod answers;
mod history;
mod live;
mod looks;
mod scenes;
mod script;

pub use self::history::write_history;
pub use self::live::{LiveSite, add_live_site, look_again};
pub use self::script::SCRIPT;
