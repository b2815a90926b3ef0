//! What an admin's act does: in one transaction with its row in `admin_acts`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::database::Tx;
use crate::domain::{Credits, JobId, Letter, TemplateId, UserId};
use crate::flows::FlowError;
use crate::flows::support::{named, of_charge};
use crate::flows::view::View;
use crate::orders::Repeated;
use crate::store::acts::NewAct;
use crate::store::ledger::{Account, Posted, Transfer, TransferKind};
use crate::text::Args;
use crate::wallet::{Asked, Wish, ask_refund, grant};

use super::command::Change;
use super::{CONFIRM_ABOVE, Desk, button};

/// Something that an admin changes, as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(super) enum Act {
    Grant { person: UserId, credits: Credits },
    Take { person: UserId, credits: Credits },
    Refund { charge: String, forced: bool },
    Ban { person: UserId },
    Unban { person: UserId },
    Maintenance { on: bool },
    Template { id: TemplateId, change: Change },
    Retry { job: JobId },
    CallOff { job: JobId },
}

/// Why an act is not done; nothing of it stays.
enum Refused {
    /// A text without variables that says so.
    Because(&'static str),
    /// The person has only so many credits.
    Short(Credits),
    /// Some of the payment's credits are spent.
    Spent { charge: String, left: Credits, credits: Credits, stars: i64 },
}

/// What came of an act within its transaction.
type Outcome = Result<(), Refused>;

impl Act {
    /// The person whom it is about, where it names one.
    fn subject(&self) -> Option<UserId> {
        match self {
            Self::Grant { person, .. } | Self::Take { person, .. } | Self::Ban { person } | Self::Unban { person } => {
                Some(*person)
            }
            _ => None,
        }
    }
}

impl Desk<'_> {
    /// Whether it moves so much that it is asked about first.
    pub(super) async fn needs_a_word(&self, act: &Act) -> Result<bool, FlowError> {
        Ok(match act {
            Act::Grant { credits, .. } | Act::Take { credits, .. } => credits.get() > CONFIRM_ABOVE,
            Act::Refund { charge, .. } => {
                let payment = self.world.store.payment(charge).await?;
                payment.is_some_and(|payment| payment.refunded_at.is_none() && payment.stars > CONFIRM_ABOVE)
            }
            _ => false,
        })
    }

    /// Writes the act down as proposed, and asks about it.
    pub(super) async fn propose(&self, act: &Act, reason: &str) -> Result<View, FlowError> {
        let (id, args) = self.question(act).await?;
        self.ask(act, reason, self.say(id, &args)).await
    }

    async fn ask(&self, act: &Act, reason: &str, mut view: View) -> Result<View, FlowError> {
        let (now, details) = (chrono::Utc::now(), written(act)?);
        let mut tx = self.world.store.begin().await?;
        let mut id = Uuid::now_v7();
        if !tx.add_act(&self.new_act(act, &details, reason), id, false, now).await? {
            // This message was handled before: the same question again.
            id = tx.act_by_key(&self.key).await?.map_or(id, |act| act.id);
        }
        tx.commit().await?;
        let yes = button(self.label("admin-confirm-yes"), "yes", id);
        view.buttons = vec![vec![yes, button(self.label("admin-confirm-no"), "no", id)]];
        Ok(view)
    }

    fn new_act<'a>(&'a self, act: &Act, details: &'a serde_json::Value, reason: &'a str) -> NewAct<'a> {
        NewAct { key: &self.key, admin: self.admin.id, act: details, subject: act.subject(), reason }
    }

    async fn question(&self, act: &Act) -> Result<(&'static str, Args), FlowError> {
        Ok(match act {
            Act::Take { person, credits } => {
                ("admin-confirm-take", self.about(*person).await?.number("credits", credits.get()))
            }
            Act::Grant { person, credits } => {
                ("admin-confirm-grant", self.about(*person).await?.number("credits", credits.get()))
            }
            Act::Refund { charge, .. } => ("admin-confirm-refund", self.about_charge(charge).await?),
            _ => ("admin-gone", Args::default()),
        })
    }

    /// Does an act, once per message.
    pub(super) async fn perform(&self, act: &Act, reason: &str) -> Result<View, FlowError> {
        let (now, details) = (chrono::Utc::now(), written(act)?);
        let mut tx = self.world.store.begin().await?;
        if !tx.add_act(&self.new_act(act, &details, reason), Uuid::now_v7(), true, now).await? {
            drop(tx);
            self.after(act).await?;
            return self.report(act).await;
        }
        match self.do_it(&mut tx, act, reason).await? {
            Ok(()) => {
                tx.commit().await?;
                self.after(act).await?;
                self.report(act).await
            }
            Err(refused) => {
                drop(tx);
                self.refuse(act, reason, refused).await
            }
        }
    }

    /// Does what was proposed, once however often the button is pressed.
    pub(super) async fn confirm(&self, id: Uuid) -> Result<View, FlowError> {
        let now = chrono::Utc::now();
        let mut tx = self.world.store.begin().await?;
        let Some(row) = tx.act(id).await? else { return Ok(self.say("admin-gone", &Args::default())) };
        let Ok(act) = serde_json::from_value::<Act>(row.act.0) else {
            return Ok(self.say("admin-gone", &Args::default()));
        };
        if !tx.decide_act(id, true, now).await? {
            // It may have been dropped a moment ago, by another press.
            let dropped = tx.act(id).await?.is_none_or(|row| row.state == "dropped");
            drop(tx);
            if dropped {
                return Ok(self.say("admin-dropped", &Args::default()));
            }
            self.after(&act).await?;
            return self.report(&act).await;
        }
        match self.do_it(&mut tx, &act, &row.reason).await? {
            Ok(()) => {
                tx.commit().await?;
                self.after(&act).await?;
                self.report(&act).await
            }
            Err(refused) => {
                drop(tx);
                self.refuse(&act, &row.reason, refused).await
            }
        }
    }

    /// Drops what was proposed; what is done stays done.
    pub(super) async fn drop_act(&self, id: Uuid) -> Result<View, FlowError> {
        let mut tx = self.world.store.begin().await?;
        let dropped = tx.decide_act(id, false, chrono::Utc::now()).await?;
        let row = tx.act(id).await?;
        tx.commit().await?;
        let done = row.filter(|row| !dropped && row.state == "done");
        match done.and_then(|row| serde_json::from_value::<Act>(row.act.0).ok()) {
            Some(act) => self.report(&act).await,
            None => Ok(self.say("admin-dropped", &Args::default())),
        }
    }

    async fn do_it(&self, tx: &mut Tx, act: &Act, reason: &str) -> Result<Outcome, FlowError> {
        let now = chrono::Utc::now();
        match act {
            Act::Grant { person, credits } => self.grant(tx, *person, *credits, reason).await,
            Act::Take { person, credits } => self.take(tx, *person, *credits, reason).await,
            Act::Refund { charge, forced } => self.refund(tx, charge, *forced, reason).await,
            Act::Ban { person } => {
                let user = self.world.store.user(*person).await?;
                if user.is_some_and(|user| self.world.admins.contains(&user.telegram_id)) {
                    return Ok(Err(Refused::Because("admin-ban-admin")));
                }
                tx.set_banned(*person, Some(now)).await?;
                Ok(Ok(()))
            }
            Act::Unban { person } => {
                if tx.set_banned(*person, None).await? {
                    tx.post(*person, &format!("unbanned:{}", self.key), &Letter::Unbanned, now).await?;
                }
                Ok(Ok(()))
            }
            Act::Maintenance { on } => {
                tx.set_maintenance(*on, now).await?;
                Ok(Ok(()))
            }
            Act::Template { id, change } => change_template(tx, id, *change).await,
            Act::Retry { job } => Ok(match self.world.orders.repeat(tx, *job, now).await? {
                Repeated::Again | Repeated::Anew => Ok(()),
                Repeated::Over => Err(Refused::Because("admin-job-over")),
                Repeated::Retired => Err(Refused::Because("admin-template-gone")),
                Repeated::PhotosGone => Err(Refused::Because("admin-photos-gone")),
                Repeated::AvatarGone => Err(Refused::Because("admin-avatar-gone")),
            }),
            Act::CallOff { job } => Ok(match self.world.orders.call_off(tx, *job, now).await? {
                true => Ok(()),
                false => Err(Refused::Because("admin-job-over")),
            }),
        }
    }

    async fn grant(&self, tx: &mut Tx, person: UserId, credits: Credits, reason: &str) -> Result<Outcome, FlowError> {
        let now = chrono::Utc::now();
        let (key, reason) = (format!("admin:{}", self.key), ledger_reason(reason));
        tx.transfer(&grant(person, &key, credits, reason), now).await?;
        tx.post(person, &format!("granted:{}", self.key), &Letter::Granted { credits }, now).await?;
        Ok(Ok(()))
    }

    async fn take(&self, tx: &mut Tx, person: UserId, credits: Credits, reason: &str) -> Result<Outcome, FlowError> {
        let left = tx.lock_available(person).await?;
        let key = format!("admin:{}", self.key);
        let take = Transfer {
            kind: TransferKind::Take,
            key: &key,
            user: person,
            from: Account::Available(person),
            to: Account::Grants,
            amount: credits,
            subject: None,
            reason: ledger_reason(reason),
        };
        let posted = if left < credits { Posted::Insufficient } else { tx.transfer(&take, chrono::Utc::now()).await? };
        Ok(if posted == Posted::Insufficient { Err(Refused::Short(left)) } else { Ok(()) })
    }

    async fn refund(&self, tx: &mut Tx, charge: &str, forced: bool, reason: &str) -> Result<Outcome, FlowError> {
        let wish = Wish { charge_id: charge, by: self.admin.id, reason, forced };
        Ok(match ask_refund(tx, &wish, chrono::Utc::now()).await? {
            Asked::Now(_) => Ok(()),
            Asked::Unknown => Err(Refused::Because("note-refund-unknown")),
            Asked::Returned(_) => Err(Refused::Because("note-refund-returned")),
            Asked::UnderWay(_) => Err(Refused::Because("note-refund-under-way")),
            Asked::Spent { payment, left } => {
                Err(Refused::Spent { charge: payment.charge_id, left, credits: payment.credits, stars: payment.stars })
            }
        })
    }

    /// What this process has to know once an act is in the database.
    async fn after(&self, act: &Act) -> Result<(), FlowError> {
        match act {
            Act::Maintenance { on } => self.world.switches.set_maintenance(*on),
            Act::Template { .. } => {
                self.world.orders.catalog().reload(&self.world.store).await.map_err(anyhow::Error::from)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The word that an act is done; the same, however often it is asked for.
    async fn report(&self, act: &Act) -> Result<View, FlowError> {
        let (id, args) = match act {
            Act::Grant { person, credits } => {
                ("admin-granted", self.about(*person).await?.number("credits", credits.get()))
            }
            Act::Take { person, credits } => {
                ("admin-taken", self.about(*person).await?.number("credits", credits.get()))
            }
            Act::Refund { charge, .. } => ("admin-refunding", self.about_charge(charge).await?),
            Act::Ban { person } => ("admin-banned", self.about(*person).await?),
            Act::Unban { person } => ("admin-unbanned", self.about(*person).await?),
            Act::Maintenance { on } => {
                ("admin-maintenance", Args::default().text("state", if *on { "on" } else { "off" }))
            }
            Act::Template { id, .. } => return self.template(id).await,
            Act::Retry { .. } => ("admin-retried", Args::default()),
            Act::CallOff { .. } => ("admin-called-off", Args::default()),
        };
        Ok(self.say(id, &args))
    }

    async fn refuse(&self, act: &Act, reason: &str, refused: Refused) -> Result<View, FlowError> {
        match refused {
            Refused::Because(id) => Ok(self.say(id, &Args::default())),
            Refused::Short(left) => {
                let args = match act.subject() {
                    Some(person) => self.about(person).await?,
                    None => Args::default(),
                };
                Ok(self.say("admin-take-short", &args.number("balance", left.get())))
            }
            Refused::Spent { charge, left, credits, stars } => {
                let args = self.about_charge(&charge).await?;
                let args = args.number("balance", left.get()).number("credits", credits.get()).number("stars", stars);
                let view = self.say("admin-confirm-spent", &args);
                let key = crate::domain::ActionKey(format!("{}:anyway", self.key));
                let desk = Desk { world: self.world, admin: self.admin, key };
                desk.ask(&Act::Refund { charge, forced: true }, reason, view).await
            }
        }
    }

    async fn about(&self, person: UserId) -> Result<Args, FlowError> {
        let user = self.world.store.user(person).await?;
        let balance = user.as_ref().map_or(0, |user| user.balance.get());
        Ok(Args::default().text("person", user.as_ref().map_or_else(String::new, named)).number("balance", balance))
    }

    async fn about_charge(&self, charge: &str) -> Result<Args, FlowError> {
        of_charge(self.world, charge).await
    }
}

async fn change_template(tx: &mut Tx, id: &TemplateId, change: Change) -> Result<Outcome, FlowError> {
    let known = match change {
        Change::On => tx.enable_template(id, true).await?,
        Change::Off => tx.enable_template(id, false).await?,
        Change::Price(price) => tx.price_template(id, price).await?,
        Change::Place(place) => tx.place_template(id, place).await?,
    };
    Ok(if known { Ok(()) } else { Err(Refused::Because("admin-template-unknown")) })
}

fn written(act: &Act) -> Result<serde_json::Value, FlowError> {
    serde_json::to_value(act).map_err(|cause| FlowError::Fault(cause.into()))
}

/// The ledger wants to know why.
fn ledger_reason(reason: &str) -> &str {
    if reason.is_empty() { "admin" } else { reason }
}
