//! No token, no address of a photo and no word of a person stands in a log, however much is logged.

use std::net::TcpListener;

use reqwest::multipart::{Form, Part};

use crate::api::init_data;
use crate::process::{House, photo};

const WORDS: &str = "my very private words 8471";
const SECRET: &str = "a-webhook-secret-8472";
const STATUS: &str = "a-status-token-8473";

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").port()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_people_and_no_secret_is_logged_at_any_level() {
    for brought in [false, true] {
        let address = format!("127.0.0.1:{}", free_port());
        let public = if brought { format!("http://{address}") } else { String::new() };
        let house = House::new(&[
            ("HTTP_ADDR", &address),
            ("PUBLIC_URL", &public),
            ("WEBHOOK_SECRET", SECRET),
            ("STATUS_TOKEN", STATUS),
            ("LOG_FORMAT", "json"),
            ("RUST_LOG", "trace,hyper=trace,h2=trace,sqlx=trace,reqwest=trace,pixelai=trace"),
        ])
        .await;
        let bot = house.start();
        let ann = house.emulator.person("Annabella", "en");
        ann.sends_text("/start");
        ann.sees("Hi, Annabella").await.expect("the menu");
        ann.sends_text(WORDS);
        ann.sends_text("/templates");
        ann.sees("What shall we make?").await.expect("the shelves");
        ann.presses("Christmas").expect("a shelf");
        ann.sees("cabin").await.expect("the gallery");
        ann.presses("I want").expect("the button");
        ann.sees("Send a photo").await.expect("the question");
        ann.sends_captioned_photo(photo(), WORDS);
        ann.sees("Shall we make it?").await.expect("the price");
        ann.presses("Make it").expect("the button");
        ann.sees("is ready").await.expect("the picture");
        let shown = init_data(ann.id(), "Annabella", 5, house.emulator.token());
        let form =
            Form::new().text("template", "xmas_cabin").part("photo", Part::bytes(photo()).file_name("Annabella.jpg"));
        let http = reqwest::Client::new();
        let order =
            http.post(format!("http://{address}/api/jobs/create")).header("Authorization", format!("tma {shown}"));
        let order = order.header("Idempotency-Key", "my-key-8474").multipart(form).send().await.expect("it answers");
        assert_eq!(order.status(), 202);
        for path in [format!("/?token={STATUS}"), format!("/api/pictures/x?expires=1&signature={STATUS}")] {
            http.get(format!("http://{address}{path}")).send().await.expect("it answers");
        }
        http.get(format!("http://{address}/metrics")).bearer_auth(STATUS).send().await.expect("it answers");
        house.settled().await;
        assert!(bot.stops().await.success());

        let log = house.log();
        assert!(log.contains("\"update.id\""), "updates have spans:\n{}", &log[..log.len().min(2000)]);
        let token = house.emulator.token().to_owned();
        let hash = shown.rsplit_once("hash=").expect("it is signed").1.to_owned();
        let secret = token.split_once(':').expect("an id and a secret").1.to_owned();
        let private =
            [WORDS, "Annabella", &token, &format!("bot{token}"), SECRET, STATUS, &hash, "photos/", "my-key-8474"];
        for private in private {
            let line = log.lines().find(|line| line.contains(private));
            assert!(line.is_none(), "“{private}” is logged: {}", line.unwrap_or_default());
        }
        assert!(!log.lines().any(|line| line.contains(&format!(":{secret}"))), "the token is logged");
    }
}
