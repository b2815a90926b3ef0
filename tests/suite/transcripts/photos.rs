//! Sending photos: albums, templates of two, and photos that cannot be used.

use pixelai::domain::Language;

use super::{Actor, in_both_languages};
use crate::support::bot::{Bot, BotOptions, picture};

#[tokio::test(flavor = "multi_thread")]
async fn of_an_album_one_photo_is_picked_where_one_is_wanted() {
    in_both_languages!("album", album);
}

async fn album(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.chooses_cabin().await;
    ann.sends_album(1..=3).await;
    ann.presses("2", "2").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn two_photos_come_one_by_one() {
    in_both_languages!("two-photos", two_photos);
}

async fn two_photos(language: Language) -> String {
    let bot = Bot::start_with(BotOptions { start_balance: Some(20), ..BotOptions::default() }).await;
    let ann = Actor::started(&bot, language).await;
    ann.chooses_paris().await;
    ann.sends_photo(1).await;
    ann.sends_photo(2).await;
    ann.presses("Other photos", "Другие фото").await;
    ann.sends_album(3..=4).await;
    ann.presses("Make it", "Создать").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_cannot_be_used_is_asked_for_again() {
    in_both_languages!("refused-photos", refused);
}

async fn refused(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.chooses_cabin().await;
    ann.sends_picture(picture(120, 90, 1)).await;
    ann.sends_file("notes.txt", "text/plain", b"milk, bread".to_vec()).await;
    ann.sends_file("photo.jpg", "image/jpeg", b"not a picture at all".to_vec()).await;
    let whole = picture(600, 800, 2);
    ann.sends_file("torn.jpg", "image/jpeg", whole[..whole.len() / 2].to_vec()).await;
    ann.sends_file("heavy.jpg", "image/jpeg", vec![0; 21 * 1024 * 1024]).await;
    ann.sends_file("good.jpg", "image/jpeg", picture(600, 800, 3)).await;
    assert_eq!(bot.number("SELECT count(*) FROM photos").await, 1);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}
