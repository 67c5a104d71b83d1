//! The access token: who somebody is. Given out here by the built-in issuer, for set-ups without an outside one.

use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::{IdGenerator, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::SigningKey;
use super::numeric_date::NumericDate;

/// The `iss` of the tokens that the installation signs itself.
pub const BUILT_IN_ISSUER: &str = "boxoffice";
/// The `aud` of those tokens.
pub const AUDIENCE: &str = "boxoffice-api";
/// RFC 9068.
pub(super) const TYPE: &str = "at+jwt";

/// What somebody may do beyond what every fan may.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Operator,
}

impl Role {
    /// The name of the role in a `roles` claim.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
        }
    }

    /// `None` for roles that mean nothing here, of which an outside issuer may have many.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        (name == Self::Operator.name()).then_some(Self::Operator)
    }
}

/// Who shows a valid access token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccessUser {
    pub user_id: UserId,
    pub name: Option<String>,
    pub roles: Vec<Role>,
}

impl AccessUser {
    pub fn is_operator(&self) -> bool {
        self.roles.contains(&Role::Operator)
    }
}

/// A new access token. Its end is a whole second, as in the token.
#[derive(Clone, Debug)]
pub struct Issued {
    pub token: String,
    pub expires_at: DateTime<Utc>,
}

/// The built-in issuer.
pub struct AccessTokens {
    key: SigningKey,
    ids: Arc<dyn IdGenerator>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: UserId,
    aud: &'a str,
    iat: NumericDate,
    exp: NumericDate,
    jti: Uuid,
    name: &'a str,
    roles: &'a [Role],
}

impl AccessTokens {
    pub fn new(key: SigningKey, ids: Arc<dyn IdGenerator>) -> Self {
        Self { key, ids }
    }

    /// A token for `user_id` that is good from `now` for `ttl_seconds`.
    pub fn issue(
        &self,
        user_id: UserId,
        name: &str,
        roles: &[Role],
        now: DateTime<Utc>,
        ttl_seconds: u32,
    ) -> anyhow::Result<Issued> {
        let expires_at = now
            .checked_add_signed(TimeDelta::seconds(i64::from(ttl_seconds)))
            .and_then(|end| DateTime::from_timestamp(end.timestamp(), 0))
            .context("the access token would end beyond the calendar")?;
        let claims = Claims {
            iss: BUILT_IN_ISSUER,
            sub: user_id,
            aud: AUDIENCE,
            iat: NumericDate(now),
            exp: NumericDate(expires_at),
            jti: self.ids.next(),
            name,
            roles,
        };
        Ok(Issued { token: self.key.sign(TYPE, &claims)?, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::*;
    use crate::auth::fixtures::{CountedIds, USER, at, signing_key};

    fn part(token: &str, index: usize) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap())
            .unwrap()
    }

    #[test]
    fn the_token_is_an_rfc_9068_access_token() {
        let key = signing_key();
        let kid = key.kid().to_owned();
        let tokens = AccessTokens::new(key, Arc::new(CountedIds::default()));
        let issued = tokens.issue(USER, "Kim", &[Role::Operator], at(0), 3600).unwrap();
        assert_eq!(part(&issued.token, 0), json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": kid }));
        assert_eq!(
            part(&issued.token, 1),
            json!({
                "iss": "boxoffice", "aud": "boxoffice-api", "sub": USER.to_string(), "name": "Kim",
                "roles": ["operator"], "iat": at(0).timestamp(), "exp": at(3600).timestamp(),
                "jti": Uuid::from_u128(1).to_string(),
            })
        );
        assert_eq!(issued.expires_at, at(3600));
    }

    #[test]
    fn no_two_tokens_share_an_id() {
        let tokens = AccessTokens::new(signing_key(), Arc::new(CountedIds::default()));
        let issue = || tokens.issue(USER, "Kim", &[], at(0), 60).unwrap().token;
        assert_ne!(part(&issue(), 1)["jti"], part(&issue(), 1)["jti"]);
    }

    #[test]
    fn the_end_told_is_the_end_in_the_token() {
        let tokens = AccessTokens::new(signing_key(), Arc::new(CountedIds::default()));
        let issued = tokens.issue(USER, "Kim", &[], at(0) + TimeDelta::milliseconds(999), 60).unwrap();
        assert_eq!(issued.expires_at, at(60));
        assert_eq!(part(&issued.token, 1)["exp"], json!(at(60).timestamp()));
    }

    #[test]
    fn the_name_of_a_role_reads_back_and_no_other_name_does() {
        assert_eq!(Role::from_name(Role::Operator.name()), Some(Role::Operator));
        assert_eq!(serde_json::to_value(Role::Operator).unwrap(), json!(Role::Operator.name()));
        for name in ["", "Operator", "operators", "admin"] {
            assert_eq!(Role::from_name(name), None);
        }
    }
}
