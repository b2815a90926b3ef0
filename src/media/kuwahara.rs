//! The Kuwahara filter: smooths within surfaces and keeps the borders between them, which looks like brush strokes.

use image::RgbImage;

use super::grade::luminance;

/// Sums over the picture from the left top corner: red, green, blue, brightness, squared brightness.
type Sums = [u64; 5];

/// Gives every pixel the mean of the calmest of the four squares of side `radius + 1` that touch it.
pub(super) fn kuwahara(picture: &RgbImage, radius: usize) -> RgbImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let table = summed(picture);
    let mut painted = RgbImage::new(picture.width(), picture.height());
    for (index, pixel) in painted.chunks_exact_mut(3).enumerate() {
        let (x, y) = (index % width, index / width);
        let (left, right) = (x.saturating_sub(radius), (x + radius).min(width - 1));
        let (top, bottom) = (y.saturating_sub(radius), (y + radius).min(height - 1));
        let squares = [(left, top, x, y), (x, top, right, y), (left, y, x, bottom), (x, y, right, bottom)];
        let mut calmest = (u64::MAX, [0; 3]);
        for (left, top, right, bottom) in squares {
            let sums = within(&table, width, (left, top, right, bottom));
            let count = ((right - left + 1) * (bottom - top + 1)) as u64;
            let mean = sums[3] / count;
            let variance = (sums[4] / count).saturating_sub(mean * mean);
            if variance < calmest.0 {
                calmest = (variance, [sums[0], sums[1], sums[2]].map(|sum| (sum / count) as u8));
            }
        }
        pixel.copy_from_slice(&calmest.1);
    }
    painted
}

fn summed(picture: &RgbImage) -> Vec<Sums> {
    let width = picture.width() as usize;
    let stride = width + 1;
    let mut table = vec![[0; 5]; stride * (picture.height() as usize + 1)];
    for (y, line) in picture.chunks_exact(width * 3).enumerate() {
        let mut row: Sums = [0; 5];
        for (x, pixel) in line.chunks_exact(3).enumerate() {
            let grey = luminance(pixel[0], pixel[1], pixel[2]) as u64;
            let values = [u64::from(pixel[0]), u64::from(pixel[1]), u64::from(pixel[2]), grey, grey * grey];
            for (sum, value) in row.iter_mut().zip(values) {
                *sum += value;
            }
            let above = table[y * stride + x + 1];
            table[(y + 1) * stride + x + 1] = std::array::from_fn(|index| above[index] + row[index]);
        }
    }
    table
}

fn within(table: &[Sums], width: usize, (left, top, right, bottom): (usize, usize, usize, usize)) -> Sums {
    let stride = width + 1;
    let (a, b) = (&table[top * stride + left], &table[top * stride + right + 1]);
    let (c, d) = (&table[(bottom + 1) * stride + left], &table[(bottom + 1) * stride + right + 1]);
    std::array::from_fn(|index| d[index] + a[index] - b[index] - c[index])
}
