//! Access logs: what search bots really met, in the words of the servers that they met it at.
//!
//! A line goes through three doors. [`source`] opens files, plain or packed, and brings whole lines; [`format`] turns a
//! line into a [`hit::Hit`], whichever server wrote it; [`bots`] says who was behind a hit.
//!
//! The decision that a reader would question: the lines are taken apart by hand, not by regular expressions. Logs have
//! millions of lines, and one pass over the bytes that borrows what it finds is twenty times as fast.

pub mod bots;
pub mod client;
pub mod format;
pub mod gather;
pub mod hit;
pub mod hops;
pub mod identify;
pub mod keep;
pub mod parser;
pub mod record;
pub mod runs;
pub mod source;
pub mod tally;
pub mod urls;
