//! Letters: messages on their way to people, leased by whoever sends them.

use sqlx::types::Json;

use crate::database::{Engine, Time, Tx, all, exec, optional};
use crate::domain::{Letter, MailId, UserId};

use super::Store;

/// The trouble of letters to people who have blocked us.
const BLOCKED: &str = "blocked by the person";

/// A letter that has been claimed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Mail {
    pub id: MailId,
    pub user_id: UserId,
    pub letter: Json<Letter>,
    pub fence: i64,
    /// Failed tries so far.
    pub attempts: i32,
    pub created_at: Time,
    /// It is with Telegram already; what is left is what follows from that.
    pub sent_at: Option<Time>,
}

impl Store {
    /// Takes up to `limit` due letters and hides them from other senders until `lease_until`.
    pub async fn claim_mail(&self, now: Time, lease_until: Time, limit: i64) -> sqlx::Result<Vec<Mail>> {
        const SQLITE: &str = "UPDATE outbox SET lease_until = $2, fence = fence + 1 WHERE id IN (SELECT id FROM outbox \
             WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY due_at LIMIT $3) \
             RETURNING id, user_id, letter, fence, attempts, created_at, sent_at";
        // An array is made once; a joined subquery could be run again and claim more than `limit`.
        const POSTGRES: &str = "UPDATE outbox SET lease_until = $2, fence = fence + 1 WHERE id = ANY (ARRAY (SELECT id FROM \
             outbox WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY due_at LIMIT $3 \
             FOR UPDATE SKIP LOCKED)) RETURNING id, user_id, letter, fence, attempts, created_at, sent_at";
        let sql = match self.db.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        all!(self.db.write(), Mail, sql, now, lease_until, limit)
    }

    /// Takes the letter of this key, if it is due and nobody has it.
    pub async fn claim_letter(&self, key: &str, now: Time, lease_until: Time) -> sqlx::Result<Option<Mail>> {
        optional!(
            self.db.write(),
            Mail,
            "UPDATE outbox SET lease_until = $3, fence = fence + 1 WHERE key = $1 AND due_at <= $2 \
             AND (lease_until IS NULL OR lease_until <= $2) \
             RETURNING id, user_id, letter, fence, attempts, created_at, sent_at",
            key,
            now,
            lease_until,
        )
    }

    /// When the next letter is due, leased ones at the end of their lease.
    pub async fn next_mail_at(&self) -> sqlx::Result<Option<Time>> {
        let row: Option<(Time,)> = optional!(
            self.db.read(),
            (Time,),
            "SELECT CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END AS at FROM outbox \
             WHERE due_at IS NOT NULL ORDER BY at LIMIT 1",
        )?;
        Ok(row.map(|(at,)| at))
    }

    /// Holds on to a letter until `until`. False: it is done with, or somebody else's.
    pub async fn renew_mail(&self, mail: &Mail, until: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE outbox SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL",
            mail.id,
            mail.fence,
            until,
        )?;
        Ok(written == 1)
    }

    /// The letter is with Telegram. It stays claimed, and due, until [`Store::mail_done`]: a crash in between must not
    /// lose what follows from its arrival.
    pub async fn mail_sent(&self, mail: &Mail, now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE outbox SET sent_at = $3 WHERE id = $1 AND fence = $2",
            mail.id,
            mail.fence,
            now,
        )?;
        Ok(written == 1)
    }

    /// What followed from the letter's arrival is done.
    pub async fn mail_done(&self, mail: &Mail) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE outbox SET due_at = NULL, lease_until = NULL WHERE id = $1 AND fence = $2",
            mail.id,
            mail.fence,
        )?;
        Ok(written == 1)
    }

    /// The letter could not be sent: try again at `due_at`, or give it up (`None`). `trouble` is for the operator.
    pub async fn mail_failed(&self, mail: &Mail, due_at: Option<Time>, trouble: &str) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE outbox SET due_at = $3, lease_until = NULL, attempts = attempts + 1, trouble = $4 \
             WHERE id = $1 AND fence = $2",
            mail.id,
            mail.fence,
            due_at,
            trouble,
        )?;
        Ok(written == 1)
    }

    /// The person does not let us write to them: the letter waits for [`Store::revive_mail`].
    pub async fn mail_blocked(&self, mail: &Mail) -> sqlx::Result<bool> {
        self.mail_failed(mail, None, BLOCKED).await
    }

    /// Sends what waited because the person had blocked us; called when they let us in again.
    pub async fn revive_mail(&self, user: UserId, now: Time) -> sqlx::Result<u64> {
        exec!(
            self.db.write(),
            "UPDATE outbox SET due_at = $3 WHERE user_id = $1 AND sent_at IS NULL AND due_at IS NULL AND trouble = $2",
            user,
            BLOCKED,
            now,
        )
    }

    /// Removes letters that were sent, or given up, before `before`.
    pub async fn remove_old_mail(&self, before: Time) -> sqlx::Result<u64> {
        exec!(self.db.write(), "DELETE FROM outbox WHERE due_at IS NULL AND created_at < $1", before)
    }
}

impl Tx {
    /// Puts a letter into the outbox, once per key. Answers whether it is new.
    pub async fn post(&mut self, user: UserId, key: &str, letter: &Letter, now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "INSERT INTO outbox (id, user_id, key, letter, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $5) \
             ON CONFLICT (key) DO NOTHING",
            MailId::new(),
            user,
            key,
            Json(letter),
            now,
        )?;
        Ok(written == 1)
    }

    /// Removes what has not been sent yet, of a person who wants to be forgotten.
    pub async fn forget_mail(&mut self, user: UserId) -> sqlx::Result<u64> {
        exec!(*self, "DELETE FROM outbox WHERE user_id = $1", user)
    }
}
