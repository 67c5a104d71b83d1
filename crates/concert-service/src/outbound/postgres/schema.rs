//! The tables as `migrations/concert` makes them.

diesel::table! {
    concerts (concert_id) {
        concert_id -> Uuid,
        title -> Text,
        venue -> Text,
        queue_id -> Uuid,
        sales_open_at -> Timestamptz,
        sales_close_at -> Timestamptz,
    }
}

diesel::table! {
    schedules (schedule_id) {
        schedule_id -> Uuid,
        concert_id -> Uuid,
        starts_at -> Timestamptz,
        state -> Text,
    }
}

diesel::table! {
    seats (schedule_id, number) {
        schedule_id -> Uuid,
        number -> Int4,
        seat_id -> Uuid,
        section -> Text,
        row_number -> Int4,
        x -> Int4,
        y -> Int4,
        price -> Int8,
    }
}
