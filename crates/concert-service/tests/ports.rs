//! The catalogue's port, kept by its memory and its PostgreSQL adapter alike, remembered or not.

use std::sync::Arc;

use concert_service::ConcertService;
use concert_service::outbound::postgres::PostgresCatalogue;
use concert_service::outbound::remembered::RememberedCatalogue;
use domain::adapters::memory::MemoryCatalogue;
use service_kit::Service;
use test_kit::TestDatabase;
use test_kit::suites::catalogue::Subject;

fn in_memory() -> Subject {
    Subject { catalogue: Arc::new(MemoryCatalogue::default()), database: None }
}

async fn on_postgres() -> Subject {
    let database = TestDatabase::new(ConcertService::SECTION, ConcertService::MIGRATIONS).await;
    let catalogue = PostgresCatalogue::new(database.database(ConcertService::SECTION).await);
    Subject { catalogue: Arc::new(catalogue), database: Some(database) }
}

async fn remembered_on_postgres() -> Subject {
    let Subject { catalogue, database } = on_postgres().await;
    Subject { catalogue: Arc::new(RememberedCatalogue::new(catalogue)), database }
}

test_kit::catalogue_suite! {
    memory: in_memory(),
    postgres: on_postgres().await,
    remembered: remembered_on_postgres().await,
}
