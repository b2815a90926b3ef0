//! A person's photo once it may be used, and why one may not.

use bytes::Bytes;

/// A picture as JPEG with its size in pixels: upright, without metadata.
#[derive(Clone, PartialEq, Eq)]
pub struct SizedPhoto {
    pub jpeg: Bytes,
    pub width: u32,
    pub height: u32,
}

impl std::fmt::Debug for SizedPhoto {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "SizedPhoto({}×{}, {} bytes)", self.width, self.height, self.jpeg.len())
    }
}

/// Why a photo is not taken. Each has a text of its own that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoFlaw {
    /// The shorter side is under [`PhotoFlaw::MIN_SIDE`].
    #[error("{width}×{height} is too small")]
    TooSmall { width: u32, height: u32 },
    /// More pixels than [`PhotoFlaw::MAX_PIXELS`].
    #[error("{width}×{height} is too many pixels")]
    TooManyPixels { width: u32, height: u32 },
    /// The file has more bytes than [`PhotoFlaw::MAX_BYTES`].
    #[error("the file is too heavy")]
    TooHeavy,
    /// Not a JPEG, PNG, WebP or GIF.
    #[error("not a picture")]
    NotAPicture,
    /// A picture by its first bytes, but it does not decode.
    #[error("the picture is broken")]
    Broken,
}

impl PhotoFlaw {
    /// Pixels of the shorter side that a model needs at least.
    pub const MIN_SIDE: u32 = 512;
    /// 40 megapixels: above what phones make, below what would exhaust memory.
    pub const MAX_PIXELS: u64 = 40_000_000;
    /// 20 MB, the most that the Bot API's `getFile` hands over.
    pub const MAX_BYTES: usize = 20_000_000;

    /// The end of its Fluent id `photo-<name>`.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooSmall { .. } => "too-small",
            Self::TooManyPixels { .. } => "too-many-pixels",
            Self::TooHeavy => "too-heavy",
            Self::NotAPicture => "not-a-picture",
            Self::Broken => "broken",
        }
    }
}
