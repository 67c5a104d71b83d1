//! The tables as `migrations/queue` makes them.

diesel::table! {
    queues (queue_id) {
        queue_id -> Uuid,
        name -> Text,
        state -> Text,
        max_active -> Int4,
        admit_per_minute -> Nullable<Int4>,
        pass_ttl_seconds -> Int4,
        limits_are_set -> Bool,
        last_sequence -> Int8,
    }
}

diesel::table! {
    entries (entry_id) {
        entry_id -> Uuid,
        queue_id -> Uuid,
        user_id -> Uuid,
        sequence -> Int8,
        state -> Text,
        joined_at -> Timestamptz,
        admitted_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        revocation -> Nullable<Int8>,
    }
}

diesel::table! {
    revocation_counter (only_row) {
        only_row -> Bool,
        version -> Int8,
    }
}

diesel::table! {
    room_owner (only_row) {
        only_row -> Bool,
        epoch -> Int8,
    }
}
