//! Telegram's book of Stars beside ours: what is missing here is booked, and what cannot be matched is listed.

use std::collections::HashSet;
use std::fmt;

use crate::database::Time;
use crate::domain::{Letter, Unmatched, UserId};
use crate::store::stars::Booked;
use crate::store::users::Profile;

use super::{Charge, Credited, Movement, Partner, STARS, Stars, StarsError, Wallet};

/// Findings in one letter; the rest comes in further ones.
const FINDINGS_IN_A_LETTER: usize = 20;

/// What our books have to say to a movement of Telegram's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Both books agree, or it is none of our customers' business.
    Agrees,
    /// A payment that no update has brought.
    MissingPayment,
    /// A refund that no update has brought.
    MissingRefund,
    /// Nothing that can be booked; the reason, as [`Unmatched::what`] names it.
    Odd(&'static str),
}

/// Holds a movement against what is booked under its id.
pub fn judge(movement: &Movement, booked: Option<&Booked>) -> Verdict {
    let person = match &movement.partner {
        Partner::Owner => return Verdict::Agrees,
        Partner::Other(_) => return Verdict::Odd("kind"),
        Partner::Payer { person, .. } => *person,
    };
    match (booked, movement.incoming) {
        (Some(booked), _) if booked.stars != movement.stars => Verdict::Odd("amount"),
        (Some(booked), _) if booked.payer != person => Verdict::Odd("payer"),
        (Some(_), true) => Verdict::Agrees,
        (Some(booked), false) if booked.refunded => Verdict::Agrees,
        (Some(_), false) => Verdict::MissingRefund,
        (None, true) if movement.stars > 0 => Verdict::MissingPayment,
        (None, true) => Verdict::Odd("amount"),
        (None, false) => Verdict::Odd("refund"),
    }
}

/// A movement on which the books do not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub movement: Movement,
    pub verdict: Verdict,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Movement { id, stars, .. } = &self.movement;
        match self.verdict {
            Verdict::Agrees => write!(out, "both books have {id} of {stars} Stars"),
            Verdict::MissingPayment => write!(out, "Telegram has a payment {id} of {stars} Stars, the books have none"),
            Verdict::MissingRefund => write!(out, "Telegram has given {id} of {stars} Stars back, the books have not"),
            Verdict::Odd(what) => {
                let way = if self.movement.incoming { "in" } else { "out" };
                write!(out, "Telegram has {id} of {stars} Stars {way}, which cannot be matched: {what}")
            }
        }
    }
}

/// What came of laying the books side by side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many movements are dealt with: where the next look begins.
    pub next: u32,
    /// People whose payments were booked now, with the charge.
    pub credited: Vec<(UserId, String)>,
    /// Whether refunds were booked.
    pub refunded: bool,
    pub odd: Vec<Finding>,
}

/// Why the books could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    #[error(transparent)]
    Stars(#[from] StarsError),
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
}

impl Wallet {
    /// Looks at Telegram's movements from `compared.next` on, and books what is missing here. Those after `until` are
    /// left for the next look: their update may be on its way.
    ///
    /// # Errors
    /// When Telegram or the database does not answer; `compared` says how far it came, and the next look goes on there.
    pub async fn catch_up(&self, stars: &dyn Stars, until: Time, compared: &mut Compared) -> Result<(), CompareError> {
        loop {
            let page = stars.movements(compared.next).await?;
            if page.is_empty() {
                return Ok(());
            }
            for movement in page {
                if movement.at > until {
                    return Ok(());
                }
                self.mend(movement, compared).await?;
                compared.next += 1;
            }
        }
    }

    async fn mend(&self, movement: Movement, compared: &mut Compared) -> Result<(), CompareError> {
        let now = chrono::Utc::now();
        match judge(&movement, self.store.booked(&movement.id).await?.as_ref()) {
            Verdict::Agrees => {}
            Verdict::MissingPayment => {
                if let Some(user) = self.book_payment(&movement, now).await? {
                    compared.credited.push((user, movement.id));
                }
            }
            Verdict::MissingRefund => compared.refunded |= self.refunded(&movement.id, now).await?,
            verdict @ Verdict::Odd(_) => compared.odd.push(Finding { movement, verdict }),
        }
        Ok(())
    }

    /// As the update would have done; the person may never have written to us.
    async fn book_payment(&self, movement: &Movement, now: Time) -> sqlx::Result<Option<UserId>> {
        let Partner::Payer { person, first_name, username, language_code, payload } = &movement.partner else {
            return Ok(None);
        };
        let profile = Profile {
            telegram_id: *person,
            first_name,
            username: username.as_deref(),
            language_code: language_code.as_deref(),
        };
        let user = self.welcome(&profile, now).await?;
        let charge = Charge { id: &movement.id, payload, currency: STARS, stars: movement.stars };
        let credited = self.credit(user, &charge, now).await?;
        Ok((credited == Credited::Now).then_some(user))
    }

    /// Lays all of Telegram's book beside ours and changes nothing: a sentence for each disagreement.
    ///
    /// # Errors
    /// When Telegram or the database does not answer.
    pub async fn disagreements(&self, stars: &dyn Stars) -> Result<Vec<String>, CompareError> {
        let (mut found, mut theirs, mut skip) = (Vec::new(), HashSet::new(), 0);
        loop {
            let page = stars.movements(skip).await?;
            if page.is_empty() {
                break;
            }
            for movement in page {
                skip += 1;
                if movement.incoming {
                    theirs.insert(movement.id.clone());
                }
                // What is odd was told to the admins and can be mended by nobody here.
                match judge(&movement, self.store.booked(&movement.id).await?.as_ref()) {
                    Verdict::Agrees | Verdict::Odd("kind") => {}
                    verdict => found.push(Finding { movement, verdict }.to_string()),
                }
            }
        }
        let ours = self.store.charges().await?;
        let unknown = ours.iter().filter(|charge| !theirs.contains(*charge));
        found.extend(unknown.map(|charge| format!("the books have a payment {charge}, Telegram has none")));
        Ok(found)
    }

    /// Tells the admins, once, what cannot be matched. Answers whether there was anything new.
    pub async fn report(&self, odd: &[Finding], admins: &[UserId], now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        let mut new = Vec::new();
        for Finding { movement, verdict } in odd {
            let what = match (&movement.partner, verdict) {
                (Partner::Other(kind), _) => kind.clone(),
                (_, Verdict::Odd(what)) => (*what).to_owned(),
                _ => continue,
            };
            if tx.add_star_finding(&movement.id, movement.incoming, &what, movement.stars, now).await? {
                let Movement { id, stars, incoming, .. } = movement.clone();
                new.push(Unmatched { id, stars, incoming, what });
            }
        }
        for found in new.chunks(FINDINGS_IN_A_LETTER) {
            let letter = Letter::Unmatched { found: found.to_vec() };
            let first = found.first().map(|found| format!("{}:{}", found.id, found.incoming)).unwrap_or_default();
            for admin in admins {
                tx.post(*admin, &format!("unmatched:{first}:{admin}"), &letter, now).await?;
            }
        }
        tx.commit().await?;
        Ok(!new.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TelegramId;

    fn movement(incoming: bool, partner: Partner) -> Movement {
        Movement { id: "charge".to_owned(), stars: 50, at: Time::UNIX_EPOCH, incoming, partner }
    }

    fn payer(id: i64) -> Partner {
        Partner::Payer {
            person: TelegramId(id),
            first_name: "Ann".to_owned(),
            username: None,
            language_code: None,
            payload: String::new(),
        }
    }

    #[test]
    fn each_movement_gets_its_verdict() {
        let booked = |stars, payer, refunded| Some(Booked { payer: TelegramId(payer), stars, refunded });
        let cases = [
            (true, payer(7), booked(50, 7, false), Verdict::Agrees),
            (true, payer(7), booked(50, 7, true), Verdict::Agrees),
            (true, payer(7), None, Verdict::MissingPayment),
            (true, payer(7), booked(49, 7, false), Verdict::Odd("amount")),
            (true, payer(7), booked(50, 8, false), Verdict::Odd("payer")),
            (false, payer(7), booked(50, 7, false), Verdict::MissingRefund),
            (false, payer(7), booked(50, 7, true), Verdict::Agrees),
            (false, payer(7), booked(25, 7, false), Verdict::Odd("amount")),
            (false, payer(7), None, Verdict::Odd("refund")),
            (true, Partner::Owner, None, Verdict::Agrees),
            (false, Partner::Owner, None, Verdict::Agrees),
            (true, Partner::Other("gift".to_owned()), None, Verdict::Odd("kind")),
        ];
        for (incoming, partner, booked, expected) in cases {
            let movement = movement(incoming, partner);
            assert_eq!(judge(&movement, booked.as_ref()), expected, "{movement:?} {booked:?}");
        }
        let nothing = Movement { stars: 0, ..movement(true, payer(7)) };
        assert_eq!(judge(&nothing, None), Verdict::Odd("amount"));
    }
}
