use service_kit::{Service, http};
use test_kit::openapi;
use wallet_service::WalletService;

#[test]
fn the_committed_document_is_that_of_the_routes() {
    openapi::assert_committed(WalletService::NAME, &http::document(WalletService::public));
}
