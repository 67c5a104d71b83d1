//! `DATABASE_URL`, and the password that belongs into it.

use std::fs;

use anyhow::{Context, anyhow};
use url::Url;

/// What the environment names: `DATABASE_URL`, with the password in the file `DATABASE_PASSWORD_FILE` where that is set.
/// So nothing but a file ever holds the password of a container.
pub fn given() -> anyhow::Result<Option<String>> {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    named("DATABASE_URL").map(|url| joined(url, named("DATABASE_PASSWORD_FILE").as_deref())).transpose()
}

/// The same, for what cannot do without.
pub fn needed() -> anyhow::Result<String> {
    given()?.context("DATABASE_URL is not set: a role that may create roles")
}

fn joined(url: String, password_file: Option<&str>) -> anyhow::Result<String> {
    let Some(file) = password_file else { return Ok(url) };
    let password =
        fs::read_to_string(file).with_context(|| format!("cannot read DATABASE_PASSWORD_FILE {file}"))?;
    let mut url = Url::parse(&url).context("DATABASE_URL is no URL (postgres://user@host:port/database)")?;
    url.set_password(Some(password.trim_end()))
        .map_err(|()| anyhow!("DATABASE_URL names no host, so no password can stand in it"))?;
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "postgres://admin@db.example:5432/boxoffice";

    #[test]
    fn the_password_comes_out_of_its_file_into_the_url() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "p@ss/word\n").unwrap();
        let joined = joined(URL.to_owned(), file.path().to_str()).unwrap();
        assert_eq!(joined, "postgres://admin:p%40ss%2Fword@db.example:5432/boxoffice");
    }

    #[test]
    fn a_url_without_a_file_is_taken_as_it_is() {
        assert_eq!(joined(URL.to_owned(), None).unwrap(), URL);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = format!("{:#}", joined(URL.to_owned(), Some("/nowhere/password")).unwrap_err());
        assert!(error.contains("/nowhere/password"), "{error}");
    }
}
