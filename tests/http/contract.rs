//! The jobs API against its own document, driven by the schemas in it: whatever is asked, and however wrongly, the answer
//! is one that the document describes.
//!
//! `API_SEEDS=100 scripts/test --test http contract` asks more; a failure names its seed.

#[path = "contract/generate.rs"]
mod generate;
#[path = "contract/plan.rs"]
mod plan;
#[path = "contract/wire.rs"]
mod wire;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use crate::api::{TOKEN, init_data, ordered_and_done, painted};
use crate::bot::{Bot, BotOptions, photo};
use crate::document::{resolved, validator};
use generate::Dice;
use plan::{Expected, Operation, Plan, plan};
use wire::{Answer, Call};

/// Of each operation, with one seed.
const CALLS: usize = 80;
/// Of one person, so that nobody calls too often.
const CALLS_OF_ONE: usize = 12;

/// Who calls, and what they know.
struct Front<'a> {
    dice: Dice<'a>,
    document: &'a Value,
    address: String,
    /// Has had a picture made.
    owner: String,
    person: i64,
    calls_left: usize,
    /// Of the last answers.
    tags: VecDeque<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_answered_as_the_document_says() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let document: Value =
        reqwest::get(bot.url("/api/openapi.json")).await.expect("it answers").json().await.expect("it is JSON");
    assert_eq!(document, crate::document::document());
    let seeds = std::env::var("API_SEEDS").map_or(2, |seeds| seeds.parse().expect("a number"));
    let mut seen: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for seed in 0..seeds {
        let mut front = Front::of(&bot, &document, seed).await;
        for operation in Operation::all(&document) {
            for number in 0..CALLS {
                let (plan, answer) = front.calls(&operation).await;
                if let Err(flaw) = check(&document, &operation, &plan, &answer) {
                    let (call, twist) = (&plan.call, plan.twist);
                    panic!(
                        "{flaw}\n\nseed {seed}, call {number} of {}, twisted: {twist}\n\n{call}\n\n{answer}",
                        operation.id()
                    );
                }
                seen.entry(operation.id().to_owned()).or_default().insert(answer.status);
            }
        }
    }
    assert_all_was_seen(&document, &seen);
    bot.quiet().await;
    bot.shutdown().await;
}

impl<'a> Front<'a> {
    async fn of(bot: &Bot, document: &'a Value, seed: u64) -> Self {
        let address = bot.url("").trim_start_matches("http://").to_owned();
        let owner = 100_000 + seed as i64 * 10_000;
        let (shelves, job) = ordered_and_done(bot, owner).await;
        let mut dice = Dice::new(document, seed);
        let templates = shelves["categories"].as_array().expect("shelves").iter();
        let templates: Vec<&Value> = templates.flat_map(|it| it["templates"].as_array().expect("templates")).collect();
        dice.known.insert("template".into(), templates.iter().map(|template| template["id"].clone()).collect());
        for template in &templates {
            painted(bot, template["preview"].as_str().expect("an address")).await;
        }
        let keys = (0..200_u128).map(|number| uuid::Uuid::from_u128(number).to_string().into()).collect();
        dice.known.insert("Idempotency-Key".into(), keys);
        // Today's, and yesterday's.
        let prices = templates.iter().filter_map(|template| template["price"].as_i64());
        dice.known.insert("price".into(), prices.flat_map(|price| [json!(price), json!(price - 1)]).collect());
        dice.known.insert("job".into(), vec![job["id"].clone()]);
        let url = job["result"]["url"].as_str().expect("an address");
        for pair in url.split_once('?').expect("it is signed").1.split('&') {
            let (name, value) = pair.split_once('=').expect("a pair");
            dice.known.insert(name.to_owned(), vec![value.into()]);
        }
        let owner_shows = init_data(owner, "Owen", 5, TOKEN);
        Self { dice, document, address, owner: owner_shows, person: owner, calls_left: 0, tags: VecDeque::new() }
    }

    /// One call, and what came back.
    async fn calls(&mut self, operation: &Operation<'_>) -> (Plan, Answer) {
        if self.calls_left == 0 {
            self.next_person(operation).await;
        }
        self.calls_left -= 1;
        let is_owner = operation.path.contains("{job}") && self.dice.falls(40);
        let shows = if is_owner { self.owner.clone() } else { self.shows() };
        let plan = plan(&mut self.dice, self.document, operation, &shows);
        let answer = plan.call.send(&self.address).await;
        if let Some(tag) = answer.header("etag") {
            self.tags.push_front(tag.to_owned());
            self.tags.truncate(8);
            let all: Vec<&str> = self.tags.iter().map(String::as_str).collect();
            self.dice.known.insert("If-None-Match".into(), vec![tag.into(), all.join(", ").into()]);
        }
        (plan, answer)
    }

    fn shows(&self) -> String {
        init_data(self.person, "Kim", 5, TOKEN)
    }

    /// Somebody new, with a photo of theirs where orders are made.
    async fn next_person(&mut self, operation: &Operation<'_>) {
        self.person += 1;
        self.calls_left = CALLS_OF_ONE;
        if operation.id() != "createJob" {
            return;
        }
        let head = "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n";
        let keep = Call {
            method: "POST".into(),
            target: "/api/photos".into(),
            headers: vec![
                ("Authorization".into(), format!("tma {}", self.shows()).into_bytes()),
                ("Content-Type".into(), b"multipart/form-data; boundary=b".to_vec()),
            ],
            body: [head.as_bytes(), &photo(1), b"\r\n--b--\r\n"].concat(),
        };
        let kept = keep.send(&self.address).await;
        assert_eq!(kept.status, 201, "{kept}");
        let kept: Value = serde_json::from_slice(&kept.body).expect("it is JSON");
        self.dice.known.insert("photos".into(), vec![kept["id"].clone()]);
    }
}

fn check(document: &Value, operation: &Operation<'_>, plan: &Plan, answer: &Answer) -> Result<(), String> {
    let status = answer.status;
    if status >= 500 {
        return Err("a fault of the server's".into());
    }
    if status >= 400 {
        is_a_problem(document, answer)?;
    }
    let fits = match plan.expected {
        Expected::Described => true,
        Expected::Refused => status >= 400,
        Expected::Unproven => status == 401,
        Expected::MethodNotAllowed => status == 405 && answer.header("allow").is_some(),
        Expected::NotFound => status >= 400,
    };
    if !fits {
        return Err(format!("it was expected to be {:?}", plan.expected));
    }
    match plan.expected {
        Expected::MethodNotAllowed | Expected::NotFound => Ok(()),
        _ => is_described(document, operation, answer),
    }
}

fn is_a_problem(document: &Value, answer: &Answer) -> Result<(), String> {
    if answer.header("content-type") != Some("application/problem+json") {
        return Err("no problem details".into());
    }
    let problem: Value = serde_json::from_slice(&answer.body).map_err(|flaw| flaw.to_string())?;
    let schema = json!({"$ref": "#/components/schemas/Problem"});
    validator(document, &schema).validate(&problem).map_err(|flaw| flaw.to_string())?;
    if problem["status"] == answer.status { Ok(()) } else { Err("the problem is of another status".into()) }
}

fn is_described(document: &Value, operation: &Operation<'_>, answer: &Answer) -> Result<(), String> {
    let described = resolved(document, &operation.spec["responses"][answer.status.to_string()]);
    if described.is_null() {
        return Err(format!("{} is not described", answer.status));
    }
    for (name, header) in described["headers"].as_object().into_iter().flatten() {
        match answer.header(&name.to_lowercase()) {
            None if header["required"] == true => return Err(format!("{name} is missing")),
            Some(value) if header["schema"]["type"] == "integer" && value.parse::<i64>().is_err() => {
                return Err(format!("{name} is no number"));
            }
            _ => {}
        }
    }
    let Some(contents) = described["content"].as_object() else {
        return if answer.body.is_empty() { Ok(()) } else { Err("a body that is not described".into()) };
    };
    let kind = answer.header("content-type").unwrap_or_default();
    let content = contents.get(kind).ok_or_else(|| format!("{kind:?} is not described"))?;
    if content["schema"].is_null() {
        return if answer.body.is_empty() { Err("nothing came".into()) } else { Ok(()) };
    }
    let body: Value = serde_json::from_slice(&answer.body).map_err(|flaw| flaw.to_string())?;
    validator(document, &content["schema"]).validate(&body).map_err(|flaw| format!("{flaw}"))
}

/// Each operation has succeeded, and what can go wrong by the caller's doing has gone wrong: otherwise the test looks at
/// less than it seems to.
fn assert_all_was_seen(document: &Value, seen: &BTreeMap<String, BTreeSet<u16>>) {
    // What takes a slow line, a huge body, an hour, or many calls at once; other tests see to these.
    let rare = [408, 410, 413, 429, 503];
    for operation in Operation::all(document) {
        let described = operation.spec["responses"].as_object().expect("there are responses").keys();
        let described: BTreeSet<u16> = described.map(|status| status.parse().expect("a status")).collect();
        // Nobody who asks here is banned.
        let banned = operation.spec["responses"]["403"]["$ref"] == "#/components/responses/Banned";
        let is_rare = |status: &u16| rare.contains(status) || *status == 403 && banned;
        let missing: Vec<u16> =
            described.iter().copied().filter(|it| !is_rare(it) && !seen[operation.id()].contains(it)).collect();
        assert_eq!(
            missing,
            Vec::<u16>::new(),
            "{} was never answered so; seen: {:?}",
            operation.id(),
            seen[operation.id()]
        );
    }
}
