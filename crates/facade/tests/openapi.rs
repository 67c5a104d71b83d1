//! The facade's OpenAPI document.

use facade::Facade;
use service_kit::http;
use test_kit::openapi;

#[test]
fn the_committed_document_is_that_of_the_routes() {
    openapi::assert_committed(Facade::NAME, &http::document(Facade::public));
}
