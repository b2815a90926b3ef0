//! What admins can do: commands and buttons that are no dialogue.
//!
//! A command is read by [`parse`], which asks nobody, and followed here. What changes something is an `Act`: it is
//! written into `admin_acts` in the transaction that does it, once per message, so that a second delivery finds it and
//! answers the same. Large sums are proposed first, and done by a button under the proposal, which works for ever.

mod act;
mod chart;
mod command;
mod reports;

use uuid::Uuid;

use crate::domain::{ActionKey, JobId, Language, UserId};
use crate::store::users::User;
use crate::text::Args;

use super::view::{Button, View};
use super::{FlowError, World};

use act::Act;
use command::{Command, Flaw, Misuse, Whom};

pub use command::{COMMANDS, parse};

/// The first part of our buttons' data; no screen's nonce and no keepsake begins so.
const MARK: &str = "a:";
/// Above this an act moves nothing before it is confirmed.
pub(super) const CONFIRM_ABOVE: i64 = 500;

pub(super) const TEXTS: &[&str] = &[
    "admin-help",
    "admin-unknown-person",
    "admin-several-people",
    "admin-confirm-grant",
    "admin-confirm-take",
    "admin-confirm-refund",
    "admin-confirm-spent",
    "admin-confirm-yes",
    "admin-confirm-no",
    "admin-dropped",
    "admin-gone",
    "admin-granted",
    "admin-taken",
    "admin-take-short",
    "admin-refunding",
    "admin-banned",
    "admin-unbanned",
    "admin-ban-admin",
    "admin-maintenance",
    "admin-maintenance-is",
    "admin-template",
    "admin-template-unknown",
    "admin-templates",
    "admin-template-line",
    "admin-retried",
    "admin-called-off",
    "admin-job-over",
    "admin-photos-gone",
    "admin-avatar-gone",
    "admin-template-gone",
    "admin-user",
    "admin-stats",
    "admin-stats-period",
    "admin-stats-share",
    "admin-stats-chart",
    "admin-stats-made",
    "admin-stats-failed",
    "admin-jobs",
    "admin-job-line",
    "admin-usage",
    "note-banned",
    "note-maintenance",
];

/// The texts of flaws, and of each command's usage and line in Telegram's menu.
pub(super) fn more_texts() -> impl Iterator<Item = String> {
    let flaws = Flaw::ALL.into_iter().map(|flaw| format!("admin-flaw-{}", flaw.name()));
    flaws.chain(COMMANDS.into_iter().flat_map(|name| [format!("admin-usage-{name}"), format!("command-{name}-admin")]))
}

/// An admin at work.
pub struct Desk<'a> {
    pub world: &'a World,
    pub admin: &'a User,
    /// Names the message or press that is handled, the same at every delivery.
    pub key: ActionKey,
}

/// A button of ours under an admin's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    Confirm(Uuid),
    Drop(Uuid),
    Retry(JobId),
    CallOff(JobId),
}

/// What an admin gets to see.
pub enum Reply {
    /// A message of its own.
    Message(View),
    /// In place of the message whose button was pressed.
    InPlace(View),
}

/// Reads what a button carried. `None`: not a button of admins.
pub fn press(data: &str) -> Option<Press> {
    let mut parts = data.strip_prefix(MARK)?.splitn(2, ':');
    let (verb, id) = (parts.next()?, parts.next()?.parse::<Uuid>().ok()?);
    Some(match verb {
        "yes" => Press::Confirm(id),
        "no" => Press::Drop(id),
        "retry" => Press::Retry(JobId(id)),
        "off" => Press::CallOff(JobId(id)),
        _ => return None,
    })
}

fn button(label: String, verb: &str, id: Uuid) -> Button {
    Button::Press { label, data: format!("{MARK}{verb}:{}", id.simple()) }
}

impl Desk<'_> {
    fn language(&self) -> Language {
        self.admin.language()
    }

    fn say(&self, id: &str, args: &Args) -> View {
        View { text: self.world.texts.get(self.language(), id, args), ..View::default() }
    }

    fn label(&self, id: &str) -> String {
        self.world.texts.plain(self.language(), id, &Args::default())
    }

    /// Follows a command, or says how it is used.
    ///
    /// # Errors
    /// When the database does not answer; nothing was done.
    pub async fn follow(&self, command: Result<Command, Misuse>) -> Result<Vec<View>, FlowError> {
        match command {
            Ok(Command::Stats) => Ok(vec![self.chart().await?, self.stats().await?]),
            command => Ok(vec![self.answer(command).await?]),
        }
    }

    async fn answer(&self, command: Result<Command, Misuse>) -> Result<View, FlowError> {
        match command {
            Err(misuse) => Ok(self.explain(misuse)),
            Ok(Command::Help) => Ok(self.help()),
            Ok(Command::Jobs) => self.jobs().await,
            Ok(Command::Templates) => self.templates().await,
            Ok(Command::User(whom)) => match self.find(&whom).await? {
                Ok(person) => self.card(&person).await,
                Err(view) => Ok(view),
            },
            Ok(Command::Maintenance(None)) => {
                let on = self.world.store.maintenance().await?;
                Ok(self.say("admin-maintenance-is", &Args::default().text("state", if on { "on" } else { "off" })))
            }
            Ok(command) => self.act_on(command).await,
        }
    }

    /// Follows a command that changes something.
    async fn act_on(&self, command: Command) -> Result<View, FlowError> {
        let (act, reason) = match self.act_of(command).await? {
            Ok(act) => act,
            Err(view) => return Ok(view),
        };
        if self.needs_a_word(&act).await? {
            self.propose(&act, &reason).await
        } else {
            self.perform(&act, &reason).await
        }
    }

    /// The act that a command means, its person found.
    async fn act_of(&self, command: Command) -> Result<Result<(Act, String), View>, FlowError> {
        let none = String::new;
        match command {
            Command::Grant { whom, credits, reason } => {
                self.on(&whom, reason, |person| Act::Grant { person, credits }).await
            }
            Command::Take { whom, credits, reason } => {
                self.on(&whom, reason, |person| Act::Take { person, credits }).await
            }
            Command::Ban { whom, reason } => self.on(&whom, reason, |person| Act::Ban { person }).await,
            Command::Unban { whom } => self.on(&whom, none(), |person| Act::Unban { person }).await,
            Command::Refund { charge, forced, reason } => Ok(Ok((Act::Refund { charge, forced }, reason))),
            Command::Template { id, change } => Ok(Ok((Act::Template { id, change }, none()))),
            Command::Maintenance(Some(on)) => Ok(Ok((Act::Maintenance { on }, none()))),
            // The others change nothing and do not come here.
            Command::Help
            | Command::Stats
            | Command::Jobs
            | Command::Templates
            | Command::User(_)
            | Command::Maintenance(None) => Ok(Err(self.help())),
        }
    }

    async fn on(
        &self,
        whom: &Whom,
        reason: String,
        act: impl FnOnce(UserId) -> Act,
    ) -> Result<Result<(Act, String), View>, FlowError> {
        Ok(self.find(whom).await?.map(|person| (act(person.id), reason)))
    }

    /// The person who is meant, or the word that there is no such person, or several.
    async fn find(&self, whom: &Whom) -> Result<Result<User, View>, FlowError> {
        let store = &self.world.store;
        let mut found = match whom {
            Whom::Id(id) => store.user_by_telegram(*id).await?.into_iter().collect(),
            Whom::Name(name) => store.users_by_name(name).await?,
        };
        Ok(match (found.pop(), found.len()) {
            (Some(person), 0) => Ok(person),
            (Some(last), _) => {
                let ids: Vec<String> = found.iter().chain([&last]).map(|user| user.telegram_id.to_string()).collect();
                Err(self.say("admin-several-people", &Args::default().text("text", ids.join(", "))))
            }
            (None, _) => Err(self.say("admin-unknown-person", &Args::default())),
        })
    }

    /// What is wrong with a command, and how it is used.
    fn explain(&self, misuse: Misuse) -> View {
        let Misuse { command, flaw } = misuse;
        let flaw = self.world.texts.get(self.language(), &format!("admin-flaw-{}", flaw.name()), &Args::default());
        let usage = self.usage(command);
        self.say("admin-usage", &Args::default().html("reason", flaw).html("text", usage))
    }

    /// How a command is used, with an example.
    fn usage(&self, command: &str) -> String {
        let args = Args::default().text("name", "@ann").text("charge", "stxAbCd123").text("title", "xmas_cabin");
        self.world.texts.get(self.language(), &format!("admin-usage-{command}"), &args)
    }

    /// The commands, each with its usage.
    fn help(&self) -> View {
        let lines: Vec<String> = COMMANDS.into_iter().map(|name| self.usage(name)).collect();
        self.say("admin-help", &Args::default().html("entries", lines.join("\n\n")))
    }

    /// Does what a button of ours says.
    ///
    /// # Errors
    /// When the database does not answer; nothing was done.
    pub async fn pressed(&self, press: Press) -> Result<Reply, FlowError> {
        Ok(match press {
            Press::Confirm(id) => Reply::InPlace(self.confirm(id).await?),
            Press::Drop(id) => Reply::InPlace(self.drop_act(id).await?),
            Press::Retry(job) => Reply::Message(self.perform(&Act::Retry { job }, "").await?),
            Press::CallOff(job) => Reply::Message(self.perform(&Act::CallOff { job }, "").await?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_buttons_come_back_as_they_were_written_and_are_nobody_elses() {
        let id = Uuid::from_u128(7);
        let Button::Press { data, .. } = button(String::new(), "yes", id) else { panic!("it is pressed") };
        assert!(data.len() <= 64);
        assert_eq!(press(&data), Some(Press::Confirm(id)));
        assert_eq!(crate::engine::parse_press(&data), None);
        for foreign in ["", "a:", "a:yes", "a:yes:7", "a:maybe:00000000000000000000000000000007", "k:yes:7", "b.1:yes"]
        {
            assert_eq!(press(foreign), None, "{foreign}");
        }
    }
}
