//! The bot is killed, and people get what they ordered all the same: once.
//!
//! A real process is killed with SIGKILL at a named point of `src/crash.rs`, or at any moment, and started again.

mod fleet;
mod outages;
mod points;
mod random;
mod training;

use pixelai::emulator::Person;
use serde_json::Value;

use crate::support::process::{House, photo};

/// What a picture's letter says.
const READY: &str = "is ready ✨";
/// What the template of these stories costs.
const PRICE: i64 = 5;

/// Goes to the point where only the price is left to be agreed to.
async fn gets_ready_to_order(person: &Person) -> Result<(), String> {
    person.sends_text("/start");
    person.sees_next("Hi, ").await?;
    person.presses("Templates")?;
    person.sees_next("What shall we make?").await?;
    person.presses("Christmas")?;
    person.sees_next("Christmas cabin").await?;
    person.presses("I want this one")?;
    person.sees_next("Send a photo").await?;
    person.sends_photo(photo());
    person.sees_next("Shall we make it?").await?;
    Ok(())
}

/// Everything answers: the picture's own buttons, the keyboard, and the balance is as it should be.
async fn can_go_on(person: &Person, balance: i64) -> Result<(), String> {
    leads_on(person, "Once more", "Shall we make it?", balance).await
}

/// The same after a photo was refused, which leads to another one.
async fn can_try_another_photo(person: &Person, balance: i64) -> Result<(), String> {
    leads_on(person, "Another photo", "Send a photo", balance).await
}

async fn leads_on(person: &Person, button: &str, screen: &str, balance: i64) -> Result<(), String> {
    person.presses(button)?;
    person.sees_next(screen).await?;
    person.sends_text("/start");
    person.sees_next(&format!("On your balance: {balance}\u{a0}credit")).await?;
    person.presses("Templates")?;
    person.sees_next("What shall we make?").await?;
    Ok(())
}

/// How many messages with this text, and a picture if so wanted, stand in the chat.
fn count(person: &Person, text: &str, picture: bool) -> usize {
    let says = |message: &Value| {
        let words = message["text"].as_str().or(message["caption"].as_str()).unwrap_or_default();
        words.contains(text) && (!picture || message.get("photo").is_some())
    };
    person.messages().iter().filter(|message| says(message)).count()
}

/// The books are in order, by the program's own word.
async fn assert_books_in_order(house: &House) {
    let (in_order, said) = house.audit().await;
    assert!(in_order && said.contains("the books are in order"), "{said}");
    assert_eq!(house.emulator.violations(), Vec::<String>::new());
}

async fn transfers(house: &House) -> (i64, i64, i64) {
    (
        house.number("SELECT count(*) FROM ledger_transactions WHERE kind = 'hold'").await,
        house.number("SELECT count(*) FROM ledger_transactions WHERE kind = 'capture'").await,
        house.number("SELECT count(*) FROM ledger_transactions WHERE kind = 'void'").await,
    )
}
