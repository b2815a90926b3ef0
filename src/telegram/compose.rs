//! From a [`View`] to the Bot API's payloads; no I/O.

use serde::{Deserialize, Serialize};
use teloxide::payloads::{EditMessageMedia, EditMessageText, SendDocument, SendInvoice, SendMessage, SendPhoto};
use teloxide::requests::Payload;
use teloxide::types::{
    ChatId, FileId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, InputMedia, InputMediaPhoto, KeyboardButton,
    KeyboardMarkup, LabeledPrice, LinkPreviewOptions, MessageId, ParseMode, Recipient, ReplyMarkup,
};

use super::client::{Client, Upload, attached};
use super::cut::{cut_html, cut_plain};
use super::error::CallError;
use crate::domain::TelegramId;
use crate::flows::view::{Button, Invoice, Picture, Sent, Shown, ShownKind, View};

/// Limits of the Bot API, in UTF-16 units of visible text.
const TEXT_LIMIT: usize = 4096;
const CAPTION_LIMIT: usize = 1024;
/// Telegram's code for Stars.
const STARS: &str = "XTR";
/// The multipart name of a picture that is uploaded.
const PART: &str = "picture";
/// With a start parameter, a forwarded copy of an invoice leads to the bot; without, anybody could pay it.
const FORWARDED_INVOICE: &str = "invoice";

/// One call that shows a view.
#[derive(Clone)]
pub(super) struct Outgoing {
    call: Box<Call>,
    files: Vec<Upload>,
    /// The uploaded picture's key.
    key: Option<String>,
    /// What the message is once the call is made.
    pub kind: ShownKind,
}

#[derive(Clone)]
enum Call {
    Text(SendMessage),
    Photo(SendPhoto),
    Document(SendDocument),
    Invoice(SendInvoice),
    EditText(EditMessageText),
    EditMedia(EditMessageMedia),
}

/// What the answer to such a call says, as far as we ask.
#[derive(Debug, Deserialize)]
pub(super) struct Echo {
    message_id: i32,
    #[serde(default)]
    photo: Vec<EchoedSize>,
    document: Option<EchoedFile>,
}

#[derive(Debug, Deserialize)]
struct EchoedSize {
    file_id: String,
    width: u64,
    height: u64,
}

#[derive(Debug, Deserialize)]
struct EchoedFile {
    file_id: String,
}

/// The view as a new message.
pub(super) fn message(chat: TelegramId, view: &View) -> Result<Outgoing, CallError> {
    if let Some(invoice) = &view.invoice {
        return invoice_message(chat, view, invoice);
    }
    let Some(picture) = &view.picture else { return Ok(text_message(chat, view)) };
    let (file, files, key) = file_of(picture);
    let call = match picture {
        Picture::File(_) | Picture::Upload { .. } => Call::Photo(photo_message(chat, view, file)),
        Picture::Document { .. } | Picture::DocumentFile(_) => Call::Document(document_message(chat, view, file)),
    };
    let kind = if matches!(call, Call::Photo(_)) { ShownKind::Photo } else { ShownKind::Other };
    Ok(Outgoing { call: Box::new(call), files, key, kind })
}

/// The view in place of a message of ours; `None` where Telegram cannot edit the one into the other.
pub(super) fn edit(chat: TelegramId, shown: Shown, view: &View) -> Option<Outgoing> {
    // A reply keyboard comes only with a new message.
    if view.invoice.is_some() || view.menu.is_some() {
        return None;
    }
    match (shown.kind, &view.picture) {
        (ShownKind::Text, None) => Some(text_edit(chat, shown, view)),
        (ShownKind::Text | ShownKind::Photo, Some(picture @ (Picture::File(_) | Picture::Upload { .. }))) => {
            Some(photo_edit(chat, shown, view, picture))
        }
        _ => None,
    }
}

impl Outgoing {
    /// Makes the call once.
    pub async fn make(&self, client: &Client) -> Result<Echo, CallError> {
        match &*self.call {
            Call::Text(payload) => self.make_with(client, payload).await,
            Call::Photo(payload) => self.make_with(client, payload).await,
            Call::Document(payload) => self.make_with(client, payload).await,
            Call::Invoice(payload) => self.make_with(client, payload).await,
            Call::EditText(payload) => self.make_with(client, payload).await,
            Call::EditMedia(payload) => self.make_with(client, payload).await,
        }
    }

    async fn make_with<P: Payload + Serialize>(&self, client: &Client, payload: &P) -> Result<Echo, CallError> {
        if self.files.is_empty() { client.call_for(payload).await } else { client.upload(payload, &self.files).await }
    }

    /// What came of it, from the answer.
    pub fn sent(&self, echo: Echo) -> Sent {
        let largest = echo.photo.into_iter().max_by_key(|size| size.width * size.height).map(|size| size.file_id);
        let file_id = echo.document.map(|file| file.file_id).or(largest);
        let file_id = self.key.clone().zip(file_id);
        Sent { shown: Shown { message_id: echo.message_id, kind: self.kind }, file_id }
    }
}

fn recipient(chat: TelegramId) -> Recipient {
    Recipient::Id(ChatId(chat.0))
}

fn silence(view: &View) -> Option<bool> {
    view.silent.then_some(true)
}

fn caption(view: &View) -> Option<String> {
    (!view.text.is_empty()).then(|| cut_html(&view.text, CAPTION_LIMIT).into_owned())
}

/// The file as the payload names it, what has to come along, and the key under which its id is wanted.
fn file_of(picture: &Picture) -> (InputFile, Vec<Upload>, Option<String>) {
    let (key, upload) = match picture {
        Picture::File(id) | Picture::DocumentFile(id) => {
            return (InputFile::file_id(FileId(id.clone())), Vec::new(), None);
        }
        Picture::Upload { key, jpeg } => {
            let upload =
                Upload { part: PART, file_name: "picture.jpg".into(), mime: "image/jpeg", bytes: jpeg.clone() };
            (key, upload)
        }
        Picture::Document { key, name, bytes } => {
            let mime = "application/octet-stream";
            (key, Upload { part: PART, file_name: name.clone(), mime, bytes: bytes.clone() })
        }
    };
    (attached(PART), vec![upload], Some(key.clone()))
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

fn text_message(chat: TelegramId, view: &View) -> Outgoing {
    let mut payload = SendMessage::new(recipient(chat), cut_html(&view.text, TEXT_LIMIT).into_owned());
    payload.parse_mode = Some(ParseMode::Html);
    payload.link_preview_options = Some(no_preview());
    payload.disable_notification = silence(view);
    payload.reply_markup = markup(view);
    Outgoing { call: Box::new(Call::Text(payload)), files: Vec::new(), key: None, kind: ShownKind::Text }
}

fn photo_message(chat: TelegramId, view: &View, file: InputFile) -> SendPhoto {
    let mut payload = SendPhoto::new(recipient(chat), file);
    payload.caption = caption(view);
    payload.parse_mode = Some(ParseMode::Html);
    payload.disable_notification = silence(view);
    payload.reply_markup = markup(view);
    payload
}

fn document_message(chat: TelegramId, view: &View, file: InputFile) -> SendDocument {
    let mut payload = SendDocument::new(recipient(chat), file);
    payload.caption = caption(view);
    payload.parse_mode = Some(ParseMode::Html);
    // "Untouched": otherwise the server may make a photo or an animation of it.
    payload.disable_content_type_detection = Some(true);
    payload.disable_notification = silence(view);
    payload.reply_markup = markup(view);
    payload
}

/// Of what may come with an invoice, tips and `need_*` make Telegram refuse one in Stars, and so nothing of it is sent.
fn invoice_message(chat: TelegramId, view: &View, invoice: &Invoice) -> Result<Outgoing, CallError> {
    let stars = u32::try_from(invoice.stars)
        .map_err(|_| CallError::BadRequest(format!("{} Stars are no price", invoice.stars)))?;
    let title = cut_plain(&invoice.title, 32).into_owned();
    let description = cut_plain(&invoice.description, 255).into_owned();
    let price = LabeledPrice { label: title.clone(), amount: stars };
    let mut payload = SendInvoice::new(recipient(chat), title, description, &invoice.payload, STARS, [price]);
    payload.start_parameter = Some(FORWARDED_INVOICE.into());
    payload.disable_notification = silence(view);
    payload.reply_markup = invoice_keyboard(view, stars);
    Ok(Outgoing { call: Box::new(Call::Invoice(payload)), files: Vec::new(), key: None, kind: ShownKind::Other })
}

fn text_edit(chat: TelegramId, shown: Shown, view: &View) -> Outgoing {
    let text = cut_html(&view.text, TEXT_LIMIT).into_owned();
    let mut payload = EditMessageText::new(recipient(chat), MessageId(shown.message_id), text);
    payload.parse_mode = Some(ParseMode::Html);
    payload.link_preview_options = Some(no_preview());
    payload.reply_markup = keyboard(view);
    Outgoing { call: Box::new(Call::EditText(payload)), files: Vec::new(), key: None, kind: ShownKind::Text }
}

fn photo_edit(chat: TelegramId, shown: Shown, view: &View, picture: &Picture) -> Outgoing {
    let (file, files, key) = file_of(picture);
    let mut media = InputMediaPhoto::new(file).parse_mode(ParseMode::Html);
    media.caption = caption(view);
    let message = MessageId(shown.message_id);
    let mut payload = EditMessageMedia::new(recipient(chat), message, InputMedia::Photo(media));
    payload.reply_markup = keyboard(view);
    Outgoing { call: Box::new(Call::EditMedia(payload)), files, key, kind: ShownKind::Photo }
}

fn markup(view: &View) -> Option<ReplyMarkup> {
    match &view.menu {
        Some(rows) => Some(ReplyMarkup::Keyboard(menu(rows))),
        None => keyboard(view).map(ReplyMarkup::InlineKeyboard),
    }
}

fn menu(rows: &[Vec<String>]) -> KeyboardMarkup {
    let buttons = rows.iter().map(|row| row.iter().map(KeyboardButton::new));
    KeyboardMarkup::new(buttons).resize_keyboard().persistent()
}

/// Telegram wants the Pay button first, and adds one by itself only where there is no other button.
fn invoice_keyboard(view: &View, stars: u32) -> Option<InlineKeyboardMarkup> {
    if view.buttons.iter().all(Vec::is_empty) {
        return None;
    }
    let label = view.buttons.iter().flatten().find_map(|button| match button {
        Button::Pay { label } => Some(label.clone()),
        Button::Press { .. } => None,
    });
    let pay = InlineKeyboardButton::pay(label.unwrap_or_else(|| format!("⭐ {stars}")));
    let others = keyboard(view).map(|markup| markup.inline_keyboard).unwrap_or_default();
    Some(InlineKeyboardMarkup::new(std::iter::once(vec![pay]).chain(others)))
}

fn keyboard(view: &View) -> Option<InlineKeyboardMarkup> {
    let button = |button: &Button| match button {
        Button::Press { label, data } => Some(InlineKeyboardButton::callback(label, data)),
        // Telegram takes it nowhere but under an invoice.
        Button::Pay { .. } => None,
    };
    let rows = view.buttons.iter().map(|row| row.iter().filter_map(button).collect::<Vec<_>>());
    let rows: Vec<_> = rows.filter(|row| !row.is_empty()).collect();
    (!rows.is_empty()).then(|| InlineKeyboardMarkup::new(rows))
}
