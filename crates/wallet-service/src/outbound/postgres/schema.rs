//! The tables as `migrations/wallet` makes them.

diesel::table! {
    wallets (user_id) {
        user_id -> Uuid,
        name -> Text,
        balance -> Int8,
    }
}

diesel::table! {
    charges (charge_id) {
        charge_id -> Uuid,
        user_id -> Uuid,
        amount -> Int8,
        state -> Text,
        balance_after -> Nullable<Int8>,
        decline_reason -> Nullable<Text>,
        created_at -> Timestamptz,
        touched_at -> Timestamptz,
    }
}

diesel::table! {
    debits (payment_id) {
        payment_id -> Uuid,
        state -> Text,
        user_id -> Nullable<Uuid>,
        amount -> Nullable<Int8>,
        balance -> Nullable<Int8>,
    }
}

diesel::table! {
    journal_lines (entry_id, account) {
        entry_id -> Uuid,
        account -> Text,
        user_id -> Nullable<Uuid>,
        amount -> Int8,
        balance_after -> Nullable<Int8>,
        reason -> Text,
        reference -> Uuid,
        created_at -> Timestamptz,
        position -> Int8,
    }
}
