//! Winter scenes: a snowy forest, a fireplace, a Christmas tree.

use super::Stage;
use super::props::{self, BLACK, WHITE};
use crate::media::canvas::{HEIGHT, Ink, WIDTH};
use crate::media::shapes::{self, Spot};
use crate::media::style::Colour;

const BULBS: [Colour; 4] = [Colour::hex(0xffcf4d), Colour::hex(0xff4d4d), Colour::hex(0x4dd2ff), Colour::hex(0x6bff8e)];

/// Firs under snow on both sides, drifts below, lights above.
pub fn snow(stage: &mut Stage) {
    let (dark, blue, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, 1000.0, &[dark.mix(blue, 0.25), blue, light]));
    stage.canvas.glow((512.0, 520.0), 760.0, light, 0.55);
    for index in 0..9 {
        let x = index as f32 * 128.0 + stage.dice.between(-30.0, 30.0);
        let height = stage.dice.between(360.0, 560.0);
        props::fir(&mut stage.canvas, (x, 960.0), height, blue.mix(dark, 0.25), 0.25);
    }
    stage.canvas.soft(&shapes::rect(-100.0, 700.0, WIDTH + 200.0, 320.0), light, 0.5, 160.0);
    stage.show_bust(0.1);
    for (x, foot, height) in
        [(60.0, 1230.0, 840.0), (968.0, 1240.0, 900.0), (196.0, 1270.0, 480.0), (850.0, 1276.0, 520.0)]
    {
        props::fir(&mut stage.canvas, (x, foot), height, Colour::hex(0x1f5a48).mix(dark, 0.3), 0.85);
    }
    drifts(stage, light);
    props::garland(stage, ((-30.0, 40.0), (530.0, 30.0)), 46.0, &BULBS);
    props::garland(stage, ((494.0, 30.0), (1054.0, 40.0)), 46.0, &BULBS);
    props::snowfall(stage, 170);
    stage.canvas.vignette(0.22);
}

fn drifts(stage: &mut Stage, light: Colour) {
    let shade = stage.tone(0.5).mix(light, 0.55);
    let back = shapes::blob(&[
        (-80.0, 1190.0),
        (260.0, 1130.0),
        (560.0, 1190.0),
        (840.0, 1140.0),
        (1110.0, 1180.0),
        (1110.0, 1400.0),
        (-80.0, 1400.0),
    ]);
    stage.canvas.soft(&back, shade, 0.9, 14.0);
    let front = shapes::blob(&[
        (-80.0, 1230.0),
        (180.0, 1210.0),
        (480.0, 1252.0),
        (760.0, 1206.0),
        (1110.0, 1240.0),
        (1110.0, 1420.0),
        (-80.0, 1420.0),
    ]);
    stage.canvas.fill(&front, Ink::down(1200.0, HEIGHT, &[WHITE, light, shade]));
}

/// A wooden wall with the photo framed over a burning fireplace.
pub fn fireplace(stage: &mut Stage) {
    let (dark, red, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    for plank in 0..8 {
        let x = plank as f32 * 128.0;
        let wood = Colour::hex(0x5a3420).mix(dark, if plank % 2 == 0 { 0.35 } else { 0.5 });
        stage.canvas.fill(
            &shapes::rect(x, 0.0, 126.0, HEIGHT),
            Ink::across(x, x + 128.0, &[wood.lighter(0.1), wood, wood.darker(0.25)]),
        );
        for _ in 0..3 {
            let (grain_x, grain_y) = stage.anywhere(x + 16.0, 0.0, x + 110.0, HEIGHT);
            stage.canvas.stroke(
                &shapes::curve(&[
                    (grain_x, grain_y),
                    (grain_x + 6.0, grain_y + 90.0),
                    (grain_x - 4.0, grain_y + 200.0),
                ]),
                3.0,
                Ink::Flat(BLACK, 0.2),
            );
        }
    }
    stage.canvas.glow((512.0, 1260.0), 900.0, Colour::hex(0xff8a2a), 0.6);
    hearth(stage, dark);
    let frame = shapes::rounded(170.0, 70.0, 684.0, 800.0, 22.0);
    stage.canvas.soft(&shapes::rounded(176.0, 96.0, 690.0, 806.0, 22.0), BLACK, 0.7, 44.0);
    stage.canvas.fill(
        &frame,
        Ink::Linear(
            (170.0, 70.0),
            (854.0, 870.0),
            vec![(light.lighter(0.3), 1.0), (light.mix(red, 0.4).darker(0.3), 1.0), (light, 1.0)],
        ),
    );
    stage.show((202.0, 102.0, 620.0, 736.0), &shapes::rect(202.0, 102.0, 620.0, 736.0), 0.0);
    stage.canvas.stroke(&shapes::rect(202.0, 102.0, 620.0, 736.0), 5.0, Ink::Flat(dark, 0.7));
    stage.canvas.glow((512.0, 900.0), 420.0, Colour::hex(0xffa23a), 0.32);
    mantel(stage);
    for (index, x) in [96.0, 258.0, 766.0, 928.0].into_iter().enumerate() {
        stocking(stage, (x, 968.0), if index % 2 == 0 { red } else { Colour::hex(0x2f6b46) });
    }
    for (x, height) in [(88.0, 110.0), (146.0, 76.0), (880.0, 84.0), (944.0, 124.0)] {
        candle(stage, (x, 908.0), height);
    }
    stage.canvas.vignette(0.4);
}

fn hearth(stage: &mut Stage, dark: Colour) {
    let opening = shapes::arch(250.0, 950.0, 524.0, 400.0);
    for row in 0..6 {
        for column in -1..9 {
            let x = column as f32 * 130.0 + if row % 2 == 0 { 0.0 } else { -65.0 };
            let brick = Colour::hex(0x8d4a35).mix(dark, stage.dice.between(0.15, 0.5));
            stage.canvas.fill(&shapes::rounded(x + 4.0, 944.0 + row as f32 * 58.0, 122.0, 50.0, 6.0), brick);
        }
    }
    stage.canvas.fill(&opening, Ink::down(950.0, HEIGHT, &[BLACK, Colour::hex(0x2a0c04)]));
    stage.canvas.glow((512.0, 1250.0), 300.0, Colour::hex(0xff7a1a), 1.0);
    for (reach, colour) in [(1.0, 0xff5a12), (0.74, 0xff9a1f), (0.5, 0xffd34d), (0.26, 0xfff6c4)] {
        for tongue in 0..5 {
            let x = 392.0 + tongue as f32 * 60.0;
            let height = (150.0 + stage.dice.between(0.0, 110.0)) * reach;
            let lean = stage.dice.between(-22.0, 22.0);
            let flame = shapes::blob(&[
                (x - 40.0 * reach, 1262.0),
                (x - 30.0 * reach, 1262.0 - height * 0.45),
                (x + lean, 1262.0 - height),
                (x + 28.0 * reach, 1262.0 - height * 0.4),
                (x + 40.0 * reach, 1262.0),
            ]);
            stage.canvas.soft(&flame, Colour::hex(colour), 0.85, 9.0);
        }
    }
    for (from, to) in [((350.0, 1266.0), (640.0, 1244.0)), ((390.0, 1242.0), (680.0, 1268.0))] {
        stage.canvas.stroke(&shapes::line(from, to), 34.0, Colour::hex(0x4a2814));
        stage.canvas.stroke(
            &shapes::line((from.0, from.1 - 6.0), (to.0, to.1 - 6.0)),
            6.0,
            Ink::Flat(Colour::hex(0xff9a3a), 0.7),
        );
    }
}

fn mantel(stage: &mut Stage) {
    let shelf = shapes::rounded(20.0, 900.0, 984.0, 50.0, 10.0);
    stage.canvas.soft(&shapes::rect(20.0, 930.0, 984.0, 50.0), BLACK, 0.7, 34.0);
    stage.canvas.fill(&shelf, Ink::down(900.0, 950.0, &[Colour::hex(0x9a6338), Colour::hex(0x5a3219)]));
    for index in 0..34 {
        let x = 20.0 + index as f32 * 30.5;
        let y = 934.0 + (index as f32 * 0.75).sin() * 12.0;
        branch(stage, (x, y), index as f32 * 71.0, 58.0);
    }
    for index in 0..13 {
        let (x, y) = (46.0 + index as f32 * 78.0, 946.0 + (index as f32).sin() * 10.0);
        let colour = BULBS[index % 4];
        stage.canvas.glow((x, y), 54.0, colour, 0.8);
        stage.canvas.fill(&shapes::circle(x, y, 9.0), colour.lighter(0.4));
    }
}

/// A fir twig that begins at `from` and points along `degrees`.
fn branch(stage: &mut Stage, (x, y): Spot, degrees: f32, length: f32) {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    for needle in 0..7 {
        let along = length * needle as f32 / 7.0;
        for side in [-1.0, 1.0] {
            let reach = length * 0.34;
            let (from_x, from_y) = (x + along * cosine, y + along * sine);
            let to = (
                from_x + reach * (0.8 * cosine - 0.6 * side * sine),
                from_y + reach * (0.8 * sine + 0.6 * side * cosine),
            );
            let green = if needle % 2 == 0 { Colour::hex(0x2c7a4b) } else { Colour::hex(0x1a5636) };
            stage.canvas.stroke(&shapes::line((from_x, from_y), to), 4.5, green);
        }
    }
}

fn stocking(stage: &mut Stage, (x, y): Spot, colour: Colour) {
    let sock = shapes::blob(&[
        (x - 36.0, y),
        (x + 36.0, y),
        (x + 36.0, y + 130.0),
        (x + 84.0, y + 176.0),
        (x + 76.0, y + 222.0),
        (x + 6.0, y + 220.0),
        (x - 34.0, y + 168.0),
    ]);
    stage.canvas.soft(&sock, BLACK, 0.5, 22.0);
    stage.canvas.fill(&sock, Ink::across(x - 40.0, x + 80.0, &[colour.lighter(0.2), colour, colour.darker(0.35)]));
    stage.canvas.fill(&shapes::rounded(x - 48.0, y - 16.0, 96.0, 44.0, 18.0), Colour::hex(0xfbf5ea));
    stage.canvas.fill(&shapes::star(x, y + 100.0, 24.0, 6, 0.4), Ink::Flat(WHITE, 0.85));
}

fn candle(stage: &mut Stage, (x, foot): Spot, height: f32) {
    let wax = shapes::rounded(x - 17.0, foot - height, 34.0, height, 6.0);
    stage.canvas.fill(&wax, Ink::across(x - 17.0, x + 17.0, &[Colour::hex(0xfff3d6), Colour::hex(0xd9b98a)]));
    stage.canvas.glow((x, foot - height - 24.0), 130.0, Colour::hex(0xffb347), 0.9);
    stage.canvas.fill(
        &shapes::blob(&[
            (x, foot - height - 44.0),
            (x + 8.0, foot - height - 18.0),
            (x, foot - height - 6.0),
            (x - 8.0, foot - height - 18.0),
        ]),
        Colour::hex(0xfff2b0),
    );
}

/// A wreath of fir branches, baubles and lights around the photo.
pub fn tree(stage: &mut Stage) {
    let (dark, red, gold) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.show_full();
    stage.canvas.vignette(0.55);
    props::bokeh(stage, 26, &[gold, red.lighter(0.3), Colour::hex(0x7fe0a0)]);
    // The edge of the sheet, shaded, then needles in layers from the rim inwards.
    let rim = shapes::path(|builder| {
        builder.push_path(&shapes::rect(-200.0, -200.0, WIDTH + 400.0, HEIGHT + 400.0));
        builder.push_path(&shapes::polygon(&[(120.0, 150.0), (120.0, 1130.0), (904.0, 1130.0), (904.0, 150.0)]));
    });
    stage.canvas.soft(&rim, dark.darker(0.4), 0.85, 120.0);
    let around = |share: f32| {
        let (sine, cosine) = (share * std::f32::consts::TAU).sin_cos();
        let squeeze = |value: f32| value.signum() * value.abs().powf(0.55);
        (512.0 + 500.0 * squeeze(cosine), 640.0 + 628.0 * squeeze(sine), share * 360.0)
    };
    for index in 0..84 {
        let (x, y, degrees) = around(index as f32 / 84.0);
        let turn = degrees + 180.0 + stage.dice.between(-70.0, 70.0);
        let length = stage.dice.between(90.0, 170.0);
        branch(stage, (x, y), turn, length);
    }
    for index in 0..30 {
        let (x, y, _) = around((index as f32 + 0.4) / 30.0);
        let colour = BULBS[index % 4];
        let (x, y) = (x + (512.0 - x) * 0.08, y + (640.0 - y) * 0.06);
        stage.canvas.glow((x, y), 66.0, colour, 0.8);
        stage.canvas.fill(&shapes::circle(x, y, 8.0), colour.lighter(0.5));
    }
    for index in 0..13 {
        let (x, y, _) = around((index as f32 + 0.1) / 13.0);
        let colour = [red, gold, Colour::hex(0xd9dee8), red.darker(0.2)][index % 4];
        let radius = stage.dice.between(38.0, 62.0);
        bauble(stage, (x + (512.0 - x) * 0.05, y + (640.0 - y) * 0.04), radius, colour);
    }
    stage.canvas.glow((512.0, 64.0), 260.0, gold, 0.8);
    stage.canvas.fill(
        &shapes::star(512.0, 80.0, 96.0, 5, 0.42),
        Ink::around((490.0, 60.0), 110.0, &[WHITE, gold, gold.darker(0.35)]),
    );
}

fn bauble(stage: &mut Stage, (x, y): Spot, radius: f32, colour: Colour) {
    stage.canvas.soft(&shapes::circle(x + 6.0, y + 10.0, radius), BLACK, 0.5, 20.0);
    stage.canvas.fill(&shapes::rounded(x - 9.0, y - radius - 12.0, 18.0, 18.0, 4.0), Colour::hex(0xe3c069));
    let light = (x - radius * 0.35, y - radius * 0.4);
    stage.canvas.fill(
        &shapes::circle(x, y, radius),
        Ink::around(light, radius * 1.5, &[colour.lighter(0.65), colour, colour.darker(0.6)]),
    );
    stage.canvas.soft(&shapes::ellipse(light.0, light.1, radius * 0.2, radius * 0.14), WHITE, 0.9, 6.0);
}
