//! Outlines, in the canvas's units.

use std::f32::consts::{PI, TAU};

use tiny_skia::{Path, PathBuilder, Rect, Transform};

/// A place on the canvas.
pub type Spot = (f32, f32);

/// The path that `draw` builds; a speck outside the canvas when that comes out empty, so that drawing it does nothing.
pub fn path(draw: impl FnOnce(&mut PathBuilder)) -> Path {
    let mut builder = PathBuilder::new();
    draw(&mut builder);
    builder.finish().unwrap_or_else(|| {
        let mut speck = PathBuilder::new();
        speck.move_to(-90.0, -90.0);
        speck.line_to(-89.0, -89.0);
        speck.finish().expect("a line is a path")
    })
}

pub fn rect(x: f32, y: f32, width: f32, height: f32) -> Path {
    path(|builder| {
        if let Some(bounds) = Rect::from_xywh(x, y, width, height) {
            builder.push_rect(bounds)
        }
    })
}

pub fn circle(x: f32, y: f32, radius: f32) -> Path {
    ellipse(x, y, radius, radius)
}

pub fn ellipse(x: f32, y: f32, across: f32, down: f32) -> Path {
    path(|builder| {
        if let Some(bounds) = Rect::from_xywh(x - across, y - down, across * 2.0, down * 2.0) {
            builder.push_oval(bounds);
        }
    })
}

pub fn rounded(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Path {
    let (right, bottom) = (x + width, y + height);
    path(|builder| {
        builder.move_to(x + radius, y);
        builder.line_to(right - radius, y);
        builder.quad_to(right, y, right, y + radius);
        builder.line_to(right, bottom - radius);
        builder.quad_to(right, bottom, right - radius, bottom);
        builder.line_to(x + radius, bottom);
        builder.quad_to(x, bottom, x, bottom - radius);
        builder.line_to(x, y + radius);
        builder.quad_to(x, y, x + radius, y);
        builder.close();
    })
}

/// A window with a round top.
pub fn arch(x: f32, y: f32, width: f32, height: f32) -> Path {
    let radius = width / 2.0;
    let handle = radius * 0.5523;
    path(|builder| {
        builder.move_to(x, y + height);
        builder.line_to(x, y + radius);
        builder.cubic_to(x, y + radius - handle, x + radius - handle, y, x + radius, y);
        builder.cubic_to(x + radius + handle, y, x + width, y + radius - handle, x + width, y + radius);
        builder.line_to(x + width, y + height);
        builder.close();
    })
}

pub fn polygon(corners: &[Spot]) -> Path {
    path(|builder| {
        for (index, &(x, y)) in corners.iter().enumerate() {
            if index == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
        }
        builder.close();
    })
}

pub fn line(from: Spot, to: Spot) -> Path {
    path(|builder| {
        builder.move_to(from.0, from.1);
        builder.line_to(to.0, to.1);
    })
}

/// A round closed outline through all `spots`.
pub fn blob(spots: &[Spot]) -> Path {
    path(|builder| spline(builder, spots, true))
}

/// A smooth line through all `spots`.
pub fn curve(spots: &[Spot]) -> Path {
    path(|builder| spline(builder, spots, false))
}

/// Catmull–Rom, as cubic Béziers.
fn spline(builder: &mut PathBuilder, spots: &[Spot], closed: bool) {
    let count = spots.len() as i32;
    if count < 2 {
        return;
    }
    let at = |index: i32| {
        let index = if closed { index.rem_euclid(count) } else { index.clamp(0, count - 1) };
        spots[index as usize]
    };
    builder.move_to(spots[0].0, spots[0].1);
    for index in 0..if closed { count } else { count - 1 } {
        let (before, from, to, after) = (at(index - 1), at(index), at(index + 1), at(index + 2));
        builder.cubic_to(
            from.0 + (to.0 - before.0) / 6.0,
            from.1 + (to.1 - before.1) / 6.0,
            to.0 - (after.0 - from.0) / 6.0,
            to.1 - (after.1 - from.1) / 6.0,
            to.0,
            to.1,
        );
    }
    if closed {
        builder.close();
    }
}

/// A star of `points` points; its inner corners at `depth` of the radius.
pub fn star(x: f32, y: f32, radius: f32, points: u32, depth: f32) -> Path {
    let corner = |index: u32| {
        let reach = if index.is_multiple_of(2) { radius } else { radius * depth };
        let angle = index as f32 * PI / points as f32 - PI / 2.0;
        (x + reach * angle.cos(), y + reach * angle.sin())
    };
    polygon(&(0..points * 2).map(corner).collect::<Vec<_>>())
}

/// Wedges of a circle, every second one missing: rays of a sun or a burst.
pub fn rays(x: f32, y: f32, radius: f32, count: u32, turn: f32) -> Path {
    path(|builder| {
        for index in 0..count {
            let from = turn + index as f32 * TAU / count as f32;
            let to = from + PI / count as f32;
            builder.move_to(x, y);
            builder.line_to(x + radius * from.cos(), y + radius * from.sin());
            builder.line_to(x + radius * to.cos(), y + radius * to.sin());
            builder.close();
        }
    })
}

/// `path` turned by `degrees` around the origin and then moved to (`x`, `y`).
pub fn moved(path: &Path, degrees: f32, x: f32, y: f32) -> Path {
    let turn = Transform::from_rotate(degrees).post_translate(x, y);
    path.clone().transform(turn).unwrap_or_else(|| path.clone())
}
