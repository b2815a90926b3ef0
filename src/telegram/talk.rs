//! What the door asks of the conversation behind it.

use async_trait::async_trait;

pub use crate::conversation::Answer;
use crate::conversation::incoming::{Checkout, Incoming, Person};
use crate::flows::view::View;

/// What came of a deed that was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handled {
    /// It was done now.
    Done,
    /// It had been done at an earlier delivery; nothing was changed.
    Repeated,
}

/// The conversation, as the door sees it.
#[async_trait]
pub trait Talk: Send + Sync + 'static {
    /// Handles one deed, sends what is to be sent through [`Courier`](super::Courier), and returns when that is done.
    ///
    /// A press is answered through `answer` before slow work; when this returns without, the door answers emptily.
    /// May be called again with the same update id, also while a payment of the same person is being handled.
    ///
    /// # Errors
    /// Nothing was done for good: deliver it again.
    async fn handle(&self, incoming: Incoming, answer: &dyn Answer) -> anyhow::Result<Handled>;

    /// The toast for a press that cannot even be looked at; plain text in the person's language.
    fn busy_toast(&self, person: &Person) -> String;

    /// Yes, or the reason why not, in the person's language. Has a few seconds at most.
    async fn checkout(&self, checkout: Checkout) -> Result<(), String>;

    /// What a group is told when it calls the bot.
    fn private_only(&self, language_code: Option<&str>) -> String;

    /// The last word after a deed failed for good.
    fn trouble(&self, person: &Person) -> View;
}
