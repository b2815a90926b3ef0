//! A coarse picture of a photo's content, by which copies of it are found.

use bytes::Bytes;
use image::imageops;

use super::photo;

/// Squares across and down.
const SIDE: u32 = 16;
/// How far two copies of one photo may be apart, of 255: on average, and anywhere. Compressing a photo again, or making
/// it smaller, stays well below; two shots of one moment are above.
const MEAN: f32 = 2.5;
const MOST: u8 = 20;

/// What [`same_photo`] compares; `None` for what does not decode.
pub fn print(jpeg: &Bytes) -> Option<Vec<u8>> {
    let pixels = photo::decode(jpeg)?;
    Some(imageops::thumbnail(&pixels, SIDE, SIDE).into_raw())
}

/// Whether two prints are of one photo, whatever its size and compression.
pub fn same_photo(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() || one.is_empty() {
        return false;
    }
    let apart = || one.iter().zip(other).map(|(a, b)| a.abs_diff(*b));
    let sum: u32 = apart().map(u32::from).sum();
    sum as f32 / one.len() as f32 <= MEAN && apart().max().unwrap_or(0) <= MOST
}

#[cfg(test)]
mod tests {
    use image::imageops::FilterType;
    use image::{DynamicImage, RgbImage};

    use super::*;
    use crate::media::samples;

    fn pixels(jpeg: &Bytes) -> RgbImage {
        photo::decode(jpeg).expect("a sample is a picture")
    }

    fn saved(pixels: &RgbImage, quality: u8) -> Bytes {
        let mut jpeg = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(pixels).expect("a JPEG");
        jpeg.into()
    }

    #[test]
    fn a_copy_is_known_at_another_size_and_compression() {
        for sample in samples() {
            let whole = print(&sample.jpeg).expect("it is a picture");
            let half = DynamicImage::ImageRgb8(pixels(&sample.jpeg)).resize(512, 640, FilterType::Triangle).into_rgb8();
            let copy = print(&saved(&half, 60)).expect("it is a picture");
            assert!(same_photo(&whole, &copy), "{}", sample.name);
        }
    }

    #[test]
    fn the_photos_of_one_sitting_are_different_ones() {
        let prints: Vec<Vec<u8>> = crate::media::sitting().iter().filter_map(print).collect();
        assert_eq!(prints.len(), 12);
        for (at, one) in prints.iter().enumerate() {
            assert!(prints.iter().skip(at + 1).all(|other| !same_photo(one, other)), "{at}");
        }
    }

    #[test]
    fn other_photos_are_others_also_of_the_same_hero() {
        let prints: Vec<Vec<u8>> = samples().iter().filter_map(|sample| print(&sample.jpeg)).collect();
        for (at, one) in prints.iter().enumerate() {
            assert!(prints.iter().skip(at + 1).all(|other| !same_photo(one, other)));
        }
        let hero = pixels(&samples()[0].jpeg);
        let closer = imageops::crop_imm(&hero, 60, 60, hero.width() - 120, hero.height() - 120).to_image();
        assert!(!same_photo(&prints[0], &print(&saved(&closer, 90)).expect("it is a picture")));
        assert!(!same_photo(&prints[0], &[]));
    }
}
