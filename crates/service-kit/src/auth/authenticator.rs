//! Which credential opens which door, and what is said to those who are turned away.

use std::sync::Arc;

use domain::shared::{Clock, EntryId};
use jsonwebtoken::decode_header;

use super::access::AccessUser;
use super::access_verifier::AccessVerifier;
use super::extractors::{CallingService, Identity, Operator, PresentedPass, QueueToken};
use super::jwt::Refusal;
use super::pass::{Pass, PassVerifier, claims_to_be_pass};
use super::queue_token::{QueueTokens, looks_like_queue_token};
use super::revocations::RevokedPasses;
use super::service_credential::AcceptedServices;
use super::verified::TokenDigest;
use crate::problem::Problem;

/// Longer credentials are refused before anything is made of them. Ours have some 500 bytes; tokens of outside issuers
/// that list many groups reach a few KiB, and proxies commonly end a header line at 8 KiB.
const LONGEST_CREDENTIAL: usize = 8 * 1024;

/// Recognises every kind of credential, so that a good one at the wrong door is told apart from a bad one.
pub struct Authenticator {
    pub access: AccessVerifier,
    pub passes: PassVerifier,
    pub revoked: Arc<RevokedPasses>,
    pub services: AcceptedServices,
    /// Only queue-service reads queue tokens.
    pub queue_tokens: Option<QueueTokens>,
    pub clock: Arc<dyn Clock>,
}

enum Credential {
    Access(AccessUser),
    Pass(Pass),
    /// Used up or given back before its time.
    SpentPass(Pass),
    QueueToken(EntryId),
    /// Has the form of a queue token, and this service cannot tell more.
    SomeQueueToken,
    Service(String),
}

impl Authenticator {
    /// Lets in who shows an access token.
    pub async fn access_user(&self, token: &str) -> Result<AccessUser, Problem> {
        match self.admit(token).await? {
            Credential::Access(user) => Ok(user),
            other => Err(other.turned_away("an access token")),
        }
    }

    /// Lets in who shows a pass.
    pub async fn pass(&self, token: &str) -> Result<Pass, Problem> {
        match self.admit(token).await? {
            Credential::Pass(pass) => Ok(pass),
            other => Err(other.turned_away("a pass")),
        }
    }

    /// Lets in who shows an access token or a pass: either says who somebody is.
    pub async fn identity(&self, token: &str) -> Result<Identity, Problem> {
        match self.admit(token).await? {
            Credential::Access(user) => Ok(Identity { user_id: user.user_id, name: user.name, pass: None }),
            Credential::Pass(pass) => Ok(Identity { user_id: pass.user_id, name: None, pass: Some(pass) }),
            other => Err(other.turned_away("an access token or a pass")),
        }
    }

    /// Lets in who shows an access token with the role `operator`.
    pub async fn operator(&self, token: &str) -> Result<Operator, Problem> {
        match self.admit(token).await? {
            Credential::Access(user) if user.is_operator() => Ok(Operator { user_id: user.user_id }),
            Credential::Access(_) => Err(Problem::not_admitted("This needs the role operator")),
            other => Err(other.turned_away("an operator's access token")),
        }
    }

    /// Lets in who shows a queue token.
    pub async fn queue_token(&self, token: &str) -> Result<QueueToken, Problem> {
        match self.admit(token).await? {
            Credential::QueueToken(entry) => Ok(QueueToken(entry)),
            other => Err(other.turned_away("a queue token")),
        }
    }

    /// Lets in another service.
    pub async fn service(&self, token: &str) -> Result<CallingService, Problem> {
        match self.admit(token).await? {
            Credential::Service(name) => Ok(CallingService(name)),
            other => Err(other.turned_away("a service credential")),
        }
    }

    /// Recognises a pass that was used up or given back too: for the repetition of the very request that ended it.
    pub async fn presented_pass(&self, token: &str) -> Result<PresentedPass, Problem> {
        match self.recognise(token).await? {
            Credential::Pass(pass) => Ok(PresentedPass { pass, spent: false }),
            Credential::SpentPass(pass) => Ok(PresentedPass { pass, spent: true }),
            other => Err(other.turned_away("a pass")),
        }
    }

    /// A credential that is still good for something.
    async fn admit(&self, token: &str) -> Result<Credential, Problem> {
        match self.recognise(token).await? {
            Credential::SpentPass(_) => Err(Problem::pass_expired("The pass was used up or given back")),
            credential => Ok(credential),
        }
    }

    async fn recognise(&self, token: &str) -> Result<Credential, Problem> {
        if token.len() > LONGEST_CREDENTIAL {
            return Err(Problem::unauthenticated("The credential is too long"));
        }
        if looks_like_queue_token(token) {
            return self.recognise_queue_token(token);
        }
        if let Some(name) = self.services.verify(token) {
            return Ok(Credential::Service(name));
        }
        let (digest, now) = (TokenDigest::of(token), self.revoked.now(self.clock.now()));
        self.passes.keep_keys_fresh(now);
        self.access.keep_keys_fresh(now);
        if let Some(pass) = self.passes.recall(&digest, now) {
            return self.presented(pass);
        }
        if let Some(user) = self.access.recall(&digest, now) {
            return user.map(Credential::Access).map_err(access_refused);
        }
        let Ok(header) = decode_header(token) else {
            return Err(Problem::unauthenticated("The credential is of no known form"));
        };
        if claims_to_be_pass(&header) {
            return self.presented(self.passes.verify(token, &header, now).await);
        }
        self.access.verify(token, &header, now).await.map(Credential::Access).map_err(access_refused)
    }

    /// Whether a pass has ended early is asked each time it is shown.
    fn presented(&self, pass: Result<Pass, Refusal>) -> Result<Credential, Problem> {
        let pass = pass.map_err(pass_refused)?;
        let spent = self.revoked.is_revoked(pass.pass_id);
        Ok(if spent { Credential::SpentPass(pass) } else { Credential::Pass(pass) })
    }

    fn recognise_queue_token(&self, token: &str) -> Result<Credential, Problem> {
        let Some(tokens) = &self.queue_tokens else {
            return Ok(Credential::SomeQueueToken);
        };
        let entry = tokens.read(token);
        entry
            .map(Credential::QueueToken)
            .ok_or_else(|| Problem::unauthenticated("The queue token is not genuine"))
    }
}

impl Credential {
    fn turned_away(&self, needed: &str) -> Problem {
        let given = match self {
            Self::Access(_) => "an access token",
            Self::Pass(_) | Self::SpentPass(_) => "a pass",
            Self::QueueToken(_) | Self::SomeQueueToken => "a queue token",
            Self::Service(_) => "a service credential",
        };
        Problem::not_admitted(format!("This needs {needed}, and {given} was given"))
    }
}

fn pass_refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Invalid(reason) => Problem::unauthenticated(format!("The pass {reason}")),
        Refusal::Expired => Problem::pass_expired("The pass has expired"),
        Refusal::KeysOutOfReach(error) => Problem::unexpected(&error),
    }
}

fn access_refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Invalid(reason) => Problem::unauthenticated(format!("The access token {reason}")),
        Refusal::Expired => Problem::unauthenticated("The access token has expired"),
        Refusal::KeysOutOfReach(error) => Problem::unexpected(&error),
    }
}

#[cfg(test)]
mod tests;
