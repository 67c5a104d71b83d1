//! An account, money, and the way through the waiting room.

use std::time::Duration;

use anyhow::Context;
use contracts::queue::{EntryBody, EntryStatus};
use contracts::wallet::{ChargeBody, NewChargeBody, NewUserBody, UserBody};
use rand::Rng;

use super::{Crowd, Fan, Leave, Step, Takings};
use crate::http::{Ask, Reply, Resolved};
use crate::ledger::{Account, Event};
use crate::stack::Service;

/// Won. A seat costs 10,000 to 30,000: some fans find at the till that they have too little.
const POCKET_MONEY: std::ops::Range<i64> = 5_000..120_000;

/// `None` where the run is over first.
pub(super) async fn sign_up(crowd: &Crowd, name: &str) -> anyhow::Result<Option<Account>> {
    let body = NewUserBody { name: name.to_owned() };
    let ask = Ask::post(Service::Wallet, "/v1/users").anew().json(&body)?;
    let Ok(Resolved { reply, .. }) = crowd.insist(&ask).await else { return Ok(None) };
    let UserBody { user_id, access_token, .. } = reply.read().context("no account could be had")?;
    Takings::add(&crowd.takings.users);
    Ok(Some(Account::new(user_id, name, access_token, crowd.sale.pass_ttl)))
}

impl Fan<'_> {
    pub(super) async fn bring_money(&mut self) -> Step<()> {
        self.go_on()?;
        let amount = self.random.random_range(POCKET_MONEY);
        let doubled = self.random.random_bool(0.2);
        self.top_up(amount, doubled).await
    }

    /// Tops the wallet up; `doubled`: twice at once under the same key, as two impatient clicks do.
    pub(super) async fn top_up(&mut self, amount: i64, doubled: bool) -> Step<()> {
        let key = self.fresh_key();
        let path = format!("/v1/wallets/{}/charges", self.account.user_id);
        let ask = Ask::post(Service::Wallet, path).bearer(&self.account.access).key(key);
        let ask = ask.json(&NewChargeBody { amount }).map_err(|_| Leave::Over)?;
        self.note(&Event::ChargeAsked { key, amount });
        let replies = if doubled {
            let (one, other) = tokio::join!(self.insist(&ask), self.insist(&ask));
            vec![one, other]
        } else {
            vec![self.insist(&ask).await]
        };
        for reply in replies {
            let reply = reply?.reply;
            if reply.status != 201 {
                return self.contradicted(&ask, &reply);
            }
            let ChargeBody { charge_id, amount, .. } = self.read(&ask, &reply)?;
            self.note(&Event::Charged { key, charge_id, amount });
        }
        Ok(())
    }

    /// Joins and waits; the pass.
    pub(super) async fn be_admitted(&mut self) -> Step<String> {
        let mut entry = self.join().await?;
        // One in thirty loses patience somewhere in line.
        let patience = self.random.random_bool(0.03).then(|| self.random.random_range(1..4));
        for looks in 1.. {
            if let Some(pass) = &entry.pass {
                Takings::add(&self.crowd.takings.admissions);
                return Ok(pass.clone());
            }
            self.crowd.curtain.pause(Duration::from_millis(entry.poll_after_ms)).await;
            self.go_on()?;
            if patience == Some(looks) {
                return self.leave_line(&entry).await;
            }
            entry = self.look(&entry).await?;
        }
        Err(Leave::Over)
    }

    async fn join(&mut self) -> Step<EntryBody> {
        self.go_on()?;
        let path = format!("/v1/queues/{}/entries", self.crowd.sale.queue_id);
        let ask = Ask::post(Service::Queue, path).bearer(&self.account.access);
        let reply = self.insist(&ask).await?.reply;
        if !reply.is_success() {
            return self.contradicted(&ask, &reply);
        }
        self.placed(&ask, &reply)
    }

    async fn look(&mut self, entry: &EntryBody) -> Step<EntryBody> {
        let ask = Ask::get(Service::Queue, self.my_place()).bearer(&entry.queue_token);
        let reply = self.insist(&ask).await?.reply;
        match reply.status {
            200 => self.placed(&ask, &reply),
            401 if reply.code() == "pass_expired" => {
                let status = reply.member("entryStatus");
                self.note(&Event::PlaceEnded { entry_id: entry.entry_id, status });
                Err(Leave::StartAgain)
            }
            _ => self.contradicted(&ask, &reply),
        }
    }

    fn placed(&mut self, ask: &Ask, reply: &Reply) -> Step<EntryBody> {
        let entry: EntryBody = self.read(ask, reply)?;
        let (entry_id, status, position) = (entry.entry_id, entry.status, entry.position);
        self.note(&Event::Placed { entry_id, queue_token: entry.queue_token.clone(), status, position });
        let complete = (status == EntryStatus::Admitted) == entry.pass.is_some();
        if complete { Ok(entry) } else { self.contradicted(ask, reply) }
    }

    async fn leave_line(&mut self, entry: &EntryBody) -> Step<String> {
        let entry_id = entry.entry_id;
        let ask = Ask::delete(Service::Queue, self.my_place()).bearer(&entry.queue_token);
        self.note(&Event::LeaveAsked { entry_id });
        let reply = self.insist(&ask).await?.reply;
        match reply.status {
            204 => self.note(&Event::Left { entry_id }),
            401 if reply.code() == "pass_expired" => {
                self.note(&Event::PlaceEnded { entry_id, status: reply.member("entryStatus") });
            }
            _ => return self.contradicted(&ask, &reply),
        }
        Err(Leave::StartAgain)
    }

    fn my_place(&self) -> String {
        format!("/v1/queues/{}/entries/me", self.crowd.sale.queue_id)
    }
}
