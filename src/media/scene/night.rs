//! Scenes that shine in the dark: a neon horizon, a city, space.

use super::Stage;
use super::props::{self, BLACK};
use crate::media::canvas::{HEIGHT, Ink, WIDTH};
use crate::media::shapes;
use crate::media::style::Colour;

/// A striped sun behind the person, a shining grid before them, tubes around.
pub fn neon(stage: &mut Stage) {
    let (dark, pink, blue) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, 1000.0, &[dark.darker(0.5), dark, dark.mix(pink, 0.55)]));
    props::stars(stage, 110, 620.0);
    let sun = shapes::circle(512.0, 430.0, 400.0);
    stage.canvas.glow((512.0, 430.0), 640.0, pink, 0.55);
    stage.canvas.fill(&sun, Ink::down(40.0, 830.0, &[Colour::hex(0xffe66b), pink.lighter(0.15), pink]));
    for band in 0..7 {
        let y = 430.0 + band as f32 * 56.0;
        stage.canvas.fill(&shapes::rect(90.0, y, 844.0, 8.0 + band as f32 * 4.5), dark);
    }
    stage.show_bust(0.42);
    grid(stage, blue);
    let frame = shapes::polygon(&[(512.0, 44.0), (968.0, 330.0), (968.0, 1000.0), (56.0, 1000.0), (56.0, 330.0)]);
    stage.canvas.tube(&frame, 9.0, pink);
    stage.canvas.tube(&shapes::polygon(&[(120.0, 250.0), (30.0, 120.0), (210.0, 96.0)]), 6.0, blue);
    stage.canvas.tube(&shapes::polygon(&[(904.0, 250.0), (994.0, 120.0), (814.0, 96.0)]), 6.0, blue);
    stage.canvas.vignette(0.35);
}

/// The floor of lines that run to the horizon.
fn grid(stage: &mut Stage, colour: Colour) {
    let horizon = 1010.0;
    let dark = stage.tone(0.0).darker(0.45);
    let floor = shapes::rect(0.0, horizon, WIDTH, HEIGHT - horizon);
    stage.canvas.fill(&floor, Ink::Linear((0.0, horizon), (0.0, HEIGHT), vec![(dark, 0.55), (dark, 0.96)]));
    for step in -9..=9 {
        let x = step as f32;
        let lane = shapes::line((512.0 + x * 62.0, horizon), (512.0 + x * 210.0, HEIGHT));
        stage.canvas.stroke(&lane, 7.0, Ink::Flat(colour, 0.22));
        stage.canvas.stroke(&lane, 2.6, colour.lighter(0.25));
    }
    for step in 0..7 {
        let y = horizon + 270.0 * (step as f32 / 6.6).powf(1.9);
        let across = shapes::line((0.0, y), (WIDTH, y));
        stage.canvas.stroke(&across, 8.0, Ink::Flat(colour, 0.22));
        stage.canvas.stroke(&across, 2.6, colour.lighter(0.25));
    }
    stage.canvas.glow((512.0, horizon), 520.0, colour, 0.3);
}

/// Towers with lit windows behind, wet street lights before.
pub fn city(stage: &mut Stage) {
    let (dark, blue, lamp) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, 1150.0, &[dark.darker(0.35), dark.mix(blue, 0.5), blue.mix(lamp, 0.45)]));
    props::stars(stage, 50, 360.0);
    stage.canvas.fill(&shapes::circle(820.0, 150.0, 62.0), lamp.lighter(0.7));
    stage.canvas.glow((820.0, 150.0), 260.0, lamp, 0.5);
    towers(stage, 520.0, blue.mix(dark, 0.35), 0.35);
    towers(stage, 330.0, dark.mix(blue, 0.25), 0.8);
    stage.show_bust(0.16);
    towers_before(stage);
    let lights = [lamp, lamp.mix(Colour::hex(0xff5a5a), 0.6), blue.lighter(0.5), Colour::hex(0xff9ad5)];
    props::bokeh(stage, 34, &lights);
    stage.canvas.vignette(0.45);
}

fn towers(stage: &mut Stage, height: f32, colour: Colour, lit: f32) {
    let lamp = stage.tone(1.0).lighter(0.25);
    let mut x = -30.0;
    while x < WIDTH {
        let width = stage.dice.between(84.0, 150.0);
        // Lower in the middle, where the person stands.
        let rim = ((x + width / 2.0 - 512.0).abs() / 512.0).powf(0.8);
        let top = 900.0 - height * (0.45 + rim) * stage.dice.between(0.75, 1.15);
        let wall = Ink::across(x, x + width, &[colour.lighter(0.1), colour, colour.darker(0.3)]);
        stage.canvas.fill(&shapes::rect(x, top, width, HEIGHT - top), wall);
        if stage.dice.unit() > 0.6 {
            stage.canvas.fill(&shapes::rect(x + width * 0.5 - 3.0, top - 70.0, 6.0, 70.0), colour);
            stage.canvas.glow((x + width * 0.5, top - 70.0), 26.0, Colour::hex(0xff4040), 0.9);
        }
        windows(stage, (x, top, width), lamp, lit);
        x += width + stage.dice.between(-8.0, 14.0);
    }
}

fn windows(stage: &mut Stage, (x, top, width): (f32, f32, f32), lamp: Colour, lit: f32) {
    let columns = (width / 24.0) as usize;
    for row in 0..((1010.0 - top) / 34.0) as usize {
        for column in 0..columns {
            if stage.dice.unit() < 0.45 * lit + 0.1 {
                let (left, upper) = (x + 10.0 + column as f32 * 24.0, top + 16.0 + row as f32 * 34.0);
                let alpha = stage.dice.between(0.35, 1.0) * lit;
                stage.canvas.fill(&shapes::rect(left, upper, 11.0, 17.0), Ink::Flat(lamp, alpha));
            }
        }
    }
}

/// Dark house corners and a street's glow frame the person from below.
fn towers_before(stage: &mut Stage) {
    let (dark, lamp) = (stage.tone(0.0).darker(0.4), stage.tone(1.0));
    let street = shapes::rect(-200.0, 1130.0, WIDTH + 400.0, 400.0);
    stage.canvas.soft(&street, dark, 0.75, 130.0);
    for index in 0..9 {
        let x = 60.0 + index as f32 * 113.0;
        let colour = if index % 3 == 0 { Colour::hex(0xff5566) } else { lamp };
        stage.canvas.glow((x, 1200.0), 70.0, colour, 0.7);
        stage.canvas.soft(&shapes::rect(x - 5.0, 1205.0, 10.0, 120.0), colour, 0.5, 22.0);
    }
}

/// Nebulae, a ringed planet and a moon around a person among the stars.
pub fn space(stage: &mut Stage) {
    let (dark, violet, rose) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, HEIGHT, &[dark.darker(0.4), dark, dark.mix(violet, 0.4)]));
    for _ in 0..22 {
        let spot = stage.anywhere(-50.0, 0.0, WIDTH, HEIGHT);
        let colour = stage.dice.pick(&[violet, rose, violet.mix(Colour::hex(0x1fc8ff), 0.6)]);
        let radius = stage.dice.between(140.0, 360.0);
        stage.canvas.glow(spot, radius, colour, 0.26);
    }
    props::stars(stage, 240, HEIGHT);
    stage.show_bust(0.28);
    stage.canvas.glow((512.0, 1330.0), 620.0, violet, 0.8);
    planet(stage, (892.0, 168.0), 104.0, rose, true);
    planet(stage, (130.0, 830.0), 74.0, violet.lighter(0.3), false);
    let ground = shapes::ellipse(512.0, 1780.0, 1100.0, 620.0);
    stage.canvas.fill(&ground, Ink::down(1160.0, 1290.0, &[violet.lighter(0.35), dark.mix(violet, 0.4), dark]));
    for (x, y, radius) in [(170.0, 1248.0, 46.0), (420.0, 1215.0, 30.0), (700.0, 1240.0, 58.0), (900.0, 1262.0, 34.0)] {
        stage.canvas.fill(&shapes::ellipse(x, y, radius, radius * 0.3), dark.mix(violet, 0.25));
        stage.canvas.stroke(&shapes::ellipse(x, y + 3.0, radius, radius * 0.3), 3.0, Ink::Flat(rose, 0.5));
    }
    comet(stage);
    stage.canvas.vignette(0.4);
}

fn planet(stage: &mut Stage, (x, y): (f32, f32), radius: f32, colour: Colour, ringed: bool) {
    stage.canvas.glow((x, y), radius * 2.1, colour, 0.35);
    let light = (x - radius * 0.4, y - radius * 0.45);
    let globe = shapes::circle(x, y, radius);
    stage.canvas.fill(&globe, Ink::around(light, radius * 1.55, &[colour.lighter(0.5), colour, colour.darker(0.85)]));
    for band in 0..4 {
        let shift = (band as f32 - 1.5) * radius * 0.36;
        let reach = (radius * radius - shift * shift).max(0.0).sqrt() * 0.96;
        let stripe = shapes::ellipse(x, y + shift, reach, radius * 0.05);
        stage.canvas.fill(&stripe, Ink::Flat(colour.darker(0.5), 0.3));
    }
    if ringed {
        for (reach, width, alpha) in [(1.75, 0.1, 0.85), (1.55, 0.05, 0.6), (1.95, 0.04, 0.5)] {
            let half: Vec<_> = (0..=24)
                .map(|step| {
                    let angle = (-20.0 + step as f32 * 220.0 / 24.0_f32).to_radians();
                    let (across, down) = (reach * radius * angle.cos(), reach * radius * 0.26 * angle.sin());
                    (x + across + down * 0.45, y + down - across * 0.3)
                })
                .collect();
            stage.canvas.stroke(&shapes::curve(&half), radius * width, Ink::Flat(colour.lighter(0.55), alpha));
        }
    }
}

fn comet(stage: &mut Stage) {
    let tail = shapes::polygon(&[(150.0, 190.0), (430.0, 70.0), (156.0, 204.0)]);
    stage.canvas.soft(&tail, stage.tone(1.0).lighter(0.6), 0.9, 8.0);
    stage.canvas.glow((152.0, 197.0), 60.0, stage.tone(1.0).lighter(0.5), 1.0);
    stage.canvas.fill(&shapes::circle(152.0, 197.0, 7.0), BLACK.lighter(1.0));
}
