//! The `boxoffice` command: everything in one process on a private PostgreSQL.

pub mod admin_url;
pub mod audit;
pub mod cli;
pub mod demo;
pub mod environment;
pub mod fleet;
pub mod installation;
pub mod migrate;
pub mod origin;
pub mod private_file;
pub mod private_postgres;
pub mod secrets;
pub mod token;
pub mod up;
pub mod with_postgres;
