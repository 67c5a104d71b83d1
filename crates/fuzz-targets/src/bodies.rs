use std::collections::HashSet;

use contracts::concert::{NewScheduleBody, SectionBody};
use contracts::reservation::NewReservationBody;
use domain::adapters::system::Version7;
use domain::concert::SeatPlan;
use domain::reservation::SeatWish;
use serde_json::Value;
use service_kit::body;

/// As an installation has it unless somebody sets another.
const MAX_SEATS_PER_USER: u32 = 4;
/// Beyond these every seat need not be looked at.
const LOOKED_AT: usize = 5_000;

/// A plan that is taken has as many seats as it says, numbered through, each at a spot of its own, and is written as the
/// same plan again.
pub fn seat_plan(input: &[u8]) {
    let Ok(given) = body::read::<NewScheduleBody>(input) else { return };
    let Ok(plan) = given.plan() else { return };
    let total: u64 =
        plan.sections().iter().map(|one| u64::from(one.rows) * u64::from(one.seats_per_row)).sum();
    assert!((1..=u64::from(SeatPlan::MAX_SEATS)).contains(&total), "{total} seats of {plan:?}");
    let seats = plan.seats(&Version7);
    assert_eq!(u64::try_from(seats.len()).ok(), Some(total), "{plan:?}");
    assert!(seats.iter().zip(1..).all(|(seat, number)| seat.number == number), "{plan:?}");
    if seats.len() <= LOOKED_AT {
        let spots: HashSet<_> = seats.iter().map(|seat| (seat.x, seat.y)).collect();
        assert_eq!(spots.len(), seats.len(), "two seats at one spot: {plan:?}");
    }
    let sections = plan.sections().iter().map(|section| SectionBody {
        name: section.name.clone(),
        rows: section.rows,
        seats_per_row: section.seats_per_row,
        price: section.price.as_won(),
    });
    let written = NewScheduleBody { starts_at: given.starts_at, sections: sections.collect() };
    let members: Value = serde_json::from_slice(input).expect("what was read is JSON");
    let sections = members.get("sections").and_then(Value::as_array).expect("a list");
    assert!(sections.iter().all(Value::is_object), "{members}");
    let text = serde_json::to_vec(&written).expect("a body can be written");
    let again = body::read::<NewScheduleBody>(&text).expect("what was written can be read");
    assert_eq!(again.plan().expect("and taken"), plan);
}

pub fn seat_plan_seeds() -> Vec<Vec<u8>> {
    let plan = |sections: &str| format!("{{\"startsAt\":\"2027-03-01T19:00:00Z\",\"sections\":{sections}}}");
    let floor = r#"{"name":"Floor","rows":5,"seatsPerRow":10,"price":50000}"#;
    let upper = r#"{"name":"Upper \u00e9","rows":100000,"seatsPerRow":1,"price":1}"#;
    let wide = r#"{"name":"Wide","rows":1,"seatsPerRow":100000,"price":9007199254740991}"#;
    let single = r#"{"name":"Single","rows":1,"seatsPerRow":1,"price":1}"#;
    let huge = r#"{"name":"H","rows":4294967295,"seatsPerRow":4294967295,"price":1}"#;
    [
        format!("[{floor}]"),
        format!("[{floor},{floor}]"),
        format!("[{upper}]"),
        format!("[{wide}]"),
        // One seat too many.
        format!("[{upper},{single}]"),
        format!("[{huge}]"),
        r#"[["Floor",5,10,50000]]"#.to_owned(),
        "[]".to_owned(),
    ]
    .map(|sections| plan(&sections).into_bytes())
    .to_vec()
}

/// A wish that is taken names each seat once, or a number of seats that one fan may have.
pub fn new_reservation(input: &[u8]) {
    let Ok(given) = body::read::<NewReservationBody>(input) else { return };
    let text = serde_json::to_vec(&given).expect("a body can be written");
    let again = body::read::<NewReservationBody>(&text).expect("what was written can be read");
    let Ok((schedule, wish)) = given.wanted(MAX_SEATS_PER_USER) else { return };
    match &wish {
        SeatWish::These(seats) => {
            assert!((1..=100).contains(&seats.len()), "{seats:?}");
            assert_eq!(seats.iter().collect::<HashSet<_>>().len(), seats.len(), "{seats:?}");
        }
        SeatWish::BestAvailable(best) => assert!(best.quantity.get() <= MAX_SEATS_PER_USER, "{best:?}"),
    }
    assert_eq!(again.wanted(MAX_SEATS_PER_USER).expect("the same wish"), (schedule, wish));
    let members: Value = serde_json::from_slice(input).expect("what was read is JSON");
    for (name, is_of_its_kind) in [
        ("seatIds", members.get("seatIds").is_none_or(|seats| seats.is_array() || seats.is_null())),
        ("bestAvailable", members.get("bestAvailable").is_none_or(|best| best.is_object() || best.is_null())),
    ] {
        assert!(is_of_its_kind, "{name} of {members}");
    }
}

pub fn new_reservation_seeds() -> Vec<Vec<u8>> {
    let id = "01900000-0000-7000-8000-000000000001";
    [
        format!(r#"{{"scheduleId":"{id}","seatIds":["{id}"]}}"#),
        format!(r#"{{"scheduleId":"{id}","seatIds":["{id}","{id}"]}}"#),
        format!(r#"{{"scheduleId":"{id}","bestAvailable":{{"quantity":2,"section":"Floor"}}}}"#),
        format!(r#"{{"scheduleId":"{id}","bestAvailable":[2]}}"#),
        format!(r#"{{"scheduleId":"{id}","bestAvailable":[2,"Floor"],"seatIds":null}}"#),
        format!(r#"["{id}",["{id}"]]"#),
        format!(r#"{{"scheduleId":"{id}","seatIds":[]}} x"#),
    ]
    .map(String::into_bytes)
    .to_vec()
}
