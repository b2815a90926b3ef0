//! From photos and a style to a finished picture.

use bytes::Bytes;
use image::RgbImage;
use image::imageops;

use super::canvas::{Canvas, WIDTH};
use super::scene::Stage;
use super::style::{Scene, Style};
use super::{PaintError, effect, frame, photo, portrait, scene};

/// Pixels from left to right of a gallery picture; it is 1.25 times as high.
const PREVIEW_WIDTH: u32 = 800;

/// Paints a picture of 1024 × 1280 pixels from one to four photos (more are left out), as a JPEG.
///
/// The same style, photos and seed give the same bytes; another seed moves what chance places: flakes, stars, leaves.
pub fn paint(style: &Style, photos: &[Bytes], seed: u64) -> Result<Bytes, PaintError> {
    let decode = |bytes: &Bytes| photo::decode(bytes).ok_or(PaintError::Unreadable);
    let pictures = photos.iter().take(4).map(decode).collect::<Result<Vec<_>, _>>()?;
    if pictures.is_empty() {
        return Err(PaintError::NoPhotos);
    }
    photo::encode(&compose(style, &pictures, WIDTH as u32, seed))
}

/// The gallery picture of a template, 800 × 1000 pixels: what [`paint`] makes of a drawn sample photo.
pub fn preview(style: &Style) -> Bytes {
    let name = style.sample.unwrap_or_else(|| scene::fitting_sample(style.scene));
    let picture = compose(style, &[portrait::draw(name)], PREVIEW_WIDTH, 1);
    // Encoding 800 × 1000 pixels into memory has nothing to fail on.
    photo::encode(&picture).unwrap_or_default()
}

/// `pictures` is not empty.
fn compose(style: &Style, pictures: &[RgbImage], width: u32, seed: u64) -> RgbImage {
    let mut stage = Stage::new(Canvas::new(width), style, pictures, seed);
    scene::draw(style.scene, &mut stage);
    let picture = effect::apply(stage.canvas.into_image(), style.effect, seed);
    let mut canvas = Canvas::from_image(&picture);
    frame::draw(&mut canvas, style, scene::palette(style));
    // A comic's caption stands in its balloon and a polaroid's on its rim; the scene has written it.
    if !matches!(style.scene, Scene::Comic | Scene::Polaroid | Scene::Film) {
        frame::caption(&mut canvas, style, scene::palette(style));
    }
    canvas.into_image()
}

/// A black JPEG of a picture's size: what [`is_black`] is there to find.
pub fn black() -> Result<Bytes, PaintError> {
    photo::encode(&RgbImage::new(1024, 1280))
}

/// Whether `picture` is nearly black or of one colour, which is how some providers hand over what they censored.
/// What does not decode is no black picture.
pub fn is_black(picture: &[u8]) -> bool {
    let Some(pixels) = photo::decode(picture) else { return false };
    let small = imageops::thumbnail(&pixels, 32, 32);
    let (mut low, mut high) = ([255; 3], [0; 3]);
    for pixel in small.pixels() {
        for channel in 0..3 {
            low[channel] = low[channel].min(pixel[channel]);
            high[channel] = high[channel].max(pixel[channel]);
        }
    }
    let one_coloured = (0..3).all(|channel| high[channel] - low[channel] <= 4);
    one_coloured || high.iter().all(|&value| value <= 12)
}

#[cfg(test)]
#[path = "paint_tests.rs"]
mod tests;
