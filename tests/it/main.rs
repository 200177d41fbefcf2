//! Whole-program tests, in one binary because linking dominates their build time.
