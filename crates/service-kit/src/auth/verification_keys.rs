//! Public keys read from a JWKS document (RFC 7517), each bound to the one algorithm it verifies.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, ensure};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, jwk};
use serde::Deserialize;
use serde_json::Value;

/// A key, and the algorithm that its type allows: a token has no say in it (RFC 8725, section 3.1).
pub(super) struct VerificationKey {
    pub algorithm: Algorithm,
    pub decoding: DecodingKey,
    /// As it was published.
    published: jwk::Jwk,
}

/// The keys of one document by their `kid`.
pub(super) type VerificationKeys = HashMap<String, Arc<VerificationKey>>;

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// Reads a JWKS document; keys of types unknown here are passed over, as RFC 7517 section 5 asks.
///
/// A document without one usable key is an error: taken at its word it would refuse everybody.
pub(super) fn read(document: &[u8]) -> anyhow::Result<VerificationKeys> {
    let document: Document = serde_json::from_slice(document).context("is not a JWKS document")?;
    let keys: VerificationKeys = document.keys.into_iter().filter_map(verification_key).collect();
    ensure!(!keys.is_empty(), "the JWKS document holds no key that can be used here");
    Ok(keys)
}

/// Puts a document in the place of the one before; whether it says something else. A key that both have stays the very same
/// one, so that tokens which it has vouched for need not be verified again.
pub(super) fn replace(known: &mut Option<VerificationKeys>, mut document: VerificationKeys) -> bool {
    let before = known.take().unwrap_or_default();
    let mut changed = before.len() != document.len();
    for (kid, key) in &mut document {
        match before.get(kid) {
            Some(same) if same.published == key.published => *key = Arc::clone(same),
            Some(_) | None => changed = true,
        }
    }
    *known = Some(document);
    changed
}

fn verification_key(value: Value) -> Option<(String, Arc<VerificationKey>)> {
    let key: jwk::Jwk = serde_json::from_value(value).ok()?;
    if !matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let algorithm = match &key.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        AlgorithmParameters::EllipticCurve(point) if point.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        _ => return None,
    };
    if key.common.key_algorithm.is_some_and(|named| named != KeyAlgorithm::from(algorithm)) {
        return None;
    }
    let decoding = DecodingKey::from_jwk(&key).ok()?;
    let kid = key.common.key_id.clone()?;
    Some((kid, Arc::new(VerificationKey { algorithm, decoding, published: key })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(keys: &Value) -> Vec<u8> {
        json!({ "keys": keys }).to_string().into_bytes()
    }

    #[test]
    fn each_type_of_key_is_bound_to_one_algorithm() {
        let keys = read(&document(&json!([
            { "kid": "ed", "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
            { "kid": "ec", "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA" },
            { "kid": "rsa", "kty": "RSA", "n": "AAAA", "e": "AQAB", "use": "sig", "alg": "RS256" },
        ])))
        .unwrap();
        let algorithm = |kid: &str| keys.get(kid).map(|key| key.algorithm);
        assert_eq!(algorithm("ed"), Some(Algorithm::EdDSA));
        assert_eq!(algorithm("ec"), Some(Algorithm::ES256));
        assert_eq!(algorithm("rsa"), Some(Algorithm::RS256));
    }

    #[test]
    fn keys_that_cannot_serve_here_are_passed_over() {
        let keys = read(&document(&json!([
            { "kid": "good", "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
            { "kid": "secret", "kty": "oct", "k": "AAAA" },
            { "kid": "encryption", "kty": "RSA", "n": "AAAA", "e": "AQAB", "use": "enc" },
            { "kid": "pss", "kty": "RSA", "n": "AAAA", "e": "AQAB", "alg": "PS256" },
            { "kid": "p384", "kty": "EC", "crv": "P-384", "x": "AAAA", "y": "AAAA" },
            { "kid": "future", "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" },
            { "kty": "RSA", "n": "AAAA", "e": "AQAB" },
            "nonsense",
        ])))
        .unwrap();
        assert_eq!(keys.keys().collect::<Vec<_>>(), ["good"]);
    }

    #[test]
    fn a_key_stays_the_same_one_as_long_as_it_is_published_unchanged() {
        let documents = [
            json!([{ "kid": "a", "kty": "RSA", "n": "AAAA", "e": "AQAB" }, { "kid": "b", "kty": "RSA", "n": "AAAA", "e": "AQAB" }]),
            json!([{ "kid": "a", "kty": "RSA", "n": "AAAA", "e": "AQAB" }, { "kid": "b", "kty": "RSA", "n": "BBBB", "e": "AQAB" }]),
        ];
        let [first, second] = documents.map(|keys| document(&keys));
        let mut known = None;
        assert!(replace(&mut known, read(&first).unwrap()));
        let before = known.clone().unwrap();
        assert!(!replace(&mut known, read(&first).unwrap()));
        assert!(replace(&mut known, read(&second).unwrap()));
        let after = known.unwrap();
        // The same name with another key is another key.
        let same = |kid: &str| Arc::ptr_eq(&before[kid], &after[kid]);
        assert_eq!((same("a"), same("b")), (true, false));
        let mut fewer = Some(after);
        let first_alone = json!([{ "kid": "a", "kty": "RSA", "n": "AAAA", "e": "AQAB" }]);
        assert!(replace(&mut fewer, read(&document(&first_alone)).unwrap()));
        assert_eq!(fewer.unwrap().len(), 1);
    }

    #[test]
    fn a_document_without_a_usable_key_is_refused() {
        for text in ["", "{}", "[]", r#"{"keys":[]}"#, r#"{"keys":[{"kid":"a","kty":"oct","k":"AAAA"}]}"#] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
