//! What every service shares, so that the four read alike: settings, start and stop, problems, authentication,
//! PostgreSQL, idempotency keys, jobs.

pub mod answer;
pub mod audit;
pub mod auth;
pub mod body;
pub mod client;
pub mod duty;
pub mod etag;
pub mod gather;
pub mod http;
pub mod idempotency;
pub mod jobs;
pub mod metrics;
pub mod paging;
pub mod postgres;
pub mod problem;
pub mod query;
pub mod rate_limit;
pub mod request_id;
pub mod requests;
pub mod service;
pub mod settings;
pub mod streams;
pub mod telemetry;

pub use problem::Problem;
pub use request_id::detached;
pub use service::{Context, Credentials, Running, Service, Store, Vitals, run, start};
