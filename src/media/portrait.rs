//! Drawn sample photos, for people who have none at hand and for the gallery's previews.

mod animal;
mod car;
mod face;
mod figure;
mod people;
mod scenery;

use std::sync::LazyLock;

use bytes::Bytes;
use image::RgbImage;

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
