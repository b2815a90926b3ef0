//! What goes in, upright and clean, and what is refused.

use image::codecs::gif::GifEncoder;
use image::{Delay, Frame, ImageEncoder, Rgb};
use proptest::prelude::*;

use super::*;

const RED: Rgb<u8> = Rgb([220, 30, 30]);
const BLUE: Rgb<u8> = Rgb([30, 30, 220]);

/// Red on the left, blue on the right.
fn flag(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE })
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG whose EXIF holds `orientation` and the name of a camera.
fn jpeg_with_exif(picture: RgbImage, orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    // Make (0x010f): ASCII of 12 bytes at offset 38; orientation (0x0112): one short.
    tiff.extend_from_slice(&[0x0f, 0x01, 2, 0, 12, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend_from_slice(&[0, 0, 0, 0]);
    tiff.extend_from_slice(b"SecretCam 9\0");
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend_from_slice(&tiff);
    let jpeg = encoded(picture, ImageFormat::Jpeg);
    let length = (segment.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &segment, &jpeg[2..]].concat()
}

fn decoded(photo: &SizedPhoto) -> RgbImage {
    assert_eq!(image::guess_format(&photo.jpeg).unwrap(), ImageFormat::Jpeg);
    let pixels = image::load_from_memory(&photo.jpeg).unwrap().into_rgb8();
    assert_eq!((pixels.width(), pixels.height()), (photo.width, photo.height));
    pixels
}

fn is_like(pixel: &Rgb<u8>, colour: Rgb<u8>) -> bool {
    pixel.0.iter().zip(colour.0).all(|(&one, other)| one.abs_diff(other) < 24)
}

/// A PNG's chunk with its checksum (CRC-32 as in the PNG specification, annex D).
fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&name[..], data].concat();
    let mut crc = !0u32;
    for &byte in &body {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    [&(data.len() as u32).to_be_bytes()[..], &body, &(!crc).to_be_bytes()].concat()
}

/// A PNG of a few dozen bytes that claims `width` × `height` pixels.
fn hollow_png(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let empty_stream = [0x78, 0x9c, 0x03, 0, 0, 0, 0, 1];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &empty_stream), chunk(b"IEND", b"")]
        .concat()
}

#[test]
fn a_photo_taken_sideways_comes_out_upright() {
    let photo = normalise(&jpeg_with_exif(flag(800, 600), 6)).unwrap();
    let pixels = decoded(&photo);
    assert_eq!((photo.width, photo.height), (600, 800));
    assert!(is_like(pixels.get_pixel(300, 100), RED), "what was left is above");
    assert!(is_like(pixels.get_pixel(300, 700), BLUE));
}

#[test]
fn every_orientation_is_applied() {
    let corner = RgbImage::from_fn(800, 600, |x, y| if x < 400 && y < 300 { RED } else { BLUE });
    // Where EXIF 2.3 puts the stored left top corner: right and lower in the upright picture.
    let corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (1, 0), (1, 1), (0, 1)];
    for (orientation, (right, lower)) in (1..).zip(corners) {
        let photo = normalise(&jpeg_with_exif(corner.clone(), orientation)).unwrap();
        let pixels = decoded(&photo);
        let (x, y) = (photo.width / 4 * (1 + 2 * right), photo.height / 4 * (1 + 2 * lower));
        assert!(is_like(pixels.get_pixel(x, y), RED), "orientation {orientation}");
        assert_eq!(photo.width < photo.height, orientation > 4);
    }
}

#[test]
fn metadata_is_gone() {
    let original = jpeg_with_exif(flag(800, 600), 1);
    let has = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert!(has(&original, b"SecretCam"));
    let photo = normalise(&original).unwrap();
    assert!(!has(&photo.jpeg, b"SecretCam") && !has(&photo.jpeg, b"Exif"));
}

#[test]
fn unreadable_metadata_is_no_flaw() {
    let jpeg = encoded(flag(600, 600), ImageFormat::Jpeg);
    let odd = [&jpeg[..2], b"\xff\xe1\x00\x10Exif\0\0garbage!", &jpeg[2..]].concat();
    normalise(&odd).unwrap();
}

#[test]
fn png_webp_and_gif_are_taken() {
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let photo = normalise(&encoded(DynamicImage::from(flag(640, 520)).into_rgba8(), format)).unwrap();
        assert!(is_like(decoded(&photo).get_pixel(100, 100), RED), "{format:?}");
    }
}

#[test]
fn an_animation_gives_its_first_frame() {
    let mut gif = Vec::new();
    let mut encoder = GifEncoder::new(&mut gif);
    for colour in [RED, BLUE] {
        let still = DynamicImage::from(RgbImage::from_pixel(520, 520, colour)).into_rgba8();
        encoder.encode_frame(Frame::from_parts(still, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
    }
    drop(encoder);
    assert!(is_like(decoded(&normalise(&gif).unwrap()).get_pixel(260, 260), RED));
}

#[test]
fn transparency_becomes_white() {
    let clear = RgbaImage::from_pixel(600, 600, Rgba([0, 0, 0, 0]));
    let photo = normalise(&encoded(clear, ImageFormat::Png)).unwrap();
    assert!(is_like(decoded(&photo).get_pixel(300, 300), Rgb([255, 255, 255])));
}

#[test]
fn a_wide_colour_space_is_brought_to_srgb() {
    let mut png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.set_icc_profile(ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    let muted = RgbImage::from_pixel(600, 600, Rgb([200, 80, 80]));
    encoder.write_image(&muted, 600, 600, image::ExtendedColorType::Rgb8).unwrap();
    let pixels = decoded(&normalise(&png).unwrap());
    let red = pixels.get_pixel(300, 300);
    assert!(red[0] > 206 && red[1] < 78, "Display P3's red is stronger than sRGB's: {red:?}");
}

#[test]
fn a_large_photo_is_shrunk_and_keeps_its_ratio() {
    let photo = normalise(&encoded(flag(5000, 2500), ImageFormat::Jpeg)).unwrap();
    assert_eq!((photo.width, photo.height), (2048, 1024));
    assert!(is_like(decoded(&photo).get_pixel(100, 100), RED));
}

#[test]
fn of_a_long_strip_the_middle_is_kept() {
    let photo = normalise(&encoded(flag(6000, 600), ImageFormat::Jpeg)).unwrap();
    assert_eq!((photo.width, photo.height), (2048, 512));
    let pixels = decoded(&photo);
    assert!(is_like(pixels.get_pixel(900, 256), RED) && is_like(pixels.get_pixel(1150, 256), BLUE));
}

#[test]
fn too_small_is_told_with_the_size() {
    let flaw = normalise(&encoded(flag(2000, 511), ImageFormat::Jpeg)).unwrap_err();
    assert_eq!(flaw, PhotoFlaw::TooSmall { width: 2000, height: 511 });
    normalise(&encoded(flag(512, 512), ImageFormat::Jpeg)).unwrap();
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let flaw = normalise(&hollow_png(60_000, 60_000)).unwrap_err();
    assert_eq!(flaw, PhotoFlaw::TooManyPixels { width: 60_000, height: 60_000 });
    // Many pixels come before too few on one side.
    let flaw = normalise(&hollow_png(5_000_000, 100)).unwrap_err();
    assert!(matches!(flaw, PhotoFlaw::TooManyPixels { .. }), "{flaw:?}");
}

#[test]
fn what_claims_more_than_it_holds_is_broken() {
    assert_eq!(normalise(&hollow_png(6000, 6000)).unwrap_err(), PhotoFlaw::Broken);
}

#[test]
fn a_truncated_file_is_broken() {
    let png = encoded(DynamicImage::from(flag(800, 800)), ImageFormat::Png);
    assert_eq!(normalise(&png[..png.len() / 2]).unwrap_err(), PhotoFlaw::Broken);
    let jpeg = encoded(flag(800, 800), ImageFormat::Jpeg);
    assert_eq!(normalise(&jpeg[..40]).unwrap_err(), PhotoFlaw::Broken);
    assert_eq!(normalise(&jpeg[..jpeg.len() / 2]).unwrap_err(), PhotoFlaw::Broken);
    let thumbnailed = [&jpeg[..2], b"\xff\xe1\x00\x06\xff\xd8\xff\xd9", &jpeg[2..jpeg.len() / 2]].concat();
    assert_eq!(normalise(&thumbnailed).unwrap_err(), PhotoFlaw::Broken, "a thumbnail's end is not the picture's");
}

#[test]
fn what_follows_a_jpegs_end_does_no_harm() {
    let jpeg = encoded(flag(800, 800), ImageFormat::Jpeg);
    normalise(&[&jpeg[..], b"a phone's moving picture"].concat()).unwrap();
}

#[test]
fn text_is_no_picture_whatever_its_name() {
    for bytes in
        [&b"just words, though the file was called photo.jpg"[..], b"", b"BM a bitmap is not taken", b"%PDF-1.7"]
    {
        assert_eq!(normalise(bytes).unwrap_err(), PhotoFlaw::NotAPicture);
    }
}

#[test]
fn a_heavy_file_is_refused_before_anything_else() {
    assert_eq!(normalise(&vec![0; PhotoFlaw::MAX_BYTES + 1]).unwrap_err(), PhotoFlaw::TooHeavy);
}

#[test]
fn a_thumbnail_keeps_the_ratio() {
    let photo = normalise(&encoded(flag(1600, 800), ImageFormat::Jpeg)).unwrap();
    let small = image::load_from_memory(&thumbnail(&photo, 320).unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (320, 160));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_it_panic(magic in 0usize..4, noise in prop::collection::vec(any::<u8>(), 0..600)) {
        let start: [&[u8]; 4] = [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8 ", b"GIF89a"];
        let _ = normalise(&[start[magic], &noise].concat());
    }

    #[test]
    fn no_damage_to_a_photo_makes_it_panic(at in 0usize..4000, byte in any::<u8>()) {
        let mut jpeg = encoded(flag(520, 520), ImageFormat::Jpeg);
        let at = at % jpeg.len();
        jpeg[at] = byte;
        let _ = normalise(&jpeg);
    }
}
