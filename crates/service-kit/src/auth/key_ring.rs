//! The keys of one issuer: one signs, and all are published, so that no valid token is refused while they change.

use anyhow::Context;

use super::keys::{Jwk, Jwks, SigningKey};
use crate::settings::{Secret, Secrets};

/// The key that signs now, and those whose signatures are still good (or soon will be) during a rotation.
#[derive(Clone)]
pub struct KeyRing {
    pub current: SigningKey,
    pub also_accepted: Vec<Jwk>,
}

impl KeyRing {
    /// The document to publish, the current key first.
    pub fn jwks(&self) -> Jwks {
        let mut keys = vec![self.current.jwk()];
        for jwk in &self.also_accepted {
            if keys.iter().all(|known| known.kid != jwk.kid) {
                keys.push(jwk.clone());
            }
        }
        Jwks { keys }
    }

    /// Reads the key that signs, from the setting `signs`, and the others that are published beside it, from `others`:
    /// the one before, as long as something that it signed is good, and the next, for some time before it signs.
    pub fn read(signs: (&str, &Secret), others: (&str, &Secrets)) -> anyhow::Result<Self> {
        let ((signs, current), (others, also_accepted)) = (signs, others);
        let current = current.reveal().and_then(|pem| SigningKey::from_pem(&pem));
        let current = current.with_context(|| format!("unusable setting {signs}"))?;
        let texts = also_accepted.reveal();
        let keys =
            texts.and_then(|texts| texts.iter().map(|text| public_keys(text)).collect::<Result<Vec<_>, _>>());
        let keys = keys.with_context(|| format!("unusable setting {others}"))?;
        Ok(Self { current, also_accepted: keys.concat() })
    }
}

/// What ends a private key in PEM, of which a file may have several.
const END_OF_PEM: &str = "-----END PRIVATE KEY-----";

/// A private key in PEM gives its public half; JSON is one public key or a document of several.
fn public_keys(text: &str) -> anyhow::Result<Vec<Jwk>> {
    if !text.trim_start().starts_with('{') {
        let blocks = text.trim().split_inclusive(END_OF_PEM);
        return blocks.map(|block| Ok(SigningKey::from_pem(block.trim_start())?.jwk())).collect();
    }
    match serde_json::from_str::<Jwks>(text) {
        Ok(jwks) => Ok(jwks.keys),
        Err(_no_document) => {
            Ok(vec![serde_json::from_str(text).context("is neither a JWK nor a JWKS document")?])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keys::tests::RFC_8037_KEY;

    #[test]
    fn a_ring_publishes_the_current_key_first_and_each_key_once() {
        let current = SigningKey::from_pem(RFC_8037_KEY).unwrap();
        let previous = SigningKey::from_pem(&SigningKey::generate_pem().unwrap()).unwrap().jwk();
        let ring = KeyRing { also_accepted: vec![previous.clone(), current.jwk()], current };
        let kids: Vec<String> = ring.jwks().keys.into_iter().map(|jwk| jwk.kid).collect();
        assert_eq!(kids, [ring.current.kid(), previous.kid.as_str()]);
    }

    #[test]
    fn the_published_document_names_use_and_algorithm_and_no_secret() {
        let ring = KeyRing { current: SigningKey::from_pem(RFC_8037_KEY).unwrap(), also_accepted: vec![] };
        let document = serde_json::to_value(ring.jwks()).unwrap();
        assert_eq!(
            document["keys"][0],
            serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            })
        );
    }

    #[test]
    fn the_others_are_published_behind_the_one_that_signs_in_every_form() {
        let pems = [(); 4].map(|()| SigningKey::generate_pem().unwrap());
        let [current, pem, second_pem, listed] = &pems;
        let keys = pems.each_ref().map(|pem| SigningKey::from_pem(pem).unwrap());
        let [current_key, key, second_key, listed_key] = &keys;
        let document = Jwks { keys: vec![listed_key.jwk(), key.jwk()] };
        for (given, others) in [
            (pem.clone(), vec![key]),
            (format!("{pem}\n{second_pem}"), vec![key, second_key]),
            (serde_json::to_string(&key.jwk()).unwrap(), vec![key]),
            (serde_json::to_string(&document).unwrap(), vec![listed_key, key]),
        ] {
            let others: Vec<_> = others.into_iter().map(SigningKey::kid).collect();
            let given = Secrets::from_iter([Secret::new(given)]);
            let ring = KeyRing::read(("SIGNS", &Secret::new(current)), ("OTHERS", &given)).unwrap();
            let kids: Vec<String> = ring.jwks().keys.into_iter().map(|key| key.kid).collect();
            assert_eq!(kids, [&[current_key.kid()][..], &others].concat(), "{listed}");
        }
    }

    #[test]
    fn the_setting_that_cannot_be_used_is_named_and_not_shown() {
        let pem = SigningKey::generate_pem().unwrap();
        let read = |signs: &str, others: &str| {
            let others = Secrets::from_iter([Secret::new(others)]);
            KeyRing::read(("SIGNS", &Secret::new(signs)), ("OTHERS", &others)).map(drop)
        };
        for (signs, others, named) in [
            ("no key", "", "SIGNS"),
            (&pem, "no key", "OTHERS"),
            (&pem, "{}", "OTHERS"),
            (&pem, "file:/nowhere/key.pem", "OTHERS"),
        ] {
            let error = format!("{:#}", read(signs, others).unwrap_err());
            assert!(error.contains(named) && !error.contains("no key"), "{error}");
        }
    }
}
