//! How a site is asked without harm: evenly spaced ([`pace`]), slower when it slows or fails ([`throttle`]), not at all
//! while it says so ([`retry_after`]) or is down ([`breaker`]).
//!
//! Each of them decides by what it is told, with the time passed in; the run asks them and does what they say. Numbers
//! are ours unless a source is named: no site says how it wants to be crawled while it fails.

pub mod breaker;
pub mod pace;
pub mod retry_after;
pub mod throttle;
