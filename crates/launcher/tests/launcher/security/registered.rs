//! The routes that there are, as actix has them and not as somebody wrote them down.

use std::collections::BTreeSet;

use actix_web::introspection::{GuardDetailReport, IntrospectionNode, IntrospectionTree, ResourceType};
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

/// What actix looks for in a request.
#[derive(Default)]
pub struct Registered {
    /// As in `GET /v1/concerts`.
    pub routes: BTreeSet<String>,
    /// Ways past the table of routes, as in `GET /v1/schedules/{}/seats`.
    pub fast: BTreeSet<String>,
}

pub async fn all() -> Registered {
    let mut all = Registered::default();
    for table in [
        whole::<QueueService>,
        whole::<ConcertService>,
        whole::<ReservationService>,
        whole::<WalletService>,
        Facade::public,
        Storefront::public,
    ] {
        let (routes, fast) = of(table).await;
        all.routes.extend(routes.into_iter().filter(|route| route != "GET /report"));
        all.fast.extend(fast);
    }
    all
}

fn whole<S: Service>(routes: &mut ServiceConfig<'_>) {
    S::public(routes);
    S::internal(routes);
}

async fn of(table: fn(&mut ServiceConfig<'_>)) -> (Vec<String>, Vec<String>) {
    let (app, _) = App::new().into_utoipa_app().configure(table).split_for_parts();
    let app = test::init_service(app.service(report)).await;
    let request = test::TestRequest::get().uri("/report").to_request();
    test::call_and_read_body_json(&app, request).await
}

#[get("/report")]
async fn report(tree: Data<IntrospectionTree>) -> HttpResponse {
    let (mut routes, mut fast) = (Vec::new(), Vec::new());
    collect(&tree.root, &mut routes, &mut fast);
    HttpResponse::Ok().json((routes, fast))
}

fn collect(node: &IntrospectionNode, routes: &mut Vec<String>, fast: &mut Vec<String>) {
    let details = node.guard_details.iter().flat_map(|guard| &guard.details);
    let ways = details.filter_map(|detail| match detail {
        GuardDetailReport::Generic { value } => Some(value.clone()),
        _ => None,
    });
    let ways: Vec<_> = ways.collect();
    // A scope answers whatever begins with its path, unless a guard says what: ours are all guarded.
    if matches!(node.kind, ResourceType::Scope) && !node.patterns.is_empty() && ways.is_empty() {
        routes.push(format!("ANY {}/*", node.full_path));
    }
    fast.extend(ways);
    if matches!(node.kind, ResourceType::Resource) && node.methods.is_empty() {
        routes.push(format!("ANY {}", node.full_path));
    }
    routes.extend(node.methods.iter().map(|method| format!("{method} {}", node.full_path)));
    for child in &node.children {
        collect(child, routes, fast);
    }
}
