use std::rc::Rc;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use anyhow::anyhow;
use domain::adapters::system::Version7;
use domain::shared::IdGenerator;
use tracing::{Instrument, Span};

use super::counting::{Call, Recorder};
use crate::problem::Problem;
use crate::rate_limit::RateLimit;
use crate::request_id::{self, Asked};
use crate::telemetry::{self, Answering};

/// Gives each request its id, counts it against the rate limit and for its service, and logs how it ended. Its span is
/// for traces, and off without them: making one took a twelfth of a poll.
pub async fn serve<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request.headers().get(request_id::HEADER).and_then(|value| value.to_str().ok());
    let id = given
        .filter(|id| request_id::acceptable(id))
        .map_or_else(|| Version7.next().to_string(), str::to_owned);
    let recorder = request.app_data::<Rc<Recorder>>().cloned();
    let call = recorder.map(|recorder| (recorder.call(request.method(), request.path()), recorder));
    let route = call.as_ref().and_then(|(call, recorder)| recorder.pattern(*call));
    let Answering { span, trace } = telemetry::answering(&request, &id, route);
    let asked = Asked { method: request.method().clone(), uri: request.uri().clone(), trace };
    let answered = answer(request, next, id.clone(), call, span.clone()).instrument(span);
    request_id::scope_asked(id, asked, answered).await
}

async fn answer<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    id: String,
    call: Option<(Call, Rc<Recorder>)>,
    span: Span,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let limit = request.app_data::<web::Data<RateLimit>>();
    let limited = limit
        .ok_or_else(|| Problem::unexpected(&anyhow!("the app has no RateLimit among its data")))
        .and_then(|limit| limit.check(&request));
    let answered = match limited {
        Err(problem) => Ok(request.into_response(problem.error_response()).map_into_right_body()),
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
    };
    let status = answered
        .as_ref()
        .map_or_else(|error| error.as_response_error().status_code(), ServiceResponse::status);
    Answering::answered(&span, status);
    if let Some((call, recorder)) = call {
        recorder.answered(call, status, started.elapsed());
    }
    let mut response = answered?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static(request_id::HEADER), value);
    }
    tracing::debug!(
        asked = request_id::asked(),
        status = response.status().as_u16(),
        elapsed_us = started.elapsed().as_micros(),
        "answered"
    );
    Ok(response)
}
