//! The two dictionaries of the fan's pages say the same things, and so do the two of the console.

use std::collections::{BTreeMap, BTreeSet};

use crate::answers::{address, get};
use crate::modules::preloaded_by;

/// Where the dictionaries stand, for which document, and the starts of keys that are put together:
/// `status.${held.status}`.
const DICTIONARIES: [(&str, &str, &[&str]); 2] = [
    ("text", "/", &["status.", "seat.", "release.", "cancel.", "reservation.", "wallet."]),
    (
        "operator/text",
        "/operator",
        &["state.", "change.", "payment.", "reservation.", "row.", "seats.", "service."],
    ),
];

/// Key and text of each line of a dictionary.
async fn dictionary(folder: &str, language: &str) -> BTreeMap<String, String> {
    let module = get(&address(&format!("{folder}/{language}.js")).await).await.body;
    let lines = module.lines().filter_map(|line| line.trim().strip_prefix('\'')?.split_once("': "));
    lines.map(|(key, text)| (key.to_owned(), text.to_owned())).collect()
}

/// The `{values}` that a text takes.
fn values(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

#[actix_web::test]
async fn both_dictionaries_have_the_same_keys_and_each_text_the_same_values() {
    for (folder, _, _) in DICTIONARIES {
        let (english, korean) = (dictionary(folder, "en").await, dictionary(folder, "ko").await);
        assert!(english.len() > 150);
        assert_eq!(english.keys().collect::<Vec<_>>(), korean.keys().collect::<Vec<_>>());
        for (key, text) in &english {
            let other = korean.get(key).unwrap();
            assert_eq!(values(text), values(other), "{key}");
            assert!(other.len() > 4, "{key} is empty");
        }
    }
}

#[actix_web::test]
async fn every_text_is_used() {
    for (folder, document, composed) in DICTIONARIES {
        let mut code = String::new();
        for module in preloaded_by(document).await {
            if !module.ends_with("/en.js") && !module.ends_with("/ko.js") {
                code.push_str(&get(&address(&module).await).await.body);
            }
        }
        for key in dictionary(folder, "en").await.keys() {
            let used =
                code.contains(&format!("'{key}'")) || composed.iter().any(|start| key.starts_with(start));
            assert!(used, "{key} is said nowhere");
        }
    }
}
