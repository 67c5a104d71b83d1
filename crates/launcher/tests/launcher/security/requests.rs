//! A request of each route that asks for what the owner has, and that would be carried out for the owner.

use serde_json::{Value, json};

use super::callers::Caller;
use super::routes::Line;
use super::scene::{MAIN_QUEUE, Scene, from_now, new_id, performance};

/// The path with the owner's things in it; where there is a fast way to it, spelled so that the table of routes takes it, too.
pub fn spellings(line: &Line, scene: &Scene, caller: Caller, has_fast_way: bool) -> Vec<String> {
    let path = path(line, scene, caller);
    let mut spellings = Vec::new();
    if has_fast_way {
        let (before, id) = path.split_at(line.path.find('{').expect("there is an id in it"));
        let (first, rest) = id.split_at(1);
        spellings.push(format!("{before}%{:02X}{rest}", first.as_bytes()[0]));
    }
    spellings.push(path);
    spellings
}

fn path(line: &Line, scene: &Scene, caller: Caller) -> String {
    // Tickets are those of what was bought; a new inventory is that of a new performance.
    let reservation = if line.path.ends_with("/tickets") { &scene.bought } else { &scene.held };
    let new = new_id();
    let schedule =
        if line.name() == "PUT /internal/v1/inventories/{scheduleId}" { &new } else { &scene.schedule };
    let payment = if line.is_internal() { &new } else { &scene.payment };
    let [own_seat, other_seat] = &scene.free_seats;
    let free_seat = if caller == Caller::Another { other_seat } else { own_seat };
    let seat = if line.path.ends_with("/pay") { &scene.held_seat } else { free_seat };
    let path = line
        .path
        .replace("{queueId}", MAIN_QUEUE)
        .replace("{userId}", &scene.owner.user)
        .replace("{concertId}", &scene.concert)
        .replace("{scheduleId}", schedule)
        .replace("{seatId}", seat)
        .replace("{date}", &scene.date)
        .replace("{reservationId}", reservation)
        .replace("{paymentId}", payment)
        .replace("{version}/{path:.*}", "current/app.js")
        .replace("{path:.*}", "concerts");
    assert!(!path.contains('{'), "something is missing in {path}");
    if path.ends_with("/changes") { format!("{path}?after=0") } else { path }
}

/// The body, of a route that takes one.
pub fn body(line: &Line, scene: &Scene) -> Option<Value> {
    let Scene { owner, schedule, concert, held, .. } = scene;
    let owner = &owner.user;
    let sale = (from_now(-1), from_now(5));
    Some(match line.name().as_str() {
        "POST /v1/users" => json!({ "name": "하준" }),
        "POST /v1/wallets/{userId}/charges" | "PATCH /api/point/{userId}" => json!({ "amount": 1_000 }),
        "PUT /v1/admin/queues/{queueId}" => json!({ "maxActive": 1 }),
        "POST /v1/admin/concerts" => {
            json!({ "title": "Matinee", "venue": "Hall", "salesOpenAt": sale.0, "salesCloseAt": sale.1 })
        }
        "POST /v1/admin/concerts/{concertId}/schedules" => performance(from_now(14)),
        "POST /v1/reservations" => json!({ "scheduleId": schedule, "bestAvailable": { "quantity": 1 } }),
        "POST /v1/admin/reservations/{reservationId}/release" => json!({ "reason": "a test" }),
        "POST /internal/v1/passes/endings" => {
            json!({ "endings": [{ "passId": new_id(), "ending": "finished" }] })
        }
        "POST /internal/v1/debits" => {
            json!({ "debits": [{ "paymentId": new_id(), "userId": owner, "amount": 1 }] })
        }
        "PUT /internal/v1/inventories/{scheduleId}" => json!({
            "concertId": concert, "queueId": MAIN_QUEUE, "startsAt": from_now(7),
            "salesOpenAt": sale.0, "salesCloseAt": sale.1, "seats": [],
        }),
        "POST /concerts/{concertId}/schedules/{scheduleId}/seats/{seatId}/ticket" => {
            json!({ "userId": owner })
        }
        "PATCH /payments/charges" => json!({ "userId": owner, "amount": 1_000 }),
        "POST /payments/pays" => json!({ "userId": owner, "ticketId": held }),
        "POST /storefront/qr" => json!({ "code": "a ticket's" }),
        _ => return None,
    })
}
