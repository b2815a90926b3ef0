//! The same through teloxide: what it sends is taken, what it gets it can read.

use pixelai::emulator::{Emulator, Other, PayResult, Person};
use serde_json::json;
use teloxide::payloads::{
    AnswerCallbackQuerySetters, GetUpdatesSetters, SendInvoiceSetters, SendMessageSetters, SendPhotoSetters,
    SetMyCommandsSetters,
};
use teloxide::requests::Requester;
use teloxide::types::{
    AllowedUpdate, BotCommand, BotCommandScope, ChatAction, ChatId, InlineKeyboardButton, InlineKeyboardMarkup,
    InputFile, InputMedia, InputMediaPhoto, KeyboardButton, KeyboardMarkup, LabeledPrice, MessageId, ParseMode,
    ReplyParameters, Update, UpdateKind, UserId,
};
use teloxide::{ApiError, Bot, RequestError};

use super::support::{TOKEN, jpeg, start};

async fn chat() -> (Emulator, Bot, Person) {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    let bot = Bot::new(TOKEN).set_api_url(bot.root.parse().unwrap());
    (emulator, bot, anna)
}

fn keyboard() -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Go", "v1:go")]])
}

async fn updates(bot: &Bot, offset: i32) -> Vec<Update> {
    let kinds = [
        AllowedUpdate::Message,
        AllowedUpdate::EditedMessage,
        AllowedUpdate::CallbackQuery,
        AllowedUpdate::PreCheckoutQuery,
        AllowedUpdate::MyChatMember,
    ];
    bot.get_updates().offset(offset).timeout(5).allowed_updates(kinds).await.unwrap()
}

#[tokio::test]
async fn every_update_is_understood() {
    let (emulator, bot, anna) = chat().await;
    bot.get_me().await.unwrap();
    anna.sends_photos([jpeg(600, 600), jpeg(700, 600)]);
    anna.sends_file("a.png", "image/png", vec![1]);
    for kind in [Other::Sticker, Other::Voice, Other::Video, Other::Location, Other::Contact, Other::Poll] {
        anna.sends_other(kind);
    }
    anna.sends_other(Other::Edited);
    anna.sends_other(Other::ForwardAlbum);
    let sent = bot.send_message(ChatId(anna.id()), "Sure?").reply_markup(keyboard()).await.unwrap();
    anna.presses("Go").unwrap();
    bot.delete_message(sent.chat.id, sent.id).await.unwrap();
    anna.presses_data(i64::from(sent.id.0), "v0:old").unwrap();
    anna.blocks(true);
    let updates = updates(&bot, 0).await;
    assert_eq!(updates.len(), 16);
    for update in updates {
        match update.kind {
            UpdateKind::Error(value) => panic!("teloxide cannot read {value}"),
            UpdateKind::Message(message) => {
                let empty = matches!(message.kind, teloxide::types::MessageKind::Empty {});
                assert!(!empty, "teloxide sees nothing in {message:?}");
            }
            _ => {}
        }
    }
    assert!(emulator.violations().is_empty(), "{:?}", emulator.violations());
}

#[tokio::test]
async fn every_request_of_the_bot_is_taken() {
    let (emulator, bot, anna) = chat().await;
    let chat = ChatId(anna.id());
    let menu = KeyboardMarkup::new([[KeyboardButton::new("Menu")]]).resize_keyboard().persistent();
    let sent = bot.send_message(chat, "<b>Hi</b>").parse_mode(ParseMode::Html).reply_markup(menu).await.unwrap();
    assert_eq!(sent.text(), Some("Hi"));
    let reply = bot.send_message(chat, "x").reply_parameters(ReplyParameters::new(sent.id)).await.unwrap();
    assert_eq!(reply.reply_to_message().map(|message| message.id), Some(sent.id));
    let photo = InputFile::memory(jpeg(640, 480)).file_name("p.jpg");
    let photo = bot.send_photo(chat, photo).caption("c").reply_markup(keyboard()).await.unwrap();
    let largest = photo.photo().unwrap().last().unwrap().file.id.clone();
    let file = bot.get_file(largest.clone()).await.unwrap();
    assert_eq!(file.meta.size as usize, jpeg(640, 480).len());
    let media = InputMedia::Photo(InputMediaPhoto::new(InputFile::memory(jpeg(320, 320))).caption("new"));
    let edited = bot.edit_message_media(chat, photo.id, media).await.unwrap();
    assert_eq!(edited.caption(), Some("new"));
    bot.send_document(chat, InputFile::memory(vec![1, 2, 3]).file_name("x.bin")).await.unwrap();
    let item = || InputMedia::Photo(InputMediaPhoto::new(InputFile::memory(jpeg(100, 100))));
    assert_eq!(bot.send_media_group(chat, [item(), item()]).await.unwrap().len(), 2);
    bot.send_chat_action(chat, ChatAction::UploadPhoto).await.unwrap();
    bot.edit_message_text(chat, reply.id, "y").await.unwrap();
    let scope = BotCommandScope::AllPrivateChats;
    bot.set_my_commands([BotCommand::new("help", "Help")]).scope(scope).language_code("en").await.unwrap();
    bot.set_my_description().await.unwrap();
    bot.set_chat_menu_button().await.unwrap();
    bot.get_webhook_info().await.unwrap();
    bot.get_chat(chat).await.unwrap();
    bot.copy_message(chat, chat, reply.id).await.unwrap();
    bot.delete_messages(chat, [reply.id]).await.unwrap();
    assert!(emulator.violations().is_empty(), "{:?}", emulator.violations());
}

#[tokio::test]
async fn a_payment_goes_through() {
    let (emulator, bot, anna) = chat().await;
    let price = [LabeledPrice::new("Pack", 50)];
    let pay = InlineKeyboardMarkup::new([[InlineKeyboardButton::pay("Pay ⭐ 50")]]);
    let invoice = bot.send_invoice(ChatId(anna.id()), "Pack", "50 credits", "order:1", "XTR", price.clone());
    invoice.reply_markup(pay).await.unwrap();
    bot.create_invoice_link("Pack", "50 credits", "order:1", "XTR", price).await.unwrap();
    let answer = async {
        let updates = updates(&bot, 2).await;
        let UpdateKind::PreCheckoutQuery(query) = &updates[0].kind else { panic!("{updates:?}") };
        bot.answer_pre_checkout_query(query.id.clone(), true).await.unwrap();
        i32::try_from(updates[0].id.0).unwrap() + 1
    };
    let (result, offset) = tokio::join!(anna.pays(), answer);
    assert!(matches!(result, PayResult::Paid { .. }), "{result:?}");
    let updates = updates(&bot, offset).await;
    let UpdateKind::Message(message) = &updates[0].kind else { panic!("{updates:?}") };
    let charge = message.successful_payment().unwrap().telegram_payment_charge_id.clone();
    bot.refund_star_payment(UserId(anna.id() as u64), charge).await.unwrap();
    assert_eq!(bot.get_star_transactions().await.unwrap().transactions.len(), 2);
    assert_eq!(bot.get_my_star_balance().await.unwrap().amount, 0);
    assert!(emulator.violations().is_empty(), "{:?}", emulator.violations());
}

#[tokio::test]
async fn errors_are_the_ones_that_it_knows() {
    let (emulator, bot, anna) = chat().await;
    let chat = ChatId(anna.id());
    let api = |error: RequestError| match error {
        RequestError::Api(error) => error,
        other => panic!("{other:?}"),
    };
    let sent = bot.send_message(chat, "same").await.unwrap();
    assert_eq!(api(bot.edit_message_text(chat, sent.id, "same").await.unwrap_err()), ApiError::MessageNotModified);
    let missing = bot.edit_message_text(chat, MessageId(9999), "x").await.unwrap_err();
    assert_eq!(api(missing), ApiError::MessageToEditNotFound);
    assert_eq!(api(bot.send_message(chat, "x".repeat(4097)).await.unwrap_err()), ApiError::MessageIsTooLong);
    let broken = bot.send_message(chat, "<b>").parse_mode(ParseMode::Html).await.unwrap_err();
    assert!(matches!(api(broken), ApiError::CantParseEntities(_)));
    anna.blocks(true);
    assert_eq!(api(bot.send_message(chat, "x").await.unwrap_err()), ApiError::BotBlocked);
    assert!(emulator.violations().is_empty());
    let params = json!({"method": "answerCallbackQuery"});
    let stale = bot.answer_callback_query("1".to_owned().into()).text(params.to_string()).await.unwrap_err();
    assert!(stale.to_string().contains("query is too old"), "{stale}");
}
