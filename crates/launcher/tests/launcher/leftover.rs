use std::fs;

use launcher::private_postgres::PrivatePostgres;
use url::Url;

use crate::sandbox::{ask, execute, folder, is_gone, options, until};
use crate::with_postgres::waiting;

#[tokio::test]
async fn a_killed_boxoffice_leaves_a_cluster_that_the_next_one_takes_over_and_stops() {
    let folder = folder();
    let (mut boxoffice, _command, url) = waiting(&folder).await;
    execute(&url, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')").await.unwrap();
    let data_dir = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path().join("postgres");
    boxoffice.start_kill().unwrap();
    boxoffice.wait().await.unwrap();

    let mut options = options(data_dir.clone());
    options.superuser_password = Url::parse(&url).unwrap().password().unwrap().to_owned();
    let next = PrivatePostgres::start(options).await.unwrap();
    assert_eq!(next.url(), url, "the same server, on the same port");
    assert_eq!(ask(&next.url(), "(SELECT word FROM kept)").await, "still here");

    let pid = next.process_id();
    next.stop().await.unwrap();
    assert!(!data_dir.join("postmaster.pid").exists());
    until("the postmaster ends", || is_gone(pid)).await;
}

#[tokio::test]
async fn a_stale_pid_file_of_a_process_that_is_something_else_is_no_obstacle() {
    let folder = folder();
    let data_dir = folder.path().join("postgres");
    PrivatePostgres::start(options(data_dir.clone())).await.unwrap().stop().await.unwrap();
    // This test's own process, as after a reboot that handed the number out again.
    let ours = std::process::id();
    let stale = format!("{ours}\n{}\n1\n5432\n\n127.0.0.1\n0 0\nready\n", data_dir.display());
    fs::write(data_dir.join("postmaster.pid"), stale).unwrap();
    let postgres = PrivatePostgres::start(options(data_dir)).await.unwrap();
    assert_ne!(u32::try_from(postgres.process_id()).unwrap(), ours);
    postgres.stop().await.unwrap();
}
