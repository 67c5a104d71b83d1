//! What access tokens and passes have in common: one strict way to verify a JWT (RFC 8725).

use chrono::{DateTime, Utc};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, Header, Validation, decode};
use serde::de::DeserializeOwned;

use super::key_source::KeySource;
use super::verified::{TokenDigest, Verified, VerifiedTokens};

/// Why a JWT was not accepted. The texts are for the client and never repeat the token.
#[derive(Debug)]
pub(super) enum Refusal {
    Invalid(&'static str),
    Expired,
    KeysOutOfReach(anyhow::Error),
}

/// Verifies everything about a JWT but its times: those are judged by a clock that the process does not own.
pub(super) struct JwtVerifier<C> {
    keys: KeySource,
    verified: VerifiedTokens<C>,
    accepts_type: fn(Option<&str>) -> bool,
    /// One for each algorithm: the library refuses a list that spans several families.
    validations: Vec<Validation>,
}

impl<C: Clone + DeserializeOwned> JwtVerifier<C> {
    pub fn new(
        issuer: &str,
        audience: &str,
        algorithms: &[Algorithm],
        accepts_type: fn(Option<&str>) -> bool,
        keys: KeySource,
    ) -> Self {
        let validation = |algorithm: &Algorithm| {
            let mut validation = Validation::new(*algorithm);
            validation.set_issuer(&[issuer]);
            validation.set_audience(&[audience]);
            validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
            validation.validate_exp = false;
            validation.validate_nbf = false;
            validation
        };
        let validations = algorithms.iter().map(validation).collect();
        Self { keys, verified: VerifiedTokens::default(), accepts_type, validations }
    }

    /// Has the issuer's keys read again where that is due at `now`, so that one which was withdrawn is forgotten.
    pub fn keep_keys_fresh(&self, now: DateTime<Utc>) {
        self.keys.keep_fresh(now);
    }

    /// The claims of a token that was verified before, as long as its issuer still publishes the key that signed it.
    pub fn recall(&self, token: &TokenDigest) -> Option<C> {
        let known = self.verified.get(token)?;
        if self.keys.publishes(&known.kid, &known.key) {
            return Some(known.claims);
        }
        self.verified.forget(token);
        None
    }

    /// The claims of `token`, whose header is `header`.
    pub async fn verify(&self, token: &str, header: &Header) -> Result<C, Refusal> {
        if !(self.accepts_type)(header.typ.as_deref()) {
            return Err(Refusal::Invalid("is of a type that is not accepted here"));
        }
        if header.crit.is_some() {
            return Err(Refusal::Invalid("asks for an extension that is not understood"));
        }
        if header.cty.is_some() {
            return Err(Refusal::Invalid("carries something else than claims"));
        }
        // What else the header says of keys (`jku`, `x5u`, `jwk`, `x5c`) is not looked at: the issuer's are known.
        let Some(kid) = header.kid.as_deref() else {
            return Err(Refusal::Invalid("does not name the key that signed it"));
        };
        let pinned = self.validations.iter().find(|validation| validation.algorithms.contains(&header.alg));
        let Some(validation) = pinned else {
            return Err(Refusal::Invalid("is signed with an algorithm that is not accepted here"));
        };
        let Some(key) = self.keys.find(kid).await.map_err(Refusal::KeysOutOfReach)? else {
            return Err(Refusal::Invalid("is signed with an unknown key"));
        };
        if key.algorithm != header.alg {
            return Err(Refusal::Invalid("is signed with an algorithm that is not its key's"));
        }
        let claims = decode::<C>(token, &key.decoding, validation)
            .map_err(|error| Refusal::Invalid(reason(&error)))?
            .claims;
        let verified = Verified { kid: kid.into(), key, claims: claims.clone() };
        self.verified.remember(TokenDigest::of(token), verified);
        Ok(claims)
    }
}

fn reason(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::InvalidSignature => "carries a signature that does not verify",
        ErrorKind::MissingRequiredClaim(_) => "lacks a claim that is required",
        ErrorKind::InvalidIssuer => "comes from an issuer that is not trusted here",
        ErrorKind::InvalidAudience => "is meant for somebody else",
        ErrorKind::Json(_) => "lacks a claim that is required, or carries one that cannot be read",
        _ => "cannot be read",
    }
}

#[cfg(test)]
mod tests;
