use std::num::NonZeroU32;

use actix_web::{HttpRequest, web};
use anyhow::anyhow;
use uuid::Uuid;

use super::Buckets;
use crate::auth::{AccessUser, CallingService, Identity, Operator, Pass, PresentedPass, QueueToken};
use crate::problem::Problem;
use crate::settings::HttpSettings;

/// A fan who clicks, reloads, and whose client repeats what got no answer does a handful of things in one moment.
const SECONDS_AT_ONCE: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// The limit per user, or none: of requests that change something. Looks have limits of their own (a poll budget, so many
/// streams), and are not even counted here.
pub struct UserLimit(Buckets<Uuid>);

/// Who is told by a credential.
pub trait Subject {
    /// Whose requests are counted together; services are not counted.
    fn subject(&self) -> Option<Uuid>;
}

impl UserLimit {
    pub fn new(settings: &HttpSettings) -> Self {
        Self(Buckets::new(settings.user_rate_limit_per_second, SECONDS_AT_ONCE))
    }

    /// Counts a request whose credential has been verified; 429 with the time to wait where it is one too many. An app
    /// that has no limit among its data, be it one that refuses nobody, lets nobody change anything.
    pub fn check(request: &HttpRequest, credential: &impl Subject) -> Result<(), Problem> {
        if request.method().is_safe() {
            return Ok(());
        }
        let Some(subject) = credential.subject() else { return Ok(()) };
        let limit = request.app_data::<web::Data<Self>>().ok_or_else(|| {
            Problem::unexpected(&anyhow!(
                "the app has no UserLimit among its data, {} needs one",
                request.path()
            ))
        })?;
        limit.0.take(&subject, "by this user")
    }
}

macro_rules! told_by {
    ($($credential:ty: $subject:expr;)*) => {$(
        impl Subject for $credential {
            fn subject(&self) -> Option<Uuid> {
                let subject: fn(&Self) -> Option<Uuid> = $subject;
                subject(self)
            }
        }
    )*};
}

told_by! {
    AccessUser: |user| Some(user.user_id.0);
    Pass: |pass| Some(pass.user_id.0);
    PresentedPass: |presented| Some(presented.pass.user_id.0);
    Identity: |identity| Some(identity.user_id.0);
    Operator: |operator| Some(operator.user_id.0);
    // It says no more of its bearer.
    QueueToken: |token| Some(token.0.0);
    CallingService: |_service| None;
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use domain::shared::{EntryId, UserId};

    use super::super::for_a_test;
    use super::*;

    const AT_ONCE: u32 = 3;

    fn user(id: u128) -> AccessUser {
        AccessUser { user_id: UserId(Uuid::from_u128(id)), name: None, roles: vec![] }
    }

    fn check(limit: &web::Data<UserLimit>, method: TestRequest, credential: &impl Subject) -> bool {
        let request = method.app_data(limit.clone()).to_http_request();
        match UserLimit::check(&request, credential) {
            Ok(()) => true,
            Err(problem) => {
                assert_eq!(problem.code(), "too_many_requests");
                false
            }
        }
    }

    /// Where the bucket of user 1 is empty.
    fn exhausted() -> web::Data<UserLimit> {
        let limit = web::Data::new(UserLimit(Buckets::of(Some(for_a_test(AT_ONCE)))));
        let answers: Vec<_> = (0..=AT_ONCE).map(|_| check(&limit, TestRequest::post(), &user(1))).collect();
        assert_eq!(answers, [true, true, true, false]);
        limit
    }

    #[test]
    fn who_does_too_much_at_once_is_told_to_wait_and_nobody_else_is() {
        let limit = exhausted();
        assert!(check(&limit, TestRequest::post(), &user(2)));
        assert!(check(&limit, TestRequest::post(), &QueueToken(EntryId(Uuid::from_u128(3)))));
        assert!(check(&limit, TestRequest::post(), &CallingService("reservation-service".to_owned())));
    }

    #[test]
    fn whoever_shows_another_credential_is_the_same_user() {
        let limit = exhausted();
        let by_pass = Identity { user_id: user(1).user_id, name: None, pass: None };
        for method in [TestRequest::post(), TestRequest::put(), TestRequest::patch(), TestRequest::delete()] {
            assert!(!check(&limit, method, &by_pass));
        }
        assert!(!check(&limit, TestRequest::post(), &Operator { user_id: user(1).user_id }));
    }

    #[test]
    fn looks_are_not_counted() {
        let limit = exhausted();
        assert!((0..1_000).all(|_| check(&limit, TestRequest::get(), &user(1))));
    }

    #[test]
    fn where_the_limit_is_none_everybody_does_as_they_like() {
        let limit = web::Data::new(UserLimit(Buckets::new(0, SECONDS_AT_ONCE)));
        assert!((0..1_000).all(|_| check(&limit, TestRequest::post(), &user(1))));
    }

    #[test]
    fn an_app_without_a_limit_changes_nothing() {
        let check = |method: TestRequest| UserLimit::check(&method.to_http_request(), &user(1));
        for method in [TestRequest::post(), TestRequest::put(), TestRequest::patch(), TestRequest::delete()] {
            assert_eq!(check(method).unwrap_err().code(), "internal_error");
        }
        assert!(check(TestRequest::get()).is_ok());
    }
}
