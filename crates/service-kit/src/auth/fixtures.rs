//! What the tests of this module share: an installation with keys, a clock to set, an issuer on the network.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::shared::{Clock, EntryId, IdGenerator, QueueId, UserId};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk};
use serde_json::{Value, json};
use test_kit::Unheard;
use uuid::Uuid;

use super::*;

pub const USER: UserId = UserId(Uuid::from_u128(0x0198_c0de_7000_8000_0000_0000_0000_00aa));
pub const QUEUE: QueueId = QueueId(Uuid::from_u128(0x0198_c0de_7000_8000_0000_0000_0000_00bb));
pub const ENTRY: EntryId = EntryId(Uuid::from_u128(0x0198_c0de_7000_8000_0000_0000_0000_00cc));
pub const RS256_KID: &str = "rsa";
pub const ES256_KID: &str = "elliptic";

/// An instant `seconds` after the beginning of the test's time.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

pub fn signing_key() -> SigningKey {
    SigningKey::from_pem(&SigningKey::generate_pem().unwrap()).unwrap()
}

/// What an issuer with these keys publishes.
pub fn jwks(keys: &[&SigningKey]) -> Jwks {
    Jwks { keys: keys.iter().map(|key| key.jwk()).collect() }
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// 1, 2, 3, …
#[derive(Default)]
pub struct CountedIds(AtomicU64);

impl IdGenerator for CountedIds {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1))
    }
}

/// Stands still until it is set.
pub struct SetClock(Mutex<DateTime<Utc>>);

impl SetClock {
    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap() = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// The keys of one installation, and one credential of each kind, given out at `at(0)`.
pub struct Installation {
    pub access_key: SigningKey,
    pub pass_key: SigningKey,
    pub clock: Arc<SetClock>,
}

impl Installation {
    pub fn new() -> Self {
        Self {
            access_key: signing_key(),
            pass_key: signing_key(),
            clock: Arc::new(SetClock(Mutex::new(at(0)))),
        }
    }

    pub fn authenticator(&self) -> Authenticator {
        let fixed = |key: &SigningKey| KeySource::fixed(&Jwks { keys: vec![key.jwk()] }).unwrap();
        let service = Self::service();
        let accepted = [(service.name().to_owned(), service.digest().to_owned())];
        Authenticator {
            access: AccessVerifier::built_in(fixed(&self.access_key)),
            passes: PassVerifier::new(fixed(&self.pass_key)),
            revoked: Arc::default(),
            services: AcceptedServices::new(accepted).unwrap(),
            queue_tokens: Some(QueueTokens::new(&[7; 32]).unwrap()),
            clock: self.clock.clone(),
        }
    }

    fn issue(&self, roles: &[Role]) -> String {
        let tokens = AccessTokens::new(self.access_key.clone(), Arc::new(CountedIds::default()));
        tokens.issue(USER, "Kim", roles, at(0), 3600).unwrap().token
    }

    pub fn access_token(&self) -> String {
        self.issue(&[])
    }

    pub fn operator_token(&self) -> String {
        self.issue(&[Role::Operator])
    }

    pub fn pass(&self) -> String {
        PassIssuer::new(self.pass_key.clone()).issue(ENTRY, QUEUE, USER, at(0), at(600)).unwrap()
    }

    #[expect(clippy::unused_self, reason = "reads like the other credentials of the installation")]
    pub fn queue_token(&self) -> String {
        QueueTokens::new(&[7; 32]).unwrap().issue(ENTRY)
    }

    fn service() -> ServiceCredential {
        ServiceCredential::new("reservation-service", "0123456789abcdef0123456789abcdef").unwrap()
    }

    #[expect(clippy::unused_self, reason = "reads like the other credentials of the installation")]
    pub fn service_bearer(&self) -> String {
        Self::service().header_value().strip_prefix("Bearer ").unwrap().to_owned()
    }
}

pub fn header(algorithm: Algorithm, typ: &str, kid: &str) -> Header {
    let mut header = Header::new(algorithm);
    header.typ = Some(typ.to_owned());
    header.kid = Some(kid.to_owned());
    header
}

fn encode_part(part: &impl serde::Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap())
}

/// A JWT with any header at all, signed by `key`.
pub fn encode_with(header: &Header, claims: &Value, key: &SigningKey) -> String {
    jsonwebtoken::encode(header, claims, key.encoding()).unwrap()
}

/// A JWT with any header at all and an empty signature.
pub fn encode_unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}.", encode_part(header), encode_part(claims))
}

/// `token` with other claims under the old signature.
pub fn alter_claims(token: &str, alter: impl FnOnce(&mut Value)) -> String {
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let mut claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    alter(&mut claims);
    format!("{header}.{}.{signature}", encode_part(&claims))
}

pub fn rs256_key() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der = pair.as_der().unwrap();
    EncodingKey::from_rsa_pem(keys::pem(der.as_ref()).as_bytes()).unwrap()
}

pub fn es256_key() -> EncodingKey {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref())
}

/// A JWKS document as an outside issuer with these two keys publishes it.
pub fn open_id_document(rsa: &EncodingKey, elliptic: &EncodingKey) -> Vec<u8> {
    let published = |key, algorithm, kid: &str| {
        let mut jwk = jwk::Jwk::from_encoding_key(key, algorithm).unwrap();
        jwk.common.key_id = Some(kid.to_owned());
        jwk
    };
    let keys =
        [published(rsa, Algorithm::RS256, RS256_KID), published(elliptic, Algorithm::ES256, ES256_KID)];
    json!({ "keys": keys }).to_string().into_bytes()
}

/// An issuer's JWKS route on a port of this machine, which counts how often it is asked.
pub struct JwksServer {
    shared: web::Data<Published>,
    address: Unheard,
    handle: ServerHandle,
}

#[derive(Default)]
struct Published {
    jwks: Mutex<Jwks>,
    fetches: AtomicUsize,
    authorization: Mutex<Option<String>>,
}

impl JwksServer {
    pub fn start(jwks: &Jwks) -> Self {
        let shared = web::Data::new(Published::default());
        let data = shared.clone();
        let address = Unheard::reserve();
        let server =
            HttpServer::new(move || App::new().app_data(data.clone()).route("/", web::get().to(serve)))
                .workers(1)
                .disable_signals()
                .bind(address.address())
                .unwrap();
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let started = Self { shared, address, handle };
        started.publish(jwks);
        started
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address.address())
    }

    pub fn publish(&self, jwks: &Jwks) {
        *self.shared.jwks.lock().unwrap() = jwks.clone();
    }

    pub fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::SeqCst)
    }

    pub fn last_authorization(&self) -> Option<String> {
        self.shared.authorization.lock().unwrap().clone()
    }

    /// Nobody else answers in its place for as long as what is returned is held.
    pub async fn stop(self) -> Unheard {
        self.handle.stop(false).await;
        self.address
    }
}

async fn serve(request: HttpRequest, published: web::Data<Published>) -> HttpResponse {
    published.fetches.fetch_add(1, Ordering::SeqCst);
    let authorization =
        request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    *published.authorization.lock().unwrap() = authorization;
    HttpResponse::Ok().json(published.jwks.lock().unwrap().clone())
}
