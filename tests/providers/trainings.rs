//! A training whose submit was not answered: its webhook or the provider's list names it, and it is begun once.

use pixelai::emulator::Person;

use crate::bot::{Bot, BotOptions, hero};
use crate::mock::{Mock, Phase, Reply, Service};

/// What a training costs, and what the person has.
const PRICE: i64 = 250;
const START: i64 = 300;

async fn bot(mock: &Mock, webhook: bool) -> Bot {
    let options =
        BotOptions { providers: Some(mock.settings()), webhook, start_balance: Some(START), ..<_>::default() };
    Bot::start_with(options).await
}

/// From /start to a training that is under way.
async fn trains(bot: &Bot) -> Person {
    let ann = bot.person("Ann", "en");
    for text in ["/start", "/avatars"] {
        ann.sends_text(text);
        bot.quiet().await;
    }
    for label in ["avatar", "Go on", "I agree"] {
        presses(bot, &ann, label).await;
    }
    ann.sends_text("Ann");
    bot.quiet().await;
    presses(bot, &ann, "A woman").await;
    ann.sends_photos((1..=10).map(hero));
    bot.quiet().await;
    presses(bot, &ann, "Enough").await;
    presses(bot, &ann, "Train ·").await;
    ann
}

async fn presses(bot: &Bot, person: &Person, label: &str) {
    person.presses(label).unwrap_or_else(|trouble| panic!("{trouble}\n{}", person.transcript()));
    bot.quiet_but_for_jobs().await;
}

/// The trainings that the service has been asked for.
fn begun(mock: &Mock) -> Vec<String> {
    mock.tasks().into_iter().filter(|(_, task)| task.training.is_some()).map(|(id, _)| id).collect()
}

/// The likeness is there, paid once, after so many submits.
async fn is_trained(bot: &Bot, mock: &Mock, ann: &Person, attempts: i64) {
    bot.quiet().await;
    let trained = "SELECT count(*) FROM training_runs WHERE state = 'succeeded'";
    assert_eq!(bot.number(trained).await, 1, "{}", ann.transcript());
    assert_eq!(bot.number("SELECT attempt FROM training_runs").await, attempts);
    assert_eq!(begun(mock).len() as i64, attempts, "{:?}", mock.calls("POST"));
    assert_eq!(bot.balance(ann).await, START - PRICE);
    mock.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_whose_answer_was_lost_is_adopted_by_its_webhook() {
    for service in [Service::Fal, Service::Replicate] {
        let mock = Mock::start(service).await;
        mock.endless(true);
        mock.lists_nothing();
        mock.on(Phase::Submit, [Reply::Lost]);
        let bot = bot(&mock, true).await;
        let ann = trains(&bot).await;
        bot.until("SELECT count(*) FROM training_runs WHERE state = 'submitting' AND tries = 1", 1).await;
        let (url, headers, body) = mock.webhook(&begun(&mock)[0]);
        assert!(url.starts_with(&bot.url(&format!("/hooks/{}/", service.name()))), "{url}");
        mock.endless(false);
        for _ in 0..2 {
            assert_eq!(mock.posts(&url, &headers, body.clone()).await, 200, "{service:?}");
        }
        is_trained(&bot, &mock, &ann, 1).await;
        bot.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_of_a_lost_training_after_its_person_was_forgotten_is_deleted() {
    for service in [Service::Fal, Service::Replicate] {
        let mock = Mock::start(service).await;
        mock.endless(true);
        mock.lists_nothing();
        mock.on(Phase::Submit, [Reply::Lost]);
        let bot = bot(&mock, true).await;
        let ann = trains(&bot).await;
        bot.until("SELECT count(*) FROM training_runs WHERE state = 'submitting' AND tries = 1", 1).await;
        ann.sends_text("/settings");
        bot.quiet_but_for_jobs().await;
        for label in ["Delete my data", "Delete for good"] {
            presses(&bot, &ann, label).await;
        }
        bot.quiet().await;
        let deletes = || mock.calls("DELETE").into_iter().filter(|call| call.contains("/models/")).count();
        assert_eq!((bot.balance(&ann).await, bot.count("avatar_photos").await, deletes()), (START, 0, 0));
        let task = begun(&mock).remove(0);
        let (url, headers, body) = mock.webhook(&task);
        mock.endless(false);
        mock.finishes(&task);
        for _ in 0..2 {
            assert_eq!(mock.posts(&url, &headers, body.clone()).await, 200, "{service:?}");
        }
        bot.quiet().await;
        assert_eq!(deletes(), 1, "{service:?}: {:?}", mock.calls("DELETE"));
        assert_eq!(bot.number("SELECT count(*) FROM erasures WHERE done_at IS NULL").await, 0);
        assert_eq!(bot.number("SELECT count(*) FROM avatars WHERE run_id IS NOT NULL").await, 0);
        mock.assert_sound();
        bot.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_whose_answer_was_lost_is_found_in_the_list() {
    let mock = Mock::start(Service::Replicate).await;
    mock.on(Phase::Submit, [Reply::Lost]);
    let bot = bot(&mock, false).await;
    let ann = trains(&bot).await;
    is_trained(&bot, &mock, &ann, 1).await;
    // The archive is known from the list too, and goes once it has served.
    assert!(
        mock.calls("DELETE").contains(&"DELETE /v1/files/ZmFrZS1maWxlLWlk".to_owned()),
        "{:?}",
        mock.calls("DELETE")
    );
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_name_it_another_training_is_begun() {
    let mock = Mock::start(Service::Fal).await;
    mock.on(Phase::Submit, [Reply::Lost]);
    if std::env::var("TEST_DOOR").is_ok_and(|door| door == "webhook") {
        // A webhook could name it, and would be waited for.
        return;
    }
    let bot = bot(&mock, false).await;
    let ann = trains(&bot).await;
    is_trained(&bot, &mock, &ann, 2).await;
    bot.shutdown().await;
}
