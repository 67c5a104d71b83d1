//! Routes that are asked for far more often than all the others together.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::guard::{Guard, GuardContext, GuardDetail};
use actix_web::http::Method;
use actix_web::{FromRequest, Handler, HttpRequest, Responder, Scope, web};
use uuid::Uuid;

use crate::problem::Problem;

/// `GET` of one path with an id in it, recognised by what stands before and behind the id. actix finds a path with a
/// placeholder by a regular expression, which is a tenth of what answering a poll takes; so such a path is served ahead
/// of the route table too. The route there stands in the document, and takes whatever is spelled unusually.
#[derive(Clone, Copy, Debug)]
pub struct FastPath {
    before: &'static str,
    after: &'static str,
}

impl FastPath {
    /// As in `FastPath::new("/v1/queues/", "/entries/me")`.
    pub const fn new(before: &'static str, after: &'static str) -> Self {
        Self { before, after }
    }

    /// To be registered before any other service. The handler finds the id by [`IdInPath`]; [`web::Path`] finds nothing.
    pub fn to<F, Args>(self, handler: F) -> Scope
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        web::scope("").guard(self).default_service(web::to(handler))
    }

    fn id(self, path: &str) -> Option<Uuid> {
        Uuid::try_parse(path.strip_prefix(self.before)?.strip_suffix(self.after)?).ok()
    }
}

impl Guard for FastPath {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        context.head().method == Method::GET && self.id(context.head().uri.path()).is_some()
    }

    /// As in `GET /v1/queues/{}/entries/me`: whoever lists routes finds this one under no path.
    fn details(&self) -> Option<Vec<GuardDetail>> {
        let Self { before, after } = self;
        Some(vec![GuardDetail::Generic(format!("GET {before}{{}}{after}"))])
    }
}

/// The id that is the path's segment of this number, the one behind the leading slash being the first.
#[derive(Clone, Copy, Debug)]
pub struct IdInPath<const SEGMENT: usize>(pub Uuid);

impl<const SEGMENT: usize> FromRequest for IdInPath<SEGMENT> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let segment = request.path().split('/').nth(SEGMENT).unwrap_or_default();
        ready(Uuid::try_parse(segment).map(Self).map_err(|_| Problem::not_found("no such id")))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, HttpResponse};

    use super::*;

    const SEATS: FastPath = FastPath::new("/halls/", "/seats");
    const ID: &str = "0192f0c1-2ab3-7c4d-8e5f-60718293a4b5";

    async fn fast(IdInPath(id): IdInPath<2>) -> String {
        format!("fast {id}")
    }

    async fn usual(id: web::Path<String>) -> String {
        format!("usual {id}")
    }

    async fn answer(method: Method, path: &str) -> (StatusCode, String) {
        let app = App::new()
            .service(SEATS.to(fast))
            .route("/halls/{id}/seats", web::get().to(usual))
            .default_service(web::to(|| async { HttpResponse::NotFound().body("none") }));
        let request = TestRequest::default().method(method).uri(path).to_request();
        let response = call_service(&init_service(app).await, request).await;
        let status = response.status();
        (status, String::from_utf8(read_body(response).await.to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn what_is_asked_for_all_the_time_goes_the_fast_way() {
        for path in [format!("/halls/{ID}/seats"), format!("/halls/{ID}/seats?status=held")] {
            assert_eq!(answer(Method::GET, &path).await, (StatusCode::OK, format!("fast {ID}")));
        }
    }

    #[actix_web::test]
    async fn whatever_is_spelled_otherwise_finds_the_route_of_the_table() {
        let first_digit_encoded = format!("/halls/%30{}/seats", ID.strip_prefix('0').unwrap());
        assert_eq!(answer(Method::GET, &first_digit_encoded).await.1, format!("usual {ID}"));
        assert_eq!(answer(Method::GET, "/halls/7/seats").await.1, "usual 7");
    }

    #[actix_web::test]
    async fn other_requests_are_none_of_its() {
        for (method, path) in [
            (Method::POST, format!("/halls/{ID}/seats")),
            (Method::GET, format!("/halls/{ID}/seats/")),
            (Method::GET, format!("/halls/{ID}")),
            (Method::GET, format!("/halls/{ID}/{ID}/seats")),
        ] {
            assert_eq!(answer(method, &path).await.1, "none", "{path}");
        }
    }
}
