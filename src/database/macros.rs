//! `one!`, `optional!`, `all!` and `exec!`: one statement, its values, and either engine.
//!
//! ```ignore
//! let user: User = one!(db.read(), User, "SELECT … WHERE id = $1", id)?;
//! exec!(tx, "UPDATE … WHERE id = $1", id)?;
//! ```

/// Runs `$fetch` of a `query_as` on whatever `$on` is.
macro_rules! fetch {
    ($fetch:ident, $on:expr, $row:ty, $sql:expr $(, $value:expr)*) => {
        $crate::meter::SQL_SECONDS.time(async { match $crate::database::On::on(&mut $on) {
            $crate::database::Target::SqlitePool(on) => sqlx::query_as::<_, $row>($sql)$(.bind($value))*.$fetch(on).await,
            $crate::database::Target::SqliteTx(on) => sqlx::query_as::<_, $row>($sql)$(.bind($value))*.$fetch(on).await,
            $crate::database::Target::PostgresPool(on) => sqlx::query_as::<_, $row>($sql)$(.bind($value))*.$fetch(on).await,
            $crate::database::Target::PostgresTx(on) => sqlx::query_as::<_, $row>($sql)$(.bind($value))*.$fetch(on).await,
        } }).await
    };
}

/// Exactly one row, as `$row`.
macro_rules! one {
    ($on:expr, $row:ty, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::database::fetch!(fetch_one, $on, $row, $sql $(, $value)*)
    };
}

/// A row or none.
macro_rules! optional {
    ($on:expr, $row:ty, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::database::fetch!(fetch_optional, $on, $row, $sql $(, $value)*)
    };
}

/// All rows.
macro_rules! all {
    ($on:expr, $row:ty, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::database::fetch!(fetch_all, $on, $row, $sql $(, $value)*)
    };
}

/// No rows wanted; the number of rows touched.
macro_rules! exec {
    ($on:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::meter::SQL_SECONDS.time(async { match $crate::database::On::on(&mut $on) {
            $crate::database::Target::SqlitePool(on) => sqlx::query($sql)$(.bind($value))*.execute(on).await.map(|done| done.rows_affected()),
            $crate::database::Target::SqliteTx(on) => sqlx::query($sql)$(.bind($value))*.execute(on).await.map(|done| done.rows_affected()),
            $crate::database::Target::PostgresPool(on) => sqlx::query($sql)$(.bind($value))*.execute(on).await.map(|done| done.rows_affected()),
            $crate::database::Target::PostgresTx(on) => sqlx::query($sql)$(.bind($value))*.execute(on).await.map(|done| done.rows_affected()),
        } }).await
    };
}

pub(crate) use {all, exec, fetch, one, optional};
