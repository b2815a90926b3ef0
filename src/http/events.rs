//! What the status page draws, sent whenever a moment has passed.
//!
//! However many look, one look at the database serves them all.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::Stream;
use serde_json::{Value, json};

use super::guard::Insider;
use super::problem::Problem;
use super::site::Site;

/// Between two events.
const PAUSE: Duration = Duration::from_secs(2);

/// After how many seconds somebody may look who was one too many.
const AGAIN: u64 = 10;

pub(super) async fn events(
    Insider(inside): Insider,
    State(site): State<Site>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    // A look lasts, and would otherwise keep a connection for as long as anybody likes.
    let Ok(place) = site.lookers().try_acquire_owned() else {
        let detail = "Too many look at this page already.";
        return Err(Problem::of(StatusCode::SERVICE_UNAVAILABLE).detail(detail).retry_after(AGAIN));
    };
    let stopping = site.parts().stopping.clone();
    let events = futures::stream::unfold((site, place, true), move |(site, place, first)| {
        let stopping = stopping.clone();
        async move {
            if !first {
                tokio::select! {
                    () = stopping.cancelled() => return None,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
            let event = Event::default().data(moment(&site, inside).await.to_string());
            Some((Ok(event), (site, place, false)))
        }
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// How everything stands now, as far as the one who looks may know.
pub(super) async fn moment(site: &Site, inside: bool) -> Value {
    let readiness = site.readiness().await;
    let mut moment = json!({
        "ready": readiness.ready,
        "parts": readiness.parts,
        "bot": site.parts().telegram.username(),
        "version": env!("CARGO_PKG_VERSION"),
        "started_at": site.started(),
        "now": chrono::Utc::now(),
        "has_token": site.parts().status_token.is_some(),
        "inside": false,
    });
    if inside && let Some(details) = site.details().await {
        moment["inside"] = Value::clone(&details);
    }
    moment
}
