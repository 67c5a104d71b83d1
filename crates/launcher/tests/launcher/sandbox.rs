//! A scratch folder, a cluster in it, and one-value queries.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use launcher::private_postgres::{Durability, Options, PrivatePostgres, Search};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use service_kit::postgres::provision::connect;
use tempfile::TempDir;

pub const PASSWORD: &str = "0123456789abcdef";
/// Only a broken program waits this long.
const DEADLINE: Duration = test_kit::PATIENCE;

/// A folder that PostgreSQL's account can enter.
pub fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

pub fn options(data_dir: PathBuf) -> Options<'static> {
    Options {
        data_dir,
        durability: Durability::Volatile,
        superuser_password: PASSWORD.to_owned(),
        search: Search::of_this_machine(),
        progress: &|_| {},
    }
}

pub async fn postgres(folder: &TempDir) -> PrivatePostgres {
    PrivatePostgres::start(options(folder.path().join("postgres"))).await.unwrap()
}

pub async fn text(connection: &mut AsyncPgConnection, expression: &str) -> String {
    diesel::select(diesel::dsl::sql::<Text>(expression)).get_result(connection).await.unwrap()
}

/// The value of one expression, over a connection of its own.
pub async fn ask(url: &str, expression: &str) -> String {
    text(&mut connect(url).await.unwrap(), expression).await
}

pub async fn execute(url: &str, statement: &str) -> Result<(), String> {
    let mut connection = connect(url).await.unwrap();
    connection.batch_execute(statement).await.map_err(|error| error.to_string())
}

pub async fn until(what: &str, condition: impl Fn() -> bool) {
    let mut poll = tokio::time::interval(Duration::from_millis(10));
    let met = async {
        while !condition() {
            poll.tick().await;
        }
    };
    tokio::time::timeout(DEADLINE, met).await.unwrap_or_else(|_| panic!("not within {DEADLINE:?}: {what}"));
}

/// Gone, or with nothing left but an exit status that PID 1 has not collected yet.
pub fn is_gone(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None).is_err()
        || fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "))
}
