use service_kit::postgres::provision::{RoleSpec, connect, create_database, drop_database, provision};

use crate::sandbox::{ask, execute, folder, postgres};

fn roles(password: &str) -> Vec<RoleSpec> {
    ["queue", "concert", "reservation", "wallet"]
        .map(|schema| RoleSpec {
            role: format!("boxoffice_{schema}"),
            schema: schema.to_owned(),
            password: password.to_owned(),
        })
        .into()
}

#[tokio::test]
async fn each_role_finds_its_own_schema_and_no_other() {
    let folder = folder();
    let postgres = postgres(&folder).await;
    let urls = provision(&postgres.url(), &roles("it's \\ 100% @secret")).await.unwrap();
    assert_eq!(provision(&postgres.url(), &roles("it's \\ 100% @secret")).await.unwrap(), urls, "repeatable");

    let [queue, concert, _, _] = urls.as_slice() else { panic!("four roles: {urls:?}") };
    execute(queue, "CREATE TABLE entries (word text); INSERT INTO entries VALUES ('mine')").await.unwrap();
    assert_eq!(ask(queue, "(SELECT word FROM entries)").await, "mine");
    assert_eq!(ask(queue, "current_schema()::text").await, "queue");
    let refused = execute(concert, "SELECT * FROM queue.entries").await.unwrap_err();
    assert_eq!(refused, "permission denied for schema queue");
    for statement in ["CREATE TABLE public.x ()", "CREATE SCHEMA x", "CREATE ROLE x", "CREATE DATABASE x"] {
        execute(queue, statement).await.expect_err(statement);
    }
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_changed_password_takes_effect() {
    let folder = folder();
    let postgres = postgres(&folder).await;
    let before = provision(&postgres.url(), &roles("before")).await.unwrap();
    let after = provision(&postgres.url(), &roles("after")).await.unwrap();
    connect(&before[0]).await.err().expect("the old password");
    connect(&after[0]).await.unwrap();
    postgres.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_provisioned_at_once_share_their_roles() {
    let folder = folder();
    let postgres = postgres(&folder).await;
    let admin = postgres.url();
    let runs: Vec<_> = (0..12)
        .map(|number| {
            let admin = admin.clone();
            // Every database twice: two processes starting on the same one.
            let name = format!("test {}", number / 2);
            tokio::spawn(async move {
                let database = create_database(&admin, &name).await?;
                provision(&database, &roles("shared")).await
            })
        })
        .collect();
    for run in runs {
        let urls = run.await.unwrap().unwrap();
        assert_eq!(ask(&urls[3], "current_schema()::text").await, "wallet");
    }
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn an_administrator_need_not_be_a_superuser() {
    let folder = folder();
    let postgres = postgres(&folder).await;
    execute(&postgres.url(), "CREATE ROLE renter LOGIN CREATEROLE PASSWORD 'p'").await.unwrap();
    execute(&postgres.url(), "CREATE DATABASE rented OWNER renter").await.unwrap();
    let mut rented = url::Url::parse(&postgres.url()).unwrap();
    rented.set_username("renter").unwrap();
    rented.set_password(Some("p")).unwrap();
    rented.set_path("rented");
    for _ in 0..2 {
        let urls = provision(rented.as_str(), &roles("secret")).await.unwrap();
        assert_eq!(ask(&urls[1], "current_schema()::text").await, "concert");
    }
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_schema_of_somebody_else_is_left_alone() {
    let folder = folder();
    let postgres = postgres(&folder).await;
    execute(&postgres.url(), "CREATE SCHEMA wallet").await.unwrap();
    let message = format!("{:#}", provision(&postgres.url(), &roles("secret")).await.unwrap_err());
    assert!(message.contains("the schema wallet") && message.contains("boxoffice_wallet"), "{message}");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_database_in_use_is_dropped_all_the_same() {
    let folder = folder();
    let postgres = postgres(&folder).await;
    let url = create_database(&postgres.url(), "short-lived").await.unwrap();
    let _open = connect(&url).await.unwrap();
    drop_database(&postgres.url(), "short-lived").await.unwrap();
    let message = format!("{:#}", connect(&url).await.err().unwrap());
    assert!(message.contains("does not exist"), "{message}");
    drop_database(&postgres.url(), "short-lived").await.unwrap();
    postgres.stop().await.unwrap();
}
