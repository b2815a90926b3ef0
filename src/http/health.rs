//! Whether the process lives, and whether it can do its work.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::site::Site;

/// A part that takes longer to answer is as good as gone.
const PATIENCE: Duration = Duration::from_secs(3);

/// How one part stands.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Part {
    pub ok: bool,
    /// How long it took to say so.
    pub milliseconds: u64,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// How everything stands.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Readiness {
    pub ready: bool,
    pub parts: BTreeMap<&'static str, Part>,
}

impl Readiness {
    pub(super) async fn look(site: &Site) -> Self {
        let world = site.talk().world();
        let database = world.store.database();
        let (answers, migrated, sessions, telegram) = tokio::join!(
            part(async { database.ping().await.map_err(|_| "the database does not answer".to_owned()) }),
            part(async {
                match database.missing_steps().await {
                    Ok(0) => Ok(()),
                    Ok(missing) => Err(format!("steps that the database lacks: {missing}; run pixelai migrate")),
                    Err(_) => Err("the database does not tell its steps".to_owned()),
                }
            }),
            part(async {
                site.talk().sessions().ping().await.map_err(|_| "the store of sessions does not answer".to_owned())
            }),
            part(async { site.parts().telegram.reachable().await.map_err(|cause| cause.to_string()) }),
        );
        let parts = BTreeMap::from([
            ("database", answers),
            ("migrations", migrated),
            ("sessions", sessions),
            ("telegram", telegram),
        ]);
        Self { ready: parts.values().all(|part| part.ok), parts }
    }
}

async fn part(look: impl Future<Output = Result<(), String>>) -> Part {
    let began = Instant::now();
    let trouble = match tokio::time::timeout(PATIENCE, look).await {
        Ok(Ok(())) => None,
        Ok(Err(trouble)) => Some(trouble),
        Err(_elapsed) => Some(format!("no answer within {} seconds", PATIENCE.as_secs())),
    };
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Part { ok: trouble.is_none(), milliseconds, trouble }
}

/// `/healthz`: the process lives. It says no more, so that trouble elsewhere restarts nobody.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// `/readyz`: whether updates and calls should be sent here.
pub(super) async fn ready(State(site): State<Site>) -> Response {
    let mut readiness = site.readiness().await;
    if site.parts().stopping.is_cancelled() {
        readiness.ready = false;
        let trouble = Some("the process is about to end".to_owned());
        readiness.parts.insert("process", Part { ok: false, milliseconds: 0, trouble });
    }
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(readiness)).into_response()
}
