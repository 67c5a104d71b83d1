//! What a handler asks for: the credential is checked before the handler runs.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use anyhow::anyhow;
use domain::shared::{EntryId, UserId};
use futures_util::future::LocalBoxFuture;

use super::access::AccessUser;
use super::authenticator::Authenticator;
use super::pass::Pass;
use crate::problem::Problem;
use crate::rate_limit::UserLimit;

/// Who shows an access token or a pass.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    pub user_id: UserId,
    /// Only an access token says it.
    pub name: Option<String>,
    pub pass: Option<Pass>,
}

/// A pass, even one that was used up or given back: only for answers that were given before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PresentedPass {
    pub pass: Pass,
    pub spent: bool,
}

/// Who shows an access token with the role `operator`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operator {
    pub user_id: UserId,
}

/// The place that the queue token shown stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueueToken(pub EntryId);

/// The name of the service that calls.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallingService(pub String);

macro_rules! extracted_by {
    ($($credential:ident: $check:ident;)*) => {$(
        /// Reads the `Authorization` header, asks the [`Authenticator`] in the app's data, and counts who it was.
        impl FromRequest for $credential {
            type Error = Problem;
            type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move {
                    let credential = authenticator(&request)?.$check(bearer(&request)?).await?;
                    UserLimit::check(&request, &credential)?;
                    Ok(credential)
                })
            }
        }
    )*};
}

extracted_by! {
    AccessUser: access_user;
    Pass: pass;
    PresentedPass: presented_pass;
    Identity: identity;
    Operator: operator;
    QueueToken: queue_token;
    CallingService: service;
}

fn authenticator(request: &HttpRequest) -> Result<&Authenticator, Problem> {
    let data = request.app_data::<web::Data<Authenticator>>();
    data.map(web::Data::get_ref).ok_or_else(|| {
        Problem::unexpected(&anyhow!(
            "the app has no Authenticator among its data, {} needs one",
            request.path()
        ))
    })
}

/// The credential of RFC 6750, section 2.1.
pub fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    let mut values = request.headers().get_all(AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Problem::unauthenticated("One header `Authorization: Bearer <credential>` is needed"));
    };
    value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, credential)| credential.trim())
        .filter(|credential| !credential.is_empty())
        .ok_or_else(|| {
            Problem::unauthenticated("The Authorization header is not of the form `Bearer <credential>`")
        })
}

#[cfg(test)]
mod tests;
