//! What has to hold between the tables: orders and trainings and their holds, payments and their credits, refunds and what they took.
//!
//! The sums of the ledger itself are proven in `ledger.rs`.

use uuid::Uuid;

use crate::database::all;

use super::Store;

/// A rule, as the statement that finds the rows which break it: what each row is called, and a number or two.
struct Rule {
    sql: &'static str,
    says: fn(&str, i64, i64) -> String,
}

const RULES: [Rule; 7] = [
    Rule {
        sql: "SELECT p.charge_id, p.credits, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM payments p \
              LEFT JOIN ledger_transactions t ON t.key IN ('topup:' || p.charge_id, 'bonus:' || p.charge_id) \
              LEFT JOIN accounts a ON a.user_id = p.user_id AND a.kind = 'available' \
              LEFT JOIN ledger_entries e ON e.transaction_id = t.id AND e.account_id = a.id \
              GROUP BY p.charge_id, p.credits HAVING COALESCE(SUM(e.amount), 0) <> p.credits",
        says: |charge, credits, booked| format!("payment {charge} is worth {credits} credits, but {booked} are booked"),
    },
    Rule {
        sql: "SELECT t.key, CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM ledger_transactions t \
              LEFT JOIN payments p ON t.key = 'topup:' || p.charge_id \
              WHERE t.kind = 'topup' AND t.key LIKE 'topup:%' AND p.charge_id IS NULL",
        says: |key, _, _| format!("transaction {key} has no payment"),
    },
    Rule {
        sql: "SELECT r.charge_id, CASE WHEN r.state = 'refused' THEN 0 ELSE r.taken END, \
              CAST(COALESCE(-SUM(e.amount), 0) AS BIGINT) FROM refunds r \
              JOIN payments p ON p.charge_id = r.charge_id \
              JOIN accounts a ON a.user_id = p.user_id AND a.kind = 'available' \
              LEFT JOIN ledger_transactions t ON t.key IN (\
              'refund:' || r.charge_id || CASE WHEN r.attempt = 1 THEN '' ELSE '#' || r.attempt END, \
              'unbonus:' || r.charge_id || CASE WHEN r.attempt = 1 THEN '' ELSE '#' || r.attempt END, \
              'unrefund:' || r.charge_id || CASE WHEN r.attempt = 1 THEN '' ELSE '#' || r.attempt END, \
              'rebonus:' || r.charge_id || CASE WHEN r.attempt = 1 THEN '' ELSE '#' || r.attempt END) \
              LEFT JOIN ledger_entries e ON e.transaction_id = t.id AND e.account_id = a.id \
              GROUP BY r.charge_id, r.attempt, r.state, r.taken \
              HAVING COALESCE(-SUM(e.amount), 0) <> CASE WHEN r.state = 'refused' THEN 0 ELSE r.taken END",
        says: |charge, taken, booked| format!("the refund of {charge} took {taken} credits, but {booked} are booked"),
    },
    Rule {
        sql: "SELECT t.key, CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM ledger_transactions t \
              LEFT JOIN refunds r ON t.key = 'refund:' || r.charge_id \
              || CASE WHEN r.attempt = 1 THEN '' ELSE '#' || r.attempt END \
              WHERE t.kind = 'refund' AND t.key LIKE 'refund:%' AND r.charge_id IS NULL",
        says: |key, _, _| format!("transaction {key} has no refund"),
    },
    Rule {
        sql: "SELECT p.charge_id, CAST(CASE WHEN p.refunded_at IS NULL THEN 0 ELSE 1 END AS BIGINT), \
              CAST(COUNT(r.charge_id) AS BIGINT) FROM payments p \
              LEFT JOIN refunds r ON r.charge_id = p.charge_id AND r.state = 'done' \
              GROUP BY p.charge_id, p.refunded_at \
              HAVING COUNT(r.charge_id) <> CASE WHEN p.refunded_at IS NULL THEN 0 ELSE 1 END",
        says: |charge, returned, refunds| match returned {
            0 => format!("payment {charge} has not gone back, but {refunds} refund of it is done"),
            _ => format!("payment {charge} has gone back, but {refunds} refunds of it are done"),
        },
    },
    Rule {
        sql: "SELECT p.charge_id, i.credits, p.credits FROM payments p JOIN invoices i ON i.id = p.invoice_id \
              WHERE i.credits <> p.credits OR i.stars <> p.stars OR i.user_id <> p.user_id OR i.paid_at IS NULL",
        says: |charge, offered, given| {
            format!("payment {charge} gave {given} credits, but does not fit its invoice of {offered}")
        },
    },
    Rule {
        sql: "SELECT s.state, s.number, CAST(0 AS BIGINT) FROM support_requests s \
              WHERE (s.state = 'open') <> (s.closed_at IS NULL)",
        says: |state, number, _| format!("question {number} is {state}, but its end says something else"),
    },
];

impl Store {
    /// What is wrong with the books, a sentence each; nothing when they are in order. Telegram is not asked.
    pub async fn audit(&self) -> sqlx::Result<Vec<String>> {
        let mut faults = self.audit_ledger().await?;
        faults.extend(self.audit_holds().await?);
        for rule in RULES {
            let rows: Vec<(String, i64, i64)> = all!(self.db.read(), (String, i64, i64), rule.sql)?;
            faults.extend(rows.into_iter().map(|(name, a, b)| (rule.says)(&name, a, b)));
        }
        Ok(faults)
    }

    /// Each order and each training is held once, and settled once when it has ended.
    async fn audit_holds(&self) -> sqlx::Result<Vec<String>> {
        let rows: Vec<(String, Uuid, String, i64, i64)> = all!(
            self.db.read(),
            (String, Uuid, String, i64, i64),
            "SELECT s.what, s.id, s.state, CAST(SUM(CASE WHEN t.kind = 'hold' THEN 1 ELSE 0 END) AS BIGINT) AS holds, \
             CAST(SUM(CASE WHEN t.kind IN ('capture', 'void') THEN 1 ELSE 0 END) AS BIGINT) AS ends \
             FROM (SELECT 'job' AS what, id, state FROM generation_jobs \
             UNION ALL SELECT 'training' AS what, id, state FROM training_runs) s \
             LEFT JOIN ledger_transactions t ON t.job_id = s.id GROUP BY s.what, s.id, s.state \
             HAVING SUM(CASE WHEN t.kind = 'hold' THEN 1 ELSE 0 END) <> 1 \
             OR SUM(CASE WHEN t.kind IN ('capture', 'void') THEN 1 ELSE 0 END) \
             <> CASE WHEN s.state IN ('succeeded', 'failed', 'cancelled') THEN 1 ELSE 0 END",
        )?;
        let sentence = |(what, id, state, holds, ends): (String, Uuid, String, i64, i64)| {
            format!("{what} {id} is {state}, but was held {holds} times and settled {ends} times")
        };
        Ok(rows.into_iter().map(sentence).collect())
    }
}
