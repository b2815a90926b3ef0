//! What the page has beside the chats: samples, switches, faults, the restart.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Json, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::faults::FaultRule;
use super::super::lock;
use super::super::shared::Shared;
use super::{Answer, App, Refusal};

const RULES_LIMIT: usize = 100;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/samples", get(samples))
        .route("/api/samples/{name}", get(sample))
        .route("/api/knobs", get(knobs))
        .route("/api/knobs/{name}", post(turn))
        .route("/api/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/api/info", get(info))
        .route("/api/restart", post(restart))
}

async fn samples(State(shared): App) -> Json<Value> {
    let row = |sample: &super::super::Sample| {
        json!({
            "name": sample.name, "title": {"en": sample.title_en, "ru": sample.title_ru},
            "url": format!("/api/samples/{}", sample.name),
        })
    };
    Json(shared.samples.iter().map(row).collect())
}

async fn sample(State(shared): App, Path(name): Path<String>) -> Result<Response, Refusal> {
    let sample = shared.samples.iter().find(|sample| sample.name == name);
    let sample = sample.ok_or_else(|| Refusal::not_found("there is no such sample"))?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], sample.jpeg.clone()).into_response())
}

async fn knobs(State(shared): App) -> Json<Value> {
    let row = |knob: &super::super::Knob| json!({"name": knob.name, "title": knob.title, "options": knob.options, "value": (knob.get)()});
    Json(shared.knobs.iter().map(row).collect())
}

#[derive(Deserialize)]
struct Turn {
    value: String,
}

async fn turn(State(shared): App, Path(name): Path<String>, body: Json<Turn>) -> Answer {
    let knob = shared.knobs.iter().find(|knob| knob.name == name);
    let knob = knob.ok_or_else(|| Refusal::not_found("there is no such switch"))?;
    if !knob.options.contains(&body.value) {
        return Err(Refusal::bad(format!("{name} is one of {}", knob.options.join(", "))));
    }
    (knob.set)(&body.value);
    Ok(Json(json!({"name": name, "value": (knob.get)()})))
}

/// A fault for coming requests, or something to do to the updates at once.
#[derive(Deserialize)]
#[serde(untagged)]
enum Trouble {
    Delivery(Delivery),
    Rule(FaultRule),
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Delivery {
    /// Updates within a poll's answer come in random order; no seed ends it.
    Shuffle { seed: Option<u64> },
    /// An update comes once more under its own id; the newest when none is named.
    Redeliver { update_id: Option<u64> },
    /// An update's content comes once more under a new id.
    Resend { update_id: Option<u64> },
}

async fn faults(State(shared): App) -> Json<Value> {
    let faults = lock(&shared.faults);
    Json(json!({"rules": faults.rules, "shuffle": faults.shuffle}))
}

async fn add_fault(State(shared): App, Json(trouble): Json<Trouble>) -> Answer {
    let missing = || Refusal::not_found("there is no such update");
    match trouble {
        Trouble::Delivery(Delivery::Shuffle { seed }) => lock(&shared.faults).shuffle = seed,
        Trouble::Delivery(Delivery::Redeliver { update_id }) => {
            let id = lock(&shared.world).queue.redeliver(update_id).ok_or_else(missing)?;
            return Ok(Json(json!({"update_id": id})));
        }
        Trouble::Delivery(Delivery::Resend { update_id }) => {
            let id = lock(&shared.world).queue.resend(update_id).ok_or_else(missing)?;
            return Ok(Json(json!({"update_id": id})));
        }
        Trouble::Rule(rule) => {
            let mut faults = lock(&shared.faults);
            if faults.rules.len() >= RULES_LIMIT {
                return Err(Refusal::bad(format!("there are {RULES_LIMIT} rules already")));
            }
            faults.rules.push(rule);
        }
    }
    Ok(faults(State(shared)).await)
}

async fn clear_faults(State(shared): App) -> Json<Value> {
    *lock(&shared.faults) = Default::default();
    faults(State(shared)).await
}

async fn info(State(shared): App) -> Json<Value> {
    Json(json!({
        "restart": shared.restart.is_some(), "admin": shared.admin, "version": env!("CARGO_PKG_VERSION"),
    }))
}

async fn restart(State(shared): App) -> Answer {
    let restart = shared.restart.clone().ok_or_else(|| Refusal::not_found("nothing here can be restarted"))?;
    restart();
    Ok(Json(json!({"restarted": true})))
}
