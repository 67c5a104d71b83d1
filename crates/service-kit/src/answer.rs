//! A finished answer as bytes, so that it can be kept and given again.

use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use actix_web::{HttpResponse, ResponseError};
use anyhow::Context;
use serde::Serialize;

use crate::problem::Problem;

/// Status, body, and the two headers that matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json<T: Serialize>(status: StatusCode, body: &T) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body)
            .context("an answer that is no JSON")
            .map_err(|e| Problem::unexpected(&e))?;
        Ok(Self {
            status: status.as_u16(),
            content_type: "application/json".to_owned(),
            location: None,
            body,
        })
    }

    #[must_use]
    pub fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }
}

impl From<&Problem> for Answer {
    fn from(problem: &Problem) -> Self {
        let response = problem.error_response();
        let status = response.status().as_u16();
        // A problem's body is in memory already.
        let body = response.into_body().try_into_bytes().map(|bytes| bytes.to_vec()).unwrap_or_default();
        Self { status, content_type: "application/problem+json".to_owned(), location: None, body }
    }
}

impl From<Answer> for HttpResponse {
    fn from(answer: Answer) -> Self {
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Self::build(status);
        response.insert_header((CONTENT_TYPE, answer.content_type));
        if let Some(location) = answer.location {
            response.insert_header((LOCATION, location));
        }
        response.body(answer.body)
    }
}
