//! The whole story in a real browser: a newcomer on the chat page of `pixelai demo`, until the third picture.

mod avatar;
mod chat;
mod chromium;
mod demo;
mod readme;
mod units;

use pixelai::domain::Language;
use pixelai::text::Args;
use tokio::sync::Semaphore;

use chat::Chat;
use chromium::{Colours, Device};
use demo::Demo;

/// More browsers at once would make a small machine crawl.
static BROWSERS: Semaphore = Semaphore::const_new(2);

/// The template that the story is about is the second on the first shelf; the gift of the first day does not pay it twice.
const PRICE: i64 = 7;
const START_BALANCE: i64 = 10;
/// What of the second picture must be bought.
const MISSING: i64 = 2 * PRICE - START_BALANCE;

#[tokio::test]
async fn a_newcomer_lives_the_whole_story_in_russian_on_a_phone() {
    story(Language::Ru, Device::Phone, Colours::Light).await;
}

#[tokio::test]
async fn a_newcomer_lives_the_whole_story_in_english_at_a_desk() {
    story(Language::En, Device::Desktop, Colours::Light).await;
}

#[tokio::test]
async fn a_newcomer_lives_the_whole_story_in_russian_at_a_desk_at_night() {
    story(Language::Ru, Device::Desktop, Colours::Dark).await;
}

#[tokio::test]
async fn a_newcomer_lives_the_whole_story_in_english_on_a_phone_at_night() {
    story(Language::En, Device::Phone, Colours::Dark).await;
}

async fn story(language: Language, device: Device, colours: Colours) {
    let _turn = BROWSERS.acquire().await;
    let demo = Demo::start(2);
    let mut chat = Chat::open(&demo, device, colours, language).await;
    arrives(&chat).await;
    chooses(&chat).await;
    hands_in_photos(&chat, &demo).await;
    pays_from_the_balance(&chat).await;
    looks_closely(&chat).await;
    pays_with_stars(&chat).await;
    looks_back(&chat).await;
    changes_the_language(&mut chat).await;
    keeps_the_order_over_a_restart(&chat).await;
    chat.is_content(&demo).await;
}

fn other(language: Language) -> Language {
    if language == Language::Ru { Language::En } else { Language::Ru }
}

/// The label of a button with a number in it.
fn numbered(chat: &Chat, screen: &str, button: &str, name: &'static str, number: i64) -> String {
    chat.texts.label(chat.language, screen, button, &Args::default().number(name, number))
}

fn pay(chat: &Chat) -> String {
    numbered(chat, "generate-confirm", "pay", "price", PRICE)
}

async fn arrives(chat: &Chat) {
    chat.becomes(if chat.language == Language::Ru { "Марта" } else { "Martha" }).await;
    chat.shot("01-empty").await;
    chat.click("[data-role=start]").await;
    chat.wait("the bot's keyboard is there", "return document.querySelectorAll('[data-role=reply-key]').length === 6")
        .await;
    chat.shot("02-menu").await;
}

async fn chooses(chat: &Chat) {
    chooses_until_the_card(chat).await;
    chat.press(&chat.label("generate-gallery", "choose")).await;
}

async fn chooses_until_the_card(chat: &Chat) {
    chat.tap(&chat.says("menu-templates")).await;
    let shelf = Args::default()
        .text("emoji", "🎄")
        .text("title", if chat.language == Language::Ru { "Новый год" } else { "Christmas" });
    let shelf = chat.texts.plain(chat.language, "button-category", &shelf);
    chat.reads(&shelf).await;
    chat.shot("03-shelves").await;
    chat.press(&shelf).await;
    chat.reads("1/3").await;
    chat.press(&chat.label("generate-gallery", "next")).await;
    chat.reads("2/3").await;
    chat.press(&chat.label("generate-gallery", "previous")).await;
    chat.reads("1/3").await;
    chat.press(&chat.label("generate-gallery", "next")).await;
    chat.reads("2/3").await;
    let shown =
        "return bubbles.at(-1).querySelector('img')?.complete && bubbles.at(-1).querySelectorAll('img').length === 1";
    chat.wait("the preview is there", shown).await;
    chat.shot("04-gallery").await;
}

async fn hands_in_photos(chat: &Chat, demo: &Demo) {
    chat.reads(&chat.label("generate-photo", "back")).await;
    chat.shot("05-photo").await;
    chat.sends_sample("woman").await;
    chat.reads(&pay(chat)).await;
    chat.shot("06-confirm").await;
    chat.press(&chat.texts.label(chat.language, "generate-confirm", "replace", &Args::default().number("photos", 1)))
        .await;
    chat.wait("the photo is asked for again", "return bubbles.at(-1).querySelectorAll('.key').length === 2").await;
    chat.uploads(&demo.photo().await).await;
    chat.reads(&pay(chat)).await;
}

async fn pays_from_the_balance(chat: &Chat) {
    chat.press(&pay(chat)).await;
    chat.wait("the progress is to be seen", "return bars.size > 0").await;
    chat.shot("07-progress").await;
    chat.counts(&chat.says("keepsake-again"), 1).await;
    let leftover = chat.label("generate-working", "cancel_order");
    let gone = format!("return !bubbles.some((it) => it.innerText.includes({leftover:?}))");
    chat.wait("no button is left under what is over", &gone).await;
    chat.shot("08-picture").await;
}

async fn looks_closely(chat: &Chat) {
    chat.click("[data-role=bubble]:last-child [data-role=picture]").await;
    let large = "const image = document.querySelector('[data-role=lightbox] img');
        return image?.complete && image.naturalWidth >= 700 && image.getBoundingClientRect().width > innerWidth / 3";
    chat.wait("the picture is large", large).await;
    chat.shot("09-lightbox").await;
    chat.click("[data-role=lightbox] .lightbox-bar button").await;
    chat.wait("the lightbox is closed", "return !document.querySelector('dialog')").await;
    chat.press(&chat.says("keepsake-original")).await;
    chat.wait("the file is here", "return bubbles.some((it) => it.querySelector('[data-role=file]'))").await;
    chat.shot("10-original").await;
}

async fn pays_with_stars(chat: &Chat) {
    chat.press(&chat.says("keepsake-again")).await;
    chat.reads(&pay(chat)).await;
    chat.press(&pay(chat)).await;
    let exact = numbered(chat, "topup-packs", "exact", "missing", MISSING);
    chat.reads(&exact).await;
    chat.shot("11-packs").await;
    chat.press(&exact).await;
    chat.wait("there is an invoice", "return document.querySelector('[data-role=invoice]')").await;
    chat.shot("12-invoice").await;
    chat.click("[data-role=pay]").await;
    chat.wait("the sheet is there", "return document.querySelector('[data-role=checkout]')").await;
    chat.shot("13-checkout").await;
    chat.click("[data-role=pay-confirm]").await;
    chat.wait("the payment is in the chat", "return document.querySelector('[data-role=service]')").await;
    chat.shot("14-paid").await;
    chat.counts(&chat.says("keepsake-again"), 2).await;
    chat.shot("15-second").await;
}

async fn looks_back(chat: &Chat) {
    chat.tap(&chat.says("menu-history")).await;
    let number = chat.texts.plain(chat.language, "button-picture", &Args::default().number("number", 2));
    chat.wait(
        "the list is there",
        "return [...document.querySelectorAll('.key')].some((key) => key.textContent === '2')",
    )
    .await;
    chat.shot("16-history").await;
    chat.press(&number).await;
    chat.counts(&chat.says("keepsake-again"), 3).await;
    chat.shot("17-sent-again").await;
}

async fn changes_the_language(chat: &mut Chat) {
    chat.tap(&chat.says("menu-settings")).await;
    chat.press(&chat.label("settings", "language")).await;
    chat.shot("18-language").await;
    let new = other(chat.language);
    let button = if new == Language::Ru { "russian" } else { "english" };
    chat.press(&chat.label("settings-language", button)).await;
    chat.language = new;
    let key = chat.says("menu-templates");
    let speaks = format!("return document.querySelector('[data-role=reply-key]')?.textContent === {key:?}");
    chat.wait("the bot's keyboard speaks the other language", &speaks).await;
    chat.shot("19-other-language").await;
}

async fn keeps_the_order_over_a_restart(chat: &Chat) {
    chat.types("#input", "/topup").await;
    chat.click("[data-role=send]").await;
    let packs = "return [...(bubbles.at(-1)?.querySelectorAll('.key') ?? [])].filter((key) => key.textContent.includes('⭐')).length > 1";
    chat.wait("packs are offered", packs).await;
    chat.click("[data-role=bubble]:last-child .keys:first-child .key").await;
    chat.click("[data-role=bubble]:last-child [data-role=pay]").await;
    chat.click("[data-role=pay-confirm]").await;
    chat.wait(
        "the second payment is in the chat",
        "return document.querySelectorAll('[data-role=service]').length === 2",
    )
    .await;
    chat.press(&other_again(chat)).await;
    chat.reads(&pay(chat)).await;
    chat.press(&pay(chat)).await;
    chat.wait("the order is under way", "return bubbles.at(-1).querySelector('.body code')").await;
    chat.open_side().await;
    chat.click("#tools [data-role=restart]").await;
    chat.counts(&chat.says("keepsake-again"), 1).await;
    chat.shot("20-after-the-restart").await;
}

/// The pictures of before keep the words that they came with.
fn other_again(chat: &Chat) -> String {
    chat.texts.plain(other(chat.language), "keepsake-again", &Args::default())
}
