//! From a state to the view of its screen.

use crate::domain::{ActionKey, Language};
use crate::engine::{Key, Nonce, Session, State, press_data};
use crate::flows::view::{Button, View};
use crate::flows::{self, Ask, FlowError, Given, Item, Show, Told};
use crate::store::users::User;
use crate::text::Args;

use super::Conversation;

/// Buttons in one row at most; Telegram allows eight.
const WIDEST_ROW: usize = 8;

impl Conversation {
    /// The screen of the state on top, with what is told above it; `None` when the state is silent.
    pub(super) async fn view(&self, user: &User, session: &Session, told: &[Told]) -> Result<Option<View>, FlowError> {
        let top = session.top();
        let Some(state) = self.dialogues.state(&top.dialogue, &top.state) else { return Ok(None) };
        let Some(screen) = &state.screen else { return Ok(None) };
        let language = user.language();
        let show = self.gather(user, session, screen).await?;
        let mut parts: Vec<String> =
            told.iter().map(|told| self.world.texts.get(language, told.id, &told.args)).collect();
        parts.push(self.world.texts.get(language, screen, &show.args));
        let labels = Labels { conversation: self, language, screen, args: &show.args };
        Ok(Some(View {
            text: parts.join("\n\n"),
            buttons: rows(state, &show, &labels, session.nonce()),
            menu: state.menu.then(|| self.menu(language)),
            picture: show.picture,
            invoice: show.invoice,
            silent: false,
        }))
    }

    async fn gather(&self, user: &User, session: &Session, screen: &str) -> Result<Show, FlowError> {
        let top = session.top();
        let Some(screen) = flows::screen_of(&top.dialogue, screen) else { return Ok(Show::default()) };
        let ask = Ask {
            world: &self.world,
            user,
            language: user.language(),
            // A screen writes nothing, so its key names nothing.
            key: ActionKey(String::new()),
            memory: &top.memory,
            given: &Given::Nothing,
            updates: &[],
            now: chrono::Utc::now(),
        };
        (screen.gather)(&ask).await
    }

    /// The keyboard under the input field.
    fn menu(&self, language: Language) -> Vec<Vec<String>> {
        let label = |name: &str| self.world.texts.plain(language, &format!("menu-{name}"), &Args::default());
        self.dialogues.root().menu().map(|row| row.map(label).collect()).collect()
    }
}

/// Where a screen's buttons get their words.
struct Labels<'a> {
    conversation: &'a Conversation,
    language: Language,
    screen: &'a str,
    args: &'a Args,
}

impl Labels<'_> {
    fn of(&self, button: &str) -> String {
        self.conversation.world.texts.label(self.language, self.screen, button, self.args)
    }
}

/// The keyboard, without what is hidden; rows that this empties go.
fn rows(state: &State, show: &Show, labels: &Labels<'_>, nonce: Nonce) -> Vec<Vec<Button>> {
    let mut rows = Vec::new();
    for keys in &state.keyboard {
        let mut row = Vec::new();
        for key in keys {
            match key {
                Key::Button(name) if show.hidden.contains(&name.as_str()) => {}
                Key::Button(name) => {
                    row.push(Button::Press { label: labels.of(name), data: press_data(nonce, name, None) });
                }
                Key::Pay(name) => row.push(Button::Pay { label: labels.of(name) }),
                Key::Each { button, columns } => {
                    let items = show.items.get(button.as_str()).map(Vec::as_slice).unwrap_or_default();
                    rows.extend(columns_of(items, usize::from(*columns), button, nonce));
                }
            }
        }
        rows.push(row);
    }
    rows.retain(|row| !row.is_empty());
    rows
}

fn columns_of(items: &[Item], columns: usize, button: &str, nonce: Nonce) -> Vec<Vec<Button>> {
    let make = |item: &Item| Button::Press {
        label: item.label.clone(),
        data: press_data(nonce, button, Some(&item.argument)),
    };
    items.chunks(columns.clamp(1, WIDEST_ROW)).map(|row| row.iter().map(make).collect()).collect()
}
