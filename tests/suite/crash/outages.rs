//! The servers go away under the bot: PostgreSQL in the middle of transactions, Redis for a while or with all it knew.

use std::time::Duration;

use pixelai::emulator::Person;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{PRICE, READY, assert_books_in_order, can_go_on, count, gets_ready_to_order};
use crate::support::process::{Fleet, House};
use crate::support::servers::Private;

const TROUBLE: &str = "Something broke on our side";
/// Before somebody taps once more on what did not answer.
const IMPATIENCE: Duration = Duration::from_millis(1500);
/// Taps after which nothing will come any more.
const TAPS: usize = 30;

/// Taps until it has had its effect, as people do.
async fn insists(person: &Person, label: &str, until: &str) -> Result<(), String> {
    for _ in 0..TAPS {
        // The button goes once the tap was heard.
        let _ = person.presses(label);
        let begin = std::time::Instant::now();
        while begin.elapsed() < IMPATIENCE {
            if count(person, until, false) > 0 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Err(format!("“{until}” never came in:\n{}", person.transcript()))
}

/// The books, the job and the person's chat after one picture from the balance.
async fn one_picture_came(house: &House, person: &Person) {
    house.settled().await;
    assert_eq!(house.number("SELECT count(*) FROM generation_jobs").await, 1);
    assert_eq!(super::transfers(house).await, (1, 1, 0));
    assert!(count(person, READY, true) >= 1, "{}", person.transcript());
    can_go_on(person, 10 - PRICE).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_crashes_in_the_middle_of_an_order() {
    let Some(private) = Private::start() else { return };
    let house = House::on(&private.addresses(), &[("MOCK_AI_SECONDS", "2")]).await;
    let person = house.emulator.person("Ann", "en");
    let mut fleet = Fleet::start(&house, &[None, None]);
    let story = async {
        gets_ready_to_order(&person).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
        let _ = person.presses("Make it");
        // In the middle of the order, of the painting, and of whatever follows from that.
        for pause in [5, 700, 900] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            tokio::task::block_in_place(|| private.restart_postgres());
        }
        insists(&person, "Make it", READY).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
        one_picture_came(&house, &person).await;
    };
    tokio::select! {
        () = story => {}
        () = fleet.keep() => unreachable!("it is kept for ever"),
    }
    fleet.stops().await;
    assert_books_in_order(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_transaction_holds_up_nobody_but_its_own_rows() {
    let Some(private) = Private::start() else { return };
    let house = House::on(&private.addresses(), &[("MOCK_AI_FAULTS", "nano_banana=slow:2s")]).await;
    let (ann, ben) = (house.emulator.person("Ann", "en"), house.emulator.person("Ben", "en"));
    let fleet = Fleet::start(&house, &[None, None]);
    gets_ready_to_order(&ann).await.expect("everything works so far");
    ann.presses("Make it").expect("the button is there");
    house.until("SELECT count(*) FROM generation_jobs", 1).await;
    let mut long = PgConnection::connect(house.database_url()).await.expect("the server answers");
    let lock = "BEGIN; SELECT * FROM generation_jobs FOR UPDATE; SELECT count(*) FROM outbox";
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut long).await.expect("the rows are locked");

    gets_ready_to_order(&ben).await.expect("he is not held up");
    ben.presses("Make it").expect("the button is there");
    ben.sees(READY).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    assert_eq!(count(&ann, READY, true), 0);

    long.close().await.expect("the connection closes");
    ann.sees(READY).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    house.settled().await;
    assert_eq!(super::transfers(&house).await, (2, 2, 0));
    fleet.stops().await;
    assert_books_in_order(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_redis_is_gone_people_are_told_and_afterwards_it_goes_on_where_it_was() {
    let Some(private) = Private::start() else { return };
    let house = House::on(&private.addresses(), &[]).await;
    let person = house.emulator.person("Ann", "en");
    let bot = house.start();
    gets_ready_to_order(&person).await.expect("everything works so far");
    house.emulator.idle().await;
    private.stop_redis().await;
    person.presses("Make it").expect("the button is there");
    person.sees(TROUBLE).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    assert_eq!(house.number("SELECT count(*) FROM generation_jobs").await, 0);

    private.start_redis();
    insists(&person, "Make it", READY).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    one_picture_came(&house, &person).await;
    assert!(bot.stops().await.success());
    assert_books_in_order(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_redis_has_lost_everything_orders_go_on_and_people_find_the_menu() {
    let Some(private) = Private::start() else { return };
    let house = House::on(&private.addresses(), &[("MOCK_AI_SECONDS", "2")]).await;
    let person = house.emulator.person("Ann", "en");
    let bot = house.start();
    gets_ready_to_order(&person).await.expect("everything works so far");
    person.presses("Make it").expect("the button is there");
    house.until("SELECT count(*) FROM generation_jobs WHERE state = 'running'", 1).await;
    house.emulator.idle().await;
    private.empty_redis().await;
    // A button of a screen that nobody remembers leads to the menu, and the order goes on.
    person.presses("Cancel").expect("the progress is there");
    person
        .sees_next("On your balance: 5\u{a0}credits")
        .await
        .unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    person.sees(READY).await.unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    one_picture_came(&house, &person).await;
    assert!(bot.stops().await.success());
    assert_books_in_order(&house).await;
}
