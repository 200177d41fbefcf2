//! What the words mean: outcome, observation, spell, episode, outage, verdict, policy. Pure: no I/O, no async, no
//! clock; the present instant is an argument.
//!
//! It does not know where observations come from (a crawl, an access log, a replayed file), nor where its results
//! are kept.

pub mod observation;
pub mod outcome;
pub mod page_url;
