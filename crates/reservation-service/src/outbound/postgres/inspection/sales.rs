use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::SalesFigures;
use domain::shared::{Money, ScheduleId};
use service_kit::postgres::classify;

/// The rows of one performance, found by index and grouped by their state: everything is of one snapshot and one moment.
/// It costs what reading them does, in milliseconds: some 5 for the seats of an arena of 10,000, and as much again for
/// each 10,000 reservations ever made for it. What a clock decides is decided as in the domain.
const FIGURES: &str = "\
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS at) \
    SELECT 'sale' AS kind, 'open' AS word, 1::bigint AS found, NULL::bigint AS won, clock.at AS instant \
    FROM sales, clock WHERE schedule_id = $1 \
    UNION ALL \
    SELECT 'seat', CASE WHEN status <> 'held' THEN status WHEN held_until IS NULL THEN 'paying' \
                        WHEN held_until <= clock.at THEN 'available' ELSE 'held' END, \
           count(*), sum(price)::bigint, NULL \
    FROM seats, clock WHERE schedule_id = $1 GROUP BY 2 \
    UNION ALL \
    SELECT 'reservation', CASE WHEN status = 'held' AND held_until <= clock.at THEN 'expired' ELSE status END, \
           count(*), NULL, NULL \
    FROM reservations, clock WHERE schedule_id = $1 GROUP BY 2 \
    UNION ALL \
    SELECT 'payment', state, count(*), NULL, min(payments.created_at) \
    FROM reservations JOIN payments USING (reservation_id) WHERE schedule_id = $1 GROUP BY 2";

#[derive(QueryableByName)]
struct Group {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = BigInt)]
    found: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    won: Option<i64>,
    /// Of the sale: now. Of payments: when the oldest of them began.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    instant: Option<DateTime<Utc>>,
}

pub async fn figures(
    connection: &mut AsyncPgConnection,
    schedule: ScheduleId,
) -> anyhow::Result<Option<SalesFigures>> {
    let groups = sql_query(FIGURES).bind::<SqlUuid, _>(schedule.0);
    let groups: Vec<Group> = groups.load(connection).await.map_err(classify)?;
    let Some(now) = groups.iter().find(|group| group.kind == "sale").and_then(|sale| sale.instant) else {
        return Ok(None);
    };
    let mut figures = SalesFigures::default();
    for group in &groups {
        group.add_to(&mut figures, now)?;
    }
    Ok(Some(figures))
}

impl Group {
    fn add_to(&self, figures: &mut SalesFigures, now: DateTime<Utc>) -> anyhow::Result<()> {
        let SalesFigures { seats, reservations, payments, oldest_processing, sold_for } = figures;
        let counted = match (self.kind.as_str(), self.word.as_str()) {
            ("sale", _) => return Ok(()),
            ("seat", "available") => &mut seats.available,
            ("seat", "held") => &mut seats.held,
            ("seat", "paying") => &mut seats.paying,
            ("seat", "sold") => {
                *sold_for = Money::won(self.won.context("sold seats that cost nothing")?);
                &mut seats.sold
            }
            ("seat", "blocked") => &mut seats.blocked,
            ("reservation", "held") => &mut reservations.held,
            ("reservation", "paying") => &mut reservations.paying,
            ("reservation", "confirmed") => &mut reservations.confirmed,
            ("reservation", "released") => &mut reservations.released,
            ("reservation", "expired") => &mut reservations.expired,
            ("reservation", "cancelled") => &mut reservations.cancelled,
            ("payment", state @ ("debiting" | "voiding")) => {
                *oldest_processing = (*oldest_processing).max(self.instant.map(|began| now - began));
                if state == "debiting" { &mut payments.debiting } else { &mut payments.voiding }
            }
            ("payment", "captured") => &mut payments.captured,
            ("payment", "declined") => &mut payments.declined,
            ("payment", "voided") => &mut payments.voided,
            ("payment", "refunding") => &mut payments.refunding,
            ("payment", "refunded") => &mut payments.refunded,
            (kind, word) => bail!("{word:?} is no state of a {kind}"),
        };
        *counted += u64::try_from(self.found)?;
        Ok(())
    }
}
