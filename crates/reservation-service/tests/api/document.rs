use reservation_service::ReservationService;
use service_kit::{Service, http};

#[test]
fn the_committed_document_is_that_of_the_routes() {
    test_kit::openapi::assert_committed(
        ReservationService::NAME,
        &http::document(ReservationService::public),
    );
}
