//! Each service's OpenAPI document is committed, so that a change of the contract shows up in the review.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Info, OpenApi, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// The credentials that operations name in their `security`.
const CREDENTIALS: [(&str, &str); 3] = [
    ("accessToken", "Who somebody is: a JWT of the OpenID issuer or of the built-in one."),
    ("queueToken", "A place in one queue; opaque."),
    ("pass", "Somebody who is admitted, and who that is: a JWT."),
];

/// What any operation may be answered, whatever it does.
const ALWAYS: [(&str, &str); 2] = [
    ("429", "`too_many_requests` from this address, with `Retry-After`"),
    (
        "503",
        "`unavailable`: something needed is out of reach, or there is too much to do; with `Retry-After`",
    ),
];

/// Why a request is refused (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "it is described and never made: service_kit::Problem is written by hand")]
struct ProblemSchema {
    /// `urn:boxoffice:problem:` and the code.
    r#type: String,
    title: String,
    /// As the answer's.
    status: u16,
    /// What happened this time, for a person to read.
    detail: String,
    /// For programs; some codes bring members of their own.
    code: String,
    /// As the header `X-Request-Id` of the answer.
    #[schema(rename = "requestId")]
    request_id: String,
    /// With `invalid_request`: every field that does not validate.
    #[schema(nullable = false)]
    errors: Option<Vec<FieldErrorSchema>>,
}

/// What the published documents answer instead of a success.
#[derive(ToSchema)]
#[schema(as = Failure)]
#[expect(dead_code, reason = "it is described and never made: the facade's is its own")]
struct FailureSchema {
    /// In the words of the document.
    error: String,
    /// For programs; v1's.
    code: String,
    /// `complete`, of a token that has done its work.
    #[schema(rename = "tokenStatus", nullable = false)]
    token_status: Option<String>,
}

#[derive(ToSchema)]
#[schema(as = FieldError)]
#[expect(dead_code, reason = "it is described and never made")]
struct FieldErrorSchema {
    field: String,
    message: String,
}

/// Compares the document with `docs/openapi/<name>.json`; with `UPDATE_OPENAPI=1` in the environment, writes it there.
#[track_caller]
pub fn assert_committed(name: &str, document: &OpenApi) {
    let document = published(name, document);
    assert_operations_have_ids_of_their_own(&document);
    let mut generated = document.to_pretty_json().expect("a document is JSON");
    generated.push('\n');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/openapi/{name}.json"));
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::create_dir_all(path.parent().expect("a folder of documents")).expect("the folder can be made");
        fs::write(&path, &generated).expect("the document can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/openapi/{name}.json is not what the routes say: run this test with UPDATE_OPENAPI=1, and look at the change"
    );
}

/// The document with its head: whose it is, which contract, and what the credentials are.
fn published(name: &str, document: &OpenApi) -> OpenApi {
    let mut document = document.clone();
    // The contract's version, which is in every path too.
    document.info = Info::new(format!("Boxoffice {name}").as_str(), "1");
    let components = document.components.get_or_insert_default();
    for (credential, meaning) in CREDENTIALS {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(meaning)).build();
        components.add_security_scheme(credential, SecurityScheme::Http(scheme));
    }
    let (schema, kind) = if name.ends_with("-service") {
        components.schemas.insert("Problem".to_owned(), ProblemSchema::schema());
        components.schemas.insert("FieldError".to_owned(), FieldErrorSchema::schema());
        ("Problem", "application/problem+json")
    } else {
        components.schemas.insert("Failure".to_owned(), FailureSchema::schema());
        ("Failure", "application/json")
    };
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        describe_refusals(operation, schema, kind);
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().filter_map(Option::as_mut)
}

/// All refusals of a document have one shape.
fn describe_refusals(operation: &mut Operation, schema: &str, kind: &str) {
    let responses = &mut operation.responses.responses;
    for (status, description) in ALWAYS {
        let refusal = || RefOr::T(Response::new(description));
        responses.entry(status.to_owned()).or_insert_with(refusal);
    }
    for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5'])) {
        if let RefOr::T(response) = response {
            let refusal = Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(schema))));
            response.content.insert(kind.to_owned(), RefOr::T(refusal));
        }
    }
}

/// OpenAPI requires it; generated clients name their functions after them.
#[track_caller]
fn assert_operations_have_ids_of_their_own(document: &OpenApi) {
    let document = serde_json::to_value(document).expect("a document is JSON");
    let mut seen = HashSet::new();
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = paths.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    for id in operations.filter_map(|(_, operation)| operation.get("operationId")) {
        assert!(seen.insert(id), "two operations are called {id}");
    }
}
