//! Advice without words: photos that work, with a green tick, above photos that do not, with a red cross.

use bytes::Bytes;
use image::RgbImage;
use image::imageops;

use super::canvas::{Canvas, WIDTH};
use super::collage::crop_to;
use super::style::{Colour, SampleName};
use super::{photo, portrait, shapes};

const GAP: f32 = 28.0;
const COLUMNS: usize = 3;
const GOOD: Colour = Colour::hex(0x2fae66);
const BAD: Colour = Colour::hex(0xe0483e);

/// What photos for a likeness should be like.
pub fn photo_advice() -> Bytes {
    let (woman, man, couple) =
        (portrait::draw(SampleName::Woman), portrait::draw(SampleName::Man), portrait::draw(SampleName::Couple));
    let good = [woman.clone(), closer(&man), imageops::flip_horizontal(&closer(&woman))];
    let bad = [couple, dark(&man), blurred(&woman)];
    let side = (WIDTH - GAP) / COLUMNS as f32 - GAP;
    let mut canvas = Canvas::new(WIDTH as u32);
    canvas.wash(Colour::hex(0xf3f0ea));
    for (row, (pictures, colour)) in [(good, GOOD), (bad, BAD)].into_iter().enumerate() {
        for (column, picture) in pictures.iter().enumerate() {
            let (x, y) = (GAP + column as f32 * (side + GAP), GAP + row as f32 * (side + GAP));
            let frame = shapes::rounded(x, y, side, side, 26.0);
            canvas.place(&crop_to(picture, side as u32, side as u32), (x, y), &frame, 0.0);
            canvas.stroke(&frame, 8.0, colour);
            mark(&mut canvas, (x + side - 46.0, y + side - 46.0), colour, row == 0);
        }
    }
    let height = (GAP + 2.0 * (side + GAP)) as u32;
    // Encoding a finished picture into memory has nothing to fail on.
    photo::encode(&imageops::crop_imm(&canvas.into_image(), 0, 0, WIDTH as u32, height).to_image()).unwrap_or_default()
}

/// A tick or a cross on a disc.
fn mark(canvas: &mut Canvas, (x, y): (f32, f32), colour: Colour, good: bool) {
    canvas.fill(&shapes::circle(x, y, 36.0), colour);
    let white = Colour::hex(0xffffff);
    canvas.stroke(&shapes::circle(x, y, 36.0), 4.0, white);
    if good {
        canvas.stroke(&shapes::line((x - 17.0, y + 1.0), (x - 4.0, y + 14.0)), 8.0, white);
        canvas.stroke(&shapes::line((x - 5.0, y + 14.0), (x + 18.0, y - 13.0)), 8.0, white);
    } else {
        canvas.stroke(&shapes::line((x - 13.0, y - 13.0), (x + 13.0, y + 13.0)), 8.0, white);
        canvas.stroke(&shapes::line((x - 13.0, y + 13.0), (x + 13.0, y - 13.0)), 8.0, white);
    }
}

/// The face fills the picture.
fn closer(picture: &RgbImage) -> RgbImage {
    let (width, height) = (picture.width(), picture.height());
    imageops::crop_imm(picture, width / 5, height / 8, width * 3 / 5, height * 3 / 5).to_image()
}

/// Too little light to see who it is.
fn dark(picture: &RgbImage) -> RgbImage {
    let mut picture = picture.clone();
    for pixel in picture.pixels_mut() {
        pixel.0 = pixel.0.map(|value| value / 5);
    }
    picture
}

/// Out of focus.
fn blurred(picture: &RgbImage) -> RgbImage {
    let small = imageops::thumbnail(picture, picture.width() / 20, picture.height() / 20);
    imageops::resize(&small, picture.width(), picture.height(), imageops::FilterType::Triangle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_a_picture_of_two_rows() {
        let picture = photo::decode(&photo_advice()).expect("it is a picture");
        assert!(picture.width() > picture.height() && picture.height() > picture.width() / 2);
    }
}
