//! Photos, documents and albums, both ways.

use pixelai::emulator::{Options, Sample};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::support::{Bot, TOKEN, jpeg, png, start, start_with};

async fn upload(bot: &Bot, method: &str, form: Form) -> Value {
    bot.client.post(bot.address(method)).multipart(form).send().await.unwrap().json().await.unwrap()
}

async fn download(bot: &Bot, file_id: &Value) -> Vec<u8> {
    let file = bot.ok("getFile", json!({"file_id": file_id})).await;
    // As teloxide writes it: the slash of the path percent-encoded.
    let path = file["file_path"].as_str().unwrap().replace('/', "%2F");
    let response = bot.client.get(format!("{}/file/bot{TOKEN}/{path}", bot.root)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_photo_arrives_in_several_sizes_and_can_be_fetched() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_photo(jpeg(2000, 1000));
    let sizes = bot.next_update().await["message"]["photo"].clone();
    let widths: Vec<_> = sizes.as_array().unwrap().iter().map(|size| size["width"].as_u64().unwrap()).collect();
    assert_eq!(widths, [90, 320, 800, 1280]);
    assert_eq!(sizes[3]["height"], 640);
    for size in sizes.as_array().unwrap() {
        let bytes = download(&bot, &size["file_id"]).await;
        let image = image::load_from_memory(&bytes).unwrap();
        assert_eq!(u64::from(image.width()), size["width"].as_u64().unwrap());
        assert_eq!(u64::from(image.height()), size["height"].as_u64().unwrap());
    }
}

#[tokio::test]
async fn a_document_arrives_untouched() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let bytes = png(1500, 20);
    anna.sends_file("long.png", "image/png", bytes.clone());
    let document = bot.next_update().await["message"]["document"].clone();
    assert_eq!(document["mime_type"], "image/png");
    assert_eq!(document["file_size"], bytes.len());
    assert_eq!(download(&bot, &document["file_id"]).await, bytes);
}

#[tokio::test]
async fn what_is_no_picture_goes_as_a_file() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_photo(b"not a picture".to_vec());
    assert!(bot.next_update().await["message"].get("document").is_some());
    anna.sends_photo(jpeg(2100, 100));
    assert!(bot.next_update().await["message"].get("document").is_some(), "sides of more than 20 to 1");
}

#[tokio::test]
async fn a_file_of_more_than_twenty_megabytes_cannot_be_fetched() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_file("big.bin", "application/octet-stream", vec![0; 20 * 1024 * 1024 + 1]);
    let file_id = bot.next_update().await["message"]["document"]["file_id"].clone();
    assert_eq!(bot.refused("getFile", json!({"file_id": file_id})).await, "Bad Request: file is too big");
    assert_eq!(bot.refused("getFile", json!({"file_id": "x"})).await, "Bad Request: invalid file_id");
}

#[tokio::test]
async fn a_document_whose_sender_names_no_type_is_known_by_its_name() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    for (name, mime) in [("picture.JPG", "image/jpeg"), ("thing.xyz", "application/octet-stream")] {
        let form = Form::new()
            .text("chat_id", anna.id().to_string())
            .part("document", Part::bytes(png(30, 20)).file_name(name));
        let sent = upload(&bot, "sendDocument", form).await["result"].clone();
        assert_eq!(sent["document"]["mime_type"], mime, "{name}");
    }
}

#[tokio::test]
async fn uploads_are_attached_by_name_and_sent_again_by_file_id() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    let form = Form::new()
        .text("chat_id", anna.id().to_string())
        .text("photo", "attach://b2c1")
        .text("caption", "Look")
        .part("b2c1", Part::bytes(png(300, 200)).file_name("x.png"));
    let sent = upload(&bot, "SendPhoto", form).await["result"].clone();
    assert_eq!(sent["caption"], "Look");
    let largest = sent["photo"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&largest["width"], &largest["height"]), (&json!(300), &json!(200)));
    let again = bot.ok("sendPhoto", json!({"chat_id": anna.id(), "photo": largest["file_id"]})).await;
    assert_eq!(again["photo"], sent["photo"]);
    let missing = json!({"chat_id": anna.id(), "photo": "attach://nowhere"});
    assert_eq!(bot.refused("sendPhoto", missing).await, "Bad Request: there is no photo in the request");
    let wrong = json!({"chat_id": anna.id(), "document": largest["file_id"]});
    assert!(bot.refused("sendDocument", wrong).await.contains("can't use file of type Photo as Document"));
    assert!(emulator.violations().is_empty());
}

#[tokio::test]
async fn photos_of_the_bot_are_held_against_telegrams_limits() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    for (bytes, error) in [
        (b"nonsense".to_vec(), "IMAGE_PROCESS_FAILED"),
        (jpeg(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (jpeg(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (vec![0; 10 * 1024 * 1024 + 1], "is too big for a photo"),
    ] {
        let form = Form::new().text("chat_id", anna.id().to_string()).part("photo", Part::bytes(bytes).file_name("x"));
        let answer = upload(&bot, "sendPhoto", form).await;
        assert!(answer["description"].as_str().unwrap().contains(error), "{answer}");
    }
}

#[tokio::test]
async fn an_album_is_one_group_both_ways() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_photos([jpeg(100, 100), jpeg(110, 100), jpeg(120, 100)]);
    let updates = bot.updates(0).await;
    let group = &updates[0]["message"]["media_group_id"];
    assert!(group.is_string());
    assert!(updates.iter().all(|update| &update["message"]["media_group_id"] == group));
    assert_eq!(updates.len(), 3);
    let media =
        json!([{"type": "photo", "media": "attach://a", "caption": "Both"}, {"type": "photo", "media": "attach://b"}]);
    let form = Form::new()
        .text("chat_id", anna.id().to_string())
        .text("media", media.to_string())
        .part("a", Part::bytes(jpeg(100, 100)).file_name("a.jpg"))
        .part("b", Part::bytes(jpeg(100, 100)).file_name("b.jpg"));
    let sent = upload(&bot, "sendMediaGroup", form).await["result"].clone();
    assert_eq!(sent.as_array().unwrap().len(), 2);
    assert_eq!(sent[0]["media_group_id"], sent[1]["media_group_id"]);
    assert_ne!(sent[0]["photo"][0]["file_id"], sent[1]["photo"][0]["file_id"], "each sending has ids of its own");
    let one = json!({"chat_id": anna.id(), "media": [{"type": "photo", "media": sent[0]["photo"][0]["file_id"]}]});
    assert!(bot.refused("sendMediaGroup", one).await.contains("2-10 items"));
}

#[tokio::test]
async fn the_page_uploads_and_shows_pictures() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let address = format!("{}/api/people/{}/photos", bot.root, anna.id());
    let part = |name: &'static str| Part::bytes(png(64, 64)).file_name(name).mime_str("image/png").unwrap();
    let album = Form::new().part("photo", part("a.png")).part("photo", part("b.png")).text("caption", "Two");
    assert_eq!(bot.client.post(&address).multipart(album).send().await.unwrap().status(), 200);
    let updates = bot.updates(0).await;
    assert_eq!(updates.len(), 2);
    assert_eq!(updates[0]["message"]["caption"], "Two");
    let file = Form::new().part("photo", part("c.png")).text("as_file", "true");
    assert_eq!(bot.client.post(&address).multipart(file).send().await.unwrap().status(), 200);
    let document = anna.last().unwrap()["document"].clone();
    let shown = format!("{}/api/photo/{}", bot.root, document["file_id"].as_str().unwrap());
    let response = bot.client.get(format!("{shown}?download=my%20file.png")).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"my file.png\"");
    assert_eq!(response.bytes().await.unwrap(), png(64, 64));
    assert_eq!(
        bot.client.post(&address).multipart(Form::new().text("caption", "x")).send().await.unwrap().status(),
        400
    );
}

#[tokio::test]
async fn samples_are_listed_shown_and_sent() {
    let sample = Sample {
        name: "portrait".into(),
        title_en: "Portrait".into(),
        title_ru: "Портрет".into(),
        jpeg: jpeg(700, 900).into(),
        more: vec![jpeg(700, 800).into()],
    };
    let (emulator, bot) = start_with(Options { samples: vec![sample], ..Options::default() }).await;
    let anna = emulator.person("Anna", "en");
    let listed = bot.get("/api/samples").await;
    let row = json!({"name": "portrait", "title": {"en": "Portrait", "ru": "Портрет"}, "url": "/api/samples/portrait"});
    assert_eq!(listed, json!([row]));
    let image = bot.client.get(format!("{}/api/samples/portrait", bot.root)).send().await.unwrap();
    assert_eq!(image.bytes().await.unwrap(), jpeg(700, 900));
    let path = format!("/api/people/{}/sample", anna.id());
    assert_eq!(bot.post(&path, json!({"name": "portrait"})).await.0, 200);
    assert_eq!(bot.next_update().await["message"]["photo"].as_array().unwrap().last().unwrap()["height"], 900);
    assert_eq!(bot.next_update().await["message"]["photo"].as_array().unwrap().last().unwrap()["height"], 800);
    assert_eq!(bot.post(&path, json!({"name": "nobody"})).await.0, 404);
}
