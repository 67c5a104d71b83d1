use concert_service::ConcertService;
use service_kit::{Service, http};
use test_kit::openapi;

#[test]
fn the_committed_document_is_that_of_the_routes() {
    openapi::assert_committed(ConcertService::NAME, &http::document(ConcertService::public));
}
