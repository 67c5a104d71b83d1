//! What operators do, and what happens to them.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use launcher::installation::Service;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use test_kit::{Reply, Unheard};

use crate::fan::Fan;
use crate::hall::{Hall, SEAT_PRICE, text};
use crate::stack::{Stack, eventually};

const ONE_INSIDE: (&str, &str) = ("BOXOFFICE__QUEUE__MAX_ACTIVE", "1");

/// Runs a service that cannot start; what it says on its way out.
fn refusal(command: &mut Command) -> String {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "one clear message, not: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_after_all_four_were_killed() {
    let stack = Stack::start_with(&[ONE_INSIDE]).await;
    let hall = Hall::open(&stack).await;
    let inside = Fan::with_money(&stack, SEAT_PRICE).await;
    let (first, second) = (Fan::waiting(&stack).await, Fan::waiting(&stack).await);
    let reservation = inside.hold_number(&stack, &hall, 1).await;
    for service in Service::ALL {
        stack.kill(service);
    }
    for service in Service::ALL {
        stack.spawn(service);
    }
    for service in Service::ALL {
        stack.ready(service).await;
    }
    assert_eq!(first.look(&stack).await.expect(200)["position"], 1);
    assert_eq!(second.look(&stack).await.expect(200)["position"], 2);
    assert_eq!(inside.balance(&stack).await, SEAT_PRICE);
    assert_eq!(inside.reservation(&stack, &reservation).await["status"], "held");
    inside.pay(&stack, &reservation).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_wallet_down_payment_is_unavailable_and_nothing_is_half_done() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    // The issuer's keys are known wherever a token was once looked at.
    fan.reservation(&stack, &reservation).await;
    stack.kill(Service::Wallet);
    unavailable(fan.pay(&stack, &reservation).await);
    assert_eq!(fan.reservation(&stack, &reservation).await["status"], "held");
    stack.spawn(Service::Wallet);
    stack.ready(Service::Wallet).await;
    assert_eq!(fan.balance(&stack).await, SEAT_PRICE);
    fan.pay(&stack, &reservation).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_queue_down_the_sale_stands_and_the_pass_is_finished_later() {
    let stack = Stack::start_with(&[ONE_INSIDE]).await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    // Every service has verified a pass once, so it has the keys.
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    let mut next = Fan::waiting(&stack).await;
    stack.kill(Service::Queue);
    assert_eq!(fan.pay(&stack, &reservation).await.expect(201)["status"], "captured");
    stack.spawn(Service::Queue);
    stack.ready(Service::Queue).await;
    next.be_admitted(&stack).await;
    assert_eq!(fan.look(&stack).await.problem(401, "pass_expired")["entryStatus"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_inventory_down_the_seat_map_is_unavailable() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    fan.seats(&stack, &hall).await.expect(200);
    stack.kill(Service::Reservation);
    let refused = eventually("the map is known to be stale", || async {
        let answer = fan.seats(&stack, &hall).await;
        (answer.status != 200).then_some(answer)
    });
    unavailable(refused.await);
}

fn unavailable(answer: Reply) {
    assert!(answer.header("retry-after").is_some());
    answer.problem(503, "unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_job_dead_a_lapsed_hold_can_be_claimed() {
    let settings = [("BOXOFFICE__RESERVATION__HOLD_TTL_SECONDS", "2")];
    let stack = Stack::start_with(&settings).await;
    let hall = Hall::open(&stack).await;
    let (first, second) = (Fan::with_money(&stack, SEAT_PRICE).await, Fan::admitted(&stack).await);
    // From here on nothing in the box office runs by the clock.
    stack.kill(Service::Reservation);
    let mut command = stack.command(Service::Reservation);
    let mut jobless = command.env("BOXOFFICE__JOBS__ENABLED", "false").spawn().unwrap();
    stack.ready(Service::Reservation).await;
    let reservation = first.hold_number(&stack, &hall, 1).await;
    let seat = second.seat(&stack, &hall, 1).await;
    let held = eventually("the seat can be claimed", || async {
        let answer = second.hold(&stack, &hall, &[&seat]).await;
        (answer.status == 201).then_some(answer.body)
    });
    assert_eq!(text(&held.await["seats"][0], "seatId"), seat);
    first.pay(&stack, &reservation).await.problem(409, "hold_expired");
    assert_eq!(first.balance(&stack).await, SEAT_PRICE);
    jobless.kill().unwrap();
    jobless.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_reads_the_tables_of_another() {
    let stack = Stack::start().await;
    for (mine, theirs) in [
        (Service::Wallet, "reservation.seats"),
        (Service::Reservation, "wallet.wallets"),
        (Service::Concert, "queue.entries"),
        (Service::Queue, "concert.concerts"),
    ] {
        let mut connection = AsyncPgConnection::establish(stack.database.url(mine.schema())).await.unwrap();
        let refused = connection.batch_execute(&format!("SELECT * FROM {theirs}")).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{theirs}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_told_to_stop_ends_well() {
    let stack = Stack::start().await;
    stack.kill(Service::Concert);
    let mut child = stack.command(Service::Concert).spawn().unwrap();
    stack.ready(Service::Concert).await;
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
    assert!(child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_a_service_from_starting_is_said_in_one_message() {
    let stack = Stack::start().await;
    for service in Service::ALL {
        stack.kill(service);
        let unheard = Unheard::reserve();
        let free = unheard.port();
        let nowhere = format!("postgres://boxoffice:secret@127.0.0.1:{free}/boxoffice");
        let said = refusal(stack.command(service).env("BOXOFFICE__DATABASE__URL", nowhere));
        assert!(said.contains(&format!("127.0.0.1:{free}")) && !said.contains("secret"), "{said}");

        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let said = refusal(stack.command(service).env("BOXOFFICE__HTTP__PORT", &port));
        assert!(said.contains(&port) && said.contains("BOXOFFICE__HTTP__PORT"), "{said}");

        let said = refusal(stack.command(service).env("BOXOFFICE__DATABASE__POOL_SIZE", "many"));
        assert!(said.contains("BOXOFFICE__DATABASE__POOL_SIZE"), "{said}");

        let said = refusal(stack.command(service).env("BOXOFFICE__NO_SUCH_SECTION__X", "1"));
        assert!(said.contains("NO_SUCH_SECTION"), "{said}");
    }
}
