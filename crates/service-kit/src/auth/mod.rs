//! Who is calling: access tokens, passes, queue tokens and service credentials, none of which can stand in
//! for another.

mod access;
mod access_verifier;
mod authenticator;
mod extractors;
#[cfg(test)]
pub(crate) mod fixtures;
mod jwt;
mod key_ring;
mod key_source;
mod keys;
mod numeric_date;
mod pass;
mod queue_token;
mod revocations;
mod service_credential;
mod verification_keys;
mod verified;

pub use access::{AUDIENCE, AccessTokens, AccessUser, BUILT_IN_ISSUER, Issued, Role};
pub use access_verifier::AccessVerifier;
pub use authenticator::Authenticator;
pub use extractors::{CallingService, Identity, Operator, PresentedPass, QueueToken, bearer};
pub use key_ring::KeyRing;
pub use key_source::KeySource;
pub use keys::{Jwk, Jwks, SigningKey};
pub use pass::{Pass, PassIssuer, PassVerifier};
pub use queue_token::{QueueTokens, looks_like_queue_token};
pub use revocations::RevokedPasses;
pub use service_credential::{AcceptedServices, ServiceCredential, generate_secret};
