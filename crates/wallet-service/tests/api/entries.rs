use serde_json::{Value, json};

use crate::till::{Fan, Till, field, new_id};

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_newest_first_with_signs_and_references() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let charge = till.charge(&fan, 1000).send().await.expect(201);
    let payment = new_id();
    let debit = format!("/internal/v1/debits/{payment}");
    till.debit(&fan, payment, 300).send().await.expect(200);
    let refund = till.service.post(&format!("{debit}/refund"), json!(null));
    till.as_seller(refund).send().await.expect(200);

    let entries = till.entries(&fan).await;
    let read = entries
        .iter()
        .map(|entry| json!([entry["type"], entry["amount"], entry["balanceAfter"], entry["reference"]]));
    let expected = [
        json!(["refund", 300, 1000, payment]),
        json!(["payment", -300, 700, payment]),
        json!(["charge", 1000, 1000, charge["chargeId"]]),
    ];
    assert_eq!(read.collect::<Vec<_>>(), expected);
    assert!(entries.is_sorted_by_key(|entry| std::cmp::Reverse(instant(entry))), "{entries:#?}");
    assert_eq!(till.balance(&fan).await, 1000);
}

fn instant(entry: &Value) -> chrono::DateTime<chrono::Utc> {
    entry["createdAt"].as_str().unwrap().parse().unwrap()
}

async fn page(till: &Till, fan: &Fan, query: &str) -> Value {
    let path = format!("{}/entries{query}", fan.wallet);
    till.service.get(&path).bearer(&till.pass_of(fan.id)).send().await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_come_in_pages() {
    let till = Till::open().await;
    let (fan, other) = (till.fan().await, till.fan_with(7).await);
    assert_eq!(page(&till, &fan, "").await, json!({ "entries": [], "nextCursor": null }));
    for won in 1..=21 {
        till.charge(&fan, won).send().await.expect(201);
    }
    let all = till.entries(&fan).await;
    let first = page(&till, &fan, "").await;
    assert_eq!(first["entries"].as_array().unwrap(), &all[..20], "20 where no limit is given");
    let cursor = first["nextCursor"].as_str().unwrap();
    let last = page(&till, &fan, &format!("?cursor={cursor}")).await;
    assert_eq!(last, json!({ "entries": [all[20]], "nextCursor": null }));
    let middle = page(&till, &fan, &format!("?limit=1&cursor={cursor}")).await;
    assert_eq!(middle, last);
    // A cursor out of another's statement leads nowhere.
    let anothers = page(&till, &other, &format!("?cursor={cursor}")).await;
    assert_eq!(anothers, json!({ "entries": [], "nextCursor": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_is_refused() {
    let till = Till::open().await;
    let fan = till.fan().await;
    for (query, at_fault) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("page=2", "page"),
    ] {
        let path = format!("{}/entries?{query}", fan.wallet);
        let problem = till.service.get(&path).bearer(&fan.token).send().await.problem(422, "invalid_request");
        assert_eq!(field(&problem), at_fault, "{query}");
    }
}
