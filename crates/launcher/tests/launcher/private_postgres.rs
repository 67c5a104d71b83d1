use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use launcher::private_postgres::{Durability, Options, PrivatePostgres, Search};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};

use crate::sandbox::{ask, execute, folder, is_gone, options, postgres, until};

#[tokio::test]
async fn a_restart_keeps_the_data() {
    let folder = folder();
    let first = postgres(&folder).await;
    execute(&first.url(), "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
        .await
        .unwrap();
    let pid = first.process_id();
    first.stop().await.unwrap();
    assert!(is_gone(pid));

    let second = postgres(&folder).await;
    assert_eq!(ask(&second.url(), "(SELECT word FROM kept)").await, "still here");
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_durable_cluster_flushes_and_listens_on_loopback_alone() {
    let folder = folder();
    let mut options = options(folder.path().join("postgres"));
    options.durability = Durability::Durable;
    let postgres = PrivatePostgres::start(options).await.unwrap();
    for (setting, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("max_connections", "200"),
        ("server_encoding", "UTF8"),
    ] {
        assert_eq!(ask(&postgres.url(), &format!("current_setting('{setting}')")).await, value, "{setting}");
    }
    let without_password = postgres.url().replace(crate::sandbox::PASSWORD, "wrong");
    let refused = service_kit::postgres::provision::connect(&without_password).await.err().unwrap();
    assert!(format!("{refused:#}").contains("password authentication failed"), "{refused:#}");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_dropped_cluster_stops() {
    let folder = folder();
    let postgres = postgres(&folder).await;
    let pid = postgres.process_id();
    drop(postgres);
    until("the postmaster ends", || is_gone(pid)).await;
}

#[tokio::test]
async fn a_killed_postmaster_is_noticed_and_recovers_at_the_next_start() {
    let folder = folder();
    let durable = || Options { durability: Durability::Durable, ..options(folder.path().join("postgres")) };
    let mut first = PrivatePostgres::start(durable()).await.unwrap();
    execute(&first.url(), "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
        .await
        .unwrap();
    kill(Pid::from_raw(first.process_id()), Signal::SIGKILL).unwrap();
    let message = format!("{:#}", first.ended().await);
    assert!(message.contains("ended") && message.contains("postgres.log"), "{message}");

    let second = PrivatePostgres::start(durable()).await.unwrap();
    assert_eq!(ask(&second.url(), "(SELECT word FROM kept)").await, "still here");
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_failed_start_quotes_the_log() {
    let folder = folder();
    postgres(&folder).await.stop().await.unwrap();
    let control = folder.path().join("postgres/global/pg_control");
    fs::write(&control, "damaged").unwrap();
    let error = PrivatePostgres::start(options(folder.path().join("postgres"))).await.unwrap_err();
    let message = format!("{error:#}");
    assert!(message.contains("pg_control") && !message.contains('\n'), "{message}");
}

#[tokio::test]
async fn another_installations_password_is_refused_clearly() {
    let folder = folder();
    postgres(&folder).await.stop().await.unwrap();
    let mut options = options(folder.path().join("postgres"));
    options.superuser_password = "another".to_owned();
    let message = format!("{:#}", PrivatePostgres::start(options).await.unwrap_err());
    assert!(message.contains("other keys"), "{message}");
}

#[tokio::test]
async fn an_interrupted_creation_is_begun_again() {
    let folder = folder();
    fs::create_dir(folder.path().join("postgres.partial")).unwrap();
    fs::write(folder.path().join("postgres.partial/PG_VERSION"), "15").unwrap();
    let postgres = postgres(&folder).await;
    postgres.stop().await.unwrap();
    assert!(!folder.path().join("postgres.partial").exists());
    let leftovers: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(leftovers.len(), 2, "the cluster and its log, no password file: {leftovers:?}");
}

#[tokio::test]
async fn without_programs_the_three_ways_out_are_named() {
    let folder = folder();
    let mut options = options(folder.path().join("postgres"));
    options.search = Search::in_folders(vec![folder.path().to_owned()]);
    let message = format!("{:#}", PrivatePostgres::start(options).await.unwrap_err());
    for way_out in ["apt-get install postgresql", "DATABASE_URL", "boxoffice up --in-memory"] {
        assert!(message.contains(way_out), "{message}");
    }
}

#[tokio::test]
async fn root_hands_over_and_a_closed_folder_becomes_a_link() {
    if !Uid::effective().is_root() {
        return;
    }
    let folder = folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let link = folder.path().join("postgres");
    let first = postgres(&folder).await;
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let cluster = link.canonicalize().unwrap();
    assert_ne!(fs::metadata(&cluster).unwrap().uid(), 0);
    execute(&first.url(), "CREATE TABLE kept (word text)").await.unwrap();
    first.stop().await.unwrap();

    let second = postgres(&folder).await;
    assert_eq!(ask(&second.url(), "to_regclass('kept')::text").await, "kept");
    second.stop().await.unwrap();

    fs::remove_dir_all(&cluster).unwrap();
    let message = format!("{:#}", PrivatePostgres::start(options(link)).await.unwrap_err());
    assert!(message.contains("gone"), "{message}");
}
