//! How services know each other under `/internal/v1`: each holds its own secret and only digests of the others'.

use std::collections::HashMap;
use std::fmt::{self, Write};

use anyhow::{Context, ensure};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 bits of a random secret are 43 characters; a plain digest protects nothing that could be guessed.
const SHORTEST_SECRET: usize = 32;

/// A new random secret of 256 bits, for a service credential or for queue tokens.
pub fn generate_secret() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).context("the system gave no randomness for a secret")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What a service says to its peers to be let in.
#[derive(Clone)]
pub struct ServiceCredential {
    name: String,
    digest: String,
    header_value: String,
}

impl ServiceCredential {
    /// Refuses a name with a colon in it, a secret of less than 32 characters, and what no header can carry.
    pub fn new(name: &str, secret: &str) -> anyhow::Result<Self> {
        ensure!(is_name(name), "`{name}` is not the name of a service: letters, digits and hyphens only");
        ensure!(
            secret.len() >= SHORTEST_SECRET,
            "the secret of {name} must have at least {SHORTEST_SECRET} characters, has {}",
            secret.len()
        );
        ensure!(
            secret.bytes().all(|byte| byte.is_ascii_graphic()),
            "the secret of {name} must consist of visible ASCII characters"
        );
        Ok(Self {
            name: name.to_owned(),
            digest: hex_digest(secret),
            header_value: format!("Bearer {name}:{secret}"),
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the peers are told in place of the secret: its SHA-256 in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The value of the `Authorization` header.
    pub fn header_value(&self) -> &str {
        &self.header_value
    }
}

impl fmt::Debug for ServiceCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceCredential").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The services that may call this one, by name, with the digests of their secrets: two of a service whose secret is
/// being changed.
#[derive(Clone, Debug, Default)]
pub struct AcceptedServices {
    digests: HashMap<String, Vec<String>>,
}

impl AcceptedServices {
    /// Takes `(name, SHA-256 of the secret in hexadecimal)`; a name may come more than once.
    pub fn new(digests: impl IntoIterator<Item = (String, String)>) -> anyhow::Result<Self> {
        let mut accepted = Self::default();
        for (name, digest) in digests {
            ensure!(
                is_name(&name),
                "`{name}` is not the name of a service: letters, digits and hyphens only"
            );
            ensure!(
                digest.len() == 2 * SHA256_OUTPUT_LEN && digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "the digest of the secret of {name} must be {} hexadecimal digits",
                2 * SHA256_OUTPUT_LEN
            );
            accepted.digests.entry(name).or_default().push(digest.to_ascii_lowercase());
        }
        Ok(accepted)
    }

    /// The caller's name; `None` where `<name>:<secret>` is not one of those accepted.
    pub fn verify(&self, credential: &str) -> Option<String> {
        let (name, secret) = credential.split_once(':')?;
        let (expected, given) = (self.digests.get(name)?, hex_digest(secret));
        let matches = |digest: &String| verify_slices_are_equal(digest.as_bytes(), given.as_bytes()).is_ok();
        expected.iter().any(matches).then(|| name.to_owned())
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn hex_digest(secret: &str) -> String {
    digest(&SHA256, secret.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn accepted(credential: &ServiceCredential) -> AcceptedServices {
        AcceptedServices::new([(credential.name().to_owned(), credential.digest().to_owned())]).unwrap()
    }

    #[test]
    fn a_service_is_known_by_its_secret() {
        let credential = ServiceCredential::new("reservation-service", SECRET).unwrap();
        let bearer = credential.header_value().strip_prefix("Bearer ").unwrap();
        assert_eq!(accepted(&credential).verify(bearer).as_deref(), Some("reservation-service"));
    }

    #[test]
    fn the_digest_is_sha_256_in_hexadecimal_of_either_case() {
        // `printf 0123456789abcdef0123456789abcdef | sha256sum`
        let digest = "3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9";
        let credential = ServiceCredential::new("a", SECRET).unwrap();
        assert_eq!(credential.digest(), digest);
        let upper = AcceptedServices::new([("a".to_owned(), digest.to_uppercase())]).unwrap();
        assert_eq!(upper.verify(&format!("a:{SECRET}")).as_deref(), Some("a"));
    }

    #[test]
    fn a_wrong_secret_an_unknown_name_and_the_digest_itself_are_refused() {
        let credential = ServiceCredential::new("wallet-service", SECRET).unwrap();
        let services = accepted(&credential);
        for given in [
            format!("wallet-service:{SECRET}0"),
            format!("wallet-service:{}", &SECRET[1..]),
            format!("wallet-service:{}", credential.digest()),
            "wallet-service:".to_owned(),
            "wallet-service".to_owned(),
            format!("queue-service:{SECRET}"),
            format!(":{SECRET}"),
            SECRET.to_owned(),
            String::new(),
        ] {
            assert_eq!(services.verify(&given), None, "{given}");
        }
    }

    #[test]
    fn both_secrets_of_a_service_are_good_while_it_changes_them() {
        let (old, new) = (SECRET, SECRET.to_uppercase());
        let digest = |secret: &str| ServiceCredential::new("a", secret).unwrap().digest().to_owned();
        let services =
            AcceptedServices::new([("a".to_owned(), digest(old)), ("a".to_owned(), digest(&new))]).unwrap();
        for secret in [old, &new] {
            assert_eq!(services.verify(&format!("a:{secret}")).as_deref(), Some("a"));
        }
        assert_eq!(services.verify(&format!("a:{SECRET}0")), None);
    }

    #[test]
    fn nobody_is_accepted_by_default() {
        assert_eq!(AcceptedServices::default().verify(&format!("a:{SECRET}")), None);
    }

    #[test]
    fn unusable_names_secrets_and_digests_are_refused() {
        assert!(ServiceCredential::new("a:b", SECRET).is_err());
        assert!(ServiceCredential::new("", SECRET).is_err());
        assert!(ServiceCredential::new("a", &SECRET[1..]).is_err());
        assert!(ServiceCredential::new("a", &format!("{SECRET}\n")).is_err());
        for digest in ["", SECRET, &"g".repeat(64), &"0".repeat(65)] {
            assert!(AcceptedServices::new([("a".to_owned(), digest.to_owned())]).is_err(), "{digest}");
        }
    }

    #[test]
    fn neither_secret_nor_digest_is_printed() {
        let credential = ServiceCredential::new("a", SECRET).unwrap();
        let printed = format!("{credential:?}");
        assert!(!printed.contains(SECRET) && !printed.contains(credential.digest()));
    }

    #[test]
    fn generated_secrets_are_long_enough_and_differ() {
        let secret = generate_secret().unwrap();
        assert!(ServiceCredential::new("a", &secret).is_ok());
        assert_ne!(secret, generate_secret().unwrap());
    }
}
