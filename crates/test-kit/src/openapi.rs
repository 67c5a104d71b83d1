//! Each service's OpenAPI document is committed, so that a change of the contract shows up in the review.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Info, OpenApi};

/// The credentials that operations name in their `security`.
const CREDENTIALS: [(&str, &str); 3] = [
    ("accessToken", "Who somebody is: a JWT of the OpenID issuer or of the built-in one."),
    ("queueToken", "A place in one queue; opaque."),
    ("pass", "Somebody who is admitted, and who that is: a JWT."),
];

/// Compares the document with `docs/openapi/<name>.json`; with `UPDATE_OPENAPI=1` in the environment, writes it there.
#[track_caller]
pub fn assert_committed(name: &str, document: &OpenApi) {
    let document = published(name, document);
    assert_operations_have_ids_of_their_own(&document);
    let mut generated = document.to_pretty_json().expect("a document is JSON");
    generated.push('\n');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/openapi/{name}.json"));
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::create_dir_all(path.parent().expect("a folder of documents")).expect("the folder can be made");
        fs::write(&path, &generated).expect("the document can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/openapi/{name}.json is not what the routes say: run this test with UPDATE_OPENAPI=1, and look at the change"
    );
}

/// The document with its head: whose it is, which contract, and what the credentials are.
fn published(name: &str, document: &OpenApi) -> OpenApi {
    let mut document = document.clone();
    // The contract's version, which is in every path too.
    document.info = Info::new(format!("Boxoffice {name}").as_str(), "1");
    let components = document.components.get_or_insert_default();
    for (credential, meaning) in CREDENTIALS {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(meaning)).build();
        components.add_security_scheme(credential, SecurityScheme::Http(scheme));
    }
    document
}

/// OpenAPI requires it; generated clients name their functions after them.
#[track_caller]
fn assert_operations_have_ids_of_their_own(document: &OpenApi) {
    let document = serde_json::to_value(document).expect("a document is JSON");
    let mut seen = HashSet::new();
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = paths.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    for id in operations.filter_map(|(_, operation)| operation.get("operationId")) {
        assert!(seen.insert(id), "two operations are called {id}");
    }
}
