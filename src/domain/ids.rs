//! Ids that cannot be mixed up: a person's Telegram id is never taken for our own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; ids made later sort later, which keeps database indexes dense.
            #[expect(clippy::new_without_default, reason = "every call gives another id")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The shortest text form that is safe in callback data: 32 hexadecimal digits.
            pub fn short(self) -> String {
                self.0.simple().to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

uuid_ids! {
    /// A person, inside. Mapped to a [`TelegramId`] where a message leaves, and only there.
    UserId
    /// One generation.
    JobId
    /// A person's photo, checked and normalised.
    PhotoId
    /// An invitation to pay Stars for credits.
    InvoiceId
    /// A message on its way to a person.
    MailId
    /// A person's trained likeness.
    AvatarId
    /// One attempt to train a likeness.
    RunId
    /// A photo that a likeness is trained from.
    AvatarPhotoId
    /// The deletion of what providers hold of an avatar.
    ErasureId
}

/// A person's id at Telegram, which is also the id of the private chat with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TelegramId(pub i64);

impl fmt::Display for TelegramId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    )*};
}

text_ids! {
    /// A template's short name, such as `xmas_cabin`.
    TemplateId
    /// Our own name for a provider's model, such as `nano_banana`.
    ModelAlias
    /// Our own name for a provider's way of training, such as `fal_portrait`.
    TrainerAlias
    /// Names one run of one action: `<session id>:<revision>`. Unique in the row that the action writes, so that
    /// running it again finds the row.
    ActionKey
}
