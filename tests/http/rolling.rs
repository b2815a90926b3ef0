//! A rolling deploy under load: one process takes over from another, again and again, and nothing is lost.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use pixelai::emulator::Person;

use crate::process::{House, photo};

const PEOPLE: usize = 4;
const CHANGES: usize = 4;

/// What stands in front of the processes, and sends everything to the newest.
#[derive(Clone)]
struct Proxy {
    to: Arc<Mutex<String>>,
    http: reqwest::Client,
}

async fn pass_on(State(proxy): State<Proxy>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let to = proxy.to.lock().expect("no test panics while it holds it").clone();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = proxy.http.post(format!("http://{to}{path}")).body(body);
    for name in ["content-type", "x-telegram-bot-api-secret-token"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    match request.send().await {
        Ok(answer) => answer.status().into_response(),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn free_address() -> String {
    let port = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").port();
    format!("127.0.0.1:{port}")
}

async fn is_ready(address: &str) {
    let ready = async {
        loop {
            if reqwest::get(format!("http://{address}/readyz"))
                .await
                .is_ok_and(|answer| answer.status() == StatusCode::OK)
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ready).await.expect("the new process is ready");
}

async fn orders(person: Person) -> Result<(), String> {
    person.sends_text("/start");
    person.sees("Hi, ").await?;
    for _ in 0..2 {
        person.sends_text("/templates");
        person.sees_next("What shall we make?").await?;
        person.presses("Christmas")?;
        person.sees_next("quiet evening").await?;
        person.presses("I want")?;
        // A photo that was sent before need not be sent again.
        let question = person.sees_next("photo").await?;
        if question.to_string().contains("Send a photo") {
            person.sends_photo(photo());
            person.sees_next("Shall we make it?").await?;
        }
        person.presses("Make it")?;
        picture_comes(&person).await?;
    }
    Ok(())
}

/// Painting takes long on a busy machine, longer than people here wait for an answer.
async fn picture_comes(person: &Person) -> Result<(), String> {
    for _ in 0..5 {
        if person.sees_next("is ready").await.is_ok() {
            return Ok(());
        }
    }
    person.sees_next("is ready").await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_change_places_under_load_and_nothing_is_lost() {
    let proxy = Proxy { to: Arc::default(), http: reqwest::Client::new() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let public = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().fallback(pass_on).with_state(proxy.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let house = House::new(&[("PUBLIC_URL", &public)]).await;
    let turn_to = |address: &str| address.clone_into(&mut proxy.to.lock().expect("no test panics while it holds it"));
    let address = free_address();
    turn_to(&address);
    let mut current = house.start_with(&[("HTTP_ADDR", &address)]);
    is_ready(&address).await;
    let people: Vec<Person> = (0..PEOPLE).map(|number| house.emulator.person(&format!("P{number}"), "en")).collect();
    let acting: Vec<_> = people.iter().map(|person| tokio::spawn(orders(person.clone()))).collect();
    for _ in 0..CHANGES {
        let address = free_address();
        let next = house.start_with(&[("HTTP_ADDR", &address)]);
        is_ready(&address).await;
        turn_to(&address);
        let old = std::mem::replace(&mut current, next);
        assert!(old.stops().await.success(), "{}", house.log());
    }
    for acted in acting {
        acted.await.expect("no panic").unwrap_or_else(|missing| panic!("{missing}\n{}", house.log()));
    }
    house.settled().await;
    let pictures = (2 * PEOPLE) as i64;
    assert_eq!(house.number("SELECT count(*) FROM generation_jobs WHERE state = 'succeeded'").await, pictures);
    assert_eq!(house.number("SELECT count(*) FROM generation_jobs").await, pictures);
    for person in &people {
        let arrived = person.messages().iter().filter(|message| message.to_string().contains("is ready")).count();
        assert_eq!(arrived, 2, "{}", person.transcript());
    }
    assert!(current.stops().await.success());
    assert_eq!(house.number("SELECT count(*) FROM processes").await, 0, "each has said that it ended");
    let (sound, said) = house.audit().await;
    assert!(sound, "{said}");
}
