//! What surrounds the finished picture, and the words on it.

use super::canvas::{Canvas, HEIGHT, Ink, WIDTH};
use super::style::{Colour, Frame, Style};
use super::{lettering, shapes};

const WHITE: Colour = Colour::hex(0xffffff);
const GOLD: [Colour; 5] =
    [Colour::hex(0x7a5216), Colour::hex(0xf7e08c), Colour::hex(0xb8862b), Colour::hex(0xfff3b8), Colour::hex(0x8a5f1c)];

/// Draws the style's frame over the rim.
pub(super) fn draw(canvas: &mut Canvas, style: &Style, palette: Vec<Colour>) {
    match style.frame {
        Frame::None => {}
        Frame::Polaroid => polaroid(canvas),
        Frame::Film => film(canvas),
        Frame::Gold => gold(canvas),
        Frame::Ornament => ornament(canvas, &palette),
        Frame::Rounded => rounded(canvas, &palette),
    }
}

/// The four bars around an opening.
fn rim(canvas: &mut Canvas, sides: f32, top: f32, bottom: f32, ink: impl Fn() -> Ink) {
    canvas.fill(&shapes::rect(0.0, 0.0, WIDTH, top), ink());
    canvas.fill(&shapes::rect(0.0, HEIGHT - bottom, WIDTH, bottom), ink());
    canvas.fill(&shapes::rect(0.0, 0.0, sides, HEIGHT), ink());
    canvas.fill(&shapes::rect(WIDTH - sides, 0.0, sides, HEIGHT), ink());
}

fn polaroid(canvas: &mut Canvas) {
    rim(canvas, 44.0, 44.0, 164.0, || Colour::hex(0xfaf7f0).into());
    let opening = shapes::rect(44.0, 44.0, WIDTH - 88.0, HEIGHT - 208.0);
    canvas.stroke(&opening, 3.0, Ink::Flat(Colour::hex(0), 0.18));
}

fn film(canvas: &mut Canvas) {
    rim(canvas, 92.0, 26.0, 26.0, || Colour::hex(0x0b0a09).into());
    for index in 0..16 {
        let y = 18.0 + index as f32 * 80.0;
        for x in [22.0, WIDTH - 70.0] {
            canvas.fill(&shapes::rounded(x, y, 48.0, 44.0, 10.0), Colour::hex(0xece5d4));
        }
    }
}

fn gold(canvas: &mut Canvas) {
    let across = || Ink::Linear((0.0, 0.0), (WIDTH, HEIGHT), GOLD.map(|colour| (colour, 1.0)).to_vec());
    rim(canvas, 58.0, 58.0, 58.0, across);
    let mut line = |inset: f32, width: f32, colour: Colour, alpha: f32| {
        let outline = shapes::rect(inset, inset, WIDTH - inset * 2.0, HEIGHT - inset * 2.0);
        canvas.stroke(&outline, width, Ink::Flat(colour, alpha));
    };
    line(3.0, 6.0, GOLD[0].darker(0.4), 0.8);
    line(20.0, 5.0, GOLD[3], 0.8);
    line(30.0, 8.0, GOLD[0], 0.55);
    line(50.0, 5.0, GOLD[3], 0.9);
    line(59.0, 6.0, GOLD[0].darker(0.6), 0.8);
    for (x, y) in [(42.0, 42.0), (WIDTH - 42.0, 42.0), (42.0, HEIGHT - 42.0), (WIDTH - 42.0, HEIGHT - 42.0)] {
        canvas.fill(
            &shapes::star(x, y, 58.0, 8, 0.62),
            Ink::around((x - 14.0, y - 16.0), 70.0, &[GOLD[3], GOLD[2], GOLD[0]]),
        );
        canvas.fill(&shapes::circle(x, y, 20.0), Ink::around((x - 6.0, y - 7.0), 26.0, &[GOLD[3], GOLD[0]]));
    }
}

/// A fine double line with curls in the corners.
fn ornament(canvas: &mut Canvas, palette: &[Colour]) {
    let light = palette.last().copied().unwrap_or(WHITE).lighter(0.35);
    for (inset, width) in [(30.0, 4.0), (42.0, 2.0)] {
        let outline = shapes::rect(inset, inset, WIDTH - inset * 2.0, HEIGHT - inset * 2.0);
        canvas.stroke(&outline, width, light);
    }
    for (x, y, right, down) in
        [(30.0, 30.0, 1.0, 1.0), (994.0, 30.0, -1.0, 1.0), (30.0, 1250.0, 1.0, -1.0), (994.0, 1250.0, -1.0, -1.0)]
    {
        let at = |across: f32, along: f32| (x + across * right, y + along * down);
        for turned in [false, true] {
            let at = |across, along| if turned { at(along, across) } else { at(across, along) };
            let curl =
                [at(12.0, 12.0), at(70.0, 24.0), at(124.0, 62.0), at(112.0, 98.0), at(84.0, 86.0), at(96.0, 66.0)];
            canvas.stroke(&shapes::curve(&curl), 5.0, light);
            let (leaf_x, leaf_y) = at(150.0, 24.0);
            canvas.fill(&shapes::circle(leaf_x, leaf_y, 7.0), light);
        }
        let (star_x, star_y) = at(34.0, 34.0);
        canvas.fill(&shapes::star(star_x, star_y, 20.0, 4, 0.35), light);
    }
}

/// A coloured mat with a round-cornered opening.
fn rounded(canvas: &mut Canvas, palette: &[Colour]) {
    let mat = palette.last().copied().unwrap_or(WHITE).lighter(0.55);
    let opening = shapes::rounded(34.0, 34.0, WIDTH - 68.0, HEIGHT - 68.0, 74.0);
    let around = shapes::path(|builder| {
        // Wound the other way, the sheet's rim and the opening leave a ring.
        builder.move_to(0.0, 0.0);
        builder.line_to(0.0, HEIGHT);
        builder.line_to(WIDTH, HEIGHT);
        builder.line_to(WIDTH, 0.0);
        builder.close();
        builder.push_path(&opening);
    });
    canvas.fill(&around, mat);
    canvas.stroke(&opening, 4.0, Ink::Flat(mat.darker(0.35), 0.6));
}

/// Writes the style's caption where its frame leaves room.
pub(super) fn caption(canvas: &mut Canvas, style: &Style, palette: Vec<Colour>) {
    let text = style.caption.trim();
    if text.is_empty() {
        return;
    }
    let dark = palette.first().copied().unwrap_or(Colour::hex(0)).darker(0.5);
    let light = palette.last().copied().unwrap_or(WHITE).lighter(0.5);
    let size = lettering::fitting(text, 78.0, WIDTH - 240.0);
    if style.frame == Frame::Polaroid {
        let words = lettering::centred(text, WIDTH / 2.0, HEIGHT - 82.0 + size * 0.36, size);
        canvas.fill(&words, dark.lighter(0.1));
        return;
    }
    let foot = if matches!(style.frame, Frame::None) { HEIGHT - 84.0 } else { HEIGHT - 112.0 };
    let words = lettering::centred(text, WIDTH / 2.0, foot, size);
    canvas.soft(&shapes::ellipse(WIDTH / 2.0, foot - size * 0.3, WIDTH * 0.52, size * 1.5), dark, 0.55, 90.0);
    canvas.soft(&words, Colour::hex(0), 0.75, 12.0);
    canvas.fill(&words, Ink::down(foot - size * 0.75, foot, &[WHITE, light]));
}
