//! A story with an avatar: from “Avatars” over a dozen photos to a picture that shows it.

use pixelai::domain::Language;
use pixelai::text::Args;

use super::chat::Chat;
use super::chromium::{Colours, Device};
use super::demo::Demo;
use super::{BROWSERS, START_BALANCE, arrives, numbered};

const TRAINING: i64 = 250;
const PICTURE: i64 = 6;

#[tokio::test]
async fn a_newcomer_trains_an_avatar_in_russian_on_a_phone() {
    story(Language::Ru, Device::Phone, Colours::Light).await;
}

#[tokio::test]
async fn a_newcomer_trains_an_avatar_in_english_at_a_desk_at_night() {
    story(Language::En, Device::Desktop, Colours::Dark).await;
}

async fn story(language: Language, device: Device, colours: Colours) {
    let _turn = BROWSERS.acquire().await;
    let demo = Demo::start(2);
    let chat = Chat::open(&demo, device, colours, language).await;
    arrives(&chat).await;
    agrees(&chat).await;
    sends_a_dozen_photos(&chat).await;
    pays_with_stars(&chat).await;
    orders_a_picture(&chat).await;
    chat.is_content(&demo).await;
}

async fn agrees(chat: &Chat) {
    chat.tap(&chat.says("menu-avatars")).await;
    let create = numbered(chat, "train-list", "create", "count", 0);
    chat.reads(&create).await;
    chat.shot("30-avatars").await;
    chat.press(&create).await;
    chat.reads(&chat.label("train-intro", "go_on")).await;
    chat.shot("31-advice").await;
    chat.press(&chat.label("train-intro", "go_on")).await;
    chat.reads(&chat.label("train-consent", "agree")).await;
    chat.shot("32-consent").await;
    chat.press(&chat.label("train-consent", "agree")).await;
    chat.reads(&chat.label("train-name", "later")).await;
    let name = if chat.language == Language::Ru { "Марта" } else { "Martha" };
    chat.types("#input", name).await;
    chat.click("[data-role=send]").await;
    let woman = chat.texts.plain(chat.language, "train-kind-woman", &Args::default());
    chat.reads(&woman).await;
    chat.press(&woman).await;
}

async fn sends_a_dozen_photos(chat: &Chat) {
    chat.reads(&chat.label("train-photos", "later")).await;
    chat.sends_sample("dozen").await;
    chat.wait("twelve are counted", "return bubbles.some((it) => /12\\s(of|из)\\s20/.test(it.innerText))").await;
    chat.shot("33-photos").await;
    chat.press(&chat.label("train-photos", "enough")).await;
}

async fn pays_with_stars(chat: &Chat) {
    let pay = numbered(chat, "train-confirm", "pay", "price", TRAINING);
    chat.reads(&pay).await;
    chat.shot("34-confirm").await;
    chat.press(&pay).await;
    buys(chat, TRAINING - START_BALANCE).await;
    chat.wait("the progress is to be seen", "return bars.size > 0").await;
    chat.shot("35-training").await;
    chat.counts(&chat.says("keepsake-sitting"), 1).await;
    chat.counts(&chat.says("keepsake-again"), 1).await;
    chat.shot("36-first-picture").await;
}

async fn orders_a_picture(chat: &Chat) {
    chat.press(&chat.says("keepsake-sitting")).await;
    chat.press(&chat.label("generate-gallery", "next")).await;
    chat.reads("2/8").await;
    chat.shot("37-gallery").await;
    chat.press(&chat.label("generate-gallery", "choose")).await;
    let pay = numbered(chat, "generate-confirm", "pay", "price", PICTURE);
    chat.reads(&pay).await;
    chat.press(&pay).await;
    buys(chat, PICTURE).await;
    chat.counts(&chat.says("keepsake-again"), 2).await;
    chat.shot("38-second-picture").await;
}

/// Pays just what is missing.
async fn buys(chat: &Chat, missing: i64) {
    let exact = numbered(chat, "topup-packs", "exact", "missing", missing);
    chat.reads(&exact).await;
    chat.press(&exact).await;
    chat.wait(
        "there is an invoice",
        "return bubbles.at(-1)?.querySelector('[data-role=pay]') ?? document.querySelector('[data-role=pay]')",
    )
    .await;
    chat.click("[data-role=bubble]:last-child [data-role=pay]").await;
    chat.click("[data-role=pay-confirm]").await;
}
