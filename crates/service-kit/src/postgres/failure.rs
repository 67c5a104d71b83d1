use diesel::result::{DatabaseErrorKind, Error};
use domain::shared::Unavailable;

/// Marks an error of the database that is not ours but its own state as [`Unavailable`]: the connection broke, it
/// is starting or stopping, a lock was not to be had, two transactions clashed too often.
pub fn classify(error: Error) -> anyhow::Error {
    let out_of_reach = match &error {
        Error::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::UnableToSendCommand => true,
            _ => is_passing(information.message()),
        },
        Error::BrokenTransactionManager => true,
        _ => false,
    };
    let error = anyhow::Error::new(error);
    if out_of_reach { error.context(Unavailable("the database")) } else { error }
}

/// PostgreSQL's own words for 55P03.
pub(super) const LOCK_TIMEOUT_WORDS: &str = "canceling statement due to lock timeout";

/// diesel gives no SQLSTATE, so these are PostgreSQL's own words for 40P01, 55P03, 57P01, 57P03, 53300 and a lost
/// connection.
fn is_passing(message: &str) -> bool {
    const PASSING: [&str; 9] = [
        "deadlock detected",
        LOCK_TIMEOUT_WORDS,
        "terminating connection",
        "the database system is",
        "too many clients already",
        "remaining connection slots are reserved",
        "connection closed",
        "error communicating with the server",
        "connection reset",
    ];
    PASSING.iter().any(|words| message.contains(words))
}

/// Whether the connection is gone, so that what it was asked last may or may not have been done.
pub(super) fn is_broken(error: &Error) -> bool {
    const GONE: [&str; 4] = [
        "terminating connection",
        "connection closed",
        "error communicating with the server",
        "connection reset",
    ];
    match error {
        Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
            _,
        )
        | Error::BrokenTransactionManager => true,
        Error::DatabaseError(_, information) => {
            GONE.iter().any(|words| information.message().contains(words))
        }
        Error::RollbackErrorOnCommit { commit_error, rollback_error: _ } => is_broken(commit_error),
        _ => false,
    }
}

/// Whether trying the whole transaction again can help: it was rolled back for having met another.
pub(super) fn is_clash(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Error::DatabaseError(_, information) => information.message().contains("deadlock detected"),
        _ => false,
    }
}
