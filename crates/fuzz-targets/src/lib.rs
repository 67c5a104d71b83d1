//! What anybody may send, before it is known who they are or what they mean: tokens, headers, queries, bodies.
//!
//! Each target is one function of bytes that panics where what it reads breaks a promise: nothing that comes in makes
//! the reader panic, what is read is written as the same again, and no token but a genuine one is accepted. The tests of
//! this crate drive them with mutations of what is valid; `fuzz/` has libFuzzer look for more.

#![expect(clippy::expect_used, reason = "a target says by a panic what it has found")]

mod bodies;
mod credentials;
mod edits;
mod headers;
mod paging;

/// One function of bytes, and what is worth starting from.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
    /// Valid and almost valid inputs.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All there are.
pub const TARGETS: [Target; 9] = [
    Target { name: "credential", run: credentials::credential, seeds: credentials::seeds },
    Target { name: "altered_credential", run: credentials::altered_credential, seeds: edits::seeds },
    Target { name: "authorization_header", run: headers::authorization, seeds: headers::authorization_seeds },
    Target { name: "if_none_match", run: headers::if_none_match, seeds: headers::if_none_match_seeds },
    Target { name: "idempotency_key", run: headers::idempotency_key, seeds: headers::idempotency_key_seeds },
    Target { name: "request_id", run: headers::request_id, seeds: headers::request_id_seeds },
    Target { name: "page", run: paging::page, seeds: paging::seeds },
    Target { name: "seat_plan", run: bodies::seat_plan, seeds: bodies::seat_plan_seeds },
    Target { name: "new_reservation", run: bodies::new_reservation, seeds: bodies::new_reservation_seeds },
];

/// Runs the target of this name; an engine has one binary for each.
///
/// # Panics
///
/// Where a promise is broken, and where there is no such target.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of this name");
    (target.run)(input);
}

fn owned<const N: usize>(texts: [&str; N]) -> Vec<Vec<u8>> {
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
