use std::sync::Arc;

use domain::shared::{Amount, ChargeId, IdGenerator, PageRequest};
use domain::wallet::{ChargeError, ChargeState, NewUser};

use super::Fan;
use crate::faults::Step;
use crate::network::Provider;
use crate::services::WalletApp;
use crate::world::Acknowledged;

impl Fan {
    pub(super) async fn open_wallet(&self) -> bool {
        let user = self.user;
        for _ in 0..6 {
            let open = move |wallet: Arc<WalletApp>| async move {
                wallet.wallets.open(NewUser { id: user, name: "Kim".to_owned() }).await
            };
            if let Some(Ok(())) = self.ask(Step::FanOpensWallet, open).await {
                self.acknowledged(Acknowledged::Wallet { user });
                return true;
            }
            self.pause(200, 2_000).await;
        }
        false
    }

    /// Tops up once: enough for some seats, too little, or as much as the provider declines.
    pub(super) async fn top_up(&self) {
        let price = self.world.settings.price;
        let won = match self.draws(12) {
            0 => Provider::DECLINED,
            1 => price / 2,
            2..5 => price,
            _ => price * 2,
        };
        let Ok(amount) = Amount::new(won) else { return };
        let (id, user) = (ChargeId(self.world.ids.next()), self.user);
        for _ in 0..3 {
            let charge =
                move |wallet: Arc<WalletApp>| async move { wallet.till.charge(id, user, amount).await };
            match self.ask(Step::FanTopsUp, charge).await {
                Some(Ok(charge)) => {
                    if let ChargeState::Captured { .. } = charge.state {
                        self.acknowledged(Acknowledged::ToppedUp { charge: id, amount });
                    }
                    return;
                }
                Some(Err(ChargeError::Declined { .. } | ChargeError::Cancelled)) => return,
                Some(Err(
                    ChargeError::StillPending
                    | ChargeError::NoSuchUser
                    | ChargeError::OtherCharge
                    | ChargeError::Unexpected(_),
                ))
                | None => self.pause(200, 2_500).await,
            }
        }
    }

    /// Looks at the balance and where it came from.
    pub(super) async fn check_wallet(&self) {
        let user = self.user;
        let look = move |wallet: Arc<WalletApp>| async move {
            let balance = wallet.wallets.wallet(user).await.ok()?.balance;
            let statement = wallet.wallets.statement(user, PageRequest::default()).await.ok()?;
            Some((balance, statement))
        };
        if let Some(Some((_, statement))) = self.ask(Step::FanLooksUp, look).await {
            let of_another = statement.items.iter().any(|line| line.amount.as_won() == 0);
            if of_another {
                self.world.violated("18", format!("the statement of {user} has lines that are not theirs"));
            }
        }
    }
}
