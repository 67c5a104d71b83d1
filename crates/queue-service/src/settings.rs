use std::time::Duration;

use anyhow::{Context, anyhow, ensure};

use domain::queue::{AbsencePolicy, AdmissionPolicy};
use domain::shared::QueueId;
use serde::{Deserialize, Deserializer};
use service_kit::auth::{Jwk, Jwks, KeyRing, QueueTokens, SigningKey};
use service_kit::settings::Secret;
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
    #[serde(deserialize_with = "one_or_many")]
    pub previous_pass_keys: Vec<Secret>,
    pub queue_token_key: Secret,
}

/// A list in a file; the environment has only a text, which is one of them, or none.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Secret>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        One(Secret),
        Many(Vec<Secret>),
    }
    Ok(match Given::deserialize(deserializer)? {
        Given::One(secret) if secret.is_empty() => Vec::new(),
        Given::One(secret) => vec![secret],
        Given::Many(secrets) => secrets,
    })
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
        let current = SigningKey::from_pem(&self.pass_key.reveal()?);
        let current = current.context("unusable setting BOXOFFICE__QUEUE__PASS_KEY")?;
        let mut also_accepted = Vec::new();
        for secret in &self.previous_pass_keys {
            let keys = public_keys(&secret.reveal()?);
            also_accepted.extend(keys.context("unusable setting BOXOFFICE__QUEUE__PREVIOUS_PASS_KEYS")?);
        }
        Ok(KeyRing { current, also_accepted })
    }

    pub fn queue_tokens(&self) -> anyhow::Result<QueueTokens> {
        ensure!(
            !self.queue_token_key.is_empty(),
            "BOXOFFICE__QUEUE__QUEUE_TOKEN_KEY is not set: the secret of queue tokens"
        );
        let tokens = QueueTokens::new(self.queue_token_key.reveal()?.as_bytes());
        tokens.context("unusable setting BOXOFFICE__QUEUE__QUEUE_TOKEN_KEY")
    }
}

/// A private key in PEM gives its public half; JSON is one public key or a document of several.
fn public_keys(text: &str) -> anyhow::Result<Vec<Jwk>> {
    if !text.trim_start().starts_with('{') {
        return Ok(vec![SigningKey::from_pem(text)?.jwk()]);
    }
    match serde_json::from_str::<Jwks>(text) {
        Ok(jwks) => Ok(jwks.keys),
        Err(_no_document) => {
            Ok(vec![serde_json::from_str(text).context("is neither a JWK nor a JWKS document")?])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use service_kit::settings::{self, Sources};

    fn load(pairs: &[(&str, &str)]) -> anyhow::Result<QueueSettings> {
        let environment =
            pairs.iter().map(|(name, value)| (format!("BOXOFFICE__QUEUE__{name}"), (*value).to_owned()));
        let defaults = include_str!("../config/default.toml");
        let sources = Sources { section: "queue", defaults, environment: environment.collect() };
        Ok(settings::load(sources)?.service)
    }

    fn key() -> SigningKey {
        SigningKey::from_pem(&SigningKey::generate_pem().unwrap()).unwrap()
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
    fn previous_keys_are_published_behind_the_current_one_in_every_form() {
        let pem = SigningKey::generate_pem().unwrap();
        let (from_pem, jwk, listed) = (SigningKey::from_pem(&pem).unwrap(), key().jwk(), key().jwk());
        let document = Jwks { keys: vec![listed.clone()] };
        for (given, kid) in [
            (pem.clone(), from_pem.kid()),
            (serde_json::to_string(&jwk).unwrap(), &jwk.kid),
            (serde_json::to_string(&document).unwrap(), &listed.kid),
        ] {
            let current = SigningKey::generate_pem().unwrap();
            let settings = load(&[("PASS_KEY", &current), ("PREVIOUS_PASS_KEYS", &given)]).unwrap();
            let kids: Vec<String> =
                settings.pass_keys().unwrap().jwks().keys.into_iter().map(|key| key.kid).collect();
            assert_eq!(kids, [SigningKey::from_pem(&current).unwrap().kid(), kid]);
        }
        assert!(load(&[("PREVIOUS_PASS_KEYS", "")]).unwrap().previous_pass_keys.is_empty());
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
