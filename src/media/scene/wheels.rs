//! Scenes for cars and those who like them: a road, a showroom, a garage.

use super::Stage;
use super::props::{BLACK, WHITE};
use crate::media::canvas::{HEIGHT, Ink, WIDTH};
use crate::media::shapes;
use crate::media::style::Colour;

/// A sunset over a road that rushes by.
pub fn road(stage: &mut Stage) {
    let (dark, red, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, 860.0, &[dark, red, light]));
    stage.canvas.glow((512.0, 560.0), 700.0, light, 0.9);
    for (height, share) in [(240.0, 0.35), (150.0, 0.65)] {
        let mut ridge = vec![(-20.0, 900.0)];
        for step in 0..=10 {
            let rim = (step as f32 - 5.0).abs() / 5.0;
            ridge.push((step as f32 * 106.0 - 20.0, 860.0 - height * (0.3 + rim) * stage.dice.between(0.6, 1.2)));
        }
        ridge.push((WIDTH + 40.0, 900.0));
        stage.canvas.fill(&shapes::polygon(&ridge), red.mix(dark, share));
    }
    ground(stage, dark);
    let window = shapes::rounded(90.0, 130.0, 844.0, 900.0, 210.0);
    stage.show_toned((0.0, 0.0, WIDTH, HEIGHT), &window, 150.0, 0.12);
    for _ in 0..90 {
        speed_line(stage);
    }
    stage.canvas.glow((512.0, 1090.0), 460.0, light, 0.25);
    stage.canvas.vignette(0.35);
}

fn ground(stage: &mut Stage, dark: Colour) {
    let (red, light) = (stage.tone(0.5), stage.tone(1.0));
    stage.canvas.fill(&shapes::rect(0.0, 850.0, WIDTH, 430.0), Ink::down(850.0, HEIGHT, &[red.mix(dark, 0.55), dark]));
    let asphalt = shapes::polygon(&[(470.0, 850.0), (554.0, 850.0), (1180.0, HEIGHT), (-156.0, HEIGHT)]);
    stage.canvas.fill(&asphalt, Ink::down(850.0, HEIGHT, &[dark.lighter(0.2), dark.darker(0.35)]));
    for (top_x, foot_x) in [(474.0, -110.0), (550.0, 1134.0)] {
        stage.canvas.stroke(&shapes::line((top_x, 852.0), (foot_x, HEIGHT)), 9.0, Ink::Flat(light, 0.85));
    }
    for dash in 0..6 {
        let (near, far) = ((dash as f32 / 6.0).powf(1.9), ((dash as f32 + 0.55) / 6.0).powf(1.9));
        let (top, bottom) = (860.0 + 430.0 * near, 860.0 + 430.0 * far);
        let (narrow, wide) = (2.0 + 20.0 * near, 2.0 + 20.0 * far);
        let stripe = shapes::polygon(&[
            (512.0 - narrow, top),
            (512.0 + narrow, top),
            (512.0 + wide, bottom),
            (512.0 - wide, bottom),
        ]);
        stage.canvas.fill(&stripe, light.lighter(0.6));
    }
}

/// A streak away from the middle, outside the face.
fn speed_line(stage: &mut Stage) {
    let angle = stage.dice.between(0.0, std::f32::consts::TAU);
    let (sine, cosine) = angle.sin_cos();
    let (near, long) = (stage.dice.between(430.0, 700.0), stage.dice.between(90.0, 330.0));
    let at = |reach: f32| (512.0 + reach * cosine, 560.0 + reach * 1.15 * sine);
    let (from, to) = (at(near), at(near + long));
    let wide = stage.dice.between(1.5, 5.5);
    let streak = shapes::polygon(&[
        from,
        (to.0 - wide * sine, to.1 + wide * cosine),
        (to.0 + wide * sine, to.1 - wide * cosine),
    ]);
    let colour = stage.dice.pick(&[WHITE, stage.tone(1.0).lighter(0.4), stage.tone(0.5).lighter(0.3)]);
    stage.canvas.fill(&streak, Ink::Flat(colour, stage.dice.between(0.35, 0.8)));
}

/// A hall with light strips, a shining floor and spotlights.
pub fn showroom(stage: &mut Stage) {
    let (dark, blue, light) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(Ink::down(0.0, HEIGHT, &[dark.darker(0.3), blue.mix(dark, 0.45), dark, dark.darker(0.4)]));
    let floor = shapes::polygon(&[(0.0, 1010.0), (WIDTH, 1010.0), (WIDTH, HEIGHT), (0.0, HEIGHT)]);
    stage.canvas.fill(&floor, Ink::down(1010.0, HEIGHT, &[blue.mix(dark, 0.3), dark.darker(0.4)]));
    for (x, lean) in [(150.0, 180.0), (512.0, 0.0), (874.0, -180.0)] {
        let beam = shapes::polygon(&[
            (x - 26.0, -20.0),
            (x + 26.0, -20.0),
            (x + 240.0 + lean, 1130.0),
            (x - 240.0 + lean, 1130.0),
        ]);
        stage.canvas.soft(&beam, light, 0.2, 60.0);
    }
    let stand = shapes::ellipse(512.0, 1110.0, 480.0, 96.0);
    stage.canvas.soft(&stand, light, 0.6, 70.0);
    stage.canvas.fill(&stand, Ink::around((512.0, 1090.0), 480.0, &[light, blue, dark.lighter(0.1)]));
    let hall = shapes::rounded(70.0, 150.0, 884.0, 930.0, 120.0);
    stage.show_toned((0.0, 0.0, WIDTH, HEIGHT), &hall, 110.0, 0.14);
    for (inset, drop) in [(40.0, 36.0), (150.0, 92.0), (260.0, 136.0)] {
        let strip = shapes::polygon(&[
            (inset, drop),
            (WIDTH - inset, drop),
            (WIDTH - inset - 46.0, drop + 22.0),
            (inset + 46.0, drop + 22.0),
        ]);
        stage.canvas.tube(&strip, 5.0, light.mix(blue, 0.3));
    }
    for side in [-1.0, 1.0] {
        for index in 0..3 {
            let x = 512.0 + side * (480.0 - index as f32 * 34.0);
            let post = shapes::line((x, 250.0 + index as f32 * 60.0), (x, 1010.0 - index as f32 * 30.0));
            stage.canvas.tube(&post, 4.0, blue.lighter(0.25));
        }
        // The strips again, in the polished floor.
        let sheen = shapes::rect(512.0 + side * 440.0 - 30.0, 1030.0, 60.0, 250.0);
        stage.canvas.soft(&sheen, light, 0.35, 46.0);
    }
    stage.canvas.stroke(&shapes::ellipse(512.0, 1130.0, 500.0, 96.0), 4.0, Ink::Flat(light, 0.8));
    stage.canvas.glow((512.0, 1200.0), 420.0, light, 0.3);
    stage.canvas.vignette(0.4);
}

/// A brick workshop with hanging lamps, tools on the wall and hazard stripes.
pub fn garage(stage: &mut Stage) {
    let (dark, red, amber) = (stage.tone(0.0), stage.tone(0.5), stage.tone(1.0));
    stage.canvas.wash(dark.darker(0.2));
    for row in 0..26 {
        for column in 0..10 {
            let x = column as f32 * 112.0 - if row % 2 == 0 { 0.0 } else { 56.0 };
            let brick = red.mix(dark, stage.dice.between(0.3, 0.7));
            stage.canvas.fill(&shapes::rect(x + 3.0, row as f32 * 46.0 + 3.0, 106.0, 40.0), brick);
        }
    }
    stage.canvas.fill(&shapes::rect(0.0, 1060.0, WIDTH, 220.0), Ink::down(1060.0, HEIGHT, &[dark.lighter(0.25), dark]));
    for (index, (x, y, turn)) in
        [(96.0, 330.0, -18.0), (190.0, 300.0, 12.0), (850.0, 310.0, -10.0), (940.0, 340.0, 20.0)]
            .into_iter()
            .enumerate()
    {
        if index % 2 == 0 { wrench(stage, x, y, turn) } else { screwdriver(stage, x, y, turn) }
    }
    let bay = shapes::rounded(130.0, 140.0, 764.0, 960.0, 90.0);
    stage.show_toned((0.0, 0.0, WIDTH, HEIGHT), &bay, 110.0, 0.08);
    for x in [170.0, 512.0, 854.0] {
        lamp(stage, x, amber);
    }
    for (x, y) in [(110.0, 1010.0), (914.0, 1010.0)] {
        for level in 0..3 {
            tyre(stage, (x, y + 30.0 - level as f32 * 74.0 + 74.0));
        }
    }
    stage.canvas.fill(&shapes::rect(0.0, 1190.0, WIDTH, 64.0), amber);
    for stripe in 0..14 {
        let x = stripe as f32 * 84.0 - 60.0;
        stage.canvas.fill(
            &shapes::polygon(&[(x + 40.0, 1190.0), (x + 82.0, 1190.0), (x + 42.0, 1254.0), (x, 1254.0)]),
            dark.darker(0.4),
        );
    }
    stage.canvas.vignette(0.5);
}

fn lamp(stage: &mut Stage, x: f32, amber: Colour) {
    let cone = shapes::polygon(&[(x - 60.0, 130.0), (x + 60.0, 130.0), (x + 300.0, 1120.0), (x - 300.0, 1120.0)]);
    stage.canvas.soft(&cone, amber, 0.16, 60.0);
    stage.canvas.stroke(&shapes::line((x, -10.0), (x, 70.0)), 6.0, BLACK);
    stage.canvas.fill(
        &shapes::polygon(&[(x - 24.0, 62.0), (x + 24.0, 62.0), (x + 84.0, 132.0), (x - 84.0, 132.0)]),
        Ink::across(x - 84.0, x + 84.0, &[Colour::hex(0x5a6068), Colour::hex(0x1d2024)]),
    );
    stage.canvas.fill(&shapes::ellipse(x, 134.0, 44.0, 16.0), WHITE);
    stage.canvas.glow((x, 136.0), 210.0, amber, 0.9);
}

fn wrench(stage: &mut Stage, x: f32, y: f32, turn: f32) {
    let steel = Colour::hex(0x9aa4ae);
    for (path, colour) in [
        (shapes::rounded(-12.0, -100.0, 24.0, 230.0, 10.0), steel),
        (shapes::circle(0.0, -110.0, 38.0), steel.lighter(0.1)),
        (shapes::circle(0.0, 130.0, 32.0), steel),
    ] {
        stage.canvas.fill(&shapes::moved(&path, turn, x, y), colour);
    }
    let brick = stage.tone(0.0);
    for hole in [shapes::rect(-13.0, -152.0, 26.0, 46.0), shapes::circle(0.0, 130.0, 14.0)] {
        stage.canvas.fill(&shapes::moved(&hole, turn, x, y), brick);
    }
}

fn screwdriver(stage: &mut Stage, x: f32, y: f32, turn: f32) {
    let grip = stage.tone(1.0);
    let parts = [
        (shapes::rounded(-22.0, -120.0, 44.0, 120.0, 18.0), grip),
        (shapes::rect(-8.0, -4.0, 16.0, 130.0), Colour::hex(0xb8c0c8)),
        (shapes::polygon(&[(-14.0, 120.0), (14.0, 120.0), (8.0, 146.0), (-8.0, 146.0)]), Colour::hex(0x8e98a2)),
    ];
    for (path, colour) in parts {
        stage.canvas.fill(&shapes::moved(&path, turn, x, y), colour);
    }
}

fn tyre(stage: &mut Stage, (x, y): (f32, f32)) {
    stage.canvas.fill(
        &shapes::rounded(x - 104.0, y - 36.0, 208.0, 72.0, 34.0),
        Ink::down(y - 36.0, y + 36.0, &[Colour::hex(0x4a4d52), Colour::hex(0x121315)]),
    );
    for tread in 0..9 {
        let across = x - 84.0 + tread as f32 * 21.0;
        stage.canvas.stroke(&shapes::line((across, y - 24.0), (across + 8.0, y + 24.0)), 5.0, Ink::Flat(BLACK, 0.6));
    }
}
