//! Reading back, over HTTP, as anybody could.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, bail};
use contracts::queue::EntryBody;
use contracts::reservation::{PaymentBody, ReservationsBody, TicketsBody};
use contracts::wallet::{WalletEntriesBody, WalletEntryType};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Picture, PlaceSeen};
use crate::http::{Ask, Caller, Curtain, Manners, Reply, Tally};
use crate::ledger::{Account, PayOutcome, Place, SeatTicket};
use crate::promoter::MAIN_QUEUE;
use crate::stack::Service;

/// The longest page that there is.
const PAGE: &str = "limit=100";

/// Looks at what the services say of each fan.
#[derive(Debug)]
pub struct Reader {
    caller: Caller,
    curtain: Curtain,
    tally: Tally,
    begun: Instant,
}

impl Reader {
    /// `begun`: when the run began, from which the fans reckon.
    pub fn new(caller: Caller, curtain: Curtain, begun: Instant) -> Self {
        Self { caller, curtain, tally: Tally::default(), begun }
    }

    async fn ask(&self, ask: &Ask) -> anyhow::Result<Reply> {
        let asked = self.caller.insist(ask, &self.curtain, &self.tally, Manners::default()).await;
        Ok(asked.ok().with_context(|| format!("no answer that decides: {}", ask.route()))?.reply)
    }

    /// `None` where there is no such thing.
    async fn find<T: DeserializeOwned>(
        &self,
        service: Service,
        path: &str,
        token: &str,
    ) -> anyhow::Result<Option<T>> {
        let ask = Ask::get(service, path).bearer(token);
        let reply = self.ask(&ask).await?;
        match reply.status {
            200 => reply.read().map(Some),
            404 => Ok(None),
            _ => bail!("{} answered {reply}", ask.route()),
        }
    }

    /// Everything about one fan.
    pub async fn picture(&self, account: &Account) -> anyhow::Result<Picture> {
        let (user, token) = (account.user_id, account.access.as_str());
        let mut picture = Picture::default();
        for place in &account.places {
            picture.places.insert(place.entry_id, self.place(place).await?);
        }
        self.reservations(token, &mut picture).await?;
        self.entries(user, token, &mut picture).await?;
        picture.wallet = self.find(Service::Wallet, &format!("/v1/wallets/{user}"), token).await?;
        picture.payments = self.payments(account, &picture).await?;
        for (id, reservation) in &picture.reservations {
            if reservation.status == "confirmed" || account.tickets.contains_key(id) {
                picture.tickets.insert(*id, self.tickets(*id, token).await?);
            }
        }
        picture.read_at = self.begun.elapsed();
        Ok(picture)
    }

    async fn place(&self, place: &Place) -> anyhow::Result<PlaceSeen> {
        let path = format!("/v1/queues/{MAIN_QUEUE}/entries/me");
        let reply = self.ask(&Ask::get(Service::Queue, path).bearer(&place.queue_token)).await?;
        Ok(match (reply.status, reply.code().as_str()) {
            (200, _) => {
                let EntryBody { entry_id, status, .. } = reply.read()?;
                PlaceSeen::Live { entry_id, status }
            }
            (401, "pass_expired") => PlaceSeen::Ended(reply.member("entryStatus")),
            _ => PlaceSeen::Refused(reply.to_string()),
        })
    }

    async fn reservations(&self, token: &str, picture: &mut Picture) -> anyhow::Result<()> {
        let mut query = PAGE.to_owned();
        loop {
            let path = format!("/v1/reservations?{query}");
            let page: Option<ReservationsBody> = self.find(Service::Reservation, &path, token).await?;
            let page = page.context("the list of reservations is not there")?;
            let found = page.reservations.into_iter();
            picture.reservations.extend(found.map(|reservation| (reservation.reservation_id, reservation)));
            let Some(next) = page.next_cursor else { return Ok(()) };
            query = format!("{PAGE}&cursor={next}");
        }
    }

    async fn entries(&self, user: Uuid, token: &str, picture: &mut Picture) -> anyhow::Result<()> {
        let mut query = PAGE.to_owned();
        loop {
            let path = format!("/v1/wallets/{user}/entries?{query}");
            // Without a wallet there is no statement; that is said where the wallet is looked at.
            let page: Option<WalletEntriesBody> = self.find(Service::Wallet, &path, token).await?;
            let Some(page) = page else { return Ok(()) };
            picture.entries.extend(page.entries);
            let Some(next) = page.next_cursor else { break };
            query = format!("{PAGE}&cursor={next}");
        }
        picture.entries.reverse();
        Ok(())
    }

    /// The payments that the statement or the fan knows of.
    async fn payments(
        &self,
        account: &Account,
        picture: &Picture,
    ) -> anyhow::Result<BTreeMap<Uuid, Option<PaymentBody>>> {
        let moved = picture.entries.iter().filter(|entry| entry.r#type != WalletEntryType::Charge);
        let told = account.payments.values().filter_map(|tried| match &tried.outcome {
            PayOutcome::Known(known) => Some(known.payment_id),
            PayOutcome::Unknown | PayOutcome::Refused { .. } => None,
        });
        let ids: BTreeSet<Uuid> = moved.map(|entry| entry.reference).chain(told).collect();
        let mut payments = BTreeMap::new();
        for id in ids {
            let path = format!("/v1/payments/{id}");
            payments.insert(id, self.find(Service::Reservation, &path, &account.access).await?);
        }
        Ok(payments)
    }

    async fn tickets(&self, reservation: Uuid, token: &str) -> anyhow::Result<Vec<SeatTicket>> {
        let path = format!("/v1/reservations/{reservation}/tickets");
        let body: Option<TicketsBody> = self.find(Service::Reservation, &path, token).await?;
        let tickets = body.map(|body| body.tickets).unwrap_or_default();
        let mut tickets: Vec<SeatTicket> = tickets.into_iter().map(SeatTicket::from).collect();
        tickets.sort_unstable();
        Ok(tickets)
    }

    /// The seats of a performance, seen by a fan of our own.
    pub async fn seats(
        &self,
        schedule: Uuid,
        pass: &str,
    ) -> anyhow::Result<Option<contracts::concert::SeatMapBody<'static>>> {
        self.find(Service::Concert, &format!("/v1/schedules/{schedule}/seats"), pass).await
    }

    /// A pass for whoever judges. Everybody in line must be let in first.
    pub async fn pass(&self) -> anyhow::Result<String> {
        let body = contracts::wallet::NewUserBody { name: "Judge".to_owned() };
        let user = self.ask(&Ask::post(Service::Wallet, "/v1/users").anew().json(&body)?).await?;
        let user: contracts::wallet::UserBody = user.read()?;
        let join = Ask::post(Service::Queue, format!("/v1/queues/{MAIN_QUEUE}/entries"));
        let mut entry: EntryBody = self.ask(&join.bearer(&user.access_token)).await?.read()?;
        let look = Ask::get(Service::Queue, format!("/v1/queues/{MAIN_QUEUE}/entries/me"));
        let look = look.bearer(&entry.queue_token);
        loop {
            if let Some(pass) = entry.pass {
                return Ok(pass);
            }
            tokio::time::sleep(Duration::from_millis(entry.poll_after_ms)).await;
            entry = self.ask(&look).await?.read()?;
        }
    }
}
