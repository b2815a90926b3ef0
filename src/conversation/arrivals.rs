//! What arrives: deeds of people, albums once they are whole, timers, and news of our own.

use std::time::Duration;

use crate::crash;
use crate::database::Time;
use crate::domain::{JobId, Language, RunId, TelegramId, UserId};
use crate::engine::{Event, Input, parse_press};
use crate::flows::view::{Place, Shown, View};
use crate::flows::{Given, IncomingPhoto};
use crate::store::users::{Profile, User};
use crate::wallet::{Charge, Credited};

use super::Conversation;
use super::desk::{Served, below};
use super::incoming::{Checkout, Deed, Incoming, Paid, Person, Unusual};
use super::outbound::{Answer, NoAnswer};
use super::place::Cause;
use super::record::Known;
use super::turn::{Taken, Turn};

/// How long an album waits for further parts.
const ALBUM_PAUSE: Duration = Duration::from_millis(1000);

impl Conversation {
    /// Handles one deed and sends what is to be sent. Answers whether it had been handled before.
    ///
    /// # Errors
    /// Nothing was done for good: deliver it again.
    pub async fn handle(&self, incoming: Incoming, answer: &dyn Answer) -> anyhow::Result<bool> {
        let Incoming { update_id, person, deed } = incoming;
        match &deed {
            Deed::Blocked(blocked) => {
                self.blocked(person.id, *blocked).await?;
                return Ok(false);
            }
            // Telegram's note, which tells nothing of the person and does not mean that they are back.
            Deed::Refunded(paid) => return self.refunded(paid).await,
            _ => {}
        }
        let user = self.known(&person).await?;
        let banned = user.banned_at.is_some() && !self.world.admins.contains(&user.telegram_id);
        if banned && !matches!(deed, Deed::Paid(_)) {
            return self.turn_away(&user, answer).await;
        }
        if self.serve(&user, update_id, &deed, answer).await? == Served::Yes {
            return Ok(false);
        }
        let updates = [update_id];
        let turn = |event, given, cause, unexpected| Turn {
            user: user.clone(),
            event,
            given,
            updates: &updates,
            cause,
            unexpected,
            posted: false,
            in_place: false,
            answer,
        };
        let taken = match deed {
            Deed::Text(text) => self.turn(self.written(&text, turn)).await?,
            Deed::Photo(photo) => match photo.album.clone() {
                Some(album) => return self.album_part(person.id, &album, update_id, &photo).await,
                None => self.turn(photos(vec![photo], turn)).await?,
            },
            Deed::Press { data, on } => self.press(&user, &data, on, turn, answer).await?,
            Deed::Other(unusual) => {
                self.turn(turn(Event::Unusual, Given::Nothing, Cause::Message, unusual_note(unusual))).await?
            }
            Deed::Paid(paid) => return self.paid(&user, &paid).await,
            Deed::Refunded(_) | Deed::Blocked(_) => Taken::Done,
        };
        Ok(taken == Taken::Repeated)
    }

    /// Stars are back with a person. Answers whether that was booked before.
    async fn refunded(&self, paid: &Paid) -> anyhow::Result<bool> {
        let booked = self.world.wallet.refunded(&paid.charge_id, chrono::Utc::now()).await?;
        self.bell.mail.notify_one();
        Ok(!booked)
    }

    /// What banned people get.
    async fn turn_away(&self, user: &User, answer: &dyn Answer) -> anyhow::Result<bool> {
        answer.answer(None).await;
        let view = View { text: self.text(user.language(), "note-banned"), ..View::default() };
        self.hand_over(user, &view, below()).await?;
        Ok(false)
    }

    /// The person as we know them; made known, with the start balance, when they are new.
    async fn known(&self, person: &Person) -> anyhow::Result<User> {
        let profile = Profile {
            telegram_id: person.id,
            first_name: &person.first_name,
            username: person.username.as_deref(),
            language_code: person.language_code.as_deref(),
        };
        let store = &self.world.store;
        if let Some(mut user) = store.user_by_telegram(person.id).await? {
            let same = user.first_name == profile.first_name
                && user.username.as_deref() == profile.username
                && user.language_code.as_deref() == profile.language_code
                && user.blocked_at.is_none();
            if !same {
                store.update_profile(user.id, &profile).await?;
                if user.blocked_at.is_some() {
                    self.let_in(user.id).await?;
                }
                person.first_name.clone_into(&mut user.first_name);
                user.username.clone_from(&person.username);
                user.language_code.clone_from(&person.language_code);
            }
            return Ok(user);
        }
        let id = self.world.wallet.welcome(&profile, chrono::Utc::now()).await?;
        store.user(id).await?.ok_or_else(|| anyhow::anyhow!("a person who was just made known is gone"))
    }

    /// Text: a command, a label of the menu in any language, or words.
    fn written<'a>(&self, text: &str, turn: impl FnOnce(Event, Given, Cause, &'static str) -> Turn<'a>) -> Turn<'a> {
        let text = text.trim();
        if let Some(command) = command_name(text) {
            let known = self.dialogues.root().commands().any(|name| name == command);
            let (event, unexpected) = if known {
                (Event::Everywhere { name: command }, "note-unexpected-text")
            } else {
                (Event::Unusual, "note-unknown-command")
            };
            return turn(event, Given::Nothing, Cause::Message, unexpected);
        }
        match self.world.texts.menu_button(text) {
            Some(name) => turn(Event::Everywhere { name }, Given::Nothing, Cause::Message, "note-unexpected-text"),
            None => {
                let given = Given::Text(text.to_owned());
                turn(Event::Input(Input::Text), given, Cause::Message, "note-unexpected-text")
            }
        }
    }

    async fn press<'a>(
        &self,
        user: &User,
        data: &str,
        on: Option<Shown>,
        turn: impl FnOnce(Event, Given, Cause, &'static str) -> Turn<'a>,
        answer: &dyn Answer,
    ) -> anyhow::Result<Taken> {
        let Some(event) = parse_press(data) else {
            answer.answer(Some(self.plain(user.language(), "toast-unknown"))).await;
            return Ok(Taken::Ignored);
        };
        let (argument, screen) = match &event {
            Event::Press { argument, .. } => (argument.clone(), on),
            Event::Keepsake { argument, .. } => (argument.clone(), None),
            _ => (None, on),
        };
        let given = argument.map_or(Given::Nothing, Given::Argument);
        self.turn(turn(event, given, Cause::Press(screen), "note-lost")).await
    }

    async fn album_part(
        &self,
        chat: TelegramId,
        album: &str,
        update_id: i64,
        photo: &IncomingPhoto,
    ) -> anyhow::Result<bool> {
        let part = serde_json::to_value(photo)?;
        let due_at = chrono::Utc::now() + ALBUM_PAUSE;
        self.world.store.add_album_part(chat, album, update_id, &part, due_at).await?;
        self.bell.albums.notify_one();
        Ok(false)
    }

    /// An album is whole: its parts are one event.
    ///
    /// # Errors
    /// When it could not be handled; it comes again when its lease is over.
    pub async fn album(&self, chat: TelegramId, album: &str, parts: &[(i64, IncomingPhoto)]) -> anyhow::Result<()> {
        let updates: Vec<i64> = parts.iter().map(|(update, _)| *update).collect();
        let user = self.world.store.user_by_telegram(chat).await?;
        if let Some(user) = user.filter(|user| user.banned_at.is_none()) {
            let all = parts.iter().map(|(_, photo)| photo.clone()).collect();
            let turn = |event, given, cause, unexpected| Turn {
                user,
                event,
                given,
                updates: &updates,
                cause,
                unexpected,
                posted: false,
                in_place: false,
                answer: &NoAnswer,
            };
            self.turn(photos(all, turn)).await?;
        }
        self.world.store.remove_album(chat, album, &updates).await?;
        Ok(())
    }

    /// A payment: booked once per charge, then whoever waits for it goes on.
    async fn paid(&self, user: &User, paid: &Paid) -> anyhow::Result<bool> {
        crash::point("paid");
        let charge =
            Charge { id: &paid.charge_id, payload: &paid.payload, currency: &paid.currency, stars: paid.amount };
        let credited = self.world.wallet.credit(user.id, &charge, chrono::Utc::now()).await?;
        crash::point("credited");
        if credited == Credited::NotStars {
            tracing::error!(
                currency = paid.currency,
                amount = paid.amount,
                "a payment that is not in Stars was not booked"
            );
            return Ok(false);
        }
        self.credited(user.id, &paid.charge_id).await?;
        Ok(credited == Credited::Before)
    }

    /// What follows once a payment is in the books: thanks, and whatever of theirs waits for it.
    ///
    /// # Errors
    /// When the stores do not answer.
    pub async fn credited(&self, user: UserId, charge_id: &str) -> anyhow::Result<()> {
        // The thanks come first: what follows from the payment is what the person goes on with.
        self.post_thanks(charge_id).await;
        self.signal(user, "paid", None).await
    }

    /// Tells a person's dialogue that something has happened; whether it waits for that is its own affair.
    ///
    /// # Errors
    /// When the stores do not answer.
    pub async fn signal(&self, user: UserId, name: &str, about: Option<(String, String)>) -> anyhow::Result<()> {
        // Read anew: what has happened often changes the balance.
        let Some(user) = self.world.store.user(user).await?.filter(|user| user.banned_at.is_none()) else {
            return Ok(());
        };
        let event = Event::Signal { name: name.to_owned(), about };
        self.turn(ourselves(user, event)).await?;
        Ok(())
    }

    /// A chat's timer, claimed until `lease_until`.
    ///
    /// # Errors
    /// When the stores do not answer; the timer comes again.
    pub async fn elapsed(&self, chat: TelegramId, lease_until: Time) -> anyhow::Result<()> {
        let known = Known::of(self.sessions.load(chat, chrono::Utc::now()).await?);
        // The chat may have moved since the claim, and then this timer is not its timer any more.
        if known.due_at != Some(lease_until) {
            return Ok(());
        }
        match self.world.store.user_by_telegram(chat).await? {
            Some(user) if user.banned_at.is_none() => self.turn(ourselves(user, Event::Elapsed)).await.map(drop),
            _ => Ok(self.sessions.forget(chat).await?),
        }
    }

    /// Shows how a job stands, if its person is looking at it. Changes nothing in the conversation.
    ///
    /// # Errors
    /// When the stores or Telegram do not answer.
    pub async fn refresh(&self, user: UserId, job: JobId) -> anyhow::Result<()> {
        self.refresh_watched(user, ("job", &job.to_string()), "finished").await
    }

    /// Shows how a training stands, if its person is looking at it. Changes nothing in the conversation.
    ///
    /// # Errors
    /// When the stores or Telegram do not answer.
    pub async fn refresh_training(&self, user: UserId, run: RunId) -> anyhow::Result<()> {
        self.refresh_watched(user, ("run", &run.to_string()), "trained").await
    }

    /// The screen again, where the state on top waits for `end` and remembers this.
    async fn refresh_watched(&self, user: UserId, (key, value): (&str, &str), end: &str) -> anyhow::Result<()> {
        let Some(user) = self.world.store.user(user).await? else { return Ok(()) };
        let known = Known::of(self.sessions.load(user.telegram_id, chrono::Utc::now()).await?);
        let (Some(record), Some(screen)) = (known.record, known.screen) else { return Ok(()) };
        let top = record.session.top();
        let watches = top.memory.get(key).and_then(|held| held.as_str()) == Some(value);
        let waits = self.dialogues.state(&top.dialogue, &top.state).is_some_and(|state| state.on(end).is_some());
        if !watches || !waits {
            return Ok(());
        }
        self.out.busy(user.telegram_id).await;
        let Some(view) = self.view(&user, &record.session, &[]).await? else { return Ok(()) };
        self.deliver(&user, &view, Place::Edit(screen), Some(screen)).await
    }

    async fn blocked(&self, chat: TelegramId, blocked: bool) -> anyhow::Result<()> {
        let store = &self.world.store;
        if blocked {
            store.set_blocked(chat, Some(chrono::Utc::now())).await?;
        } else if let Some(user) = store.user_by_telegram(chat).await? {
            store.set_blocked(chat, None).await?;
            self.let_in(user.id).await?;
        }
        Ok(())
    }

    /// They let us write to them again: what could not be sent goes out.
    async fn let_in(&self, user: UserId) -> anyhow::Result<()> {
        if self.world.store.revive_mail(user, chrono::Utc::now()).await? > 0 {
            self.bell.mail.notify_one();
        }
        Ok(())
    }

    /// Yes, or the reason why not, in the person's language.
    ///
    /// # Errors
    /// The reason.
    pub async fn checkout(&self, checkout: &Checkout) -> Result<(), String> {
        let person = &checkout.person;
        let charge = Charge {
            id: &checkout.query,
            payload: &checkout.payload,
            currency: &checkout.currency,
            stars: checkout.amount,
        };
        let known = self.world.store.user_by_telegram(person.id).await.ok().flatten();
        if known.as_ref().is_some_and(|user| user.banned_at.is_some()) {
            return Err(self.plain(known.map_or_else(|| person.language(), |user| user.language()), "checkout-closed"));
        }
        let verdict = self.world.wallet.check(person.id, &charge, chrono::Utc::now()).await;
        let reason = match verdict {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(refusal)) => refusal.text(),
            Err(cause) => {
                tracing::error!(error = %cause, "a checkout could not be looked up");
                "checkout-closed"
            }
        };
        let language = known.map_or_else(|| person.language(), |user| user.language());
        Err(self.plain(language, reason))
    }

    /// The language that a person has chosen, or that their Telegram speaks.
    pub fn language_of(&self, person: &Person) -> Language {
        person.language()
    }
}

fn photos<'a>(
    photos: Vec<IncomingPhoto>,
    turn: impl FnOnce(Event, Given, Cause, &'static str) -> Turn<'a>,
) -> Turn<'a> {
    turn(Event::Input(Input::Photo), Given::Photos(photos), Cause::Message, "note-unexpected-photo")
}

fn ourselves(user: User, event: Event) -> Turn<'static> {
    Turn {
        user,
        event,
        given: Given::Nothing,
        updates: &[],
        cause: Cause::Ourselves,
        unexpected: "note-lost",
        posted: false,
        in_place: false,
        answer: &NoAnswer,
    }
}

/// `/name`, `/name@bot` or `/name with words`.
fn command_name(text: &str) -> Option<String> {
    let word = text.strip_prefix('/')?.split_whitespace().next()?;
    Some(word.split('@').next()?.to_ascii_lowercase())
}

fn unusual_note(unusual: Unusual) -> &'static str {
    match unusual {
        Unusual::Sticker => "note-unexpected-sticker",
        Unusual::Voice => "note-unexpected-voice",
        Unusual::Video => "note-unexpected-video",
        Unusual::File => "note-unexpected-file",
        Unusual::Anything => "note-unexpected-anything",
    }
}
