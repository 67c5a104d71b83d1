//! `boxoffice up` serves four services at one address, and each request is counted for the one whose it is.

use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::sandbox::folder;

const SERVICES: [&str; 4] = ["queue", "concert", "reservation", "wallet"];

struct Up {
    _running: Child,
    _folder: tempfile::TempDir,
    address: String,
    operator: String,
    client: Client,
}

impl Up {
    async fn in_memory() -> Self {
        let folder = folder();
        let mut up = Command::new(env!("CARGO_BIN_EXE_boxoffice"));
        up.arg("--data-dir").arg(folder.path()).args(["up", "--in-memory", "--no-demo"]);
        up.env_remove("DATABASE_URL").env("BOXOFFICE__HTTP__PORT", "0");
        let mut running = up.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
        let (mut address, mut operator) = (None, None);
        while operator.is_none() {
            let line = lines.next_line().await.unwrap().expect("boxoffice did not open");
            address = address.or_else(|| line.strip_prefix("Boxoffice is open: ").map(str::to_owned));
            operator = line.strip_prefix("Operator token: ").map(str::to_owned);
        }
        // What else it prints must find somebody who reads.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let (address, operator) = (address.unwrap(), operator.unwrap());
        let client = service_kit::client::build(Duration::from_secs(30)).unwrap();
        Self { _running: running, _folder: folder, address, operator, client }
    }

    async fn get(&self, path: &str) -> StatusCode {
        self.client.get(format!("{}{path}", self.address)).send().await.unwrap().status()
    }

    async fn service(&self, name: &str) -> Value {
        let url = format!("{}/v1/admin/services/{name}", self.address);
        let reply = self.client.get(url).bearer_auth(&self.operator).send().await.unwrap();
        assert_eq!(reply.status(), StatusCode::OK);
        let body: Value = reply.json().await.unwrap();
        assert_eq!(body["service"], name);
        body
    }

    async fn client_errors(&self) -> [u64; 4] {
        let mut counts = [0; 4];
        for (count, name) in counts.iter_mut().zip(SERVICES) {
            *count = self.service(name).await["requests"]["clientErrors"].as_u64().unwrap();
        }
        counts
    }
}

#[tokio::test]
async fn each_route_of_the_one_address_counts_for_its_own_service() {
    let up = Up::in_memory().await;
    let nobody = "019a0000-0000-7000-8000-000000000000";
    let [queue, concert, reservation, wallet] = up.client_errors().await;
    for (path, status) in [
        (format!("/v1/queues/{nobody}"), StatusCode::NOT_FOUND),
        (format!("/v1/concerts/{nobody}"), StatusCode::NOT_FOUND),
        (format!("/v1/concerts/{nobody}/schedules"), StatusCode::UNAUTHORIZED),
        ("/v1/reservations".to_owned(), StatusCode::UNAUTHORIZED),
        ("/v1/reservations".to_owned(), StatusCode::UNAUTHORIZED),
        (format!("/v1/admin/schedules/{nobody}/sales"), StatusCode::UNAUTHORIZED),
        (format!("/v1/wallets/{nobody}"), StatusCode::UNAUTHORIZED),
        // Nobody's.
        ("/nowhere".to_owned(), StatusCode::NOT_FOUND),
        ("/metrics".to_owned(), StatusCode::NOT_FOUND),
        ("/v1/admin/services/nobody".to_owned(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(up.get(&path).await, status, "{path}");
    }
    assert_eq!(up.client_errors().await, [queue + 1, concert + 2, reservation + 3, wallet + 1]);
    // In memory there is nothing to audit.
    assert_eq!(up.service("wallet").await["audit"]["verdict"], "unknown");
}
