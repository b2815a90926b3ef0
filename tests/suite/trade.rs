//! An hour of trade in a minute: hundreds of people buy, order, pay twice and change their minds while the network
//! fails, updates come twice and out of order, and the bot is restarted. In the end the audit has nothing to say.

use std::time::Duration;

use pixelai::emulator::{FaultKind, FaultRule, PayResult, Person};
use pixelai::telegram::Client;
use pixelai::wallet::Wallet;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::bot::{Bot, BotOptions, photo};

const PEOPLE: u64 = 200;
/// Of so many people one orders a picture; painting is what takes long.
const BUYERS: u64 = 10;
/// How long a person waits for an answer before doing something else.
const PATIENCE: Duration = Duration::from_secs(12);
/// Between the first deeds of two people.
const APART: Duration = Duration::from_millis(25);
const ADMIN: i64 = 1_000_001;
const PURSE: i64 = 500;

/// What a person may not get to see, because of a fault; then they go on with something else.
async fn sees(person: &Person, text: &str) -> bool {
    tokio::time::timeout(PATIENCE, person.sees_next(text)).await.is_ok_and(|seen| seen.is_ok())
}

/// One person's hour.
async fn trades(bot: pixelai::emulator::Emulator, person: Person, number: u64) {
    tokio::time::sleep(APART * number as u32).await;
    let mut dice = StdRng::seed_from_u64(number);
    person.sends_text("/start");
    sees(&person, "Hi, ").await;
    for _ in 0..dice.random_range(1..3) {
        buys(&bot, &person, &mut dice).await;
    }
    if number.is_multiple_of(BUYERS) {
        orders(&person).await;
    }
    if dice.random_bool(0.2) {
        person.blocks(true);
    }
}

async fn buys(bot: &pixelai::emulator::Emulator, person: &Person, dice: &mut StdRng) {
    person.sends_text("/topup");
    if !sees(person, "Top up").await {
        return;
    }
    let pack = ["25\u{a0}⭐", "50\u{a0}⭐ →", "100\u{a0}⭐"][dice.random_range(0..3)];
    if person.presses(pack).is_err() || tokio::time::timeout(PATIENCE, person.sees_invoice()).await.is_err() {
        return;
    }
    // Two taps on Pay at one moment, in two chats as it were.
    if dice.random_bool(0.3) {
        let (one, other) = tokio::join!(person.pays(), person.pays());
        let both = matches!((&one, &other), (PayResult::Paid { .. }, PayResult::Paid { .. }));
        assert!(!both, "{one:?} {other:?}");
    } else {
        person.pays().await;
    }
    if dice.random_bool(0.3) {
        let update = person.sends_text("/balance");
        bot.redeliver(update);
        bot.resend(update);
    }
}

async fn orders(person: &Person) {
    person.sends_text("/templates");
    if !sees(person, "What shall we make").await || person.presses("Christmas").is_err() {
        return;
    }
    if !sees(person, "Christmas cabin").await || person.presses("I want this one").is_err() {
        return;
    }
    sees(person, "Send a photo").await;
    person.sends_photo(photo(1));
    if sees(person, "Shall we make it?").await {
        let _ = person.presses("Make it");
    }
}

/// Keeps the network bad for as long as people trade.
async fn troubles(emulator: pixelai::emulator::Emulator) {
    let mut round = 0;
    loop {
        emulator.shuffle_updates(Some(round));
        for (method, kind) in [
            ("sendMessage", FaultKind::Status429 { retry_after: 1 }),
            ("sendMessage", FaultKind::Status502),
            ("sendMessage", FaultKind::DropAfterProcessing),
            ("sendInvoice", FaultKind::Status502),
            ("editMessageText", FaultKind::DropBefore),
            ("answerPreCheckoutQuery", FaultKind::Status502),
            ("answerPreCheckoutQuery", FaultKind::DropAfterProcessing),
            ("refundStarPayment", FaultKind::DropAfterProcessing),
            ("refundStarPayment", FaultKind::Status429 { retry_after: 1 }),
            ("getStarTransactions", FaultKind::Status502),
            ("answerCallbackQuery", FaultKind::Slow { millis: 100 }),
        ] {
            emulator.fault(FaultRule::once(method, kind));
        }
        // After each of these the bot waits before it fetches again.
        let fetching = if round % 2 == 0 { FaultKind::DropAfterProcessing } else { FaultKind::Status502 };
        emulator.fault(FaultRule::once("getUpdates", fetching));
        round += 1;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// The admin's hour: gives, takes, and returns what was paid.
async fn administers(emulator: pixelai::emulator::Emulator, admin: Person) {
    let mut dice = StdRng::seed_from_u64(7);
    loop {
        let person = ADMIN + 1 + dice.random_range(0..PEOPLE as i64);
        let charges = emulator.star_transactions();
        let charge = (!charges.is_empty()).then(|| charges[dice.random_range(0..charges.len())]["id"].clone());
        match (dice.random_range(0..4), charge.as_ref().and_then(|charge| charge.as_str())) {
            (0, _) => admin.sends_text(&format!("/grant {person} {}", dice.random_range(1..30))),
            (1, _) => admin.sends_text(&format!("/take {person} {}", dice.random_range(1..30))),
            (2, Some(charge)) => admin.sends_text(&format!("/refund {charge} force")),
            (_, Some(charge)) => admin.sends_text(&format!("/refund {charge}")),
            _ => 0,
        };
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_hour_of_trade_leaves_the_audit_with_nothing_to_say() {
    let mut bot = Bot::start_with(BotOptions { admins: vec![ADMIN], ..BotOptions::default() }).await;
    let admin = bot.person("Olga", "en");
    admin.sends_text("/start");
    let emulator = bot.emulator.clone();
    let people: Vec<Person> = (0..PEOPLE).map(|_| bot.person("Ann", "en")).collect();
    let trouble = tokio::spawn(troubles(emulator.clone()));
    let administration = tokio::spawn(administers(emulator.clone(), admin.clone()));
    let trading: Vec<_> = people
        .iter()
        .cloned()
        .zip(0..)
        .map(|(person, number)| tokio::spawn(trades(emulator.clone(), person, number)))
        .collect();
    tokio::time::sleep(Duration::from_secs(6)).await;
    bot.restart().await;
    for person in trading {
        person.await.expect("no person panics");
    }
    trouble.abort();
    administration.abort();
    emulator.clear_faults();
    emulator.shuffle_updates(None);
    bot.quiet().await;

    let transactions = emulator.star_transactions();
    let of = |side: &str| transactions.iter().filter(|it| it.get(side).is_some()).count();
    assert!(of("source") > PEOPLE as usize / 4 && of("receiver") > 0, "{} in, {} out", of("source"), of("receiver"));
    let client = Client::new(&emulator.url(), emulator.token()).expect("a client");
    let wallet = Wallet::new(bot.store().clone(), pixelai::domain::Credits::ZERO);
    assert_eq!(wallet.disagreements(&client).await.expect("Telegram answers"), Vec::<String>::new());
    let purses: i64 = people.iter().map(Person::stars).sum();
    let kept = bot.number(
        "SELECT CAST(COALESCE(SUM(CASE WHEN refunded_at IS NULL THEN stars ELSE 0 END), 0) AS BIGINT) FROM payments",
    );
    assert_eq!(purses + kept.await, PEOPLE as i64 * PURSE);
    assert_eq!(bot.number("SELECT count(*) FROM refunds WHERE state = 'asked'").await, 0);

    assert_eq!(bot.store().audit().await.expect("the books can be read"), Vec::<String>::new());
    bot.shutdown().await;
}
