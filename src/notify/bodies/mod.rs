//! A message in the form that each chat takes. Pure: a message goes in, JSON comes out.

pub(super) mod ntfy;
