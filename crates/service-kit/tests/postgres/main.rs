//! The pool and its transactions, on a real database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails loudly")]

mod commit;
mod lossy;
mod pool;
