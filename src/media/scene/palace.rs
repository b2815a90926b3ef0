//! Scenes of splendour: a castle's window, a royal box, an old master's canvas.

use super::Stage;
use super::props::{self, BLACK, WHITE};
use crate::media::canvas::{HEIGHT, Ink, WIDTH};
use crate::media::shapes::{self, Spot};
use crate::media::style::Colour;

/// A stone arch with roses; towers against the evening sky in it.
pub fn castle(stage: &mut Stage) {
    let (dark, violet, peach) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, 950.0, &[dark, violet, peach]));
    props::stars(stage, 90, 480.0);
    for (x, width, top) in
        [(180.0, 90.0, 360.0), (272.0, 66.0, 480.0), (760.0, 96.0, 320.0), (690.0, 62.0, 460.0), (850.0, 70.0, 520.0)]
    {
        tower(stage, (x, top), width, violet.mix(dark, 0.55));
    }
    let inside = shapes::arch(150.0, 96.0, 724.0, 1240.0);
    stage.show_toned(
        (0.0, 60.0, WIDTH, HEIGHT),
        &shapes::blob(&[
            (512.0, 210.0),
            (770.0, 330.0),
            (830.0, 700.0),
            (880.0, 1500.0),
            (144.0, 1500.0),
            (194.0, 700.0),
            (254.0, 330.0),
        ]),
        150.0,
        0.14,
    );
    wall(stage, &inside);
    for index in 0..26 {
        let share = index as f32 / 25.0;
        let angle = std::f32::consts::PI * share;
        let (x, y) = (512.0 - 400.0 * angle.cos(), 470.0 - 400.0 * angle.sin());
        rose(stage, (x, y), 22.0 + (index % 3) as f32 * 8.0);
    }
    for (x, y) in [(92.0, 640.0), (932.0, 640.0)] {
        stage.canvas.fill(
            &shapes::polygon(&[(x - 22.0, y), (x + 22.0, y), (x + 9.0, y + 110.0), (x - 9.0, y + 110.0)]),
            Colour::hex(0x3a2a1c),
        );
        stage.canvas.glow((x, y - 36.0), 260.0, Colour::hex(0xffa23a), 0.95);
        let flame = shapes::blob(&[(x, y - 96.0), (x + 22.0, y - 30.0), (x, y), (x - 22.0, y - 30.0)]);
        stage.canvas.soft(&flame, Colour::hex(0xfff0a8), 1.0, 8.0);
    }
    stage.canvas.vignette(0.3);
}

fn tower(stage: &mut Stage, (x, top): Spot, width: f32, colour: Colour) {
    stage.canvas.fill(
        &shapes::rect(x, top, width, 900.0),
        Ink::across(x, x + width, &[colour.lighter(0.2), colour.darker(0.2)]),
    );
    let roof = shapes::polygon(&[(x - 14.0, top), (x + width / 2.0, top - width * 1.7), (x + width + 14.0, top)]);
    stage.canvas.fill(&roof, Ink::across(x, x + width, &[stage.tone(0.5).lighter(0.15), stage.tone(0.0)]));
    let flag = (x + width / 2.0, top - width * 1.7);
    stage.canvas.fill(
        &shapes::polygon(&[(flag.0, flag.1 - 44.0), (flag.0 + 44.0, flag.1 - 30.0), (flag.0, flag.1 - 16.0)]),
        Colour::hex(0xe8435a),
    );
    stage.canvas.stroke(&shapes::line(flag, (flag.0, flag.1 - 44.0)), 3.0, colour);
    for row in 0..3 {
        let window = shapes::arch(x + width / 2.0 - 9.0, top + 40.0 + row as f32 * 110.0, 18.0, 36.0);
        stage.canvas.fill(&window, Colour::hex(0xffdf8a));
    }
}

/// Stone blocks everywhere but in the arch.
fn wall(stage: &mut Stage, inside: &tiny_skia::Path) {
    let stone = Colour::hex(0xa79a93).mix(stage.tone(0.0), 0.25);
    let around = shapes::path(|builder| {
        // The arch runs clockwise; against it, the rim leaves it open.
        builder.push_path(&shapes::polygon(&[(0.0, 0.0), (0.0, HEIGHT), (WIDTH, HEIGHT), (WIDTH, 0.0)]));
        builder.push_path(inside);
    });
    stage.canvas.soft(&around, BLACK, 0.65, 70.0);
    stage.canvas.fill(&around, Ink::down(0.0, HEIGHT, &[stone.lighter(0.12), stone.darker(0.35)]));
    for row in 0..17 {
        let y = row as f32 * 78.0;
        let left = if row % 2 == 0 { 66.0 } else { 30.0 };
        for (from, to) in [
            ((0.0, y), (150.0, y)),
            ((874.0, y), (WIDTH, y)),
            ((left, y), (left, y + 78.0)),
            ((WIDTH - left, y), (WIDTH - left, y + 78.0)),
        ] {
            stage.canvas.stroke(&shapes::line(from, to), 5.0, Ink::Flat(stone.darker(0.65), 0.55));
        }
    }
    stage.canvas.stroke(inside, 40.0, stone.lighter(0.2));
    stage.canvas.stroke(inside, 30.0, stone.darker(0.12));
    for index in 0..=14 {
        let angle = std::f32::consts::PI * index as f32 / 14.0;
        let at = |reach: f32| (512.0 - reach * angle.cos(), 458.0 - reach * angle.sin());
        stage.canvas.stroke(&shapes::line(at(346.0), at(380.0)), 4.0, Ink::Flat(stone.darker(0.65), 0.7));
    }
}

fn rose(stage: &mut Stage, (x, y): Spot, radius: f32) {
    let (x, y) = (x + stage.dice.between(-16.0, 16.0), y + stage.dice.between(-16.0, 16.0));
    let leaf = shapes::blob(&[(-radius * 1.7, 0.0), (0.0, -radius * 0.6), (radius * 1.7, 0.0), (0.0, radius * 0.6)]);
    let turn = stage.dice.between(0.0, 180.0);
    stage.canvas.fill(&shapes::moved(&leaf, turn, x, y), Colour::hex(0x2f7a4a));
    let colour = stage.dice.pick(&[Colour::hex(0xe8436a), Colour::hex(0xf27a9a), Colour::hex(0xfbd0da)]);
    for ring in 0..4 {
        let reach = radius * (1.0 - ring as f32 * 0.24);
        let shade = if ring % 2 == 0 { colour } else { colour.darker(0.22) };
        stage.canvas.fill(&shapes::star(x, y, reach, 7, 0.86), shade);
    }
}

/// Velvet curtains, a golden oval and a crown.
pub fn royal(stage: &mut Stage) {
    let (dark, red, gold) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::around((512.0, 620.0), 820.0, &[red, dark, dark.darker(0.4)]));
    for row in 0..10 {
        for column in 0..7 {
            let x = column as f32 * 170.0 + if row % 2 == 0 { 0.0 } else { 85.0 };
            stage.canvas.fill(&shapes::star(x, row as f32 * 140.0, 34.0, 4, 0.3), Ink::Flat(gold, 0.16));
        }
    }
    let oval = shapes::ellipse(512.0, 690.0, 372.0, 480.0);
    stage.canvas.soft(&shapes::ellipse(512.0, 716.0, 420.0, 520.0), BLACK, 0.7, 60.0);
    let metal = [gold.darker(0.5), gold.lighter(0.5), gold.darker(0.2), gold.lighter(0.7), gold.darker(0.45)];
    let ink = |metal: &[Colour]| {
        Ink::Linear((120.0, 200.0), (900.0, 1180.0), metal.iter().map(|&colour| (colour, 1.0)).collect())
    };
    stage.canvas.fill(&shapes::ellipse(512.0, 690.0, 424.0, 532.0), ink(&metal));
    for index in 0..52 {
        let (sine, cosine) = (index as f32 / 52.0 * std::f32::consts::TAU).sin_cos();
        let (x, y) = (512.0 + 398.0 * cosine, 690.0 + 506.0 * sine);
        stage
            .canvas
            .fill(&shapes::circle(x, y, 15.0), Ink::around((x - 5.0, y - 5.0), 20.0, &[WHITE, gold, gold.darker(0.5)]));
    }
    stage.show((140.0, 210.0, 744.0, 960.0), &oval, 0.0);
    stage.canvas.stroke(&oval, 8.0, gold.darker(0.55));
    curtain(stage, 1.0, red);
    curtain(stage, -1.0, red);
    crown(stage, gold);
    stage.canvas.vignette(0.3);
}

fn curtain(stage: &mut Stage, side: f32, red: Colour) {
    let x = |from_rim: f32| if side > 0.0 { from_rim } else { WIDTH - from_rim };
    for fold in (0..6).rev() {
        let reach = 20.0 + fold as f32 * 34.0;
        let shape = shapes::blob(&[
            (x(-60.0), -60.0),
            (x(reach + 130.0), -60.0),
            (x(reach + 70.0), 330.0),
            (x(reach * 0.42), 830.0),
            (x(reach * 0.5), 1340.0),
            (x(-60.0), 1340.0),
        ]);
        let (outer, inner) = (x(reach - 60.0), x(reach + 60.0));
        stage.canvas.fill(
            &shape,
            Ink::Linear(
                (outer, 0.0),
                (inner, 0.0),
                vec![(red.darker(0.55), 1.0), (red.lighter(0.12), 1.0), (red.darker(0.3), 1.0)],
            ),
        );
    }
    let gold = stage.tone(1.0);
    stage.canvas.stroke(&shapes::curve(&[(x(-20.0), 800.0), (x(40.0), 846.0), (x(104.0), 828.0)]), 22.0, gold);
    stage.canvas.fill(
        &shapes::polygon(&[(x(78.0), 836.0), (x(118.0), 836.0), (x(132.0), 940.0), (x(64.0), 940.0)]),
        gold.darker(0.15),
    );
}

fn crown(stage: &mut Stage, gold: Colour) {
    stage.canvas.glow((512.0, 120.0), 330.0, gold, 0.5);
    let points =
        [(372.0, 214.0), (344.0, 84.0), (432.0, 146.0), (512.0, 40.0), (592.0, 146.0), (680.0, 84.0), (652.0, 214.0)];
    let body = shapes::polygon(&points);
    stage.canvas.soft(&body, BLACK, 0.6, 24.0);
    stage.canvas.fill(
        &body,
        Ink::across(344.0, 680.0, &[gold.darker(0.35), gold.lighter(0.5), gold, gold.lighter(0.3), gold.darker(0.4)]),
    );
    stage.canvas.fill(
        &shapes::rounded(362.0, 196.0, 300.0, 44.0, 14.0),
        Ink::across(362.0, 662.0, &[gold.darker(0.4), gold.lighter(0.6), gold.darker(0.3)]),
    );
    for (x, y) in [(344.0, 80.0), (512.0, 36.0), (680.0, 80.0)] {
        stage
            .canvas
            .fill(&shapes::circle(x, y, 17.0), Ink::around((x - 5.0, y - 6.0), 22.0, &[WHITE, gold, gold.darker(0.4)]));
    }
    for (index, x) in [412.0, 462.0, 512.0, 562.0, 612.0].into_iter().enumerate() {
        let jewel = [0xd91e48, 0x1f7ae0, 0x16a066][index % 3];
        stage.canvas.fill(
            &shapes::ellipse(x, 218.0, 15.0, 13.0),
            Ink::around((x - 4.0, 213.0), 18.0, &[WHITE, Colour::hex(jewel), Colour::hex(jewel).darker(0.5)]),
        );
    }
}

/// A dark glazed canvas with cracks, in a carved frame on a gallery's wall.
pub fn oil(stage: &mut Stage) {
    let (dark, brown, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::around((512.0, 560.0), 900.0, &[brown.mix(dark, 0.3), dark, dark.darker(0.5)]));
    stage.canvas.soft(&shapes::rect(96.0, 112.0, 832.0, 1080.0), BLACK, 0.8, 60.0);
    let carved = [light.darker(0.55), light, brown, light.lighter(0.35), brown.darker(0.4)];
    let diagonal = Ink::Linear((80.0, 80.0), (944.0, 1200.0), carved.map(|colour| (colour, 1.0)).to_vec());
    stage.canvas.fill(&shapes::rect(80.0, 80.0, 864.0, 1120.0), diagonal);
    stage.show_toned((168.0, 168.0, 688.0, 944.0), &shapes::rect(168.0, 168.0, 688.0, 944.0), 0.0, 0.34);
    let shade = shapes::path(|builder| {
        builder.push_path(&shapes::rect(60.0, 60.0, 904.0, 1160.0));
        builder.push_path(&shapes::polygon(&[(240.0, 230.0), (240.0, 1050.0), (784.0, 1050.0), (784.0, 230.0)]));
    });
    stage.canvas.soft(&shade, dark.darker(0.3), 0.42, 150.0);
    carving(stage, light, brown);
    for _ in 0..26 {
        let (x, y) = stage.anywhere(190.0, 190.0, 830.0, 1080.0);
        let bend = stage.dice.between(-26.0, 26.0);
        stage.canvas.stroke(
            &shapes::curve(&[(x, y), (x + bend, y + 30.0), (x + bend * 0.3, y + 72.0)]),
            1.4,
            Ink::Flat(dark, 0.3),
        );
    }
    let plate = shapes::rounded(392.0, 1216.0, 240.0, 44.0, 6.0);
    stage.canvas.fill(&plate, Ink::down(1216.0, 1260.0, &[light, brown]));
    stage.canvas.glow((512.0, 30.0), 620.0, light, 0.3);
}

fn carving(stage: &mut Stage, light: Colour, brown: Colour) {
    for (inset, width, colour) in [
        (84.0, 7.0, brown.darker(0.5)),
        (104.0, 6.0, light.lighter(0.3)),
        (156.0, 6.0, light.lighter(0.4)),
        (166.0, 8.0, brown.darker(0.7)),
    ] {
        stage.canvas.stroke(
            &shapes::rect(inset, inset, WIDTH - inset * 2.0, HEIGHT - inset * 2.0),
            width,
            Ink::Flat(colour, 0.85),
        );
    }
    let mut knobs: Vec<Spot> = Vec::new();
    for index in 0..=12 {
        let x = 130.0 + index as f32 * 63.6;
        knobs.extend([(x, 130.0), (x, 1150.0)]);
    }
    for index in 1..16 {
        let y = 130.0 + index as f32 * 63.75;
        knobs.extend([(130.0, y), (894.0, y)]);
    }
    for (index, (x, y)) in knobs.into_iter().enumerate() {
        let radius = if index % 4 < 2 { 21.0 } else { 14.0 };
        stage.canvas.fill(
            &shapes::star(x, y, radius, 8, 0.7),
            Ink::around((x - 6.0, y - 7.0), radius * 1.3, &[light.lighter(0.6), light, brown.darker(0.4)]),
        );
    }
}
