//! A chat's events as they happen (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{Stream, unfold};
use tokio::sync::broadcast::error::RecvError;

use super::super::lock;
use super::super::people::CannotAct;
use super::super::shared::Shared;
use super::Refusal;

const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Ends when the page lags too far behind, so that it reads the chat anew, and when the server stops.
pub(super) async fn stream(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<i64>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let receiver = lock(&shared.world).people.get_mut(&id).ok_or(CannotAct::NoPerson)?.listen();
    let stop = shared.stop.clone();
    let events = unfold((receiver, stop), |(mut receiver, stop)| async {
        let received = tokio::select! {
            received = receiver.recv() => received,
            () = stop.cancelled() => Err(RecvError::Closed),
        };
        let (name, data) = received.ok()?;
        Some((Ok(Event::default().event(name).data(&*data)), (receiver, stop)))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}
