//! Words as outlines, so that they can be filled, stroked and turned like any shape.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, OutlineCurve, Point, PxScale, ScaleFont};
use tiny_skia::{Path, PathBuilder};

use super::shapes;

/// DejaVu Sans Bold with Basic Latin, Latin-1, Cyrillic and common punctuation.
static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../../assets/fonts/DejaVuSans-Bold.subset.ttf"))
        .expect("the embedded font is a font")
});

/// `text` in capitals' height of about 0.73 `size`, its middle at `x` and its foot at `y`.
/// Characters that the font lacks are left out.
pub fn centred(text: &str, x: f32, y: f32, size: f32) -> Path {
    let width = width(text, size);
    shapes::path(|builder| write(builder, text, x - width / 2.0, y, size))
}

/// How wide `text` comes out.
pub fn width(text: &str, size: f32) -> f32 {
    let font = FONT.as_scaled(em(size));
    known(text).map(|glyph| font.h_advance(glyph)).sum()
}

/// The largest size up to `wanted` at which `text` is no wider than `room`.
pub fn fitting(text: &str, wanted: f32, room: f32) -> f32 {
    wanted * (room / width(text, wanted).max(1.0)).min(1.0)
}

fn known(text: &str) -> impl Iterator<Item = ab_glyph::GlyphId> + '_ {
    text.chars().map(|character| FONT.glyph_id(character)).filter(|glyph| glyph.0 != 0)
}

/// ab_glyph scales by the line's height, typographers by the em.
fn em(size: f32) -> PxScale {
    PxScale::from(size * FONT.height_unscaled() / FONT.units_per_em().unwrap_or(2048.0))
}

fn write(builder: &mut PathBuilder, text: &str, mut x: f32, y: f32, size: f32) {
    let scaled = FONT.as_scaled(em(size));
    let unit = size / FONT.units_per_em().unwrap_or(2048.0);
    for glyph in known(text) {
        if let Some(outline) = FONT.outline(glyph) {
            let place = |point: Point| (x + point.x * unit, y - point.y * unit);
            trace(builder, &outline.curves, place);
        }
        x += scaled.h_advance(glyph);
    }
}

fn trace(builder: &mut PathBuilder, curves: &[OutlineCurve], place: impl Fn(Point) -> (f32, f32)) {
    let mut pen = None;
    for curve in curves {
        let (OutlineCurve::Line(from, to) | OutlineCurve::Quad(from, _, to) | OutlineCurve::Cubic(from, _, _, to)) =
            *curve;
        let (start, end) = (place(from), place(to));
        if pen != Some(start) {
            builder.move_to(start.0, start.1);
        }
        match *curve {
            OutlineCurve::Line(..) => builder.line_to(end.0, end.1),
            OutlineCurve::Quad(_, bend, _) => {
                let bend = place(bend);
                builder.quad_to(bend.0, bend.1, end.0, end.1);
            }
            OutlineCurve::Cubic(_, first, second, _) => {
                let (first, second) = (place(first), place(second));
                builder.cubic_to(first.0, first.1, second.0, second.1, end.0, end.1);
            }
        }
        pen = Some(end);
    }
}
