//! What a template says about its look, as kept in its `style` column.

use serde::{Deserialize, Deserializer};

/// Hints for the painter; see `Style::default` for what is left out. Unknown keys are ignored, so that a newer
/// template still paints.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Style {
    /// Two to four colours, dark to light; the scene's own where empty.
    pub palette: Vec<Colour>,
    pub scene: Scene,
    pub grade: Grade,
    pub effect: Effect,
    pub frame: Frame,
    /// A short text on the picture, or nothing.
    pub caption: String,
    /// Which drawn sample the preview is painted from; the one that fits the scene where missing.
    pub sample: Option<SampleName>,
}

/// An opaque sRGB colour, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// From `0xrrggbb`.
    pub const fn hex(rgb: u32) -> Self {
        Self((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
    }

    /// `self` at 0, `other` at 1.
    pub fn mix(self, other: Self, share: f32) -> Self {
        let mix = |from: u8, to: u8| (f32::from(from) + (f32::from(to) - f32::from(from)) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    pub fn lighter(self, share: f32) -> Self {
        self.mix(Self(255, 255, 255), share)
    }

    pub fn darker(self, share: f32) -> Self {
        self.mix(Self(0, 0, 0), share)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        digits
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .map(Self::hex)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no colour such as `#1a2b3c`")))
    }
}

macro_rules! names {
    ($(#[$doc:meta])* $name:ident: $first:ident $($rest:ident)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name {
            #[default]
            $first,
            $($rest,)*
        }

        impl $name {
            pub const ALL: &[Self] = &[Self::$first, $(Self::$rest,)*];
        }
    };
}

names! {
    /// Where the person is set, and what is drawn around them.
    Scene: Studio Neon Road Showroom Snow Fireplace Tree Castle Forest Space City Beach Film Comic Oil Watercolor
        Polaroid Royal Garage Desert
}
names! {
    /// How the photo's colours are shifted.
    Grade: None Warm Cold Noir Pastel Vivid Sepia
}
names! {
    /// What is done to the picture's grain and edges.
    Effect: None Oil Halftone Grain Glow Posterize Sketch
}
names! {
    /// What surrounds the picture.
    Frame: None Polaroid Film Gold Ornament Rounded
}
names! {
    /// A drawn sample photo.
    SampleName: Woman Man Couple Pet Car
}
