//! Double entry: every movement of credits is a transaction of two entries that sum to zero.
//!
//! Entries are only ever added. A person's accounts keep a running balance, changed in the same database transaction
//! and bounded below by zero; the house's accounts have none, so that nobody waits in line to change them.

use uuid::Uuid;

use crate::database::{Time, Tx, all, exec, one, optional};
use crate::domain::{Credits, JobId, RunId, UserId};

use super::Store;

/// Where credits stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// What the person can spend.
    Available(UserId),
    /// What is held for their jobs under way.
    Held(UserId),
    /// Where credits given for free come from.
    Grants,
    /// Where credits bought with Stars come from.
    Stars,
    /// Where the price of a picture goes.
    Sales,
}

impl Account {
    /// A person's accounts have ids that follow from theirs, so that no look-up is needed.
    fn id(self) -> Uuid {
        match self {
            Self::Available(user) => Uuid::new_v5(&user.0, b"available"),
            Self::Held(user) => Uuid::new_v5(&user.0, b"held"),
            Self::Grants => Uuid::from_u128(1),
            Self::Stars => Uuid::from_u128(2),
            Self::Sales => Uuid::from_u128(3),
        }
    }

    fn has_balance(self) -> bool {
        matches!(self, Self::Available(_) | Self::Held(_))
    }
}

/// Why credits move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferKind {
    Grant,
    Topup,
    Hold,
    Capture,
    Void,
    Refund,
    Take,
}

impl TransferKind {
    fn name(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Topup => "topup",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Take => "take",
        }
    }
}

/// What a price is held for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Picture(JobId),
    Training(RunId),
}

impl Subject {
    /// Ids of both kinds are random, so one column and one kind of key serve them.
    pub fn id(self) -> Uuid {
        match self {
            Self::Picture(JobId(id)) | Self::Training(RunId(id)) => id,
        }
    }

    /// As it stands in the books.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Picture(_) => "picture",
            Self::Training(_) => "training",
        }
    }
}

impl From<JobId> for Subject {
    fn from(job: JobId) -> Self {
        Self::Picture(job)
    }
}

impl From<RunId> for Subject {
    fn from(run: RunId) -> Self {
        Self::Training(run)
    }
}

/// One movement of credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer<'a> {
    pub kind: TransferKind,
    /// Names the deed: a second transfer under the same key changes nothing.
    pub key: &'a str,
    /// Whose history it belongs to.
    pub user: UserId,
    pub from: Account,
    pub to: Account,
    /// Not zero.
    pub amount: Credits,
    pub subject: Option<Subject>,
    pub reason: &'a str,
}

/// What came of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    Now,
    /// Its key was there already; nothing changed.
    Before,
    /// The account that it leaves has too little. The surrounding transaction must be dropped.
    Insufficient,
}

/// A line of a person's history.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Line {
    /// The kind of transfer; `training` for what was held to train a likeness.
    pub kind: String,
    /// What it did to the credits that they can spend.
    pub amount: i64,
    pub created_at: Time,
}

/// A person's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Balance {
    pub available: Credits,
    pub held: Credits,
}

impl Tx {
    pub(super) async fn add_accounts(&mut self, user: UserId) -> sqlx::Result<()> {
        exec!(
            *self,
            "INSERT INTO accounts (id, user_id, kind, balance) VALUES ($1, $3, 'available', 0), ($2, $3, 'held', 0)",
            Account::Available(user).id(),
            Account::Held(user).id(),
            user,
        )?;
        Ok(())
    }

    /// Moves credits between two accounts, once per key.
    pub async fn transfer(&mut self, transfer: &Transfer<'_>, now: Time) -> sqlx::Result<Posted> {
        let id = Uuid::now_v7();
        let written = exec!(
            *self,
            "INSERT INTO ledger_transactions (id, kind, key, user_id, job_id, reason, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING",
            id,
            transfer.kind.name(),
            transfer.key,
            transfer.user,
            transfer.subject.map(Subject::id),
            transfer.reason,
            now,
        )?;
        if written == 0 {
            return Ok(Posted::Before);
        }
        let amount = transfer.amount.get();
        let mut changes = [(transfer.from, -amount), (transfer.to, amount)];
        // A hold and a void of one person lock the same two rows; in one order, so that neither waits for the other.
        changes.sort_by_key(|(account, _)| matches!(account, Account::Held(_)));
        for (account, by) in changes {
            if !self.change_balance(account, by).await? {
                return Ok(Posted::Insufficient);
            }
        }
        exec!(
            *self,
            "INSERT INTO ledger_entries (transaction_id, account_id, amount) VALUES ($1, $2, $3), ($1, $4, $5)",
            id,
            transfer.from.id(),
            -amount,
            transfer.to.id(),
            amount,
        )?;
        Ok(Posted::Now)
    }

    /// Whether the account could bear it.
    async fn change_balance(&mut self, account: Account, by: i64) -> sqlx::Result<bool> {
        if !account.has_balance() {
            return Ok(true);
        }
        let changed = exec!(
            *self,
            "UPDATE accounts SET balance = balance + $2 WHERE id = $1 AND balance + $2 >= 0",
            account.id(),
            by,
        )?;
        Ok(changed == 1)
    }

    /// What the person can spend. Nobody else changes it before this transaction has ended, so it also puts whatever
    /// else is done for this person in line.
    pub async fn lock_available(&mut self, user: UserId) -> sqlx::Result<Credits> {
        // The no-op update locks the row on either engine.
        let (balance,): (Credits,) = one!(
            *self,
            (Credits,),
            "UPDATE accounts SET balance = balance WHERE id = $1 RETURNING balance",
            Account::Available(user).id(),
        )?;
        Ok(balance)
    }
}

impl Store {
    /// What the person can spend, and what is held.
    pub async fn balance(&self, user: UserId) -> sqlx::Result<Balance> {
        one!(
            self.db.read(),
            Balance,
            "SELECT a.balance AS available, h.balance AS held FROM accounts a, accounts h WHERE a.id = $1 AND h.id = $2",
            Account::Available(user).id(),
            Account::Held(user).id(),
        )
    }

    /// The latest movements of what the person can spend, newest first. A capture moves none of it.
    pub async fn ledger_lines(&self, user: UserId, limit: i64) -> sqlx::Result<Vec<Line>> {
        all!(
            self.db.read(),
            Line,
            "SELECT CASE WHEN t.kind = 'hold' AND t.reason = 'training' THEN t.reason ELSE t.kind END AS kind, e.amount, \
             t.created_at FROM ledger_transactions t \
             JOIN ledger_entries e ON e.transaction_id = t.id AND e.account_id = $2 \
             WHERE t.user_id = $1 ORDER BY t.created_at DESC, t.id DESC LIMIT $3",
            user,
            Account::Available(user).id(),
            limit,
        )
    }

    /// What is wrong with the books, a sentence each; nothing when they are in order.
    pub async fn audit_ledger(&self) -> sqlx::Result<Vec<String>> {
        let mut faults = Vec::new();
        let sums: Vec<(Uuid, i64)> = all!(
            self.db.read(),
            (Uuid, i64),
            "SELECT t.id, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM ledger_transactions t \
             LEFT JOIN ledger_entries e ON e.transaction_id = t.id \
             GROUP BY t.id HAVING COALESCE(SUM(e.amount), 0) <> 0 OR COUNT(e.amount) < 2",
        )?;
        faults.extend(sums.into_iter().map(|(id, sum)| format!("transaction {id} does not balance (sum {sum})")));
        let drift: Vec<(Uuid, i64, i64)> = all!(
            self.db.read(),
            (Uuid, i64, i64),
            "SELECT a.id, a.balance, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM accounts a \
             LEFT JOIN ledger_entries e ON e.account_id = a.id WHERE a.balance IS NOT NULL \
             GROUP BY a.id, a.balance HAVING a.balance <> COALESCE(SUM(e.amount), 0)",
        )?;
        faults.extend(
            drift
                .into_iter()
                .map(|(id, balance, entries)| format!("account {id} says {balance}, but its entries sum to {entries}")),
        );
        let holds: Vec<(UserId, i64, i64)> = all!(
            self.db.read(),
            (UserId, i64, i64),
            "SELECT a.user_id, a.balance, CAST(COALESCE(SUM(j.price), 0) AS BIGINT) FROM accounts a \
             LEFT JOIN (SELECT user_id, price FROM generation_jobs WHERE state IN ('queued', 'submitting', 'running') \
             UNION ALL SELECT user_id, price FROM training_runs WHERE state IN ('queued', 'submitting', 'running')) j \
             ON j.user_id = a.user_id WHERE a.kind = 'held' GROUP BY a.user_id, a.balance HAVING a.balance <> COALESCE(SUM(j.price), 0)",
        )?;
        faults.extend(holds.into_iter().map(|(user, held, jobs)| {
            format!("person {user} has {held} credits held, but live jobs and trainings worth {jobs}")
        }));
        Ok(faults)
    }

    /// Whether a transfer with this key is in the books.
    pub async fn is_posted(&self, key: &str) -> sqlx::Result<bool> {
        let row: Option<(i32,)> =
            optional!(self.db.read(), (i32,), "SELECT 1 FROM ledger_transactions WHERE key = $1", key)?;
        Ok(row.is_some())
    }
}
