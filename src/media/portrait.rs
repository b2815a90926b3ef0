//! Drawn sample photos, for people who have none at hand and for the gallery's previews.

mod animal;
mod car;
mod face;
mod figure;
mod people;
mod scenery;

use std::sync::LazyLock;

use bytes::Bytes;
use image::{RgbImage, imageops};

use super::canvas::{Canvas, WIDTH};
use super::photo;
use super::style::SampleName;

/// A drawn photo of 1024 × 1280 pixels.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Short name: of a file, or in a style.
    pub name: &'static str,
    pub title_en: &'static str,
    pub title_ru: &'static str,
    pub jpeg: Bytes,
}

/// All samples, always the same; drawn at the first call.
pub fn samples() -> Vec<Sample> {
    static DRAWN: LazyLock<Vec<Sample>> = LazyLock::new(|| SampleName::ALL.iter().map(|&name| sample(name)).collect());
    DRAWN.clone()
}

fn sample(name: SampleName) -> Sample {
    let (short, title_en, title_ru) = match name {
        SampleName::Woman => ("woman", "A woman", "Девушка"),
        SampleName::Man => ("man", "A man", "Мужчина"),
        SampleName::Couple => ("couple", "A couple", "Пара"),
        SampleName::Pet => ("pet", "A dog", "Собака"),
        SampleName::Car => ("car", "A car", "Машина"),
    };
    // Encoding a finished picture into memory has nothing to fail on.
    let jpeg = photo::encode(&draw(name)).unwrap_or_default();
    Sample { name: short, title_en, title_ru, jpeg }
}

/// A dozen photos of one hero, as people take them: nearer and farther, turned, in other light.
pub fn sitting() -> Vec<Bytes> {
    let hero = draw(SampleName::Woman);
    let shot = |number: u32| {
        let nearer = number % 4;
        let (width, height) = (hero.width() - nearer * 110, hero.height() - nearer * 140);
        let (x, y) = ((hero.width() - width) * (number % 3) / 2, (hero.height() - height) / 3);
        let mut photo = imageops::crop_imm(&hero, x, y, width, height).to_image();
        if number % 2 == 1 {
            imageops::flip_horizontal_in_place(&mut photo);
        }
        // From early morning over noon to lamplight.
        let light = [0.94, 1.08, 0.86, 1.0, 0.76, 1.16][number as usize % 6];
        let warmth = [1.0, 0.94, 1.08, 1.12, 0.9, 1.04][number as usize / 2 % 6];
        for pixel in photo.pixels_mut() {
            let [red, green, blue] = pixel.0.map(f32::from);
            pixel.0 = [red * light * warmth, green * light, blue * light / warmth].map(|value| value.min(255.0) as u8);
        }
        photo::encode(&photo).unwrap_or_default()
    };
    (0..12).map(shot).collect()
}

/// The pixels of a sample.
pub(super) fn draw(name: SampleName) -> RgbImage {
    let mut canvas = Canvas::new(WIDTH as u32);
    match name {
        SampleName::Man => people::man(&mut canvas),
        SampleName::Couple => people::couple(&mut canvas),
        SampleName::Woman => people::woman(&mut canvas),
        SampleName::Pet => animal::dog(&mut canvas),
        SampleName::Car => car::car(&mut canvas),
    }
    canvas.into_image()
}
