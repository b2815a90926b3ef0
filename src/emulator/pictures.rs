//! Pixels of photos: checked as Telegram checks them, turned upright, without EXIF, at most 1280 on the longer side.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, imageops::FilterType};

use super::{error::ApiError, lock};

/// The longer side of the largest size that Telegram makes of a photo.
pub(super) const LONG_SIDE: u32 = 1280;
/// The longer sides of the smaller sizes.
pub(super) const SMALLER_SIDES: [u32; 3] = [90, 320, 800];
const PHOTO_BYTES_LIMIT: usize = 10 * 1024 * 1024;
const CACHED: usize = 128;

/// A photo as Telegram keeps it.
#[derive(Debug)]
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    pub jpeg: Bytes,
}

/// Why bytes cannot be a photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NotPhoto {
    TooManyBytes(usize),
    Dimensions,
    Undecodable,
}

impl From<NotPhoto> for ApiError {
    fn from(reason: NotPhoto) -> ApiError {
        match reason {
            NotPhoto::TooManyBytes(size) => ApiError::bad(format!(
                "file of size {size} bytes is too big for a photo; the maximum size is {PHOTO_BYTES_LIMIT} bytes"
            )),
            NotPhoto::Dimensions => ApiError::bad("PHOTO_INVALID_DIMENSIONS"),
            NotPhoto::Undecodable => ApiError::bad("IMAGE_PROCESS_FAILED"),
        }
    }
}

/// Pictures already decoded, by their bytes: the same sample sent a thousand times is decoded once.
#[derive(Default)]
pub(super) struct Pictures {
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    pictures: HashMap<u64, Arc<Picture>>,
    order: VecDeque<u64>,
}

impl Pictures {
    /// Decodes on the caller's thread, unless the same bytes were decoded lately.
    pub fn decode(&self, bytes: &Bytes) -> Result<Arc<Picture>, NotPhoto> {
        let key = digest(bytes);
        if let Some(picture) = lock(&self.cache).pictures.get(&key) {
            return Ok(picture.clone());
        }
        let picture = Arc::new(decode(bytes)?);
        let mut cache = lock(&self.cache);
        let Cache { pictures, order } = &mut *cache;
        if pictures.insert(key, picture.clone()).is_none() {
            order.push_back(key);
        }
        if order.len() > CACHED
            && let Some(oldest) = order.pop_front()
        {
            pictures.remove(&oldest);
        }
        Ok(picture)
    }

    /// The same, off the async threads.
    pub async fn decode_apart(self: Arc<Self>, bytes: Bytes) -> Result<Arc<Picture>, NotPhoto> {
        let known = lock(&self.cache).pictures.get(&digest(&bytes)).cloned();
        match known {
            Some(picture) => Ok(picture),
            None => {
                let work = tokio::task::spawn_blocking(move || self.decode(&bytes));
                work.await.unwrap_or(Err(NotPhoto::Undecodable))
            }
        }
    }
}

/// Names contents; equal bytes have equal digests.
pub(super) fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// A size of a picture whose longer side is at most `side`, keeping the ratio.
pub(super) fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= side {
        return (width, height);
    }
    let scale = |length: u32| {
        let scaled = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    (scale(width), scale(height))
}

/// Encodes a smaller copy; bytes that are no picture stay as they are.
pub(super) fn shrink(jpeg: &Bytes, side: u32) -> Bytes {
    let Ok(image) = image::load_from_memory(jpeg) else { return jpeg.clone() };
    let (width, height) = fit(image.width(), image.height(), side);
    encode(&image.resize_exact(width, height, FilterType::Triangle)).unwrap_or_else(|_| jpeg.clone())
}

/// A plain picture, for messages that must carry some photo.
pub(super) fn plain(color: [u8; 3]) -> Bytes {
    let image = image::RgbImage::from_pixel(640, 640, image::Rgb(color));
    encode(&DynamicImage::ImageRgb8(image)).unwrap_or_default()
}

fn decode(bytes: &Bytes) -> Result<Picture, NotPhoto> {
    if bytes.len() > PHOTO_BYTES_LIMIT {
        return Err(NotPhoto::TooManyBytes(bytes.len()));
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| NotPhoto::Undecodable)?;
    let is_jpeg = reader.format() == Some(ImageFormat::Jpeg);
    let mut decoder = reader.into_decoder().map_err(|_| NotPhoto::Undecodable)?;
    let (width, height) = decoder.dimensions();
    let (short, long) = (width.min(height), width.max(height));
    if short == 0 || width + height > 10_000 || long > short.saturating_mul(20) {
        return Err(NotPhoto::Dimensions);
    }
    let orientation = decoder.orientation().map_err(|_| NotPhoto::Undecodable)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|_| NotPhoto::Undecodable)?;
    if is_jpeg && long <= LONG_SIDE && !bytes.windows(6).any(|window| window == b"Exif\0\0") {
        return Ok(Picture { width, height, jpeg: bytes.clone() });
    }
    image.apply_orientation(orientation);
    let (width, height) = fit(image.width(), image.height(), LONG_SIDE);
    if width != image.width() || height != image.height() {
        image = image.resize_exact(width, height, FilterType::Triangle);
    }
    Ok(Picture { width, height, jpeg: encode(&image).map_err(|_| NotPhoto::Undecodable)? })
}

fn encode(image: &DynamicImage) -> Result<Bytes, image::ImageError> {
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 87);
    image.to_rgb8().write_with_encoder(encoder)?;
    Ok(out.into())
}
