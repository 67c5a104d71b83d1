use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// A statement in SQL that each connection prepares once. `diesel::sql_query` is parsed and planned at every call, in a
/// round trip of its own, because its text might be another each time; this one's cannot.
///
/// Rows are read by the names of their columns, with `#[derive(QueryableByName)]`. It names the columns that it reads:
/// PostgreSQL refuses a prepared `SELECT *` from the moment on when a migration adds a column.
pub const fn statement(sql: &'static str) -> Statement {
    Statement(sql)
}

/// See [`statement`].
#[derive(Clone, Copy, Debug)]
pub struct Statement(&'static str);

/// A statement with one more value, the next `$n`.
#[derive(Clone, Copy, Debug)]
pub struct Bound<S, V, T> {
    before: S,
    value: V,
    sql_type: PhantomData<T>,
}

impl Statement {
    pub const fn bind<T, V>(self, value: V) -> Bound<Self, V, T> {
        Bound { before: self, value, sql_type: PhantomData }
    }
}

impl<S, V, T> Bound<S, V, T> {
    pub const fn bind<T2, V2>(self, value: V2) -> Bound<Self, V2, T2> {
        Bound { before: self, value, sql_type: PhantomData }
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

impl<S, V, T> QueryFragment<Pg> for Bound<S, V, T>
where
    Pg: HasSqlType<T>,
    S: QueryFragment<Pg>,
    V: ToSql<T, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.before.walk_ast(out.reborrow())?;
        out.push_bind_param_value_only(&self.value)
    }
}

// Without an id of its type a statement is known by its text and the types of its values.
impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S, V, T> QueryId for Bound<S, V, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl<S, V, T> Query for Bound<S, V, T> {
    type SqlType = Untyped;
}
