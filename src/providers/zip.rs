//! A zip of photos as a stream: one photo in memory at a time, and its length known before it begins.
//!
//! Photos are stored as they are, since a JPEG does not get smaller; up to 4 GB and 65 535 entries no further structures
//! are needed. Layout: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>.

use std::io;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::training::Album;

/// What providers take in one piece.
const MAX_BYTES: u64 = 90_000_000;
const LOCAL_HEAD: u64 = 30;
const CENTRAL_HEAD: u64 = 46;
const END: u64 = 22;
/// 1 January 1980, the earliest that there is: the archive says nothing of when it was made.
const DATE: u16 = 0x0021;

/// One entry of the archive.
#[derive(Debug, Clone)]
enum Entry {
    Photo { name: String, index: usize, size: u64 },
    Text { name: String, text: Bytes },
}

impl Entry {
    fn name(&self) -> &str {
        match self {
            Self::Photo { name, .. } | Self::Text { name, .. } => name,
        }
    }

    fn size(&self) -> u64 {
        match self {
            Self::Photo { size, .. } => *size,
            Self::Text { text, .. } => text.len() as u64,
        }
    }

    /// Bytes that it takes in the archive.
    fn space(&self) -> u64 {
        LOCAL_HEAD + CENTRAL_HEAD + 2 * self.name().len() as u64 + self.size()
    }
}

/// An archive that is about to be made.
#[derive(Debug, Clone)]
pub(super) struct Zip {
    entries: Vec<Entry>,
    length: u64,
}

impl Zip {
    /// The album's photos, each with its caption beside it where there is one; what does not fit is left out.
    pub(super) fn of(album: &dyn Album, caption: Option<&str>) -> Self {
        let (mut entries, mut length) = (Vec::new(), END);
        for (index, size) in album.sizes().iter().enumerate() {
            let photo = Entry::Photo { name: format!("{:02}.jpg", index + 1), index, size: *size };
            let text = caption.map(|caption| Entry::Text {
                name: format!("{:02}.txt", index + 1),
                text: Bytes::copy_from_slice(caption.as_bytes()),
            });
            let space = photo.space() + text.as_ref().map_or(0, Entry::space);
            if length + space > MAX_BYTES {
                break;
            }
            length += space;
            entries.push(photo);
            entries.extend(text);
        }
        Self { entries, length }
    }

    /// Bytes of the whole archive.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The archive. Ends with an error when a photo is not as the album said.
    pub(super) fn stream(self, album: Arc<dyn Album>) -> BoxStream<'static, io::Result<Bytes>> {
        let begun = Progress { entries: self.entries.into_iter(), album, central: BytesMut::new(), count: 0, at: 0 };
        stream::try_unfold(Some(begun), |progress| async move {
            match progress {
                Some(progress) => progress.next().await.map(Some),
                None => Ok(None),
            }
        })
        .boxed()
    }
}

/// An archive in the making.
struct Progress {
    entries: std::vec::IntoIter<Entry>,
    album: Arc<dyn Album>,
    /// The directory, which comes last.
    central: BytesMut,
    count: u16,
    at: u32,
}

impl Progress {
    /// The next entry, or the directory when there is none left.
    async fn next(mut self) -> io::Result<(Bytes, Option<Self>)> {
        let Some(entry) = self.entries.next() else { return Ok((self.directory(), None)) };
        let content = match &entry {
            Entry::Text { text, .. } => text.clone(),
            Entry::Photo { index, .. } => self.album.photo(*index).await?,
        };
        if content.len() as u64 != entry.size() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a photo has changed its size"));
        }
        let (name, crc) = (entry.name().as_bytes(), crc32fast::hash(&content));
        let size = u32::try_from(content.len()).map_err(io::Error::other)?;
        let mut out = BytesMut::with_capacity(LOCAL_HEAD as usize + name.len() + content.len());
        out.put_u32_le(0x0403_4b50);
        shared(&mut out, crc, size, name);
        out.put_slice(name);
        self.central.put_u32_le(0x0201_4b50);
        self.central.put_u16_le(20);
        shared(&mut self.central, crc, size, name);
        // No comment, one disk, plain attributes.
        self.central.put_bytes(0, 10);
        self.central.put_u32_le(self.at);
        self.central.put_slice(name);
        out.put_slice(&content);
        self.at += out.len() as u32;
        self.count += 1;
        Ok((out.freeze(), Some(self)))
    }

    fn directory(mut self) -> Bytes {
        let length = self.central.len() as u32;
        self.central.put_u32_le(0x0605_4b50);
        self.central.put_u32_le(0);
        self.central.put_u16_le(self.count);
        self.central.put_u16_le(self.count);
        self.central.put_u32_le(length);
        self.central.put_u32_le(self.at);
        self.central.put_u16_le(0);
        self.central.freeze()
    }
}

/// What an entry's two heads have in common: from the version that reads it to the length of its extra field.
fn shared(out: &mut BytesMut, crc: u32, size: u32, name: &[u8]) {
    out.put_u16_le(20);
    // No flags; stored, not compressed; no time of day.
    out.put_bytes(0, 6);
    out.put_u16_le(DATE);
    out.put_u32_le(crc);
    out.put_u32_le(size);
    out.put_u32_le(size);
    out.put_u16_le(name.len() as u16);
    out.put_u16_le(0);
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use futures::TryStreamExt;

    use super::*;

    struct Photos(Vec<Bytes>, Vec<u64>);

    impl Photos {
        fn new(photos: Vec<Bytes>) -> Arc<Self> {
            let sizes = photos.iter().map(|photo| photo.len() as u64).collect();
            Arc::new(Self(photos, sizes))
        }
    }

    #[async_trait]
    impl Album for Photos {
        fn sizes(&self) -> &[u64] {
            &self.1
        }

        async fn photo(&self, index: usize) -> io::Result<Bytes> {
            self.0.get(index).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
        }
    }

    async fn written(zip: Zip, album: Arc<Photos>) -> Vec<u8> {
        let pieces: Vec<Bytes> = zip.stream(album).try_collect().await.expect("the photos are there");
        pieces.concat()
    }

    /// Asks a program that knows zips.
    fn listed(archive: &[u8]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("photos.zip");
        std::fs::write(&path, archive).expect("a file");
        let script = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
                      print([(i.filename,i.file_size,z.read(i)[:4]) for i in z.infolist()])";
        let told = std::process::Command::new("python3").args(["-c", script]).arg(&path).output();
        let told = told.expect("python3 runs");
        String::from_utf8_lossy(if told.status.success() { &told.stdout } else { &told.stderr }).into_owned()
    }

    #[tokio::test]
    async fn a_reader_of_zips_finds_photos_and_captions() {
        let album = Photos::new(vec![Bytes::from_static(b"first photo"), Bytes::from_static(b"second")]);
        let zip = Zip::of(album.as_ref(), Some("TOK man"));
        let length = zip.length();
        let archive = written(zip, album).await;
        assert_eq!(archive.len() as u64, length);
        let expected =
            "[('01.jpg', 11, b'firs'), ('01.txt', 7, b'TOK '), ('02.jpg', 6, b'seco'), ('02.txt', 7, b'TOK ')]";
        assert_eq!(listed(&archive).trim(), expected);
    }

    #[tokio::test]
    async fn what_does_not_fit_is_left_out() {
        let photo = Bytes::from(vec![7; 20_000_000]);
        let album = Photos::new(vec![photo; 6]);
        let zip = Zip::of(album.as_ref(), None);
        assert_eq!(zip.entries.len(), 4);
        assert!(zip.length() <= MAX_BYTES);
    }

    #[tokio::test]
    async fn a_photo_that_is_gone_ends_the_stream_with_an_error() {
        let album = Arc::new(Photos(vec![], vec![5]));
        let zip = Zip::of(album.as_ref(), None);
        assert!(zip.stream(album).try_collect::<Vec<Bytes>>().await.is_err());
    }
}
