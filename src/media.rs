//! Pixels: photos checked and normalised, pictures painted. Nothing here does I/O.
//!
//! Everything is synchronous and keeps a core busy for tens to hundreds of milliseconds: call it from
//! `tokio::task::spawn_blocking`.
//!
//! [`paint()`] sets a photo in a [`Scene`] (`scene/`), a sheet of 1024 × 1280 units (`canvas`) onto which outlines
//! (`shapes`), light (`light`) and words (`lettering`) are drawn; then come the style's effect, frame and caption.
//! The sample photos in `portrait/` are drawn with the same means.

mod advice;
mod canvas;
mod chart;
mod collage;
mod dice;
mod effect;
mod frame;
mod grade;
mod kuwahara;
mod lettering;
mod light;
mod paint;
mod photo;
mod portrait;
mod print;
mod result;
mod scene;
mod shapes;
mod sheet;
mod style;

pub use advice::photo_advice;
pub use chart::{Bar, Chart, chart};
pub use paint::{black, is_black, paint, preview};
pub use photo::{MAX_SIDE, normalise, thumbnail};
pub use portrait::{Sample, samples, sitting};
pub use print::{print, same_photo};
pub use result::{ResultFlaw, check_result};
pub use sheet::contact_sheet;
pub use style::{Colour, Effect, Frame, Grade, SampleName, Scene, Style};

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PaintError {
    #[error("there is no photo to paint from")]
    NoPhotos,
    #[error("a photo could not be decoded")]
    Unreadable,
    #[error("the picture could not be encoded: {0}")]
    Encoding(#[from] image::ImageError),
}
