//! Every style paints, each differently, from the photo it is given.

use std::collections::HashMap;

use image::Rgb;
use serde_json::json;

use super::*;
use crate::media::{Colour, Effect, Frame, Grade, SampleName, contact_sheet, samples};

/// Enough pixels to tell pictures apart, few enough to paint dozens.
const SMALL: u32 = 256;

fn photo(tint: u8) -> RgbImage {
    RgbImage::from_fn(480, 600, |x, y| {
        let face = (x as f32 - 240.0).hypot(y as f32 - 230.0) < 120.0;
        if face { Rgb([230, 180 - tint / 2, 150]) } else { Rgb([tint, (y / 4) as u8, 90]) }
    })
}

fn style(value: serde_json::Value) -> Style {
    serde_json::from_value(value).unwrap()
}

/// How far apart two pictures are, in mean 255ths a channel.
fn distance(one: &RgbImage, other: &RgbImage) -> f32 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
    sum as f32 / one.len() as f32
}

#[test]
fn every_scene_is_another_picture_and_shows_the_photo() {
    let (person, other) = (photo(40), photo(200));
    let paint = |scene, photo: &RgbImage| {
        let style = Style { scene, ..Style::default() };
        compose(&style, std::slice::from_ref(photo), SMALL, 7)
    };
    let plain = image::imageops::thumbnail(&person, SMALL, 320);
    let mut painted: Vec<(Scene, RgbImage)> = Vec::new();
    for &scene in Scene::ALL {
        let picture = paint(scene, &person);
        assert!(distance(&picture, &plain) > 12.0, "{scene:?} hardly changes the photo");
        assert!(distance(&picture, &paint(scene, &other)) > 5.0, "{scene:?} hardly shows the photo");
        for (before, earlier) in &painted {
            assert!(distance(&picture, earlier) > 12.0, "{scene:?} looks like {before:?}");
        }
        painted.push((scene, picture));
    }
    assert_eq!(painted.len(), 20);
}

#[test]
fn every_effect_frame_and_grade_changes_the_picture() {
    let person = [photo(90)];
    let plain = compose(&Style::default(), &person, SMALL, 7);
    let changed = |style: Style, what: &str| {
        let moved = distance(&compose(&style, &person, SMALL, 7), &plain);
        assert!(moved > 1.0, "{what} changes only {moved}");
    };
    for &effect in &Effect::ALL[1..] {
        changed(Style { effect, ..Style::default() }, &format!("{effect:?}"));
    }
    for &frame in &Frame::ALL[1..] {
        changed(Style { frame, ..Style::default() }, &format!("{frame:?}"));
    }
    for &grade in &Grade::ALL[1..] {
        changed(Style { grade, ..Style::default() }, &format!("{grade:?}"));
    }
    changed(Style { caption: "С Новым годом!".into(), ..Style::default() }, "a caption");
    changed(style(json!({ "palette": ["#0000ff", "#00ff00"] })), "a palette");
}

#[test]
fn one_to_four_photos_make_four_pictures() {
    let photos = [photo(0), photo(80), photo(160), photo(240)];
    for &scene in &[Scene::Studio, Scene::Polaroid] {
        let style = Style { scene, ..Style::default() };
        let painted: Vec<_> = (1..=4).map(|count| compose(&style, &photos[..count], SMALL, 7)).collect();
        for pair in painted.windows(2) {
            assert!(distance(&pair[0], &pair[1]) > 1.0, "{scene:?}");
        }
    }
}

#[test]
fn the_same_seed_paints_the_same_picture_and_another_seed_another() {
    let person = photo::encode(&photo(90)).unwrap();
    let style = style(json!({ "scene": "snow", "effect": "grain" }));
    let first = paint(&style, std::slice::from_ref(&person), 3).unwrap();
    assert_eq!(first, paint(&style, std::slice::from_ref(&person), 3).unwrap());
    assert_ne!(first, paint(&style, &[person], 4).unwrap());
    let picture = image::load_from_memory(&first).unwrap();
    assert_eq!((picture.width(), picture.height()), (1024, 1280));
}

#[test]
fn an_empty_style_paints_and_unknown_keys_are_ignored() {
    assert_eq!(style(json!({})), Style::default());
    let full = style(json!({
        "palette": ["#112233", "#ffffff"], "scene": "castle", "grade": "noir", "effect": "oil", "frame": "gold",
        "caption": "HI", "sample": "pet", "mood": "happy"
    }));
    assert_eq!(full.palette, [Colour(0x11, 0x22, 0x33), Colour(255, 255, 255)]);
    assert_eq!((full.scene, full.sample), (Scene::Castle, Some(SampleName::Pet)));
}

#[test]
fn a_style_that_cannot_be_meant_is_an_error() {
    for value in [json!({ "scene": "nowhere" }), json!({ "palette": ["red"] }), json!({ "palette": ["#12345é"] })] {
        assert!(serde_json::from_value::<Style>(value.clone()).is_err(), "{value}");
    }
}

#[test]
fn without_a_readable_photo_nothing_is_painted() {
    assert!(matches!(paint(&Style::default(), &[], 1), Err(PaintError::NoPhotos)));
    let words = Bytes::from_static(b"words");
    assert!(matches!(paint(&Style::default(), &[words], 1), Err(PaintError::Unreadable)));
}

#[test]
fn tiny_and_narrow_photos_paint_too() {
    for (width, height) in [(1, 1), (1, 900), (900, 1)] {
        let speck = RgbImage::from_pixel(width, height, Rgb([200, 150, 120]));
        compose(&Style::default(), &[speck], SMALL, 1);
    }
}

#[test]
fn a_palette_of_one_colour_is_enough() {
    for &scene in Scene::ALL {
        let style = Style { scene, palette: vec![Colour(90, 60, 200)], ..Style::default() };
        compose(&style, &[photo(1)], 64, 1);
    }
}

#[test]
fn strange_captions_do_no_harm() {
    for caption in ["🎄🎄🎄", "ИмяОченьДлинное".repeat(9).as_str(), "\u{202e}\n\0", " "] {
        for scene in [Scene::Studio, Scene::Comic, Scene::Film, Scene::Polaroid] {
            let style = Style { scene, caption: caption.into(), ..Style::default() };
            compose(&style, &[photo(1)], 64, 1);
        }
    }
}

#[test]
fn samples_are_pictures_that_may_be_sent_as_photos() {
    let names: HashMap<_, _> = samples().into_iter().map(|sample| (sample.name, sample)).collect();
    assert_eq!(names.len(), 5);
    for sample in names.values() {
        let photo = crate::media::normalise(&sample.jpeg).unwrap();
        assert_eq!((photo.width, photo.height), (1024, 1280), "{}", sample.name);
        assert!(!is_black(&sample.jpeg));
    }
}

#[test]
fn a_preview_is_a_picture_for_the_gallery() {
    let picture = image::load_from_memory(&preview(&style(json!({ "scene": "royal" })))).unwrap();
    assert_eq!((picture.width(), picture.height()), (800, 1000));
}

#[test]
fn black_and_one_coloured_pictures_are_noticed() {
    let flat = |value: u8| photo::encode(&RgbImage::from_pixel(64, 64, Rgb([value, value, 40]))).unwrap();
    assert!(is_black(&black().unwrap()) && is_black(&flat(0)) && is_black(&flat(200)));
    assert!(!is_black(&photo::encode(&photo(90)).unwrap()));
    assert!(!is_black(b"no picture"));
}

#[test]
fn a_contact_sheet_numbers_up_to_ten_photos() {
    let one = photo::encode(&photo(90)).unwrap();
    for count in [1, 2, 5, 10] {
        let sheet = contact_sheet(&vec![one.clone(); count]).unwrap();
        let sheet = image::load_from_memory(&sheet).unwrap();
        assert_eq!(sheet.width(), 1024);
        assert!(sheet.height() <= 1024);
    }
    assert!(matches!(contact_sheet(&[]), Err(PaintError::NoPhotos)));
    assert!(matches!(contact_sheet(&[Bytes::from_static(b"words")]), Err(PaintError::Unreadable)));
}

/// For people: `cargo test --lib gallery -- --ignored --nocapture` and look.
#[test]
#[ignore = "writes pictures to look at into target/tmp"]
fn gallery() {
    let out = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tmp");
    std::fs::create_dir_all(&out).unwrap();
    let save = |name: String, jpeg: &[u8]| std::fs::write(out.join(name), jpeg).unwrap();
    for sample in samples() {
        save(format!("sample-{}.jpg", sample.name), &sample.jpeg);
    }
    let people: Vec<_> = samples().into_iter().take(3).map(|sample| sample.jpeg).collect();
    save("contact-sheet.jpg".into(), &contact_sheet(&people).unwrap());
    for &scene in Scene::ALL {
        save(format!("scene-{scene:?}.jpg"), &preview(&Style { scene, ..Style::default() }));
        let started = std::time::Instant::now();
        let jpeg = paint(&Style { scene, ..Style::default() }, &people[..1], 1).unwrap();
        println!("{scene:?} {:?} {} bytes", started.elapsed(), jpeg.len());
    }
    for &effect in Effect::ALL {
        let started = std::time::Instant::now();
        let jpeg = paint(&Style { effect, scene: Scene::Beach, ..Style::default() }, &people[..1], 1).unwrap();
        println!("{effect:?} {:?} {} bytes", started.elapsed(), jpeg.len());
        save(format!("effect-{effect:?}.jpg"), &jpeg);
    }
    for (&frame, &grade) in Frame::ALL.iter().zip(Grade::ALL.iter().skip(1)) {
        let style = Style { frame, grade, caption: "С Новым годом!".into(), ..Style::default() };
        save(format!("frame-{frame:?}.jpg"), &paint(&style, &people[..2], 1).unwrap());
    }
}
