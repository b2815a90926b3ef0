//! A person, head and shoulders.

use super::face::{self, Head};
use crate::media::canvas::{Canvas, HEIGHT, Ink};
use crate::media::shapes::{self, Spot};
use crate::media::style::Colour;

/// How the hair is worn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hair {
    Long,
    Short,
    Bun,
}

/// What the person wears.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Clothes {
    Knit,
    Shirt,
    Dress,
}

/// One person's looks.
#[derive(Clone, Copy)]
pub(super) struct Person {
    pub skin: Colour,
    pub hair: Colour,
    pub eyes: Colour,
    pub lips: Colour,
    pub cloth: Colour,
    pub cut: Hair,
    pub clothes: Clothes,
    pub beard: bool,
}

/// Draws `person` with the middle of the face at `at`; at `size` 1 a face is about 430 units high.
pub(super) fn draw(canvas: &mut Canvas, person: &Person, at: Spot, size: f32) {
    let head = Head { at, size };
    canvas.soft(
        &head.blob(&[(-300.0, 330.0), (0.0, 250.0), (330.0, 330.0), (400.0, 1100.0), (-360.0, 1100.0)]),
        Colour::hex(0),
        0.28,
        70.0,
    );
    if person.cut == Hair::Long {
        long_hair(canvas, person, head);
    }
    body(canvas, person, head);
    neck(canvas, person, head);
    clothes(canvas, person, head);
    if person.cut == Hair::Bun {
        bun(canvas, person, head);
    }
    face::draw(canvas, person, head);
    match person.cut {
        Hair::Long | Hair::Bun => parted_hair(canvas, person, head),
        Hair::Short => short_hair(canvas, person, head),
    }
}

fn hair_ink(person: &Person, head: Head, top: f32, bottom: f32) -> Ink {
    let (from, to) = (head.spot(-90.0, top), head.spot(120.0, bottom));
    let shades = [person.hair.lighter(0.22), person.hair, person.hair.darker(0.35), person.hair.darker(0.15)];
    Ink::Linear(from, to, shades.map(|shade| (shade, 1.0)).to_vec())
}

/// What falls behind the shoulders.
fn long_hair(canvas: &mut Canvas, person: &Person, head: Head) {
    let mass = head.blob(&[
        (0.0, -272.0),
        (130.0, -240.0),
        (205.0, -110.0),
        (214.0, 60.0),
        (236.0, 220.0),
        (258.0, 360.0),
        (196.0, 480.0),
        (60.0, 430.0),
        (-60.0, 430.0),
        (-200.0, 492.0),
        (-262.0, 370.0),
        (-238.0, 220.0),
        (-212.0, 60.0),
        (-204.0, -110.0),
        (-130.0, -240.0),
    ]);
    canvas.fill(&mass, hair_ink(person, head, -270.0, 480.0));
    for index in 0..9 {
        let shift = index as f32 * 11.0;
        for side in [-1.0, 1.0] {
            let strand = [
                (176.0 + shift * 0.3, -40.0),
                (172.0 + shift * 0.6, 120.0),
                (186.0 + shift * 0.7, 250.0),
                (150.0 + shift, 420.0),
            ]
            .map(|(x, y)| head.spot(x * side, y));
            let shade = if index % 2 == 0 { person.hair.lighter(0.25) } else { person.hair.darker(0.35) };
            canvas.stroke(&shapes::curve(&strand), head.length(3.5), Ink::Flat(shade, 0.5));
        }
    }
}

fn neck(canvas: &mut Canvas, person: &Person, head: Head) {
    let neck = head.blob(&[
        (-70.0, 90.0),
        (70.0, 90.0),
        (74.0, 250.0),
        (150.0, 338.0),
        (60.0, 440.0),
        (-60.0, 440.0),
        (-150.0, 338.0),
        (-74.0, 250.0),
    ]);
    let (from, to) = (head.spot(-80.0, 0.0), head.spot(90.0, 0.0));
    let shades = [person.skin.darker(0.06), person.skin, person.skin.darker(0.14)];
    canvas.fill(&neck, Ink::Linear(from, to, shades.map(|shade| (shade, 1.0)).to_vec()));
    let under_chin = head.blob(&[(-84.0, 178.0), (84.0, 178.0), (66.0, 262.0), (0.0, 292.0), (-66.0, 262.0)]);
    canvas.soft(&under_chin, person.skin.mix(Colour::hex(0x7a2f1c), 0.6), 0.5, head.length(26.0));
    for side in [-1.0, 1.0] {
        let bone = [(24.0, 366.0), (80.0, 350.0), (136.0, 350.0)].map(|(x, y)| head.spot(x * side, y));
        canvas.stroke(&shapes::curve(&bone), head.length(5.0), Ink::Flat(person.skin.darker(0.3), 0.3));
    }
}

fn body(canvas: &mut Canvas, person: &Person, head: Head) {
    let wide = if person.beard || person.cut == Hair::Short { 1.14 } else { 1.0 };
    let foot = (HEIGHT - head.at.1) / head.size + 120.0;
    let outline = [
        (-96.0, 296.0),
        (0.0, 330.0),
        (96.0, 296.0),
        (236.0 * wide, 348.0),
        (338.0 * wide, 440.0),
        (392.0 * wide, 640.0),
        (410.0 * wide, foot),
        (-410.0 * wide, foot),
        (-392.0 * wide, 640.0),
        (-338.0 * wide, 440.0),
        (-236.0 * wide, 348.0),
    ];
    let shape = head.blob(&outline);
    let (from, to) = (head.spot(-330.0, 330.0), head.spot(360.0, 760.0));
    let shades = [person.cloth.lighter(0.2), person.cloth, person.cloth.darker(0.38)];
    canvas.fill(&shape, Ink::Linear(from, to, shades.map(|shade| (shade, 1.0)).to_vec()));
    for side in [-1.0, 1.0] {
        let fold =
            [(250.0 * wide, 560.0), (262.0 * wide, 680.0), (292.0 * wide, 900.0)].map(|(x, y)| head.spot(x * side, y));
        canvas.stroke(&shapes::curve(&fold), head.length(10.0), Ink::Flat(person.cloth.darker(0.5), 0.4));
    }
}

/// Collar, neckline, stitches.
fn clothes(canvas: &mut Canvas, person: &Person, head: Head) {
    match person.clothes {
        Clothes::Knit => knit(canvas, person, head),
        Clothes::Shirt => shirt(canvas, person, head),
        Clothes::Dress => dress(canvas, person, head),
    }
}

fn knit(canvas: &mut Canvas, person: &Person, head: Head) {
    let collar =
        head.blob(&[(-104.0, 292.0), (0.0, 318.0), (104.0, 292.0), (128.0, 350.0), (0.0, 396.0), (-128.0, 350.0)]);
    canvas.soft(&collar, Colour::hex(0), 0.3, head.length(20.0));
    let (top, bottom) = (head.spot(0.0, 290.0).1, head.spot(0.0, 396.0).1);
    canvas.fill(&collar, Ink::down(top, bottom, &[person.cloth.lighter(0.3), person.cloth.darker(0.15)]));
    for index in -9..=9 {
        let x = index as f32 * 12.0;
        let drop = 16.0 - (x / 110.0).powi(2) * 22.0;
        let rib = shapes::line(head.spot(x, 306.0 + drop), head.spot(x * 1.14, 360.0 + drop * 1.4));
        canvas.stroke(&rib, head.length(3.0), Ink::Flat(person.cloth.darker(0.4), 0.35));
    }
    for row in 0..9 {
        let y = 440.0 + row as f32 * 44.0;
        for column in -6..=6 {
            let x = column as f32 * 46.0;
            let stitch = [(x - 14.0, y), (x, y + 16.0), (x + 14.0, y)].map(|(x, y)| head.spot(x, y));
            canvas.stroke(&shapes::curve(&stitch), head.length(4.0), Ink::Flat(person.cloth.lighter(0.5), 0.22));
        }
    }
}

fn shirt(canvas: &mut Canvas, person: &Person, head: Head) {
    let tee = head.blob(&[
        (-86.0, 330.0),
        (0.0, 420.0),
        (86.0, 330.0),
        (140.0, 560.0),
        (110.0, 1100.0),
        (-110.0, 1100.0),
        (-140.0, 560.0),
    ]);
    canvas.fill(
        &tee,
        Ink::down(head.spot(0.0, 380.0).1, head.spot(0.0, 800.0).1, &[Colour::hex(0xf7f4ee), Colour::hex(0xc9c6c2)]),
    );
    for side in [-1.0, 1.0] {
        let lapel = [
            (74.0, 286.0),
            (138.0, 310.0),
            (196.0, 420.0),
            (150.0, 520.0),
            (118.0, 780.0),
            (126.0, 1120.0),
            (190.0, 1120.0),
            (230.0, 560.0),
            (240.0, 400.0),
        ];
        let lapel: Vec<_> = lapel.iter().map(|&(x, y)| head.spot(x * side, y)).collect();
        let shape = shapes::polygon(&lapel);
        canvas.soft(&shape, Colour::hex(0), 0.3, head.length(16.0));
        canvas.fill(&shape, person.cloth.lighter(if side < 0.0 { 0.14 } else { 0.02 }));
        let collar =
            [(64.0, 276.0), (122.0, 296.0), (186.0, 372.0), (112.0, 412.0)].map(|(x, y)| head.spot(x * side, y));
        canvas.fill(&shapes::polygon(&collar), person.cloth.lighter(if side < 0.0 { 0.28 } else { 0.14 }));
        canvas.stroke(&shapes::polygon(&collar), head.length(3.0), Ink::Flat(person.cloth.darker(0.4), 0.6));
    }
}

fn dress(canvas: &mut Canvas, person: &Person, head: Head) {
    let scoop = head.blob(&[
        (-150.0, 318.0),
        (-60.0, 310.0),
        (60.0, 310.0),
        (150.0, 318.0),
        (104.0, 418.0),
        (0.0, 456.0),
        (-104.0, 418.0),
    ]);
    canvas.fill(
        &scoop,
        Ink::down(head.spot(0.0, 310.0).1, head.spot(0.0, 460.0).1, &[person.skin.darker(0.08), person.skin]),
    );
    let hem =
        [(-152.0, 322.0), (-112.0, 414.0), (0.0, 458.0), (112.0, 414.0), (152.0, 322.0)].map(|(x, y)| head.spot(x, y));
    canvas.stroke(&shapes::curve(&hem), head.length(9.0), person.cloth.lighter(0.45));
    let chain =
        [(-92.0, 300.0), (-56.0, 372.0), (0.0, 400.0), (56.0, 372.0), (92.0, 300.0)].map(|(x, y)| head.spot(x, y));
    canvas.stroke(&shapes::curve(&chain), head.length(3.0), Colour::hex(0xf3d27a));
    let (x, y) = head.spot(0.0, 410.0);
    canvas.fill(
        &shapes::circle(x, y, head.length(11.0)),
        Ink::around((x - 3.0, y - 3.0), head.length(14.0), &[Colour::hex(0xffffff), Colour::hex(0xe0a63c)]),
    );
}

fn bun(canvas: &mut Canvas, person: &Person, head: Head) {
    let (x, y) = head.spot(20.0, -292.0);
    canvas.fill(
        &shapes::circle(x, y, head.length(88.0)),
        Ink::around(
            (x - 24.0, y - 30.0),
            head.length(120.0),
            &[person.hair.lighter(0.3), person.hair, person.hair.darker(0.4)],
        ),
    );
    let back = head.blob(&[
        (0.0, -262.0),
        (120.0, -232.0),
        (186.0, -110.0),
        (178.0, 30.0),
        (0.0, 60.0),
        (-178.0, 30.0),
        (-186.0, -110.0),
        (-120.0, -232.0),
    ]);
    canvas.fill(&back, hair_ink(person, head, -262.0, 60.0));
}

/// Two wings of hair from a parting, framing the face.
fn parted_hair(canvas: &mut Canvas, person: &Person, head: Head) {
    let tail = if person.cut == Hair::Long { 1.0 } else { 0.35 };
    let right = [
        (-46.0, -258.0),
        (70.0, -268.0),
        (168.0, -196.0),
        (206.0, -50.0),
        (204.0, 100.0 * tail),
        (226.0, 290.0 * tail),
        (180.0, 330.0 * tail),
        (160.0, 160.0 * tail),
        (160.0, 10.0),
        (134.0, -82.0),
        (60.0, -160.0),
    ];
    let left = [
        (-30.0, -262.0),
        (-120.0, -246.0),
        (-190.0, -150.0),
        (-206.0, -20.0),
        (-206.0, 120.0 * tail),
        (-228.0, 300.0 * tail),
        (-184.0, 340.0 * tail),
        (-162.0, 160.0 * tail),
        (-160.0, 10.0),
        (-140.0, -96.0),
        (-90.0, -160.0),
    ];
    for wing in [&left, &right] {
        let shape = head.blob(wing);
        let shadow = head.blob(&wing.map(|(x, y)| (x * 0.97, y + 14.0)));
        canvas.soft(&shadow, person.skin.mix(Colour::hex(0x5a2412), 0.7), 0.35, head.length(18.0));
        canvas.fill(&shape, hair_ink(person, head, -262.0, 330.0));
    }
    for index in 0..7 {
        let step = index as f32;
        let shade = if index % 3 == 0 { person.hair.lighter(0.45) } else { person.hair.darker(0.3) };
        let lock = [
            (-38.0 + step * 6.0, -254.0 + step * 3.0),
            (70.0 + step * 9.0, -222.0 + step * 9.0),
            (150.0 + step * 6.0, -120.0 + step * 8.0),
            (172.0 + step * 4.0, 30.0),
        ];
        canvas.stroke(&shapes::curve(&lock.map(|(x, y)| head.spot(x, y))), head.length(3.0), Ink::Flat(shade, 0.5));
        let lock = [
            (-42.0 - step * 3.0, -252.0 + step * 2.0),
            (-110.0 - step * 6.0, -214.0 + step * 9.0),
            (-160.0 - step * 5.0, -110.0 + step * 8.0),
            (-174.0 - step * 4.0, 30.0),
        ];
        canvas.stroke(&shapes::curve(&lock.map(|(x, y)| head.spot(x, y))), head.length(3.0), Ink::Flat(shade, 0.5));
    }
}

/// A short cut with a tuft, brushed to one side.
fn short_hair(canvas: &mut Canvas, person: &Person, head: Head) {
    let cap = head.blob(&[
        (-168.0, -20.0),
        (-186.0, -130.0),
        (-150.0, -232.0),
        (-70.0, -286.0),
        (50.0, -296.0),
        (150.0, -252.0),
        (190.0, -150.0),
        (170.0, -16.0),
        (150.0, -96.0),
        (112.0, -158.0),
        (30.0, -168.0),
        (-60.0, -150.0),
        (-120.0, -168.0),
        (-150.0, -100.0),
    ]);
    canvas.soft(
        &head.blob(&[
            (-130.0, -150.0),
            (0.0, -150.0),
            (130.0, -140.0),
            (120.0, -120.0),
            (0.0, -128.0),
            (-126.0, -130.0),
        ]),
        person.skin.mix(Colour::hex(0x5a2412), 0.7),
        0.45,
        head.length(18.0),
    );
    canvas.fill(&cap, hair_ink(person, head, -296.0, 0.0));
    for index in 0..12 {
        let step = index as f32 * 22.0;
        let shade = if index % 3 == 0 { person.hair.lighter(0.4) } else { person.hair.darker(0.3) };
        let lock = [
            (-130.0 + step, -178.0 - step * 0.02),
            (-110.0 + step, -230.0),
            (-60.0 + step * 0.95, -274.0 + (step - 120.0).abs() * 0.12),
        ];
        canvas.stroke(&shapes::curve(&lock.map(|(x, y)| head.spot(x, y))), head.length(4.0), Ink::Flat(shade, 0.5));
    }
}
