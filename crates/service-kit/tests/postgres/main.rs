//! The pool and its transactions, on a real database.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on fails loudly")]

mod additive;
mod commit;
mod keys;
mod lossy;
mod migrations;
mod pool;
mod statements;
