use std::collections::HashMap;
use std::fs;

use anyhow::{Context, bail};
use config::{Config, Environment, File, FileFormat, Map, Value, ValueKind};
use serde::de::DeserializeOwned;

use super::{Settings, Shared};

const SHARED_DEFAULTS: &str = include_str!("../../config/default.toml");
const PREFIX: &str = "BOXOFFICE";
/// The sections of all binaries: one environment may serve them all, so another's section is not a mistake.
const SERVICE_SECTIONS: [&str; 5] = ["queue", "concert", "reservation", "wallet", "facade"];
/// Settings of the launcher, which hands them on in other ways.
const LAUNCHER_SETTINGS: [&str; 1] = ["data_dir"];

/// Variables that other programs read too, and our settings of the same meaning, which win over them.
const OTHERS_NAMES: [(&str, &str); 2] =
    [("DATABASE_URL", "database.url"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "telemetry.otlp_endpoint")];

/// Where settings come from.
pub struct Sources<'a> {
    /// The service's own section, such as `queue`.
    pub section: &'a str,
    /// The service's embedded `config/default.toml`.
    pub defaults: &'a str,
    /// The environment, or what a test puts in its place.
    pub environment: HashMap<String, String>,
}

/// Reads the settings of one service; an unknown or unusable one is an error that names it.
pub fn load<S: DeserializeOwned>(sources: Sources<'_>) -> anyhow::Result<Settings<S>> {
    let section = sources.section;
    let (shared, own) = read(sources)?;
    Ok(Settings { shared, service: deserialize(section, own)? })
}

/// Reads the sections that every service has.
pub fn load_shared(sources: Sources<'_>) -> anyhow::Result<Shared> {
    read(sources).map(|(shared, _)| shared)
}

/// The shared sections, and the service's own as it stands.
fn read(sources: Sources<'_>) -> anyhow::Result<(Shared, Value)> {
    let Sources { section, defaults, environment } = sources;
    let environment = with_files(environment)?;
    let mut builder = Config::builder()
        .add_source(File::from_str(SHARED_DEFAULTS, FileFormat::Toml))
        .add_source(File::from_str(defaults, FileFormat::Toml));
    if let Some(path) = environment.get("BOXOFFICE_CONFIG_FILE") {
        builder = builder.add_source(File::new(path, FileFormat::Toml));
    }
    for (name, setting) in OTHERS_NAMES {
        if let Some(value) = environment.get(name) {
            builder = builder.add_source(Config::builder().set_override(setting, value.clone())?.build()?);
        }
    }
    let from_environment =
        Environment::with_prefix(PREFIX).prefix_separator("__").separator("__").source(Some(environment));
    let config = builder.add_source(from_environment).build().context("unusable settings")?;

    let mut table = config.cache.into_table().context("unusable settings")?;
    let own = table.remove(section).unwrap_or_else(|| Value::new(None, ValueKind::Table(Map::new())));
    table.retain(|name, _| {
        !SERVICE_SECTIONS.contains(&name.as_str()) && !LAUNCHER_SETTINGS.contains(&name.as_str())
    });
    Ok((shared(&table)?, own))
}

/// Adds the settings that stand in files of their names, as secrets are mounted; what the environment says wins.
fn with_files(environment: HashMap<String, String>) -> anyhow::Result<HashMap<String, String>> {
    let Some(folder) = environment.get("BOXOFFICE_SECRETS_DIR") else { return Ok(environment) };
    let cannot_read = || format!("cannot read BOXOFFICE_SECRETS_DIR {folder}");
    let mut settings = HashMap::new();
    for entry in fs::read_dir(folder).with_context(cannot_read)? {
        let entry = entry.with_context(cannot_read)?;
        // A mounted secret brings folders of its own, whose names are no settings.
        if let Ok(name) = entry.file_name().into_string()
            && name.starts_with(PREFIX)
        {
            let text = fs::read_to_string(entry.path())
                .with_context(|| format!("cannot read the secret file {}", entry.path().display()))?;
            settings.insert(name, text.trim_end().to_owned());
        }
    }
    settings.extend(environment);
    Ok(settings)
}

fn shared(table: &Map<String, Value>) -> anyhow::Result<Shared> {
    const KNOWN: [&str; 7] = ["http", "database", "auth", "peers", "telemetry", "jobs", "audit"];
    if let Some(unknown) = table.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        bail!("unknown setting {}", variable(unknown));
    }
    let section = |name: &str| {
        table.get(name).cloned().unwrap_or_else(|| Value::new(None, ValueKind::Table(Map::new())))
    };
    Ok(Shared {
        http: deserialize("http", section("http"))?,
        database: deserialize("database", section("database"))?,
        auth: deserialize("auth", section("auth"))?,
        peers: deserialize("peers", section("peers"))?,
        telemetry: deserialize("telemetry", section("telemetry"))?,
        jobs: deserialize("jobs", section("jobs"))?,
        audit: deserialize("audit", section("audit"))?,
    })
}

fn deserialize<T: DeserializeOwned>(section: &str, value: Value) -> anyhow::Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let name = if path == "." { variable(section) } else { variable(&format!("{section}.{path}")) };
        anyhow::anyhow!("unusable setting {name}: {}", error.inner())
    })
}

/// The environment variable that sets `path`.
fn variable(path: &str) -> String {
    format!("{PREFIX}__{}", path.replace('.', "__").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Queue {
        max_active: u32,
        poll_budget: bool,
    }

    fn load_with(pairs: &[(&str, &str)]) -> anyhow::Result<Settings<Queue>> {
        load(Sources {
            section: "queue",
            defaults: "[queue]\nmax_active = 100\npoll_budget = true\n[http]\nport = 8081\n",
            environment: pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        })
    }

    #[test]
    fn the_environment_wins_over_the_service_which_wins_over_the_shared_defaults() {
        let settings =
            load_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "7"), ("DATABASE_URL", "postgres://a@b/c")])
                .unwrap();
        assert_eq!((settings.service.max_active, settings.service.poll_budget), (7, true));
        assert_eq!(settings.shared.http.port, 8081);
        assert_eq!(settings.shared.database.url.reveal().unwrap(), "postgres://a@b/c");
        assert_eq!(settings.shared.database.acquire_timeout_ms, 200);
    }

    #[test]
    fn the_name_that_every_exporter_knows_is_good_enough_and_ours_wins() {
        let standard = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        let endpoint = |pairs: &[(&str, &str)]| load_with(pairs).unwrap().shared.telemetry.otlp_endpoint;
        assert_eq!(endpoint(&[]), "");
        assert_eq!(endpoint(&[standard]), "http://collector:4318");
        assert_eq!(
            endpoint(&[standard, ("BOXOFFICE__TELEMETRY__OTLP_ENDPOINT", "http://ours")]),
            "http://ours"
        );
    }

    #[test]
    fn a_setting_may_stand_in_a_file_of_its_name_and_the_environment_wins_over_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("BOXOFFICE__DATABASE__URL", "postgres://a:b@c/d\n");
        write("BOXOFFICE__QUEUE__MAX_ACTIVE", "7");
        write("BOXOFFICE__HTTP__PORT", "9000");
        fs::create_dir(folder.path().join("..data")).unwrap();
        let dir = ("BOXOFFICE_SECRETS_DIR", folder.path().to_str().unwrap());
        let settings = load_with(&[dir, ("BOXOFFICE__HTTP__PORT", "9001")]).unwrap();
        assert_eq!(settings.shared.database.url.reveal().unwrap(), "postgres://a:b@c/d");
        assert_eq!((settings.service.max_active, settings.shared.http.port), (7, 9001));

        write("BOXOFFICE__QUEUE__MAX_ACTVE", "1");
        assert!(format!("{:#}", load_with(&[dir]).unwrap_err()).to_uppercase().contains("MAX_ACTVE"));
        let error = load_with(&[("BOXOFFICE_SECRETS_DIR", "/nowhere/secrets")]).unwrap_err();
        assert!(format!("{error:#}").contains("/nowhere/secrets"));
    }

    #[test]
    fn the_settings_of_another_service_are_none_of_ours() {
        load_with(&[("BOXOFFICE__WALLET__ANYTHING", "1"), ("BOXOFFICE__DATA_DIR", "x")]).unwrap();
    }

    #[test]
    fn an_unknown_or_unusable_setting_is_named() {
        for (name, value) in [
            ("BOXOFFICE__QUEUE__MAX_ACTIVE", "many"),
            ("BOXOFFICE__QUEUE__MAX_ACTVE", "1"),
            ("BOXOFFICE__HTTP__PORT", "99999"),
            ("BOXOFFICE__HTP__PORT", "1"),
        ] {
            let error = format!("{:#}", load_with(&[(name, value)]).unwrap_err());
            let wanted = name.rsplit("__").next().unwrap();
            assert!(
                error.to_uppercase().contains(wanted) || error.contains("BOXOFFICE__HTP"),
                "{name}: {error}"
            );
        }
    }
}
