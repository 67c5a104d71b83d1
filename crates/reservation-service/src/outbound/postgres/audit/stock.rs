use service_kit::audit::Check;

pub const SEATS_HAVE_ONE_CLAIM: Check = Check {
    name: "seats_have_one_claim",
    guarantees: &[1],
    rule: "A seat is part of at most one live hold or sale.",
    over: "reservations",
    running: None,
    sql: "SELECT format('seat %s: claimed by the reservations %s', seat_id, \
                        string_agg(reservation_id::text, ', ' ORDER BY reservation_id)) \
          FROM (SELECT reservation_id, unnest(seat_ids) AS seat_id FROM reservations \
                WHERE status IN ('paying', 'confirmed') \
                   OR (status = 'held' AND held_until > statement_timestamp())) AS live \
          GROUP BY seat_id HAVING count(*) > 1",
};

pub const SEATS_ADD_UP: Check = Check {
    name: "seats_add_up",
    guarantees: &[2],
    rule: "Available, held, sold and blocked seats of a performance are all its seats.",
    over: "seats",
    running: None,
    sql: "SELECT format('schedule %s: %s available, %s held, %s sold and %s blocked of %s seats with %s numbers', \
                        schedule_id, count(*) FILTER (WHERE status = 'available'), \
                        count(*) FILTER (WHERE status = 'held'), count(*) FILTER (WHERE status = 'sold'), \
                        count(*) FILTER (WHERE status = 'blocked'), count(*), count(DISTINCT number)) \
          FROM seats GROUP BY schedule_id \
          HAVING count(*) <> count(*) FILTER (WHERE status IN ('available', 'held', 'sold', 'blocked')) \
              OR count(*) <> count(DISTINCT number)",
};

pub const SEATS_MATCH_THEIR_RESERVATION: Check = Check {
    name: "seats_match_their_reservation",
    guarantees: &[1, 7, 16],
    rule: "A sold seat belongs to a confirmed reservation, a held one to one that is held, until the same time, or is \
           being paid; no other belongs to any.",
    over: "seats",
    running: None,
    sql: "SELECT format('seat %s: %s until %s for reservation %s, which is %s until %s', seat_id, seats.status, \
                        coalesce(seats.held_until::text, 'no end'), reservation_id, \
                        coalesce(reservations.status, 'not there'), reservations.held_until) \
          FROM seats LEFT JOIN reservations USING (reservation_id) \
          WHERE (seats.reservation_id IS NOT NULL OR seats.status IN ('held', 'sold')) \
            AND NOT coalesce( \
                  seat_id = ANY (seat_ids) AND seats.schedule_id = reservations.schedule_id \
                  AND CASE seats.status \
                      WHEN 'sold' THEN reservations.status = 'confirmed' AND seats.held_until IS NULL \
                      WHEN 'held' THEN (reservations.status = 'paying' AND seats.held_until IS NULL) \
                                    OR (reservations.status = 'held' AND seats.held_until = reservations.held_until) \
                      ELSE false END, \
                  false)",
};

pub const RESERVATIONS_HAVE_THEIR_SEATS: Check = Check {
    name: "reservations_have_their_seats",
    guarantees: &[1, 7],
    rule: "All seats of a confirmed reservation are sold to it, and all of one that is held or being paid are held by it.",
    over: "reservations",
    running: None,
    // A hold that has lapsed may have lost its seats to the next one.
    sql: "SELECT format('reservation %s is %s: its seat %s is %s for %s', live.reservation_id, live.status, seat_id, \
                        coalesce(seats.status, 'not there'), coalesce(seats.reservation_id::text, 'nobody')) \
          FROM (SELECT reservation_id, status, unnest(seat_ids) AS seat_id FROM reservations \
                WHERE status IN ('paying', 'confirmed') \
                   OR (status = 'held' AND held_until > statement_timestamp())) AS live \
          LEFT JOIN seats USING (seat_id) \
          WHERE seats.reservation_id IS DISTINCT FROM live.reservation_id \
             OR seats.status IS DISTINCT FROM CASE live.status WHEN 'confirmed' THEN 'sold' ELSE 'held' END",
};

pub const RESERVATIONS_COST_WHAT_THEIR_SEATS_COST: Check = Check {
    name: "reservations_cost_what_their_seats_cost",
    guarantees: &[7],
    rule: "A reservation costs what its seats cost, and they are seats of its performance.",
    over: "reservations",
    running: None,
    sql: "SELECT format('reservation %s: %s for %s seats, of which %s are there and cost %s', \
                        wanted.reservation_id, amount, count(*), count(price), coalesce(sum(price), 0)) \
          FROM (SELECT reservation_id, schedule_id, amount, unnest(seat_ids) AS seat_id FROM reservations) AS wanted \
          LEFT JOIN seats USING (seat_id, schedule_id) \
          GROUP BY wanted.reservation_id, amount \
          HAVING count(price) <> count(*) OR sum(price) <> amount",
};

pub const FANS_STAY_WITHIN_THEIR_SEAT_LIMIT: Check = Check {
    name: "fans_stay_within_their_seat_limit",
    guarantees: &[17],
    rule: "The live and sold seats that a fan has of a performance are within the limit of the latest hold among them.",
    over: "reservations",
    running: None,
    // All of them were live when the latest was placed, under the fan's lock; its limit counted them all.
    sql: "SELECT format('user %s has %s seats of schedule %s, of at most %s: reservations %s', user_id, \
                        sum(cardinality(seat_ids)), schedule_id, \
                        (array_agg(seat_limit ORDER BY created_at DESC))[1], \
                        string_agg(reservation_id::text, ', ' ORDER BY reservation_id)) \
          FROM reservations \
          WHERE status IN ('paying', 'confirmed') OR (status = 'held' AND held_until > statement_timestamp()) \
          GROUP BY user_id, schedule_id \
          HAVING sum(cardinality(seat_ids)) > (array_agg(seat_limit ORDER BY created_at DESC))[1]",
};

pub const TICKETS_MATCH_SOLD_SEATS: Check = Check {
    name: "tickets_match_sold_seats",
    guarantees: &[7],
    rule: "Every sold seat has one ticket, of the reservation that it was sold to, and no other seat has any.",
    over: "tickets",
    running: None,
    sql: "SELECT format('seat %s, number %s, is %s for reservation %s, with ticket %s for number %s of reservation %s', \
                        seat_id, seats.number, coalesce(status, 'not there'), \
                        coalesce(seats.reservation_id::text, 'none'), coalesce(ticket_id::text, 'none'), \
                        tickets.number, coalesce(tickets.reservation_id::text, 'none')) \
          FROM (SELECT *, count(*) OVER (PARTITION BY seat_id) AS on_this_seat FROM tickets) AS tickets \
          FULL JOIN (SELECT * FROM seats WHERE status = 'sold') AS seats USING (seat_id) \
          WHERE ticket_id IS NULL OR status IS NULL OR on_this_seat > 1 OR seats.number <> tickets.number \
             OR seats.reservation_id IS DISTINCT FROM tickets.reservation_id",
};

pub const RELEASED_BY_HAND_IS_RELEASED: Check = Check {
    name: "released_by_hand_is_released",
    guarantees: &[11, 18],
    rule: "A hold that an operator has released is released and stays so.",
    over: "releases",
    running: None,
    sql: "SELECT format('reservation %s: %s, although %s released it at %s', reservation_id, \
                        coalesce(status, 'not there'), released_by, released_at) \
          FROM releases LEFT JOIN reservations USING (reservation_id) WHERE status IS DISTINCT FROM 'released'",
};
