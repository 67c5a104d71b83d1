use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use domain::adapters::system;
use domain::shared::{Clock, IdGenerator};

use crate::auth::{
    AcceptedServices, AccessVerifier, Authenticator, Jwks, KeySource, PassVerifier, QueueTokens,
    RevokedPasses, ServiceCredential,
};
use crate::client;
use crate::idempotency::{Idempotency, Keys, MemoryKeys, PostgresKeys};
use crate::metrics::Metrics;
use crate::postgres::Database;
use crate::settings::Settings;

/// Where a service keeps what it owns.
#[derive(Clone)]
pub enum Store {
    /// Nothing is kept: for a first look.
    Memory,
    Postgres(Database),
}

/// What a service is assembled from.
pub struct Context<S> {
    pub settings: Settings<S>,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
    /// For calls to peers; its deadline is that of one attempt.
    pub http: reqwest::Client,
    /// What this service shows its peers.
    pub credential: ServiceCredential,
    /// What is counted about it.
    pub metrics: Metrics,
}

/// Keys that a service has at hand, so that it need not ask a peer for them.
#[derive(Default)]
pub struct Credentials {
    /// The built-in issuer's own keys.
    pub access_keys: Option<Jwks>,
    /// The queue's own keys.
    pub pass_keys: Option<Jwks>,
    pub queue_tokens: Option<QueueTokens>,
}

impl<S> Context<S> {
    pub fn new(name: &'static str, settings: Settings<S>, store: Store) -> anyhow::Result<Self> {
        let (clock, ids) = system::system();
        let http = client::build(Duration::from_millis(settings.shared.peers.deadline_ms))?;
        let secret = settings.shared.auth.service_secret.reveal()?;
        ensure!(!secret.is_empty(), "BOXOFFICE__AUTH__SERVICE_SECRET is not set: this service's own secret");
        let credential = ServiceCredential::new(name, &secret)
            .context("unusable setting BOXOFFICE__AUTH__SERVICE_SECRET")?;
        Ok(Self { settings, store, clock, ids, http, credential, metrics: Metrics::new(name) })
    }

    /// Recognises every credential that is shown to this service.
    pub fn authenticator(&self, own: Credentials) -> anyhow::Result<Authenticator> {
        let auth = &self.settings.shared.auth;
        let peers = &self.settings.shared.peers;
        let follow =
            |name, url: String, credential| KeySource::follow(name, self.http.clone(), url, credential);
        let access = if auth.openid_jwks_url.is_empty() {
            let keys = match &own.access_keys {
                Some(jwks) => KeySource::fixed(jwks)?,
                None => {
                    let url = format!("{}/internal/v1/access-keys", peers.wallet);
                    follow("the issuer of access tokens", url, Some(self.credential.clone()))
                }
            };
            AccessVerifier::built_in(keys)
        } else {
            ensure!(!auth.openid_issuer.is_empty(), "BOXOFFICE__AUTH__OPENID_ISSUER is not set");
            ensure!(!auth.openid_audience.is_empty(), "BOXOFFICE__AUTH__OPENID_AUDIENCE is not set");
            let keys = follow("the OpenID issuer", auth.openid_jwks_url.clone(), None);
            AccessVerifier::open_id(&auth.openid_issuer, &auth.openid_audience, keys)
        };
        let passes = match &own.pass_keys {
            Some(jwks) => KeySource::fixed(jwks)?,
            None => follow("the issuer of passes", format!("{}/.well-known/jwks.json", peers.queue), None),
        };
        Ok(Authenticator {
            access,
            passes: PassVerifier::new(passes),
            revoked: Arc::new(RevokedPasses::default()),
            services: self.accepted_services()?,
            queue_tokens: own.queue_tokens,
            clock: Arc::clone(&self.clock),
        })
    }

    fn accepted_services(&self) -> anyhow::Result<AcceptedServices> {
        let digests = &self.settings.shared.auth.accepted_services;
        let named = [
            ("queue-service", &digests.queue),
            ("concert-service", &digests.concert),
            ("reservation-service", &digests.reservation),
            ("wallet-service", &digests.wallet),
        ];
        let listed = named.into_iter().flat_map(|(name, digests)| {
            let digests = digests.split(',').map(str::trim).filter(|digest| !digest.is_empty());
            digests.map(move |digest| (name.to_owned(), digest.to_owned()))
        });
        AcceptedServices::new(listed).context("unusable setting BOXOFFICE__AUTH__ACCEPTED_SERVICES")
    }

    /// Idempotency keys in the store of the service that is assembled, their `Owner`.
    pub fn idempotency<Owner>(&self) -> Idempotency<Owner> {
        let keys: Arc<dyn Keys> = match &self.store {
            Store::Memory => Arc::new(MemoryKeys::new(Arc::clone(&self.clock))),
            Store::Postgres(database) => Arc::new(PostgresKeys::new(database.clone())),
        };
        Idempotency::new(keys, Arc::clone(&self.ids))
    }
}
