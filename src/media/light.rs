//! Soft things, pixel by pixel: blurred masks, glows, vignettes.

use image::RgbImage;
use tiny_skia::{FillRule, Mask, Path, Pixmap, Transform};

use super::canvas::blend;
use super::style::Colour;

/// A blurred mask has one cell for this many pixels each way: softness needs no more.
const CELL: u32 = 4;

/// How much each part of a picture is covered, coarsely, in the part where anything is.
pub(super) struct SoftMask {
    cells: Vec<f32>,
    columns: usize,
    rows: usize,
    /// The left top pixel of the first cell.
    origin: (i32, i32),
}

/// `path` with its edge blurred over about `blur` units; `None` when nothing is covered.
pub(super) fn blurred_mask(path: &Path, scale: f32, blur: f32) -> Option<SoftMask> {
    let bounds = path.bounds();
    let radius = ((blur * scale) / (2.0 * CELL as f32)).round().max(1.0) as usize;
    // Three box blurs reach three radii far.
    let margin = (radius * 3 + 2) as f32 * CELL as f32;
    let left = (bounds.left() * scale - margin).max(-2000.0).floor();
    let top = (bounds.top() * scale - margin).max(-2000.0).floor();
    let right = (bounds.right() * scale + margin).min(4000.0);
    let bottom = (bounds.bottom() * scale + margin).min(4000.0);
    if right <= left || bottom <= top {
        return None;
    }
    let columns = ((right - left) / CELL as f32).ceil() as u32 + 1;
    let rows = ((bottom - top) / CELL as f32).ceil() as u32 + 1;
    let mut mask = Mask::new(columns, rows)?;
    let shrink = 1.0 / CELL as f32;
    let transform = Transform::from_scale(scale, scale).post_translate(-left, -top).post_scale(shrink, shrink);
    mask.fill_path(path, FillRule::Winding, true, transform);
    let mut cells: Vec<f32> = mask.data().iter().map(|&cover| f32::from(cover) / 255.0).collect();
    let (columns, rows) = (columns as usize, rows as usize);
    for _ in 0..3 {
        cells = box_blur_turned(&cells, columns, rows, radius);
        cells = box_blur_turned(&cells, rows, columns, radius);
    }
    Some(SoftMask { cells, columns, rows, origin: (left as i32, top as i32) })
}

/// Blurs along the rows and hands the result over transposed, so that two calls blur both ways.
fn box_blur_turned(cells: &[f32], columns: usize, rows: usize, radius: usize) -> Vec<f32> {
    let mut turned = vec![0.0; cells.len()];
    let share = 1.0 / (2 * radius + 1) as f32;
    for (row, line) in cells.chunks_exact(columns).enumerate() {
        let mut sum: f32 = line[..radius.min(columns)].iter().sum();
        for column in 0..columns {
            if column + radius < columns {
                sum += line[column + radius];
            }
            if column > radius {
                sum -= line[column - radius - 1];
            }
            turned[column * rows + row] = (sum * share).max(0.0);
        }
    }
    turned
}

impl SoftMask {
    /// The cover of one pixel row, interpolated, in the pixels `first..` of it.
    fn row(&self, y: i32, first: i32, into: &mut [f32]) {
        let down = (y - self.origin.1) as f32 / CELL as f32 - 0.5;
        let upper = (down.floor().max(0.0) as usize).min(self.rows - 1);
        let lower = (upper + 1).min(self.rows - 1);
        let share = (down - upper as f32).clamp(0.0, 1.0);
        let (above, below) = (&self.cells[upper * self.columns..], &self.cells[lower * self.columns..]);
        let at = |column: usize| above[column] + (below[column] - above[column]) * share;
        for (index, cover) in into.iter_mut().enumerate() {
            let along = (first + index as i32 - self.origin.0) as f32 / CELL as f32 - 0.5;
            let left = (along.max(0.0) as usize).min(self.columns - 1);
            let right = (left + 1).min(self.columns - 1);
            let near = at(left);
            *cover = near + (at(right) - near) * (along - left as f32).clamp(0.0, 1.0);
        }
    }

    /// The pixels of a `width` × `height` picture that it may cover: left, top, right, bottom.
    fn extent(&self, width: u32, height: u32) -> (i32, i32, i32, i32) {
        let right = self.origin.0 + self.columns as i32 * CELL as i32;
        let bottom = self.origin.1 + self.rows as i32 * CELL as i32;
        (self.origin.0.max(0), self.origin.1.max(0), right.min(width as i32), bottom.min(height as i32))
    }
}

/// Changes every pixel under `mask` by `change`, which is told how much it is covered.
pub(super) fn lay(pixmap: &mut Pixmap, mask: &SoftMask, mut change: impl FnMut(&mut [u8], f32)) {
    lay_at(pixmap, mask, |pixel, cover, _, _| change(pixel, cover));
}

/// Shows `picture`, its corner at the pixel `(left, top)`, as far as `mask` covers.
pub(super) fn lay_picture(pixmap: &mut Pixmap, picture: &RgbImage, (left, top): (i32, i32), mask: &SoftMask) {
    let (width, height) = (picture.width() as i32, picture.height() as i32);
    let source = picture.as_raw();
    lay_at(pixmap, mask, |pixel, cover, x, y| {
        let (across, down) = (x - left, y - top);
        if across < 0 || down < 0 || across >= width || down >= height {
            return;
        }
        let from = ((down * width + across) * 3) as usize;
        for channel in 0..3 {
            pixel[channel] = blend(pixel[channel], source[from + channel], cover);
        }
    });
}

fn lay_at(pixmap: &mut Pixmap, mask: &SoftMask, mut change: impl FnMut(&mut [u8], f32, i32, i32)) {
    let (left, top, right, bottom) = mask.extent(pixmap.width(), pixmap.height());
    if right <= left {
        return;
    }
    let stride = pixmap.width() as usize * 4;
    let mut covers = vec![0.0; (right - left) as usize];
    for y in top..bottom {
        mask.row(y, left, &mut covers);
        let line = &mut pixmap.data_mut()[y as usize * stride..][left as usize * 4..right as usize * 4];
        for (index, (pixel, &cover)) in line.chunks_exact_mut(4).zip(&covers).enumerate() {
            if cover > 0.004 {
                change(pixel, cover.min(1.0), left + index as i32, y);
            }
        }
    }
}

/// Adds light (as on a screen: it never clips hard) around a pixel.
pub(super) fn glow(pixmap: &mut Pixmap, (x, y): (f32, f32), radius: f32, colour: Colour, strength: f32) {
    let (width, height) = (pixmap.width() as f32, pixmap.height() as f32);
    let (left, right) = ((x - radius).max(0.0) as usize, (x + radius).clamp(0.0, width) as usize);
    let (top, bottom) = ((y - radius).max(0.0) as usize, (y + radius).clamp(0.0, height) as usize);
    if left >= right {
        return;
    }
    let stride = pixmap.width() as usize * 4;
    let inverse = 1.0 / (radius * radius);
    let light = [colour.0, colour.1, colour.2].map(|channel| f32::from(channel) / 255.0 * strength);
    for row in top..bottom {
        let down = (row as f32 - y) * (row as f32 - y);
        let line = &mut pixmap.data_mut()[row * stride + left * 4..row * stride + right * 4];
        for (index, pixel) in line.chunks_exact_mut(4).enumerate() {
            let across = (left + index) as f32 - x;
            let near = 1.0 - (across * across + down) * inverse;
            if near > 0.0 {
                let near = near * near;
                for channel in 0..3 {
                    let value = f32::from(pixel[channel]);
                    pixel[channel] = (value + (255.0 - value) * light[channel] * near) as u8;
                }
            }
        }
    }
}

/// Darkens towards the corners; `strength` from 0 to 1.
pub(super) fn vignette(pixmap: &mut Pixmap, strength: f32) {
    let (width, height) = (pixmap.width() as usize, pixmap.height() as usize);
    // The squared distance from the centre, 0 to 2, in 256ths of its range.
    let keep: Vec<u32> = (0..=512)
        .map(|step| {
            let distance = step as f32 / 256.0;
            let fall = ((distance - 0.55) / 1.45).clamp(0.0, 1.0);
            ((1.0 - strength * fall.powf(1.2)) * 256.0) as u32
        })
        .collect();
    let squares = |length: usize| -> Vec<u32> {
        let half = length as f32 / 2.0;
        (0..length).map(|at| (((at as f32 - half) / half).powi(2) * 256.0) as u32).collect()
    };
    let (across, down) = (squares(width), squares(height));
    for (line, down) in pixmap.data_mut().chunks_exact_mut(width * 4).zip(down) {
        for (pixel, across) in line.chunks_exact_mut(4).zip(&across) {
            let keep = keep[(across + down).min(512) as usize];
            for channel in &mut pixel[..3] {
                *channel = ((u32::from(*channel) * keep) >> 8) as u8;
            }
        }
    }
}
