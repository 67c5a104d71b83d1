//! The query of a request: read strictly, and what is wrong with it named by field.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_urlencoded::Deserializer;
use url::form_urlencoded;

use crate::body::field;
use crate::problem::Problem;

/// What stands behind the question mark; 422 with the field's name where it is of another shape.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Reads `name=value&…`.
pub fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let message = error.inner().to_string();
        let field = match field(&error.path().to_string(), &message).as_str() {
            "body" => "query".to_owned(),
            named => named.to_owned(),
        };
        Problem::invalid_request([(field, message)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paging::PageQuery;

    fn field_at_fault(query: &str) -> String {
        let problem = read::<PageQuery>(query).unwrap_err().body();
        assert_eq!(problem["code"], "invalid_request");
        problem["errors"][0]["field"].as_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, field) in [
            ("limit=x", "limit"),
            ("limit=-1", "limit"),
            ("limit=", "limit"),
            ("limit=1&limit=2", "limit"),
            ("page=2", "page"),
            ("cursor=a&page=2", "page"),
        ] {
            assert_eq!(field_at_fault(query), field, "{query}");
        }
    }

    #[test]
    fn what_is_right_is_read() {
        for query in ["", "limit=7", "limit=7&cursor=01900000000070008000000000000001", "&limit=7&"] {
            read::<PageQuery>(query).unwrap().request().unwrap();
        }
    }
}
