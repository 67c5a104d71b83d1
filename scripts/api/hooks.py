"""What scripts/check-api adds to schemathesis: the credential that an operation asks for, ids of what is there, and a
check that every refusal reads as the contract says."""

import atexit
import collections
import os
import random
import time

import requests
import schemathesis

BASE = os.environ["CHECK_API_BASE"]
OPERATOR = os.environ["CHECK_API_OPERATOR"]
# The facade's failures are the published documents' own: {"error": text, "code": word}.
FACADE = os.environ["CHECK_API_DOCUMENT"] == "facade"
MAIN_QUEUE = "01900000-0000-7000-8000-000000000001"
PRICE = 1_000_000
PATIENCE_SECONDS = 30

chance = random.Random(1)
# By operation, how often each status was answered: a run in which nothing succeeds has looked at little.
answers = collections.defaultdict(collections.Counter)


@atexit.register
def report():
    for operation in [operation for operation, counts in answers.items() if set(counts) == {405}]:
        del answers[operation]
    for operation in sorted(answers):
        counts = " ".join(f"{status}:{count}" for status, count in sorted(answers[operation].items()))
        print(f"{operation:75} {counts}")
    succeeded = [operation for operation, counts in answers.items() if any(status < 300 for status in counts)]
    print(f"{len(answers)} operations, {sum(map(sum, map(dict.values, answers.values())))} answers; "
          f"{len(succeeded)} operations have succeeded")


def ask(method, path, token=None, status=None, **rest):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    reply = requests.request(method, BASE + path, headers=headers, timeout=10, **rest)
    if status is not None and reply.status_code != status:
        raise RuntimeError(f"{method} {path}: {reply.status_code} {reply.text}")
    return reply


class Fan:
    """Somebody inside, with money, a reservation that is held and one that is paid for."""

    def __init__(self):
        user = ask("POST", "/v1/users", status=201, json={"name": "Mina"}).json()
        self.user, self.access = user["userId"], user["accessToken"]
        self.join()
        ask("POST", f"/v1/wallets/{self.user}/charges", self.access, 201, json={"amount": PRICE})
        self.paid = self.hold(best=1)["reservationId"]
        paid = ask("POST", f"/v1/reservations/{self.paid}/payments", self.pass_, 201).json()
        self.payment = paid["paymentId"]
        self.join()
        held = self.hold(best=1)
        self.held, self.seats = held["reservationId"], [seat["seatId"] for seat in held["seats"]]

    def join(self):
        entries = f"/v1/queues/{MAIN_QUEUE}/entries"
        self.queue_token = ask("POST", entries, self.access).json()["queueToken"]
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            entry = ask("GET", entries + "/me", self.queue_token, 200).json()
            if entry["status"] == "admitted":
                self.pass_ = entry["pass"]
                return
            time.sleep(0.05)
        raise RuntimeError("nobody is admitted")

    def hold(self, best):
        body = {"scheduleId": SCHEDULES[0], "bestAvailable": {"quantity": best}}
        return ask("POST", "/v1/reservations", self.pass_, 201, json=body).json()

    def credential(self, kind):
        return {"accessToken": self.access, "pass": self.pass_, "queueToken": self.queue_token}[kind]


def open_queue():
    everybody = {"state": "open", "maxActive": 100_000, "admitPerMinute": None, "passTtlSeconds": 3_600}
    ask("PUT", f"/v1/admin/queues/{MAIN_QUEUE}", OPERATOR, 200, json=everybody)


open_queue()
CONCERTS = [one["concertId"] for one in ask("GET", "/v1/concerts", status=200).json()["concerts"]]
PERFORMANCES = [
    schedule
    for concert in CONCERTS
    for schedule in ask("GET", f"/v1/admin/concerts/{concert}/schedules", OPERATOR, 200).json()["schedules"]
]
SCHEDULES, DATE = [one["scheduleId"] for one in PERFORMANCES], PERFORMANCES[0]["startsAt"][:10]
fan = Fan()


def known(name):
    """Ids of what is there, by the name of the parameter."""
    return {
        "concertId": CONCERTS,
        "scheduleId": SCHEDULES,
        "queueId": [MAIN_QUEUE],
        "userId": [fan.user],
        "reservationId": [fan.held, fan.paid],
        "paymentId": [fan.payment],
        "seatId": fan.seats,
        "ticketId": [fan.held],
        "date": [DATE],
    }.get(name)


@schemathesis.hook
def before_call(context, case, kwargs):
    for name in case.path_parameters or {}:
        ids = known(name)
        if ids and chance.random() < 0.7:
            case.path_parameters[name] = chance.choice(ids)
    body = case.body if isinstance(case.body, dict) else {}
    for name in body:
        ids = known(name)
        if ids and isinstance(body[name], str) and chance.random() < 0.7:
            body[name] = chance.choice(ids)
    security = case.operation.definition.raw.get("security") or []
    kinds = [kind for alternative in security for kind in alternative]
    # One in eight shows what it has made up, or nothing.
    if kinds and chance.random() < 0.875:
        # And some show what opens another door.
        kind = chance.choice(kinds if chance.random() < 0.9 else ["accessToken", "pass", "queueToken"])
        token = OPERATOR if "/admin/" in case.operation.path else fan.credential(kind)
        case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.hook
def after_call(context, case, response):
    """What the calls have used up is made anew."""
    global fan
    answers[f"{case.method} {case.operation.path}"][response.status_code] += 1
    if "/admin/queues/" in case.operation.path and case.method == "PUT":
        open_queue()
    if response.status_code == 401 and "pass_expired" in response.text:
        open_queue()
        fan = Fan()


@schemathesis.check
def refusals_are_problems(context, response, case):
    if response.status_code < 400 or case.method == "HEAD":
        return
    body = response.json()
    kind = response.headers["content-type"][0]
    if FACADE and "error" in body:
        assert isinstance(body["error"], str) and isinstance(body["code"], str), body
        return
    assert kind == "application/problem+json", kind
    for name in ("type", "title", "detail", "code"):
        assert isinstance(body[name], str) and body[name], f"{name} of {body}"
    assert body["status"] == response.status_code, body
    # An answer that is kept under its key is given again as it was.
    if "Idempotency-Key" not in case.headers:
        assert [body["requestId"]] == response.headers["x-request-id"], body
