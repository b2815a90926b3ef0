//! How long a call may take, its body included.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// For what is answered out of memory, or with a few statements.
pub(super) const PROMPT: Duration = Duration::from_secs(10);

/// Ends a call that takes longer, be it that its body does not come or that we do not get on.
pub(super) async fn within(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => Problem::of(StatusCode::REQUEST_TIMEOUT)
            .detail(format!("The call was not done within {} seconds.", limit.as_secs()))
            .into_response(),
    }
}
