//! What a person is shown, before it is anybody's protocol.

use bytes::Bytes;

/// One message to a person: a screen of a dialogue, or a letter from the outbox.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct View {
    /// Telegram's HTML; already escaped, and cut to what the message may hold.
    pub text: String,
    pub picture: Option<Picture>,
    /// The buttons under the message, in rows.
    pub buttons: Vec<Vec<Button>>,
    /// The keyboard under the input field, in rows of labels. A message carries this or [`View::buttons`].
    pub menu: Option<Vec<Vec<String>>>,
    /// Makes the message an invoice; its text and picture are then not used.
    pub invoice: Option<Invoice>,
    /// Arrives without a sound, as what nobody asked for should.
    pub silent: bool,
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Button {
    /// Sends `data`, at most 64 bytes, back to us.
    Press { label: String, data: String },
    /// Pays the invoice it stands under.
    Pay { label: String },
}

/// A picture in a message.
#[derive(Clone, PartialEq, Eq)]
pub enum Picture {
    /// Already at Telegram.
    File(String),
    /// To be uploaded. `key` names it for [`Sent::file_id`], so that the next time it is a [`Picture::File`].
    Upload { key: String, jpeg: Bytes },
    /// To be uploaded as a document, untouched; `name` is the file's name.
    Document { key: String, name: String, bytes: Bytes },
    /// A document already at Telegram.
    DocumentFile(String),
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(_) => write!(out, "File"),
            Self::Upload { key, .. } => write!(out, "Upload({key})"),
            Self::Document { key, .. } => write!(out, "Document({key})"),
            Self::DocumentFile(_) => write!(out, "DocumentFile"),
        }
    }
}

/// An invitation to pay Stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// At most 32 characters.
    pub title: String,
    /// At most 255 characters.
    pub description: String,
    /// Comes back with the payment; 1 to 128 bytes.
    pub payload: String,
    pub stars: i64,
}

/// Where a view goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In place of a message of ours. Where Telegram cannot edit it into the new view, it is deleted and sent anew.
    Edit(Shown),
    /// A new message at the end of the chat; what stood there before loses its buttons, or goes.
    New { after: Option<Shown>, then: OldScreen },
}

/// What becomes of the screen before, when a new message follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldScreen {
    /// Stays as text, without its buttons.
    StripButtons,
    Delete,
}

/// A message of ours in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub message_id: i32,
    pub kind: ShownKind,
}

/// What a message of ours is, as far as editing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownKind {
    Text,
    Photo,
    /// An invoice or document: cannot be edited into anything else.
    Other,
}

/// What came of sending a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub shown: Shown,
    /// Telegram's name for an uploaded picture, with the picture's key.
    pub file_id: Option<(String, String)>,
}
