//! How the domain's values stand in columns, on either engine.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};
use uuid::Uuid;

use crate::domain::{
    ActionKey, AvatarId, AvatarKind, AvatarPhotoId, Credits, ErasureId, Failure, InvoiceId, JobId, JobState, Language,
    MailId, ModelAlias, PhotoId, RunId, TelegramId, TemplateId, TrainerAlias, UserId,
};

/// A column holds a name that this build does not know.
#[derive(Debug, thiserror::Error)]
#[error("the database holds an unknown {what}: {name:?}")]
pub struct UnknownName {
    pub what: &'static str,
    pub name: String,
}

/// Stored as the type it wraps.
macro_rules! stored_as {
    ($inner:ty: $($outer:ident)*) => {$(
        impl<DB: Database> Type<DB> for $outer where $inner: Type<DB> {
            fn type_info() -> DB::TypeInfo {
                <$inner as Type<DB>>::type_info()
            }
            fn compatible(info: &DB::TypeInfo) -> bool {
                <$inner as Type<DB>>::compatible(info)
            }
        }
        impl<'q, DB: Database> Encode<'q, DB> for $outer where $inner: Encode<'q, DB> {
            fn encode_by_ref(&self, buffer: &mut <DB as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <$inner as Encode<'q, DB>>::encode_by_ref(&self.0, buffer)
            }
        }
        impl<'r, DB: Database> Decode<'r, DB> for $outer where $inner: Decode<'r, DB> {
            fn decode(value: <DB as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
                <$inner as Decode<'r, DB>>::decode(value).map($outer)
            }
        }
    )*};
}

stored_as!(Uuid: UserId JobId PhotoId InvoiceId MailId AvatarId RunId AvatarPhotoId ErasureId);
stored_as!(i64: TelegramId);
stored_as!(String: TemplateId ModelAlias TrainerAlias ActionKey);

/// Stored as another type, through a function each way.
macro_rules! stored_through {
    ($outer:ident as $inner:ty, $out:expr, $in:expr) => {
        impl<DB: Database> Type<DB> for $outer
        where
            $inner: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$inner as Type<DB>>::type_info()
            }
            fn compatible(info: &DB::TypeInfo) -> bool {
                <$inner as Type<DB>>::compatible(info)
            }
        }
        impl<'q, DB: Database> Encode<'q, DB> for $outer
        where
            $inner: Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buffer: &mut <DB as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let out: fn(&$outer) -> $inner = $out;
                <$inner as Encode<'q, DB>>::encode(out(self), buffer)
            }
        }
        impl<'r, DB: Database> Decode<'r, DB> for $outer
        where
            $inner: Decode<'r, DB>,
        {
            fn decode(value: <DB as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
                let back: fn($inner) -> Result<$outer, BoxDynError> = $in;
                back(<$inner as Decode<'r, DB>>::decode(value)?)
            }
        }
    };
}

fn unknown(what: &'static str, name: String) -> BoxDynError {
    Box::new(UnknownName { what, name })
}

stored_through!(Credits as i64, |credits| credits.get(), |amount| Ok(Credits::new(amount)?));
stored_through!(JobState as String, |state| state.name().to_owned(), |name| JobState::from_name(&name)
    .ok_or_else(|| unknown("job state", name)));
stored_through!(Failure as String, |failure| failure.name().to_owned(), |name| Failure::from_name(&name)
    .ok_or_else(|| unknown("failure", name)));
stored_through!(AvatarKind as String, |kind| kind.name().to_owned(), |name| AvatarKind::from_name(&name)
    .ok_or_else(|| unknown("kind of avatar", name)));
stored_through!(Language as String, |language| language.code().to_owned(), |code| Language::from_code(&code)
    .ok_or_else(|| unknown("language", code)));
