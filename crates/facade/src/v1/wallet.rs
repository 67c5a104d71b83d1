use contracts::wallet::{ChargeBody, NewChargeBody, NewUserBody, UserBody, WalletBody, WalletEntriesBody};
use reqwest::Method;
use reqwest::header::HeaderValue;
use uuid::Uuid;

use super::{Refusal, V1, keyed};

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

    /// A page of the user's journal, newest first. `query` is the client's own: `limit` and `cursor`.
    pub async fn entries(&self, bearer: &str, user: Uuid, query: &str) -> Result<WalletEntriesBody, Refusal> {
        let path = format!("/v1/wallets/{user}/entries?{query}");
        self.answer(self.request(Method::GET, &self.peers.wallet, &path).bearer_auth(bearer)).await
    }
}
