use actix_web::ResponseError;
use chrono::TimeDelta;
use test_kit::Unheard;

use super::*;
use crate::auth::fixtures::{CountedIds, ENTRY, Installation, QUEUE, USER, at, client, signing_key};
use crate::auth::{AccessTokens, KeySource, QueueTokens};

const NOT_ADMITTED: (u16, &str) = (403, "not_admitted");
const UNAUTHENTICATED: (u16, &str) = (401, "unauthenticated");
const PASS_EXPIRED: (u16, &str) = (401, "pass_expired");

/// A shorter text may be part of an answer by chance.
const SHORTEST_TELLING: usize = 20;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Door {
    Access,
    Pass,
    Identity,
    Operator,
    QueueToken,
    Service,
}

const DOORS: [Door; 6] =
    [Door::Access, Door::Pass, Door::Identity, Door::Operator, Door::QueueToken, Door::Service];

async fn knock(authenticator: &Authenticator, door: Door, token: &str) -> Result<(), Problem> {
    match door {
        Door::Access => authenticator.access_user(token).await.map(drop),
        Door::Pass => authenticator.pass(token).await.map(drop),
        Door::Identity => authenticator.identity(token).await.map(drop),
        Door::Operator => authenticator.operator(token).await.map(drop),
        Door::QueueToken => authenticator.queue_token(token).await.map(drop),
        Door::Service => authenticator.service(token).await.map(drop),
    }
}

fn answer(result: &Result<(), Problem>) -> Option<(u16, &str)> {
    result.as_ref().err().map(|problem| (problem.status_code().as_u16(), problem.code()))
}

/// `token` opens `doors`, and every other door answers `otherwise`.
async fn opens(authenticator: &Authenticator, token: &str, doors: &[Door], otherwise: (u16, &str)) {
    for door in DOORS {
        let result = knock(authenticator, door, token).await;
        let expected = (!doors.contains(&door)).then_some(otherwise);
        assert_eq!(answer(&result), expected, "{door:?}: {result:?}");
        if let Err(problem) = result {
            let echoed = token.len() > SHORTEST_TELLING && problem.body().to_string().contains(token);
            assert!(!echoed, "{door:?} echoes the credential");
        }
    }
}

#[actix_web::test]
async fn each_credential_opens_its_own_doors_and_no_other() {
    let installation = Installation::new();
    let authenticator = installation.authenticator();
    opens(&authenticator, &installation.access_token(), &[Door::Access, Door::Identity], NOT_ADMITTED).await;
    let operator_doors = [Door::Access, Door::Identity, Door::Operator];
    opens(&authenticator, &installation.operator_token(), &operator_doors, NOT_ADMITTED).await;
    opens(&authenticator, &installation.pass(), &[Door::Pass, Door::Identity], NOT_ADMITTED).await;
    opens(&authenticator, &installation.queue_token(), &[Door::QueueToken], NOT_ADMITTED).await;
    opens(&authenticator, &installation.service_bearer(), &[Door::Service], NOT_ADMITTED).await;
}

#[actix_web::test]
async fn a_credential_that_is_none_opens_nothing() {
    let installation = Installation::new();
    let authenticator = installation.authenticator();
    let pass = installation.pass();
    let (unsigned, _) = pass.rsplit_once('.').unwrap();
    let service = installation.service_bearer();
    for token in
        ["", "x", "a.b.c", "..", "q1.", "q1.x", &format!("{unsigned}."), unsigned, &format!("{service}0")]
    {
        opens(&authenticator, token, &[], UNAUTHENTICATED).await;
    }
}

#[actix_web::test]
async fn a_genuine_token_that_is_too_long_is_not_even_read() {
    let installation = Installation::new();
    let authenticator = installation.authenticator();
    let longest_name = |length: usize| {
        let tokens = AccessTokens::new(installation.access_key.clone(), Arc::new(CountedIds::default()));
        tokens.issue(USER, &"a".repeat(length), &[], at(0), 3600).unwrap().token
    };
    // Base64 makes four characters of three bytes.
    let rest = longest_name(0).len();
    let fitting = (LONGEST_CREDENTIAL - rest) / 4 * 3;
    let doors = [Door::Access, Door::Identity];
    opens(&authenticator, &longest_name(fitting - 3), &doors, NOT_ADMITTED).await;
    opens(&authenticator, &longest_name(fitting + 6), &[], UNAUTHENTICATED).await;
    // Nor is one of five parts, which is an encrypted one.
    let encrypted = format!("{}.a.b", installation.access_token());
    opens(&authenticator, &encrypted, &[], UNAUTHENTICATED).await;
}

#[actix_web::test]
async fn what_another_installation_signed_opens_nothing() {
    let other = Installation::new();
    let authenticator = Installation::new().authenticator();
    let forged_queue_token = QueueTokens::new(&[9; 32]).unwrap().issue(ENTRY);
    for token in [other.access_token(), other.operator_token(), other.pass(), forged_queue_token] {
        opens(&authenticator, &token, &[], UNAUTHENTICATED).await;
    }
}

#[actix_web::test]
async fn the_access_keys_sign_no_passes_and_the_pass_keys_no_access_tokens() {
    let installation = Installation::new();
    let swapped = Installation {
        access_key: installation.pass_key.clone(),
        pass_key: installation.access_key.clone(),
        ..Installation::new()
    };
    let authenticator = installation.authenticator();
    opens(&authenticator, &swapped.access_token(), &[], UNAUTHENTICATED).await;
    opens(&authenticator, &swapped.pass(), &[], UNAUTHENTICATED).await;
}

#[actix_web::test]
async fn a_service_that_cannot_read_queue_tokens_turns_genuine_and_forged_ones_away_alike() {
    let installation = Installation::new();
    let authenticator = Authenticator { queue_tokens: None, ..installation.authenticator() };
    let forged = QueueTokens::new(&[9; 32]).unwrap().issue(ENTRY);
    for token in [installation.queue_token(), forged] {
        opens(&authenticator, &token, &[], NOT_ADMITTED).await;
    }
}

#[actix_web::test]
async fn what_a_credential_says_arrives() {
    let installation = Installation::new();
    let authenticator = installation.authenticator();
    let access = installation.access_token();
    let pass = installation.pass();

    let user = authenticator.access_user(&access).await.unwrap();
    assert_eq!((user.user_id, user.name.as_deref()), (USER, Some("Kim")));
    let admitted = authenticator.pass(&pass).await.unwrap();
    assert_eq!(admitted, Pass { pass_id: ENTRY, queue_id: QUEUE, user_id: USER, expires_at: at(600) });
    let by_access = authenticator.identity(&access).await.unwrap();
    assert_eq!((by_access.user_id, by_access.name.as_deref(), by_access.pass), (USER, Some("Kim"), None));
    let by_pass = authenticator.identity(&pass).await.unwrap();
    assert_eq!((by_pass.user_id, by_pass.name, by_pass.pass), (USER, None, Some(admitted)));
    assert_eq!(authenticator.operator(&installation.operator_token()).await.unwrap().user_id, USER);
    assert_eq!(authenticator.queue_token(&installation.queue_token()).await.unwrap().0, ENTRY);
    assert_eq!(authenticator.service(&installation.service_bearer()).await.unwrap().0, "reservation-service");
}

#[actix_web::test]
async fn an_expired_access_token_says_that_it_expired() {
    let installation = Installation::new();
    let authenticator = installation.authenticator();
    installation.clock.set(at(3600));
    let token = installation.access_token();
    opens(&authenticator, &token, &[], UNAUTHENTICATED).await;
    let problem = authenticator.access_user(&token).await.unwrap_err();
    assert_eq!(problem.body()["detail"], "The access token has expired");
}

#[actix_web::test]
async fn an_expired_or_revoked_pass_says_so_at_every_door() {
    let installation = Installation::new();
    let authenticator = installation.authenticator();
    let pass = installation.pass();
    installation.clock.set(at(600));
    opens(&authenticator, &pass, &[], PASS_EXPIRED).await;

    installation.clock.set(at(0));
    assert!(authenticator.pass(&pass).await.is_ok());
    authenticator.revoked.revoke(ENTRY, at(600));
    opens(&authenticator, &pass, &[], PASS_EXPIRED).await;
}

#[actix_web::test]
async fn a_clock_off_by_five_minutes_changes_nothing_once_the_store_was_heard() {
    for off in [TimeDelta::minutes(-5), TimeDelta::minutes(5)] {
        let installation = Installation::new();
        let authenticator = installation.authenticator();
        let pass = installation.pass();
        authenticator.revoked.observe_remote_now(at(0), at(0) + off);

        installation.clock.set(at(599) + off);
        assert!(authenticator.pass(&pass).await.is_ok(), "{off}");
        installation.clock.set(at(600) + off);
        let result = authenticator.pass(&pass).await.map(drop);
        assert_eq!(answer(&result), Some(PASS_EXPIRED), "{off}");

        let access = installation.access_token();
        installation.clock.set(at(3599) + off);
        assert!(authenticator.access_user(&access).await.is_ok(), "{off}");
        installation.clock.set(at(3600) + off);
        assert!(authenticator.access_user(&access).await.is_err(), "{off}");
    }
}

#[actix_web::test]
async fn keys_out_of_reach_are_our_fault_and_not_the_callers() {
    let installation = Installation::new();
    let unheard = Unheard::reserve();
    let nowhere = || {
        let url = format!("http://{}/", unheard.address());
        KeySource::follow("the keys", client(), url, None)
    };
    let authenticator = Authenticator {
        access: AccessVerifier::built_in(nowhere()),
        passes: PassVerifier::new(nowhere()),
        ..installation.authenticator()
    };
    for token in [installation.access_token(), installation.pass()] {
        opens(&authenticator, &token, &[], (503, "unavailable")).await;
    }
    // What needs no key is as good as ever.
    opens(&authenticator, &installation.service_bearer(), &[Door::Service], NOT_ADMITTED).await;
    opens(&authenticator, &installation.queue_token(), &[Door::QueueToken], NOT_ADMITTED).await;
}

#[actix_web::test]
async fn both_keys_of_a_ring_are_good_during_a_rotation() {
    let installation = Installation::new();
    let next = Installation { pass_key: signing_key(), ..Installation::new() };
    let ring = crate::auth::KeyRing {
        current: next.pass_key.clone(),
        also_accepted: vec![installation.pass_key.jwk()],
    };
    let passes = PassVerifier::new(KeySource::fixed(&ring.jwks()).unwrap());
    let authenticator = Authenticator { passes, ..installation.authenticator() };
    assert!(authenticator.pass(&installation.pass()).await.is_ok());
    assert!(authenticator.pass(&next.pass()).await.is_ok());
}
