//! Numbers of some days as bars, each of a good and a bad part.

use bytes::Bytes;
use image::imageops;

use super::PaintError;
use super::canvas::{Canvas, WIDTH};
use super::style::Colour;
use super::{lettering, photo, shapes};

/// Of the canvas's height, what the chart takes.
const HEIGHT: f32 = 640.0;
const LEFT: f32 = 92.0;
const RIGHT: f32 = WIDTH - 36.0;
const TOP: f32 = 150.0;
const BOTTOM: f32 = HEIGHT - 84.0;
/// Lines across, the one at the foot not counted.
const STEPS: i64 = 4;
/// Labels under the bars at most.
const LABELS: usize = 8;
/// Numbers and days are written so large.
const SMALL: f32 = 22.0;

const GROUND: Colour = Colour::hex(0x17212b);
const LINES: Colour = Colour::hex(0x2b3a49);
const WORDS: Colour = Colour::hex(0xa9bccd);
const TITLE: Colour = Colour::hex(0xffffff);
const GOOD: Colour = Colour::hex(0x4cc38a);
const BAD: Colour = Colour::hex(0xe5646a);

/// What is drawn; words are plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    /// What the good part of a bar is, and the bad one.
    pub good: String,
    pub bad: String,
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    pub label: String,
    pub good: i64,
    pub bad: i64,
}

/// Draws the chart, as a JPEG.
pub fn chart(chart: &Chart) -> Result<Bytes, PaintError> {
    let mut canvas = Canvas::new(WIDTH as u32);
    canvas.wash(GROUND);
    let size = lettering::fitting(&chart.title, 40.0, RIGHT - LEFT);
    write(&mut canvas, &chart.title, LEFT, 66.0, size, TITLE);
    legend(&mut canvas, chart);
    let highest = chart.bars.iter().map(|bar| bar.good.max(0) + bar.bad.max(0)).max().unwrap_or(0);
    let step = step(highest);
    for number in 0..=STEPS {
        let y = BOTTOM - (BOTTOM - TOP) * number as f32 / STEPS as f32;
        canvas.fill(&shapes::rect(LEFT, y, RIGHT - LEFT, 2.0), LINES);
        let words = (step * number).to_string();
        write(&mut canvas, &words, LEFT - 14.0 - lettering::width(&words, SMALL), y + 8.0, SMALL, WORDS);
    }
    bars(&mut canvas, chart, step * STEPS);
    photo::encode(&imageops::crop_imm(&canvas.into_image(), 0, 0, WIDTH as u32, HEIGHT as u32).to_image())
}

/// The distance of the lines: 1, 2 or 5 times a power of ten, so that [`STEPS`] of them reach the highest bar.
fn step(highest: i64) -> i64 {
    let mut power = 1;
    loop {
        for step in [1, 2, 5].map(|times| times * power) {
            if step * STEPS >= highest {
                return step;
            }
        }
        power *= 10;
    }
}

fn legend(canvas: &mut Canvas, chart: &Chart) {
    let mut x = LEFT;
    for (words, colour) in [(&chart.good, GOOD), (&chart.bad, BAD)] {
        canvas.fill(&shapes::rounded(x, 92.0, 24.0, 24.0, 6.0), colour);
        write(canvas, words, x + 36.0, 112.0, SMALL, WORDS);
        x += 36.0 + lettering::width(words, SMALL) + 44.0;
    }
}

fn bars(canvas: &mut Canvas, chart: &Chart, most: i64) {
    let slot = (RIGHT - LEFT) / chart.bars.len().max(1) as f32;
    let width = (slot * 0.68).min(90.0);
    let every = chart.bars.len().div_ceil(LABELS).max(1);
    let height = |count: i64| (BOTTOM - TOP) * count.max(0) as f32 / most.max(1) as f32;
    for (index, bar) in chart.bars.iter().enumerate() {
        let middle = LEFT + slot * (index as f32 + 0.5);
        let (good, bad) = (height(bar.good), height(bar.bad));
        canvas.fill(&shapes::rect(middle - width / 2.0, BOTTOM - good, width, good), GOOD);
        canvas.fill(&shapes::rect(middle - width / 2.0, BOTTOM - good - bad, width, bad), BAD);
        if index % every == 0 {
            canvas.fill(&lettering::centred(&bar.label, middle, BOTTOM + 36.0, SMALL), WORDS);
        }
    }
}

fn write(canvas: &mut Canvas, text: &str, left: f32, foot: f32, size: f32, colour: Colour) {
    let middle = left + lettering::width(text, size) / 2.0;
    canvas.fill(&lettering::centred(text, middle, foot, size), colour);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_round_numbers_that_reach_the_highest_bar() {
        let steps = [0, 1, 4, 5, 8, 9, 20, 21, 41, 79, 1000, 123_456].map(step);
        assert_eq!(steps, [1, 1, 1, 2, 2, 5, 5, 10, 20, 20, 500, 50_000]);
    }

    #[test]
    fn a_bar_stands_where_its_day_is() {
        let bar = |good, bad| Bar { label: "01.11".to_owned(), good, bad };
        let bars = vec![bar(0, 0), bar(4, 0), bar(0, 4)];
        let words = |text: &str| text.to_owned();
        let drawn = chart(&Chart { title: words("Заказы"), good: words("made"), bad: words("failed"), bars });
        let picture = image::load_from_memory(&drawn.expect("it is drawn")).expect("a JPEG").to_rgb8();
        assert_eq!((picture.width(), picture.height()), (WIDTH as u32, HEIGHT as u32));
        let slot = (RIGHT - LEFT) / 3.0;
        let near = |index: f32, colour: Colour| {
            let pixel = picture.get_pixel((LEFT + slot * (index + 0.5)) as u32, (TOP as u32 + BOTTOM as u32) / 2 + 30);
            pixel.0.iter().zip([colour.0, colour.1, colour.2]).all(|(is, wanted)| is.abs_diff(wanted) < 16)
        };
        assert!(near(0.0, GROUND) && near(1.0, GOOD) && near(2.0, BAD));
    }

    #[test]
    fn nothing_makes_an_empty_chart() {
        let empty = Chart { title: String::new(), good: String::new(), bad: String::new(), bars: Vec::new() };
        assert!(chart(&empty).is_ok());
    }
}
