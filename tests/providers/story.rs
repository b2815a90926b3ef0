//! From /start to the picture, with each real client behind the bot.

use pixelai::app;
use pixelai::config::{Config, Env};

use crate::bot::{Bot, BotOptions, photo};
use crate::mock::{Mock, Phase, Reply, Service};

const PATIENCE: &str = "the bot comes to rest";

async fn bot(mock: &Mock, admins: Vec<i64>) -> Bot {
    Bot::start_with(BotOptions { providers: Some(mock.settings()), admins, ..BotOptions::default() }).await
}

/// Writes and presses, and waits until the picture is there.
async fn orders(bot: &Bot, person: &pixelai::emulator::Person) {
    places(bot, person).await;
    bot.quiet().await;
}

/// The same up to the order, which is under way then.
async fn places(bot: &Bot, person: &pixelai::emulator::Person) {
    person.sends_text("/start");
    bot.quiet().await;
    person.sends_text("/templates");
    bot.quiet().await;
    for label in ["Christmas", "I want this one"] {
        person.presses(label).unwrap_or_else(|trouble| panic!("{trouble}\n{}", person.transcript()));
        bot.quiet().await;
    }
    person.sends_photo(photo(1));
    bot.quiet().await;
    person.presses("Make it").expect(PATIENCE);
    bot.quiet_but_for_jobs().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_their_picture_from_each_provider() {
    for service in Service::ALL {
        let mock = Mock::start(service).await;
        let bot = bot(&mock, Vec::new()).await;
        let ann = bot.person("Ann", "en");
        orders(&bot, &ann).await;
        assert!(ann.transcript().contains("is ready"), "{service:?}\n{}", ann.transcript());
        assert_eq!((bot.balance(&ann).await, mock.tasks().len()), (5, 1), "{service:?}");
        mock.assert_sound();
        bot.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_at_the_bots_own_address_brings_the_picture() {
    for service in Service::ALL {
        let mock = Mock::start(service).await;
        mock.endless(true);
        let options = BotOptions { providers: Some(mock.settings()), webhook: true, ..BotOptions::default() };
        let bot = Bot::start_with(options).await;
        let ann = bot.person("Ann", "en");
        places(&bot, &ann).await;
        bot.until("SELECT count(*) FROM generation_jobs WHERE task IS NOT NULL", 1).await;
        // From now on only the webhook can be the reason for a look.
        bot.sql(
            "UPDATE generation_jobs SET run_at = '2999-01-01 00:00:00+00:00', fence = fence + 1, lease_until = NULL",
        )
        .await;
        let task = mock.tasks().into_keys().next().expect("there is a task");
        let (url, headers, body) = mock.webhook(&task);
        assert!(url.starts_with(&bot.url(&format!("/hooks/{}/", service.name()))), "{url}");
        mock.endless(false);
        if service != Service::DefApi {
            assert_eq!(mock.posts(&url, &[], body.clone()).await, 401, "{service:?}: it has to be proven");
        }
        for _ in 0..2 {
            assert_eq!(mock.posts(&url, &headers, body.clone()).await, 200, "{service:?}");
        }
        bot.quiet().await;
        assert_eq!(
            ann.transcript().matches("Christmas cabin is ready").count(),
            1,
            "{service:?}\n{}",
            ann.transcript()
        );
        assert_eq!((bot.balance(&ann).await, mock.tasks().len()), (5, 1), "{service:?}");
        mock.assert_sound();
        bot.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_why_and_an_admin_what_to_mend() {
    let mock = Mock::start(Service::Fal).await;
    let locked = || Reply::Example("fal/error_403_locked.response.json");
    mock.on(Phase::Submit, [locked(), locked()]);
    // The ids of an emulated Telegram are the same every time.
    let first = bot(&mock, Vec::new()).await;
    let id = first.person("Bea", "en").id();
    first.shutdown().await;
    let bot = bot(&mock, vec![id]).await;
    let admin = bot.person("Bea", "en");
    assert_eq!(admin.id(), id);
    admin.sends_text("/start");
    bot.quiet().await;
    let ann = bot.person("Ann", "en");
    orders(&bot, &ann).await;
    assert!(ann.transcript().contains("isn’t answering"), "{}", ann.transcript());
    assert!(!ann.transcript().contains("fal.ai"), "a person does not see the vendor: {}", ann.transcript());
    assert!(admin.transcript().contains("fal needs you"), "{}", admin.transcript());
    assert!(admin.transcript().contains("Exhausted balance"), "{}", admin.transcript());
    assert_eq!(bot.balance(&ann).await, 10);
    // What is said once an hour is not said again.
    bot.sql("UPDATE providers SET rests_until = 0").await;
    ann.presses("Once more").expect(PATIENCE);
    bot.quiet().await;
    ann.presses("Make it").expect(PATIENCE);
    bot.quiet().await;
    assert_eq!(mock.calls("POST").len(), 2);
    assert_eq!(admin.transcript().matches("needs you").count(), 1, "{}", admin.transcript());
    bot.shutdown().await;
}

fn settings(mock: &Mock, folder: &tempfile::TempDir) -> Config {
    Config {
        providers: mock.settings(),
        database_url: format!("sqlite://{}", folder.path().join("test.db").display()),
        ..Config::from_env(&Env::default()).expect("the defaults")
    }
}

#[tokio::test]
async fn the_providers_are_checked_without_cost() {
    let folder = tempfile::tempdir().unwrap();
    for (service, says, broken) in [
        (Service::DefApi, "credit 12.34", Reply::Page(401)),
        (Service::Fal, "the key works", Reply::Example("fal/error_403_locked.response.json")),
        (Service::Replicate, "account acme", Reply::Example("replicate/error_401.response.json")),
    ] {
        let mock = Mock::start(service).await;
        let report = app::check_providers(&settings(&mock, &folder)).await.unwrap();
        assert!(report.contains(&format!("{}: works, {says}", service.name())), "{report}");
        mock.on(Phase::Look, [broken]);
        let report = app::check_providers(&settings(&mock, &folder)).await.unwrap_err().to_string();
        assert!(report.contains(service.name()) && report.contains("not set up"), "{report}");
        mock.assert_sound();
    }
    let nothing = Config {
        providers: Config::from_env(&Env::default()).unwrap().providers,
        ..settings(&Mock::start(Service::Fal).await, &folder)
    };
    let report = app::check_providers(&nothing).await.unwrap_err().to_string();
    assert!(report.contains("no AI provider is set up") && report.contains("MOCK_AI=1"), "{report}");
}

#[tokio::test]
async fn fallbacks_in_a_circle_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let mock = Mock::start(Service::Fal).await;
    let config = settings(&mock, &folder);
    let database = app::open(&config).await.unwrap();
    let circle = "UPDATE models SET fallback = 'nano_banana' WHERE alias = 'flux_kontext_fal'";
    let pixelai::database::Database::Sqlite { write, .. } = &database else { panic!("it is SQLite") };
    sqlx::query(circle).execute(write).await.unwrap();
    database.close().await;
    let report = app::check_providers(&config).await.unwrap_err().to_string();
    assert!(report.contains("run in a circle"), "{report}");
}
