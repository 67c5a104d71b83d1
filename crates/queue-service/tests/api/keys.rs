use service_kit::auth::SigningKey;

use super::House;

#[tokio::test(flavor = "multi_thread")]
async fn the_pass_keys_are_published_the_signing_one_first() {
    let previous = SigningKey::generate_pem().unwrap();
    let house = House::open_with(&[("BOXOFFICE__QUEUE__PREVIOUS_PASS_KEYS", &previous)]).await;
    let reply = house.queue.get("/.well-known/jwks.json").send().await;
    assert_eq!(reply.header("cache-control"), Some("public, max-age=60"));
    let kids = [house.issuers.pass_key_pem(), &previous]
        .map(|pem| SigningKey::from_pem(pem).unwrap().kid().to_owned());
    let body = reply.expect(200);
    let published: Vec<&str> =
        body["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!(published, kids);
    assert!(body["keys"][0].get("d").is_none());
}
