use std::fs;
use std::path::Path;

use concert_service::ConcertService;
use service_kit::{Service, http};

/// `UPDATE_OPENAPI=1` writes it anew.
#[test]
fn the_committed_document_is_that_of_the_routes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi/concert-service.json");
    let mut generated = http::document(ConcertService::public).to_pretty_json().unwrap();
    generated.push('\n');
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "{} is out of date: run this test with UPDATE_OPENAPI=1", path.display());
}
