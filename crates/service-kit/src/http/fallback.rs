use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};

use super::route_tree::RouteTree;
use crate::problem::Problem;

/// What no route has taken: 405 where the path exists for another method, else 404.
pub async fn answer(request: HttpRequest, routes: web::Data<Arc<RouteTree>>) -> HttpResponse {
    let methods = routes.route(request.path()).map_or(&[][..], |route| route.methods.as_slice());
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
