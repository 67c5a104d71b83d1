use std::time::Duration;

use jsonwebtoken::{EncodingKey, decode_header};
use serde_json::{Value, json};

use super::*;
use crate::auth::fixtures::{
    JwksServer, alter_claims, client, encode_unsigned, encode_with, header, signing_key,
};
use crate::auth::{Jwks, SigningKey};

const TYPE: &str = "test+jwt";

fn verifier(key: &SigningKey) -> JwtVerifier<Value> {
    let keys = KeySource::fixed(&Jwks { keys: vec![key.jwk()] }).unwrap();
    JwtVerifier::new("issuer", "audience", &[Algorithm::EdDSA], |typ| typ == Some(TYPE), keys)
}

fn claims() -> Value {
    json!({ "iss": "issuer", "aud": "audience", "sub": "somebody", "exp": 1 })
}

async fn verify(verifier: &JwtVerifier<Value>, token: &str) -> Result<Value, Refusal> {
    let header = decode_header(token).map_err(|_| Refusal::Invalid("has no header"))?;
    verifier.verify(token, &header).await
}

async fn refusal(verifier: &JwtVerifier<Value>, token: &str) -> &'static str {
    match verify(verifier, token).await {
        Err(Refusal::Invalid(reason)) => reason,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[actix_web::test]
async fn a_token_as_it_should_be_is_accepted_and_its_time_left_to_the_caller() {
    let key = signing_key();
    let token = key.sign(TYPE, &claims()).unwrap();
    assert_eq!(verify(&verifier(&key), &token).await.unwrap(), claims());
}

#[actix_web::test]
async fn every_required_claim_is_required_and_must_be_readable() {
    let key = signing_key();
    for claim in ["iss", "aud", "sub", "exp"] {
        let mut without = claims();
        without.as_object_mut().unwrap().remove(claim);
        let token = key.sign(TYPE, &without).unwrap();
        assert_eq!(refusal(&verifier(&key), &token).await, "lacks a claim that is required", "{claim}");

        let mut unreadable = claims();
        unreadable[claim] = json!({ "not": "this" });
        let token = key.sign(TYPE, &unreadable).unwrap();
        let reason = refusal(&verifier(&key), &token).await;
        assert!(reason.starts_with("lacks a claim that is required"), "{claim}: {reason}");
    }
}

#[actix_web::test]
async fn another_issuer_audience_or_type_is_refused() {
    let key = signing_key();
    for (claim, value, reason) in [
        ("iss", json!("another"), "comes from an issuer that is not trusted here"),
        ("aud", json!("another"), "is meant for somebody else"),
        ("aud", json!(["another", "third"]), "is meant for somebody else"),
        ("aud", json!([]), "is meant for somebody else"),
    ] {
        let mut other = claims();
        other[claim] = value;
        let token = key.sign(TYPE, &other).unwrap();
        assert_eq!(refusal(&verifier(&key), &token).await, reason);
    }
    let token = key.sign("other+jwt", &claims()).unwrap();
    assert_eq!(refusal(&verifier(&key), &token).await, "is of a type that is not accepted here");
}

#[actix_web::test]
async fn a_forged_signature_is_refused() {
    let (key, forger) = (signing_key(), signing_key());
    let verifier = verifier(&key);

    let mut stolen_name = header(Algorithm::EdDSA, TYPE, forger.kid());
    stolen_name.kid = Some(key.kid().to_owned());
    let pretending = encode_with(&stolen_name, &claims(), &forger);
    assert_eq!(refusal(&verifier, &pretending).await, "carries a signature that does not verify");

    let honest = key.sign(TYPE, &claims()).unwrap();
    let altered = alter_claims(&honest, |claims| claims["sub"] = json!("somebody else"));
    assert_eq!(refusal(&verifier, &altered).await, "carries a signature that does not verify");

    let own_key = forger.sign(TYPE, &claims()).unwrap();
    assert_eq!(refusal(&verifier, &own_key).await, "is signed with an unknown key");
}

#[actix_web::test]
async fn the_token_does_not_choose_its_algorithm() {
    let key = signing_key();
    let verifier = verifier(&key);

    // The public key taken for an HMAC secret, in the two spellings an attacker would try.
    let public = key.jwk().x;
    for secret in [
        EncodingKey::from_secret(public.as_bytes()),
        EncodingKey::from_urlsafe_base64_secret(&(public.clone() + "=")).unwrap(),
    ] {
        let confused = header(Algorithm::HS256, TYPE, key.kid());
        let token = jsonwebtoken::encode(&confused, &claims(), &secret).unwrap();
        assert_eq!(refusal(&verifier, &token).await, "is signed with an algorithm that is not accepted here");
    }

    let token = encode_unsigned(&json!({ "alg": "none", "typ": TYPE, "kid": key.kid() }), &claims());
    assert_eq!(refusal(&verifier, &token).await, "has no header");
    let token = encode_unsigned(&json!({ "alg": "EdDSA", "typ": TYPE, "kid": key.kid() }), &claims());
    assert_eq!(refusal(&verifier, &token).await, "carries a signature that does not verify");
}

#[actix_web::test]
async fn an_algorithm_that_is_not_the_keys_is_refused_before_the_key_is_used() {
    let key = signing_key();
    let keys = KeySource::fixed(&Jwks { keys: vec![key.jwk()] }).unwrap();
    let algorithms = [Algorithm::EdDSA, Algorithm::RS256, Algorithm::ES256];
    let verifier: JwtVerifier<Value> = JwtVerifier::new("issuer", "audience", &algorithms, |_| true, keys);
    for alg in ["RS256", "ES256"] {
        let token = encode_unsigned(&json!({ "alg": alg, "kid": key.kid() }), &claims());
        assert_eq!(refusal(&verifier, &token).await, "is signed with an algorithm that is not its key's");
    }
}

#[actix_web::test]
async fn a_header_must_name_its_key_and_ask_for_nothing_unknown() {
    let key = signing_key();
    let verifier = verifier(&key);

    let mut nameless = header(Algorithm::EdDSA, TYPE, key.kid());
    nameless.kid = None;
    let token = encode_with(&nameless, &claims(), &key);
    assert_eq!(refusal(&verifier, &token).await, "does not name the key that signed it");

    let mut critical = header(Algorithm::EdDSA, TYPE, key.kid());
    critical.crit = Some(vec!["b64".to_owned()]);
    let token = encode_with(&critical, &claims(), &key);
    assert_eq!(refusal(&verifier, &token).await, "asks for an extension that is not understood");
}

#[actix_web::test]
async fn a_token_does_not_bring_its_own_key() {
    let (key, forger) = (signing_key(), signing_key());
    let server = JwksServer::start(&Jwks { keys: vec![forger.jwk()] });
    let verifier = verifier(&key);
    let own_key = || serde_json::from_value(serde_json::to_value(forger.jwk()).unwrap()).unwrap();
    for (kid, reason) in [
        (key.kid(), "carries a signature that does not verify"),
        (forger.kid(), "is signed with an unknown key"),
    ] {
        let mut header = header(Algorithm::EdDSA, TYPE, kid);
        header.jku = Some(server.url());
        header.x5u = Some(server.url());
        header.jwk = Some(own_key());
        assert_eq!(refusal(&verifier, &encode_with(&header, &claims(), &forger)).await, reason);
    }
    assert_eq!(server.fetches(), 0);
}

#[actix_web::test]
async fn a_token_within_a_token_is_refused_although_its_signature_is_good() {
    let key = signing_key();
    let mut nested = header(Algorithm::EdDSA, TYPE, key.kid());
    nested.cty = Some("JWT".to_owned());
    let token = encode_with(&nested, &claims(), &key);
    assert_eq!(refusal(&verifier(&key), &token).await, "carries something else than claims");
}

#[actix_web::test]
async fn a_token_is_recalled_once_it_was_verified_and_no_other_that_looks_like_it() {
    let key = signing_key();
    let verifier = verifier(&key);
    let token = key.sign(TYPE, &claims()).unwrap();
    assert_eq!(verifier.recall(&TokenDigest::of(&token)), None);
    verify(&verifier, &token).await.unwrap();
    assert_eq!(verifier.recall(&TokenDigest::of(&token)), Some(claims()));

    let altered = alter_claims(&token, |claims| claims["sub"] = json!("somebody else"));
    for other in [altered, format!("{token}A"), signing_key().sign(TYPE, &claims()).unwrap()] {
        assert!(verify(&verifier, &other).await.is_err());
        assert_eq!(verifier.recall(&TokenDigest::of(&other)), None);
    }
}

#[actix_web::test]
async fn a_token_is_recalled_no_more_once_its_key_is_withdrawn() {
    let (old, new) = (signing_key(), signing_key());
    let jwks = |keys: &[&SigningKey]| Jwks { keys: keys.iter().map(|key| key.jwk()).collect() };
    let server = JwksServer::start(&jwks(&[&old]));
    let keys = KeySource::follow_every(Duration::ZERO, "the keys", client(), server.url(), None);
    let verifier: JwtVerifier<Value> =
        JwtVerifier::new("issuer", "audience", &[Algorithm::EdDSA], |typ| typ == Some(TYPE), keys);
    let tokens = [&old, &new].map(|key| key.sign(TYPE, &claims()).unwrap());
    verify(&verifier, &tokens[0]).await.unwrap();

    server.publish(&jwks(&[&new, &old]));
    verify(&verifier, &tokens[1]).await.unwrap();
    // The document is another one, and the same key is in it.
    assert_eq!(verifier.recall(&TokenDigest::of(&tokens[0])), Some(claims()));

    server.publish(&jwks(&[&new]));
    assert_eq!(
        refusal(&verifier, &signing_key().sign(TYPE, &claims()).unwrap()).await,
        "is signed with an unknown key"
    );
    assert_eq!(verifier.recall(&TokenDigest::of(&tokens[0])), None);
    assert_eq!(refusal(&verifier, &tokens[0]).await, "is signed with an unknown key");
    assert_eq!(verifier.recall(&TokenDigest::of(&tokens[1])), Some(claims()));
}
