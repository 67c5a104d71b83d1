use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use domain::adapters::system::Version7;
use domain::shared::{Clock, EntryId, IdGenerator, QueueId, UserId};
use futures_util::FutureExt;
use service_kit::auth::{
    AcceptedServices, AccessTokens, AccessVerifier, Authenticator, Jwks, KeySource, PassIssuer, PassVerifier,
    QueueTokens, Role, ServiceCredential, SigningKey, looks_like_queue_token,
};
use uuid::Uuid;

use crate::edits;

const USER: UserId = UserId(Uuid::from_u128(0x0198_c0de_7000_8000_0000_0000_0000_00aa));
const QUEUE: QueueId = QueueId(Uuid::from_u128(0x0198_c0de_7000_8000_0000_0000_0000_00bb));
const ENTRY: EntryId = EntryId(Uuid::from_u128(0x0198_c0de_7000_8000_0000_0000_0000_00cc));
const TTL_SECONDS: u32 = 600;

/// Time stands still: nothing here is about it.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }
}

/// An installation with keys of its own, and everything that opens a door of it.
struct Installation {
    authenticator: Authenticator,
    /// A fan's access token, an operator's, a pass, a queue token, a service's credential.
    genuine: [String; 5],
}

static INSTALLATION: LazyLock<Installation> = LazyLock::new(Installation::new);

impl Installation {
    fn new() -> Self {
        let key = || SigningKey::from_pem(&SigningKey::generate_pem().expect("a key")).expect("a key");
        let fixed =
            |key: &SigningKey| KeySource::fixed(&Jwks { keys: vec![key.jwk()] }).expect("its public half");
        let (access_key, pass_key, now) = (key(), key(), Noon.now());
        let queue_tokens = || QueueTokens::new(&[7; 32]).expect("a long enough secret");
        let service =
            ServiceCredential::new("wallet-service", &"s".repeat(43)).expect("a long enough secret");
        let accepted = [(service.name().to_owned(), service.digest().to_owned())];
        let (access_verifier, pass_verifier) = (fixed(&access_key), fixed(&pass_key));
        let ids: Arc<dyn IdGenerator> = Arc::new(Version7);
        let issuer = AccessTokens::new(access_key, ids);
        let access = |name: &str, roles: &[Role]| {
            issuer.issue(USER, name, roles, now, TTL_SECONDS).expect("an access token").token
        };
        let ends = now + TimeDelta::seconds(i64::from(TTL_SECONDS));
        let pass = PassIssuer::new(pass_key).issue(ENTRY, QUEUE, USER, now, ends).expect("a pass");
        let credential = service.header_value().trim_start_matches("Bearer ").to_owned();
        Self {
            genuine: [
                access("민아", &[]),
                access("operator", &[Role::Operator]),
                pass,
                queue_tokens().issue(ENTRY),
                credential,
            ],
            authenticator: Authenticator {
                access: AccessVerifier::built_in(access_verifier),
                passes: PassVerifier::new(pass_verifier),
                revoked: Arc::default(),
                services: AcceptedServices::new(accepted).expect("a digest"),
                queue_tokens: Some(queue_tokens()),
                clock: Arc::new(Noon),
            },
        }
    }

    /// The doors that `credential` opens, in the order: access, operator, pass, queue token, service, identity.
    fn opened(&self, credential: &str) -> [bool; 6] {
        let open = &self.authenticator;
        let at_once = "no key has to be fetched";
        [
            open.access_user(credential).now_or_never().expect(at_once).is_ok(),
            open.operator(credential).now_or_never().expect(at_once).is_ok(),
            open.pass(credential).now_or_never().expect(at_once).is_ok(),
            open.queue_token(credential).now_or_never().expect(at_once).is_ok(),
            open.service(credential).now_or_never().expect(at_once).is_ok(),
            open.identity(credential).now_or_never().expect(at_once).is_ok(),
        ]
    }

    fn judge(&self, credential: &str) {
        let expected = match self.genuine.iter().position(|genuine| genuine == credential) {
            Some(0) => [true, false, false, false, false, true],
            Some(1) => [true, true, false, false, false, true],
            Some(2) => [false, false, true, false, false, true],
            Some(3) => [false, false, false, true, false, false],
            Some(4) => [false, false, false, false, true, false],
            Some(_) | None => [false; 6],
        };
        assert_eq!(self.opened(credential), expected, "the doors that {credential:?} opens");
        let read = self.authenticator.queue_tokens.as_ref().and_then(|tokens| tokens.read(credential));
        assert!(read.is_none() || looks_like_queue_token(credential), "{credential:?}");
    }
}

/// Whatever is shown, it opens the doors that it was given out for, and none where it was not given out.
pub fn credential(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        INSTALLATION.judge(text);
    }
}

/// A genuine credential after some edits: the first byte says which.
pub fn altered_credential(input: &[u8]) {
    let [which, script @ ..] = input else { return };
    let genuine = &INSTALLATION.genuine;
    let Some(text) = genuine.get(usize::from(*which) % genuine.len()) else { return };
    credential(&edits::apply(text, script));
}

pub fn seeds() -> Vec<Vec<u8>> {
    let genuine = INSTALLATION.genuine.iter().map(|text| text.clone().into_bytes());
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.";
    let almost = [unsigned, "q1.", "a.b.c", "wallet-service:", "..", "eyJhbGciOiJFZERTQSJ9..AA", ""];
    genuine.chain(crate::owned(almost)).collect()
}
