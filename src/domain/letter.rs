//! What is told to a person outside their conversation, as kept in the outbox.

use serde::{Deserialize, Serialize};

use super::{Credits, Failure, JobId, RunId};

/// A message on its way. It names things; its words are made when it is sent, in the person's language of that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// The picture that was ordered.
    Result { job: JobId },
    /// A picture that came after its money had gone back: a gift.
    Gift { job: JobId },
    /// The order ended without a picture; the money is back.
    Failed { job: JobId, failure: Failure },
    /// An earlier picture once more.
    Again { job: JobId },
    /// The picture as the file that the provider made.
    Original { job: JobId },
    /// Stars have arrived as credits. `again`: the invoice had been paid before.
    Paid { stars: i64, credits: Credits, again: bool },
    /// Stars have gone back.
    Refunded { stars: i64 },
    /// A likeness is trained. `late`: after its money had gone back.
    Trained { run: RunId, late: bool },
    /// A training ended without a likeness; the money is back.
    TrainingFailed { run: RunId, failure: Failure },
    /// Everything of an avatar is gone, here and at the providers. `left`: what a provider would not confirm.
    Erased { name: String, photos: i64, left: i64 },
    /// Credits as a present.
    Granted { credits: Credits },
    /// A person's question about payments, for an admin.
    Question { request: i64 },
    /// A provider wants something of an admin: its key, its account, a model.
    Trouble { provider: String, reason: String },
    /// The answer to their question.
    Answered { request: i64 },
    /// Nothing can be done about their question.
    Declined { request: i64 },
    /// They may talk with us again.
    Unbanned,
    /// The Stars of this charge are back, for the admin who asked for it.
    RefundDone { charge: String },
    /// Telegram will not give the Stars of this charge back, for the admin who asked for it.
    RefundRefused { charge: String, reason: String },
    /// What Telegram's book of Stars has and ours cannot match, for an admin.
    Unmatched { found: Vec<Unmatched> },
}

/// A movement of Stars that cannot be matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    pub id: String,
    pub stars: i64,
    pub incoming: bool,
    /// `amount`, `payer` or `refund` where our books say something else; else Telegram's name of its kind.
    pub what: String,
}
