//! What is the same on every route.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::json;

use crate::till::{Till, new_id};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found() {
    let till = Till::open().await;
    let fan = till.fan().await;
    for path in
        ["/", "/v1", "/v1/user", "/v1/users/", "/v2/users", "/v1/wallets", "/v1/wallets/x", "/internal/v1/x"]
    {
        till.service.get(path).bearer(&fan.token).send().await.problem(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_are_refused_and_the_right_ones_named() {
    let till = Till::open().await;
    let wallet = format!("/v1/wallets/{}", new_id());
    let debit = format!("/internal/v1/debits/{}", new_id());
    for (method, path, allowed) in [
        (Method::GET, "/v1/users".to_owned(), "POST"),
        (Method::DELETE, wallet.clone(), "GET"),
        (Method::POST, format!("{wallet}/entries"), "GET"),
        (Method::GET, format!("{wallet}/charges"), "POST"),
        (Method::PATCH, format!("{wallet}/charges"), "POST"),
        (Method::PUT, "/internal/v1/debits".to_owned(), "POST"),
        (Method::GET, format!("{debit}/void"), "POST"),
        (Method::PUT, format!("{debit}/refund"), "POST"),
    ] {
        let reply = till.service.request(method, &path).send().await;
        assert_eq!(reply.header("allow"), Some(allowed), "{path}");
        reply.problem(405, "method_not_allowed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_id_of_its_request() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let look = || till.service.get(&fan.wallet);
    for id in ["0199c0de-7000-7000-8000-000000000001", "trace:7.a_b", &"x".repeat(128)] {
        let good = look().bearer(&fan.token).header("x-request-id", id).send().await;
        assert_eq!(good.header("x-request-id"), Some(id));
        good.expect(200);
        let bad = look().header("x-request-id", id).send().await;
        assert_eq!(bad.header("x-request-id"), Some(id));
        assert_eq!(bad.problem(401, "unauthenticated")["requestId"], id);
    }
    let mut made = HashSet::new();
    for id in ["", "a b", "<script>", &"x".repeat(129)] {
        let reply = look().header("x-request-id", id).send().await;
        let given = reply.header("x-request-id").unwrap().to_owned();
        assert_ne!(given, id);
        assert_eq!(reply.problem(401, "unauthenticated")["requestId"], given);
        assert!(made.insert(given));
    }
    let reply = look().send().await;
    assert!(made.insert(reply.header("x-request-id").unwrap().to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_says_what_happened_and_nothing_of_its_cause() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let problem = till.charge(&fan, 0).send().await.problem(422, "invalid_request");
    assert_eq!(problem["type"], "urn:boxoffice:problem:invalid_request");
    assert_eq!(problem["title"], "The request does not validate");
    assert_eq!(problem["errors"], json!([{ "field": "amount", "message": "must be at least 1 won, was 0" }]));

    till.execute("ALTER TABLE wallets RENAME TO mislaid").await;
    let problem =
        till.service.get(&fan.wallet).bearer(&fan.token).send().await.problem(500, "internal_error");
    assert_eq!(problem["detail"], "Something went wrong on our side");
    assert!(!problem.to_string().contains("wallets"), "{problem:#}");
}
