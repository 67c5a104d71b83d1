use contracts::concert::{
    ConcertBody, ConcertsBody, PerformanceBody, ScheduleBody, SchedulesBody, SeatBody, SeatMapBody,
};
use reqwest::Method;
use uuid::Uuid;

use super::{Refusal, V1};

/// The longest page there is.
const PAGE: &str = "100";

impl V1 {
    /// Every concert behind the main queue.
    pub async fn concerts(&self) -> Result<Vec<ConcertBody>, Refusal> {
        let mut concerts = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let request =
                self.request(Method::GET, &self.peers.concert, "/v1/concerts").query(&[("limit", PAGE)]);
            let request = match &cursor {
                Some(cursor) => request.query(&[("cursor", cursor)]),
                None => request,
            };
            let page: ConcertsBody = self.answer(request).await?;
            concerts.extend(page.concerts.into_iter().filter(|concert| concert.queue_id == self.main_queue));
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(concerts);
            }
        }
    }

    pub async fn schedules(&self, pass: &str, concert: Uuid) -> Result<Vec<ScheduleBody>, Refusal> {
        let path = format!("/v1/concerts/{concert}/schedules");
        let request = self.request(Method::GET, &self.peers.concert, &path).bearer_auth(pass);
        let body: SchedulesBody = self.answer(request).await?;
        Ok(body.schedules)
    }

    pub async fn performance(&self, bearer: &str, schedule: Uuid) -> Result<PerformanceBody, Refusal> {
        let path = format!("/v1/schedules/{schedule}");
        self.answer(self.request(Method::GET, &self.peers.concert, &path).bearer_auth(bearer)).await
    }

    /// All seats by number.
    pub async fn seats(&self, pass: &str, schedule: Uuid) -> Result<Vec<SeatBody<'static>>, Refusal> {
        let path = format!("/v1/schedules/{schedule}/seats");
        let request = self.request(Method::GET, &self.peers.concert, &path).bearer_auth(pass);
        let body: SeatMapBody<'static> = self.answer(request).await?;
        Ok(body.seats)
    }

    /// The seats that can be had, by number.
    pub async fn available_seats(
        &self,
        pass: &str,
        schedule: Uuid,
    ) -> Result<Vec<SeatBody<'static>>, Refusal> {
        let path = format!("/v1/schedules/{schedule}/seats?status=available");
        let request = self.request(Method::GET, &self.peers.concert, &path).bearer_auth(pass);
        let body: SeatMapBody<'static> = self.answer(request).await?;
        Ok(body.seats)
    }
}
