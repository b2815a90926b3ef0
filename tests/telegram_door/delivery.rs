//! Calls, downloads, and views on their way to people.

use bytes::Bytes;
use pixelai::domain::TelegramId;
use pixelai::flows::view::{Button, Invoice, OldScreen, Picture, Place, Shown, ShownKind, View};
use pixelai::telegram::profile::{Profile, publish};
use pixelai::telegram::{CallError, Courier, DownloadError};
use serde_json::json;

use crate::fake::{Fake, Reply, TOKEN};

const CHAT: TelegramId = TelegramId(7);
const NEW: Place = Place::New { after: None, then: OldScreen::StripButtons };

fn shown(kind: ShownKind) -> Shown {
    Shown { message_id: 55, kind }
}

fn text_view() -> View {
    let press = Button::Press { label: "Go".into(), data: "go".into() };
    View { text: "<b>hi</b>".into(), buttons: vec![vec![press]], ..View::default() }
}

fn picture_view() -> View {
    let jpeg = Bytes::from_static(b"jpeg bytes");
    View { picture: Some(Picture::Upload { key: "preview".into(), jpeg }), ..text_view() }
}

async fn start() -> (Fake, Courier) {
    let fake = Fake::start().await;
    let courier = Courier::new(fake.client());
    (fake, courier)
}

#[tokio::test]
async fn a_text_goes_out_as_html_without_previews() {
    let (fake, courier) = start().await;
    let sent = courier.deliver(CHAT, &View { silent: true, ..text_view() }, &NEW).await.unwrap();
    assert_eq!(sent.shown, Shown { message_id: 101, kind: ShownKind::Text });
    let expected = json!({"chat_id": 7, "text": "<b>hi</b>", "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true}, "disable_notification": true,
        "reply_markup": {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}});
    assert_eq!(fake.calls("SendMessage")[0].fields, expected);
}

#[tokio::test]
async fn a_menu_stays_under_the_input_field() {
    let (fake, courier) = start().await;
    let menu = Some(vec![vec!["📂 Templates".to_owned()]]);
    let view = View { text: "hi".into(), menu, ..View::default() };
    courier.deliver(CHAT, &view, &NEW).await.unwrap();
    let markup = &fake.calls("SendMessage")[0].fields["reply_markup"];
    assert_eq!(markup["keyboard"][0][0]["text"], "📂 Templates");
    assert_eq!((&markup["resize_keyboard"], &markup["is_persistent"]), (&json!(true), &json!(true)));
}

#[tokio::test]
async fn an_upload_is_a_form_whose_payload_names_its_file() {
    let (fake, courier) = start().await;
    let sent = courier.deliver(CHAT, &picture_view(), &NEW).await.unwrap();
    assert_eq!(sent.file_id, Some(("preview".into(), "large".into())));
    assert_eq!(sent.shown.kind, ShownKind::Photo);
    let call = &fake.calls("SendPhoto")[0];
    assert_eq!(call.fields["photo"], "attach://picture");
    assert_eq!(call.fields["chat_id"], "7");
    assert_eq!(call.fields["caption"], "<b>hi</b>");
    assert_eq!(call.fields["reply_markup"], r#"{"inline_keyboard":[[{"callback_data":"go","text":"Go"}]]}"#);
    let file = &call.files[0];
    assert_eq!((file.part.as_str(), file.name.as_str(), file.mime.as_str()), ("picture", "picture.jpg", "image/jpeg"));
    assert_eq!(file.bytes, "jpeg bytes");
}

#[tokio::test]
async fn a_document_keeps_its_name_and_its_bytes() {
    let (fake, courier) = start().await;
    let picture = Picture::Document { key: "k".into(), name: "Открытка.png".into(), bytes: "png".into() };
    let sent = courier.deliver(CHAT, &View { picture: Some(picture), ..text_view() }, &NEW).await.unwrap();
    assert_eq!(sent.file_id, Some(("k".into(), "document".into())));
    assert_eq!(sent.shown.kind, ShownKind::Other);
    let call = &fake.calls("SendDocument")[0];
    assert_eq!((call.files[0].name.as_str(), &call.files[0].bytes[..]), ("Открытка.png", &b"png"[..]));
    assert_eq!(call.fields["disable_content_type_detection"], "true");
}

#[tokio::test]
async fn an_invoice_asks_for_stars_and_for_nothing_else() {
    let (fake, courier) = start().await;
    let invoice = Invoice { title: "Pack".into(), description: "50".into(), payload: "order".into(), stars: 50 };
    let buttons = vec![
        vec![Button::Press { label: "Back".into(), data: "b".into() }],
        vec![Button::Pay { label: "Pay ⭐ 50".into() }],
    ];
    let view = View { invoice: Some(invoice), buttons, ..View::default() };
    let sent = courier.deliver(CHAT, &view, &NEW).await.unwrap();
    assert_eq!(sent.shown.kind, ShownKind::Other);
    let expected = json!({"chat_id": 7, "title": "Pack", "description": "50", "payload": "order", "currency": "XTR",
        "prices": [{"label": "Pack", "amount": 50}], "start_parameter": "invoice", "reply_markup": {"inline_keyboard":
        [[{"text": "Pay ⭐ 50", "pay": true}], [{"text": "Back", "callback_data": "b"}]]}});
    assert_eq!(fake.calls("SendInvoice")[0].fields, expected);
}

#[tokio::test]
async fn a_screen_is_edited_where_telegram_can() {
    let (fake, courier) = start().await;
    let place = |kind| Place::Edit(shown(kind));
    courier.deliver(CHAT, &text_view(), &place(ShownKind::Text)).await.unwrap();
    courier.deliver(CHAT, &picture_view(), &place(ShownKind::Text)).await.unwrap();
    let sent = courier.deliver(CHAT, &picture_view(), &place(ShownKind::Photo)).await.unwrap();
    assert_eq!(sent.file_id, Some(("preview".into(), "large".into())));
    assert_eq!(fake.methods(), ["EditMessageText", "EditMessageMedia", "EditMessageMedia"]);
    let media = fake.calls("EditMessageMedia")[0].fields["media"].as_str().unwrap().to_owned();
    let media: serde_json::Value = serde_json::from_str(&media).unwrap();
    let expected = json!({"type": "photo", "media": "attach://picture", "caption": "<b>hi</b>", "parse_mode": "HTML"});
    assert_eq!(media, expected);
}

#[tokio::test]
async fn a_photo_makes_way_for_a_text() {
    let (fake, courier) = start().await;
    let sent = courier.deliver(CHAT, &text_view(), &Place::Edit(shown(ShownKind::Photo))).await.unwrap();
    assert_eq!(sent.shown, Shown { message_id: 101, kind: ShownKind::Text });
    let deleted = fake.until("DeleteMessage", |calls| calls.len() == 1).await;
    assert_eq!(deleted[0].fields, json!({"chat_id": 7, "message_id": 55}));
    assert_eq!(fake.methods(), ["SendMessage", "DeleteMessage"]);
}

#[tokio::test]
async fn a_screen_that_looks_like_that_already_is_fine() {
    let (fake, courier) = start().await;
    fake.reply("EditMessageText", Reply::Refusal(400, "Bad Request: message is not modified: same content"));
    let sent = courier.deliver(CHAT, &text_view(), &Place::Edit(shown(ShownKind::Text))).await.unwrap();
    assert_eq!(sent.shown, shown(ShownKind::Text));
    assert_eq!(fake.methods(), ["EditMessageText"]);
}

#[tokio::test]
async fn a_screen_that_is_gone_is_sent_anew() {
    let (fake, courier) = start().await;
    fake.reply("EditMessageText", Reply::Refusal(400, "Bad Request: message to edit not found"));
    let sent = courier.deliver(CHAT, &text_view(), &Place::Edit(shown(ShownKind::Text))).await.unwrap();
    assert_eq!(fake.calls("SendMessage").len(), 1);
    assert_ne!(sent.shown.message_id, 55);
}

#[tokio::test]
async fn the_screen_before_loses_its_buttons() {
    let (fake, courier) = start().await;
    let place = Place::New { after: Some(shown(ShownKind::Photo)), then: OldScreen::StripButtons };
    courier.deliver(CHAT, &text_view(), &place).await.unwrap();
    let stripped = fake.until("EditMessageReplyMarkup", |calls| calls.len() == 1).await;
    assert_eq!(stripped[0].fields, json!({"chat_id": 7, "message_id": 55}));
}

#[tokio::test]
async fn what_is_too_old_to_be_deleted_loses_its_buttons_at_least() {
    let (fake, courier) = start().await;
    fake.reply("DeleteMessage", Reply::Refusal(400, "Bad Request: message can't be deleted for everyone"));
    let place = Place::New { after: Some(shown(ShownKind::Text)), then: OldScreen::Delete };
    courier.deliver(CHAT, &text_view(), &place).await.unwrap();
    fake.until("EditMessageReplyMarkup", |calls| calls.len() == 1).await;
}

#[tokio::test]
async fn too_many_requests_are_made_again_when_telegram_says() {
    let (fake, courier) = start().await;
    fake.reply("SendMessage", Reply::Wait(1));
    courier.deliver(CHAT, &text_view(), &NEW).await.unwrap();
    assert_eq!(fake.calls("SendMessage").len(), 2);
}

#[tokio::test]
async fn a_wait_beyond_all_patience_is_reported_at_once() {
    let (fake, courier) = start().await;
    fake.reply("SendMessage", Reply::Wait(3_600));
    let refused = courier.deliver(CHAT, &text_view(), &NEW).await.unwrap_err();
    assert!(matches!(refused, CallError::TooManyRequests { retry_after } if retry_after.as_secs() == 3_600));
}

#[tokio::test]
async fn a_bad_gateway_repeats_an_edit_but_never_a_message() {
    let (fake, courier) = start().await;
    fake.reply("EditMessageText", Reply::Bare(502));
    courier.deliver(CHAT, &text_view(), &Place::Edit(shown(ShownKind::Text))).await.unwrap();
    assert_eq!(fake.calls("EditMessageText").len(), 2);
    fake.reply("SendMessage", Reply::Bare(502));
    let failed = courier.deliver(CHAT, &text_view(), &NEW).await.unwrap_err();
    assert_eq!(failed, CallError::Server(502));
    assert_eq!(fake.calls("SendMessage").len(), 1);
}

#[tokio::test]
async fn a_person_who_blocked_the_bot_is_told_apart() {
    let (fake, courier) = start().await;
    fake.reply("SendMessage", Reply::Refusal(403, "Forbidden: bot was blocked by the user"));
    let failed = courier.deliver(CHAT, &text_view(), &NEW).await.unwrap_err();
    assert!(matches!(failed, CallError::Blocked(_)), "{failed:?}");
}

#[tokio::test]
async fn an_error_that_quotes_the_token_is_redacted() {
    let (fake, courier) = start().await;
    fake.reply("SendMessage", Reply::Refusal(400, "no route for /bot123456:very-secret/SendMessage"));
    let failed = courier.deliver(CHAT, &text_view(), &NEW).await.unwrap_err();
    assert!(failed.to_string().contains("/bot<token>/"), "{failed}");
    assert!(!format!("{failed:?} {courier:?}").contains(TOKEN), "{failed:?}");
}

#[tokio::test]
async fn a_file_is_fetched_up_to_a_limit() {
    let (fake, _) = start().await;
    fake.holds_file("0123456789");
    assert_eq!(fake.client().download("f", 10).await.unwrap(), "0123456789");
    assert_eq!(fake.client().download("f", 9).await, Err(DownloadError::TooLarge));
    fake.reply("GetFile", Reply::Refusal(400, "Bad Request: file is too big"));
    assert_eq!(fake.client().download("f", 10).await, Err(DownloadError::TooLarge));
}

#[tokio::test]
async fn the_profile_is_set_only_where_it_differs() {
    let (fake, _) = start().await;
    fake.reply("GetMyCommands", Reply::Result(json!([{"command": "start", "description": "Начать"}])));
    fake.reply("GetMyDescription", Reply::Result(json!({"description": "old"})));
    fake.reply("GetMyShortDescription", Reply::Refusal(400, "Bad Request: whatever"));
    let profile = Profile {
        language_code: Some("ru".into()),
        commands: vec![("start".into(), "Начать".into())],
        description: "new".into(),
        short_description: "short".into(),
    };
    publish(&fake.client(), &[profile]).await;
    let expected = ["GetMyCommands", "GetMyDescription", "SetMyDescription", "GetMyShortDescription"];
    assert_eq!(fake.methods(), expected);
    assert_eq!(fake.calls("SetMyDescription")[0].fields, json!({"description": "new", "language_code": "ru"}));
}
