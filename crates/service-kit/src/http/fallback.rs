use actix_web::dev::ResourceDef;
use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

use crate::problem::Problem;

/// Every path there is and the methods it takes, read off the OpenAPI document.
pub struct RouteIndex {
    routes: Vec<(ResourceDef, Vec<&'static str>)>,
}

impl RouteIndex {
    pub fn of(document: &OpenApi) -> Self {
        let routes = document.paths.paths.iter();
        Self { routes: routes.map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item))).collect() }
    }

    fn methods_of(&self, path: &str) -> Vec<&'static str> {
        let matching = self.routes.iter().filter(|(pattern, _)| pattern.is_match(path));
        matching.flat_map(|(_, methods)| methods.iter().copied()).collect()
    }
}

fn methods(item: &PathItem) -> Vec<&'static str> {
    [
        ("GET", item.get.is_some()),
        ("PUT", item.put.is_some()),
        ("POST", item.post.is_some()),
        ("DELETE", item.delete.is_some()),
        ("PATCH", item.patch.is_some()),
    ]
    .into_iter()
    .filter_map(|(method, there)| there.then_some(method))
    .collect()
}

/// What no route has taken: 405 where the path exists for another method, else 404.
pub async fn answer(request: HttpRequest, index: web::Data<RouteIndex>) -> HttpResponse {
    let methods = index.methods_of(request.path());
    if methods.is_empty() {
        return Problem::not_found(format!("there is nothing at {}", request.path())).error_response();
    }
    let allowed = methods.join(", ");
    let problem =
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This path takes other methods")
            .detail(format!("{} is not possible here; allowed: {allowed}", request.method()));
    let mut response = problem.error_response();
    if let Ok(allowed) = allowed.parse() {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}
