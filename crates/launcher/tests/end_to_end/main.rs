//! The four binaries as processes of their own, over HTTP, on a real database.
//!
//! Every branch of every diagram of the requirement documents 000, 003 and 004 is walked by a test of its name.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails loudly")]
#![expect(clippy::indexing_slicing, reason = "an answer without the field that is looked at fails the test")]

mod concurrency;
mod document_000;
mod document_003;
mod document_004;
mod fan;
mod hall;
mod operations;
mod stack;
