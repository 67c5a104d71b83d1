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

#[actix_web::test]
async fn every_module_and_style_is_served_with_its_type_and_none_is_left_over() {
    let origin = Url::parse("http://origin/").unwrap();
    let page = get("/").await.body;
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
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let all = files(&web).into_iter().map(|file| file.strip_prefix(&web).unwrap().display().to_string());
    let all: BTreeSet<_> = all.filter(|name| name != "index.html").collect();
    let served: BTreeSet<_> =
        seen.iter().filter_map(|path| path.splitn(4, '/').nth(3)).map(str::to_owned).collect();
    assert_eq!(served, all);
    assert!(all.len() > 50);
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
