use contracts::wallet::{ChargeBody, NewChargeBody, NewUserBody, UserBody, WalletBody, WalletEntriesBody};
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Refusal, V1, keyed};

/// Which page of a list, as the client says it; v1 judges it.
#[derive(Serialize, Deserialize, Default, Debug)]
pub struct Page {
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

impl V1 {
    /// A new user of the built-in issuer.
    pub async fn register(&self, name: &str) -> Result<UserBody, Refusal> {
        let body = NewUserBody { name: name.to_owned() };
        self.answer(self.request(Method::POST, &self.peers.wallet, "/v1/users").json(&body)).await
    }

    /// The user's wallet. Another's is not found: asking for it is how one learns whether a credential is the user's.
    pub async fn wallet(&self, bearer: &str, user: Uuid) -> Result<WalletBody, Refusal> {
        let path = format!("/v1/wallets/{user}");
        self.answer(self.request(Method::GET, &self.peers.wallet, &path).bearer_auth(bearer)).await
    }

    pub async fn charge(
        &self,
        bearer: &str,
        user: Uuid,
        amount: i64,
        key: Option<&HeaderValue>,
    ) -> Result<ChargeBody, Refusal> {
        let path = format!("/v1/wallets/{user}/charges");
        let request = self.request(Method::POST, &self.peers.wallet, &path).bearer_auth(bearer);
        self.answer(keyed(request, key).json(&NewChargeBody { amount })).await
    }

    /// A page of the user's journal, newest first.
    pub async fn entries(&self, bearer: &str, user: Uuid, page: &Page) -> Result<WalletEntriesBody, Refusal> {
        let path = format!("/v1/wallets/{user}/entries");
        let request = self.request(Method::GET, &self.peers.wallet, &path).query(page);
        self.answer(request.bearer_auth(bearer)).await
    }
}
