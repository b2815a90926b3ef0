//! Scenes on paper: a comic, a watercolour, a table with instant prints.

use tiny_skia::Transform;

use super::Stage;
use super::props::{BLACK, WHITE};
use crate::media::canvas::{HEIGHT, Ink, WIDTH};
use crate::media::lettering;
use crate::media::shapes::{self, Spot};
use crate::media::style::Colour;

/// Rays, dots, a thick panel line and a shout.
pub fn comic(stage: &mut Stage) {
    let (blue, red, yellow) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(yellow);
    stage.canvas.fill(&shapes::rays(512.0, 560.0, 1200.0, 22, stage.dice.unit()), red);
    stage.canvas.fill(
        &shapes::circle(512.0, 560.0, 560.0),
        Ink::Radial((512.0, 560.0), 560.0, vec![(yellow.lighter(0.7), 1.0), (yellow, 0.9), (yellow, 0.0)]),
    );
    dots(stage, blue);
    let cut = shapes::polygon(&[
        (206.0, 200.0),
        (512.0, 120.0),
        (818.0, 200.0),
        (880.0, 600.0),
        (946.0, 900.0),
        (930.0, 1330.0),
        (94.0, 1330.0),
        (78.0, 900.0),
        (144.0, 600.0),
    ]);
    stage.canvas.stroke(&cut, 34.0, BLACK);
    stage.canvas.stroke(&cut, 22.0, WHITE);
    stage.show((0.0, 0.0, WIDTH, HEIGHT), &cut, 0.0);
    stage.canvas.stroke(&cut, 8.0, BLACK);
    burst(stage, (820.0, 190.0), 190.0, red);
    burst(stage, (160.0, 1030.0), 130.0, blue);
    let shout = if stage.caption.is_empty() { "WOW!" } else { stage.caption };
    balloon(stage, shout, yellow);
    let panel = shapes::rect(14.0, 14.0, WIDTH - 28.0, HEIGHT - 28.0);
    stage.canvas.stroke(&panel, 28.0, WHITE);
    stage.canvas.stroke(&shapes::rect(28.0, 28.0, WIDTH - 56.0, HEIGHT - 56.0), 10.0, BLACK);
}

/// Printed dots that grow towards the lower corners.
fn dots(stage: &mut Stage, blue: Colour) {
    for row in 0..34 {
        for column in 0..28 {
            let (x, y) = (column as f32 * 38.0 + (row % 2) as f32 * 19.0, row as f32 * 38.0);
            let reach = ((x - 512.0).abs() / 512.0 * 0.6 + y / HEIGHT * 0.7 - 0.55).clamp(0.0, 0.7);
            if reach > 0.05 {
                stage.canvas.fill(&shapes::circle(x, y, reach * 26.0), Ink::Flat(blue, 0.85));
            }
        }
    }
}

fn burst(stage: &mut Stage, (x, y): Spot, radius: f32, colour: Colour) {
    stage.canvas.fill(&shapes::star(x + 10.0, y + 12.0, radius, 13, 0.66), BLACK);
    stage.canvas.fill(&shapes::star(x, y, radius, 13, 0.66), WHITE);
    stage.canvas.stroke(&shapes::star(x, y, radius, 13, 0.66), 7.0, BLACK);
    stage.canvas.fill(
        &shapes::star(x, y, radius * 0.74, 13, 0.7),
        Ink::around((x, y), radius * 0.8, &[Colour::hex(0xffe44d), colour]),
    );
}

fn balloon(stage: &mut Stage, text: &str, yellow: Colour) {
    let size = lettering::fitting(text, 130.0, 640.0);
    let half = lettering::width(text, size) / 2.0 + 90.0;
    let (x, y) = (512.0, 1130.0);
    let mut edge = Vec::new();
    for step in 0..36 {
        let (sine, cosine) = (step as f32 / 36.0 * std::f32::consts::TAU).sin_cos();
        let reach = if step % 2 == 0 { 1.12 } else { 0.92 };
        edge.push((x + half * reach * cosine, y + 112.0 * reach * sine));
    }
    let shape = shapes::polygon(&edge);
    stage.canvas.fill_turned(&shape, BLACK, Transform::from_translate(10.0, 12.0));
    stage.canvas.fill(&shape, WHITE);
    stage.canvas.stroke(&shape, 8.0, BLACK);
    let words = lettering::centred(text, x, y + size * 0.365, size);
    let tilt = Transform::from_rotate_at(-4.0, x, y);
    let words = words.clone().transform(tilt).unwrap_or(words);
    stage.canvas.stroke(&words, 16.0, BLACK);
    stage.canvas.fill(&words, Ink::down(y - 60.0, y + 60.0, &[yellow.lighter(0.3), stage.tone(0.5)]));
}

/// The photo as a blot of paint on rough paper, with washes and splashes around.
pub fn watercolor(stage: &mut Stage) {
    let (blue, pink, paper) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0).lighter(0.55));
    stage.canvas.wash(paper);
    let tints = [blue, pink, blue.mix(pink, 0.5), Colour::hex(0xf4c95d), Colour::hex(0x7cc6a4)];
    for _ in 0..30 {
        let angle = stage.dice.between(0.0, std::f32::consts::TAU);
        let (x, y) = (512.0 + 370.0 * angle.cos(), 620.0 + 470.0 * angle.sin());
        let radius = stage.dice.between(70.0, 170.0);
        let colour = stage.dice.pick(&tints);
        let wash = blot(stage, (x, y), radius, radius, 0.25);
        stage.canvas.soft(&wash, colour, 0.34, 16.0);
        stage.canvas.stroke(&wash, 3.0, Ink::Flat(colour, 0.16));
    }
    let shape = blot(stage, (512.0, 620.0), 392.0, 500.0, 0.1);
    stage.show((0.0, 0.0, WIDTH, HEIGHT), &shape, 26.0);
    for ring in 0..5 {
        let edge = blot(stage, (512.0, 620.0), 404.0 + ring as f32 * 12.0, 512.0 + ring as f32 * 12.0, 0.12);
        let colour = stage.dice.pick(&tints);
        stage.canvas.stroke(&edge, 12.0, Ink::Flat(colour, 0.14));
        stage.canvas.stroke(&edge, 3.0, Ink::Flat(colour.darker(0.2), 0.2));
    }
    for _ in 0..120 {
        let angle = stage.dice.between(0.0, std::f32::consts::TAU);
        let reach = stage.dice.between(0.98, 1.5);
        let spot = (512.0 + 400.0 * reach * angle.cos(), 620.0 + 510.0 * reach * angle.sin());
        let radius = 2.0 + stage.dice.unit().powi(4) * 26.0;
        let colour = stage.dice.pick(&tints);
        let splash = blot(stage, spot, radius, radius, 0.12);
        stage.canvas.fill(&splash, Ink::Flat(colour, 0.5));
        stage.canvas.stroke(&splash, 1.6, Ink::Flat(colour.darker(0.3), 0.5));
    }
    texture(stage, paper);
}

/// A round shape with a wandering edge.
fn blot(stage: &mut Stage, (x, y): Spot, across: f32, down: f32, wander: f32) -> tiny_skia::Path {
    let edge: Vec<_> = (0..14)
        .map(|step| {
            let (sine, cosine) = (step as f32 / 14.0 * std::f32::consts::TAU).sin_cos();
            let reach = 1.0 + stage.dice.between(-wander, wander);
            (x + across * reach * cosine, y + down * reach * sine)
        })
        .collect();
    shapes::blob(&edge)
}

/// The paper's tooth.
fn texture(stage: &mut Stage, paper: Colour) {
    for _ in 0..900 {
        let (x, y) = stage.anywhere(0.0, 0.0, WIDTH, HEIGHT);
        let colour = stage.dice.pick(&[paper.darker(0.5), WHITE]);
        stage.canvas.fill(&shapes::rect(x, y, 5.0, 2.0), Ink::Flat(colour, 0.09));
    }
}

/// Instant prints spread over a wooden table, with tape, petals and a cup.
pub fn polaroid(stage: &mut Stage) {
    let (dark, wood, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    for plank in 0..6 {
        let y = plank as f32 * 214.0;
        let shade = wood.mix(dark, stage.dice.between(0.05, 0.3));
        stage.canvas.fill(
            &shapes::rect(0.0, y, WIDTH, 210.0),
            Ink::down(y, y + 210.0, &[shade.lighter(0.15), shade, shade.darker(0.2)]),
        );
        for _ in 0..7 {
            let (x, at) = stage.anywhere(-100.0, y + 20.0, WIDTH, y + 190.0);
            stage.canvas.stroke(
                &shapes::curve(&[(x, at), (x + 120.0, at + 6.0), (x + 330.0, at - 5.0)]),
                3.0,
                Ink::Flat(dark, 0.2),
            );
        }
        stage.canvas.fill(&shapes::rect(0.0, y + 208.0, WIDTH, 6.0), dark.darker(0.4));
    }
    cup(stage, (70.0, 1180.0));
    let extras = stage.photos().max(3);
    print(stage, 1, (260.0, 330.0), 0.6, -14.0, "");
    print(stage, 2, (786.0, 310.0), 0.6, 11.0, "");
    if extras > 3 {
        print(stage, 3, (840.0, 1010.0), 0.55, 16.0, "");
    }
    let caption = stage.caption;
    print(stage, 0, (500.0, 720.0), 1.0, -3.0, caption);
    let tape = shapes::moved(&shapes::rect(-90.0, -26.0, 180.0, 52.0), -8.0, 500.0, 286.0);
    stage.canvas.fill(&tape, Ink::Flat(light.mix(Colour::hex(0xffd98a), 0.5), 0.72));
    for _ in 0..16 {
        let (x, y) = stage.anywhere(0.0, 0.0, WIDTH, HEIGHT);
        if (x - 500.0).abs() > 330.0 || (y - 720.0).abs() > 400.0 {
            petal(stage, (x, y));
        }
    }
    stage.canvas.glow((980.0, 40.0), 700.0, Colour::hex(0xfff0c9), 0.4);
    stage.canvas.vignette(0.35);
}

fn print(stage: &mut Stage, index: usize, (x, y): Spot, size: f32, turn: f32, caption: &str) {
    let (width, height) = (640.0 * size, 790.0 * size);
    let card = shapes::rounded(-width / 2.0, -height / 2.0, width, height, 8.0);
    stage.canvas.soft(&shapes::moved(&card, turn, x + 8.0, y + 20.0), BLACK, 0.55, 44.0);
    stage.canvas.fill(&shapes::moved(&card, turn, x, y), Colour::hex(0xfbf9f3));
    let (inner_width, inner_height) = (width - 64.0 * size, height - 176.0 * size);
    let lift = -height / 2.0 + 32.0 * size + inner_height / 2.0;
    let place = Transform::from_translate(0.0, lift).post_concat(Transform::from_rotate(turn)).post_translate(x, y);
    stage.show_print(index, (inner_width, inner_height), place);
    if !caption.is_empty() {
        let letters = lettering::fitting(caption, 62.0, width - 90.0);
        let words = lettering::centred(caption, 0.0, height / 2.0 - 50.0, letters);
        stage.canvas.fill(&shapes::moved(&words, turn, x, y), stage.tone(0.0));
    }
}

fn cup(stage: &mut Stage, (x, y): Spot) {
    stage.canvas.soft(&shapes::circle(x + 12.0, y + 22.0, 180.0), BLACK, 0.5, 40.0);
    for (radius, colour) in
        [(180.0, 0xe9e4da), (164.0, 0xfbf8f2), (112.0, 0xdcd5c8), (102.0, 0xffffff), (92.0, 0x6b3f22), (70.0, 0x8a5530)]
    {
        stage.canvas.fill(&shapes::circle(x, y, radius), Colour::hex(colour));
    }
    stage.canvas.soft(
        &shapes::blob(&[(x, y - 40.0), (x + 34.0, y - 4.0), (x, y + 44.0), (x - 34.0, y - 4.0)]),
        Colour::hex(0xf3dfc0),
        0.9,
        10.0,
    );
}

fn petal(stage: &mut Stage, (x, y): Spot) {
    let shape = shapes::blob(&[(-26.0, 0.0), (0.0, -14.0), (26.0, 0.0), (0.0, 12.0)]);
    let turn = stage.dice.between(0.0, 360.0);
    stage.canvas.soft(&shapes::moved(&shape, turn, x + 4.0, y + 8.0), BLACK, 0.4, 8.0);
    stage.canvas.fill(
        &shapes::moved(&shape, turn, x, y),
        stage.dice.pick(&[Colour::hex(0xf7b7c5), Colour::hex(0xf28aa5), Colour::hex(0xfde3e8)]),
    );
}
