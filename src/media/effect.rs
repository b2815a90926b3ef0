//! What a style does to grain and edges, over the whole picture.

use image::RgbImage;
use std::f32::consts::FRAC_1_SQRT_2;

use image::imageops::{self, FilterType};

use super::canvas::blend;
use super::dice::Dice;
use super::grade::luminance;
use super::kuwahara::kuwahara;
use super::style::Effect;

/// Applies `effect`; `seed` places the grain.
pub(super) fn apply(picture: RgbImage, effect: Effect, seed: u64) -> RgbImage {
    match effect {
        Effect::None => picture,
        Effect::Oil => oil(&picture),
        Effect::Halftone => halftone(&picture),
        Effect::Grain => grain(picture, seed),
        Effect::Glow => glow(picture),
        Effect::Posterize => posterize(&picture),
        Effect::Sketch => sketch(&picture),
    }
}

/// Flat strokes with crisp borders, found at half the size because strokes are wide.
fn oil(picture: &RgbImage) -> RgbImage {
    let small = imageops::thumbnail(picture, picture.width() / 2, picture.height() / 2);
    let mut painted = enlarge(&kuwahara(&small, 4), picture);
    // Light from the left top over the ridges between the strokes.
    let width = painted.width() as usize;
    let flat: Vec<i32> = painted.chunks_exact(3).map(|pixel| luminance(pixel[0], pixel[1], pixel[2])).collect();
    let offset = width * 2 + 2;
    for (index, pixel) in painted.chunks_exact_mut(3).enumerate().skip(offset) {
        let ridge = ((flat[index] - flat[index - offset]) / 3).clamp(-26, 26);
        for channel in pixel {
            *channel = (i32::from(*channel) + ridge).clamp(0, 255) as u8;
        }
    }
    painted
}

/// Printed dots on a turned grid, over flattened colours.
fn halftone(picture: &RgbImage) -> RgbImage {
    const PITCH: f32 = 9.0;
    let mut printed = picture.clone();
    let wide = printed.width();
    let tone: Vec<f32> = (0..256).map(|grey| ((255 - grey) as f32 / 255.0).sqrt() * PITCH * 0.72).collect();
    for (index, pixel) in printed.chunks_exact_mut(3).enumerate() {
        let (x, y) = ((index as u32 % wide) as f32, (index as u32 / wide) as f32);
        // The printer's 45 degrees.
        let (across, down) = ((x + y) * FRAC_1_SQRT_2 / PITCH, (x - y) * FRAC_1_SQRT_2 / PITCH);
        let (from_x, from_y) = (across - across.floor() - 0.5, down - down.floor() - 0.5);
        let distance = (from_x * from_x + from_y * from_y).sqrt() * PITCH;
        let radius = tone[luminance(pixel[0], pixel[1], pixel[2]) as usize];
        let ink = (radius - distance + 0.5).clamp(0.0, 1.0);
        for channel in pixel {
            let light = 255.0 - (255.0 - f32::from(*channel)) * 0.78;
            *channel = (light - light * 0.38 * ink) as u8;
        }
    }
    printed
}

/// The noise of a fast film, strongest in the middle tones.
fn grain(mut picture: RgbImage, seed: u64) -> RgbImage {
    let mut dice = Dice::new(seed ^ 0x6772_6169);
    for pixels in picture.chunks_mut(3 * 8) {
        let bits = dice.next().to_le_bytes();
        for (pixel, byte) in pixels.chunks_exact_mut(3).zip(bits) {
            let grey = luminance(pixel[0], pixel[1], pixel[2]);
            let room = 40 + grey.min(255 - grey);
            let noise = ((i32::from(byte) - 128) * room) >> 9;
            for channel in pixel {
                *channel = (i32::from(*channel) + noise).clamp(0, 255) as u8;
            }
        }
    }
    picture
}

/// Lights bleed softly over their surroundings.
fn glow(mut picture: RgbImage) -> RgbImage {
    let small = imageops::thumbnail(&picture, picture.width() / 8, picture.height() / 8);
    let veil = enlarge(&imageops::fast_blur(&small, 3.5), &picture);
    for (value, light) in picture.iter_mut().zip(veil.iter()) {
        // Only what is lighter than the middle shines.
        let shine = i32::from(*light) * i32::from(*light) / 255;
        let under = i32::from(*value);
        *value = (under + ((255 - under) * shine * 5 / 8) / 255).min(255) as u8;
    }
    picture
}

/// Few flat tones with dark contours.
fn posterize(picture: &RgbImage) -> RgbImage {
    const LEVELS: f32 = 6.0;
    let small = imageops::thumbnail(picture, picture.width() / 2, picture.height() / 2);
    let mut flat = enlarge(&kuwahara(&small, 3), picture);
    let steps: Vec<u8> = (0..256)
        .map(|value| ((value as f32 / 255.0 * (LEVELS - 1.0)).round() / (LEVELS - 1.0) * 255.0) as u8)
        .collect();
    let edges = enlarge_grey(&contours(&small), small.width(), picture);
    for (pixel, edge) in flat.chunks_exact_mut(3).zip(edges) {
        let ink = ((edge - 26.0) / 60.0).clamp(0.0, 0.85);
        for channel in pixel {
            *channel = blend(blend(*channel, steps[*channel as usize], 0.8), 16, ink);
        }
    }
    flat
}

/// Pencil on paper: grey divided by its own blur leaves lines, and a little colour stays.
fn sketch(picture: &RgbImage) -> RgbImage {
    let mut drawn = picture.clone();
    let small = imageops::thumbnail(picture, picture.width() / 3, picture.height() / 3);
    let blurred = enlarge(&imageops::fast_blur(&small, 3.0), picture);
    for (pixel, around) in drawn.chunks_exact_mut(3).zip(blurred.chunks_exact(3)) {
        let grey = luminance(pixel[0], pixel[1], pixel[2]) + 6;
        let nearby = luminance(around[0], around[1], around[2]) + 6;
        let line = ((grey * 250 / nearby).min(250) as f32 / 250.0).powi(4);
        let shade = 150 + grey * 100 / 261;
        let tone = line * shade as f32;
        for (channel, paper) in pixel.iter_mut().zip([1.0, 0.985, 0.95]) {
            *channel = blend((tone * paper) as u8, *channel, 0.22);
        }
    }
    drawn
}

/// How steep the brightness is at each pixel (Sobel), about 0 to 255.
fn contours(picture: &RgbImage) -> Vec<f32> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let grey: Vec<i32> = picture.chunks_exact(3).map(|pixel| luminance(pixel[0], pixel[1], pixel[2])).collect();
    let mut steepness = vec![0.0; grey.len()];
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let at = |dx: usize, dy: usize| grey[(y + dy - 1) * width + x + dx - 1];
            let across = at(2, 0) + 2 * at(2, 1) + at(2, 2) - at(0, 0) - 2 * at(0, 1) - at(0, 2);
            let down = at(0, 2) + 2 * at(1, 2) + at(2, 2) - at(0, 0) - 2 * at(1, 0) - at(2, 0);
            steepness[y * width + x] = ((across * across + down * down) as f32).sqrt() / 4.0;
        }
    }
    steepness
}

fn enlarge(small: &RgbImage, like: &RgbImage) -> RgbImage {
    imageops::resize(small, like.width(), like.height(), FilterType::Triangle)
}

fn enlarge_grey(small: &[f32], columns: u32, like: &RgbImage) -> Vec<f32> {
    let (width, height) = (like.width() as usize, like.height() as usize);
    let columns = columns as usize;
    let rows = small.len() / columns;
    let at = |index: usize| {
        let (x, y) = (index % width * columns / width, index / width * rows / height);
        let right = (x + 1).min(columns - 1);
        (small[y * columns + x] + small[y * columns + right]) / 2.0
    };
    (0..width * height).map(at).collect()
}
