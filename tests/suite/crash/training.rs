//! Killed at each named point of a training, of its failure, and of an avatar's deletion.

use pixelai::emulator::Person;

use super::{assert_books_in_order, count, transfers};
use crate::support::bot::hero;
use crate::support::process::House;

const BALANCE: i64 = 300;
const TRAINING: i64 = 250;
const FIRST_PICTURE: &str = "first picture 🎁";

/// Goes to the point where only the price is left to be agreed to.
async fn gets_ready_to_train(person: &Person) -> Result<(), String> {
    person.sends_text("/avatars");
    person.sees_next("Your own avatar").await?;
    person.presses("Make an avatar")?;
    person.sees_next("How an avatar comes about").await?;
    person.presses("Go on")?;
    person.sees_next("Before you send photos").await?;
    person.presses("I agree")?;
    person.sees_next("What shall we call the avatar?").await?;
    person.sends_text("Ann");
    person.sees_next("Who is Ann?").await?;
    person.presses("A woman")?;
    person.sees_next("0\u{a0}of 20\u{a0}photos").await?;
    person.sends_photos((1..=10).map(hero));
    person.sees_next("10\u{a0}of 20\u{a0}photos").await?;
    person.presses("Enough, go on")?;
    person.sees_next("shall we train?").await?;
    Ok(())
}

async fn house_ready_to_train(faults: &str) -> (House, Person) {
    let house = House::new(&[("START_BALANCE", "300"), ("MOCK_AI_FAULTS", faults)]).await;
    let person = house.emulator.person("Ann", "en");
    let first = house.start();
    gets_ready_to_train(&person).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.emulator.idle().await;
    first.kill().await;
    (house, person)
}

async fn balance_is(person: &Person, balance: i64) -> Result<(), String> {
    person.sends_text("/start");
    person.sees_next(&format!("On your balance: {balance}\u{a0}credit")).await?;
    Ok(())
}

/// A training; the bot is killed at `point` on its way. The trainer is asked at most `tasks` times.
async fn training_survives(point: &str, tasks: i64) {
    let (house, person) = house_ready_to_train("").await;
    let doomed = house.start_to_die_at(point);
    person.presses("Train ·").expect("the button is there");
    doomed.dies().await;

    let next = house.start();
    person.sees(FIRST_PICTURE).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.settled().await;
    assert_eq!(count(&person, "Ann is ready ✨", false), 1, "{}", person.transcript());
    assert_eq!(count(&person, FIRST_PICTURE, true), 1, "{}", person.transcript());
    assert_eq!(house.number("SELECT count(*) FROM training_runs").await, 1);
    assert_eq!(house.number("SELECT count(*) FROM training_runs WHERE delivered_at IS NOT NULL").await, 1);
    assert!((1..=tasks).contains(&house.number("SELECT attempt FROM training_runs").await));
    // The training, and the picture that is a gift.
    assert_eq!(transfers(&house).await, (2, 2, 0));
    assert_eq!(house.number("SELECT count(*) FROM weight_pieces").await, 1);
    balance_is(&person, BALANCE - TRAINING).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    assert!(next.stops().await.success());
    assert_books_in_order(&house).await;
}

/// A training that its trainer refuses; the bot is killed at `point` on the way to saying so.
async fn failure_survives(point: &str) {
    let (house, person) = house_ready_to_train("fal_portrait=refuse:no_face").await;
    let doomed = house.start_to_die_at(point);
    person.presses("Train ·").expect("the button is there");
    doomed.dies().await;

    let next = house.start();
    person.sees("couldn’t be trained").await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.settled().await;
    assert_eq!(transfers(&house).await, (1, 0, 1));
    assert_eq!(house.number("SELECT count(*) FROM avatar_photos").await, 10);
    balance_is(&person, BALANCE).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    assert!(next.stops().await.success());
    assert_books_in_order(&house).await;
}

/// An avatar that is deleted; the bot is killed at `point`.
async fn deletion_survives(point: &str) {
    let (house, person) = house_ready_to_train("").await;
    let first = house.start();
    person.presses("Train ·").expect("the button is there");
    person.sees(FIRST_PICTURE).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.settled().await;
    let story = async {
        person.sends_text("/avatars");
        person.sees_next("Your avatar").await?;
        person.presses("Ann")?;
        person.sees_next("trained on").await?;
        person.presses("Delete")?;
        person.sees_next("Delete Ann?").await
    };
    story.await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.emulator.idle().await;
    first.kill().await;

    let doomed = house.start_to_die_at(point);
    person.presses("Delete for good").expect("the button is there");
    doomed.dies().await;
    let next = house.start();
    person.sees("“Ann” is deleted").await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.settled().await;
    assert_eq!(count(&person, "“Ann” is deleted", false), 1, "{}", person.transcript());
    for table in ["SELECT count(*) FROM avatar_photos", "SELECT count(*) FROM weight_pieces"] {
        assert_eq!(house.number(table).await, 0, "{table}");
    }
    assert!(next.stops().await.success());
    assert_books_in_order(&house).await;
}

macro_rules! stories {
    ($($name:ident: $story:ident($($argument:expr),+);)+) => {$(
        #[tokio::test]
        async fn $name() {
            $story($($argument),+).await;
        }
    )+};
}

stories! {
    killed_with_a_trainings_hold_written_but_not_committed: training_survives("training-hold-written", 1);
    killed_with_a_trainings_hold_in_the_books: training_survives("training-held", 2);
    killed_before_the_trainer_is_asked: training_survives("training-submitting", 2);
    // The trainer's answer is lost: a second training there, but one here.
    killed_before_the_trainings_task_is_stored: training_survives("training-submitted", 2);
    killed_with_the_trainings_task_stored: training_survives("training-task-stored", 1);
    killed_with_the_weights_kept_but_not_counted: training_survives("before-training-completion", 1);
    killed_with_a_trainings_capture_written_but_not_committed: training_survives("training-capture-written", 1);
    killed_after_a_trainings_completion: training_survives("training-completed", 1);

    killed_with_a_trainings_void_written_but_not_committed: failure_survives("training-void-written");

    killed_with_a_deletion_written_but_not_committed: deletion_survives("erasure-written");
    killed_between_a_deletion_and_the_session: deletion_survives("acted");
}
