//! `boxoffice audit` on an installation of four processes: clean, under load, and broken by hand.

use std::process::Output;

use futures_util::future::{BoxFuture, FutureExt, join_all};
use launcher::audit::{SCOPES, audit};
use launcher::installation::Service;
use serde_json::{Value, json};
use service_kit::postgres::provision;
use test_kit::SECTIONS;
use test_kit::audit::{Broken, each_broken_rule_is_named};
use tokio::process::Command;

use crate::fan::Fan;
use crate::hall::{Hall, MAIN_QUEUE, SEAT_PRICE, text};
use crate::stack::{Stack, binary, eventually};

/// What no service can see alone; the rules of each are broken in its own tests.
const BETWEEN_SERVICES: [Broken; 14] = [
    Broken {
        check: "payments_agree_with_the_wallet",
        names: "SELECT payment_id FROM reservation.payments WHERE state = 'captured'",
        by: "DELETE FROM wallet.debits WHERE state = 'captured'",
    },
    Broken {
        check: "payments_agree_with_the_wallet",
        names: "SELECT payment_id FROM reservation.payments WHERE state = 'captured'",
        by: "UPDATE wallet.debits SET amount = amount - 1 WHERE state = 'captured'",
    },
    Broken {
        check: "payments_agree_with_the_wallet",
        names: "SELECT payment_id FROM reservation.payments WHERE state = 'captured'",
        by: "UPDATE wallet.debits SET state = 'refunded' WHERE state = 'captured'",
    },
    // Money was taken for a payment that came to nothing.
    Broken {
        check: "payments_agree_with_the_wallet",
        names: "SELECT payment_id FROM reservation.payments WHERE state = 'declined'",
        by: "UPDATE wallet.debits SET state = 'captured' WHERE state = 'declined'",
    },
    Broken {
        check: "payments_agree_with_the_wallet",
        names: "SELECT payment_id FROM reservation.payments WHERE state = 'refunded'",
        by: "UPDATE wallet.debits SET state = 'captured' WHERE state = 'refunded'",
    },
    Broken {
        check: "debits_have_a_payment",
        names: "SELECT payment_id FROM reservation.payments WHERE state = 'captured'",
        by: "DELETE FROM reservation.payments WHERE state = 'captured'",
    },
    Broken {
        check: "sales_finish_their_pass",
        names: "SELECT payment_id FROM reservation.payments WHERE state = 'captured'",
        by: "UPDATE queue.entries SET state = 'admitted' FROM reservation.payments \
             WHERE entry_id = pass_id AND payments.state = 'captured'",
    },
    Broken {
        check: "events_are_delivered",
        names: "SELECT pass_id FROM reservation.payments WHERE state = 'captured'",
        by: "INSERT INTO reservation.outbox SELECT gen_random_uuid(), 'pass_finished', pass_id, \
                    now() - interval '6 minutes', 'infinity' FROM reservation.payments WHERE state = 'captured'",
    },
    Broken {
        check: "holds_have_an_admitted_pass",
        names: "SELECT reservation_id FROM reservation.reservations WHERE status = 'held' LIMIT 1",
        by: "DELETE FROM queue.entries WHERE entry_id IN \
             (SELECT pass_id FROM reservation.reservations WHERE status = 'held')",
    },
    Broken {
        check: "holds_have_an_admitted_pass",
        names: "SELECT reservation_id FROM reservation.reservations WHERE status = 'confirmed'",
        by: "UPDATE reservation.reservations SET user_id = gen_random_uuid() WHERE status = 'confirmed'",
    },
    Broken {
        check: "holds_have_an_admitted_pass",
        names: "SELECT reservation_id FROM reservation.reservations WHERE status = 'confirmed'",
        by: "UPDATE reservation.sales SET queue_id = gen_random_uuid()",
    },
    Broken {
        check: "stock_is_the_plan",
        names: "SELECT seat_id FROM concert.seats WHERE number = 50",
        by: "DELETE FROM reservation.seats WHERE number = 50",
    },
    Broken {
        check: "stock_is_the_plan",
        names: "SELECT seat_id FROM concert.seats WHERE number = 50",
        by: "UPDATE reservation.seats SET price = price - 1 WHERE number = 50",
    },
    Broken {
        check: "stock_is_the_plan",
        names: "SELECT schedule_id FROM concert.schedules",
        by: "DELETE FROM reservation.sales",
    },
];

/// One fan has bought, one gave back, one had too little money, one holds.
async fn used(stack: &Stack) -> Hall {
    let hall = Hall::open(stack).await;
    let buyer = Fan::with_money(stack, SEAT_PRICE).await;
    let bought = buyer.hold_number(stack, &hall, 1).await;
    buyer.pay(stack, &bought).await.expect(201);
    let undecided = Fan::with_money(stack, SEAT_PRICE).await;
    let given_back = undecided.hold_number(stack, &hall, 2).await;
    undecided.pay(stack, &given_back).await.expect(201);
    undecided.release(stack, &given_back).await.expect(204);
    let poor = Fan::with_money(stack, 1).await;
    let unpaid = poor.hold_number(stack, &hall, 3).await;
    poor.pay(stack, &unpaid).await.problem(402, "insufficient_balance");
    Fan::admitted(stack).await.hold_number(stack, &hall, 4).await;
    hall
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_rule_between_the_services_is_named() {
    let stack = Stack::start().await;
    used(&stack).await;
    // Nobody is disturbed, and nobody repairs anything; who is connected as a service counts as one.
    for service in Service::ALL {
        stack.kill(service);
    }
    let _queue = provision::connect(stack.database.url("queue")).await.unwrap();
    let _reservation = provision::connect(stack.database.url("reservation")).await.unwrap();
    let [.., between] = SCOPES;
    each_broken_rule_is_named(stack.database.admin_url(), &[between], &SECTIONS, &BETWEEN_SERVICES).await;
}

async fn boxoffice_audit(stack: &Stack, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary("boxoffice"));
    command.arg("audit").args(arguments).env("DATABASE_URL", stack.database.admin_url());
    command.output().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invariant_broken_by_hand_makes_the_audit_exit_1_and_name_the_row() {
    let stack = Stack::start().await;
    used(&stack).await;
    let clean = boxoffice_audit(&stack, &[]).await;
    let said = String::from_utf8(clean.stdout).unwrap();
    assert_eq!(clean.status.code(), Some(0), "{said}");
    assert!(said.contains("Nothing is violated."), "{said}");

    let user = "00000000-0000-0000-0000-00000000dead";
    let forged =
        format!("INSERT INTO wallet.wallets (user_id, name, balance) VALUES ('{user}', 'Forger', 1000)");
    stack.execute(&forged).await;
    let violated = boxoffice_audit(&stack, &[]).await;
    let said = String::from_utf8(violated.stdout).unwrap();
    assert_eq!(violated.status.code(), Some(1), "{said}");
    assert!(said.contains(user) && said.contains("VIOLATED: 1"), "{said}");

    let violated = boxoffice_audit(&stack, &["--json"]).await;
    assert_eq!(violated.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&violated.stdout).unwrap();
    assert_eq!(report["violations"], 1);
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.len(), SCOPES.iter().map(|scope| scope.checks.len()).sum::<usize>());
    let violated: Vec<&Value> = checks.iter().filter(|check| check["verdict"] == "violated").collect();
    let [check] = violated.as_slice() else { panic!("one check: {report:#}") };
    assert_eq!(
        (&check["name"], &check["service"], &check["guarantees"], &check["table"], &check["violations"]),
        (
            &json!("balances_are_the_sum_of_their_lines"),
            &json!("wallet-service"),
            &json!([4]),
            &json!("wallets"),
            &json!(1)
        )
    );
    assert_eq!(check["rows"], 5, "four fans and the forger");
    assert!(check["examples"][0].as_str().unwrap().contains(user), "{check:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_audited_is_exit_2_and_one_message() {
    for (url, names) in [
        // Nobody listens there.
        ("postgres://boxoffice:secret@127.0.0.1:1/boxoffice".to_owned(), "127.0.0.1:1"),
        // Nothing is installed there.
        (std::env::var("DATABASE_URL").unwrap(), "boxoffice migrate"),
    ] {
        let mut command = Command::new(binary("boxoffice"));
        let output = command.arg("audit").env("DATABASE_URL", url).output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(names) && !said.contains("secret"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// Buys one seat, and gives it back if `again`; a seat that another has taken is left to them.
async fn buy(stack: &Stack, hall: &Hall, number: u64, again: bool) {
    let mut fan = Fan::waiting(stack).await;
    fan.charge(stack, SEAT_PRICE).await.expect(201);
    fan.be_admitted(stack).await;
    let seat = fan.seat(stack, hall, number).await;
    let held = fan.hold(stack, hall, &[&seat]).await;
    if held.status != 201 {
        held.problem(409, "seat_unavailable");
        let place = format!("/v1/queues/{MAIN_QUEUE}/entries/me");
        stack.delete(&place).bearer(&fan.queue_token).send().await.expect(204);
        return;
    }
    let reservation = text(&held.body, "reservationId");
    fan.pay(stack, &reservation).await;
    eventually("the payment ends", || async {
        (fan.reservation(stack, &reservation).await["status"] == "confirmed").then_some(())
    })
    .await;
    if again {
        fan.release(stack, &reservation).await.expect(204);
    }
}

/// 60 fans want 20 seats, and some give theirs back; all the while the audit looks, and never takes what is on its way
/// for a violation.
#[tokio::test(flavor = "multi_thread")]
async fn no_check_alarms_while_fans_buy() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "5")]).await;
    let hall = Hall::open(&stack).await;
    let purchases = (0..20_u64).map(|number| -> BoxFuture<'_, ()> {
        let (stack, hall) = (&stack, &hall);
        async move {
            for round in 0..3 {
                buy(stack, hall, number + 1, (number + round) % 2 == 0).await;
            }
        }
        .boxed()
    });
    let mut purchases = join_all(purchases).boxed();
    let mut looks = 0;
    loop {
        let report = tokio::select! {
            _ = &mut purchases => break,
            report = audit(stack.database.admin_url()) => report.unwrap(),
        };
        assert_eq!(report.violated().collect::<Vec<_>>(), [], "look {looks}");
        looks += 1;
    }
    assert!(looks > 0, "nothing was under way");
    let report = audit(stack.database.admin_url()).await.unwrap();
    assert!(report.is_clean(), "{report}");
}
