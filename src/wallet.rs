//! A person's money: grants, top-ups by Stars, and what is held for jobs.
//!
//! Each function is one deed with a key of its own; doing it again changes nothing and answers the same.
//! `refunds` gives Stars back, and `compare` lays Telegram's book of them beside ours.

mod compare;
mod refunds;
mod stars;

use std::time::Duration;

use crate::crash;
use crate::database::{Time, Tx};
use crate::domain::{ActionKey, AvatarId, Credits, InvoiceId, Letter, TelegramId, UserId};
use crate::store::Store;
use crate::store::ledger::{Account, Posted, Subject, Transfer, TransferKind};
use crate::store::payments::Invoice;
use crate::store::users::Profile;

pub use compare::{CompareError, Compared, Finding, Verdict, judge};
pub use refunds::{Asked, Wish, ask_refund};
pub use stars::{Movement, Partner, Stars, StarsError};

/// Telegram's code for Stars.
pub const STARS: &str = "XTR";
/// The most Stars that one invoice may ask for.
pub const MAX_STARS: i64 = 100_000;
/// For how long one pre-checkout that got a yes keeps others of the same invoice waiting; Telegram's own limit is 10 s.
const CHECKOUT_LIFE: Duration = Duration::from_secs(15);
/// How long an invoice can be paid.
const INVOICE_LIFE: Duration = Duration::from_secs(24 * 3600);

/// The money of everybody.
#[derive(Debug, Clone)]
pub struct Wallet {
    store: Store,
    start_balance: Credits,
}

/// Why a payment is not let through; each is a text `checkout-<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutRefusal {
    /// No such invoice, or too old.
    Expired,
    /// Somebody else's invoice.
    Foreign,
    /// The amount is not what the invoice says.
    Repriced,
    /// Paid already.
    Paid,
    /// Another tap on Pay is ahead by a moment.
    UnderWay,
}

impl CheckoutRefusal {
    pub const ALL: [Self; 5] = [Self::Expired, Self::Foreign, Self::Repriced, Self::Paid, Self::UnderWay];

    /// Its Fluent id.
    pub fn text(self) -> &'static str {
        match self {
            Self::Expired => "checkout-expired",
            Self::Foreign => "checkout-foreign",
            Self::Repriced => "checkout-repriced",
            Self::Paid => "checkout-paid",
            Self::UnderWay => "checkout-under-way",
        }
    }
}

/// A payment as Telegram reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge<'a> {
    /// One payment, one id.
    pub id: &'a str,
    /// What our invoice carried.
    pub payload: &'a str,
    pub currency: &'a str,
    pub stars: i64,
}

/// What came of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credited {
    Now,
    /// This charge was in the books already.
    Before,
    /// It is not a payment of Stars to us; nothing was booked.
    NotStars,
}

impl Wallet {
    pub fn new(store: Store, start_balance: Credits) -> Self {
        Self { store, start_balance }
    }

    /// Makes the person known and gives them the start balance, once in their life.
    pub async fn welcome(&self, profile: &Profile<'_>, now: Time) -> sqlx::Result<UserId> {
        let mut tx = self.store.begin().await?;
        let (user, new) = tx.add_user(profile, now).await?;
        if new && !self.start_balance.is_zero() {
            let key = format!("start:{user}");
            tx.transfer(&grant(user, &key, self.start_balance, "welcome"), now).await?;
        }
        tx.commit().await?;
        Ok(user)
    }

    /// Offers `stars` for `credits`, once per action.
    pub async fn invoice(
        &self,
        user: UserId,
        key: &ActionKey,
        stars: i64,
        credits: Credits,
        now: Time,
    ) -> sqlx::Result<InvoiceId> {
        self.store.add_invoice(user, key, stars, credits, now, now + INVOICE_LIFE).await
    }

    /// Whether a payment may go through. Everything is compared with our own invoice. Of two taps on Pay one gets a yes:
    /// `charge.id` names the pre-checkout, and asking again under the same name answers the same.
    pub async fn check(
        &self,
        payer: TelegramId,
        charge: &Charge<'_>,
        now: Time,
    ) -> sqlx::Result<Result<(), CheckoutRefusal>> {
        let Some(invoice) = self.invoice_of(charge.payload).await? else { return Ok(Err(CheckoutRefusal::Expired)) };
        let Some(payer) = self.store.user_by_telegram(payer).await? else { return Ok(Err(CheckoutRefusal::Foreign)) };
        Ok(if invoice.user_id != payer.id {
            Err(CheckoutRefusal::Foreign)
        } else if invoice.paid_at.is_some() {
            Err(CheckoutRefusal::Paid)
        } else if invoice.expires_at <= now {
            Err(CheckoutRefusal::Expired)
        } else if charge.currency != STARS || charge.stars != invoice.stars {
            Err(CheckoutRefusal::Repriced)
        } else if !self.store.reserve_invoice(invoice.id, charge.id, now, now + CHECKOUT_LIFE).await? {
            Err(CheckoutRefusal::UnderWay)
        } else {
            Ok(())
        })
    }

    /// Books a payment: the charge is the key, so it counts once however often it is reported.
    ///
    /// The credits are the invoice's when payer and amount are, also when it is paid once more; else a credit for each
    /// Star, since the Stars have been taken.
    pub async fn credit(&self, user: UserId, charge: &Charge<'_>, now: Time) -> sqlx::Result<Credited> {
        let Ok(stars) = Credits::new(charge.stars) else { return Ok(Credited::NotStars) };
        if charge.currency != STARS || stars.is_zero() {
            return Ok(Credited::NotStars);
        }
        let mut tx = self.store.begin().await?;
        let invoice = match charge.payload.parse::<InvoiceId>() {
            Ok(id) => tx.invoice(id).await?,
            Err(_) => None,
        };
        let again = invoice.as_ref().is_some_and(|invoice| invoice.paid_at.is_some());
        let matching = invoice.as_ref().filter(|invoice| invoice.stars == charge.stars && invoice.user_id == user);
        let credits = matching.map_or(stars, |invoice| invoice.credits);
        let invoice = matching.map(|invoice| invoice.id);
        if !tx.add_payment(charge.id, user, invoice, charge.stars, credits, now).await? {
            return Ok(Credited::Before);
        }
        self.book_topup(&mut tx, user, charge.id, stars, credits, now).await?;
        let letter = Letter::Paid { stars: charge.stars, credits, again };
        tx.post(user, &format!("paid:{}", charge.id), &letter, now).await?;
        crash::point("credit-written");
        tx.commit().await?;
        Ok(Credited::Now)
    }

    /// One credit for each Star comes from the Stars' account, a bonus from the gifts'.
    async fn book_topup(
        &self,
        tx: &mut Tx,
        user: UserId,
        charge: &str,
        stars: Credits,
        credits: Credits,
        now: Time,
    ) -> sqlx::Result<()> {
        let bought = stars.min(credits);
        let topup = Transfer {
            kind: TransferKind::Topup,
            key: &format!("topup:{charge}"),
            user,
            from: Account::Stars,
            to: Account::Available(user),
            amount: bought,
            subject: None,
            reason: "stars",
        };
        tx.transfer(&topup, now).await?;
        let bonus = bought.missing_for(credits);
        if !bonus.is_zero() {
            tx.transfer(&grant(user, &format!("bonus:{charge}"), bonus, "bonus"), now).await?;
        }
        Ok(())
    }

    async fn invoice_of(&self, payload: &str) -> sqlx::Result<Option<Invoice>> {
        match payload.parse::<InvoiceId>() {
            Ok(id) => self.store.invoice(id).await,
            Err(_) => Ok(None),
        }
    }
}

/// Credits for free.
pub fn grant<'a>(user: UserId, key: &'a str, amount: Credits, reason: &'a str) -> Transfer<'a> {
    Transfer {
        kind: TransferKind::Grant,
        key,
        user,
        from: Account::Grants,
        to: Account::Available(user),
        amount,
        subject: None,
        reason,
    }
}

/// Gives the price of an avatar's first picture, once in the avatar's life.
pub async fn gift_first_picture(
    tx: &mut Tx,
    user: UserId,
    avatar: AvatarId,
    price: Credits,
    now: Time,
) -> sqlx::Result<Posted> {
    tx.transfer(&grant(user, &format!("first-picture:{avatar}"), price, "first picture"), now).await
}

/// Reserves the price of a picture or a training.
pub async fn hold(
    tx: &mut Tx,
    user: UserId,
    subject: impl Into<Subject>,
    price: Credits,
    now: Time,
) -> sqlx::Result<Posted> {
    let (from, to) = (Account::Available(user), Account::Held(user));
    held_transfer(tx, TransferKind::Hold, user, subject.into(), (from, to), price, now).await
}

/// Takes what was held, because what it was held for is there.
///
/// # Errors
/// Also when less is held than the price, which no sequence of deeds leads to.
pub async fn capture(
    tx: &mut Tx,
    user: UserId,
    subject: impl Into<Subject>,
    price: Credits,
    now: Time,
) -> sqlx::Result<Posted> {
    let (subject, way) = (subject.into(), (Account::Held(user), Account::Sales));
    settled(subject, held_transfer(tx, TransferKind::Capture, user, subject, way, price, now).await?)
}

/// Gives back what was held, because there is nothing to take it for.
///
/// # Errors
/// As [`capture`].
pub async fn void(
    tx: &mut Tx,
    user: UserId,
    subject: impl Into<Subject>,
    price: Credits,
    now: Time,
) -> sqlx::Result<Posted> {
    let (subject, way) = (subject.into(), (Account::Held(user), Account::Available(user)));
    settled(subject, held_transfer(tx, TransferKind::Void, user, subject, way, price, now).await?)
}

/// Books that have been tampered with are left as they are, for whoever audits them.
fn settled(subject: Subject, posted: Posted) -> sqlx::Result<Posted> {
    match posted {
        Posted::Insufficient => Err(sqlx::Error::Protocol(format!("less is held than the price of {subject:?}"))),
        posted => Ok(posted),
    }
}

/// Capture and void share the key's end, so that a hold is settled one way only.
async fn held_transfer(
    tx: &mut Tx,
    kind: TransferKind,
    user: UserId,
    subject: Subject,
    (from, to): (Account, Account),
    amount: Credits,
    now: Time,
) -> sqlx::Result<Posted> {
    let deed = if kind == TransferKind::Hold { "hold" } else { "settle" };
    let key = format!("{deed}:{}", subject.id());
    let reason = subject.reason();
    tx.transfer(&Transfer { kind, key: &key, user, from, to, amount, subject: Some(subject), reason }, now).await
}
