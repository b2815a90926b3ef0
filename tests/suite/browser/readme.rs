//! The picture of the README: two phones beside each other. Made by `scripts/screenshots`.

use image::codecs::png::{CompressionType, FilterType as Filter, PngEncoder};
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use pixelai::domain::Language;

use super::chat::Chat;
use super::chromium::{Colours, Device};
use super::demo::Demo;

const WIDTH: u32 = 390;
const HEIGHT: u32 = 780;
const GAP: u32 = 20;
const WHITE: Rgb<u8> = Rgb([255; 3]);
/// With so few shades a channel, which the eye hardly tells from all, the file is half as large.
const SHADES: u32 = 32;

#[tokio::test]
#[ignore = "makes docs/chat.png; run by scripts/screenshots"]
async fn the_picture_of_the_readme() {
    let _turn = super::BROWSERS.acquire().await;
    let target = std::env::var_os("README_PICTURE").expect("scripts/screenshots says where the picture goes");
    let demo = Demo::start(1);
    let card = {
        let chat = Chat::open(&demo, Device::Phone, Colours::Light, Language::Ru).await;
        super::arrives(&chat).await;
        super::chooses_until_the_card(&chat).await;
        portrait(&chat).await
    };
    let result = {
        let chat = Chat::open(&demo, Device::Phone, Colours::Dark, Language::En).await;
        super::arrives(&chat).await;
        super::chooses_until_the_card(&chat).await;
        chat.press(&chat.label("generate-gallery", "choose")).await;
        chat.sends_sample("man").await;
        super::pays_from_the_balance(&chat).await;
        portrait(&chat).await
    };
    let mut picture = RgbImage::from_pixel(2 * WIDTH + GAP, HEIGHT, WHITE);
    imageops::replace(&mut picture, &card, 0, 0);
    imageops::replace(&mut picture, &result, i64::from(WIDTH + GAP), 0);
    for byte in picture.iter_mut() {
        let shade = (u32::from(*byte) * (SHADES - 1) + 127) / 255;
        *byte = u8::try_from(shade * 255 / (SHADES - 1)).expect("it is at most 255");
    }
    let file = std::fs::File::create(target).expect("the picture can be written");
    let encoder = PngEncoder::new_with_quality(file, CompressionType::Best, Filter::Adaptive);
    picture.write_with_encoder(encoder).expect("the picture can be written");
}

/// The phone as it is, with the bot's keyboard put away so that the picture has the screen.
async fn portrait(chat: &Chat) -> RgbImage {
    chat.click("#toggle-keyboard").await;
    chat.wait("the keyboard is away", "return document.getElementById('reply-keyboard').hidden").await;
    chat.wait(
        "nothing has the focus",
        "document.activeElement.blur(); return document.activeElement === document.body",
    )
    .await;
    let png = chat.browser.client.screenshot().await.expect("the browser takes pictures");
    let shot = image::load_from_memory(&png).expect("it is a picture").into_rgb8();
    imageops::resize(&shot, WIDTH, HEIGHT, FilterType::Lanczos3)
}
