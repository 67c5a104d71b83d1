//! The two dictionaries say the same things.

use std::collections::{BTreeMap, BTreeSet};

use crate::answers::{address, get};

/// Key and text of each line of a dictionary.
async fn dictionary(language: &str) -> BTreeMap<String, String> {
    let module = get(&address(&format!("text/{language}.js")).await).await.body;
    let lines = module.lines().filter_map(|line| line.trim().strip_prefix('\'')?.split_once("': "));
    lines.map(|(key, text)| (key.to_owned(), text.to_owned())).collect()
}

/// The `{values}` that a text takes.
fn values(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

#[actix_web::test]
async fn both_dictionaries_have_the_same_keys_and_each_text_the_same_values() {
    let (english, korean) = (dictionary("en").await, dictionary("ko").await);
    assert!(english.len() > 150);
    assert_eq!(english.keys().collect::<Vec<_>>(), korean.keys().collect::<Vec<_>>());
    for (key, text) in &english {
        let other = korean.get(key).unwrap();
        assert_eq!(values(text), values(other), "{key}");
        assert!(other.len() > 4, "{key} is empty");
    }
}

#[actix_web::test]
async fn every_text_is_used() {
    let page = get("/").await.body;
    let modules = page.split("modulepreload\" href=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    let mut code = String::new();
    for (module, _) in
        modules.filter(|(module, _)| !module.ends_with("/en.js") && !module.ends_with("/ko.js"))
    {
        code.push_str(&get(module).await.body);
    }
    // Some are named by what they are about: `status.${held.status}`.
    let composed = ["status.", "seat.", "release.", "cancel.", "reservation.", "wallet."];
    for key in dictionary("en").await.keys() {
        let used = code.contains(&format!("'{key}'")) || composed.iter().any(|start| key.starts_with(start));
        assert!(used, "{key} is said nowhere");
    }
}
