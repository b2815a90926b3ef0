//! Invoices and payments.

use crate::database::{Time, Tx, all, exec, one, optional};
use crate::domain::{ActionKey, Credits, InvoiceId, UserId};

use super::Store;

/// An offer to pay Stars for credits.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Invoice {
    pub id: InvoiceId,
    pub user_id: UserId,
    pub stars: i64,
    pub credits: Credits,
    pub expires_at: Time,
    pub paid_at: Option<Time>,
}

/// A payment that is in the books.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Payment {
    pub charge_id: String,
    pub user_id: UserId,
    pub stars: i64,
    pub credits: Credits,
    pub created_at: Time,
    pub refunded_at: Option<Time>,
}

const INVOICE: &str = "SELECT id, user_id, stars, credits, expires_at, paid_at FROM invoices WHERE id = $1";
const PAYMENT: &str = "SELECT charge_id, user_id, stars, credits, created_at, refunded_at FROM payments ";

impl Store {
    /// Writes an invoice, once per key; answers the one that the key names.
    pub async fn add_invoice(
        &self,
        user: UserId,
        key: &ActionKey,
        stars: i64,
        credits: Credits,
        now: Time,
        expires_at: Time,
    ) -> sqlx::Result<InvoiceId> {
        // The no-op update makes RETURNING answer for a row that was there.
        let (id,): (InvoiceId,) = one!(
            self.db.write(),
            (InvoiceId,),
            "INSERT INTO invoices (id, user_id, key, stars, credits, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id",
            InvoiceId::new(),
            user,
            key,
            stars,
            credits,
            now,
            expires_at,
        )?;
        Ok(id)
    }

    pub async fn invoice(&self, id: InvoiceId) -> sqlx::Result<Option<Invoice>> {
        optional!(self.db.read(), Invoice, INVOICE, id)
    }

    /// Binds an invoice to one pre-checkout until `until`. False: another one has it.
    pub async fn reserve_invoice(&self, id: InvoiceId, checkout: &str, now: Time, until: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE invoices SET checkout = $2, checkout_until = $4 WHERE id = $1 AND paid_at IS NULL \
             AND (checkout IS NULL OR checkout = $2 OR checkout_until <= $3)",
            id,
            checkout,
            now,
            until,
        )?;
        Ok(written == 1)
    }

    pub async fn payment(&self, charge_id: &str) -> sqlx::Result<Option<Payment>> {
        const SQL: &str = const_format::concatcp!(PAYMENT, "WHERE charge_id = $1");
        optional!(self.db.read(), Payment, SQL, charge_id)
    }

    /// Every charge in the books.
    pub async fn charges(&self) -> sqlx::Result<Vec<String>> {
        let rows: Vec<(String,)> =
            all!(self.db.read(), (String,), "SELECT charge_id FROM payments ORDER BY created_at")?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The person's latest payments, newest first.
    pub async fn payments(&self, user: UserId, limit: i64) -> sqlx::Result<Vec<Payment>> {
        const SQL: &str = const_format::concatcp!(PAYMENT, "WHERE user_id = $1 ORDER BY created_at DESC LIMIT $2");
        all!(self.db.read(), Payment, SQL, user, limit)
    }
}

impl Tx {
    pub async fn invoice(&mut self, id: InvoiceId) -> sqlx::Result<Option<Invoice>> {
        optional!(*self, Invoice, INVOICE, id)
    }

    /// Books a charge, once. False: it is in the books already.
    pub async fn add_payment(
        &mut self,
        charge_id: &str,
        user: UserId,
        invoice: Option<InvoiceId>,
        stars: i64,
        credits: Credits,
        now: Time,
    ) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "INSERT INTO payments (charge_id, user_id, invoice_id, stars, credits, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (charge_id) DO NOTHING",
            charge_id,
            user,
            invoice,
            stars,
            credits,
            now,
        )?;
        if let Some(invoice) = invoice {
            exec!(*self, "UPDATE invoices SET paid_at = COALESCE(paid_at, $2) WHERE id = $1", invoice, now)?;
        }
        Ok(written == 1)
    }

    /// A payment, kept from changing until this transaction has ended. Whatever is done about giving it back begins so.
    pub async fn lock_payment(&mut self, charge_id: &str) -> sqlx::Result<Option<Payment>> {
        // The no-op update locks the row on either engine.
        optional!(
            *self,
            Payment,
            "UPDATE payments SET refunded_at = refunded_at WHERE charge_id = $1 \
             RETURNING charge_id, user_id, stars, credits, created_at, refunded_at",
            charge_id,
        )
    }

    /// Marks a payment as given back, once. Answers it when this call did so.
    pub async fn refund_payment(&mut self, charge_id: &str, now: Time) -> sqlx::Result<Option<Payment>> {
        optional!(
            *self,
            Payment,
            "UPDATE payments SET refunded_at = $2 WHERE charge_id = $1 AND refunded_at IS NULL \
             RETURNING charge_id, user_id, stars, credits, created_at, refunded_at",
            charge_id,
            now,
        )
    }
}
