use queue_service::QueueService;
use service_kit::{Service, http};

#[test]
fn the_committed_document_is_the_one_the_routes_make() {
    test_kit::openapi::assert_committed(QueueService::NAME, &http::document(QueueService::public));
}
