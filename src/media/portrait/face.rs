//! A face: its modelling, eyes, nose and smile.

use tiny_skia::Path;

use super::figure::Person;
use crate::media::canvas::{Canvas, Ink};
use crate::media::shapes::{self, Spot};
use crate::media::style::Colour;

/// Where a head is and how large; its own coordinates start in the middle of the face.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub at: Spot,
    pub size: f32,
}

impl Head {
    pub fn spot(self, x: f32, y: f32) -> Spot {
        (self.at.0 + x * self.size, self.at.1 + y * self.size)
    }

    pub fn length(self, length: f32) -> f32 {
        length * self.size
    }

    pub fn blob(self, spots: &[Spot]) -> Path {
        shapes::blob(&spots.iter().map(|&(x, y)| self.spot(x, y)).collect::<Vec<_>>())
    }

    pub fn curve(self, spots: &[Spot]) -> Path {
        shapes::curve(&spots.iter().map(|&(x, y)| self.spot(x, y)).collect::<Vec<_>>())
    }

    pub fn ellipse(self, x: f32, y: f32, across: f32, down: f32) -> Path {
        let (x, y) = self.spot(x, y);
        shapes::ellipse(x, y, self.length(across), self.length(down))
    }
}

/// Draws the face without the hair before it.
pub(super) fn draw(canvas: &mut Canvas, person: &Person, head: Head) {
    ears(canvas, person, head);
    let jaw = if person.beard { 1.12 } else { 1.0 };
    let outline = head.blob(&[
        (0.0, -214.0),
        (106.0, -184.0),
        (156.0, -70.0),
        (152.0, 50.0),
        (108.0 * jaw, 158.0),
        (48.0 * jaw, 214.0),
        (0.0, 224.0),
        (-48.0 * jaw, 214.0),
        (-108.0 * jaw, 158.0),
        (-152.0, 50.0),
        (-156.0, -70.0),
        (-106.0, -184.0),
    ]);
    let light = head.spot(-50.0, -70.0);
    let shades = [person.skin.lighter(0.22), person.skin, person.skin.mix(Colour::hex(0xa04a30), 0.28)];
    canvas.fill(&outline, Ink::around(light, head.length(330.0), &shades));
    let rouge = Colour::hex(0xf0605a);
    for side in [-1.0, 1.0] {
        canvas.soft(&head.ellipse(96.0 * side, 66.0, 42.0, 30.0), rouge, 0.34, head.length(40.0));
        canvas.soft(&head.ellipse(70.0 * side, -44.0, 48.0, 22.0), person.skin.darker(0.4), 0.16, head.length(24.0));
    }
    canvas.soft(&head.ellipse(-30.0, -130.0, 70.0, 34.0), Colour::hex(0xffffff), 0.24, head.length(50.0));
    if person.beard {
        beard(canvas, person, head);
    }
    eye(canvas, person, head, -1.0);
    eye(canvas, person, head, 1.0);
    nose(canvas, person, head);
    mouth(canvas, person, head);
}

fn ears(canvas: &mut Canvas, person: &Person, head: Head) {
    for side in [-1.0, 1.0] {
        let ear = head.ellipse(158.0 * side, -4.0, 26.0, 48.0);
        canvas.fill(&ear, person.skin.darker(0.08));
        canvas.fill(
            &head.ellipse(160.0 * side, 0.0, 13.0, 30.0),
            Ink::Flat(person.skin.mix(Colour::hex(0xa04a30), 0.5), 0.5),
        );
    }
}

fn eye(canvas: &mut Canvas, person: &Person, head: Head, side: f32) {
    let x = 66.0 * side;
    let outer = x + 42.0 * side;
    let inner = x - 36.0 * side;
    let almond = head.blob(&[
        (inner, -24.0),
        (x - 14.0 * side, -50.0),
        (x + 14.0 * side, -54.0),
        (outer, -34.0),
        (x + 16.0 * side, -12.0),
        (x - 14.0 * side, -10.0),
    ]);
    canvas.fill(
        &almond,
        Ink::down(head.spot(0.0, -54.0).1, head.spot(0.0, -10.0).1, &[Colour::hex(0xd9dde6), Colour::hex(0xffffff)]),
    );
    let (iris_x, iris_y) = head.spot(x, -33.0);
    let iris = Ink::around(
        (iris_x, iris_y + head.length(8.0)),
        head.length(24.0),
        &[person.eyes.lighter(0.45), person.eyes, person.eyes.darker(0.6)],
    );
    canvas.fill(&shapes::circle(iris_x, iris_y, head.length(21.5)), iris);
    canvas.fill(&shapes::circle(iris_x, iris_y, head.length(10.5)), Colour::hex(0x120c0a));
    canvas.fill(&head.ellipse(x - 7.0, -41.0, 6.5, 6.5), Colour::hex(0xffffff));
    canvas.fill(&head.ellipse(x + 8.0, -25.0, 3.0, 3.0), Ink::Flat(Colour::hex(0xffffff), 0.8));
    lid(canvas, person, head, side);
    brow(canvas, person, head, side);
}

/// Hides the iris's top and carries the lashes.
fn lid(canvas: &mut Canvas, person: &Person, head: Head, side: f32) {
    let x = 66.0 * side;
    let (outer, inner) = (x + 42.0 * side, x - 36.0 * side);
    let lid = head.blob(&[
        (inner, -26.0),
        (x - 14.0 * side, -54.0),
        (x + 14.0 * side, -58.0),
        (outer + 3.0 * side, -38.0),
        (x + 16.0 * side, -66.0),
        (x - 16.0 * side, -64.0),
    ]);
    canvas.fill(&lid, person.skin.mix(Colour::hex(0xa04a30), 0.22));
    let lash = head.curve(&[(inner, -25.0), (x - 14.0 * side, -50.0), (x + 14.0 * side, -54.0), (outer, -35.0)]);
    let lashes = if person.beard { 5.0 } else { 8.0 };
    canvas.stroke(&lash, head.length(lashes), Colour::hex(0x24140f));
    if !person.beard {
        for (along, up) in [(28.0, -52.0), (36.0, -44.0), (43.0, -36.0)] {
            let tip = head.curve(&[
                (x + along * side, up),
                (x + (along + 9.0) * side, up - 6.0),
                (x + (along + 16.0) * side, up - 15.0),
            ]);
            canvas.stroke(&tip, head.length(4.0), Colour::hex(0x24140f));
        }
    }
    let below = head.curve(&[(inner, -22.0), (x, -8.0), (outer, -32.0)]);
    canvas.stroke(&below, head.length(2.2), Ink::Flat(Colour::hex(0x6b3a2a), 0.5));
}

fn brow(canvas: &mut Canvas, person: &Person, head: Head, side: f32) {
    let thick = if person.beard { 17.0 } else { 10.0 };
    let arc = [(24.0, -101.0), (62.0, -113.0), (100.0, -104.0), (122.0, -82.0)];
    let upper = arc.map(|(x, y)| (x * side, y));
    let lower = [(100.0 * side, -104.0 + thick * 0.7), (62.0 * side, -112.0 + thick), (26.0 * side, -101.0 + thick)];
    let shape: Vec<_> = upper.into_iter().chain(lower).collect();
    canvas.fill(&head.blob(&shape), Ink::Flat(person.hair.darker(0.25), 0.9));
}

fn nose(canvas: &mut Canvas, person: &Person, head: Head) {
    let shade = person.skin.mix(Colour::hex(0x8a3a22), 0.55);
    canvas.soft(
        &head.blob(&[(14.0, -40.0), (24.0, 40.0), (36.0, 72.0), (4.0, 78.0), (6.0, 20.0)]),
        shade,
        0.3,
        head.length(14.0),
    );
    canvas.soft(&head.ellipse(-6.0, 44.0, 12.0, 30.0), Colour::hex(0xffffff), 0.28, head.length(16.0));
    let tip = head.curve(&[
        (-28.0, 62.0),
        (-20.0, 78.0),
        (-6.0, 76.0),
        (2.0, 82.0),
        (14.0, 76.0),
        (24.0, 78.0),
        (30.0, 62.0),
    ]);
    canvas.stroke(&tip, head.length(4.0), Ink::Flat(shade, 0.75));
}

/// An open smile.
fn mouth(canvas: &mut Canvas, person: &Person, head: Head) {
    let inside = head.blob(&[
        (-62.0, 118.0),
        (-24.0, 124.0),
        (0.0, 126.0),
        (24.0, 124.0),
        (62.0, 118.0),
        (36.0, 150.0),
        (0.0, 162.0),
        (-36.0, 150.0),
    ]);
    canvas.soft(
        &head.ellipse(0.0, 178.0, 44.0, 9.0),
        person.skin.mix(Colour::hex(0x7a2f1c), 0.6),
        0.35,
        head.length(14.0),
    );
    canvas.fill(&inside, Colour::hex(0x7b1f24));
    let teeth = head.blob(&[
        (-54.0, 121.0),
        (-20.0, 125.0),
        (0.0, 127.0),
        (20.0, 125.0),
        (54.0, 121.0),
        (28.0, 141.0),
        (0.0, 146.0),
        (-28.0, 141.0),
    ]);
    canvas.fill(&teeth, Colour::hex(0xfffaf4));
    lips(canvas, person, head);
    for side in [-1.0, 1.0] {
        let dimple = head.curve(&[(74.0 * side, 106.0), (80.0 * side, 116.0), (77.0 * side, 128.0)]);
        canvas.stroke(&dimple, head.length(3.4), Ink::Flat(person.skin.mix(Colour::hex(0x7a2f1c), 0.6), 0.5));
    }
}

fn lips(canvas: &mut Canvas, person: &Person, head: Head) {
    let lower = head.blob(&[
        (-66.0, 117.0),
        (-38.0, 146.0),
        (0.0, 157.0),
        (38.0, 146.0),
        (66.0, 117.0),
        (42.0, 164.0),
        (0.0, 179.0),
        (-42.0, 164.0),
    ]);
    let (top, bottom) = (head.spot(0.0, 105.0).1, head.spot(0.0, 180.0).1);
    canvas.fill(&lower, Ink::down(top, bottom, &[person.lips.darker(0.1), person.lips, person.lips.darker(0.18)]));
    let upper = head.blob(&[
        (-68.0, 117.0),
        (-30.0, 108.0),
        (-10.0, 103.0),
        (0.0, 107.0),
        (10.0, 103.0),
        (30.0, 108.0),
        (68.0, 117.0),
        (24.0, 124.0),
        (0.0, 126.0),
        (-24.0, 124.0),
    ]);
    canvas.fill(&upper, person.lips.darker(0.12));
    canvas.soft(&head.ellipse(-6.0, 166.0, 20.0, 4.0), Colour::hex(0xffffff), 0.5, head.length(8.0));
}

fn beard(canvas: &mut Canvas, person: &Person, head: Head) {
    let whiskers = head.blob(&[
        (-158.0, -14.0),
        (-142.0, 50.0),
        (-96.0, 92.0),
        (-44.0, 96.0),
        (0.0, 90.0),
        (44.0, 96.0),
        (96.0, 92.0),
        (142.0, 50.0),
        (158.0, -14.0),
        (156.0, 90.0),
        (120.0, 186.0),
        (54.0, 244.0),
        (0.0, 254.0),
        (-54.0, 244.0),
        (-120.0, 186.0),
        (-156.0, 90.0),
    ]);
    canvas.soft(&whiskers, person.hair, 0.9, head.length(9.0));
    for index in -11..=11 {
        let x = index as f32 * 11.0;
        let hang = 236.0 - (x / 124.0).powi(2) * 96.0;
        let strand = head.curve(&[(x * 0.9, 176.0 - (x / 124.0).powi(2) * 60.0), (x, hang - 20.0), (x * 0.96, hang)]);
        let shade = if index % 3 == 0 { person.hair.lighter(0.3) } else { person.hair.darker(0.3) };
        canvas.stroke(&strand, head.length(3.0), Ink::Flat(shade, 0.4));
    }
}
