//! How long a call may take, its body included, and how long it took.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::meter;

/// For what is answered out of memory, or with a few statements.
pub(super) const PROMPT: Duration = Duration::from_secs(10);
/// For a call that brings photos along, on a slow line.
pub(super) const UPLOAD: Duration = Duration::from_secs(60);
/// For an update, which is answered once it is handled; Telegram hangs up after a minute.
pub(super) const UPDATE: Duration = Duration::from_secs(55);

/// Ends a call that takes longer, be it that its body does not come or that we do not get on.
pub(super) async fn within(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => Problem::of(StatusCode::REQUEST_TIMEOUT)
            .detail(format!("The call was not done within {} seconds.", limit.as_secs()))
            .into_response(),
    }
}

/// Notes how long the answer took, by the route's pattern: what stands in an address is nobody's business.
pub(super) async fn measured(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let began = Instant::now();
    let response = next.run(request).await;
    meter::HTTP_SECONDS.of([&route, response.status().as_str()]).observe(began.elapsed());
    response
}
