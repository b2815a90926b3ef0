//! The person's photos cut to size, several of them melted into one.

use image::imageops::{self, FilterType};
use image::{GenericImageView, RgbImage};

use super::canvas::blend;

/// Heads are in the upper half: where more height is cut off than width, this share of it goes at the top.
const CUT_AT_TOP: f32 = 0.28;

/// The share of a picture's width over which two neighbours melt into each other.
const SEAM: f32 = 0.07;

/// The middle of `picture`, somewhat towards the top, that fills `width` × `height` pixels.
pub(super) fn crop_to(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    let scale = (picture.width() as f32 / width as f32).min(picture.height() as f32 / height as f32);
    let cut_width = ((width as f32 * scale) as u32).clamp(1, picture.width());
    let cut_height = ((height as f32 * scale) as u32).clamp(1, picture.height());
    let x = (picture.width() - cut_width) / 2;
    let y = ((picture.height() - cut_height) as f32 * CUT_AT_TOP) as u32;
    let cut = picture.view(x, y, cut_width, cut_height);
    if scale >= 1.0 {
        // `thumbnail` averages whole boxes: fast, and smooth enough at these ratios.
        imageops::thumbnail(&*cut, width, height)
    } else {
        imageops::resize(&*cut, width, height, FilterType::CatmullRom)
    }
}

/// One picture of `width` × `height` pixels from one to four: side by side, or two and two.
pub(super) fn gather(pictures: &[RgbImage], width: u32, height: u32) -> RgbImage {
    match pictures {
        [one] => crop_to(one, width, height),
        [one, two, three, four, ..] => {
            let (above, below) = (height.div_ceil(2), height / 2);
            let upper = beside(&[one, two], width, above);
            let lower = beside(&[three, four], width, below);
            let mut whole = RgbImage::new(width, height);
            imageops::replace(&mut whole, &upper, 0, 0);
            imageops::replace(&mut whole, &lower, 0, i64::from(above));
            whole
        }
        several => beside(&several.iter().collect::<Vec<_>>(), width, height),
    }
}

/// Columns of equal width whose seams melt.
fn beside(pictures: &[&RgbImage], width: u32, height: u32) -> RgbImage {
    let mut whole = RgbImage::new(width, height);
    let count = pictures.len().max(1) as f32;
    let seam = width as f32 * SEAM;
    for (index, picture) in pictures.iter().enumerate() {
        let start = if index == 0 { 0.0 } else { width as f32 * index as f32 / count - seam / 2.0 };
        let end = (width as f32 * (index + 1) as f32 / count + seam / 2.0).min(width as f32);
        let column = crop_to(picture, (end - start) as u32, height);
        melt_in(&mut whole, &column, start as u32, if index == 0 { 0.0 } else { seam });
    }
    whole
}

/// Copies `column` to `left` on, its first `seam` pixels mixed with what is there.
fn melt_in(whole: &mut RgbImage, column: &RgbImage, left: u32, seam: f32) {
    for (x, y, pixel) in column.enumerate_pixels() {
        if left + x >= whole.width() {
            continue;
        }
        let under = whole.get_pixel_mut(left + x, y);
        let share = if seam > 0.0 { (x as f32 / seam).min(1.0) } else { 1.0 };
        for channel in 0..3 {
            under[channel] = blend(under[channel], pixel[channel], share);
        }
    }
}
