//! Several photos on one sheet, numbered, to ask which one is meant.

use bytes::Bytes;
use image::imageops;

use super::PaintError;
use super::canvas::{Canvas, WIDTH};
use super::collage::crop_to;
use super::style::Colour;
use super::{lettering, photo, shapes};

const GAP: f32 = 16.0;

/// Draws `photos` side by side with large numbers from 1, as a JPEG.
pub fn contact_sheet(photos: &[Bytes]) -> Result<Bytes, PaintError> {
    if photos.is_empty() {
        return Err(PaintError::NoPhotos);
    }
    let columns = (photos.len() as f32).sqrt().ceil() as usize;
    let rows = photos.len().div_ceil(columns);
    let side = (WIDTH - GAP) / columns as f32 - GAP;
    let mut canvas = Canvas::new(WIDTH as u32);
    canvas.wash(Colour::hex(0x1c2733));
    for (index, bytes) in photos.iter().enumerate() {
        let picture = photo::decode(bytes).ok_or(PaintError::Unreadable)?;
        let x = GAP + (index % columns) as f32 * (side + GAP);
        let y = GAP + (index / columns) as f32 * (side + GAP);
        let square = crop_to(&picture, side as u32, side as u32);
        canvas.place(&square, (x, y), &shapes::rounded(x, y, side, side, 18.0), 0.0);
        number(&mut canvas, index + 1, (x, y), side);
    }
    // No more rows than columns, so the square part of the canvas holds them all.
    let height = (GAP + rows as f32 * (side + GAP)) as u32;
    photo::encode(&imageops::crop_imm(&canvas.into_image(), 0, 0, WIDTH as u32, height).to_image())
}

fn number(canvas: &mut Canvas, number: usize, (x, y): (f32, f32), side: f32) {
    let radius = (side * 0.14).clamp(34.0, 64.0);
    let (x, y) = (x + radius * 1.25, y + radius * 1.25);
    canvas.soft(&shapes::circle(x, y + 4.0, radius), Colour::hex(0), 0.6, 14.0);
    canvas.fill(&shapes::circle(x, y, radius), Colour::hex(0x2f8cf0));
    canvas.stroke(&shapes::circle(x, y, radius), radius * 0.09, Colour::hex(0xffffff));
    let size = radius * 1.25;
    let digits = lettering::centred(&number.to_string(), x, y + size * 0.365, size);
    canvas.fill(&digits, Colour::hex(0xffffff));
}
