//! Out-of-focus backgrounds of the sample photos.

use crate::media::canvas::{Canvas, HEIGHT, Ink, WIDTH};
use crate::media::dice::Dice;
use crate::media::shapes;
use crate::media::style::Colour;

/// Soft discs of light over a region.
fn lights(canvas: &mut Canvas, dice: &mut Dice, count: usize, bottom: f32, colours: &[Colour]) {
    for _ in 0..count {
        let (x, y) = (dice.between(0.0, WIDTH), dice.between(0.0, bottom));
        let disc = shapes::circle(x, y, dice.between(18.0, 66.0));
        let alpha = dice.between(0.12, 0.4);
        canvas.fill(&disc, Ink::Flat(dice.pick(colours), alpha));
    }
}

/// Summer trees with the sun behind them.
pub(super) fn park(canvas: &mut Canvas) {
    let mut dice = Dice::new(7);
    canvas.wash(Ink::down(0.0, HEIGHT, &[Colour::hex(0xbfe3f2), Colour::hex(0xd8e8a8), Colour::hex(0x6d9a4a)]));
    for _ in 0..26 {
        let tree =
            shapes::circle(dice.between(-60.0, WIDTH + 60.0), dice.between(160.0, 760.0), dice.between(70.0, 190.0));
        let colour =
            dice.pick(&[Colour::hex(0x5f9e4f), Colour::hex(0x86b85a), Colour::hex(0x3f7d4a), Colour::hex(0xb6cf6b)]);
        canvas.soft(&tree, colour, 0.6, 70.0);
    }
    lights(canvas, &mut dice, 46, 900.0, &[Colour::hex(0xfff6c9), Colour::hex(0xe9f7b0), Colour::hex(0xffffff)]);
    canvas.glow((830.0, 150.0), 520.0, Colour::hex(0xfff0b8), 0.8);
}

/// A street in the evening.
pub(super) fn street(canvas: &mut Canvas) {
    let mut dice = Dice::new(11);
    canvas.wash(Ink::down(0.0, HEIGHT, &[Colour::hex(0x7f9cc0), Colour::hex(0xe3b79a), Colour::hex(0x5b5566)]));
    for index in 0..7 {
        let x = index as f32 * 160.0 - 40.0;
        let top = dice.between(60.0, 380.0);
        let colour = dice.pick(&[Colour::hex(0x8a6f73), Colour::hex(0x5e6a86), Colour::hex(0xb08d80)]);
        canvas.soft(&shapes::rect(x, top, 150.0, 1100.0), colour, 0.85, 34.0);
        for row in 0..6 {
            let window = shapes::rect(x + 34.0 + (row % 2) as f32 * 50.0, top + 60.0 + row as f32 * 92.0, 34.0, 48.0);
            canvas.soft(&window, Colour::hex(0xffd894), 0.75, 18.0);
        }
    }
    lights(canvas, &mut dice, 38, 900.0, &[Colour::hex(0xffd27a), Colour::hex(0xff9d6b), Colour::hex(0xcfe3ff)]);
}

/// A sunny shore.
pub(super) fn seaside(canvas: &mut Canvas) {
    let mut dice = Dice::new(5);
    canvas.wash(Ink::down(0.0, 640.0, &[Colour::hex(0x6cb8e6), Colour::hex(0xcdeaf5)]));
    for (x, y, size) in [(170.0, 150.0, 80.0), (330.0, 110.0, 60.0), (860.0, 190.0, 90.0), (250.0, 170.0, 70.0)] {
        canvas.soft(&shapes::ellipse(x, y, size * 1.7, size * 0.5), Colour::hex(0xffffff), 0.9, 40.0);
    }
    let sea = Ink::down(560.0, 900.0, &[Colour::hex(0x3b9fc4), Colour::hex(0x6fd0d6)]);
    canvas.fill(&shapes::rect(0.0, 560.0, WIDTH, 360.0), sea);
    for _ in 0..50 {
        let wave = shapes::ellipse(dice.between(0.0, WIDTH), dice.between(575.0, 890.0), dice.between(20.0, 80.0), 3.5);
        canvas.fill(&wave, Ink::Flat(Colour::hex(0xffffff), 0.45));
    }
    let sand = Ink::down(880.0, HEIGHT, &[Colour::hex(0xf6e3b4), Colour::hex(0xd9b377)]);
    canvas.soft(&shapes::ellipse(512.0, 1200.0, 1000.0, 320.0), Colour::hex(0xf2dca8), 1.0, 20.0);
    canvas.fill(&shapes::rect(0.0, 1100.0, WIDTH, 200.0), sand);
}
