//! A person's photo is checked and brought into the one form that the rest of the program knows.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, Rgba, RgbaImage};
use moxcms::{ColorProfile, Layout, TransformOptions};

use super::PaintError;
use crate::domain::{PhotoFlaw, SizedPhoto};

/// Pixels of a normalised photo's longer side at most: what the models take without scaling down themselves.
pub const MAX_SIDE: u32 = 2048;

/// JPEG quality of whatever is kept or shown.
pub(super) const QUALITY: u8 = 90;

/// Bytes that a decoder may allocate: [`PhotoFlaw::MAX_PIXELS`] at 16 bits in four channels, and room for its own tables.
const MAX_DECODED_BYTES: u64 = PhotoFlaw::MAX_PIXELS * 8 + 64_000_000;

/// Checks and normalises a person's photo.
///
/// JPEG, PNG, WebP and GIF (its first frame) go in. Out comes an upright sRGB JPEG without metadata, its longer side at
/// most [`MAX_SIDE`] and its shorter side at least [`PhotoFlaw::MIN_SIDE`]; transparency becomes white. Of a strip
/// longer than those two allow, the middle is kept.
///
/// # Errors
/// The first flaw in this order: too heavy, not a picture (by the first bytes, whatever its name), too many pixels, too
/// small, broken. The size is judged by the header alone, so a decompression bomb is never unpacked.
pub fn normalise(bytes: &[u8]) -> Result<SizedPhoto, PhotoFlaw> {
    if bytes.len() > PhotoFlaw::MAX_BYTES {
        return Err(PhotoFlaw::TooHeavy);
    }
    let mut decoder = open(bytes)?;
    check_size(decoder.dimensions())?;
    let profile = decoder.icc_profile().ok().flatten();
    // A photo with unreadable EXIF is taken as it lies: better sideways than refused.
    let orientation = decoder.orientation().ok();
    if image::guess_format(bytes).is_ok_and(|format| format == ImageFormat::Jpeg) && !jpeg_is_whole(bytes) {
        return Err(PhotoFlaw::Broken);
    }
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| PhotoFlaw::Broken)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    let picture = shrink(crop_strip(picture));
    let mut pixels = flatten(picture);
    if let Some(profile) = profile {
        convert_to_srgb(&mut pixels, &profile);
    }
    let jpeg = encode(&pixels).map_err(|_| PhotoFlaw::Broken)?;
    Ok(SizedPhoto { jpeg, width: pixels.width(), height: pixels.height() })
}

/// A small JPEG of the whole photo, its longer side at most `side` pixels.
pub fn thumbnail(photo: &SizedPhoto, side: u32) -> Result<Bytes, PaintError> {
    let picture = decode(&photo.jpeg).ok_or(PaintError::Unreadable)?;
    let longer = picture.width().max(picture.height());
    if longer <= side {
        return encode(&picture);
    }
    let scaled = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longer)).max(1) as u32;
    encode(&imageops::thumbnail(&picture, scaled(picture.width()), scaled(picture.height())))
}

/// The pixels of a picture that was normalised before, or came from a provider; `None` when it is none.
pub(super) fn decode(bytes: &[u8]) -> Option<RgbImage> {
    let decoder = open(bytes).ok()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PhotoFlaw::MAX_PIXELS {
        return None;
    }
    DynamicImage::from_decoder(decoder).ok().map(flatten)
}

pub(super) fn encode(pixels: &RgbImage) -> Result<Bytes, PaintError> {
    let mut jpeg = Vec::with_capacity(pixels.len() / 8);
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(pixels)?;
    Ok(jpeg.into())
}

/// A decoder under limits, its header read.
fn open(bytes: &[u8]) -> Result<impl ImageDecoder + '_, PhotoFlaw> {
    let format = image::guess_format(bytes).map_err(|_| PhotoFlaw::NotAPicture)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif) {
        return Err(PhotoFlaw::NotAPicture);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    reader.into_decoder().map_err(|_| PhotoFlaw::Broken)
}

/// Whether the picture's data reach their end mark. The decoder would fill what is cut off with grey.
///
/// Looks behind the head's segments only, for a thumbnail in the EXIF has an end mark of its own.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    const SCAN: u8 = 0xda;
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        at += if marker == 0xff { 1 } else { 2 + usize::from(u16::from_be_bytes([high, low])) };
        if marker == SCAN {
            break;
        }
    }
    // Within the data every 0xff is followed by a zero or a restart mark.
    bytes.get(at..).is_some_and(|data| data.windows(2).rev().any(|pair| pair == [0xff, 0xd9]))
}

fn check_size((width, height): (u32, u32)) -> Result<(), PhotoFlaw> {
    if u64::from(width) * u64::from(height) > PhotoFlaw::MAX_PIXELS {
        return Err(PhotoFlaw::TooManyPixels { width, height });
    }
    if width.min(height) < PhotoFlaw::MIN_SIDE {
        return Err(PhotoFlaw::TooSmall { width, height });
    }
    Ok(())
}

/// Keeps the middle of a strip whose shorter side would fall under the minimum once the longer one is shrunk.
fn crop_strip(picture: DynamicImage) -> DynamicImage {
    const STEEPEST: u32 = MAX_SIDE / PhotoFlaw::MIN_SIDE;
    let (width, height) = (picture.width(), picture.height());
    let (kept_width, kept_height) = (width.min(height * STEEPEST), height.min(width * STEEPEST));
    if (kept_width, kept_height) == (width, height) {
        return picture;
    }
    picture.crop_imm((width - kept_width) / 2, (height - kept_height) / 2, kept_width, kept_height)
}

fn shrink(picture: DynamicImage) -> DynamicImage {
    let longer = picture.width().max(picture.height());
    if longer <= MAX_SIDE {
        return picture;
    }
    // A cheap box filter takes off the most; the good filter has little left to do.
    let halfway = if longer > 2 * MAX_SIDE { picture.thumbnail(2 * MAX_SIDE, 2 * MAX_SIDE) } else { picture };
    halfway.resize(MAX_SIDE, MAX_SIDE, FilterType::CatmullRom)
}

/// 8-bit RGB; what is transparent shows white.
fn flatten(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let mut page = RgbaImage::from_pixel(picture.width(), picture.height(), Rgba([255; 4]));
    imageops::overlay(&mut page, &picture.into_rgba8(), 0, 0);
    DynamicImage::ImageRgba8(page).into_rgb8()
}

/// Phones tag photos with wider colour spaces (Display P3); without the tag they would look pale.
/// A profile that cannot be used (a grey or CMYK one, a broken one) leaves the colours as they are.
fn convert_to_srgb(pixels: &mut RgbImage, profile: &[u8]) {
    let Ok(source) = ColorProfile::new_from_slice(profile) else { return };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = source.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default())
    else {
        return;
    };
    let mut converted = vec![0; pixels.len()];
    if transform.transform(pixels, &mut converted).is_ok() {
        pixels.copy_from_slice(&converted);
    }
}

#[cfg(test)]
#[path = "photo_tests.rs"]
mod tests;
