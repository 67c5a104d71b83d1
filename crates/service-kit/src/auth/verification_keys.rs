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
    Some((key.common.key_id?, Arc::new(VerificationKey { algorithm, decoding })))
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
    fn a_document_without_a_usable_key_is_refused() {
        for text in ["", "{}", "[]", r#"{"keys":[]}"#, r#"{"keys":[{"kid":"a","kty":"oct","k":"AAAA"}]}"#] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
