//! Each rule of the waiting rooms, broken by hand, is seen by its check; and a limit that is lowered breaks none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::adapters::system::Version7;
use domain::queue::{AbsencePolicy, AdmissionPolicy, JoinRequest, Queue, QueueChange, WaitingRoom};
use domain::shared::{EntryId, IdGenerator, QueueId, UserId};
use queue_service::QueueService;
use queue_service::outbound::postgres::{PostgresWaitingRoom, Stopwatch};
use service_kit::Service;
use service_kit::audit::{Look, Scope, snapshot};
use service_kit::postgres::provision;
use test_kit::TestDatabase;
use test_kit::audit::{Broken, each_broken_rule_is_named};

use crate::House;

/// Of six who joined, the first has paid, the second and third are inside, the fourth has left.
const BROKEN: [Broken; 13] = [
    Broken {
        check: "places_are_unique",
        names: "SELECT entry_id FROM entries WHERE sequence = 6",
        by: "UPDATE entries SET sequence = 5 WHERE sequence = 6",
    },
    Broken {
        check: "places_are_unique",
        names: "SELECT entry_id FROM entries WHERE sequence = 6",
        by: "UPDATE queues SET last_sequence = 5",
    },
    Broken {
        check: "fans_have_one_live_place",
        names: "SELECT entry_id FROM entries WHERE sequence = 6",
        by: "UPDATE entries SET user_id = (SELECT user_id FROM entries WHERE sequence = 2) WHERE sequence = 6",
    },
    Broken {
        check: "nobody_waits_behind_a_later_one",
        names: "SELECT entry_id FROM entries WHERE sequence = 2",
        by: "UPDATE entries SET state = 'waiting', admitted_at = NULL, expires_at = NULL WHERE sequence = 2",
    },
    Broken {
        check: "admissions_follow_the_order_of_joining",
        names: "SELECT entry_id FROM entries WHERE sequence = 1",
        by: "UPDATE entries SET admitted_at = admitted_at + interval '1 minute' WHERE sequence = 1",
    },
    Broken {
        check: "admitted_are_within_the_limit",
        names: "SELECT queue_id FROM queues",
        by: "UPDATE queues SET max_active = 1",
    },
    Broken {
        check: "admitted_are_within_the_limit",
        names: "SELECT entry_id FROM entries WHERE sequence = 5",
        by: "UPDATE entries SET state = 'admitted', admitted_at = now(), expires_at = now() + interval '1 minute' \
             WHERE sequence = 5",
    },
    Broken {
        check: "admissions_are_within_the_rate",
        names: "SELECT entry_id FROM entries WHERE sequence = 3",
        by: "UPDATE queues SET admit_per_minute = 2",
    },
    Broken {
        check: "passes_end_once",
        names: "SELECT entry_id FROM entries WHERE sequence = 4",
        by: "UPDATE entries SET state = 'expired', revocation = 1 WHERE sequence = 4",
    },
    Broken {
        check: "passes_end_once",
        names: "SELECT entry_id FROM entries WHERE sequence = 1",
        by: "UPDATE revocation_counter SET version = 0",
    },
    Broken {
        check: "passes_end_once",
        names: "SELECT entry_id FROM entries WHERE sequence = 1",
        by: "UPDATE entries SET admitted_at = NULL WHERE sequence = 1",
    },
    Broken {
        check: "passes_end_once",
        names: "SELECT entry_id FROM entries WHERE sequence = 1",
        by: "UPDATE entries SET state = 'admitted' WHERE sequence = 1",
    },
    Broken {
        check: "run_out_passes_are_ended",
        names: "SELECT entry_id FROM entries WHERE sequence = 3",
        by: "UPDATE entries SET expires_at = now() - interval '31 seconds' WHERE sequence = 3",
    },
];

struct Line {
    database: TestDatabase,
    room: PostgresWaitingRoom,
    time: Arc<Seconds>,
    queue: QueueId,
    entries: Vec<EntryId>,
}

impl Line {
    async fn open(max_active: u32, fans: usize) -> Self {
        let database = TestDatabase::new(QueueService::SECTION, QueueService::MIGRATIONS).await;
        let time = Arc::new(Seconds::default());
        let absence = AbsencePolicy { limit_seconds: 600, grace_seconds: 300 };
        let room = PostgresWaitingRoom::open(database.database("queue").await, absence, time.clone()).await;
        let queue = QueueId(Version7.next());
        let this = Self { room: room.unwrap(), time, database, queue, entries: Vec::new() };
        this.configure(QueueChange { admit_per_minute: Some(Some(3)), ..at_most(max_active) }).await;
        let mut entries = Vec::new();
        for _ in 0..fans {
            let request = JoinRequest {
                entry_id: EntryId(Version7.next()),
                queue_id: queue,
                user_id: UserId(Version7.next()),
            };
            entries.push(this.room.join(request).await.unwrap().standing.entry.id);
        }
        Self { entries, ..this }
    }

    async fn configure(&self, change: QueueChange) {
        let policy = AdmissionPolicy { max_active: 1, admit_per_minute: None, pass_ttl_seconds: 600 };
        let template = Queue::new(self.queue, "Waiting room".to_owned(), policy);
        self.room.configure(template, change).await.unwrap();
    }

    /// The names of the checks that find something.
    async fn violated(&self) -> Vec<&'static str> {
        let mut connection = provision::connect(self.database.url("queue")).await.unwrap();
        let scopes = [Scope::of::<QueueService>()];
        let (_, findings) = snapshot(&mut connection, &scopes, Look::WHOLE).await.unwrap();
        let violated = findings.iter().filter(|finding| finding.verdict.violations() > 0);
        violated.map(|finding| finding.check.name).collect()
    }
}

/// Moves when a test says so.
#[derive(Default)]
struct Seconds(AtomicU64);

impl Stopwatch for Seconds {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

fn at_most(max_active: u32) -> QueueChange {
    QueueChange { max_active: Some(max_active), ..QueueChange::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_rule_of_the_waiting_room_is_named() {
    let open = Line::open(2, 6).await;
    assert_eq!(open.room.admit(open.queue).await.unwrap().len(), 2);
    open.room.finish(open.entries[0]).await.unwrap();
    open.room.leave(open.entries[3]).await.unwrap();
    assert_eq!(open.room.admit(open.queue).await.unwrap().len(), 1);
    let scopes = [Scope::of::<QueueService>()];
    each_broken_rule_is_named(open.database.url("queue"), &scopes, &["queue"], &BROKEN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_lowered_is_no_violation_by_those_who_are_inside() {
    let open = Line::open(3, 6).await;
    assert_eq!(open.room.admit(open.queue).await.unwrap().len(), 3);
    open.configure(QueueChange { admit_per_minute: Some(Some(1)), ..at_most(1) }).await;
    assert_eq!(open.violated().await, Vec::<&str>::new());
    assert_eq!(open.room.admit(open.queue).await.unwrap().len(), 0);
    // And by whoever comes in after it, it is.
    let mut connection = open.database.database("queue").await;
    admit_by_hand(&mut connection, open.entries[3]).await;
    assert_eq!(
        open.violated().await,
        ["admitted_are_within_the_limit", "admissions_are_within_the_rate"],
        "one inside too many, one in a minute too many"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_was_passed_over_and_is_back_is_no_violation() {
    let open = Line::open(1, 3).await;
    let [silent, present, _] = open.entries[..] else { panic!("three fans") };
    open.time.0.store(600, Ordering::Relaxed);
    open.room.touch(present);
    assert_eq!(open.room.admit(open.queue).await.unwrap()[0].id, present);
    assert_eq!(open.violated().await, Vec::<&str>::new(), "one in front waits");
    open.room.touch(silent);
    assert!(open.room.finish(present).await.unwrap());
    assert_eq!(open.room.admit(open.queue).await.unwrap()[0].id, silent);
    assert_eq!(open.violated().await, Vec::<&str>::new(), "one in front came in later");
}

async fn admit_by_hand(database: &mut service_kit::postgres::Database, entry: EntryId) {
    use diesel_async::SimpleAsyncConnection;
    let admit = format!(
        "UPDATE entries SET state = 'admitted', admitted_at = clock_timestamp(), \
                expires_at = date_trunc('second', now()) + interval '10 minutes' WHERE entry_id = '{entry}'"
    );
    database.connection().await.unwrap().batch_execute(&admit).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_memory_there_is_nothing_to_audit() {
    let house = House::open_in_memory().await;
    let body = house.queue.get("/metrics").send().await.expect(200);
    assert!(!body.as_str().unwrap().contains("boxoffice_audit"), "{body}");
}
