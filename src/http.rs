//! The HTTP face: health, metrics, webhooks, the jobs API and a page for whoever runs the bot.
//!
//! One server, one router. What a page or a call needs stands in [`Site`]; each group of routes is a file of `src/http/`
//! whose `routes()` is merged below. Errors are problem details (RFC 9457), sizes and times are bounded for every route.

mod api;
mod beat;
mod etag;
mod events;
mod guard;
mod health;
pub mod hooks;
mod limits;
mod metrics;
mod page;
mod problem;
mod serve;
mod site;
mod status;
mod updates;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

pub use beat::beat;
pub use problem::Problem;
pub use serve::{Bounds, ListenError, Listener};
pub use site::{Parts, Site, Telegram, Unreachable};
pub use updates::{PATH as TELEGRAM_PATH, PURPOSE as TELEGRAM_PURPOSE};

/// What a server in a private network answers: the metrics, to whoever asks.
pub fn metrics_router(site: Site) -> Router {
    Router::new()
        .route("/metrics", get(metrics::metrics))
        .fallback(problem::not_found)
        .layer(from_fn_with_state(limits::PROMPT, limits::within))
        .with_state(site)
}

/// All that the server answers.
pub fn router(site: Site) -> Router {
    let prompt = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .layer(from_fn_with_state(limits::PROMPT, limits::within));
    let page = Router::new()
        .route("/", get(page::index))
        .route("/page/{*path}", get(page::file))
        .layer(from_fn_with_state(limits::PROMPT, limits::within))
        // Goes on until the one who looks has seen enough.
        .route("/events", get(events::events));
    let inside = Router::new()
        .route("/metrics", get(metrics::metrics))
        .layer(from_fn_with_state(site.clone(), guard::insiders_only))
        .layer(from_fn_with_state(limits::PROMPT, limits::within));
    let updates = Router::new()
        .route(updates::PATH, post(updates::take))
        .layer(DefaultBodyLimit::max(updates::BODY_LIMIT))
        .layer(from_fn_with_state(limits::UPDATE, limits::within));
    Router::new()
        .merge(prompt)
        .merge(page)
        .merge(inside)
        .merge(updates)
        .merge(api::routes())
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(from_fn(limits::measured))
        .with_state(site)
}
