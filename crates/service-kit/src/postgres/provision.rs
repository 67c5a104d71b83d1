//! Databases, and in each one role and one schema per service: what a service may never do to itself.
//!
//! Roles belong to the whole cluster, schemas and grants to one database. Any number of databases may be
//! provisioned at once and share the same roles, as tests do.

use std::time::Duration;

use anyhow::{Context, anyhow};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tokio::net::TcpStream;
use url::Url;

/// Longer than any healthy server takes to greet; a packet filter that swallows ours would take minutes to say so.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
/// "boxoffic" in ASCII: one lock per database, so two starting processes provision it one after the other.
const PROVISION_LOCK: i64 = 0x626f_786f_6666_6963;
/// Each retry follows another session's success; the lock on the role leaves room for one of them at a time.
const ROLE_ATTEMPTS: u32 = 5;

/// A service's role and the schema it owns.
#[derive(Clone, Debug)]
pub struct RoleSpec {
    /// For example `boxoffice_queue`. Tests may add a prefix or suffix of their own.
    pub role: String,
    /// For example `queue`.
    pub schema: String,
    /// Set on every call, so a changed password takes effect.
    pub password: String,
}

/// Gives the database of `admin_url` every role with its schema; returns one URL per role, in the same order.
///
/// May be repeated, and may run at the same time as itself. Each role owns its schema, finds it as its
/// `search_path`, and has no grant on the others.
pub async fn provision(admin_url: &str, roles: &[RoleSpec]) -> anyhow::Result<Vec<String>> {
    let mut connection = connect(admin_url).await?;
    for spec in roles {
        ensure_role(&mut connection, spec)
            .await
            .with_context(|| format!("cannot prepare the database role {}", spec.role))?;
    }
    refuse_foreign_schemas(&mut connection, roles).await?;
    connection
        .batch_execute(&schemas_script(roles))
        .await
        .context("cannot prepare the schemas of the services")?;
    role_urls(admin_url, roles)
}

/// One URL per role, as [`provision`] returns them; the database is not asked.
pub fn role_urls(admin_url: &str, roles: &[RoleSpec]) -> anyhow::Result<Vec<String>> {
    let base = parse(admin_url)?;
    Ok(roles.iter().map(|spec| role_url(&base, spec)).collect())
}

/// Creates the database `name` on the server of `admin_url` if it is missing; returns its URL.
pub async fn create_database(admin_url: &str, name: &str) -> anyhow::Result<String> {
    let mut url = parse(admin_url)?;
    let mut connection = connect(admin_url).await?;
    if !database_exists(&mut connection, name).await? {
        let created = connection.batch_execute(&format!("CREATE DATABASE {}", quote_ident(name))).await;
        // Another session may have been faster; then it exists, which is all that was asked for.
        if let Err(error) = created
            && !database_exists(&mut connection, name).await?
        {
            return Err(error).with_context(|| format!("cannot create the database {name}"));
        }
    }
    url.set_path(name);
    Ok(url.into())
}

/// Drops the database `name` if it exists, together with every session still on it.
///
/// `admin_url` must name another database of the same server.
pub async fn drop_database(admin_url: &str, name: &str) -> anyhow::Result<()> {
    let mut connection = connect(admin_url).await?;
    connection
        .batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote_ident(name)))
        .await
        .with_context(|| format!("cannot drop the database {name}"))
}

/// A connection, or an error that names the server and never the password.
pub async fn connect(url: &str) -> anyhow::Result<AsyncPgConnection> {
    let parsed = parse(url)?;
    let failure = match tokio::time::timeout(CONNECT_DEADLINE, AsyncPgConnection::establish(url)).await {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(error)) => network_failure(&parsed).await.unwrap_or_else(|| error.to_string()),
        Err(_elapsed) => format!("no answer within {} s", CONNECT_DEADLINE.as_secs()),
    };
    Err(anyhow!("cannot reach PostgreSQL at {} (DATABASE_URL): {failure}", place(&parsed)))
}

/// The driver says only "error connecting to server"; the reason (refused, unknown host) is asked for once more.
async fn network_failure(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| !host.contains('%'))?;
    let target = (host.trim_matches(['[', ']']), url.port().unwrap_or(5432));
    match tokio::time::timeout(CONNECT_DEADLINE, TcpStream::connect(target)).await {
        Ok(Ok(_reachable)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_elapsed) => Some(format!("no answer within {} s", CONNECT_DEADLINE.as_secs())),
    }
}

fn parse(url: &str) -> anyhow::Result<Url> {
    // The text itself stays out of the message: it may hold a password.
    let parsed =
        Url::parse(url).context("DATABASE_URL is no URL (postgres://user:password@host:port/database)")?;
    if matches!(parsed.scheme(), "postgres" | "postgresql") {
        Ok(parsed)
    } else {
        Err(anyhow!("DATABASE_URL must begin with postgres://, not {}:", parsed.scheme()))
    }
}

/// Host, port and database of a connection URL, for people.
pub fn place_of(url: &str) -> String {
    parse(url).map_or_else(|error| error.to_string(), |url| format!("{}{}", place(&url), url.path()))
}

fn place(url: &Url) -> String {
    match url.host_str() {
        Some(host) if !host.is_empty() => format!("{host}:{}", url.port().unwrap_or(5432)),
        Some(_) | None => "the local socket".to_owned(),
    }
}

fn role_url(base: &Url, spec: &RoleSpec) -> String {
    let mut url = base.clone();
    let others: Vec<(String, String)> = base
        .query_pairs()
        .filter(|(key, _)| key != "user" && key != "password")
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    let named = url.set_username(&spec.role).is_ok() && url.set_password(Some(&spec.password)).is_ok();
    url.set_query(None);
    if !others.is_empty() || !named {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(others);
        if !named {
            // Without a host (`postgres:///name?host=/run/postgresql`) a URL has no place for credentials but here.
            query.append_pair("user", &spec.role).append_pair("password", &spec.password);
        }
    }
    url.into()
}

async fn database_exists(connection: &mut AsyncPgConnection, name: &str) -> anyhow::Result<bool> {
    let found = format!("EXISTS (SELECT FROM pg_database WHERE datname = {})", quote_literal(name));
    diesel::select(diesel::dsl::sql::<Bool>(&found))
        .get_result(connection)
        .await
        .with_context(|| format!("cannot look for the database {name}"))
}

async fn ensure_role(connection: &mut AsyncPgConnection, spec: &RoleSpec) -> Result<(), DieselError> {
    let script = role_script(spec);
    let mut attempt = 1;
    loop {
        match connection.batch_execute(&script).await {
            Err(error) if attempt < ROLE_ATTEMPTS && is_creation_race(&error) => attempt += 1,
            outcome => return outcome,
        }
    }
}

fn is_creation_race(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => true,
        // An internal error without a code of its own; PostgreSQL does not translate it.
        // So is the other: a session that lost the race to create the role may not see the winner's at once.
        DieselError::DatabaseError(_, information) => {
            let message = information.message();
            message == "tuple concurrently updated" || message.ends_with("does not exist")
        }
        _ => false,
    }
}

/// One message, hence one transaction.
///
/// Advisory locks end at the database, the role does not: `COMMENT ON ROLE` locks the role itself until the
/// transaction ends, so the password is changed by one database's provisioning at a time.
fn role_script(spec: &RoleSpec) -> String {
    let (role, role_text) = (quote_ident(&spec.role), quote_literal(&spec.role));
    let create = format!(
        "BEGIN
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {role_text}) THEN CREATE ROLE {role}; END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
         END"
    );
    // An administrator who is no superuser may give a schema only to a role it is a member of. The grant is made
    // even where it is an administrator of the role already: since PostgreSQL 16 that alone is not enough.
    let join = format!(
        "BEGIN
           IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
             GRANT {role} TO CURRENT_USER;
           END IF;
         END"
    );
    format!(
        "DO {create}; COMMENT ON ROLE {role} IS {comment}; ALTER ROLE {role} LOGIN PASSWORD {password}; DO {join};",
        create = quote_literal(&create),
        comment = quote_literal(&format!("Boxoffice: owns the schema {}", spec.schema)),
        password = quote_literal(&spec.password),
        join = quote_literal(&join),
    )
}

async fn refuse_foreign_schemas(
    connection: &mut AsyncPgConnection,
    roles: &[RoleSpec],
) -> anyhow::Result<()> {
    for spec in roles {
        let owner = format!(
            "coalesce((SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = {}), {})",
            quote_literal(&spec.schema),
            quote_literal(&spec.role),
        );
        let owner: String = diesel::select(diesel::dsl::sql::<Text>(&owner))
            .get_result(connection)
            .await
            .with_context(|| format!("cannot look for the schema {}", spec.schema))?;
        if owner != spec.role {
            return Err(anyhow!(
                "the schema {} of this database belongs to the role {owner}, not to {}",
                spec.schema,
                spec.role
            ));
        }
    }
    Ok(())
}

fn schemas_script(roles: &[RoleSpec]) -> String {
    // An installation that dropped `public` is as good as one that closed it.
    let close_public = "BEGIN
         IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public') THEN
           REVOKE ALL ON SCHEMA public FROM PUBLIC;
         END IF;
       END";
    let schemas: Vec<String> = roles.iter().map(|spec| schema_script(spec, roles)).collect();
    format!(
        "SELECT pg_advisory_xact_lock({PROVISION_LOCK}); DO {}; {}",
        quote_literal(close_public),
        schemas.join(" ")
    )
}

fn schema_script(spec: &RoleSpec, roles: &[RoleSpec]) -> String {
    let (role, schema) = (quote_ident(&spec.role), quote_ident(&spec.schema));
    let others: Vec<String> = std::iter::once("PUBLIC".to_owned())
        .chain(roles.iter().filter(|other| other.role != spec.role).map(|other| quote_ident(&other.role)))
        .collect();
    let in_database = format!(
        "BEGIN
           EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), {role_text});
           EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %I',
                          {role_text}, current_database(), {schema_text});
         END",
        role_text = quote_literal(&spec.role),
        schema_text = quote_literal(&spec.schema),
    );
    format!(
        "CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role};
         REVOKE ALL ON SCHEMA {schema} FROM {others};
         DO {in_database};",
        others = others.join(", "),
        in_database = quote_literal(&in_database),
    )
}

/// Utility statements take no parameters, so names and texts are quoted here.
fn quote_ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The `E''` form reads the same whatever `standard_conforming_strings` says.
fn quote_literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> RoleSpec {
        RoleSpec { role: "boxoffice_queue".into(), schema: "queue".into(), password: "p@ss/word".into() }
    }

    #[test]
    fn quotes_can_not_end_a_name_or_a_text() {
        assert_eq!(quote_ident(r#"a"; DROP"#), r#""a""; DROP""#);
        assert_eq!(quote_literal("it's"), "E'it''s'");
        assert_eq!(quote_literal(r"\' OR"), r"E'\\'' OR'");
        assert_eq!(quote_literal("a\\"), r"E'a\\'");
    }

    #[test]
    fn a_role_url_replaces_the_credentials_and_keeps_the_rest() {
        let base = parse("postgres://admin:secret@db.example:5433/tickets?application_name=a").unwrap();
        assert_eq!(
            role_url(&base, &queue()),
            "postgres://boxoffice_queue:p%40ss%2Fword@db.example:5433/tickets?application_name=a"
        );
    }

    #[test]
    fn a_socket_url_carries_the_credentials_in_its_query() {
        let base = parse("postgres:///tickets?host=/run/postgresql&user=admin").unwrap();
        assert_eq!(
            role_url(&base, &queue()),
            "postgres:///tickets?host=%2Frun%2Fpostgresql&user=boxoffice_queue&password=p%40ss%2Fword"
        );
    }

    #[tokio::test]
    async fn an_unreachable_server_is_named_and_the_password_is_not() {
        let unheard = test_kit::Unheard::reserve();
        let closed = unheard.address();
        let error = connect(&format!("postgres://admin:hunter2@{closed}/tickets")).await.err().unwrap();
        let message = format!("{error:#}");
        assert!(
            message.starts_with(&format!("cannot reach PostgreSQL at {closed} (DATABASE_URL): ")),
            "{message}"
        );
        assert!(message.contains("refused"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }

    #[tokio::test]
    async fn a_text_that_is_no_url_is_not_repeated() {
        let error = connect("host=localhost password=hunter2").await.err().unwrap();
        let message = format!("{error:#}");
        assert!(message.contains("DATABASE_URL") && !message.contains("hunter2"), "{message}");
    }
}
