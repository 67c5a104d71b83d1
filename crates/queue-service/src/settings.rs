use std::time::Duration;

use anyhow::{Context, anyhow, ensure};

use domain::queue::{AbsencePolicy, AdmissionPolicy};
use domain::shared::QueueId;
use serde::Deserialize;
use service_kit::auth::{KeyRing, QueueTokens};
use service_kit::settings::{Secret, Secrets};
use service_kit::streams::StreamLimits;

use crate::inbound::http::EntryStreams;

/// `config/default.toml` says what each is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    pub max_active: u32,
    pub pass_ttl_seconds: u32,
    pub poll_budget: bool,
    pub absence_limit_seconds: u32,
    pub absence_grace_seconds: u32,
    pub admission_interval_ms: u64,
    pub entry_streams: usize,
    pub entry_streams_per_place: usize,
    pub entry_stream_heartbeat_ms: u64,
    pub main_queue_id: QueueId,
    pub pass_key: Secret,
    pub previous_pass_keys: Secrets,
    pub queue_token_key: Secret,
    pub previous_queue_token_keys: Secrets,
}

impl QueueSettings {
    /// The limits of queues whose operator has set none.
    pub fn policy(&self) -> anyhow::Result<AdmissionPolicy> {
        let Self { max_active, pass_ttl_seconds, .. } = *self;
        let policy = AdmissionPolicy { max_active, admit_per_minute: None, pass_ttl_seconds };
        policy.validated().map_err(|invalid| {
            let setting = if invalid.field == "maxActive" { "MAX_ACTIVE" } else { "PASS_TTL_SECONDS" };
            anyhow!("unusable setting BOXOFFICE__QUEUE__{setting}: {}", invalid.message)
        })
    }

    /// How long a waiting fan may be silent.
    pub fn absence(&self) -> anyhow::Result<AbsencePolicy> {
        let (limit_seconds, grace_seconds) = (self.absence_limit_seconds, self.absence_grace_seconds);
        AbsencePolicy { limit_seconds, grace_seconds }.validated().map_err(|invalid| {
            let is_limit = invalid.field == "absenceLimitSeconds";
            let setting = if is_limit { "ABSENCE_LIMIT_SECONDS" } else { "ABSENCE_GRACE_SECONDS" };
            anyhow!("unusable setting BOXOFFICE__QUEUE__{setting}: {}", invalid.message)
        })
    }

    /// The streams of places. The heartbeat is also their sign of life, of which one may be lost.
    pub(crate) fn streams(&self) -> anyhow::Result<EntryStreams> {
        let heartbeat = Duration::from_millis(self.entry_stream_heartbeat_ms);
        let longest = self.absence()?.limit() / 2;
        ensure!(
            !heartbeat.is_zero() && heartbeat <= longest,
            "unusable setting BOXOFFICE__QUEUE__ENTRY_STREAM_HEARTBEAT_MS: must be 1 to {} milliseconds, half of \
             BOXOFFICE__QUEUE__ABSENCE_LIMIT_SECONDS",
            longest.as_millis()
        );
        let limits =
            StreamLimits { altogether: self.entry_streams, per_holder: self.entry_streams_per_place };
        Ok(EntryStreams::new(limits, heartbeat))
    }

    pub fn pass_keys(&self) -> anyhow::Result<KeyRing> {
        ensure!(
            !self.pass_key.is_empty(),
            "BOXOFFICE__QUEUE__PASS_KEY is not set: the key that signs passes"
        );
        KeyRing::read(
            ("BOXOFFICE__QUEUE__PASS_KEY", &self.pass_key),
            ("BOXOFFICE__QUEUE__PREVIOUS_PASS_KEYS", &self.previous_pass_keys),
        )
    }

    pub fn queue_tokens(&self) -> anyhow::Result<QueueTokens> {
        ensure!(
            !self.queue_token_key.is_empty(),
            "BOXOFFICE__QUEUE__QUEUE_TOKEN_KEY is not set: the secret of queue tokens"
        );
        let tokens = QueueTokens::new(self.queue_token_key.reveal()?.as_bytes());
        let tokens = tokens.context("unusable setting BOXOFFICE__QUEUE__QUEUE_TOKEN_KEY")?;
        let mut previous = self.previous_queue_token_keys.reveal()?.into_iter();
        let tokens = previous.try_fold(tokens, |tokens, secret| tokens.and_reads(secret.as_bytes()));
        tokens.context("unusable setting BOXOFFICE__QUEUE__PREVIOUS_QUEUE_TOKEN_KEYS")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::EntryId;
    use service_kit::auth::SigningKey;
    use service_kit::settings::{self, Sources};

    fn load(pairs: &[(&str, &str)]) -> anyhow::Result<QueueSettings> {
        let environment =
            pairs.iter().map(|(name, value)| (format!("BOXOFFICE__QUEUE__{name}"), (*value).to_owned()));
        let defaults = include_str!("../config/default.toml");
        let sources = Sources { section: "queue", defaults, environment: environment.collect() };
        Ok(settings::load(sources)?.service)
    }

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let settings = load(&[]).unwrap();
        assert_eq!((settings.max_active, settings.pass_ttl_seconds, settings.poll_budget), (100, 600, true));
        assert!(settings.policy().is_ok() && settings.previous_pass_keys.is_empty());
        assert_eq!(settings.absence().unwrap(), AbsencePolicy::default());
        assert!(settings.streams().is_ok());
    }

    #[test]
    fn keys_of_before_are_still_good() {
        let (old, new) = (SigningKey::generate_pem().unwrap(), SigningKey::generate_pem().unwrap());
        let settings = load(&[("PASS_KEY", &new), ("PREVIOUS_PASS_KEYS", &old)]).unwrap();
        let published = settings.pass_keys().unwrap().jwks().keys.into_iter().map(|key| key.kid);
        let kids = [&new, &old].map(|pem| SigningKey::from_pem(pem).unwrap().kid().to_owned());
        assert_eq!(published.collect::<Vec<_>>(), kids);

        let (old, new) = ("o".repeat(32), "n".repeat(32));
        let settings = load(&[("QUEUE_TOKEN_KEY", &new), ("PREVIOUS_QUEUE_TOKEN_KEYS", &old)]).unwrap();
        let place = EntryId(uuid::Uuid::from_u128(1));
        let token = QueueTokens::new(old.as_bytes()).unwrap().issue(place);
        assert_eq!(settings.queue_tokens().unwrap().read(&token), Some(place));
    }

    #[test]
    fn a_missing_or_unusable_setting_is_named() {
        let named = |setting: &str, result: anyhow::Result<()>| {
            let message = format!("{:#}", result.unwrap_err());
            assert!(message.contains(&format!("BOXOFFICE__QUEUE__{setting}")), "{message}");
        };
        let pem = SigningKey::generate_pem().unwrap();
        let pass_keys = |pairs: &[(&str, &str)]| load(pairs).unwrap().pass_keys().map(|_| ());
        named("PASS_KEY", pass_keys(&[]));
        named("PASS_KEY", pass_keys(&[("PASS_KEY", "none")]));
        named("PREVIOUS_PASS_KEYS", pass_keys(&[("PASS_KEY", &pem), ("PREVIOUS_PASS_KEYS", "{}")]));
        named("QUEUE_TOKEN_KEY", load(&[]).unwrap().queue_tokens().map(|_| ()));
        named("QUEUE_TOKEN_KEY", load(&[("QUEUE_TOKEN_KEY", "short")]).unwrap().queue_tokens().map(|_| ()));
        let secret = "s".repeat(32);
        let short = [("QUEUE_TOKEN_KEY", secret.as_str()), ("PREVIOUS_QUEUE_TOKEN_KEYS", "short")];
        named("PREVIOUS_QUEUE_TOKEN_KEYS", load(&short).unwrap().queue_tokens().map(|_| ()));
        named("MAX_ACTIVE", load(&[("MAX_ACTIVE", "1000001")]).unwrap().policy().map(|_| ()));
        named("PASS_TTL_SECONDS", load(&[("PASS_TTL_SECONDS", "0")]).unwrap().policy().map(|_| ()));
        named(
            "ABSENCE_LIMIT_SECONDS",
            load(&[("ABSENCE_LIMIT_SECONDS", "2")]).unwrap().absence().map(|_| ()),
        );
        named(
            "ABSENCE_GRACE_SECONDS",
            load(&[("ABSENCE_GRACE_SECONDS", "86401")]).unwrap().absence().map(|_| ()),
        );
        for (setting, value) in [("ENTRY_STREAM_HEARTBEAT_MS", "0"), ("ENTRY_STREAM_HEARTBEAT_MS", "300001")]
        {
            named("ENTRY_STREAM_HEARTBEAT_MS", load(&[(setting, value)]).unwrap().streams().map(|_| ()));
        }
        named("MAIN_QUEUE_ID", load(&[("MAIN_QUEUE_ID", "main")]).map(|_| ()));
    }
}
