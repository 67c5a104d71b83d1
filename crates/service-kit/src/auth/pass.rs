//! The pass: its bearer was admitted to a queue's sale. Signed by queue-service, verified offline by everybody.

use chrono::{DateTime, Utc};
use domain::shared::{EntryId, QueueId, UserId};
use jsonwebtoken::{Algorithm, Header};
use serde::{Deserialize, Serialize};

use super::jwt::{JwtVerifier, Refusal};
use super::key_source::KeySource;
use super::keys::SigningKey;
use super::numeric_date::NumericDate;
use super::verified::TokenDigest;

const ISSUER: &str = "queue-service";
const AUDIENCE: &str = "boxoffice";
/// A type of its own, so that no other JWT can pass for one (RFC 8725, section 3.11).
const TYPE: &str = "boxoffice-pass+jwt";

/// What a valid pass says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pass {
    pub pass_id: EntryId,
    pub queue_id: QueueId,
    pub user_id: UserId,
    pub expires_at: DateTime<Utc>,
}

/// Signs passes.
pub struct PassIssuer {
    key: SigningKey,
}

#[derive(Serialize)]
struct IssuedClaims {
    iss: &'static str,
    aud: &'static str,
    sub: UserId,
    queue: QueueId,
    jti: EntryId,
    iat: NumericDate,
    exp: NumericDate,
}

#[derive(Clone, Deserialize)]
struct Claims {
    sub: UserId,
    queue: QueueId,
    jti: EntryId,
    exp: NumericDate,
}

impl PassIssuer {
    pub fn new(key: SigningKey) -> Self {
        Self { key }
    }

    /// The pass of `entry`. It ends with the last whole second before `expires_at`: never after its slot is freed.
    pub fn issue(
        &self,
        entry: EntryId,
        queue: QueueId,
        user: UserId,
        issued_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> anyhow::Result<String> {
        let claims = IssuedClaims {
            iss: ISSUER,
            aud: AUDIENCE,
            sub: user,
            queue,
            jti: entry,
            iat: NumericDate(issued_at),
            exp: NumericDate(expires_at),
        };
        self.key.sign(TYPE, &claims)
    }
}

/// Verifies passes.
pub struct PassVerifier(JwtVerifier<Claims>);

impl PassVerifier {
    pub fn new(keys: KeySource) -> Self {
        Self(JwtVerifier::new(ISSUER, AUDIENCE, &[Algorithm::EdDSA], |typ| typ == Some(TYPE), keys))
    }

    /// Has the queue's keys read again where that is due at `now`.
    pub(super) fn keep_keys_fresh(&self, now: DateTime<Utc>) {
        self.0.keep_keys_fresh(now);
    }

    /// What a token says that was verified before; `None`: it has to be verified.
    pub(super) fn recall(&self, token: &TokenDigest, now: DateTime<Utc>) -> Option<Result<Pass, Refusal>> {
        self.0.recall(token).map(|claims| claims.at(now))
    }

    /// What `token` says, where it is good at `now`, the time by the clock of the queue's store.
    pub(super) async fn verify(
        &self,
        token: &str,
        header: &Header,
        now: DateTime<Utc>,
    ) -> Result<Pass, Refusal> {
        self.0.verify(token, header).await?.at(now)
    }
}

impl Claims {
    fn at(self, now: DateTime<Utc>) -> Result<Pass, Refusal> {
        if self.exp.0 <= now {
            return Err(Refusal::Expired);
        }
        Ok(Pass { pass_id: self.jti, queue_id: self.queue, user_id: self.sub, expires_at: self.exp.0 })
    }
}

/// Whether a JWT with this header claims to be a pass.
pub(super) fn claims_to_be_pass(header: &Header) -> bool {
    header.typ.as_deref() == Some(TYPE)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use jsonwebtoken::decode_header;
    use serde_json::{Value, json};

    use super::*;
    use crate::auth::Jwks;
    use crate::auth::fixtures::{ENTRY, QUEUE, USER, at, signing_key};

    fn verifier(key: &SigningKey) -> PassVerifier {
        PassVerifier::new(KeySource::fixed(&Jwks { keys: vec![key.jwk()] }).unwrap())
    }

    async fn verify(verifier: &PassVerifier, token: &str, now: DateTime<Utc>) -> Result<Pass, Refusal> {
        verifier.verify(token, &decode_header(token).unwrap(), now).await
    }

    fn claims() -> Value {
        json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": USER, "queue": QUEUE, "jti": ENTRY,
            "iat": at(0).timestamp(), "exp": at(60).timestamp(),
        })
    }

    #[actix_web::test]
    async fn a_pass_says_who_was_admitted_where_and_until_when() {
        let key = signing_key();
        let token = PassIssuer::new(key.clone()).issue(ENTRY, QUEUE, USER, at(0), at(600)).unwrap();
        assert!(claims_to_be_pass(&decode_header(&token).unwrap()));
        let pass = verify(&verifier(&key), &token, at(0)).await.unwrap();
        assert_eq!(pass, Pass { pass_id: ENTRY, queue_id: QUEUE, user_id: USER, expires_at: at(600) });
    }

    #[actix_web::test]
    async fn a_pass_ends_at_its_end_to_the_second_and_never_later() {
        let key = signing_key();
        let end = at(600) + TimeDelta::milliseconds(700);
        let token = PassIssuer::new(key.clone()).issue(ENTRY, QUEUE, USER, at(0), end).unwrap();
        let last = at(600) - TimeDelta::milliseconds(1);
        assert!(verify(&verifier(&key), &token, last).await.is_ok());
        assert!(matches!(verify(&verifier(&key), &token, at(600)).await, Err(Refusal::Expired)));
    }

    #[actix_web::test]
    async fn every_claim_is_required() {
        let key = signing_key();
        let verifier = verifier(&key);
        assert!(verify(&verifier, &key.sign(TYPE, &claims()).unwrap(), at(0)).await.is_ok());
        for claim in ["iss", "aud", "sub", "queue", "jti", "exp"] {
            let mut without = claims();
            without.as_object_mut().unwrap().remove(claim);
            let result = verify(&verifier, &key.sign(TYPE, &without).unwrap(), at(0)).await;
            assert!(matches!(result, Err(Refusal::Invalid(_))), "{claim}: {result:?}");
        }
    }

    #[actix_web::test]
    async fn another_type_issuer_or_audience_is_refused() {
        let key = signing_key();
        let verifier = verifier(&key);
        for typ in ["JWT", "at+jwt", "Boxoffice-Pass+jwt"] {
            let result = verify(&verifier, &key.sign(typ, &claims()).unwrap(), at(0)).await;
            assert!(matches!(result, Err(Refusal::Invalid(_))), "{typ}: {result:?}");
        }
        for (claim, value) in [("iss", "boxoffice"), ("aud", "boxoffice-api"), ("sub", "Kim")] {
            let mut other = claims();
            other[claim] = json!(value);
            let result = verify(&verifier, &key.sign(TYPE, &other).unwrap(), at(0)).await;
            assert!(matches!(result, Err(Refusal::Invalid(_))), "{claim}: {result:?}");
        }
    }
}
