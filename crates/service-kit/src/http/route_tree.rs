//! Which route takes a path.

use std::collections::BTreeMap;
use std::str::Split;

use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

/// Every path there is and the methods it takes, read off the OpenAPI document. A path is found by its segments,
/// without a regular expression and without allocating, since it is done for every request.
#[derive(Debug, Default)]
pub struct RouteTree {
    routes: Vec<Route>,
    root: Node,
}

/// One path, as in `/v1/queues/{queueId}`.
#[derive(Debug)]
pub struct Route {
    pub pattern: String,
    /// None of a path that stands in no document.
    pub methods: Vec<&'static str>,
}

#[derive(Debug, Default)]
struct Node {
    fixed: BTreeMap<String, Node>,
    /// Behind a segment in braces.
    any: Option<Box<Node>>,
    route: Option<usize>,
}

impl RouteTree {
    pub fn of(document: &OpenApi) -> Self {
        let mut tree = Self::default();
        for (pattern, item) in &document.paths.paths {
            tree.add(pattern, methods(item));
        }
        tree
    }

    /// Adds a path, unless there is one for the same requests.
    pub fn add(&mut self, pattern: &str, methods: Vec<&'static str>) {
        let mut node = &mut self.root;
        for segment in pattern.split('/') {
            node = if segment.starts_with('{') {
                node.any.get_or_insert_default().as_mut()
            } else {
                node.fixed.entry(segment.to_owned()).or_default()
            };
        }
        if node.route.is_none() {
            node.route = Some(self.routes.len());
            self.routes.push(Route { pattern: pattern.to_owned(), methods });
        }
    }

    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The route that a path belongs to, by its place among [`Self::routes`].
    pub fn find(&self, path: &str) -> Option<usize> {
        self.root.find(path.split('/'))
    }

    pub fn route(&self, path: &str) -> Option<&Route> {
        self.routes.get(self.find(path)?)
    }
}

impl Node {
    /// A segment that is spelled out is preferred to one in braces, as far as it leads somewhere.
    fn find(&self, mut segments: Split<'_, char>) -> Option<usize> {
        let Some(segment) = segments.next() else { return self.route };
        let fixed = self.fixed.get(segment).and_then(|node| node.find(segments.clone()));
        let any = || self.any.as_ref().filter(|_| !segment.is_empty())?.find(segments);
        fixed.or_else(any)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(patterns: &[&str]) -> RouteTree {
        let mut tree = RouteTree::default();
        for pattern in patterns {
            tree.add(pattern, vec!["GET"]);
        }
        tree
    }

    fn pattern<'t>(tree: &'t RouteTree, path: &str) -> Option<&'t str> {
        tree.route(path).map(|route| route.pattern.as_str())
    }

    #[test]
    fn a_path_is_found_whatever_stands_for_the_braces() {
        let tree = tree(&["/", "/v1/queues/{queueId}", "/v1/queues/{queueId}/entries/me", "/v1/queues"]);
        for path in ["/", "/v1/queues"] {
            assert_eq!(pattern(&tree, path), Some(path));
        }
        assert_eq!(pattern(&tree, "/v1/queues/7"), Some("/v1/queues/{queueId}"));
        assert_eq!(pattern(&tree, "/v1/queues/7/entries/me"), Some("/v1/queues/{queueId}/entries/me"));
    }

    #[test]
    fn what_no_route_takes_is_not_found() {
        let tree = tree(&["/v1/queues/{queueId}", "/v1/queues/{queueId}/entries/me"]);
        for path in [
            "",
            "/",
            "/v1",
            "/v1/queues",
            "/v1/queues/",
            "/v1/queues/7/",
            "/v1/queues/7/entries",
            "/v2/queues/7",
        ] {
            assert_eq!(pattern(&tree, path), None, "{path}");
        }
    }

    #[test]
    fn what_is_spelled_out_goes_before_the_braces_and_keeps_nothing_from_them() {
        let tree = tree(&["/payments/{userId}/accounts", "/payments/charges", "/payments/{userId}"]);
        assert_eq!(pattern(&tree, "/payments/charges"), Some("/payments/charges"));
        assert_eq!(pattern(&tree, "/payments/7"), Some("/payments/{userId}"));
        assert_eq!(pattern(&tree, "/payments/charges/accounts"), Some("/payments/{userId}/accounts"));
    }
}
