use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use contracts::concert::SeatsEventBody;
use domain::concert::{Next, SeatLog, SeatLogLimits, SeatMap};
use domain::shared::{ScheduleId, Unavailable};
use tokio::sync::watch;

use super::super::seat_events::Frame;
use super::super::seat_view::SeatView;

/// Steps from one version to the next that are kept: 38 s of them where there is one in each round of 150 ms.
const STEPS: usize = 256;
/// A snapshot for streams is written out again when so many steps lead from it to the latest version. Until then it
/// and the steps behind it serve, however many streams begin in a storm of changes.
const STEPS_BEHIND_SNAPSHOT: usize = 64;

/// A performance that is followed: what was last seen of it, and whether anybody still looks.
pub struct Performance {
    published: watch::Sender<Published>,
    began_at: Instant,
    /// Milliseconds after the beginning.
    looked_at: AtomicU64,
    max_age: Duration,
}

/// What a follower has to say. Only what somebody waits for wakes anybody up.
#[derive(Default)]
pub struct Published {
    pictured: Option<Pictured>,
    /// Why the last round failed.
    failure: Option<Failure>,
}

struct Pictured {
    latest: Arc<SeatView>,
    /// When the question was asked that `latest` answers.
    asked_at: Instant,
    log: SeatLog<Arc<Frame>>,
    /// Where streams begin.
    base: Arc<SeatView>,
    /// Whoever is still being sent it may end that.
    base_before: Arc<SeatView>,
}

struct Failure {
    unavailable: Option<Unavailable>,
    message: String,
}

/// What a stream has to send next.
pub enum Onward {
    Nothing,
    Step(Arc<Frame>),
    Snapshot(Arc<SeatView>),
}

impl Performance {
    /// Nothing is known of it yet.
    pub fn new(max_age: Duration) -> Self {
        let published = watch::Sender::new(Published::default());
        Self { published, began_at: Instant::now(), looked_at: AtomicU64::default(), max_age }
    }

    pub fn touch(&self) {
        self.looked_at.store(self.age_millis(), Ordering::Relaxed);
    }

    pub fn is_idle(&self, idle: Duration) -> bool {
        let unseen = self.age_millis().saturating_sub(self.looked_at.load(Ordering::Relaxed));
        self.published.receiver_count() == 0 && Duration::from_millis(unseen) > idle
    }

    fn age_millis(&self) -> u64 {
        u64::try_from(self.began_at.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub fn subscribe(&self) -> watch::Receiver<Published> {
        self.published.subscribe()
    }

    pub fn picture(&self) -> Option<anyhow::Result<Arc<SeatView>>> {
        self.published.borrow().picture(self.max_age)
    }

    /// Takes over the map that answers the question asked at `asked_at`; none: what is known without an answer.
    pub fn show(
        &self,
        schedule: ScheduleId,
        map: &Arc<SeatMap>,
        asked_at: Option<Instant>,
    ) -> anyhow::Result<()> {
        // Written out before the lock is taken: only the follower writes.
        let step = self.step_to(map)?;
        self.published.send_if_modified(|published| {
            let waited_for = published.picture(self.max_age).is_none();
            let news = step.is_some() || published.pictured.is_none();
            match (&mut published.pictured, asked_at) {
                (Some(pictured), _) => pictured.go_on(schedule, map, asked_at, step),
                (None, Some(asked_at)) => {
                    published.pictured = Some(Pictured::new(schedule, Arc::clone(map), asked_at));
                }
                (None, None) => {}
            }
            if asked_at.is_some() {
                published.failure = None;
            }
            waited_for || news
        });
        Ok(())
    }

    /// The event that leads from the latest picture to `map`, where a fan would see a difference.
    fn step_to(&self, map: &SeatMap) -> anyhow::Result<Option<(usize, Frame)>> {
        let latest = self.published.borrow().pictured.as_ref().map(|pictured| Arc::clone(&pictured.latest));
        let Some(latest) = latest.filter(|latest| latest.version() != map.version()) else { return Ok(None) };
        let changes = map.changes_since(latest.map());
        let frame = Frame::seats(&SeatsEventBody::step(map.version(), &changes))?;
        Ok(Some((changes.len(), frame)))
    }

    /// The round failed.
    pub fn fail(&self, error: &anyhow::Error) {
        let unavailable = error.downcast_ref::<Unavailable>().copied();
        let failure = Failure { unavailable, message: format!("{error:#}") };
        self.published.send_if_modified(|published| {
            let waited_for = published.picture(self.max_age).is_none();
            published.failure = Some(failure);
            waited_for
        });
    }
}

impl Published {
    /// The latest picture where the question that it answers is no older than `max_age`; else what the last round
    /// failed of. None: the follower has yet to say something.
    pub fn picture(&self, max_age: Duration) -> Option<anyhow::Result<Arc<SeatView>>> {
        let pictured = self.pictured.as_ref().filter(|pictured| pictured.asked_at.elapsed() <= max_age);
        match (pictured, &self.failure) {
            (Some(pictured), _) => Some(Ok(Arc::clone(&pictured.latest))),
            (None, Some(failure)) => Some(Err(failure.error())),
            (None, None) => None,
        }
    }

    /// How whoever knows the version `known` goes on.
    pub fn onward(&self, known: Option<i64>) -> Onward {
        let Some(pictured) = &self.pictured else { return Onward::Nothing };
        match known.map_or(Next::Gap, |known| pictured.log.next(known)) {
            Next::Nothing => Onward::Nothing,
            Next::Step(_, frame) => Onward::Step(Arc::clone(frame)),
            Next::Gap => Onward::Snapshot(Arc::clone(&pictured.base)),
        }
    }
}

impl Pictured {
    fn new(schedule: ScheduleId, map: Arc<SeatMap>, asked_at: Instant) -> Self {
        let limits = SeatLogLimits { steps: STEPS, changes: map.count().total };
        let log = SeatLog::new(map.version(), limits);
        let latest = Arc::new(SeatView::of(schedule, map));
        Self { asked_at, log, base: Arc::clone(&latest), base_before: Arc::clone(&latest), latest }
    }

    fn go_on(
        &mut self,
        schedule: ScheduleId,
        map: &Arc<SeatMap>,
        asked_at: Option<Instant>,
        step: Option<(usize, Frame)>,
    ) {
        self.asked_at = asked_at.unwrap_or(self.asked_at);
        let Some((changes, frame)) = step else { return };
        self.log.push(map.version(), changes, Arc::new(frame));
        self.latest = Arc::new(SeatView::of(schedule, Arc::clone(map)));
        if self.log.distance(self.base.version()).is_none_or(|steps| steps > STEPS_BEHIND_SNAPSHOT) {
            self.base_before = std::mem::replace(&mut self.base, Arc::clone(&self.latest));
        }
    }
}

impl Failure {
    fn error(&self) -> anyhow::Error {
        let error = anyhow!("{}, as the follower of the seat map found", self.message);
        match self.unavailable {
            Some(unavailable) => error.context(unavailable),
            None => error,
        }
    }
}
