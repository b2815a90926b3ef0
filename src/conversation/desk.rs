//! Admins' commands and buttons, handled before the dialogues and without moving them.

use crate::crash;
use crate::domain::ActionKey;
use crate::flows::admin::{self, Desk, Reply};
use crate::flows::view::{OldScreen, Place, View};
use crate::store::users::User;

use super::Conversation;
use super::incoming::Deed;
use super::outbound::{Answer, SendError};

/// What the desk has made of a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Served {
    /// It was not for the desk.
    No,
    Yes,
    /// It was, and the dialogues have something to say to it as well.
    AlsoTheRest,
}

impl Conversation {
    /// Serves a deed that only admins can do. To everybody else these commands are unknown ones.
    ///
    /// # Errors
    /// When the stores or Telegram do not answer; a second delivery finds what was done, and answers the same.
    pub(super) async fn serve(
        &self,
        user: &User,
        update_id: i64,
        deed: &Deed,
        answer: &dyn Answer,
    ) -> anyhow::Result<Served> {
        if !self.world.admins.contains(&user.telegram_id) {
            return Ok(Served::No);
        }
        let key = ActionKey(format!("update:{}:{update_id}", user.telegram_id));
        let desk = Desk { world: &self.world, admin: user, key };
        match deed {
            Deed::Text(text) => {
                let Some(command) = admin::parse(text) else { return Ok(Served::No) };
                let also = matches!(command, Ok(ref command) if command.is_help());
                let views = desk.follow(command).await?;
                crash::point("desk-done");
                for view in &views {
                    self.hand_over(user, view, below()).await?;
                }
                self.ring();
                Ok(if also { Served::AlsoTheRest } else { Served::Yes })
            }
            Deed::Press { data, on } => {
                let Some(press) = admin::press(data) else { return Ok(Served::No) };
                answer.answer(None).await;
                match desk.pressed(press).await? {
                    Reply::Message(view) => self.hand_over(user, &view, below()).await?,
                    Reply::InPlace(view) => self.hand_over(user, &view, on.map_or(below(), Place::Edit)).await?,
                }
                self.ring();
                Ok(Served::Yes)
            }
            _ => Ok(Served::No),
        }
    }

    /// Wakes whoever carries out what was written down. After the answer, so that what comes of it comes later.
    pub(super) fn ring(&self) {
        for bell in [&self.bell.refunds, &self.bell.jobs, &self.bell.mail] {
            bell.notify_one();
        }
    }

    /// Sends what is no screen of a dialogue.
    pub(super) async fn hand_over(&self, user: &User, view: &View, place: Place) -> anyhow::Result<()> {
        match self.out.deliver(user.telegram_id, view, &place).await {
            Ok(_) | Err(SendError::Blocked) => Ok(()),
            Err(cause) => Err(cause.into()),
        }
    }
}

/// A message of its own, that takes nothing away.
pub(super) fn below() -> Place {
    Place::New { after: None, then: OldScreen::StripButtons }
}
