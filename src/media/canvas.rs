//! A sheet to paint on, measured in units of 1024 × 1280 whatever its pixels are.

use image::RgbImage;
use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Mask, Paint, Path, Pixmap, Point, RadialGradient,
    Rect, Shader, SpreadMode, Stroke, Transform,
};

use super::light::{self, blurred_mask};
use super::style::Colour;

/// Units from left to right.
pub const WIDTH: f32 = 1024.0;
/// Units from top to bottom.
pub const HEIGHT: f32 = 1280.0;

/// Opaque pixels and the scale from units to them.
pub struct Canvas {
    pub(super) pixmap: Pixmap,
    pub(super) scale: f32,
}

/// What a shape is filled with.
pub enum Ink {
    Flat(Colour, f32),
    /// Colours with their opacity from one point to another, evenly spaced.
    Linear((f32, f32), (f32, f32), Vec<(Colour, f32)>),
    /// Colours with their opacity from a centre outwards to a radius.
    Radial((f32, f32), f32, Vec<(Colour, f32)>),
}

impl From<Colour> for Ink {
    fn from(colour: Colour) -> Self {
        Self::Flat(colour, 1.0)
    }
}

impl Ink {
    /// Opaque colours from `top` down to `bottom`.
    pub fn down(top: f32, bottom: f32, colours: &[Colour]) -> Self {
        Self::Linear((0.0, top), (0.0, bottom), opaque(colours))
    }

    /// Opaque colours from `left` to `right`.
    pub fn across(left: f32, right: f32, colours: &[Colour]) -> Self {
        Self::Linear((left, 0.0), (right, 0.0), opaque(colours))
    }

    /// Opaque colours from a centre outwards.
    pub fn around(centre: (f32, f32), radius: f32, colours: &[Colour]) -> Self {
        Self::Radial(centre, radius, opaque(colours))
    }

    fn shader(&self, transform: Transform) -> Shader<'static> {
        let shader = match self {
            Self::Flat(colour, alpha) => Some(Shader::SolidColor(solid(*colour, *alpha))),
            Self::Linear(from, to, colours) => {
                LinearGradient::new(point(*from), point(*to), stops(colours), SpreadMode::Pad, transform)
            }
            Self::Radial(centre, radius, colours) => {
                let centre = point(*centre);
                RadialGradient::new(centre, centre, *radius, stops(colours), SpreadMode::Pad, transform)
            }
        };
        shader.unwrap_or(Shader::SolidColor(Color::TRANSPARENT))
    }
}

impl Canvas {
    /// `width` pixels wide, in the canvas's ratio.
    pub fn new(width: u32) -> Self {
        let scale = width.max(1) as f32 / WIDTH;
        let height = (HEIGHT * scale).round() as u32;
        let mut pixmap = Pixmap::new(width.max(1), height).expect("the sides are neither zero nor huge");
        pixmap.fill(Color::BLACK);
        Self { pixmap, scale }
    }

    /// A canvas with `picture` on it, which has the canvas's ratio.
    pub fn from_image(picture: &RgbImage) -> Self {
        Self { pixmap: to_pixmap(picture), scale: picture.width() as f32 / WIDTH }
    }

    pub fn vignette(&mut self, strength: f32) {
        light::vignette(&mut self.pixmap, strength);
    }

    pub(super) fn pixels(&self, units: f32) -> i32 {
        (units * self.scale).round() as i32
    }

    pub(super) fn transform(&self) -> Transform {
        Transform::from_scale(self.scale, self.scale)
    }

    pub fn fill(&mut self, path: &Path, ink: impl Into<Ink>) {
        self.fill_turned(path, ink, Transform::identity());
    }

    /// Fills `path` after moving it by `turn`.
    pub fn fill_turned(&mut self, path: &Path, ink: impl Into<Ink>, turn: Transform) {
        let shader = ink.into().shader(Transform::identity());
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        self.pixmap.fill_path(path, &paint, FillRule::Winding, self.transform().pre_concat(turn), None);
    }

    /// Fills the whole sheet.
    pub fn wash(&mut self, ink: impl Into<Ink>) {
        let Some(sheet) = Rect::from_xywh(0.0, 0.0, WIDTH, HEIGHT) else { return };
        let paint = Paint { shader: ink.into().shader(Transform::identity()), anti_alias: false, ..Paint::default() };
        self.pixmap.fill_rect(sheet, &paint, self.transform(), None);
    }

    /// Draws along `path` with round ends.
    pub fn stroke(&mut self, path: &Path, width: f32, ink: impl Into<Ink>) {
        let paint = Paint { shader: ink.into().shader(Transform::identity()), anti_alias: true, ..Paint::default() };
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixmap.stroke_path(path, &paint, &stroke, self.transform(), None);
    }

    /// Fills `path` with its edge blurred over about `blur` units: shadows, blush, mist.
    pub fn soft(&mut self, path: &Path, colour: Colour, alpha: f32, blur: f32) {
        let Some(mask) = blurred_mask(path, self.scale, blur) else { return };
        light::lay(&mut self.pixmap, &mask, |pixel, cover| {
            let share = cover * alpha;
            pixel[0] = blend(pixel[0], colour.0, share);
            pixel[1] = blend(pixel[1], colour.1, share);
            pixel[2] = blend(pixel[2], colour.2, share);
        });
    }

    /// Shows `picture`, its left top corner at (`left`, `top`) and at its own pixels, through the opening `path`.
    pub fn place(&mut self, picture: &RgbImage, (left, top): (f32, f32), path: &Path, blur: f32) {
        let (left, top) = (self.pixels(left), self.pixels(top));
        if blur > 0.0 {
            if let Some(mask) = blurred_mask(path, self.scale, blur) {
                light::lay_picture(&mut self.pixmap, picture, (left, top), &mask);
            }
            return;
        }
        let Some(mut mask) = Mask::new(self.pixmap.width(), self.pixmap.height()) else { return };
        mask.fill_path(path, FillRule::Winding, true, self.transform());
        let source = to_pixmap(picture);
        self.pixmap.draw_pixmap(left, top, source.as_ref(), &Default::default(), Transform::identity(), Some(&mask));
    }

    /// Shows `picture` in the rectangle of its own size around the origin, moved by `turn` (in units).
    pub fn place_turned(&mut self, picture: &RgbImage, turn: Transform) {
        let (width, height) = (picture.width() as f32 / self.scale, picture.height() as f32 / self.scale);
        let source = to_pixmap(picture);
        let fit = Transform::from_scale(1.0 / self.scale, 1.0 / self.scale).post_translate(-width / 2.0, -height / 2.0);
        let paint = tiny_skia::PixmapPaint { quality: tiny_skia::FilterQuality::Bilinear, ..Default::default() };
        let transform = self.transform().pre_concat(turn).pre_concat(fit);
        self.pixmap.draw_pixmap(0, 0, source.as_ref(), &paint, transform, None);
    }

    /// Adds light around a point, fading out towards `radius`.
    pub fn glow(&mut self, (x, y): (f32, f32), radius: f32, colour: Colour, strength: f32) {
        let scale = self.scale;
        light::glow(&mut self.pixmap, (x * scale, y * scale), radius * scale, colour, strength);
    }

    /// A neon tube along `path`: light around it, colour on it, white inside.
    pub fn tube(&mut self, path: &Path, width: f32, colour: Colour) {
        let halo = Stroke { width: width * 2.2, ..Stroke::default() };
        if let Some(outline) = path.stroke(&halo, 1.0) {
            self.soft(&outline, colour, 0.55, width * 5.0);
            self.soft(&outline, colour, 0.5, width * 1.5);
        }
        self.stroke(path, width, colour.lighter(0.15));
        self.stroke(path, width * 0.42, colour.lighter(0.85));
    }

    /// The painted pixels.
    pub fn into_image(self) -> RgbImage {
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let mut rgb = Vec::with_capacity((width * height * 3) as usize);
        for pixel in self.pixmap.data().chunks_exact(4) {
            rgb.extend_from_slice(&pixel[..3]);
        }
        RgbImage::from_raw(width, height, rgb).expect("three bytes a pixel were written")
    }
}

/// `share` of the way from `under` to `over`.
pub(super) fn blend(under: u8, over: u8, share: f32) -> u8 {
    (f32::from(under) + (f32::from(over) - f32::from(under)) * share + 0.5) as u8
}

fn to_pixmap(picture: &RgbImage) -> Pixmap {
    let mut pixmap = Pixmap::new(picture.width(), picture.height()).expect("a picture has pixels");
    for (to, from) in pixmap.data_mut().chunks_exact_mut(4).zip(picture.chunks_exact(3)) {
        to.copy_from_slice(&[from[0], from[1], from[2], 255]);
    }
    pixmap
}

fn opaque(colours: &[Colour]) -> Vec<(Colour, f32)> {
    colours.iter().map(|&colour| (colour, 1.0)).collect()
}

fn solid(Colour(red, green, blue): Colour, alpha: f32) -> Color {
    Color::from_rgba8(red, green, blue, (alpha.clamp(0.0, 1.0) * 255.0) as u8)
}

fn point((x, y): (f32, f32)) -> Point {
    Point::from_xy(x, y)
}

fn stops(colours: &[(Colour, f32)]) -> Vec<GradientStop> {
    let last = colours.len().saturating_sub(1).max(1) as f32;
    let stop = |(index, &(colour, alpha)): (usize, &(Colour, f32))| {
        GradientStop::new(index as f32 / last, solid(colour, alpha))
    };
    colours.iter().enumerate().map(stop).collect()
}
