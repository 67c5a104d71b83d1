//! `boxoffice secrets`: what each service is told, as the files that a container is given.

use std::fs;
use std::path::Path;

use anyhow::Context;
use service_kit::postgres::provision::role_urls;
use service_kit::settings::Secret;

use crate::environment::{self, Environment};
use crate::installation::{Installation, Service};
use crate::{admin_url, private_file};

/// Writes `services/<service>/<NAME>` into the data folder: a setting a file, keys and all, for `BOXOFFICE_SECRETS_DIR`.
/// The database is named in them and not asked.
pub fn run(data_dir: &Path) -> anyhow::Result<()> {
    let installation = Installation::open(data_dir)?;
    let urls = role_urls(&admin_url::needed()?, &installation.roles())?;
    for (service, url) in Service::ALL.into_iter().zip(urls) {
        let folder = installation.data_dir().join("services").join(service.name());
        private_file::folder(&folder)?;
        let environment = environment::of_service(&installation, service, Some(&url));
        withdraw(&folder, &environment)?;
        for (name, value) in environment {
            // A key's file would not be there for the service: the key itself is.
            private_file::write(&folder.join(name), &Secret::new(value).reveal()?)?;
        }
        println!("{}: settings in {}", service.name(), folder.display());
    }
    Ok(())
}

/// A second key that is no longer in use must not stay a setting. What an operator has put there beside ours stays.
fn withdraw(folder: &Path, environment: &Environment) -> anyhow::Result<()> {
    let cannot = || format!("cannot clear {}", folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let name = entry.file_name();
        let is_withdrawn = |name: &str| name.contains("__PREVIOUS_") && !environment.contains_key(name);
        if name.to_str().is_some_and(is_withdrawn) {
            fs::remove_file(entry.path()).with_context(cannot)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_key_is_withdrawn_and_what_an_operator_has_set_stays() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["BOXOFFICE__QUEUE__PREVIOUS_PASS_KEYS", "BOXOFFICE__TELEMETRY__OTLP_ENDPOINT"];
        for name in names {
            fs::write(folder.path().join(name), "some").unwrap();
        }
        withdraw(folder.path(), &Environment::default()).unwrap();
        assert_eq!(names.map(|name| folder.path().join(name).exists()), [false, true]);
    }
}
