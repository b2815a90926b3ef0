//! Taking a person's photos: fetch, check, normalise, keep.

use tokio::sync::Semaphore;

use crate::domain::{PhotoFlaw, PhotoId, SizedPhoto};
use crate::media;
use crate::text::Args;

use super::{Answer, Ask, FetchError, FlowError, IncomingPhoto};

/// The most photos that one picture is made from.
pub(super) const MAX_PHOTOS: usize = 4;
/// Photos that one process takes in at the same time.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// Telegram's albums hold ten.
const MAX_ALBUM: usize = 10;

pub(super) const TEXTS: &[&str] = &[
    "photo-too-small",
    "photo-too-many-pixels",
    "photo-too-heavy",
    "photo-not-a-picture",
    "photo-broken",
    "photo-unreachable",
];

/// Why one was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Flaw(PhotoFlaw),
    Unreachable,
}

/// What came of the photos of one message or album.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// In the order in which they were sent, each once.
    pub photos: Vec<PhotoId>,
    /// Why the first of those not taken was not.
    pub flaw: Option<Trouble>,
}

/// Takes the photos that came with the event. One that was taken before is found again by Telegram's name of it.
pub(super) async fn take(ask: &Ask<'_>) -> Result<Taken, FlowError> {
    let mut taken = Taken::default();
    for photo in ask.photos().iter().take(MAX_ALBUM) {
        match take_one(ask, photo).await? {
            Ok(id) if taken.photos.contains(&id) => {}
            Ok(id) => taken.photos.push(id),
            Err(trouble) => {
                taken.flaw.get_or_insert(trouble);
            }
        }
    }
    Ok(taken)
}

async fn take_one(ask: &Ask<'_>, photo: &IncomingPhoto) -> Result<Result<PhotoId, Trouble>, FlowError> {
    let store = &ask.world.store;
    if let Some(id) = store.kept_photo(ask.user.id, &photo.unique_id).await? {
        return Ok(Ok(id));
    }
    match fetch(ask, photo, |sized| sized).await? {
        Ok(sized) => Ok(Ok(store.keep_photo(ask.user.id, &photo.unique_id, &sized, ask.now).await?)),
        Err(trouble) => Ok(Err(trouble)),
    }
}

/// Fetches a photo, brings it into shape, and has `prepare` make of it what is needed; the last two off the async
/// threads. Few at a time: a photo that is being decoded takes a hundred times its bytes.
pub(super) async fn fetch<T: Send + 'static>(
    ask: &Ask<'_>,
    photo: &IncomingPhoto,
    prepare: impl FnOnce(SizedPhoto) -> T + Send + 'static,
) -> Result<Result<T, Trouble>, FlowError> {
    let limit = PhotoFlaw::MAX_BYTES;
    if photo.size.is_some_and(|size| size > limit as u64) {
        return Ok(Err(Trouble::Flaw(PhotoFlaw::TooHeavy)));
    }
    let _room = AT_ONCE.acquire().await.map_err(anyhow::Error::from)?;
    let bytes = match ask.world.files.download(&photo.file_id, limit).await {
        Ok(bytes) => bytes,
        Err(FetchError::TooLarge) => return Ok(Err(Trouble::Flaw(PhotoFlaw::TooHeavy))),
        Err(FetchError::Unreachable) => return Ok(Err(Trouble::Unreachable)),
    };
    let normalised = tokio::task::spawn_blocking(move || media::normalise(&bytes).map(prepare)).await;
    Ok(normalised.map_err(anyhow::Error::from)?.map_err(Trouble::Flaw))
}

/// Puts the reason above the next screen.
pub(super) fn tell_flaw(answer: Answer, trouble: Option<Trouble>) -> Answer {
    let megabytes = |bytes: usize| i64::try_from(bytes / 1_000_000).unwrap_or(i64::MAX);
    let megapixels = |pixels: u64| i64::try_from(pixels / 1_000_000).unwrap_or(i64::MAX);
    match trouble {
        None => answer,
        Some(Trouble::Unreachable) => answer.tell("photo-unreachable"),
        Some(Trouble::Flaw(flaw)) => match flaw {
            PhotoFlaw::TooSmall { width, height } => answer.tell_with(
                "photo-too-small",
                Args::default()
                    .number("width", width.into())
                    .number("height", height.into())
                    .number("min", PhotoFlaw::MIN_SIDE.into()),
            ),
            PhotoFlaw::TooManyPixels { width, height } => answer.tell_with(
                "photo-too-many-pixels",
                Args::default()
                    .number("megapixels", megapixels(u64::from(width) * u64::from(height)))
                    .number("max", megapixels(PhotoFlaw::MAX_PIXELS)),
            ),
            PhotoFlaw::TooHeavy => {
                answer.tell_with("photo-too-heavy", Args::default().number("max", megabytes(PhotoFlaw::MAX_BYTES)))
            }
            PhotoFlaw::NotAPicture => answer.tell("photo-not-a-picture"),
            PhotoFlaw::Broken => answer.tell("photo-broken"),
        },
    }
}
