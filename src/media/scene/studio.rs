//! Scenes lit on purpose: a photo studio, a film poster.

use super::Stage;
use super::props::{self, BLACK, WHITE};
use crate::media::canvas::{HEIGHT, Ink, WIDTH};
use crate::media::lettering;
use crate::media::shapes;
use crate::media::style::Colour;

/// A painted backdrop with soft boxes at both sides.
pub fn studio(stage: &mut Stage) {
    let (dark, middle, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::around((512.0, 480.0), 900.0, &[light, middle, dark]));
    for _ in 0..40 {
        let (x, y) = stage.anywhere(-80.0, -80.0, WIDTH, HEIGHT);
        let cloud = shapes::ellipse(x, y, stage.dice.between(60.0, 190.0), stage.dice.between(40.0, 120.0));
        let colour = stage.dice.pick(&[light, middle, dark.mix(middle, 0.5)]);
        stage.canvas.soft(&cloud, colour, 0.2, 80.0);
    }
    stage.canvas.glow((512.0, 430.0), 560.0, light, 0.5);
    stage.show_bust(0.08);
    for (x, colour) in [(-40.0, light), (1064.0, middle.lighter(0.4))] {
        let beam = shapes::polygon(&[(x, 130.0), (x, 520.0), (512.0, 1100.0), (512.0, 60.0)]);
        stage.canvas.soft(&beam, colour, 0.13, 150.0);
    }
    soft_box(stage, 1.0, light);
    soft_box(stage, -1.0, light);
    let floor = shapes::rect(-200.0, 1200.0, WIDTH + 400.0, 300.0);
    stage.canvas.soft(&floor, dark, 0.55, 120.0);
    props::bokeh(stage, 12, &[light, middle.lighter(0.3)]);
    stage.canvas.vignette(0.38);
}

fn soft_box(stage: &mut Stage, side: f32, light: Colour) {
    let x = |from_rim: f32| if side > 0.0 { from_rim } else { WIDTH - from_rim };
    let pane = shapes::polygon(&[(x(-30.0), 60.0), (x(110.0), 128.0), (x(96.0), 430.0), (x(-30.0), 440.0)]);
    stage.canvas.stroke(&shapes::line((x(14.0), 430.0), (x(34.0), HEIGHT)), 13.0, Colour::hex(0x17161a));
    stage.canvas.soft(&pane, WHITE, 0.9, 60.0);
    stage.canvas.fill(&pane, WHITE.mix(light, 0.15));
    stage.canvas.stroke(&pane, 15.0, Colour::hex(0x1d1b20));
    stage.canvas.glow((x(40.0), 270.0), 430.0, light, 0.4);
}

/// A poster: two lights, smoke, a title and its small print between rows of perforation.
pub fn film(stage: &mut Stage) {
    let (dark, teal, amber) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::Linear(
        (0.0, 0.0),
        (WIDTH, HEIGHT),
        vec![(teal.darker(0.3), 1.0), (dark, 1.0), (amber.darker(0.55), 1.0)],
    ));
    stage.show_toned((0.0, 0.0, WIDTH, HEIGHT), &shapes::rect(60.0, 40.0, 904.0, 900.0), 190.0, 0.34);
    stage.canvas.glow((60.0, 420.0), 620.0, teal, 0.55);
    stage.canvas.glow((990.0, 300.0), 560.0, amber, 0.6);
    for _ in 0..24 {
        let (x, y) = stage.anywhere(-60.0, 860.0, WIDTH + 60.0, 1120.0);
        let smoke = shapes::ellipse(x, y, stage.dice.between(90.0, 220.0), stage.dice.between(24.0, 70.0));
        let colour = stage.dice.pick(&[dark, dark.mix(teal, 0.35), dark.mix(amber, 0.2)]);
        stage.canvas.soft(&smoke, colour, 0.5, 60.0);
    }
    stage.canvas.soft(&shapes::rect(-100.0, 1000.0, WIDTH + 200.0, 400.0), dark.darker(0.4), 0.95, 110.0);
    let flare = shapes::ellipse(700.0, 250.0, 520.0, 3.0);
    stage.canvas.soft(&flare, amber.lighter(0.6), 0.9, 10.0);
    stage.canvas.glow((760.0, 250.0), 130.0, amber.lighter(0.5), 0.9);
    title(stage, amber);
    for index in 0..17 {
        let x = 12.0 + index as f32 * 61.0;
        for y in [14.0, HEIGHT - 48.0] {
            stage.canvas.fill(&shapes::rounded(x, y, 34.0, 34.0, 8.0), Ink::Flat(Colour::hex(0xf0ead8), 0.85));
        }
    }
    stage.canvas.vignette(0.35);
}

fn title(stage: &mut Stage, amber: Colour) {
    let text = if stage.caption.is_empty() { "PIXEL" } else { stage.caption };
    let size = lettering::fitting(text, 150.0, WIDTH - 150.0);
    let words = lettering::centred(text, 512.0, 1096.0, size);
    stage.canvas.soft(&words, BLACK, 0.9, 22.0);
    stage.canvas.soft(&words, amber, 0.5, 60.0);
    stage.canvas.fill(&words, Ink::down(1096.0 - size * 0.75, 1096.0, &[WHITE, amber.lighter(0.35), amber]));
    for (y, width) in [(1134.0, 620.0), (1154.0, 700.0), (1174.0, 560.0)] {
        // Credits too small to read, as on every poster.
        let mut x = 512.0 - width / 2.0;
        while x < 512.0 + width / 2.0 {
            let word = stage.dice.between(18.0, 66.0);
            stage.canvas.fill(&shapes::rect(x, y, word, 9.0), Ink::Flat(Colour::hex(0xd8d2c4), 0.5));
            x += word + 12.0;
        }
    }
}
