//! Avatars: from consent to pictures, with its turnings, and the end of one.

use std::time::Duration;

use pixelai::domain::{Language, ModelAlias, Refusal};
use pixelai::emulator::PayResult;
use pixelai::providers::painter::Behaviour;

use super::{Actor, in_both_languages};
use crate::support::bot::{Bot, BotOptions, hero, picture};

/// What a training of a person costs, and the picture that follows it as a gift.
const TRAINING: i64 = 250;

async fn rich(credits: i64) -> Bot {
    Bot::start_with(BotOptions { start_balance: Some(credits), ..BotOptions::default() }).await
}

impl Actor<'_> {
    async fn sends_heroes(&self, numbers: impl IntoIterator<Item = u8>) {
        self.person.sends_photos(numbers.into_iter().map(hero));
        self.bot.quiet().await;
    }

    /// Through consent, name and kind to the photos.
    async fn begins_an_avatar(&self, name: &str) {
        self.writes("/avatars").await;
        self.presses("avatar", "аватар").await;
        self.presses("Go on", "Дальше").await;
        self.presses("I agree", "Принимаю").await;
        self.writes(name).await;
        self.presses("A woman", "Женщина").await;
    }

    /// On to the price.
    async fn has_photos(&self) {
        self.sends_heroes(1..=10).await;
        self.presses("Enough", "Хватит").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_is_trained_and_shown_in_pictures() {
    in_both_languages!("avatar", avatar);
}

async fn avatar(language: Language) -> String {
    let bot = rich(300).await;
    let ann = Actor::started(&bot, language).await;
    ann.begins_an_avatar("Ann").await;
    ann.has_photos().await;
    ann.presses("Train ·", "Обучить ·").await;
    assert_eq!(bot.balance(&ann.person).await, 300 - TRAINING);
    // The likeness comes first, then the picture that is a gift.
    ann.presses("Choose a picture", "Выбрать картинку").await;
    ann.presses("▶", "▶").await;
    ann.presses("I want this one", "Выбираю этот").await;
    ann.presses("Make it", "Создать").await;
    assert_eq!(bot.balance(&ann.person).await, 300 - TRAINING - 6);
    ann.writes("/balance").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_asked_for_in_own_words() {
    in_both_languages!("avatar-words", words);
}

async fn words(language: Language) -> String {
    let bot = rich(300).await;
    let ann = Actor::started(&bot, language).await;
    ann.begins_an_avatar("Ann").await;
    ann.has_photos().await;
    ann.presses("Train ·", "Обучить ·").await;
    ann.writes("/templates").await;
    ann.presses("With your avatar", "С вашим аватаром").await;
    ann.presses("◀", "◀").await;
    ann.presses("I want this one", "Выбираю этот").await;
    ann.writes("x").await;
    ann.writes(&"long ".repeat(80)).await;
    ann.writes(ann.says("me naked on a beach", "я обнажённая на пляже")).await;
    ann.writes(ann.says("an <astronaut> & a cat", "<космонавт> & кот")).await;
    ann.presses("Other words", "Другие слова").await;
    ann.writes(ann.says("a baker in Provence", "пекарь в Провансе")).await;
    ann.presses("Make it", "Создать").await;
    ann.presses("Once more", "Ещё раз").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_for_an_avatar_are_counted_refused_and_taken_out() {
    in_both_languages!("avatar-photos", photos);
}

async fn photos(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.writes("/avatars").await;
    ann.presses("avatar", "аватар").await;
    ann.presses("Go on", "Дальше").await;
    ann.presses("I agree", "Принимаю").await;
    ann.writes("a name that is far too long for a button of any kind").await;
    ann.writes("Ann").await;
    ann.presses("A woman", "Женщина").await;
    ann.sends_picture(hero(1)).await;
    ann.sends_picture(hero(1)).await;
    ann.sends_file("copy.jpg", "image/jpeg", hero(1)).await;
    ann.sends_picture(picture(200, 100, 1)).await;
    ann.sends_file("notes.txt", "text/plain", b"milk, bread".to_vec()).await;
    ann.sends_file("torn.jpg", "image/jpeg", hero(9)[..4000].to_vec()).await;
    ann.person.sends_photos([hero(2), hero(1), picture(300, 300, 2), hero(3)]);
    bot.quiet().await;
    ann.presses("Remove a photo", "Убрать фото").await;
    ann.presses("2", "2").await;
    ann.presses("Back", "Назад").await;
    // Left, and come back to days later, in another session.
    ann.writes("/start").await;
    bot.sql("DELETE FROM sessions").await;
    ann.writes("/avatars").await;
    ann.presses("Ann", "Ann").await;
    ann.sends_heroes(10..=19).await;
    ann.sends_heroes(20..=29).await;
    assert_eq!(bot.number("SELECT count(*) FROM avatar_photos").await, 20);
    ann.presses("Enough", "Хватит").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_that_fails_costs_nothing_and_keeps_the_photos() {
    in_both_languages!("avatar-failed", failed);
}

async fn failed(language: Language) -> String {
    let bot = rich(300).await;
    bot.painters_will(&Behaviour::Refuse(Refusal::NoFace));
    let ann = Actor::started(&bot, language).await;
    ann.begins_an_avatar("Ann").await;
    ann.has_photos().await;
    ann.presses("Train ·", "Обучить ·").await;
    assert_eq!(bot.balance(&ann.person).await, 300);
    bot.painters_will(&Behaviour::Unavailable);
    ann.presses("Try again", "Попробовать ещё раз").await;
    ann.presses("Enough", "Хватит").await;
    ann.presses("Train ·", "Обучить ·").await;
    assert_eq!(bot.balance(&ann.person).await, 300);
    assert_eq!(bot.number("SELECT count(*) FROM avatar_photos").await, 10);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_is_watched_called_off_and_paid_with_stars() {
    in_both_languages!("avatar-called-off", called_off);
}

async fn called_off(language: Language) -> String {
    let bot = rich(0).await;
    bot.painters_will(&Behaviour::Stall);
    let ann = Actor::started(&bot, language).await;
    ann.begins_an_avatar("Ann").await;
    ann.has_photos().await;
    ann.presses("Train ·", "Обучить ·").await;
    ann.presses("Exactly 250", "Ровно 250").await;
    ann.person.pays().await;
    bot.quiet_but_for_jobs().await;
    ann.person.sends_photo(hero(50));
    bot.quiet_but_for_jobs().await;
    ann.person.sends_text("/avatars");
    bot.quiet_but_for_jobs().await;
    ann.taps("Ann", "Ann");
    bot.quiet_but_for_jobs().await;
    ann.presses("Cancel the training", "Отменить обучение").await;
    assert_eq!(bot.balance(&ann.person).await, TRAINING);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_calls_a_training_off_as_the_button_does_also_from_the_menu() {
    in_both_languages!("avatar-called-off-by-command", called_off_by_command);
}

async fn called_off_by_command(language: Language) -> String {
    let bot = rich(300).await;
    bot.painters_will(&Behaviour::Stall);
    let ann = Actor::started(&bot, language).await;
    ann.begins_an_avatar("Ann").await;
    ann.has_photos().await;
    ann.taps("Train ·", "Обучить ·");
    bot.quiet_but_for_jobs().await;
    ann.writes("/cancel").await;
    assert_eq!(bot.balance(&ann.person).await, 300);
    ann.presses("Enough", "Хватит").await;
    ann.taps("Train ·", "Обучить ·");
    bot.quiet_but_for_jobs().await;
    // Otherwise its progress comes in between, and takes the place of what is said above it.
    bot.rest_jobs().await;
    for deed in ["/start", "/cancel"] {
        ann.person.sends_text(deed);
        bot.quiet_but_for_jobs().await;
        assert_eq!(bot.balance(&ann.person).await, 300 - TRAINING, "{deed}");
    }
    ann.writes("/cancel").await;
    assert_eq!(bot.balance(&ann.person).await, 300);
    assert_eq!(bot.number("SELECT count(*) FROM training_runs WHERE state = 'cancelled'").await, 2);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_is_renamed_chosen_among_several_and_deleted() {
    in_both_languages!("avatar-deleted", deleted);
}

async fn deleted(language: Language) -> String {
    let bot = rich(600).await;
    let ann = Actor::started(&bot, language).await;
    for name in ["Ann", "Rex"] {
        ann.begins_an_avatar(name).await;
        ann.has_photos().await;
        ann.presses("Train ·", "Обучить ·").await;
    }
    ann.writes("/avatars").await;
    ann.presses("Rex", "Rex").await;
    ann.presses("Rename", "Переименовать").await;
    ann.writes("Rex II").await;
    ann.writes("/templates").await;
    ann.presses("With your avatar", "С вашим аватаром").await;
    ann.presses("I want this one", "Выбираю этот").await;
    ann.presses("Rex II", "Rex II").await;
    ann.presses("Make it", "Создать").await;
    ann.writes("/avatars").await;
    ann.presses("Rex II", "Rex II").await;
    ann.presses("Delete", "Удалить").await;
    ann.presses("Delete for good", "Удалить навсегда").await;
    assert_eq!(bot.number("SELECT count(*) FROM avatar_photos").await, 10);
    assert_eq!(bot.number("SELECT count(*) FROM erasures WHERE done_at IS NULL").await, 0);
    ann.presses("Once more", "Ещё раз").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_deletes_their_data_during_a_training_gets_everything_back_and_a_receipt() {
    in_both_languages!("avatar-forgotten", forgotten);
}

async fn forgotten(language: Language) -> String {
    let bot = rich(300).await;
    let ann = Actor::started(&bot, language).await;
    ann.begins_an_avatar("Ann").await;
    ann.has_photos().await;
    for painter in &bot.painters {
        painter.behave(&ModelAlias("fal_portrait".to_owned()), Behaviour::Stall);
    }
    ann.taps("Train ·", "Обучить ·");
    bot.quiet_but_for_jobs().await;
    ann.person.sends_text("/settings");
    bot.quiet_but_for_jobs().await;
    ann.taps("Delete my data", "Удалить мои данные");
    bot.quiet_but_for_jobs().await;
    ann.presses("Delete for good", "Удалить навсегда").await;
    assert_eq!(bot.balance(&ann.person).await, 300);
    for table in ["avatar_photos", "weight_pieces"] {
        assert_eq!(bot.count(table).await, 0, "{table}");
    }
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trainer_that_never_ends_hands_over_and_in_the_end_the_money_comes_back() {
    let bot = rich(300).await;
    bot.painters_will(&Behaviour::Stall);
    let ann = Actor::started(&bot, Language::En).await;
    ann.begins_an_avatar("Ann").await;
    ann.has_photos().await;
    ann.taps("Train ·", "Обучить ·");
    bot.until("SELECT count(*) FROM training_runs WHERE state = 'running' AND trainer = 'fal_portrait'", 1).await;
    bot.sql("UPDATE training_runs SET trainer_until = '2020-01-01T00:00:00+00:00'").await;
    bot.ring_trainings();
    bot.until("SELECT count(*) FROM training_runs WHERE state = 'running' AND trainer = 'replicate_flux'", 1).await;
    bot.sql("UPDATE training_runs SET deadline_at = '2020-01-01T00:00:00+00:00'").await;
    bot.ring_trainings();
    bot.until("SELECT count(*) FROM training_runs WHERE state = 'failed' AND failure = 'deadline'", 1).await;
    bot.quiet().await;
    assert_eq!(bot.balance(&ann.person).await, 300);
    assert!(ann.transcript().contains("It took too long"), "{}", ann.transcript());
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_likeness_that_comes_after_the_void_is_a_gift_with_its_first_picture() {
    let bot = rich(300).await;
    bot.sql("UPDATE trainers SET time_limit_seconds = 2, fallback = NULL").await;
    bot.reload_catalog().await;
    for painter in &bot.painters {
        painter.behave(&ModelAlias("fal_portrait".to_owned()), Behaviour::Late(Duration::from_secs(1)));
    }
    let ann = Actor::started(&bot, Language::En).await;
    ann.begins_an_avatar("Ann").await;
    ann.has_photos().await;
    ann.presses("Train ·", "Обучить ·").await;
    assert_eq!(bot.number("SELECT count(*) FROM training_runs WHERE failure = 'deadline'").await, 1);
    assert_eq!((bot.balance(&ann.person).await, bot.count("generation_jobs").await), (300, 0));
    // It is looked for once a minute; here as often as it takes.
    let there = async {
        while bot.number("SELECT count(*) FROM avatars WHERE run_id IS NOT NULL").await == 0 {
            bot.sql("UPDATE training_runs SET run_at = created_at").await;
            bot.ring_trainings();
            bot.quiet().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), there).await.expect("the late likeness is found");
    bot.quiet().await;
    assert_eq!(bot.balance(&ann.person).await, 300);
    assert_eq!(bot.number("SELECT count(*) FROM training_runs WHERE state = 'failed'").await, 1);
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs WHERE state = 'succeeded'").await, 1);
    assert!(ann.transcript().contains("so this avatar is a gift"), "{}", ann.transcript());
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_and_a_cancel_at_the_same_moment_end_in_a_training_or_in_credits() {
    for round in 0..6 {
        let bot = rich(0).await;
        bot.painters_will(&Behaviour::Stall);
        let ann = Actor::started(&bot, Language::En).await;
        ann.begins_an_avatar("Ann").await;
        ann.has_photos().await;
        ann.presses("Train ·", "Обучить ·").await;
        ann.presses("Exactly 250", "Ровно 250").await;
        // Either can be the first at the bot: a payment waits for nobody's queue.
        if round % 2 == 0 {
            ann.person.sends_text("/cancel");
        }
        let paid = ann.person.pays().await;
        if round % 2 == 1 {
            ann.person.sends_text("/cancel");
        }
        bot.quiet_but_for_jobs().await;
        let runs = bot.count("training_runs").await;
        let live =
            bot.number("SELECT count(*) FROM training_runs WHERE state IN ('queued', 'submitting', 'running')").await;
        assert!(runs <= 1, "{paid:?}\n{}", ann.transcript());
        // A bot that is fast enough takes the invoice away before it can be paid.
        let payments = i64::from(matches!(paid, PayResult::Paid { .. }));
        assert_eq!(bot.count("payments").await, payments, "{paid:?}\n{}", ann.transcript());
        let left = TRAINING * payments - TRAINING * live;
        assert_eq!(bot.balance(&ann.person).await, left, "{paid:?}\n{}", ann.transcript());
        if live == 1 {
            // It was placed while the person was already on the way to the menu, and is found from there.
            ann.person.sends_text("/cancel");
            bot.quiet_but_for_jobs().await;
            ann.writes("/cancel").await;
            assert_eq!(bot.balance(&ann.person).await, TRAINING);
        }
        bot.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_trainer_fails_the_other_trains_and_its_provider_paints() {
    let bot = rich(300).await;
    for painter in &bot.painters {
        painter.behave(&ModelAlias("fal_portrait".to_owned()), Behaviour::Fail);
    }
    let ann = Actor::started(&bot, Language::En).await;
    ann.begins_an_avatar("Ann").await;
    ann.has_photos().await;
    ann.presses("Train ·", "Обучить ·").await;
    assert_eq!(bot.number("SELECT count(*) FROM avatars WHERE provider = 'replicate'").await, 1);
    let first = "SELECT count(*) FROM generation_jobs WHERE model = 'avatar_replicate' AND state = 'succeeded'";
    assert_eq!(bot.number(first).await, 1);
    // Trained once more, it moves back to the first trainer, and nobody pays for another first picture.
    for painter in &bot.painters {
        painter.behave(&ModelAlias("fal_portrait".to_owned()), Behaviour::Paint);
    }
    bot.sql("UPDATE trainings SET price = 10").await;
    bot.reload_catalog().await;
    ann.writes("/avatars").await;
    ann.presses("Ann", "Ann").await;
    ann.presses("Train again", "Обучить заново").await;
    ann.presses("Enough", "Хватит").await;
    ann.presses("Train ·", "Обучить ·").await;
    assert_eq!(bot.number("SELECT count(*) FROM avatars WHERE provider = 'fal'").await, 1);
    assert_eq!(bot.number("SELECT count(*) FROM erasures WHERE done_at IS NOT NULL AND NOT receipt").await, 1);
    assert_eq!(bot.balance(&ann.person).await, 300 - TRAINING - 10);
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs").await, 1);
    bot.shutdown().await;
}
