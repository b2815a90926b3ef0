//! Scenes outdoors: a forest, a beach at sunset, a desert.

use super::Stage;
use super::props::{BLACK, WHITE};
use crate::media::canvas::{HEIGHT, Ink, WIDTH};
use crate::media::shapes::{self, Spot};
use crate::media::style::Colour;

/// Trunks in the mist, sun rays, fireflies and ferns.
pub fn forest(stage: &mut Stage) {
    let (dark, green, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, HEIGHT, &[light, green.lighter(0.25), green, dark]));
    for (depth, count, width) in [(0.25, 11, 40.0), (0.55, 8, 64.0), (0.9, 5, 100.0)] {
        for index in 0..count {
            let x = (index as f32 + stage.dice.between(0.1, 0.9)) * WIDTH / count as f32;
            trunk(stage, x, width, green.lighter(0.3).mix(dark, depth));
        }
        stage.canvas.soft(&shapes::rect(-100.0, 620.0, WIDTH + 200.0, 420.0), light, 0.3, 240.0);
    }
    stage.show_bust(0.14);
    for index in 0..6 {
        let x = 560.0 + index as f32 * 120.0;
        let ray = shapes::polygon(&[
            (x, -60.0),
            (x + 70.0, -60.0),
            (x - 560.0 + index as f32 * 30.0, 1320.0),
            (x - 720.0, 1320.0),
        ]);
        stage.canvas.soft(&ray, light.lighter(0.3), 0.11, 46.0);
    }
    trunk(stage, 18.0, 130.0, dark);
    trunk(stage, 1012.0, 140.0, dark.darker(0.2));
    for _ in 0..70 {
        let (x, y) = stage.anywhere(-20.0, -30.0, WIDTH, 210.0);
        let edge = ((x - 512.0).abs() / 512.0) * 210.0 + 40.0;
        if y < edge {
            let colour = stage.dice.pick(&[green, dark.mix(green, 0.5), green.lighter(0.2)]);
            leaf(stage, (x, y), colour);
        }
    }
    for index in 0..22 {
        fern(stage, (index as f32 * 50.0 - 10.0, 1310.0), dark.mix(green, (index % 3) as f32 * 0.25));
    }
    for _ in 0..34 {
        let (x, y) = stage.anywhere(0.0, 200.0, WIDTH, 1240.0);
        // Fireflies keep away from the face.
        let spot = if (x - 512.0).hypot(y - 480.0) < 330.0 { (x, y + 560.0) } else { (x, y) };
        let radius = stage.dice.between(14.0, 40.0);
        stage.canvas.glow(spot, radius, Colour::hex(0xfff5a0), 0.95);
    }
    stage.canvas.vignette(0.35);
}

fn trunk(stage: &mut Stage, x: f32, width: f32, colour: Colour) {
    let half = width / 2.0;
    let shape = shapes::polygon(&[
        (x - half * 0.8, -20.0),
        (x + half * 0.8, -20.0),
        (x + half, 1000.0),
        (x + half * 1.7, 1320.0),
        (x - half * 1.7, 1320.0),
        (x - half, 1000.0),
    ]);
    stage.canvas.fill(&shape, Ink::across(x - half, x + half, &[colour.lighter(0.12), colour, colour.darker(0.35)]));
}

fn leaf(stage: &mut Stage, (x, y): Spot, colour: Colour) {
    let blade = shapes::blob(&[(-46.0, 0.0), (0.0, -18.0), (46.0, 0.0), (0.0, 18.0)]);
    let turned = shapes::moved(&blade, stage.dice.between(20.0, 160.0), x, y);
    stage.canvas.fill(&turned, colour);
}

fn fern(stage: &mut Stage, (x, foot): Spot, colour: Colour) {
    let lean = stage.dice.between(-70.0, 70.0);
    let height = stage.dice.between(90.0, 190.0);
    for step in 0..12 {
        let share = step as f32 / 12.0;
        let (at_x, at_y) = (x + lean * share * share, foot - height * share);
        let reach = 42.0 * (1.0 - share * 0.85);
        for side in [-1.0, 1.0] {
            let frond = shapes::line((at_x, at_y), (at_x + reach * side, at_y - reach * 0.5));
            stage.canvas.stroke(&frond, 7.0 * (1.0 - share * 0.6), colour);
        }
    }
}

/// A sun in the sea, palm leaves from above, sand and shells below.
pub fn beach(stage: &mut Stage) {
    let (sea, orange, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, 720.0, &[sea.mix(orange, 0.35), orange, light]));
    stage.canvas.glow((512.0, 560.0), 720.0, light, 0.9);
    stage.canvas.fill(
        &shapes::circle(512.0, 470.0, 300.0),
        Ink::down(170.0, 770.0, &[light.lighter(0.75), light, orange.lighter(0.1)]),
    );
    stage.canvas.fill(&shapes::rect(0.0, 700.0, WIDTH, 420.0), Ink::down(700.0, 1100.0, &[orange.mix(sea, 0.5), sea]));
    for _ in 0..90 {
        let (x, y) = stage.anywhere(0.0, 712.0, WIDTH, 1080.0);
        let near = 1.0 - (x - 512.0).abs() / 512.0;
        let wave = shapes::ellipse(x, y, stage.dice.between(20.0, 70.0), 3.0);
        stage.canvas.fill(&wave, Ink::Flat(light.lighter(0.4), 0.15 + near * 0.5));
    }
    stage.show_bust(0.12);
    let foam = shapes::blob(&[
        (-80.0, 1130.0),
        (200.0, 1096.0),
        (460.0, 1136.0),
        (760.0, 1092.0),
        (1110.0, 1130.0),
        (1110.0, 1400.0),
        (-80.0, 1400.0),
    ]);
    stage.canvas.soft(&foam, WHITE, 0.8, 12.0);
    let sand = shapes::blob(&[
        (-80.0, 1170.0),
        (220.0, 1130.0),
        (480.0, 1174.0),
        (780.0, 1126.0),
        (1110.0, 1166.0),
        (1110.0, 1420.0),
        (-80.0, 1420.0),
    ]);
    stage.canvas.fill(&sand, Ink::down(1120.0, HEIGHT, &[Colour::hex(0xfbe6b8), Colour::hex(0xd8aa6c)]));
    starfish(stage, (160.0, 1218.0), 56.0);
    starfish(stage, (884.0, 1226.0), 42.0);
    palm(stage, (-40.0, 40.0), 1.0);
    palm(stage, (1064.0, 10.0), -1.0);
    for (x, y) in [(300.0, 190.0), (360.0, 150.0), (680.0, 120.0), (740.0, 170.0)] {
        let bird = shapes::curve(&[
            (x - 26.0, y - 12.0),
            (x - 8.0, y - 10.0),
            (x, y),
            (x + 8.0, y - 10.0),
            (x + 26.0, y - 12.0),
        ]);
        stage.canvas.stroke(&bird, 4.0, Ink::Flat(sea.darker(0.6), 0.8));
    }
    stage.canvas.vignette(0.22);
}

fn starfish(stage: &mut Stage, (x, y): Spot, radius: f32) {
    stage.canvas.soft(&shapes::star(x + 4.0, y + 10.0, radius, 5, 0.45), BLACK, 0.35, 12.0);
    let colours = [Colour::hex(0xffb08a), Colour::hex(0xf0603c)];
    stage.canvas.fill(&shapes::star(x, y, radius, 5, 0.45), Ink::around((x, y), radius, &colours));
}

fn palm(stage: &mut Stage, (x, y): Spot, side: f32) {
    let green = Colour::hex(0x14573f);
    for (index, angle) in [-12.0_f32, 12.0, 36.0, 60.0, 84.0].into_iter().enumerate() {
        let (sine, cosine) = angle.to_radians().sin_cos();
        let length = 470.0 - index as f32 * 22.0;
        let at = |share: f32| (x + side * length * share * cosine, y + length * share * sine + 120.0 * share * share);
        let colour = green.mix(Colour::hex(0x4fae5a), (index % 3) as f32 * 0.3);
        for step in 1..22 {
            let share = step as f32 / 22.0;
            let (from_x, from_y) = at(share);
            let reach = 120.0 * (share * 3.1).sin().max(0.15);
            for out in [-1.0, 1.0] {
                let tip = (
                    from_x + side * reach * (0.7 * cosine - out * 0.7 * sine),
                    from_y + reach * (0.6 * sine + out * 0.7 * cosine) + 26.0,
                );
                let blade = shapes::polygon(&[(from_x, from_y - 9.0), tip, (from_x, from_y + 9.0)]);
                stage.canvas.fill(&blade, if out > 0.0 { colour } else { colour.darker(0.25) });
            }
        }
        let spine: Vec<_> = (0..=8).map(|step| at(step as f32 / 8.0)).collect();
        stage.canvas.stroke(&shapes::curve(&spine), 6.0, colour.lighter(0.2));
    }
}

/// Dunes, table mountains and cacti under a huge sun.
pub fn desert(stage: &mut Stage) {
    let (dark, orange, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, 900.0, &[dark.mix(orange, 0.35), orange, light]));
    stage.canvas.glow((512.0, 440.0), 760.0, light, 0.7);
    for (radius, alpha) in [(470.0, 0.16), (410.0, 0.25), (350.0, 1.0)] {
        stage.canvas.fill(&shapes::circle(512.0, 440.0, radius), Ink::Flat(light.lighter(0.35), alpha));
    }
    for (x, width, top) in [(-60.0, 330.0, 560.0), (770.0, 340.0, 520.0), (250.0, 150.0, 700.0)] {
        let mesa = shapes::polygon(&[
            (x, 960.0),
            (x + width * 0.14, top + 90.0),
            (x + width * 0.2, top),
            (x + width * 0.8, top),
            (x + width * 0.86, top + 90.0),
            (x + width, 960.0),
        ]);
        stage.canvas.fill(&mesa, Ink::across(x, x + width, &[orange.mix(dark, 0.35), dark.mix(orange, 0.3), dark]));
        for band in 0..4 {
            let stripe = shapes::rect(x + width * 0.18, top + 26.0 + band as f32 * 42.0, width * 0.64, 8.0);
            stage.canvas.fill(&stripe, Ink::Flat(light, 0.16));
        }
    }
    dune(stage, 880.0, 40.0, orange.mix(light, 0.25));
    stage.show_bust(0.16);
    dune(stage, 1130.0, -46.0, orange.mix(dark, 0.12));
    dune(stage, 1200.0, 40.0, orange.mix(dark, 0.35));
    cactus(stage, (110.0, 1240.0), 1.25);
    cactus(stage, (918.0, 1250.0), 1.0);
    for _ in 0..60 {
        let (x, y) = stage.anywhere(0.0, 1140.0, WIDTH, HEIGHT);
        stage.canvas.fill(&shapes::ellipse(x, y, 9.0, 2.0), Ink::Flat(light, 0.35));
    }
    stage.canvas.vignette(0.3);
}

fn dune(stage: &mut Stage, top: f32, swing: f32, colour: Colour) {
    let shape = shapes::blob(&[
        (-120.0, top + swing),
        (220.0, top - swing),
        (540.0, top + swing * 0.6),
        (820.0, top - swing),
        (1150.0, top + swing),
        (1150.0, 1500.0),
        (-120.0, 1500.0),
    ]);
    stage.canvas.fill(&shape, Ink::down(top - 40.0, top + 260.0, &[colour.lighter(0.3), colour, colour.darker(0.3)]));
}

fn cactus(stage: &mut Stage, (x, foot): Spot, size: f32) {
    let green = Colour::hex(0x2f6b4a).mix(stage.tone(0.0), 0.25);
    let at = |across: f32, up: f32| (x + across * size, foot - up * size);
    let arms = [
        vec![at(0.0, -30.0), at(0.0, 330.0)],
        vec![at(0.0, 120.0), at(70.0, 130.0), at(84.0, 150.0), at(84.0, 250.0)],
        vec![at(0.0, 170.0), at(-60.0, 176.0), at(-76.0, 200.0), at(-76.0, 280.0)],
    ];
    for (index, arm) in arms.iter().enumerate() {
        let width = if index == 0 { 62.0 } else { 44.0 } * size;
        let path = shapes::curve(arm);
        stage.canvas.stroke(&path, width, green.darker(0.25));
        stage.canvas.stroke(&path, width * 0.72, green);
        stage.canvas.stroke(&path, width * 0.2, green.lighter(0.25));
    }
    let (bloom_x, bloom_y) = at(0.0, 364.0);
    stage.canvas.fill(&shapes::star(bloom_x, bloom_y, 26.0 * size, 6, 0.5), Colour::hex(0xff6b9a));
}
