//! Killed at each named point of an order, of a failure, of a payment, and of a refund.

use pixelai::emulator::{PayResult, Person};

use super::{
    PRICE, READY, assert_books_in_order, can_go_on, can_try_another_photo, count, gets_ready_to_order, transfers,
};
use crate::support::process::House;

/// An order from the balance; the bot is killed at `point` on its way. At most `copies` of the picture arrive, and the
/// painter is asked at most `tasks` times: from the hold on the job's worker runs beside the conversation, and what
/// kills one may hit the other between its submit and its note of it.
async fn order_survives(point: &str, copies: usize, tasks: usize) {
    let house = House::new(&[]).await;
    let person = house.emulator.person("Ann", "en");
    let first = house.start();
    gets_ready_to_order(&person).await.expect("everything works so far");
    house.emulator.idle().await;
    first.kill().await;

    let doomed = house.start_to_die_at(point);
    person.presses("Make it").expect("the button is there");
    doomed.dies().await;

    let next = house.start();
    person.sees(READY).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.settled().await;
    let pictures = count(&person, READY, true);
    assert!((1..=copies).contains(&pictures), "{pictures} pictures:\n{}", person.transcript());
    assert_eq!(house.number("SELECT count(*) FROM generation_jobs").await, 1);
    assert_eq!(house.number("SELECT count(*) FROM generation_jobs WHERE delivered_at IS NOT NULL").await, 1);
    assert_eq!(transfers(&house).await, (1, 1, 0));
    assert!((1..=tasks).contains(&house.tasks()), "{} tasks", house.tasks());
    if point != "posted" {
        assert_eq!(count(&person, "will come here", false), 0, "progress is left:\n{}", person.transcript());
    }
    can_go_on(&person, 10 - PRICE).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    assert!(next.stops().await.success());
    assert_books_in_order(&house).await;
}

/// A photo that the painter refuses; the bot is killed at `point` on the way to saying so.
async fn failure_survives(point: &str, copies: usize) {
    let house = House::new(&[("MOCK_AI_FAULTS", "nano_banana=refuse:no_face")]).await;
    let person = house.emulator.person("Ann", "en");
    let doomed = house.start_to_die_at(point);
    gets_ready_to_order(&person).await.expect("everything works so far");
    person.presses("Make it").expect("the button is there");
    doomed.dies().await;

    let next = house.start();
    person.sees("didn’t work out").await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.settled().await;
    let letters = count(&person, "didn’t work out", false);
    assert!((1..=copies).contains(&letters), "{letters} letters:\n{}", person.transcript());
    assert_eq!(transfers(&house).await, (1, 0, 1));
    can_try_another_photo(&person, 10).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    assert!(next.stops().await.success());
    assert_books_in_order(&house).await;
}

/// Someone without credits buys just what is missing; the bot is killed at `point` after they have paid.
async fn payment_survives(point: &str) {
    let house = House::new(&[("START_BALANCE", "0")]).await;
    let person = house.emulator.person("Ann", "en");
    let first = house.start();
    gets_ready_to_order(&person).await.expect("everything works so far");
    person.presses("Make it").expect("the button is there");
    person.sees_next("credits short").await.expect("the packs are offered");
    person.presses("Exactly 5").expect("the button is there");
    person.sees_invoice().await.expect("the invoice comes");
    house.emulator.idle().await;
    first.kill().await;

    let stars = person.stars();
    let doomed = house.start_to_die_at(point);
    let paid = person.pays().await;
    assert!(matches!(paid, PayResult::Paid { .. }), "{paid:?}");
    doomed.dies().await;

    let next = house.start();
    person.sees(READY).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.settled().await;
    assert_eq!(person.stars(), stars - PRICE);
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 1);
    assert_eq!(house.number("SELECT count(*) FROM ledger_transactions WHERE kind = 'topup'").await, 1);
    assert_eq!(house.number("SELECT count(*) FROM generation_jobs").await, 1);
    assert_eq!(transfers(&house).await, (1, 1, 0));
    assert_eq!(count(&person, READY, true), 1, "{}", person.transcript());
    assert_eq!(count(&person, "received", false), 1, "{}", person.transcript());
    can_go_on(&person, 0).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    assert!(next.stops().await.success());
    assert_books_in_order(&house).await;
}

/// A checkout and its payment; the bot is killed at `point` after somebody has tapped Pay.
async fn checkout_survives(point: &str) {
    let house = House::new(&[]).await;
    let person = house.emulator.person("Ann", "en");
    let first = house.start();
    reaches_invoice(&person).await.expect("everything works so far");
    house.emulator.idle().await;
    first.kill().await;

    let doomed = house.start_to_die_at(point);
    let restart = async {
        doomed.dies().await;
        house.start()
    };
    let (mut paid, next) = tokio::join!(person.pays(), restart);
    // A busy machine may be too slow for Telegram's ten seconds; then nothing was paid, and a later tap goes through.
    while !matches!(paid, PayResult::Paid { .. }) {
        assert!(matches!(paid, PayResult::TimedOut | PayResult::Refused { .. }), "{paid:?}");
        assert_eq!(person.stars(), 500);
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        paid = person.pays().await;
    }
    person.sees("received").await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.settled().await;
    assert_eq!((person.stars(), house.number("SELECT count(*) FROM payments").await), (450, 1));
    assert_eq!(count(&person, "received", false), 1, "{}", person.transcript());
    assert!(next.stops().await.success());
    assert_books_in_order(&house).await;
}

async fn reaches_invoice(person: &Person) -> Result<(), String> {
    person.sends_text("/start");
    person.sees_next("Hi, ").await?;
    person.sends_text("/topup");
    person.sees_next("Top up").await?;
    person.presses("50\u{a0}⭐ →")?;
    person.sees_invoice().await?;
    Ok(())
}

/// An admin gives a payment back; the bot is killed at `point` on the way.
async fn refund_survives(point: &str) {
    let house = House::new(&[("ADMIN_IDS", "1000001")]).await;
    let (admin, person) = (house.emulator.person("Olga", "en"), house.emulator.person("Ann", "en"));
    let first = house.start();
    admin.sends_text("/start");
    admin.sees_next("Hi, ").await.expect("everything works so far");
    reaches_invoice(&person).await.expect("everything works so far");
    let PayResult::Paid { charge_id } = person.pays().await else { panic!("not paid") };
    person.sees("received").await.expect("everything works so far");
    house.emulator.idle().await;
    first.kill().await;

    let doomed = house.start_to_die_at(point);
    admin.sends_text(&format!("/refund {charge_id}"));
    doomed.dies().await;
    let next = house.start();
    admin.sees("on their way back").await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    person.sees("returned").await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.emulator.idle().await;
    house.settled().await;
    assert_eq!(person.stars(), 500);
    let back = house.emulator.star_transactions().iter().filter(|it| it.get("receiver").is_some()).count();
    assert_eq!((back, house.number("SELECT count(*) FROM refunds WHERE state = 'done'").await), (1, 1));
    assert_eq!(house.number("SELECT count(*) FROM admin_acts").await, 1);
    assert_eq!(
        house.number("SELECT balance FROM accounts WHERE kind = 'available' ORDER BY balance LIMIT 1").await,
        10
    );
    assert_eq!(count(&person, "returned", false), 1, "{}", person.transcript());
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
    killed_before_the_press_is_handled: order_survives("before-step", 1, 1);
    killed_with_the_hold_written_but_not_committed: order_survives("hold-written", 1, 1);
    killed_with_the_hold_in_the_books: order_survives("held", 1, 2);
    killed_between_the_deed_and_the_session: order_survives("acted", 1, 2);
    killed_with_the_session_saved_but_not_shown: order_survives("saved", 1, 2);
    killed_with_the_screen_shown_but_the_update_not_confirmed: order_survives("shown", 1, 2);
    killed_before_the_provider_is_asked: order_survives("submitting", 1, 1);
    // The provider's answer is lost, and its submit is not idempotent: a second task, but one picture.
    killed_before_the_providers_task_is_stored: order_survives("submitted", 1, 2);
    killed_with_the_providers_task_stored: order_survives("task-stored", 1, 1);
    killed_before_the_completion: order_survives("before-completion", 1, 1);
    killed_with_the_capture_written_but_not_committed: order_survives("capture-written", 1, 1);
    killed_after_the_completion: order_survives("completed", 1, 1);
    killed_before_the_picture_is_sent: order_survives("before-send", 1, 1);
    // Telegram has it, and nobody here knows: no key makes its `sendPhoto` idempotent.
    killed_right_after_sending_the_picture_comes_at_most_twice: order_survives("sent", 2, 1);
    killed_with_the_picture_marked_as_sent: order_survives("marked", 1, 1);
    // Old screens are taken away in the background; one that is left has buttons that say so.
    killed_while_the_progress_is_taken_away_it_may_stay: order_survives("posted", 1, 1);

    killed_with_the_void_written_but_not_committed: failure_survives("void-written", 1);
    killed_before_the_failure_is_told: failure_survives("before-send", 1);
    killed_right_after_telling_the_failure_it_comes_at_most_twice: failure_survives("sent", 2);
    killed_with_the_failure_marked_as_told: failure_survives("marked", 1);

    killed_with_a_checkout_decided_but_not_answered: checkout_survives("checkout-decided");
    killed_between_checkout_and_payment: checkout_survives("checkout-answered");
    killed_with_the_payment_here_but_not_written: checkout_survives("paid");
    killed_with_the_bought_credits_written_but_not_committed: checkout_survives("credit-written");
    killed_with_the_bought_credits_in_the_books: checkout_survives("credited");

    killed_with_the_refund_written_but_not_committed: refund_survives("refund-written");
    killed_with_the_refund_asked_for_but_not_answered: refund_survives("desk-done");
    killed_before_telegram_is_told_of_the_refund: refund_survives("refund-asked");
    killed_with_the_stars_back_but_not_booked: refund_survives("refund-sent");
    killed_with_the_refund_booked_but_not_committed: refund_survives("refund-booking");
    killed_with_the_refund_in_the_books: refund_survives("refund-booked");

    killed_with_the_payment_written_but_not_committed: payment_survives("credit-written");
    killed_with_the_payment_in_the_books: payment_survives("credited");
    killed_before_the_waiting_order_goes_on: payment_survives("before-step");
    killed_with_the_paid_orders_hold_in_the_books: payment_survives("held");
    killed_between_the_paid_order_and_the_session: payment_survives("acted");
    killed_with_the_paid_order_saved_but_not_shown: payment_survives("saved");
    killed_with_the_paid_order_shown: payment_survives("shown");
}
