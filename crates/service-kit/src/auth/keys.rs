//! The Ed25519 keys that a service signs with, and the JWKS document (RFC 7517) that it publishes them in.

use anyhow::Context;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};

/// RFC 7468 wants lines of exactly 64 characters.
const PEM_LINE: usize = 64;

/// One public Ed25519 key (RFC 8037).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Jwk {
    pub kty: String,
    pub crv: String,
    pub x: String,
    pub kid: String,
    pub alg: String,
    #[serde(rename = "use")]
    pub usage: String,
}

/// The body of a JWKS route.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Jwks {
    pub keys: Vec<Jwk>,
}

/// A private Ed25519 key and its public half.
#[derive(Clone)]
pub struct SigningKey {
    encoding: EncodingKey,
    jwk: Jwk,
}

impl SigningKey {
    /// Reads a PKCS#8 PEM, as [`Self::generate_pem`] or `openssl genpkey -algorithm ed25519` writes it.
    pub fn from_pem(pem: &str) -> anyhow::Result<Self> {
        let encoding =
            EncodingKey::from_ed_pem(pem.as_bytes()).context("is not an Ed25519 key in PKCS#8 PEM")?;
        let pair = Ed25519KeyPair::from_pkcs8(encoding.as_bytes()).context("is not a usable Ed25519 key")?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let kid = thumbprint(&x);
        let jwk = Jwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x,
            kid,
            alg: "EdDSA".to_owned(),
            usage: "sig".to_owned(),
        };
        Ok(Self { encoding, jwk })
    }

    /// A new private key as PKCS#8 PEM: keep it secret.
    pub fn generate_pem() -> anyhow::Result<String> {
        let pair = Ed25519KeyPair::generate().context("the system gave no randomness for a signing key")?;
        // Version 1, without the public half: what every other tool reads.
        let der: Pkcs8V1Der = pair.as_der().context("the new signing key has no PKCS#8 form")?;
        Ok(pem(der.as_ref()))
    }

    /// The key's id: its RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.jwk.kid
    }

    /// The public half.
    pub fn jwk(&self) -> Jwk {
        self.jwk.clone()
    }

    #[cfg(test)]
    pub(super) fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }

    /// A JWT of the type `typ`.
    pub(super) fn sign<C: Serialize>(&self, typ: &str, claims: &C) -> anyhow::Result<String> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.jwk.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding)
            .with_context(|| format!("could not sign a {typ}"))
    }
}

pub(super) fn pem(der: &[u8]) -> String {
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----");
    for (position, character) in STANDARD.encode(der).chars().enumerate() {
        if position % PEM_LINE == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END PRIVATE KEY-----\n");
    pem
}

/// RFC 7638, section 3: the required members alone, in lexical order, without white space.
fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The key of RFC 8037, appendix A.1, in PKCS#8.
    pub(in crate::auth) const RFC_8037_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
        -----END PRIVATE KEY-----\n";

    #[test]
    fn the_public_half_and_the_thumbprint_are_those_of_rfc_8037() {
        let key = SigningKey::from_pem(RFC_8037_KEY).unwrap();
        assert_eq!(key.jwk().x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_generated_key_reads_back_and_no_two_are_alike() {
        let pem = SigningKey::generate_pem().unwrap();
        let key = SigningKey::from_pem(&pem).unwrap();
        assert_eq!(key.kid(), SigningKey::from_pem(&pem).unwrap().kid());
        assert_ne!(key.kid(), SigningKey::from_pem(&SigningKey::generate_pem().unwrap()).unwrap().kid());
        assert!(pem.lines().all(|line| line.len() <= PEM_LINE));
    }

    #[test]
    fn what_is_no_private_ed25519_key_is_refused() {
        let public = "-----BEGIN PUBLIC KEY-----\n\
            MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
            -----END PUBLIC KEY-----\n";
        for text in ["", "not a key", public, &RFC_8037_KEY.replace("MC4C", "MC4D")] {
            assert!(SigningKey::from_pem(text).is_err(), "{text}");
        }
    }
}
