//! Letters from the outbox: put into words, sent, and what follows from their arrival.

use std::time::Duration;

use crate::crash;
use crate::domain::{JobId, Letter};
use crate::flows;
use crate::flows::view::{OldScreen, Picture, Place, Sent};
use crate::store::outbox::Mail;

use super::Conversation;
use super::outbound::SendError;

/// How long thanks may take before the outbox sends them.
const THANKS_LEASE: Duration = Duration::from_secs(20);

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    Sent,
    /// There is nobody or nothing left to send.
    Void,
    /// The person does not let us write to them; it goes out when they do.
    Blocked,
    /// To be tried again, after this time where Telegram named one.
    Again {
        after: Option<Duration>,
        reason: String,
    },
    /// Telegram will never take it.
    Refused(String),
}

impl Conversation {
    /// Sends a letter to its person.
    ///
    /// # Errors
    /// When the stores do not answer; it is to be tried again.
    pub async fn post(&self, mail: &Mail) -> anyhow::Result<Delivery> {
        let Some(user) = self.world.store.user(mail.user_id).await? else { return Ok(Delivery::Void) };
        let Some(view) = flows::letter(&self.world, &user, &mail.letter).await? else { return Ok(Delivery::Void) };
        crash::point("before-send");
        let place = Place::New { after: None, then: OldScreen::StripButtons };
        match self.out.deliver(user.telegram_id, &view, &place).await {
            Ok(sent) => {
                crash::point("sent");
                self.remember_picture(&mail.letter, view.picture.as_ref(), &sent).await?;
                Ok(Delivery::Sent)
            }
            Err(SendError::Blocked) => {
                self.world.store.set_blocked(user.telegram_id, Some(chrono::Utc::now())).await?;
                Ok(Delivery::Blocked)
            }
            Err(SendError::Wait(after)) => {
                Ok(Delivery::Again { after: Some(after), reason: "too many messages".to_owned() })
            }
            Err(SendError::Passing(reason)) => Ok(Delivery::Again { after: None, reason }),
            Err(SendError::Refused(reason)) => Ok(Delivery::Refused(reason)),
        }
    }

    /// Sends the letter about a payment at once. That this fails changes nothing: the letter stays in the outbox.
    pub(super) async fn post_thanks(&self, charge_id: &str) {
        let sent = async {
            let now = chrono::Utc::now();
            let key = format!("paid:{charge_id}");
            let Some(mail) = self.world.store.claim_letter(&key, now, now + THANKS_LEASE).await? else { return Ok(()) };
            if self.post(&mail).await? == Delivery::Sent {
                self.world.store.mail_sent(&mail, chrono::Utc::now()).await?;
                self.world.store.mail_done(&mail).await?;
            }
            anyhow::Ok(())
        };
        if let Err(cause) = sent.await {
            tracing::warn!(error = format!("{cause:#}"), "could not send thanks at once; they come later");
        }
    }

    /// What follows once the outbox knows that the letter is sent: whoever watches the job sees that it is over.
    ///
    /// # Errors
    /// When the stores or Telegram do not answer; nothing but the leftover progress screen is at stake.
    pub async fn posted(&self, mail: &Mail) -> anyhow::Result<()> {
        if let Letter::Result { job } | Letter::Failed { job, .. } = &mail.letter.0 {
            self.world.store.job_delivered(*job, chrono::Utc::now()).await?;
            let about = Some(("job".to_owned(), job.to_string()));
            self.signal(mail.user_id, "finished", about).await?;
        }
        if let Letter::Trained { run, .. } | Letter::TrainingFailed { run, .. } = &mail.letter.0 {
            self.world.store.run_delivered(*run, chrono::Utc::now()).await?;
            let about = Some(("run".to_owned(), run.to_string()));
            self.signal(mail.user_id, "trained", about).await?;
        }
        Ok(())
    }

    /// The next time the picture need not be uploaded.
    async fn remember_picture(&self, letter: &Letter, picture: Option<&Picture>, sent: &Sent) -> sqlx::Result<()> {
        let Some((_, file_id)) = &sent.file_id else { return Ok(()) };
        let job: JobId = match letter {
            Letter::Result { job } | Letter::Gift { job } | Letter::Again { job } | Letter::Original { job } => *job,
            _ => return Ok(()),
        };
        let store = &self.world.store;
        match picture {
            Some(Picture::Upload { .. }) => store.picture_sent(job, Some(file_id), None).await,
            Some(Picture::Document { .. }) => store.picture_sent(job, None, Some(file_id)).await,
            _ => Ok(()),
        }
    }
}
