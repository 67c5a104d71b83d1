//! Keys are changed as docs/OPERATIONS.md says, "Key rotation", file by file, while fans go on: nothing valid is refused.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::join_all;
use launcher::environment;
use launcher::installation::{Installation, Service};
use serde_json::{Value, json};
use service_kit::auth::{SigningKey, generate_secret};

use crate::fan::Fan;
use crate::hall::{Hall, MAIN_QUEUE, SEAT_PRICE, text};
use crate::stack::{Stack, eventually};

/// The keys of an installation whose services run.
struct Keys<'a> {
    stack: &'a Stack,
}

impl Keys<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.stack.installation.data_dir().join("keys").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Changes the places of two files.
    fn swap(&self, one: &str, other: &str) {
        let aside = self.path("aside");
        fs::rename(self.path(one), &aside).unwrap();
        fs::rename(self.path(other), self.path(one)).unwrap();
        fs::rename(aside, self.path(other)).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Starts a service again with what the files say now.
    async fn restart(&self, service: Service) {
        let installation = Installation::open(self.stack.installation.data_dir()).unwrap();
        let url = self.stack.database.url(service.schema());
        let told = environment::of_service(&installation, service, Some(url));
        self.stack.restart_with(service, &told).await;
    }
}

/// Fans who go on doing what they do, and every answer that no valid credential should get.
struct Crowd<'a> {
    stack: &'a Stack,
    hall: &'a Hall,
    over: AtomicBool,
    rounds: AtomicUsize,
    refused: Mutex<Vec<String>>,
}

impl<'a> Crowd<'a> {
    fn new(stack: &'a Stack, hall: &'a Hall) -> Self {
        Self {
            stack,
            hall,
            over: AtomicBool::new(false),
            rounds: AtomicUsize::new(0),
            refused: Mutex::default(),
        }
    }

    /// Looks with a credential at a service; `None`: it is being started again.
    async fn look(&self, what: &str, path: &str, credential: &str) -> Option<Value> {
        let reply = self.stack.get(path).bearer(credential).try_send().await?;
        match reply.status {
            200 => Some(reply.body),
            // Somebody whom it has to ask is being started again: whether a credential is good is not said.
            503 => None,
            status => {
                let refusal = format!("{what} at {path}: {status} {}", reply.body);
                self.refused.lock().unwrap().push(refusal);
                None
            }
        }
    }

    /// One with an account, a place and a pass, and what these are good for.
    async fn go_on(&self, fan: &Fan) {
        let Self { hall, .. } = self;
        self.look("access token", &format!("/v1/wallets/{}", fan.user), &fan.access).await;
        self.look("access token", "/v1/reservations", &fan.access).await;
        self.look("access token", &format!("/v1/schedules/{}", hall.schedule), &fan.access).await;
        self.look("queue token", &format!("/v1/queues/{MAIN_QUEUE}/entries/me"), &fan.queue_token).await;
        self.look("pass", &format!("/v1/wallets/{}", fan.user), &fan.pass).await;
        self.look("pass", "/v1/reservations", &fan.pass).await;
        self.look("pass", &format!("/v1/schedules/{}/seats", hall.schedule), &fan.pass).await;
    }

    /// Somebody who has just come: every credential is of this moment.
    async fn newcomer(&self) -> Option<Fan> {
        let made = self.stack.post("/v1/users", json!({ "name": "민아" })).try_send().await?;
        let (user, access) =
            (made.body["userId"].as_str()?.to_owned(), made.body["accessToken"].as_str()?.to_owned());
        let path = format!("/v1/queues/{MAIN_QUEUE}/entries");
        let joined = self.stack.post(&path, json!({})).bearer(&access).try_send().await?;
        if matches!(joined.status, 401 | 403) {
            self.refused
                .lock()
                .unwrap()
                .push(format!("a new access token: {} {}", joined.status, joined.body));
        }
        let queue_token = joined.body["queueToken"].as_str()?.to_owned();
        let place = self.look("queue token", &format!("{path}/me"), &queue_token).await?;
        let pass = place["pass"].as_str()?.to_owned();
        Some(Fan { user, access, queue_token, pass })
    }

    async fn until_over(&self, fan: &Fan) {
        while !self.over.load(Ordering::SeqCst) {
            self.go_on(fan).await;
            if let Some(newcomer) = self.newcomer().await {
                self.go_on(&newcomer).await;
                self.rounds.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    /// Ten newcomers have come, and done everything, since now.
    async fn some_more(&self) {
        let enough = self.rounds.load(Ordering::SeqCst) + 10;
        eventually("fans go on", || async { (self.rounds.load(Ordering::SeqCst) >= enough).then_some(()) })
            .await;
    }

    /// Runs `change` while the fans go on.
    async fn during(&self, fans: &[Fan], change: impl Future<Output = ()>) {
        let changing = async {
            self.some_more().await;
            change.await;
            self.some_more().await;
            self.over.store(true, Ordering::SeqCst);
        };
        let going_on = join_all(fans.iter().map(|fan| self.until_over(fan)));
        futures_util::future::join(going_on, changing).await;
        let refused = self.refused.lock().unwrap();
        assert!(
            refused.is_empty(),
            "{} refusals, among them {:#?}",
            refused.len(),
            &refused[..refused.len().min(5)]
        );
    }
}

async fn admitted<const COUNT: usize>(stack: &Stack) -> [Fan; COUNT] {
    let mut fans = Vec::new();
    for _ in 0..COUNT {
        fans.push(Fan::admitted(stack).await);
    }
    fans.try_into().ok().unwrap()
}

async fn published(stack: &Stack) -> Vec<String> {
    let body = stack.get("/.well-known/jwks.json").send().await.expect(200);
    body["keys"].as_array().unwrap().iter().map(|key| text(key, "kid")).collect()
}

fn kid(pem: &str) -> String {
    SigningKey::from_pem(pem).unwrap().kid().to_owned()
}

const ROOM: (&str, &str) = ("BOXOFFICE__QUEUE__MAX_ACTIVE", "100000");

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_passes_and_that_of_access_tokens_change_and_no_valid_one_is_refused() {
    let stack = Stack::start_with(&[ROOM]).await;
    let hall = Hall::open(&stack).await;
    let fans: [Fan; 2] = admitted(&stack).await;
    let (keys, crowd) = (Keys { stack: &stack }, Crowd::new(&stack, &hall));
    let [old, new] =
        [fs::read_to_string(keys.path("pass.pem")).unwrap(), SigningKey::generate_pem().unwrap()];
    let change = async {
        for (service, key, other) in [
            (Service::Queue, "pass.pem", "pass-other.pem"),
            (Service::Wallet, "access.pem", "access-other.pem"),
        ] {
            // Published before it signs.
            keys.write(other, if service == Service::Queue { new.as_str() } else { RFC_8037_KEY });
            keys.restart(service).await;
            crowd.some_more().await;
            // Signs; what the old one has signed stays good.
            keys.swap(key, other);
            keys.restart(service).await;
            crowd.some_more().await;
        }
    };
    crowd.during(&fans, change).await;
    assert_eq!(published(&stack).await, [kid(&new), kid(&old)]);

    // Withdrawn: what it signed is good no more wherever the document is read again, and the rest is.
    let late = Fan::admitted(&stack).await;
    keys.remove("pass-other.pem");
    keys.restart(Service::Queue).await;
    assert_eq!(published(&stack).await, [kid(&new)]);
    keys.restart(Service::Reservation).await;
    late.reservations_by_pass(&stack).await.expect(200);
    fans[0].reservations_by_pass(&stack).await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_queue_tokens_and_those_of_services_change_and_nobody_loses_a_place() {
    let stack = Stack::start_with(&[ROOM]).await;
    let hall = Hall::open(&stack).await;
    let fans: [Fan; 2] = admitted(&stack).await;
    let buyer = Fan::with_money(&stack, 2 * SEAT_PRICE).await;
    let first = buyer.hold_number(&stack, &hall, 1).await;
    let (keys, crowd) = (Keys { stack: &stack }, Crowd::new(&stack, &hall));
    let change = async {
        keys.write("queue-token-other.key", &generate_secret().unwrap());
        keys.swap("queue-token.key", "queue-token-other.key");
        keys.restart(Service::Queue).await;
        crowd.some_more().await;
        // Everybody accepts both, then the service shows the new one, then nobody accepts the old one.
        keys.write("reservation-service-other.secret", &generate_secret().unwrap());
        for service in [Service::Queue, Service::Concert, Service::Wallet] {
            keys.restart(service).await;
        }
        keys.swap("reservation-service.secret", "reservation-service-other.secret");
        keys.restart(Service::Reservation).await;
        keys.remove("reservation-service-other.secret");
        for service in [Service::Queue, Service::Concert, Service::Wallet] {
            keys.restart(service).await;
        }
    };
    crowd.during(&fans, change).await;
    // The service that changed its secret is let in where money moves and passes end.
    buyer.pay(&stack, &first).await.expect(201);
    eventually("the pass is finished", || async { (buyer.look(&stack).await.status == 401).then_some(()) })
        .await;

    keys.remove("queue-token-other.key");
    keys.restart(Service::Queue).await;
    fans[0].look(&stack).await.problem(401, "unauthenticated");
}

/// RFC 8037, appendix A.1: as good a key as any.
const RFC_8037_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
