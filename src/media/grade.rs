//! Colour grading: tone curves, saturation and the palette's tint, pixel by pixel.

use image::RgbImage;

use super::style::{Colour, Grade};

/// How one grade treats colours.
struct Recipe {
    /// 1 leaves colours as they are, 0 makes them grey.
    saturation: f32,
    /// Steepness around the middle; 1 is none.
    contrast: f32,
    /// Added to everything, in 255ths.
    lift: f32,
    /// Factors of red, green and blue.
    balance: [f32; 3],
    /// How much of the palette's dark and light colours goes into shadows and lights.
    tint: f32,
}

const fn recipe(saturation: f32, contrast: f32, lift: f32, balance: [f32; 3], tint: f32) -> Recipe {
    Recipe { saturation, contrast, lift, balance, tint }
}

fn recipe_of(grade: Grade) -> Recipe {
    match grade {
        Grade::None => recipe(1.0, 1.04, 0.0, [1.0, 1.0, 1.0], 0.06),
        Grade::Warm => recipe(1.08, 1.08, 2.0, [1.09, 1.0, 0.86], 0.16),
        Grade::Cold => recipe(0.9, 1.1, 0.0, [0.88, 1.0, 1.13], 0.18),
        Grade::Noir => recipe(0.0, 1.32, -6.0, [1.0, 1.0, 1.0], 0.1),
        Grade::Pastel => recipe(0.72, 0.78, 30.0, [1.03, 1.0, 1.02], 0.16),
        Grade::Vivid => recipe(1.45, 1.16, 0.0, [1.02, 1.0, 1.02], 0.08),
        Grade::Sepia => recipe(0.0, 1.06, 4.0, [1.14, 0.98, 0.74], 0.1),
    }
}

/// Grades `picture` in place. `palette` goes from dark to light; where it is empty nothing is tinted.
pub(super) fn grade(picture: &mut RgbImage, grade: Grade, palette: &[Colour]) {
    let recipe = recipe_of(grade);
    let curves = curves(&recipe);
    let tints = tints(palette);
    let (saturation, tint) = ((recipe.saturation * 256.0) as i32, (recipe.tint * 256.0) as i32);
    for pixel in picture.chunks_exact_mut(3) {
        let grey = luminance(pixel[0], pixel[1], pixel[2]);
        let target = tints.as_ref().map(|tints| tints[grey as usize]);
        for channel in 0..3 {
            let coloured = grey + (((i32::from(pixel[channel]) - grey) * saturation) >> 8);
            let mut value = i32::from(curves[channel][coloured.clamp(0, 255) as usize]);
            if let Some(target) = target {
                value += ((target[channel] - value) * tint) >> 8;
            }
            pixel[channel] = value.clamp(0, 255) as u8;
        }
    }
}

/// Replaces colours by the palette's, by brightness; `share` from 0 to 1 of the way.
pub(super) fn duotone(picture: &mut RgbImage, palette: &[Colour], share: f32) {
    let Some(tints) = tints(palette) else { return };
    let share = (share * 256.0) as i32;
    for pixel in picture.chunks_exact_mut(3) {
        let target = tints[luminance(pixel[0], pixel[1], pixel[2]) as usize];
        for channel in 0..3 {
            let value = i32::from(pixel[channel]);
            pixel[channel] = (value + (((target[channel] - value) * share) >> 8)).clamp(0, 255) as u8;
        }
    }
}

/// Rec. 601 weights, in 0 to 255.
pub(super) fn luminance(red: u8, green: u8, blue: u8) -> i32 {
    (i32::from(red) * 77 + i32::from(green) * 150 + i32::from(blue) * 29) >> 8
}

fn curves(recipe: &Recipe) -> [[u8; 256]; 3] {
    recipe.balance.map(|factor| {
        std::array::from_fn(|value| {
            let steep = (value as f32 - 128.0) * recipe.contrast + 128.0 + recipe.lift;
            (steep * factor).clamp(0.0, 255.0) as u8
        })
    })
}

/// The palette's colour for every brightness.
fn tints(palette: &[Colour]) -> Option<Vec<[i32; 3]>> {
    let last = palette.len().checked_sub(1)?;
    let at = |grey: usize| {
        let place = grey as f32 / 255.0 * last as f32;
        let index = (place as usize).min(last.saturating_sub(1));
        let colour = palette[index].mix(palette[(index + 1).min(last)], place - index as f32);
        [colour.0, colour.1, colour.2].map(i32::from)
    };
    Some((0..256).map(at).collect())
}
