//! Counting requests: each for the service whose route it took, whichever server it came to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use utoipa::openapi::OpenApi;

use super::route_tree::RouteTree;
use crate::requests::{Requests, Tally};

/// Whose requests a server counts: nobody's, unless it is said.
#[derive(Clone, Default)]
pub struct Counting {
    services: Vec<Requests>,
    owners: BTreeMap<String, usize>,
    /// Whose all other requests are.
    rest: Option<usize>,
}

impl Counting {
    /// Everything that comes to a service's own server, also what no route takes.
    pub fn everything(requests: Requests) -> Self {
        Self { services: vec![requests], owners: BTreeMap::new(), rest: Some(0) }
    }

    /// Also the requests that the routes of `document` take, for the service whose they are.
    #[must_use]
    pub fn and(mut self, requests: Requests, document: &OpenApi) -> Self {
        let owner = self.services.len();
        self.services.push(requests);
        self.owners.extend(document.paths.paths.keys().map(|pattern| (pattern.clone(), owner)));
        self
    }
}

/// What one worker of a server counts with. Nothing in it is shared with another worker but with whoever reads the counts,
/// so counting neither waits nor allocates.
pub struct Recorder {
    routes: Arc<RouteTree>,
    /// By route.
    owners: Vec<Option<usize>>,
    rest: Option<usize>,
    /// By service.
    tallies: Vec<Tally>,
}

/// A request that is being answered.
#[derive(Clone, Copy)]
pub struct Call {
    owner: Option<usize>,
    /// None: no route takes it.
    route: Option<usize>,
    method: &'static str,
}

impl Recorder {
    pub fn new(counting: &Counting, routes: &Arc<RouteTree>) -> Self {
        let Counting { services, owners, rest } = counting;
        let owner = |pattern: &String| owners.get(pattern).copied().or(*rest);
        Self {
            owners: routes.routes().iter().map(|route| owner(&route.pattern)).collect(),
            rest: *rest,
            tallies: services.iter().map(|requests| requests.tally(Arc::clone(routes))).collect(),
            routes: Arc::clone(routes),
        }
    }

    pub fn call(&self, method: &Method, path: &str) -> Call {
        let route = self.routes.find(path);
        let owner = route.map_or(self.rest, |route| self.owners.get(route).copied().flatten());
        Call { owner, route, method: word(method) }
    }

    /// The route that takes the call, as in `/v1/queues/{queueId}`.
    pub fn pattern(&self, call: Call) -> Option<&str> {
        self.routes.routes().get(call.route?).map(|route| route.pattern.as_str())
    }

    pub fn answered(&self, call: Call, status: StatusCode, took: Duration) {
        if let Some(tally) = call.owner.and_then(|owner| self.tallies.get(owner)) {
            tally.count(call.route, call.method, status.as_u16(), took);
        }
    }
}

/// A client may make methods up; their number is none of ours to grow with.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
