//! Giving Stars back: asked for here, carried to Telegram by the poller, and booked once however it comes about.
//!
//! The credits are taken when the refund is asked for, in the transaction that writes its row, so that nobody spends
//! what is on its way back. Telegram can also give Stars back without being asked; then the credits go as far as they
//! are still there. Every way begins by locking the payment.

use crate::crash;
use crate::database::{Time, Tx};
use crate::domain::{Credits, Letter, UserId};
use crate::store::ledger::{Account, Transfer, TransferKind};
use crate::store::payments::Payment;
use crate::store::refunds::{NewRefund, Refund};

use super::Wallet;

/// A refund that an admin wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish<'a> {
    pub charge_id: &'a str,
    pub by: UserId,
    pub reason: &'a str,
    /// Also when some of the credits are spent.
    pub forced: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The credits are taken, and the Stars are on their way.
    Now(Payment),
    /// There is no such payment.
    Unknown,
    /// The Stars are back already.
    Returned(Payment),
    /// The Stars are on their way already.
    UnderWay(Payment),
    /// Only these credits are left of it; nothing was done.
    Spent { payment: Payment, left: Credits },
}

/// Takes the credits of a payment and has its Stars given back, as a part of `tx`; commit it only on [`Asked::Now`].
pub async fn ask_refund(tx: &mut Tx, wish: &Wish<'_>, now: Time) -> sqlx::Result<Asked> {
    let Some(payment) = tx.lock_payment(wish.charge_id).await? else { return Ok(Asked::Unknown) };
    if payment.refunded_at.is_some() {
        return Ok(Asked::Returned(payment));
    }
    if tx.refund_under_way(&payment.charge_id).await?.is_some() {
        return Ok(Asked::UnderWay(payment));
    }
    let left = tx.lock_available(payment.user_id).await?;
    if left < payment.credits && !wish.forced {
        return Ok(Asked::Spent { payment, left });
    }
    let attempt = tx.next_refund_attempt(&payment.charge_id).await?;
    let taken = take_back(tx, &payment, attempt, now).await?;
    let refund =
        NewRefund { charge_id: &payment.charge_id, attempt, asked_by: Some(wish.by), reason: wish.reason, taken };
    tx.add_refund(&refund, Some(now), now).await?;
    crash::point("refund-written");
    Ok(Asked::Now(payment))
}

impl Wallet {
    /// Books that Telegram has given a payment back, once: after we asked it to, or by itself. False: it was booked
    /// before, or we know no such payment.
    pub async fn refunded(&self, charge_id: &str, now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(payment) = tx.refund_payment(charge_id, now).await? else { return Ok(false) };
        match tx.refund_under_way(charge_id).await? {
            Some(refund) => {
                tx.end_refund(charge_id, refund.attempt, now).await?;
                if let Some(admin) = refund.asked_by {
                    let letter = Letter::RefundDone { charge: charge_id.to_owned() };
                    tx.post(admin, &format!("refund-done:{charge_id}"), &letter, now).await?;
                }
            }
            None => {
                let attempt = tx.next_refund_attempt(charge_id).await?;
                let taken = take_back(&mut tx, &payment, attempt, now).await?;
                let refund = NewRefund { charge_id, attempt, asked_by: None, reason: "refunded by Telegram", taken };
                tx.add_refund(&refund, None, now).await?;
            }
        }
        let letter = Letter::Refunded { stars: payment.stars };
        tx.post(payment.user_id, &format!("refunded:{charge_id}"), &letter, now).await?;
        crash::point("refund-booking");
        tx.commit().await?;
        Ok(true)
    }

    /// Telegram will not give these Stars back: the person has their credits again, and whoever asked is told. False:
    /// the lease was lost, or the Stars are back all the same.
    pub async fn refund_refused(&self, refund: &Refund, trouble: &str, now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(payment) = tx.lock_payment(&refund.charge_id).await? else { return Ok(false) };
        let Some(refused) = tx.refuse_refund(refund, trouble, now).await? else { return Ok(false) };
        give_again(&mut tx, &payment, refused.attempt, refused.taken, now).await?;
        if let Some(admin) = refused.asked_by {
            let letter = Letter::RefundRefused { charge: payment.charge_id.clone(), reason: trouble.to_owned() };
            let key = format!("refund-refused:{}#{}", payment.charge_id, refused.attempt);
            tx.post(admin, &key, &letter, now).await?;
            // A person who asked for it still waits for an answer.
            for request in tx.reopen_requests(&payment.charge_id).await? {
                let key = format!("question:{request}:{admin}#{}", refused.attempt);
                tx.post(admin, &key, &Letter::Question { request }, now).await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Takes what is left of a payment's credits, and answers how much that was. The bought part goes back to where it came
/// from first, then the bonus.
async fn take_back(tx: &mut Tx, payment: &Payment, attempt: i32, now: Time) -> sqlx::Result<Credits> {
    let user = payment.user_id;
    let back = payment.credits.min(tx.lock_available(user).await?);
    let (bought, bonus) = parts(payment, back);
    let from = Account::Available(user);
    let parts = [
        (TransferKind::Refund, key("refund", payment, attempt), Account::Stars, bought, "refunded"),
        (TransferKind::Take, key("unbonus", payment, attempt), Account::Grants, bonus, "bonus"),
    ];
    for (kind, key, to, amount, reason) in parts.into_iter().filter(|(_, _, _, amount, _)| !amount.is_zero()) {
        tx.transfer(&Transfer { kind, key: &key, user, from, to, amount, subject: None, reason }, now).await?;
    }
    Ok(back)
}

/// Undoes [`take_back`].
async fn give_again(tx: &mut Tx, payment: &Payment, attempt: i32, taken: Credits, now: Time) -> sqlx::Result<()> {
    let user = payment.user_id;
    let (bought, bonus) = parts(payment, taken);
    let to = Account::Available(user);
    let parts = [
        (TransferKind::Topup, key("unrefund", payment, attempt), Account::Stars, bought),
        (TransferKind::Grant, key("rebonus", payment, attempt), Account::Grants, bonus),
    ];
    let reason = "refund refused";
    for (kind, key, from, amount) in parts.into_iter().filter(|(_, _, _, amount)| !amount.is_zero()) {
        tx.transfer(&Transfer { kind, key: &key, user, from, to, amount, subject: None, reason }, now).await?;
    }
    Ok(())
}

/// Of so many credits of a payment, those that were bought and those that were a bonus.
fn parts(payment: &Payment, credits: Credits) -> (Credits, Credits) {
    let bought = Credits::new(payment.stars).unwrap_or(payment.credits).min(credits);
    (bought, bought.missing_for(credits))
}

/// The first attempt has the bare charge, later ones their number behind it.
fn key(deed: &str, payment: &Payment, attempt: i32) -> String {
    match attempt {
        1 => format!("{deed}:{}", payment.charge_id),
        _ => format!("{deed}:{}#{attempt}", payment.charge_id),
    }
}
