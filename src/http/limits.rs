//! How long a call may take, its body included, and how long it took.

use std::time::{Duration, Instant};

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use tracing::Instrument;

use super::problem::Problem;
use crate::meter;

/// For what is answered out of memory, or with a few statements.
pub(super) const PROMPT: Duration = Duration::from_secs(10);
/// For a call that brings photos along, on a slow line.
pub(super) const UPLOAD: Duration = Duration::from_secs(60);
/// For an update, which is answered once it is handled; Telegram hangs up after a minute.
pub(super) const UPDATE: Duration = Duration::from_secs(55);

/// After how many seconds a call that took us too long may be made again.
const AGAIN: u64 = 2;

/// Ends a call that takes longer, be it that its body does not come or that we do not get on.
pub(super) async fn within(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    // Where nothing was left to come, it is not the caller who is slow.
    let is_whole = request.body().is_end_stream();
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            let detail = format!("The call was not done within {} seconds.", limit.as_secs());
            let problem = if is_whole {
                Problem::of(StatusCode::SERVICE_UNAVAILABLE).retry_after(AGAIN)
            } else {
                Problem::of(StatusCode::REQUEST_TIMEOUT)
            };
            problem.detail(detail).into_response()
        }
    }
}

/// Notes how long the answer took, by the route's pattern: what stands in an address is nobody's business.
pub(super) async fn measured(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let began = Instant::now();
    let span = tracing::debug_span!("http", route);
    let response = next.run(request).instrument(span).await;
    meter::HTTP_SECONDS.of([&route, response.status().as_str()]).observe(began.elapsed());
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_ends_the_call_in_time() {
        let read = |body: axum::body::Bytes| async move { body.len().to_string() };
        let limited = from_fn_with_state(Duration::from_secs(10), within);
        let service = TowerToHyperService::new(Router::new().route("/", post(read)).layer(limited));
        let endless = Body::from_stream(futures::stream::pending::<Result<axum::body::Bytes, std::io::Error>>());
        let request = axum::http::Request::post("/").body(endless).unwrap();
        let response = service.call(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    }
    #[tokio::test(start_paused = true)]
    async fn what_takes_us_too_long_is_our_trouble() {
        let slow = || std::future::pending::<&'static str>();
        let limited = from_fn_with_state(Duration::from_secs(10), within);
        let service = TowerToHyperService::new(Router::new().route("/", axum::routing::get(slow)).layer(limited));
        let request = axum::http::Request::get("/").body(Body::empty()).unwrap();
        let response = service.call(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key("retry-after"));
    }
}
