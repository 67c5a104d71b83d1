//! `boxoffice secrets`: what each service is told, as the files that a container is given.

use std::path::Path;

use service_kit::postgres::provision::role_urls;
use service_kit::settings::Secret;

use crate::installation::{Installation, Service};
use crate::{admin_url, environment, private_file};

/// Writes `services/<service>/<NAME>` into the data folder: a setting a file, keys and all, for `BOXOFFICE_SECRETS_DIR`.
/// The database is named in them and not asked.
pub fn run(data_dir: &Path) -> anyhow::Result<()> {
    let installation = Installation::open(data_dir)?;
    let urls = role_urls(&admin_url::needed()?, &installation.roles())?;
    for (service, url) in Service::ALL.into_iter().zip(urls) {
        let folder = installation.data_dir().join("services").join(service.name());
        private_file::folder(&folder)?;
        for (name, value) in environment::of_service(&installation, service, Some(&url)) {
            // A key's file would not be there for the service: the key itself is.
            private_file::write(&folder.join(name), &Secret::new(value).reveal()?)?;
        }
        println!("{}: settings in {}", service.name(), folder.display());
    }
    Ok(())
}
