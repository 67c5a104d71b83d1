//! What memory is after a set that failed, or whose outcome nobody was told; and a process that is cut off from PostgreSQL.

mod cut_off;

use std::sync::Arc;

use diesel_async::SimpleAsyncConnection;
use domain::adapters::system::Version7;
use domain::queue::{
    AbsencePolicy, AdmissionPolicy, JoinError, JoinRequest, Joined, Queue, QueueChange, Standing, WaitingRoom,
};
use domain::shared::{EntryId, IdGenerator, QueueId, UserId};
use queue_service::QueueService;
use queue_service::outbound::postgres::{PostgresWaitingRoom, ProcessStopwatch, Stopwatch};
use service_kit::Service;
use service_kit::postgres::Database;
use service_kit::settings::Secret;
use test_kit::TestDatabase;
use url::Url;

use super::lossy::Lossy;

struct Room {
    adapter: Arc<PostgresWaitingRoom>,
    queue: QueueId,
    database: Database,
    way: Lossy,
    kept: TestDatabase,
}

impl Room {
    /// With one slot.
    async fn open() -> Self {
        Self::open_by(Arc::new(ProcessStopwatch::start())).await
    }

    async fn open_by(stopwatch: Arc<dyn Stopwatch>) -> Self {
        let kept = TestDatabase::new(QueueService::SECTION, QueueService::MIGRATIONS).await;
        let database = kept.database(QueueService::SECTION).await;
        let queue = QueueId(Version7.next());
        let (way, by_the_way) = a_way(&kept).await;
        let adapter = Arc::new(opened(&by_the_way, stopwatch).await.unwrap());
        let policy = AdmissionPolicy { max_active: 1, admit_per_minute: None, pass_ttl_seconds: 600 };
        let template = Queue::new(queue, "Hall".to_owned(), policy);
        adapter.configure(template, QueueChange::default()).await.unwrap();
        Self { adapter, queue, database, way, kept }
    }

    async fn run(&self, sql: &str) {
        self.database.connection().await.unwrap().batch_execute(sql).await.unwrap();
    }

    async fn join(&self, user: UserId) -> Result<Joined, JoinError> {
        let entry_id = EntryId(Version7.next());
        self.adapter.join(JoinRequest { entry_id, queue_id: self.queue, user_id: user }).await
    }

    /// All at once.
    async fn join_all(&self, users: &[UserId]) -> Vec<Result<Joined, JoinError>> {
        futures_util::future::join_all(users.iter().map(|user| self.join(*user))).await
    }

    /// Somebody who reads the tables is told the same of everybody.
    async fn assert_remembered_as_written(&self, entries: impl IntoIterator<Item = EntryId>) {
        let remembered = self.standings(entries).await;
        self.adapter.reload().await.unwrap();
        assert_eq!(self.standings(remembered.iter().map(|standing| standing.entry.id)).await, remembered);
    }

    async fn standings(&self, entries: impl IntoIterator<Item = EntryId>) -> Vec<Standing> {
        let mut standings = Vec::new();
        for entry in entries {
            standings.push(self.adapter.standing(entry).await.unwrap().unwrap());
        }
        standings
    }

    async fn waiting(&self) -> u64 {
        self.adapter.overview(self.queue).await.unwrap().unwrap().waiting
    }
}

async fn opened(database: &Database, stopwatch: Arc<dyn Stopwatch>) -> anyhow::Result<PostgresWaitingRoom> {
    PostgresWaitingRoom::open(database.clone(), AbsencePolicy::default(), stopwatch).await
}

/// To the database, and the database on that way.
async fn a_way(kept: &TestDatabase) -> (Lossy, Database) {
    let mut settings = kept.settings(QueueService::SECTION);
    let mut url = Url::parse(kept.url(QueueService::SECTION)).unwrap();
    let server = url.socket_addrs(|| Some(5432)).unwrap()[0];
    let way = Lossy::to(server).await;
    url.set_ip_host(way.address.ip()).unwrap();
    url.set_port(Some(way.address.port())).unwrap();
    settings.url = Secret::new(url.as_str());
    (way, Database::connect(&settings).await.unwrap())
}

fn users(many: usize) -> Vec<UserId> {
    (0..many).map(|_| UserId(Version7.next())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_join_that_cannot_be_written_fails_none_of_its_neighbours() {
    let room = Room::open().await;
    let users = users(40);
    let poisoned = users[17];
    room.run(&format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'poisoned'; END $$; \
         CREATE TRIGGER refuse BEFORE INSERT ON entries FOR EACH ROW WHEN (NEW.user_id = '{poisoned}') \
         EXECUTE FUNCTION refuse()"
    ))
    .await;
    let joined = room.join_all(&users).await;
    let refused: Vec<usize> = (0..40).filter(|fan| joined[*fan].is_err()).collect();
    assert_eq!(refused, [17]);
    assert_eq!(room.waiting().await, 39);
    let mut positions: Vec<u64> = room.standings(ids(&joined)).await.iter().map(Standing::position).collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..=39).collect::<Vec<u64>>());
    room.assert_remembered_as_written(ids(&joined)).await;
    room.run("DROP TRIGGER refuse ON entries").await;
    assert_eq!(room.join(poisoned).await.unwrap().standing.position(), 40);
}

fn ids(joined: &[Result<Joined, JoinError>]) -> Vec<EntryId> {
    joined.iter().flatten().map(|joined| joined.standing.entry.id).collect()
}

/// The first commit in which somebody joins breaks its connection, and it stays unsaid whether it took place.
async fn break_first_commit(room: &Room) {
    room.run(
        "CREATE SEQUENCE broken; \
         CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF nextval('broken') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; \
         END $$; \
         CREATE CONSTRAINT TRIGGER break AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION break()",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_nobody_answered_is_found_out_about_before_anything_else_is_decided() {
    let room = Room::open().await;
    break_first_commit(&room).await;
    let joined = room.join_all(&users(30)).await;
    assert!(joined.iter().all(|joined| joined.as_ref().is_ok_and(|joined| joined.is_new)));
    assert_eq!(room.waiting().await, 30);
    room.assert_remembered_as_written(ids(&joined)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_without_an_answer_is_remembered_and_done_once() {
    let room = Room::open().await;
    room.way.lose_next_answer();
    let joined = room.join_all(&users(30)).await;
    assert!(room.way.has_lost_it());
    assert!(joined.iter().all(|joined| joined.as_ref().is_ok_and(|joined| joined.is_new)));
    assert_eq!(room.waiting().await, 30);
    room.way.lose_next_answer();
    let admitted = room.adapter.admit(room.queue).await.unwrap();
    assert!(room.way.has_lost_it());
    // It is told to whoever was let in, if not to whoever let them in.
    assert!(admitted.len() <= 1);
    let first = ids(&joined)[0];
    assert_eq!(room.adapter.standing(first).await.unwrap().unwrap().entry.state.word(), "admitted");
    room.way.lose_next_answer();
    room.adapter.finish(first).await.unwrap();
    assert!(room.way.has_lost_it());
    assert_eq!(room.adapter.revoked_after(0).await.unwrap().revoked.len(), 1);
    assert_eq!(room.adapter.admit(room.queue).await.unwrap().len(), 1);
    room.assert_remembered_as_written(ids(&joined)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_write_leaves_no_trace_in_memory_and_the_next_one_takes_place() {
    let room = Room::open().await;
    let joined = room.join_all(&users(3)).await;
    let first = ids(&joined)[0];
    room.run("ALTER TABLE entries ADD CONSTRAINT nobody_comes_in CHECK (state <> 'admitted') NOT VALID")
        .await;
    room.adapter.admit(room.queue).await.unwrap_err();
    let standing = room.adapter.standing(first).await.unwrap().unwrap();
    assert_eq!((standing.entry.state.word(), room.waiting().await), ("waiting", 3));
    room.run("ALTER TABLE entries DROP CONSTRAINT nobody_comes_in").await;
    assert_eq!(room.adapter.admit(room.queue).await.unwrap().len(), 1);
    room.assert_remembered_as_written(ids(&joined)).await;
}
