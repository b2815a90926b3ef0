//! Killed at any moment, while several people act, some of whose updates come twice or out of order.

use std::time::Duration;

use pixelai::emulator::{Emulator, Person};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{PRICE, READY, assert_books_in_order, can_go_on, count, gets_ready_to_order, transfers};
use crate::support::process::House;

/// Runs with different seeds; `CRASH_SEEDS` asks for another number of them.
const USUAL_SEEDS: u64 = 3;
const KILLS: usize = 5;
/// The process lives so long at least and at most before each kill: from its start-up into its work.
const LIFETIME_MILLIS: std::ops::Range<u64> = 150..1500;

/// Orders a picture, pressing as impatient people do.
async fn orders(person: Person, emulator: Emulator, presses_twice: bool) -> Result<(), String> {
    gets_ready_to_order(&person).await?;
    let press = person.presses("Make it")?;
    emulator.redeliver(press);
    if presses_twice {
        emulator.resend(press);
    }
    person.sees(READY).await?;
    Ok(())
}

async fn lives_through(seed: u64) -> Result<(), String> {
    let mut dice = StdRng::seed_from_u64(seed);
    let house = House::new(&[]).await;
    house.emulator.shuffle_updates(Some(seed));
    let people: Vec<Person> = ["Ann", "Ben", "Cat"].map(|name| house.emulator.person(name, "en")).into();
    let tasks: Vec<_> = people
        .iter()
        .map(|person| tokio::spawn(orders(person.clone(), house.emulator.clone(), dice.random())))
        .collect();
    for _ in 0..KILLS {
        let doomed = house.start();
        tokio::time::sleep(Duration::from_millis(dice.random_range(LIFETIME_MILLIS))).await;
        doomed.kill().await;
    }

    let last = house.start();
    for task in tasks {
        task.await.expect("no panic").map_err(|missing| format!("{missing}\n{}", house.log()))?;
    }
    house.settled().await;
    let everybody = people.len() as i64;
    assert_eq!(house.number("SELECT count(*) FROM users").await, everybody);
    assert_eq!(house.number("SELECT count(*) FROM generation_jobs").await, everybody);
    assert_eq!(transfers(&house).await, (everybody, everybody, 0));
    for person in &people {
        let pictures = count(person, READY, true);
        // A kill between Telegram's answer and our mark, and only that, sends a picture again.
        assert!((1..=1 + KILLS).contains(&pictures), "{pictures} pictures:\n{}", person.transcript());
        can_go_on(person, 10 - PRICE).await.map_err(|missing| format!("{missing}\n{}", house.log()))?;
    }
    assert!(last.stops().await.success());
    assert_books_in_order(&house).await;
    Ok(())
}

#[tokio::test]
async fn killed_at_any_moment() {
    let seeds = std::env::var("CRASH_SEEDS").map_or(USUAL_SEEDS, |number| number.parse().expect("a number of seeds"));
    for seed in 0..seeds {
        let run = tokio::spawn(lives_through(seed)).await;
        let survived = run.map_err(|panic| panic.to_string()).and_then(|lived| lived);
        assert!(survived.is_ok(), "seed {seed}: {}", survived.unwrap_err());
    }
}

#[tokio::test]
async fn every_update_twice_and_out_of_order_is_one_order() {
    let house = House::new(&[]).await;
    house.emulator.shuffle_updates(Some(7));
    let bot = house.start();
    let person = house.emulator.person("Ann", "en");
    let again = |update| assert!(house.emulator.redeliver(update), "the update is forgotten");
    again(person.sends_text("/start"));
    person.sees_next("Hi, ").await.expect("the menu comes");
    for (button, screen) in [("Templates", "What shall we make?"), ("Christmas", "cabin"), ("I want", "Send a photo")] {
        again(person.presses(button).expect("the button is there"));
        person.sees_next(screen).await.expect("the screen comes");
    }
    again(person.sends_photo(crate::support::process::photo()));
    person.sees_next("Shall we make it?").await.expect("the price is shown");
    let press = person.presses("Make it").expect("the button is there");
    again(press);
    let resent = house.emulator.resend(press).expect("it is remembered");
    again(resent);
    person.sees(READY).await.expect("the picture comes");
    again(press);
    house.emulator.idle().await;
    house.settled().await;

    assert_eq!(count(&person, READY, true), 1, "{}", person.transcript());
    assert_eq!(house.number("SELECT count(*) FROM generation_jobs").await, 1);
    assert_eq!(transfers(&house).await, (1, 1, 0));
    can_go_on(&person, 10 - PRICE).await.expect("everything answers");
    assert!(bot.stops().await.success());
    assert_books_in_order(&house).await;
}
