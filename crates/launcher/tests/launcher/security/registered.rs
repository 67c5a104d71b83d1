//! The routes that there are, as actix has them and not as somebody wrote them down.

use std::collections::BTreeSet;

use actix_web::introspection::{IntrospectionNode, IntrospectionTree, ResourceType};
use actix_web::web::Data;
use actix_web::{App, HttpResponse, get, test};
use concert_service::ConcertService;
use facade::Facade;
use queue_service::QueueService;
use reservation_service::ReservationService;
use service_kit::Service;
use storefront::Storefront;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;
use wallet_service::WalletService;

/// As in `GET /v1/concerts`.
pub async fn all() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for table in [
        whole::<QueueService>,
        whole::<ConcertService>,
        whole::<ReservationService>,
        whole::<WalletService>,
        Facade::public,
        Storefront::public,
    ] {
        all.extend(of(table).await);
    }
    all
}

fn whole<S: Service>(routes: &mut ServiceConfig<'_>) {
    S::public(routes);
    S::internal(routes);
}

async fn of(table: fn(&mut ServiceConfig<'_>)) -> Vec<String> {
    let (app, _) = App::new().into_utoipa_app().configure(table).split_for_parts();
    let app = test::init_service(app.service(report)).await;
    let request = test::TestRequest::get().uri("/report").to_request();
    let listed: Vec<String> = test::call_and_read_body_json(&app, request).await;
    listed.into_iter().filter(|route| route != "GET /report").collect()
}

#[get("/report")]
async fn report(tree: Data<IntrospectionTree>) -> HttpResponse {
    let mut routes = Vec::new();
    collect(&tree.root, &mut routes);
    HttpResponse::Ok().json(routes)
}

fn collect(node: &IntrospectionNode, routes: &mut Vec<String>) {
    if matches!(node.kind, ResourceType::Resource) && node.methods.is_empty() {
        routes.push(format!("ANY {}", node.full_path));
    }
    routes.extend(node.methods.iter().map(|method| format!("{method} {}", node.full_path)));
    for child in &node.children {
        collect(child, routes);
    }
}
