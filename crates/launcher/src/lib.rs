//! The `boxoffice` command: everything in one process on a private PostgreSQL.

pub mod cli;
pub mod installation;
pub mod private_postgres;
pub mod with_postgres;
