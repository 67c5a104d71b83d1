//! What somebody makes who has seen tokens and no key.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The same token, its claims altered, signed again with the key in `pem`.
pub fn altered(token: &str, pem: &str, alter: impl Fn(&mut Value)) -> String {
    let [header, mut claims] = parts(token);
    alter(&mut claims);
    signed(&header, &claims, |content| key_pair(pem).sign(content).as_ref().to_vec())
}

/// The same header, right key id and all, and the same claims, signed with a key of one's own.
pub fn resigned(token: &str) -> String {
    let [header, claims] = parts(token);
    let own = Ed25519KeyPair::generate().unwrap();
    signed(&header, &claims, |content| own.sign(content).as_ref().to_vec())
}

/// A queue token that differs in the last of its 64 characters, of which each has a say.
pub fn mistaken(queue_token: &str) -> String {
    let (rest, last) = queue_token.split_at(queue_token.len() - 1);
    format!("{rest}{}", if last == "A" { "B" } else { "A" })
}

/// Says of itself that it needs no signature.
pub fn unsigned(token: &str) -> String {
    let [mut header, claims] = parts(token);
    header["alg"] = json!("none");
    signed(&header, &claims, |_| Vec::new())
}

/// Takes the public key, which everybody knows, for the secret of an HMAC: as it is, and as it is written.
pub fn confused(token: &str, pem: &str) -> Vec<String> {
    let [mut header, claims] = parts(token);
    header["alg"] = json!("HS256");
    let pair = key_pair(pem);
    let public = pair.public_key().as_ref();
    let written = URL_SAFE_NO_PAD.encode(public);
    [public, written.as_bytes()]
        .map(|secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            signed(&header, &claims, |content| hmac::sign(&key, content).as_ref().to_vec())
        })
        .to_vec()
}

fn signed(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let content = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(content.as_bytes()));
    format!("{content}.{signature}")
}

fn parts(token: &str) -> [Value; 2] {
    let parts: Vec<&str> = token.split('.').collect();
    [parts[0], parts[1]].map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
}

fn key_pair(pem: &str) -> Ed25519KeyPair {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    Ed25519KeyPair::from_pkcs8(&STANDARD.decode(base64).unwrap()).unwrap()
}
