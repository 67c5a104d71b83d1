//! Reads access tokens, of the built-in issuer or of an outside one.

use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::UserId;
use jsonwebtoken::{Algorithm, Header};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::access::{self, AUDIENCE, AccessUser, BUILT_IN_ISSUER, Role};
use super::jwt::{JwtVerifier, Refusal};
use super::key_source::KeySource;
use super::numeric_date::NumericDate;
use super::verified::TokenDigest;

/// An outside issuer's clock may be this far ahead of ours before its new tokens seem to come from the future.
const NOT_BEFORE_LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// The text form of a UUID that is taken for one: its other forms would give one user several subjects.
const UUID_TEXT_LENGTH: usize = 36;

/// Verifies the access tokens of one issuer.
pub struct AccessVerifier {
    jwt: JwtVerifier<Claims>,
    subjects: Subjects,
}

enum Subjects {
    /// The subject is a user of this installation.
    Users,
    /// The subject is whatever the issuer says it is.
    Of { issuer: String },
}

#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
    exp: NumericDate,
    nbf: Option<NumericDate>,
    // An outside issuer may put anything into the two; what is not understood is no reason to refuse the token.
    #[serde(default)]
    name: Value,
    #[serde(default)]
    roles: Value,
}

impl AccessVerifier {
    /// For the tokens of [`super::AccessTokens`].
    pub fn built_in(keys: KeySource) -> Self {
        let is_access_token = |typ: Option<&str>| typ == Some(access::TYPE);
        let jwt = JwtVerifier::new(BUILT_IN_ISSUER, AUDIENCE, &[Algorithm::EdDSA], is_access_token, keys);
        Self { jwt, subjects: Subjects::Users }
    }

    /// For the tokens of the outside issuer `issuer` that are meant for `audience`.
    pub fn open_id(issuer: &str, audience: &str, keys: KeySource) -> Self {
        let algorithms = [Algorithm::EdDSA, Algorithm::RS256, Algorithm::ES256];
        let jwt = JwtVerifier::new(issuer, audience, &algorithms, may_be_access_token, keys);
        Self { jwt, subjects: Subjects::Of { issuer: issuer.to_owned() } }
    }

    /// Has the issuer's keys read again where that is due at `now`.
    pub(super) fn keep_keys_fresh(&self, now: DateTime<Utc>) {
        self.jwt.keep_keys_fresh(now);
    }

    /// Who shows a token that was verified before; `None`: it has to be verified.
    pub(super) fn recall(
        &self,
        token: &TokenDigest,
        now: DateTime<Utc>,
    ) -> Option<Result<AccessUser, Refusal>> {
        self.jwt.recall(token).map(|claims| self.judge(&claims, now))
    }

    /// Who shows `token` at the instant `now`.
    pub(super) async fn verify(
        &self,
        token: &str,
        header: &Header,
        now: DateTime<Utc>,
    ) -> Result<AccessUser, Refusal> {
        self.judge(&self.jwt.verify(token, header).await?, now)
    }

    fn judge(&self, claims: &Claims, now: DateTime<Utc>) -> Result<AccessUser, Refusal> {
        if claims.exp.0 <= now {
            return Err(Refusal::Expired);
        }
        if claims.nbf.as_ref().is_some_and(|start| start.0.signed_duration_since(now) > NOT_BEFORE_LEEWAY) {
            return Err(Refusal::Invalid("is not valid yet"));
        }
        Ok(AccessUser {
            user_id: self.user_id(&claims.sub)?,
            name: claims.name.as_str().map(str::to_owned),
            roles: roles(&claims.roles),
        })
    }

    fn user_id(&self, subject: &str) -> Result<UserId, Refusal> {
        let uuid = Some(subject).filter(|text| text.len() == UUID_TEXT_LENGTH);
        let uuid = uuid.and_then(|text| Uuid::try_parse(text).ok());
        match (&self.subjects, uuid) {
            (_, Some(uuid)) => Ok(UserId(uuid)),
            (Subjects::Users, None) => Err(Refusal::Invalid("names a user that cannot exist")),
            (Subjects::Of { issuer }, None) => {
                let name = format!("{issuer}|{subject}");
                Ok(UserId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())))
            }
        }
    }
}

/// Issuers that predate RFC 9068 write `JWT` or nothing; every other type is a JWT for some other purpose.
fn may_be_access_token(typ: Option<&str>) -> bool {
    typ.is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | access::TYPE)
    })
}

/// Issuers write one role as a text or any number as a list.
fn roles(claim: &Value) -> Vec<Role> {
    let names = match claim {
        Value::Array(names) => names.as_slice(),
        one => std::slice::from_ref(one),
    };
    names.iter().filter_map(Value::as_str).filter_map(Role::from_name).collect()
}

#[cfg(test)]
mod tests;
