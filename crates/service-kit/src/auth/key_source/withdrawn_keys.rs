//! A key that nobody misses: that it was withdrawn is learnt by the clock.

use futures_util::future::join_all;
use test_kit::eventually;

use super::*;
use crate::auth::fixtures::{Installation, JwksServer, at, client, jwks, signing_key};
use crate::auth::{AccessVerifier, Authenticator, SigningKey};

fn follow(server: &JwksServer) -> KeySource {
    KeySource::follow("the keys", client(), server.url(), None)
}

/// The key, as a token of it comes that is judged at `now`.
async fn has(source: &KeySource, key: &SigningKey, now: DateTime<Utc>) -> bool {
    source.keep_fresh(now);
    source.find(key.kid()).await.unwrap().is_some()
}

async fn forgets(source: &KeySource, key: &SigningKey) {
    eventually("the withdrawn key is forgotten", || async {
        source.0.known(key.kid()).is_none().then_some(())
    })
    .await;
}

#[test]
fn the_document_is_read_again_by_one_of_those_who_ask_when_it_is_a_minute_old() {
    let source = KeySource::follow("the keys", client(), "http://nobody-is-asked.invalid/", None);
    let followed = source.0.followed.as_ref().unwrap();
    let due = |second: i64| followed.is_due(at(second));
    assert_eq!([0, 0, 1, 59].map(due), [true, false, false, false]);
    assert_eq!([60, 60, 61, 119].map(due), [true, false, false, false]);
    // Nobody asked for an hour.
    assert_eq!([3_600, 3_600].map(due), [true, false]);
    // The clock was a day ahead, and is right again.
    assert_eq!([90_000, 3_601, 3_601, 3_660, 3_661].map(due), [true, true, false, false, true]);
}

#[actix_web::test]
async fn a_withdrawn_key_is_forgotten_although_no_key_is_missed() {
    let (old, new) = (signing_key(), signing_key());
    let server = JwksServer::start(&jwks(&[&new, &old]));
    let source = follow(&server);
    assert!(has(&source, &old, at(0)).await);
    server.publish(&jwks(&[&new]));
    // Whoever comes first is judged by what is known, and so are all who come meanwhile.
    let found = join_all((0..50).map(|_| has(&source, &new, at(60)))).await;
    assert!(found.into_iter().all(|found| found));
    forgets(&source, &old).await;
    assert_eq!(server.fetches(), 2);
    assert!(!has(&source, &old, at(61)).await);
}

#[actix_web::test]
async fn while_the_issuer_publishes_nothing_of_use_the_keys_that_are_known_stay() {
    let (old, new) = (signing_key(), signing_key());
    let server = JwksServer::start(&jwks(&[&old]));
    let source = follow(&server);
    assert!(has(&source, &old, at(0)).await);
    server.publish(&Jwks::default());
    assert!(has(&source, &old, at(60)).await);
    let failed = || async { source.0.followed.as_ref()?.last.try_lock().ok()?.failure.clone() };
    let failure = eventually("the document was read, to no use", failed).await;
    assert!(failure.contains("holds no key"), "{failure}");
    assert!(has(&source, &old, at(61)).await);
    assert_eq!(server.fetches(), 2);
    server.publish(&jwks(&[&new]));
    assert!(has(&source, &old, at(120)).await);
    forgets(&source, &old).await;
}

#[actix_web::test]
async fn a_token_that_is_remembered_is_refused_a_minute_after_its_key_was_withdrawn() {
    let installation = Installation::new();
    let server = JwksServer::start(&jwks(&[&installation.access_key]));
    let authenticator =
        Authenticator { access: AccessVerifier::built_in(follow(&server)), ..installation.authenticator() };
    let token = installation.access_token();
    assert!(authenticator.identity(&token).await.is_ok());
    server.publish(&jwks(&[&signing_key()]));
    installation.clock.set(at(60));
    let refused = eventually("the token is refused", || async { authenticator.identity(&token).await.err() });
    assert_eq!(refused.await.code(), "unauthenticated");
}
