//! The `boxoffice` command: everything in one process on a private PostgreSQL.

pub mod audit;
pub mod cli;
pub mod demo;
pub mod environment;
pub mod fleet;
pub mod installation;
pub mod migrate;
pub mod origin;
pub mod private_postgres;
pub mod token;
pub mod up;
pub mod with_postgres;
