//! Several processes on PostgreSQL and Redis, killed at random points while somebody orders: seeded runs.
//!
//! A seed decides what the person does, what the painter does, which updates come twice, and where each process dies.
//! `FLEET_SEEDS=5000` asks for more runs, `FLEET_SEEDS=17..18` for the one of that seed.

use futures::StreamExt;
use pixelai::emulator::{PayResult, Person};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::{PRICE, READY, assert_books_in_order, can_go_on, count, gets_ready_to_order};
use crate::support::process::{Fleet, House, Servers};

const USUAL_SEEDS: u64 = 200;
/// Houses beyond this number would only wait for each other.
const AT_ONCE: usize = 6;

/// Where a process can be killed on the way of an order, a payment or a failure.
const POINTS: [&str; 17] = [
    "before-step",
    "hold-written",
    "held",
    "acted",
    "saved",
    "shown",
    "submitting",
    "submitted",
    "task-stored",
    "before-completion",
    "capture-written",
    "completed",
    "before-send",
    "sent",
    "marked",
    "posted",
    "void-written",
];
const PAYMENT_POINTS: [&str; 2] = ["credit-written", "credited"];

/// What a person lives through, and how it has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    /// Paid from the balance.
    Paid,
    /// Bought with Stars first.
    ToppedUp,
    /// The painter refuses the photo.
    Refused,
    /// The painter takes too long, and the person calls it off.
    CalledOff,
}

struct Plan {
    story: Story,
    points: Vec<Option<String>>,
    shuffles: bool,
    redelivers: bool,
    resends: bool,
}

impl Plan {
    fn of(seed: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let story = match dice.random_range(0..10) {
            0..4 => Story::Paid,
            4..7 => Story::ToppedUp,
            7..9 => Story::Refused,
            _ => Story::CalledOff,
        };
        let replicas = dice.random_range(2..=3);
        let points = (0..replicas).map(|replica| {
            // The first always dies somewhere, if it gets there.
            if replica > 0 && dice.random_ratio(1, 3) {
                return None;
            }
            let payment = story == Story::ToppedUp && dice.random_ratio(1, 3);
            let point = if payment { PAYMENT_POINTS.choose(&mut dice) } else { POINTS.choose(&mut dice) };
            // Screens and letters come by often; not always the first time.
            let time = dice.random_range(1..=3);
            point.map(|point| format!("{point}:{time}"))
        });
        let points = points.collect();
        Self {
            story,
            points,
            shuffles: dice.random_ratio(1, 3),
            redelivers: dice.random_ratio(1, 2),
            resends: dice.random_ratio(1, 2),
        }
    }

    fn settings(&self) -> Vec<(&'static str, &'static str)> {
        match self.story {
            Story::Paid => vec![],
            Story::ToppedUp => vec![("START_BALANCE", "0")],
            Story::Refused => vec![("MOCK_AI_FAULTS", "nano_banana=refuse:no_face")],
            Story::CalledOff => vec![("MOCK_AI_FAULTS", "nano_banana=stall")],
        }
    }
}

impl Story {
    async fn is_lived_by(self, person: &Person, house: &House, plan: &Plan) -> Result<(), String> {
        gets_ready_to_order(person).await?;
        let press = person.presses("Make it")?;
        if plan.redelivers {
            house.emulator.redeliver(press);
        }
        if plan.resends {
            house.emulator.resend(press);
        }
        match self {
            Self::Paid => person.sees(READY).await?,
            Self::ToppedUp => {
                buys_what_is_missing(person).await?;
                person.sees(READY).await?
            }
            Self::Refused => person.sees("didn’t work out").await?,
            Self::CalledOff => calls_off(person).await?,
        };
        Ok(())
    }

    /// The balance afterwards, with what the house gives to begin with.
    fn leaves(self) -> i64 {
        match self {
            Self::Paid => 10 - PRICE,
            Self::ToppedUp => 0,
            Self::Refused | Self::CalledOff => 10,
        }
    }
}

async fn buys_what_is_missing(person: &Person) -> Result<(), String> {
    person.sees("credits short").await?;
    person.presses("Exactly 5")?;
    person.sees_invoice().await?;
    // A process that dies over the checkout leaves it unanswered: Telegram takes no Stars, and the person tries again.
    for _ in 0..5 {
        if matches!(person.pays().await, PayResult::Paid { .. }) {
            return Ok(());
        }
    }
    Err("the invoice cannot be paid".to_owned())
}

async fn calls_off(person: &Person) -> Result<serde_json::Value, String> {
    person.sees("Christmas cabin").await?;
    let mut tries = 0;
    loop {
        // The progress is there a moment after the press, or after another process has taken over.
        match person.presses("Cancel") {
            Ok(_) => return person.sees("credits are back").await,
            Err(trouble) if tries == 200 => return Err(trouble),
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
        tries += 1;
    }
}

/// Answers how many processes died.
async fn lives_through(servers: &Servers, seed: u64) -> Result<usize, String> {
    let plan = Plan::of(seed);
    let house = House::on(servers, &plan.settings()).await;
    if plan.shuffles {
        house.emulator.shuffle_updates(Some(seed));
    }
    let person = house.emulator.person("Ann", "en");
    let mut fleet = Fleet::start(&house, &plan.points);
    let story = async {
        let lived = plan.story.is_lived_by(&person, &house, &plan).await;
        lived.map_err(|missing| format!("{missing}\n{}", house.log()))?;
        house.settled().await;
        house.emulator.idle().await;
        ends_well(&house, &person, plan.story).await
    };
    tokio::select! {
        told = story => told?,
        () = fleet.keep() => unreachable!("it is kept for ever"),
    }
    let deaths = fleet.stops().await;
    assert_books_in_order(&house).await;
    Ok(deaths)
}

/// One outcome, seen by the person and in the books.
async fn ends_well(house: &House, person: &Person, story: Story) -> Result<(), String> {
    let orders = house.number("SELECT count(*) FROM generation_jobs").await;
    let ended = "SELECT count(*) FROM generation_jobs WHERE state IN ('succeeded', 'failed', 'cancelled')";
    let outcomes = "SELECT count(*) FROM ledger_transactions WHERE kind IN ('capture', 'void')";
    let found = (orders, house.number(ended).await, house.number(outcomes).await);
    if found != (1, 1, 1) {
        return Err(format!("{found:?} orders, ended, settled:\n{}", person.transcript()));
    }
    let letters = match story {
        Story::Paid | Story::ToppedUp => count(person, READY, true),
        Story::Refused => count(person, "didn’t work out", false),
        Story::CalledOff => count(person, "credits are back", false),
    };
    if letters == 0 {
        return Err(format!("the person was told nothing:\n{}", person.transcript()));
    }
    if story == Story::ToppedUp {
        let paid = house.number("SELECT count(*) FROM payments").await;
        let credited = house.number("SELECT count(*) FROM ledger_transactions WHERE kind = 'topup'").await;
        if (paid, credited) != (1, 1) {
            return Err(format!("{paid} payments, {credited} credited"));
        }
    }
    if matches!(story, Story::Paid | Story::ToppedUp) {
        return can_go_on(person, story.leaves()).await;
    }
    person.sends_text("/start");
    person.sees_next(&format!("On your balance: {}\u{a0}credit", story.leaves())).await?;
    Ok(())
}

fn seeds() -> std::ops::Range<u64> {
    let number = |text: &str| text.parse().expect("FLEET_SEEDS is a number of runs, or first..end");
    match std::env::var("FLEET_SEEDS") {
        Err(_) => 0..USUAL_SEEDS,
        Ok(text) => match text.split_once("..") {
            Some((first, end)) => number(first)..number(end),
            None => 0..number(&text),
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_processes_die_an_order_has_one_outcome() {
    let Some(servers) = Servers::of_tests() else { return };
    let servers = std::sync::Arc::new(servers);
    let runs = seeds().map(|seed| {
        let servers = servers.clone();
        async move {
            let run = tokio::spawn(async move { lives_through(&servers, seed).await }).await;
            run.map_err(|panic| panic.to_string()).and_then(|lived| lived).map_err(|why| format!("seed {seed}: {why}"))
        }
    });
    let mut running = futures::stream::iter(runs).buffer_unordered(AT_ONCE);
    let (mut survived, mut deaths) = (0, 0);
    while let Some(run) = running.next().await {
        deaths += run.unwrap_or_else(|why| panic!("{why}"));
        survived += 1;
    }
    println!("{survived} runs survived {deaths} deaths");
    // Not every process gets to its point, but most runs have one that does.
    assert!(survived < 20 || deaths > survived / 4, "{deaths} deaths in {survived} runs");
}
