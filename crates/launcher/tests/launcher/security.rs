//! The closed door: every route there is, asked by everybody who might knock.
//!
//! `routes.rs` declares who opens each route and what its owner and another's hear; `doors.rs` what everybody else hears.
//! Both are compared with the routes that are registered and with real answers, and printed into docs/SECURITY.md.

mod callers;
mod document;
mod doors;
mod forging;
mod office;
mod registered;
mod requests;
mod routes;
mod scene;

use std::collections::BTreeSet;

use reqwest::Method;

use callers::Caller;
use doors::{Cell, Door};
use office::{Address, Office};
use routes::{Answer, Line};
use scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_is_registered_is_declared_and_no_other() {
    let declared: BTreeSet<String> = routes::all().iter().map(Line::name).collect();
    let registered = registered::all().await;
    let forgotten: Vec<_> = registered.routes.difference(&declared).collect();
    let invented: Vec<_> = declared.difference(&registered.routes).collect();
    assert!(forgotten.is_empty(), "registered, and not declared in routes.rs: {forgotten:#?}");
    assert!(invented.is_empty(), "declared in routes.rs, and not registered: {invented:#?}");
    assert!(declared.len() > 60, "{declared:#?}");
    // The same handler's door, or another one, stands at the end of a way past the table.
    let shapes: BTreeSet<String> = routes::all().iter().map(Line::shape).collect();
    let strange: Vec<_> = registered.fast.difference(&shapes).collect();
    assert!(strange.is_empty(), "ways to no route that is declared: {strange:#?}");
    assert_eq!(registered.fast.len(), 2, "{:#?}", registered.fast);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_service_answers_every_caller_as_it_is_declared() {
    let office = Office::open(Address::Services).await;
    let wrong = wrong_answers(&office, routes::all()).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same table over again at the one public address of `boxoffice up`, where nothing internal is to be found.
#[tokio::test(flavor = "multi_thread")]
async fn the_one_public_address_answers_as_the_services_do_and_has_nothing_internal() {
    let office = Office::open(Address::Origin).await;
    let mut lines = routes::all();
    for line in lines.iter_mut().filter(|line| line.is_internal()) {
        line.door = Door::Closed;
        (line.owner, line.another) = (Answer::nowhere(), Some(Answer::nowhere()));
    }
    let wrong = wrong_answers(&office, lines).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_printed_matrix_is_the_declared_one() {
    document::assert_committed(&routes::all());
}

/// One line for each answer that is not the declared one.
async fn wrong_answers(office: &Office, lines: Vec<Line>) -> Vec<String> {
    let fast = registered::all().await.fast;
    let (looks, changes): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.method == Method::GET);
    let scene = Scene::set(office).await;
    let mut wrong = Vec::new();
    for line in looks {
        wrong.extend(wrong_answers_of(office, &scene, &line, &fast).await);
    }
    // What changes something has fans and seats of its own.
    for line in changes {
        wrong.extend(wrong_answers_of(office, &Scene::set(office).await, &line, &fast).await);
    }
    wrong
}

async fn wrong_answers_of(
    office: &Office,
    scene: &Scene,
    line: &Line,
    fast: &BTreeSet<String>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for caller in in_turn(line) {
        let Some(expected) = line.expected(caller, office.reads_queue_tokens(line.host)) else { continue };
        let apart = if line.is_spent_by(caller) { Some(Scene::set(office).await) } else { None };
        let scene = apart.as_ref().unwrap_or(scene);
        for shown in caller.shown(line, scene) {
            for path in requests::spellings(line, scene, caller, fast.contains(&line.shape())) {
                let answer = office.ask(line, scene, &path, shown.as_deref()).await;
                if answer != expected {
                    let (method, caller) = (&line.method, caller.name());
                    wrong.push(format!("{method} {path} by {caller}: {answer}, not {expected}"));
                }
            }
        }
    }
    wrong
}

/// Whoever is refused comes first, the owner last: by then all have tried, and everything has to be as it was.
fn in_turn(line: &Line) -> [Caller; 20] {
    let mut callers = Caller::ALL;
    callers.sort_by_key(|caller| match line.door.says(*caller) {
        Cell::Refused(_) | Cell::NotGenuine => 0,
        Cell::Other => 1,
        Cell::Own if *caller != Caller::Owner => 2,
        Cell::Own => 3,
    });
    callers
}
