//! Who calls: other programs over HTTP, and time.

pub mod http;
pub mod jobs;
