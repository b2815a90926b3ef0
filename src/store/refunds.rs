//! Payments on their way back, leased by whoever tells Telegram.

use crate::database::{Engine, Time, Tx, all, exec, one, optional};
use crate::domain::{Credits, TelegramId, UserId};

use super::Store;

/// A refund that has been claimed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Refund {
    pub charge_id: String,
    pub attempt: i32,
    pub fence: i64,
    /// Failed calls so far.
    pub tries: i32,
}

/// A refund that is under way or over.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Returned {
    pub attempt: i32,
    /// Who asked for it; `None` where Telegram did it by itself.
    pub asked_by: Option<UserId>,
    /// The credits that were taken for it.
    pub taken: Credits,
}

/// A new row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRefund<'a> {
    pub charge_id: &'a str,
    pub attempt: i32,
    pub asked_by: Option<UserId>,
    pub reason: &'a str,
    pub taken: Credits,
}

impl Store {
    /// Takes up to `limit` due refunds and hides them from others until `lease_until`.
    pub async fn claim_refunds(&self, now: Time, lease_until: Time, limit: i64) -> sqlx::Result<Vec<Refund>> {
        const SQLITE: &str = "UPDATE refunds SET lease_until = $2, fence = fence + 1 WHERE rowid IN (SELECT rowid \
             FROM refunds WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY due_at LIMIT $3) \
             RETURNING charge_id, attempt, fence, tries";
        const POSTGRES: &str = "UPDATE refunds SET lease_until = $2, fence = fence + 1 WHERE (charge_id, attempt) IN \
             (SELECT charge_id, attempt FROM refunds WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) \
             ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING charge_id, attempt, fence, tries";
        let sql = match self.db.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        all!(self.db.write(), Refund, sql, now, lease_until, limit)
    }

    /// When the next refund is due, leased ones at the end of their lease.
    pub async fn next_refund_at(&self) -> sqlx::Result<Option<Time>> {
        let row: Option<(Time,)> = optional!(
            self.db.read(),
            (Time,),
            "SELECT CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END AS at FROM refunds \
             WHERE due_at IS NOT NULL ORDER BY at LIMIT 1",
        )?;
        Ok(row.map(|(at,)| at))
    }

    /// Holds on to a refund until `until`. False: it is over, or somebody else's.
    pub async fn renew_refund(&self, refund: &Refund, until: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE refunds SET lease_until = $4 WHERE charge_id = $1 AND attempt = $2 AND fence = $3 \
             AND lease_until IS NOT NULL",
            &refund.charge_id,
            refund.attempt,
            refund.fence,
            until,
        )?;
        Ok(written == 1)
    }

    /// Telegram did not take it this time: again at `due_at`. `trouble` is for the operator.
    pub async fn postpone_refund(&self, refund: &Refund, due_at: Time, trouble: &str) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE refunds SET due_at = $4, lease_until = NULL, tries = tries + 1, trouble = $5 \
             WHERE charge_id = $1 AND attempt = $2 AND fence = $3 AND state = 'asked'",
            &refund.charge_id,
            refund.attempt,
            refund.fence,
            due_at,
            trouble,
        )?;
        Ok(written == 1)
    }

    /// Who gets the Stars of a payment back: the person's Telegram id.
    pub async fn payer(&self, charge_id: &str) -> sqlx::Result<Option<TelegramId>> {
        let row: Option<(TelegramId,)> = optional!(
            self.db.read(),
            (TelegramId,),
            "SELECT u.telegram_id FROM payments p JOIN users u ON u.id = p.user_id WHERE p.charge_id = $1",
            charge_id,
        )?;
        Ok(row.map(|(id,)| id))
    }

    /// Whether the payment is on its way back.
    pub async fn refund_is_under_way(&self, charge_id: &str) -> sqlx::Result<bool> {
        let row: Option<(i32,)> = optional!(
            self.db.read(),
            (i32,),
            "SELECT 1 FROM refunds WHERE charge_id = $1 AND state = 'asked'",
            charge_id,
        )?;
        Ok(row.is_some())
    }
}

impl Tx {
    /// The refund of this payment that is under way.
    pub async fn refund_under_way(&mut self, charge_id: &str) -> sqlx::Result<Option<Returned>> {
        optional!(
            *self,
            Returned,
            "SELECT attempt, asked_by, taken FROM refunds WHERE charge_id = $1 AND state = 'asked'",
            charge_id,
        )
    }

    /// The number of the next attempt at giving this payment back, from 1.
    pub async fn next_refund_attempt(&mut self, charge_id: &str) -> sqlx::Result<i32> {
        let (attempt,): (i32,) = one!(
            *self,
            (i32,),
            "SELECT CAST(COALESCE(MAX(attempt), 0) + 1 AS INTEGER) FROM refunds WHERE charge_id = $1",
            charge_id,
        )?;
        Ok(attempt)
    }

    /// Writes a refund: one that Telegram has to be told of (`due_at`), or one that is over.
    pub async fn add_refund(&mut self, refund: &NewRefund<'_>, due_at: Option<Time>, now: Time) -> sqlx::Result<()> {
        let (state, ended_at) = if due_at.is_some() { ("asked", None) } else { ("done", Some(now)) };
        exec!(
            *self,
            "INSERT INTO refunds (charge_id, attempt, state, asked_by, reason, taken, due_at, created_at, ended_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            refund.charge_id,
            refund.attempt,
            state,
            refund.asked_by,
            refund.reason,
            refund.taken,
            due_at,
            now,
            ended_at,
        )?;
        Ok(())
    }

    /// The Stars are back.
    pub async fn end_refund(&mut self, charge_id: &str, attempt: i32, now: Time) -> sqlx::Result<()> {
        exec!(
            *self,
            "UPDATE refunds SET state = 'done', due_at = NULL, lease_until = NULL, ended_at = $3 \
             WHERE charge_id = $1 AND attempt = $2 AND state = 'asked'",
            charge_id,
            attempt,
            now,
        )?;
        Ok(())
    }

    /// Telegram will not give these Stars back. Answers the refund, when the lease still held.
    pub async fn refuse_refund(&mut self, refund: &Refund, trouble: &str, now: Time) -> sqlx::Result<Option<Returned>> {
        optional!(
            *self,
            Returned,
            "UPDATE refunds SET state = 'refused', due_at = NULL, lease_until = NULL, ended_at = $5, trouble = $4 \
             WHERE charge_id = $1 AND attempt = $2 AND fence = $3 AND state = 'asked' \
             RETURNING attempt, asked_by, taken",
            &refund.charge_id,
            refund.attempt,
            refund.fence,
            trouble,
            now,
        )
    }
}
