//! A dog on a meadow.

use super::face::Head;
use super::scenery;
use crate::media::canvas::{Canvas, Ink};
use crate::media::shapes;
use crate::media::style::Colour;

const FUR: Colour = Colour::hex(0xd9954a);
const DARK: Colour = Colour::hex(0x8a4f22);
const CREAM: Colour = Colour::hex(0xfdf0dc);
const BLACK: Colour = Colour::hex(0x1c1311);
const WHITE: Colour = Colour::hex(0xffffff);

/// Looks up at whoever holds the ball.
pub(super) fn dog(canvas: &mut Canvas) {
    scenery::park(canvas);
    let head = Head { at: (512.0, 500.0), size: 1.2 };
    body(canvas, head);
    skull(canvas, head);
    for side in [-1.0, 1.0] {
        ear(canvas, head, side);
        eye(canvas, head, side);
    }
    muzzle(canvas, head);
    collar(canvas, head);
}

fn body(canvas: &mut Canvas, head: Head) {
    let back =
        head.blob(&[(-120.0, 120.0), (120.0, 120.0), (230.0, 330.0), (280.0, 760.0), (-280.0, 760.0), (-230.0, 330.0)]);
    canvas.soft(&back, BLACK, 0.35, 60.0);
    let (left, right) = (head.spot(-260.0, 0.0).0, head.spot(260.0, 0.0).0);
    canvas.fill(&back, Ink::across(left, right, &[FUR.lighter(0.2), FUR, DARK]));
    let chest = head.blob(&[
        (-90.0, 190.0),
        (0.0, 220.0),
        (90.0, 190.0),
        (130.0, 400.0),
        (96.0, 760.0),
        (-96.0, 760.0),
        (-130.0, 400.0),
    ]);
    canvas.soft(&chest, CREAM, 0.95, 26.0);
    for row in 0..7 {
        for column in -3..=3 {
            let (x, y) = (column as f32 * 30.0 + (row % 2) as f32 * 15.0, 290.0 + row as f32 * 54.0);
            let tuft = head.curve(&[(x - 12.0, y), (x, y + 24.0), (x + 12.0, y)]);
            canvas.stroke(&tuft, head.length(4.0), Ink::Flat(FUR, 0.35));
        }
    }
}

fn skull(canvas: &mut Canvas, head: Head) {
    let skull = head.blob(&[
        (0.0, -210.0),
        (120.0, -180.0),
        (176.0, -60.0),
        (166.0, 60.0),
        (110.0, 150.0),
        (0.0, 190.0),
        (-110.0, 150.0),
        (-166.0, 60.0),
        (-176.0, -60.0),
        (-120.0, -180.0),
    ]);
    canvas.soft(&head.ellipse(0.0, 170.0, 150.0, 60.0), BLACK, 0.35, 50.0);
    canvas.fill(&skull, Ink::around(head.spot(-50.0, -90.0), head.length(310.0), &[FUR.lighter(0.4), FUR, DARK]));
    let blaze = head.blob(&[
        (0.0, -196.0),
        (26.0, -120.0),
        (34.0, 0.0),
        (110.0, 70.0),
        (86.0, 150.0),
        (0.0, 180.0),
        (-86.0, 150.0),
        (-110.0, 70.0),
        (-34.0, 0.0),
        (-26.0, -120.0),
    ]);
    canvas.soft(&blaze, CREAM, 0.95, 20.0);
    for index in -5..=5 {
        let x = index as f32 * 22.0;
        let tuft = head.curve(&[
            (x, -196.0 + x.abs() * 0.16),
            (x * 1.1, -222.0 + x.abs() * 0.2),
            (x * 1.3 + 6.0, -236.0 + x.abs() * 0.3),
        ]);
        canvas.stroke(&tuft, head.length(9.0), FUR.lighter(0.1));
    }
}

fn ear(canvas: &mut Canvas, head: Head, side: f32) {
    let flap = [
        (104.0, -188.0),
        (190.0, -190.0),
        (250.0, -60.0),
        (252.0, 80.0),
        (212.0, 140.0),
        (168.0, 70.0),
        (156.0, -60.0),
    ];
    let flap = head.blob(&flap.map(|(x, y)| (x * side, y)));
    canvas.soft(&flap, BLACK, 0.35, 30.0);
    let (near, far) = (head.spot(110.0 * side, -180.0), head.spot(240.0 * side, 130.0));
    canvas.fill(&flap, Ink::Linear(near, far, vec![(DARK.lighter(0.25), 1.0), (DARK, 1.0), (DARK.darker(0.4), 1.0)]));
    for index in 0..5 {
        let x = (176.0 + index as f32 * 15.0) * side;
        let hair = head.curve(&[(x, -40.0), (x + 8.0 * side, 30.0), (x + 4.0 * side, 90.0)]);
        canvas.stroke(&hair, head.length(3.5), Ink::Flat(DARK.darker(0.45), 0.5));
    }
}

fn eye(canvas: &mut Canvas, head: Head, side: f32) {
    let x = 76.0 * side;
    canvas.soft(&head.ellipse(x, -32.0, 44.0, 42.0), DARK, 0.55, 24.0);
    canvas.fill(&head.ellipse(x, -32.0, 34.0, 36.0), BLACK);
    let (iris_x, iris_y) = head.spot(x, -26.0);
    canvas.fill(
        &head.ellipse(x, -30.0, 28.0, 30.0),
        Ink::around((iris_x, iris_y + 14.0), head.length(36.0), &[Colour::hex(0xb5702f), Colour::hex(0x4a2610), BLACK]),
    );
    canvas.fill(&head.ellipse(x, -32.0, 15.0, 17.0), BLACK);
    canvas.fill(&head.ellipse(x - 10.0, -44.0, 10.0, 10.0), WHITE);
    canvas.fill(&head.ellipse(x + 11.0, -18.0, 4.5, 4.5), Ink::Flat(WHITE, 0.8));
    canvas.soft(&head.ellipse(x * 0.92, -98.0, 30.0, 13.0), CREAM, 0.7, 14.0);
}

fn muzzle(canvas: &mut Canvas, head: Head) {
    let mouth = head.blob(&[(-56.0, 112.0), (0.0, 126.0), (56.0, 112.0), (40.0, 164.0), (0.0, 182.0), (-40.0, 164.0)]);
    canvas.fill(&mouth, Colour::hex(0x6b1f22));
    let tongue = head.blob(&[(-32.0, 140.0), (0.0, 132.0), (32.0, 140.0), (36.0, 210.0), (0.0, 240.0), (-36.0, 210.0)]);
    canvas.fill(
        &tongue,
        Ink::down(head.spot(0.0, 132.0).1, head.spot(0.0, 240.0).1, &[Colour::hex(0xe0607a), Colour::hex(0xff9fb0)]),
    );
    canvas.stroke(
        &head.curve(&[(0.0, 146.0), (2.0, 180.0), (0.0, 206.0)]),
        head.length(4.0),
        Ink::Flat(Colour::hex(0xb8405a), 0.7),
    );
    for side in [-1.0, 1.0] {
        let jowl = head.blob(
            &[(0.0, 50.0), (46.0, 46.0), (92.0, 84.0), (84.0, 126.0), (40.0, 138.0), (0.0, 116.0)]
                .map(|(x, y)| (x * side, y)),
        );
        canvas.soft(&jowl, BLACK, 0.16, 16.0);
        canvas.fill(
            &jowl,
            Ink::around(head.spot(30.0 * side, 66.0), head.length(90.0), &[WHITE, CREAM, Colour::hex(0xe6cfa8)]),
        );
        for (x, y) in [(38.0, 92.0), (56.0, 104.0), (60.0, 86.0)] {
            canvas.fill(&head.ellipse(x * side, y, 3.6, 3.6), Ink::Flat(DARK, 0.7));
        }
    }
    let nose = head.blob(&[(-46.0, 26.0), (0.0, 14.0), (46.0, 26.0), (34.0, 58.0), (0.0, 76.0), (-34.0, 58.0)]);
    canvas.fill(&nose, Ink::around(head.spot(-14.0, 28.0), head.length(70.0), &[Colour::hex(0x5a4a48), BLACK]));
    canvas.soft(&head.ellipse(-14.0, 30.0, 14.0, 6.0), WHITE, 0.75, 8.0);
    canvas.stroke(&head.curve(&[(0.0, 72.0), (0.0, 96.0), (0.0, 116.0)]), head.length(5.0), BLACK);
}

fn collar(canvas: &mut Canvas, head: Head) {
    let band = [(-138.0, 208.0), (-70.0, 252.0), (0.0, 264.0), (70.0, 252.0), (138.0, 208.0)];
    canvas.stroke(&head.curve(&band), head.length(30.0), Colour::hex(0xc9283e));
    canvas.stroke(&head.curve(&band.map(|(x, y)| (x, y - 8.0))), head.length(5.0), Ink::Flat(WHITE, 0.4));
    let (x, y) = head.spot(0.0, 298.0);
    canvas.fill(
        &shapes::circle(x, y, head.length(29.0)),
        Ink::around(
            (x - 8.0, y - 9.0),
            head.length(34.0),
            &[Colour::hex(0xfff3b8), Colour::hex(0xe0a63c), Colour::hex(0x9a6a1a)],
        ),
    );
    canvas.fill(&shapes::star(x, y, head.length(15.0), 5, 0.45), Ink::Flat(Colour::hex(0x8a5f1c), 0.8));
}
