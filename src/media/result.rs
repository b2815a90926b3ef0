//! Whether what a provider calls a success is a picture.

use std::io::Cursor;

use image::{ImageReader, Limits};

use super::is_black;

/// The widest or highest picture that a provider may send.
const MAX_SIDE: u32 = 8192;

/// What is wrong with a provider's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResultFlaw {
    #[error("not a picture that can be read")]
    Unreadable,
    /// One colour all over: how some providers censor.
    #[error("an empty picture")]
    Black,
}

/// Decodes the picture, within limits, and looks whether there is anything on it.
///
/// # Errors
/// The flaw.
pub fn check_result(picture: &[u8]) -> Result<(), ResultFlaw> {
    let mut reader =
        ImageReader::new(Cursor::new(picture)).with_guessed_format().map_err(|_| ResultFlaw::Unreadable)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    reader.decode().map_err(|_| ResultFlaw::Unreadable)?;
    if is_black(picture) { Err(ResultFlaw::Black) } else { Ok(()) }
}
