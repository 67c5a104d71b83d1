//! Everything that the page reaches is there, and nothing is there that it does not reach.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use actix_web::http::header::CONTENT_TYPE;
use url::Url;

use crate::answers::get;

/// The addresses that stand after one of these words, up to the closing quote.
fn named(text: &str, before: &[&str], quote: char) -> Vec<String> {
    let found = before.iter().flat_map(|word| text.split(word).skip(1));
    found.filter_map(|rest| rest.split_once(quote)).map(|(address, _)| address.to_owned()).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Every file that a document reaches, by its name below `web/`.
async fn reached_from(document: &str) -> BTreeSet<String> {
    let origin = Url::parse("http://origin/").unwrap();
    let page = get(document).await.body;
    let mut due: Vec<Url> = named(&page, &["href=\"", "<script type=\"module\" src=\""], '"')
        .iter()
        .map(|address| origin.join(address).unwrap())
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(address) = due.pop() {
        if !seen.insert(address.path().to_owned()) {
            continue;
        }
        let answer = get(address.path()).await;
        assert_eq!(answer.status, 200, "{address}");
        let kind = match address.path().rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(answer.header(CONTENT_TYPE), kind, "{address}");
        if kind.starts_with("text/javascript") {
            let imports = named(&answer.body, &["\nimport '", " from '"], '\'');
            due.extend(imports.iter().map(|import| address.join(import).unwrap()));
        }
    }
    seen.iter().filter_map(|path| path.splitn(4, '/').nth(3)).map(str::to_owned).collect()
}

/// The modules that a document names before its script asks for them, by their names below `web/`.
pub async fn preloaded_by(document: &str) -> BTreeSet<String> {
    let page = get(document).await.body;
    let named = named(&page, &["modulepreload\" href=\"/assets/"], '"');
    named.iter().map(|address| address.split_once('/').unwrap().1.to_owned()).collect()
}

fn modules(files: &BTreeSet<String>) -> BTreeSet<String> {
    files.iter().filter(|name| matches!(name.rsplit_once('.'), Some((_, "js")))).cloned().collect()
}

#[actix_web::test]
async fn every_module_and_style_is_served_with_its_type_and_none_is_left_over() {
    let (fan, operator) = (reached_from("/").await, reached_from("/operator").await);
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let all = files(&web).into_iter().map(|file| file.strip_prefix(&web).unwrap().display().to_string());
    // The documents have addresses of their own; what only describes types no page loads.
    let elsewhere = ["index.html", "operator.html", "api/types.js", "operator/api/types.js"];
    let all: BTreeSet<_> = all.filter(|name| !elsewhere.contains(&name.as_str())).collect();
    assert_eq!(fan.union(&operator).cloned().collect::<BTreeSet<_>>(), all);
    assert!(all.len() > 100);
}

#[actix_web::test]
async fn each_document_names_the_modules_that_it_reaches_and_no_other() {
    for document in ["/", "/operator"] {
        assert_eq!(preloaded_by(document).await, modules(&reached_from(document).await), "{document}");
    }
}

#[actix_web::test]
async fn a_fan_loads_nothing_of_the_console_and_the_console_no_page_of_a_fan() {
    let (fan, operator) = (reached_from("/").await, reached_from("/operator").await);
    assert!(!fan.iter().any(|name| name.starts_with("operator/")), "{fan:?}");
    assert!(operator.contains("operator/pages/overview.js"));
    let of_a_fan = ["seat-map/", "session/"];
    assert!(
        !operator.iter().any(|name| of_a_fan.iter().any(|folder| name.starts_with(folder))),
        "{operator:?}"
    );
}

#[test]
fn no_module_is_longer_than_one_screen_or_two() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    for file in files(&web) {
        let text = std::fs::read_to_string(&file).unwrap();
        let is_dictionary = file.parent().is_some_and(|folder| folder.ends_with("text"));
        assert!(is_dictionary || text.lines().count() <= 240, "{} is long", file.display());
    }
}
