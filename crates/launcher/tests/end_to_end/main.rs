//! The four binaries as processes of their own, over HTTP, on a real database.
//!
//! Every branch of every diagram of the five requirement documents is walked by a test of its name; the paths of
//! documents 001 and 002 are the facade's. docs/COVERAGE.md is the table.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails loudly")]
#![expect(clippy::indexing_slicing, reason = "an answer without the field that is looked at fails the test")]

mod audit;
mod best_available;
mod collector;
mod concurrency;
mod coverage;
mod document_000;
mod document_001;
mod document_002;
mod document_003;
mod document_004;
mod fan;
mod gateway;
mod hall;
mod logs;
mod operations;
mod published;
mod rotation;
mod stack;
mod standby;
mod traces;
mod unseen;
