//! The places a person can be set in: each draws a backdrop, shows the photo, and draws what stands before it.

mod nature;
mod night;
mod palace;
mod paper;
mod props;
mod studio;
mod wheels;
mod winter;

use image::RgbImage;
use tiny_skia::{Path, Transform};

use super::canvas::{Canvas, HEIGHT, WIDTH};
use super::collage::{crop_to, gather};
use super::dice::Dice;
use super::grade::{duotone, grade};
use super::shapes::{self, Spot};
use super::style::{Colour, Grade, SampleName, Scene, Style};

/// What a scene has to work with.
pub(super) struct Stage<'a> {
    pub canvas: Canvas,
    pub dice: Dice,
    pub caption: &'a str,
    /// From dark to light, never empty.
    palette: Vec<Colour>,
    grade: Grade,
    pictures: &'a [RgbImage],
}

impl<'a> Stage<'a> {
    pub fn new(canvas: Canvas, style: &'a Style, pictures: &'a [RgbImage], seed: u64) -> Self {
        let dice = Dice::new(seed);
        Self { canvas, dice, caption: style.caption.trim(), palette: palette(style), grade: style.grade, pictures }
    }

    /// The palette's colour at `share`: its darkest at 0, its lightest at 1.
    pub fn tone(&self, share: f32) -> Colour {
        let last = self.palette.len() - 1;
        let place = share.clamp(0.0, 1.0) * last as f32;
        let index = (place as usize).min(last.saturating_sub(1));
        self.palette[index].mix(self.palette[(index + 1).min(last)], place - index as f32)
    }

    /// Shows the photos, graded and filling the given rectangle, through the opening `path` whose edge is `blur` soft.
    pub fn show(&mut self, (x, y, width, height): (f32, f32, f32, f32), path: &Path, blur: f32) {
        self.show_toned((x, y, width, height), path, blur, 0.0);
    }

    /// As [`Self::show`], with `share` of the photo's colours replaced by the palette's.
    pub fn show_toned(&mut self, (x, y, width, height): (f32, f32, f32, f32), path: &Path, blur: f32, share: f32) {
        let (across, down) = (self.canvas.pixels(width) as u32, self.canvas.pixels(height) as u32);
        let mut picture = gather(self.pictures, across, down);
        grade(&mut picture, self.grade, &self.palette);
        if share > 0.0 {
            duotone(&mut picture, &self.palette, share);
        }
        self.canvas.place(&picture, (x, y), path, blur);
    }

    /// Shows the photos over the whole sheet.
    pub fn show_full(&mut self) {
        self.show((0.0, 0.0, WIDTH, HEIGHT), &shapes::rect(-400.0, -400.0, WIDTH + 800.0, HEIGHT + 800.0), 8.0);
    }

    /// Shows head and shoulders melting into the backdrop.
    pub fn show_bust(&mut self, share: f32) {
        self.show_toned((0.0, 0.0, WIDTH, HEIGHT), &bust(), 140.0, share);
    }

    /// One photo (the `index`th, beginning again after the last) as a turned print.
    pub fn show_print(&mut self, index: usize, (width, height): (f32, f32), turn: Transform) {
        let (across, down) = (self.canvas.pixels(width) as u32, self.canvas.pixels(height) as u32);
        let mut picture = crop_to(&self.pictures[index % self.pictures.len()], across, down);
        grade(&mut picture, self.grade, &self.palette);
        self.canvas.place_turned(&picture, turn);
    }

    pub fn photos(&self) -> usize {
        self.pictures.len()
    }

    /// A random place within a rectangle.
    pub fn anywhere(&mut self, left: f32, top: f32, right: f32, bottom: f32) -> Spot {
        (self.dice.between(left, right), self.dice.between(top, bottom))
    }
}

/// Where head and shoulders of a portrait are.
fn bust() -> Path {
    shapes::blob(&[
        (512.0, 130.0),
        (790.0, 220.0),
        (872.0, 520.0),
        (930.0, 860.0),
        (930.0, 1500.0),
        (94.0, 1500.0),
        (94.0, 860.0),
        (152.0, 520.0),
        (234.0, 220.0),
    ])
}

/// The style's colours, or the scene's own.
pub(super) fn palette(style: &Style) -> Vec<Colour> {
    if !style.palette.is_empty() {
        return style.palette.clone();
    }
    let colours: [u32; 3] = match style.scene {
        Scene::Studio => [0x2b2730, 0xb08a7a, 0xf6e3d2],
        Scene::Neon => [0x12052e, 0xff2e93, 0x21e6ff],
        Scene::Road => [0x1b1f3b, 0xe4572e, 0xffd27a],
        Scene::Showroom => [0x0c1016, 0x4a6fa5, 0xe8f1ff],
        Scene::Snow => [0x14345a, 0x7fb2e5, 0xf4faff],
        Scene::Fireplace => [0x2a0f0a, 0xb5442a, 0xffd08a],
        Scene::Tree => [0x0b2b1c, 0xb3202c, 0xffd877],
        Scene::Castle => [0x1c1a3a, 0x7058a3, 0xf7c9a9],
        Scene::Forest => [0x0e2a1d, 0x4b8b4f, 0xeaf5b5],
        Scene::Space => [0x07061a, 0x5b3fd6, 0xffb3e6],
        Scene::City => [0x0d1330, 0x3f5fae, 0xffcf70],
        Scene::Beach => [0x0b6e8f, 0xff8f5a, 0xffe3a3],
        Scene::Film => [0x0b0d10, 0x2a7f86, 0xf2a65a],
        Scene::Comic => [0x1d2b8f, 0xe8252f, 0xffd91f],
        Scene::Oil => [0x2e1a0c, 0x8c5a2b, 0xf0d6a0],
        Scene::Watercolor => [0x3e5c8a, 0xe58fa8, 0xfdf1dc],
        Scene::Polaroid => [0x5a3c28, 0xc69c6d, 0xfbf3e4],
        Scene::Royal => [0x3a0713, 0xa3162e, 0xf5d27a],
        Scene::Garage => [0x16181b, 0x8a3b22, 0xffc04d],
        Scene::Desert => [0x5c1f2b, 0xe0703a, 0xffd99b],
    };
    colours.map(Colour::hex).to_vec()
}

/// Whose sample photo shows the scene best.
pub(super) fn fitting_sample(scene: Scene) -> SampleName {
    match scene {
        Scene::Road | Scene::Showroom | Scene::Garage => SampleName::Car,
        Scene::Fireplace | Scene::Polaroid | Scene::Desert => SampleName::Couple,
        Scene::City | Scene::Film | Scene::Space | Scene::Comic => SampleName::Man,
        Scene::Oil | Scene::Royal => SampleName::Pet,
        _ => SampleName::Woman,
    }
}

/// Draws all of `scene`, the photos included.
pub(super) fn draw(scene: Scene, stage: &mut Stage) {
    match scene {
        Scene::Studio => studio::studio(stage),
        Scene::Neon => night::neon(stage),
        Scene::Road => wheels::road(stage),
        Scene::Showroom => wheels::showroom(stage),
        Scene::Snow => winter::snow(stage),
        Scene::Fireplace => winter::fireplace(stage),
        Scene::Tree => winter::tree(stage),
        Scene::Castle => palace::castle(stage),
        Scene::Forest => nature::forest(stage),
        Scene::Space => night::space(stage),
        Scene::City => night::city(stage),
        Scene::Beach => nature::beach(stage),
        Scene::Film => studio::film(stage),
        Scene::Comic => paper::comic(stage),
        Scene::Oil => palace::oil(stage),
        Scene::Watercolor => paper::watercolor(stage),
        Scene::Polaroid => paper::polaroid(stage),
        Scene::Royal => palace::royal(stage),
        Scene::Garage => wheels::garage(stage),
        Scene::Desert => nature::desert(stage),
    }
}
