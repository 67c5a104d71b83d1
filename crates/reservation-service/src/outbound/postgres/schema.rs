//! The tables as `migrations/reservation` makes them.

diesel::table! {
    sales (schedule_id) {
        schedule_id -> Uuid,
        concert_id -> Uuid,
        queue_id -> Uuid,
        starts_at -> Timestamptz,
        sales_open_at -> Timestamptz,
        sales_close_at -> Timestamptz,
    }
}

diesel::table! {
    seats (seat_id) {
        seat_id -> Uuid,
        schedule_id -> Uuid,
        number -> Int4,
        section -> Text,
        row_number -> Int4,
        price -> Int8,
        status -> Text,
        reservation_id -> Nullable<Uuid>,
        held_until -> Nullable<Timestamptz>,
        changed_in -> Int8,
    }
}

diesel::table! {
    reservations (reservation_id) {
        reservation_id -> Uuid,
        schedule_id -> Uuid,
        user_id -> Uuid,
        pass_id -> Uuid,
        seat_ids -> Array<Uuid>,
        amount -> Int8,
        status -> Text,
        payment_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        held_until -> Timestamptz,
        seat_limit -> Nullable<Int4>,
    }
}

diesel::table! {
    payments (payment_id) {
        payment_id -> Uuid,
        reservation_id -> Uuid,
        user_id -> Uuid,
        pass_id -> Uuid,
        amount -> Int8,
        state -> Text,
        balance -> Nullable<Int8>,
        ended_at -> Nullable<Timestamptz>,
        fence -> Int8,
        lease_until -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    tickets (ticket_id) {
        ticket_id -> Uuid,
        reservation_id -> Uuid,
        seat_id -> Uuid,
        number -> Int4,
    }
}

diesel::table! {
    releases (release_id) {
        release_id -> Uuid,
        reservation_id -> Uuid,
        reason -> Text,
        released_by -> Uuid,
        released_at -> Timestamptz,
    }
}

diesel::table! {
    outbox (event_id) {
        event_id -> Uuid,
        kind -> Text,
        pass_id -> Uuid,
        created_at -> Timestamptz,
        claimed_until -> Timestamptz,
    }
}

diesel::joinable!(seats -> sales (schedule_id));
diesel::allow_tables_to_appear_in_same_query!(reservations, sales, seats);

diesel::define_sql_function! {
    /// The transaction that writes: what a changed seat remembers.
    fn this_version() -> Int8;
}

diesel::define_sql_function! {
    /// Every transaction before this one has ended.
    fn settled_version() -> Int8;
}
