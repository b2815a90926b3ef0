//! A sports car in a street, from the front.

use super::face::Head;
use super::scenery;
use crate::media::canvas::{Canvas, HEIGHT, Ink, WIDTH};
use crate::media::shapes;
use crate::media::style::Colour;

const PAINT: Colour = Colour::hex(0xd8213b);
const BLACK: Colour = Colour::hex(0x0d0f12);
const WHITE: Colour = Colour::hex(0xffffff);

/// Red, lights on.
pub(super) fn car(canvas: &mut Canvas) {
    scenery::street(canvas);
    let asphalt = Ink::down(850.0, HEIGHT, &[Colour::hex(0x6b6a75), Colour::hex(0x34353d)]);
    canvas.soft(&shapes::rect(-100.0, 850.0, WIDTH + 200.0, 500.0), Colour::hex(0x5b5b66), 1.0, 30.0);
    canvas.fill(&shapes::rect(0.0, 880.0, WIDTH, 400.0), asphalt);
    canvas.fill(
        &shapes::polygon(&[(120.0, 890.0), (150.0, 890.0), (20.0, HEIGHT), (-60.0, HEIGHT)]),
        Ink::Flat(WHITE, 0.6),
    );
    // Its own coordinates start in the middle of the bumper.
    let car = Head { at: (512.0, 760.0), size: 1.02 };
    canvas.soft(&car.ellipse(0.0, 232.0, 450.0, 50.0), BLACK, 0.9, 50.0);
    wheels(canvas, car);
    cabin(canvas, car);
    hull(canvas, car);
    front(canvas, car);
}

fn poly(car: Head, spots: &[(f32, f32)]) -> tiny_skia::Path {
    shapes::polygon(&spots.iter().map(|&(x, y)| car.spot(x, y)).collect::<Vec<_>>())
}

fn wheels(canvas: &mut Canvas, car: Head) {
    for side in [-1.0_f32, 1.0] {
        let (x, y) = car.spot(if side < 0.0 { -410.0 } else { 290.0 }, 60.0);
        canvas.fill(
            &shapes::rounded(x, y, car.length(120.0), car.length(190.0), 34.0),
            Ink::across(x, x + 120.0, &[Colour::hex(0x33363b), BLACK]),
        );
    }
}

fn cabin(canvas: &mut Canvas, car: Head) {
    let roof =
        car.blob(&[(-230.0, -300.0), (0.0, -326.0), (230.0, -300.0), (320.0, -110.0), (0.0, -80.0), (-320.0, -110.0)]);
    canvas.soft(&roof, BLACK, 0.4, 30.0);
    let (top, bottom) = (car.spot(0.0, -326.0).1, car.spot(0.0, -90.0).1);
    canvas.fill(&roof, Ink::down(top, bottom, &[PAINT.lighter(0.35), PAINT, PAINT.darker(0.4)]));
    let glass = poly(car, &[(-208.0, -280.0), (208.0, -280.0), (282.0, -118.0), (-282.0, -118.0)]);
    canvas.fill(&glass, Ink::down(top, bottom, &[Colour::hex(0x1c2733), Colour::hex(0x55708a), Colour::hex(0x9fb9cf)]));
    let sheen = poly(car, &[(-130.0, -280.0), (-50.0, -280.0), (-150.0, -118.0), (-262.0, -118.0)]);
    canvas.fill(&sheen, Ink::Flat(WHITE, 0.3));
    for side in [-1.0, 1.0] {
        let seat = car.blob(
            &[(70.0, -190.0), (110.0, -222.0), (150.0, -190.0), (160.0, -120.0), (60.0, -120.0)]
                .map(|(x, y)| (x * side, y)),
        );
        canvas.fill(&seat, Ink::Flat(BLACK, 0.6));
        let mirror =
            car.blob(&[(300.0, -150.0), (380.0, -170.0), (392.0, -128.0), (310.0, -112.0)].map(|(x, y)| (x * side, y)));
        canvas.fill(
            &mirror,
            Ink::down(car.spot(0.0, -170.0).1, car.spot(0.0, -110.0).1, &[PAINT.lighter(0.3), PAINT.darker(0.3)]),
        );
    }
}

fn hull(canvas: &mut Canvas, car: Head) {
    let body = car.blob(&[
        (0.0, -126.0),
        (250.0, -116.0),
        (372.0, -66.0),
        (432.0, 20.0),
        (436.0, 120.0),
        (396.0, 186.0),
        (0.0, 204.0),
        (-396.0, 186.0),
        (-436.0, 120.0),
        (-432.0, 20.0),
        (-372.0, -66.0),
        (-250.0, -116.0),
    ]);
    let (top, bottom) = (car.spot(0.0, -126.0).1, car.spot(0.0, 204.0).1);
    let shades = [PAINT.lighter(0.5), PAINT.lighter(0.08), PAINT, PAINT.darker(0.55)];
    canvas.fill(&body, Ink::down(top, bottom, &shades));
    let hood = car.blob(&[
        (0.0, -112.0),
        (200.0, -104.0),
        (270.0, -50.0),
        (200.0, -8.0),
        (0.0, 4.0),
        (-200.0, -8.0),
        (-270.0, -50.0),
        (-200.0, -104.0),
    ]);
    canvas.soft(&hood, WHITE, 0.28, 40.0);
    for side in [-1.0, 1.0] {
        let crease = car.curve(&[(96.0, -108.0), (128.0, -56.0), (150.0, 8.0)].map(|(x, y)| (x * side, y)));
        canvas.stroke(&crease, car.length(5.0), Ink::Flat(PAINT.darker(0.5), 0.5));
        let edge = car.curve(&[(270.0, -104.0), (370.0, -56.0), (420.0, 20.0)].map(|(x, y)| (x * side, y)));
        canvas.stroke(&edge, car.length(6.0), Ink::Flat(WHITE, 0.55));
    }
}

fn front(canvas: &mut Canvas, car: Head) {
    let grille = car.blob(&[(-210.0, 64.0), (0.0, 56.0), (210.0, 64.0), (176.0, 142.0), (0.0, 152.0), (-176.0, 142.0)]);
    canvas.fill(&grille, BLACK);
    for bar in 0..4 {
        let y = 78.0 + bar as f32 * 18.0;
        let half = 196.0 - bar as f32 * 10.0;
        canvas.stroke(&shapes::line(car.spot(-half, y), car.spot(half, y)), car.length(4.0), Colour::hex(0x6d757e));
    }
    for side in [-1.0, 1.0] {
        let lamp = car.blob(
            &[(238.0, 18.0), (330.0, -22.0), (400.0, -4.0), (396.0, 44.0), (300.0, 62.0)].map(|(x, y)| (x * side, y)),
        );
        canvas.fill(
            &lamp,
            Ink::down(car.spot(0.0, -22.0).1, car.spot(0.0, 62.0).1, &[Colour::hex(0x2b323a), Colour::hex(0x8fa3b5)]),
        );
        let (x, y) = car.spot(330.0 * side, 22.0);
        canvas.fill(
            &shapes::circle(x, y, car.length(25.0)),
            Ink::around((x, y), car.length(26.0), &[WHITE, Colour::hex(0xfff2c0), Colour::hex(0xd9c48a)]),
        );
        canvas.glow((x, y), 210.0, Colour::hex(0xfff0c0), 0.85);
        let intake =
            car.blob(&[(262.0, 104.0), (372.0, 84.0), (384.0, 142.0), (284.0, 156.0)].map(|(x, y)| (x * side, y)));
        canvas.fill(&intake, BLACK);
    }
    let lip = car.blob(&[(-400.0, 178.0), (0.0, 190.0), (400.0, 178.0), (380.0, 214.0), (0.0, 226.0), (-380.0, 214.0)]);
    canvas.fill(&lip, Colour::hex(0x17191d));
    let (x, y) = car.spot(0.0, 32.0);
    canvas.fill(&shapes::star(x, y, car.length(23.0), 6, 0.5), Colour::hex(0xe9edf2));
}
