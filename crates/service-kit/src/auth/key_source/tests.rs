use futures_util::future::join_all;

use super::*;
use crate::auth::SigningKey;
use crate::auth::fixtures::{JwksServer, client, jwks, signing_key};

/// Longer than any test takes, so that none depends on the speed of the machine.
const LONG: Duration = Duration::from_hours(1);
const SECRET: &str = "0123456789abcdef0123456789abcdef";

async fn has(source: &KeySource, key: &SigningKey) -> bool {
    source.find(key.kid()).await.unwrap().is_some()
}

#[actix_web::test]
async fn fixed_keys_are_found_and_others_are_not() {
    let (known, unknown) = (signing_key(), signing_key());
    let source = KeySource::fixed(&jwks(&[&known])).unwrap();
    assert!(has(&source, &known).await);
    assert!(!has(&source, &unknown).await);
}

#[actix_web::test]
async fn keys_are_fetched_on_first_use_once_for_everybody_and_then_kept() {
    let key = signing_key();
    let server = JwksServer::start(&jwks(&[&key]));
    let source = KeySource::follow("the keys", client(), server.url(), None);
    assert_eq!(server.fetches(), 0);
    let found = join_all((0..50).map(|_| has(&source, &key))).await;
    assert!(found.into_iter().all(|found| found));
    assert!(has(&source, &key).await);
    assert_eq!(server.fetches(), 1);
}

#[actix_web::test]
async fn made_up_key_ids_cost_the_issuer_one_question_in_the_interval() {
    let (key, made_up) = (signing_key(), signing_key());
    let server = JwksServer::start(&jwks(&[&key]));
    let source = KeySource::follow_every(LONG, "the keys", client(), server.url(), None);
    assert!(has(&source, &key).await);
    for _ in 0..3 {
        let found = join_all((0..50).map(|_| has(&source, &made_up))).await;
        assert!(found.into_iter().all(|found| !found));
    }
    assert_eq!(server.fetches(), 2);
}

#[actix_web::test]
async fn a_rotation_is_followed_and_the_withdrawn_key_forgotten() {
    let (old, new) = (signing_key(), signing_key());
    let server = JwksServer::start(&jwks(&[&old]));
    let source = KeySource::follow_every(Duration::ZERO, "the keys", client(), server.url(), None);
    assert!(has(&source, &old).await);
    server.publish(&jwks(&[&new, &old]));
    assert!(has(&source, &new).await);
    assert!(has(&source, &old).await);
    assert_eq!(server.fetches(), 2);
    server.publish(&jwks(&[&new]));
    assert!(!has(&source, &signing_key()).await);
    assert!(!has(&source, &old).await);
}

#[actix_web::test]
async fn the_issuer_out_of_reach_is_told_apart_from_an_unknown_key_and_known_keys_stay() {
    let (key, unknown) = (signing_key(), signing_key());
    let server = JwksServer::start(&jwks(&[&key]));
    let url = server.url();
    let never_fetched = KeySource::follow("the keys", client(), url.clone(), None);
    let fetched = KeySource::follow_every(LONG, "the keys", client(), url, None);
    assert!(has(&fetched, &key).await);
    let _unheard = server.stop().await;

    assert!(never_fetched.find(key.kid()).await.err().unwrap().is::<Unavailable>());
    assert!(has(&fetched, &key).await);
    // The second time falls within the interval: not asking again must not make the key "unknown".
    for _ in 0..2 {
        assert!(fetched.find(unknown.kid()).await.err().unwrap().is::<Unavailable>());
    }
}

#[actix_web::test]
async fn a_useless_document_does_not_replace_the_keys_in_use() {
    let key = signing_key();
    let server = JwksServer::start(&jwks(&[&key]));
    let source = KeySource::follow_every(Duration::ZERO, "the keys", client(), server.url(), None);
    assert!(has(&source, &key).await);
    server.publish(&Jwks::default());
    assert!(source.find(signing_key().kid()).await.err().unwrap().is::<Unavailable>());
    assert!(has(&source, &key).await);
}

#[actix_web::test]
async fn a_first_fetch_that_failed_is_tried_again_by_the_next_request() {
    let key = signing_key();
    let server = JwksServer::start(&Jwks::default());
    let source = KeySource::follow("the keys", client(), server.url(), None);
    assert!(source.find(key.kid()).await.err().unwrap().is::<Unavailable>());
    server.publish(&jwks(&[&key]));
    assert!(has(&source, &key).await);
}

#[actix_web::test]
async fn the_service_credential_is_shown_where_one_is_given() {
    let key = signing_key();
    let server = JwksServer::start(&jwks(&[&key]));
    let credential = ServiceCredential::new("wallet-service", SECRET).unwrap();
    let source = KeySource::follow("the keys", client(), server.url(), Some(credential.clone()));
    assert!(has(&source, &key).await);
    assert_eq!(server.last_authorization().as_deref(), Some(credential.header_value()));
}
