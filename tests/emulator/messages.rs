//! Messages, edits, entities, keyboards and what a request may hold.

use serde_json::{Value, json};

use super::support::{Bot, jpeg, start};
use pixelai::emulator::{Emulator, Person};

async fn chat() -> (Emulator, Bot, Person) {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    bot.next_update().await;
    (emulator, bot, anna)
}

fn keyboard(data: &str) -> Value {
    json!({"inline_keyboard": [[{"text": "Go", "callback_data": data}]]})
}

#[tokio::test]
async fn get_me_has_what_clients_insist_on() {
    let (_emulator, bot) = start().await;
    let me = bot.ok("GetMe", json!({})).await;
    for field in ["can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "has_main_web_app"] {
        assert!(me[field].is_boolean(), "{field}");
    }
    assert_eq!(me["is_bot"], true);
    assert_eq!(me["username"], "test_bot");
}

#[tokio::test]
async fn html_becomes_entities_with_utf_16_offsets() {
    let (_emulator, bot, anna) = chat().await;
    let html = "😀 <b>жирный <i>и</i></b> &lt;<a href=\"https://e.org/?a=1&amp;b=2\">link</a>\n<pre><code class=\"language-rust\">let x;</code></pre> ";
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": html, "parse_mode": "HTML"})).await;
    assert_eq!(sent["text"], "😀 жирный и <link\nlet x;");
    let entities = json!([
        {"type": "bold", "offset": 3, "length": 8},
        {"type": "italic", "offset": 10, "length": 1},
        {"type": "text_link", "offset": 13, "length": 4, "url": "https://e.org/?a=1&b=2"},
        {"type": "pre", "offset": 18, "length": 6, "language": "rust"},
    ]);
    assert_eq!(sent["entities"], entities);
}

#[tokio::test]
async fn broken_html_is_refused_with_the_place() {
    let (_emulator, bot, anna) = chat().await;
    for (html, error) in [
        ("a <b>b", "Can't find end tag corresponding to start tag \"b\""),
        ("a <b>b</i>", "Unmatched end tag at byte offset 6, expected \"</b>\", found \"</i>\""),
        ("a </b>", "Unexpected end tag at byte offset 2"),
        ("я <blink>", "Unsupported start tag \"blink\" at byte offset 3"),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
    ] {
        let params = json!({"chat_id": anna.id(), "text": html, "parse_mode": "HTML"});
        assert_eq!(bot.refused("sendMessage", params).await, format!("Bad Request: can't parse entities: {error}"));
    }
}

#[tokio::test]
async fn limits_count_after_the_entities_are_parsed() {
    let (_emulator, bot, anna) = chat().await;
    let send = |text: String| json!({"chat_id": anna.id(), "text": text, "parse_mode": "HTML"});
    bot.ok("sendMessage", send(format!("<b>{}</b>", "я".repeat(4096)))).await;
    assert_eq!(bot.refused("sendMessage", send("я".repeat(4097))).await, "Bad Request: message is too long");
    assert_eq!(bot.refused("sendMessage", send("😀".repeat(2049))).await, "Bad Request: message is too long");
    assert_eq!(bot.refused("sendMessage", send(" \n ".into())).await, "Bad Request: message text is empty");
    assert_eq!(bot.refused("sendMessage", send("<b></b>".into())).await, "Bad Request: message text is empty");
}

#[tokio::test]
async fn callback_data_has_one_to_sixty_four_bytes() {
    let (_emulator, bot, anna) = chat().await;
    let send = |data: &str| json!({"chat_id": anna.id(), "text": "x", "reply_markup": keyboard(data)});
    bot.ok("sendMessage", send(&"я".repeat(32))).await;
    assert_eq!(bot.refused("sendMessage", send(&"я".repeat(33))).await, "Bad Request: BUTTON_DATA_INVALID");
    assert_eq!(bot.refused("sendMessage", send("")).await, "Bad Request: BUTTON_DATA_INVALID");
}

#[tokio::test]
async fn an_inline_button_does_exactly_one_thing() {
    let (_emulator, bot, anna) = chat().await;
    let send =
        |button: Value| json!({"chat_id": anna.id(), "text": "x", "reply_markup": {"inline_keyboard": [[button]]}});
    let none = bot.refused("sendMessage", send(json!({"text": "x"}))).await;
    assert!(none.ends_with("Text buttons are unallowed in the inline keyboard"), "{none}");
    let two = json!({"text": "x", "callback_data": "x", "url": "https://e.org"});
    assert!(bot.refused("sendMessage", send(two)).await.contains("Exactly one"));
    assert!(bot.refused("sendMessage", send(json!({"text": "x", "pay": true}))).await.contains("BUTTON_TYPE_INVALID"));
    assert!(bot.refused("sendMessage", send(json!({"text": "x", "url": "ftp://e"}))).await.contains("is invalid"));
}

#[tokio::test]
async fn an_edit_must_change_something_and_drops_the_keyboard() {
    let (_emulator, bot, anna) = chat().await;
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "One", "reply_markup": keyboard("a")})).await;
    let edit = |text: &str| json!({"chat_id": anna.id(), "message_id": sent["message_id"], "text": text});
    let mut same = edit("One");
    same["reply_markup"] = keyboard("a");
    let error = bot.refused("editMessageText", same).await;
    assert!(error.starts_with("Bad Request: message is not modified: specified new message content"), "{error}");
    let edited = bot.ok("editMessageText", edit("One")).await;
    assert_eq!(edited.get("reply_markup"), None);
    assert!(edited["edit_date"].is_i64());
    let missing = json!({"chat_id": anna.id(), "message_id": 9999, "text": "x"});
    assert_eq!(bot.refused("editMessageText", missing).await, "Bad Request: message to edit not found");
    let theirs = anna.messages()[0]["message_id"].clone();
    let params = json!({"chat_id": anna.id(), "message_id": theirs, "text": "x"});
    assert_eq!(bot.refused("editMessageText", params).await, "Bad Request: message can't be edited");
    let markup = json!({"chat_id": anna.id(), "message_id": sent["message_id"], "reply_markup": keyboard("b")});
    let edited = bot.ok("editMessageReplyMarkup", markup).await;
    assert_eq!(edited["text"], "One");
    assert_eq!(edited["reply_markup"], keyboard("b"));
}

#[tokio::test]
async fn a_text_becomes_a_picture_but_never_a_text_again() {
    let (_emulator, bot, anna) = chat().await;
    let picture = reqwest::multipart::Part::bytes(jpeg(200, 100)).file_name("p.jpg");
    let form = reqwest::multipart::Form::new().text("chat_id", anna.id().to_string()).part("photo", picture);
    let answer = bot.client.post(bot.address("sendPhoto")).multipart(form).send().await.unwrap();
    let photo = answer.json::<Value>().await.unwrap()["result"].clone();
    let file_id = photo["photo"][0]["file_id"].clone();
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Wait…"})).await;
    let message_id = sent["message_id"].clone();
    let media = json!({"type": "photo", "media": file_id, "caption": "<b>Ready</b>", "parse_mode": "HTML"});
    let edit = json!({"chat_id": anna.id(), "message_id": message_id, "media": media});
    let edited = bot.ok("editMessageMedia", edit).await;
    assert_eq!(edited.get("text"), None);
    assert_eq!(edited["caption"], "Ready");
    assert_eq!(edited["caption_entities"][0]["type"], "bold");
    let text = json!({"chat_id": anna.id(), "message_id": message_id, "text": "x"});
    let error = bot.refused("editMessageText", text).await;
    assert_eq!(error, "Bad Request: there is no text in the message to edit");
    let caption = json!({"chat_id": anna.id(), "message_id": message_id, "caption": "я".repeat(1025)});
    assert_eq!(bot.refused("editMessageCaption", caption).await, "Bad Request: message caption is too long");
    let caption = json!({"chat_id": anna.id(), "message_id": message_id, "caption": "New"});
    assert_eq!(bot.ok("editMessageCaption", caption).await["caption"], "New");
}

#[tokio::test]
async fn deleted_messages_are_gone() {
    let (_emulator, bot, anna) = chat().await;
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Secret"})).await;
    let delete = json!({"chat_id": anna.id(), "message_id": sent["message_id"]});
    bot.ok("deleteMessage", delete.clone()).await;
    assert_eq!(bot.refused("deleteMessage", delete).await, "Bad Request: message to delete not found");
    assert_eq!(anna.messages().len(), 1);
    let ids = json!({"chat_id": anna.id(), "message_ids": [anna.messages()[0]["message_id"], 9999]});
    bot.ok("deleteMessages", ids).await;
    assert!(anna.messages().is_empty());
}

#[tokio::test]
async fn a_copy_carries_the_content_without_the_keyboard() {
    let (_emulator, bot, anna) = chat().await;
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "One", "reply_markup": keyboard("a")})).await;
    let copy = json!({"chat_id": anna.id(), "from_chat_id": anna.id(), "message_id": sent["message_id"]});
    let id = bot.ok("copyMessage", copy).await["message_id"].clone();
    let last = anna.last().unwrap();
    assert_eq!((&last["message_id"], &last["text"]), (&id, &json!("One")));
    assert_eq!(last.get("reply_markup"), None);
}

#[tokio::test]
async fn a_bot_cannot_begin_a_conversation_nor_write_to_nobody() {
    let (emulator, bot) = start().await;
    let silent = emulator.person("Silent", "en");
    let error = bot.refused("sendMessage", json!({"chat_id": silent.id(), "text": "x"})).await;
    assert_eq!(error, "Forbidden: bot can't initiate conversation with a user");
    assert_eq!(bot.refused("sendMessage", json!({"chat_id": 5, "text": "x"})).await, "Bad Request: chat not found");
}

#[tokio::test]
async fn methods_are_taken_in_any_case_and_by_every_way() {
    let (emulator, bot, anna) = chat().await;
    let id = anna.id().to_string();
    let url = format!("{}?chat_id={id}&text=query", bot.address("SendMessage"));
    assert_eq!(bot.client.get(url).send().await.unwrap().status(), 200);
    let form = [("chat_id", id.as_str()), ("text", "form"), ("disable_notification", "true")];
    let markup = keyboard("x").to_string();
    let form = [&form[..], &[("reply_markup", markup.as_str())]].concat();
    assert_eq!(bot.client.post(bot.address("sendmessage")).form(&form).send().await.unwrap().status(), 200);
    let parts = reqwest::multipart::Form::new().text("chat_id", id).text("text", "multipart");
    assert_eq!(bot.client.post(bot.address("SENDMESSAGE")).multipart(parts).send().await.unwrap().status(), 200);
    let texts: Vec<_> = anna.messages().iter().map(|m| m["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts, ["/start", "query", "form", "multipart"]);
    let requests = emulator.requests();
    let form = &requests[requests.len() - 2];
    assert_eq!((form.method.as_str(), form.chat_id), ("sendMessage", Some(anna.id())));
    assert_eq!(form.params["reply_markup"], keyboard("x"), "typed, whatever way it came");
    assert_eq!(form.params["disable_notification"], true);
    assert!(emulator.violations().is_empty());
}

#[tokio::test]
async fn what_the_bot_api_does_not_have_is_a_violation() {
    let (emulator, bot, anna) = chat().await;
    let chat_id = anna.id();
    for (method, params, status) in [
        ("sendMesage", json!({}), 404),
        ("sendMessage", json!({"chat_id": chat_id, "text": "x", "colour": "red"}), 400),
        ("sendMessage", json!({"text": "x"}), 400),
        ("sendMessage", json!({"chat_id": chat_id, "text": "x", "protect_content": "maybe"}), 400),
        (
            "sendMessage",
            json!({"chat_id": chat_id, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": 1}]]}}),
            400,
        ),
        ("sendMessage", json!({"chat_id": chat_id, "text": "x", "reply_parameters": {"message_id": 1, "odd": 1}}), 400),
        ("sendMessage", json!({"chat_id": chat_id, "text": "x", "entities": [{"type": "bold", "offset": 0}]}), 400),
        ("answerCallbackQuery", json!({"callback_query_id": {"a": 1}}), 400),
    ] {
        let before = emulator.violations().len();
        assert_eq!(bot.call(method, params.clone()).await["error_code"], status, "{method} {params}");
        assert_eq!(emulator.violations().len(), before + 1, "{method} {params}");
    }
    assert!(emulator.violations()[1].contains("colour"));
    let other = bot.refused("getForumTopicIconStickers", json!({})).await;
    assert_eq!(other, "Bad Request: not emulated: getForumTopicIconStickers");
    let wrong = bot.client.get(format!("{}/bot1:wrong/getMe", bot.root)).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
}

#[tokio::test]
async fn commands_are_looked_up_by_scope_and_language() {
    let (_emulator, bot, anna) = chat().await;
    let set = |language: &str, word: &str| {
        json!({"commands": [{"command": "help", "description": word}], "language_code": language,
               "scope": {"type": "all_private_chats"}})
    };
    bot.ok("setMyCommands", set("", "Help")).await;
    bot.ok("setMyCommands", set("ru", "Помощь")).await;
    let path = format!("/api/people/{}", anna.id());
    assert_eq!(bot.get(&format!("{path}/chat")).await["commands"][0]["description"], "Help");
    bot.post(&format!("{path}/language"), json!({"language_code": "ru-RU"})).await;
    assert_eq!(bot.get(&format!("{path}/chat")).await["commands"][0]["description"], "Помощь");
    let own = json!({"commands": [{"command": "help", "description": "Mine"}], "scope": {"type": "chat", "chat_id": anna.id()}});
    bot.ok("setMyCommands", own).await;
    assert_eq!(bot.get(&format!("{path}/chat")).await["commands"][0]["description"], "Mine");
    let cyrillic = json!({"commands": [{"command": "помощь", "description": "x"}]});
    assert_eq!(bot.refused("setMyCommands", cyrillic).await, "Bad Request: BOT_COMMAND_INVALID");
    let listed = bot.ok("getMyCommands", json!({"language_code": "ru", "scope": {"type": "all_private_chats"}})).await;
    assert_eq!(listed[0]["description"], "Помощь");
}

#[tokio::test]
async fn a_reply_keyboard_stays_until_it_is_removed() {
    let (_emulator, bot, anna) = chat().await;
    let menu = json!({"keyboard": [[{"text": "📂 Templates"}, "Help"]], "resize_keyboard": true});
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Menu", "reply_markup": menu})).await;
    assert_eq!(sent.get("reply_markup"), None, "only inline keyboards belong to a message");
    bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "More"})).await;
    let chat = bot.get(&format!("/api/people/{}/chat", anna.id())).await;
    assert_eq!(chat["keyboard"]["keyboard"], json!([[{"text": "📂 Templates"}, {"text": "Help"}]]));
    anna.presses("Templates").unwrap();
    assert_eq!(bot.next_update().await["message"]["text"], "📂 Templates");
    let remove = json!({"remove_keyboard": true});
    bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Bye", "reply_markup": remove})).await;
    assert!(anna.presses("Templates").is_err());
}

#[tokio::test]
async fn a_transcript_tells_the_chat_without_ids_and_times() {
    let (_emulator, bot, anna) = chat().await;
    let menu = json!({"keyboard": [["Menu"]]});
    bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Hello\nthere", "reply_markup": menu})).await;
    let sent =
        bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Sure?", "reply_markup": keyboard("a")})).await;
    anna.presses("Go").unwrap();
    let query = bot.next_update().await["callback_query"]["id"].clone();
    bot.ok("answerCallbackQuery", json!({"callback_query_id": query, "text": "Ok", "show_alert": true})).await;
    bot.ok("editMessageText", json!({"chat_id": anna.id(), "message_id": sent["message_id"], "text": "Done"})).await;
    bot.ok("deleteMessage", json!({"chat_id": anna.id(), "message_id": sent["message_id"]})).await;
    anna.sends_photos([jpeg(40, 40), jpeg(50, 40)]);
    anna.sends_file("a.png", "image/png", vec![1]);
    anna.blocks(true);
    let expected = "> /start\n< Hello\n  there\n  (keyboard) [Menu]\n< Sure?\n  [Go]\n> (press “Go”)\n< (alert) Ok\n\
                    < (edited) Done\n< (deleted) Done\n> [photo] [photo]\n> [file a.png]\n> (blocks the bot)\n";
    assert_eq!(anna.transcript(), expected);
}
