use std::sync::Arc;

use jsonwebtoken::decode_header;
use serde_json::json;

use super::*;
use crate::auth::fixtures::{
    CountedIds, ES256_KID, RS256_KID, USER, at, es256_key, header, open_id_document, rs256_key, signing_key,
};
use crate::auth::{AccessTokens, Jwks, SigningKey};

const ISSUER: &str = "https://id.example.org";

fn built_in(key: &SigningKey) -> AccessVerifier {
    AccessVerifier::built_in(KeySource::fixed(&Jwks { keys: vec![key.jwk()] }).unwrap())
}

fn open_id(key: &SigningKey) -> AccessVerifier {
    AccessVerifier::open_id(ISSUER, "tickets", KeySource::fixed(&Jwks { keys: vec![key.jwk()] }).unwrap())
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": ["other", "tickets"], "sub": "auth0|42", "exp": at(60).timestamp() })
}

async fn verify(verifier: &AccessVerifier, token: &str, now: i64) -> Result<AccessUser, Refusal> {
    verifier.verify(token, &decode_header(token).unwrap(), at(now)).await
}

fn refused(result: &Result<AccessUser, Refusal>, wanted: &str) {
    assert!(matches!(result, Err(Refusal::Invalid(reason)) if *reason == wanted), "{result:?}");
}

#[actix_web::test]
async fn a_token_of_the_built_in_issuer_says_who_its_bearer_is() {
    let key = signing_key();
    let tokens = AccessTokens::new(key.clone(), Arc::new(CountedIds::default()));
    let token = tokens.issue(USER, "Kim", &[Role::Operator], at(0), 60).unwrap().token;
    let user = verify(&built_in(&key), &token, 0).await.unwrap();
    assert_eq!(user, AccessUser { user_id: USER, name: Some("Kim".to_owned()), roles: vec![Role::Operator] });
    assert!(user.is_operator());
    let token = tokens.issue(USER, "Kim", &[], at(0), 60).unwrap().token;
    assert!(!verify(&built_in(&key), &token, 0).await.unwrap().is_operator());
}

#[actix_web::test]
async fn a_token_ends_at_its_end_to_the_second() {
    let key = signing_key();
    let tokens = AccessTokens::new(key.clone(), Arc::new(CountedIds::default()));
    let token = tokens.issue(USER, "Kim", &[], at(0), 60).unwrap().token;
    assert!(verify(&built_in(&key), &token, 59).await.is_ok());
    assert!(matches!(verify(&built_in(&key), &token, 60).await, Err(Refusal::Expired)));
}

#[actix_web::test]
async fn the_built_in_verifier_takes_no_other_type_issuer_audience_or_subject() {
    let key = signing_key();
    let good = json!({ "iss": BUILT_IN_ISSUER, "aud": AUDIENCE, "sub": USER, "exp": at(60).timestamp() });
    let token = key.sign(access::TYPE, &good).unwrap();
    assert!(verify(&built_in(&key), &token, 0).await.is_ok());
    let token = key.sign("JWT", &good).unwrap();
    refused(&verify(&built_in(&key), &token, 0).await, "is of a type that is not accepted here");
    for (claim, value, reason) in [
        ("iss", "queue-service", "comes from an issuer that is not trusted here"),
        ("aud", "boxoffice", "is meant for somebody else"),
        ("sub", "auth0|42", "names a user that cannot exist"),
    ] {
        let mut other = good.clone();
        other[claim] = json!(value);
        let token = key.sign(access::TYPE, &other).unwrap();
        refused(&verify(&built_in(&key), &token, 0).await, reason);
    }
}

#[actix_web::test]
async fn an_outside_subject_gets_one_id_of_its_own_and_a_uuid_is_kept() {
    let key = signing_key();
    let verifier = open_id(&key);
    let user_id = async |subject: &str| {
        let mut of = claims();
        of["sub"] = json!(subject);
        verify(&verifier, &key.sign("JWT", &of).unwrap(), 0).await.unwrap().user_id
    };
    // `uuid.uuid5(uuid.NAMESPACE_URL, "https://id.example.org|auth0|42")` in Python.
    assert_eq!(user_id("auth0|42").await.to_string(), "d4c03219-6c8f-5b56-92ec-8414514099b8");
    assert_eq!(user_id(&USER.to_string()).await, USER);
    let braced = format!("{{{USER}}}");
    assert_ne!(user_id(&braced).await, USER);
    assert_ne!(user_id(&USER.0.simple().to_string()).await, USER);
}

#[actix_web::test]
async fn roles_are_read_from_a_list_or_a_text_and_nonsense_gives_none() {
    let key = signing_key();
    let verifier = open_id(&key);
    for (claim, operator) in [
        (json!(["fan", "operator"]), true),
        (json!("operator"), true),
        (json!(["fan", 7, null]), false),
        (json!("operators"), false),
        (json!({ "operator": true }), false),
        (json!(null), false),
    ] {
        let mut with = claims();
        with["roles"] = claim.clone();
        with["name"] = json!(["not", "a", "name"]);
        let user = verify(&verifier, &key.sign("JWT", &with).unwrap(), 0).await.unwrap();
        assert_eq!(user.is_operator(), operator, "{claim}");
        assert_eq!(user.name, None);
    }
}

#[actix_web::test]
async fn an_outside_token_may_be_of_the_types_in_use_and_of_no_other() {
    let key = signing_key();
    for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"] {
        let token = key.sign(typ, &claims()).unwrap();
        assert!(verify(&open_id(&key), &token, 0).await.is_ok(), "{typ}");
    }
    for typ in ["boxoffice-pass+jwt", "logout+jwt", "dpop+jwt", ""] {
        let token = key.sign(typ, &claims()).unwrap();
        refused(&verify(&open_id(&key), &token, 0).await, "is of a type that is not accepted here");
    }
}

#[actix_web::test]
async fn a_token_from_the_future_is_refused_beyond_the_leeway() {
    let key = signing_key();
    for (start, accepted) in [(60, true), (61, false)] {
        let mut from = claims();
        from["nbf"] = json!(at(start).timestamp());
        from["exp"] = json!(at(600).timestamp());
        let result = verify(&open_id(&key), &key.sign("JWT", &from).unwrap(), 0).await;
        assert_eq!(result.is_ok(), accepted, "{start}");
    }
}

#[actix_web::test]
async fn rsa_and_elliptic_curve_keys_verify_their_own_algorithm_alone() {
    let (rsa, elliptic) = (rs256_key(), es256_key());
    let keys = KeySource::fixed_document(&open_id_document(&rsa, &elliptic)).unwrap();
    let verifier = AccessVerifier::open_id(ISSUER, "tickets", keys);
    let sign =
        |algorithm, kid, key| jsonwebtoken::encode(&header(algorithm, "JWT", kid), &claims(), key).unwrap();

    assert!(verify(&verifier, &sign(Algorithm::RS256, RS256_KID, &rsa), 0).await.is_ok());
    assert!(verify(&verifier, &sign(Algorithm::ES256, ES256_KID, &elliptic), 0).await.is_ok());

    let other_algorithm = sign(Algorithm::PS256, RS256_KID, &rsa);
    refused(
        &verify(&verifier, &other_algorithm, 0).await,
        "is signed with an algorithm that is not accepted here",
    );
    let other_key = sign(Algorithm::RS256, ES256_KID, &rsa);
    refused(&verify(&verifier, &other_key, 0).await, "is signed with an algorithm that is not its key's");
    let forged = sign(Algorithm::RS256, RS256_KID, &rs256_key());
    refused(&verify(&verifier, &forged, 0).await, "carries a signature that does not verify");
}
