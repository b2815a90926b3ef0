//! Things that several scenes have.

use std::f32::consts::TAU;

use super::Stage;
use crate::media::canvas::{Canvas, HEIGHT, Ink, WIDTH};
use crate::media::shapes::{self, Spot};
use crate::media::style::Colour;

pub const WHITE: Colour = Colour::hex(0xffffff);
pub const BLACK: Colour = Colour::hex(0x000000);

/// Points of light over a region, small and many.
pub fn stars(stage: &mut Stage, count: usize, bottom: f32) {
    for _ in 0..count {
        let (x, y) = stage.anywhere(0.0, 0.0, WIDTH, bottom);
        let size = 1.0 + stage.dice.unit().powi(4) * 4.0;
        let colour = stage.tone(1.0).lighter(0.6);
        stage.canvas.fill(&shapes::circle(x, y, size), Ink::Flat(colour, stage.dice.between(0.4, 1.0)));
        if size > 2.6 {
            stage.canvas.glow((x, y), size * 9.0, colour, 0.5);
            stage.canvas.fill(&shapes::star(x, y, size * 4.5, 4, 0.1), colour);
        }
    }
}

/// Lights out of focus, around the rim rather than over the face.
pub fn bokeh(stage: &mut Stage, count: usize, colours: &[Colour]) {
    for _ in 0..count {
        let angle = stage.dice.unit() * TAU;
        let reach = stage.dice.between(0.72, 1.1);
        let (x, y) = (WIDTH * (0.5 + 0.5 * reach * angle.cos()), HEIGHT * (0.5 + 0.5 * reach * angle.sin()));
        let radius = stage.dice.between(16.0, 62.0);
        let colour = stage.dice.pick(colours);
        let disc = shapes::circle(x, y, radius);
        stage.canvas.fill(&disc, Ink::Flat(colour, stage.dice.between(0.14, 0.34)));
        stage.canvas.stroke(&disc, 2.5, Ink::Flat(colour.lighter(0.4), 0.35));
        stage.canvas.glow((x, y), radius * 1.7, colour, 0.25);
    }
}

/// Small lights on a sagging wire between the `ends`.
pub fn garland(stage: &mut Stage, ends: (Spot, Spot), sag: f32, colours: &[Colour]) {
    let ((left, start), (right, end)) = ends;
    let at =
        |share: f32| (left + (right - left) * share, start + (end - start) * share + sag * 4.0 * share * (1.0 - share));
    let wire: Vec<_> = (0..=12).map(|step| at(step as f32 / 12.0)).collect();
    stage.canvas.stroke(&shapes::curve(&wire), 4.0, Colour::hex(0x1e2a22));
    let bulbs = ((right - left).abs() / 74.0) as usize;
    for index in 0..bulbs {
        let (x, y) = at((index as f32 + 0.5) / bulbs as f32);
        let colour = colours[index % colours.len()];
        stage.canvas.glow((x, y + 16.0), 74.0, colour, 0.75);
        stage.canvas.fill(&shapes::rect(x - 5.0, y - 4.0, 10.0, 10.0), Colour::hex(0x2b2b2b));
        let bulb = Ink::around((x - 3.0, y + 14.0), 18.0, &[WHITE, colour.lighter(0.35), colour]);
        stage.canvas.fill(&shapes::ellipse(x, y + 18.0, 10.0, 15.0), bulb);
    }
}

/// A fir of several layers, its foot at `foot`.
pub fn fir(canvas: &mut Canvas, (x, foot): Spot, height: f32, colour: Colour, snow: f32) {
    let half = height * 0.27;
    canvas
        .fill(&shapes::rect(x - height * 0.025, foot - height * 0.1, height * 0.05, height * 0.1), colour.darker(0.5));
    for layer in 0..5 {
        let share = layer as f32 / 5.0;
        let bottom = foot - height * 0.07 - height * 0.155 * layer as f32;
        let top = bottom - height * 0.34 * (1.0 - share * 0.25);
        let reach = half * (1.0 - share * 0.82);
        let skirt = |lift: f32, reach: f32| {
            shapes::polygon(&[
                (x, top),
                (x + reach, bottom - lift),
                (x + reach * 0.62, bottom - reach * 0.1 - lift),
                (x + reach * 0.3, bottom + reach * 0.07 - lift),
                (x, bottom - reach * 0.07 - lift),
                (x - reach * 0.34, bottom + reach * 0.08 - lift),
                (x - reach * 0.64, bottom - reach * 0.09 - lift),
                (x - reach, bottom - lift),
            ])
        };
        let shades = [colour.lighter(0.12 + share * 0.1), colour, colour.darker(0.3)];
        canvas.fill(&skirt(0.0, reach), Ink::across(x - reach, x + reach, &shades));
        if snow > 0.0 {
            let cap = shapes::polygon(&[
                (x, top),
                (x + reach * 0.5, top + (bottom - top) * 0.5),
                (x + reach * 0.2, top + (bottom - top) * 0.42),
                (x - reach * 0.1, top + (bottom - top) * 0.55),
                (x - reach * 0.32, top + (bottom - top) * 0.44),
                (x - reach * 0.52, top + (bottom - top) * 0.56),
            ]);
            canvas.fill(&cap, Ink::Flat(WHITE, snow));
        }
    }
}

/// Falling snow: small and sharp far away, large and soft near; fewer before the face.
pub fn snowfall(stage: &mut Stage, count: usize) {
    for index in 0..count {
        let (x, y) = stage.anywhere(0.0, 0.0, WIDTH, HEIGHT);
        let near_face = (x - 512.0).abs() < 230.0 && (y - 480.0).abs() < 300.0;
        let radius = if near_face { stage.dice.between(1.5, 4.0) } else { stage.dice.between(2.0, 9.0) };
        let alpha = stage.dice.between(0.5, 0.95);
        if index % 9 == 0 && !near_face {
            stage.canvas.glow((x, y), radius * 5.0, WHITE, 0.8);
        } else {
            stage.canvas.fill(&shapes::circle(x, y, radius), Ink::Flat(WHITE, alpha));
        }
    }
}
