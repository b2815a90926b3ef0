//! The HTTP face: health, metrics, webhooks, the jobs API and a page for whoever runs the bot.
//!
//! One server, one router. What a page or a call needs stands in [`Site`]; each group of routes is a file of `src/http/`
//! whose `routes()` is merged below. Errors are problem details (RFC 9457), sizes and times are bounded for every route.

mod health;
mod limits;
mod problem;
mod serve;
mod site;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

pub use problem::Problem;
pub use serve::{ListenError, Listener};
pub use site::{Parts, Site, Telegram, Unreachable};

/// All that the server answers.
pub fn router(site: Site) -> Router {
    let prompt = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .layer(from_fn_with_state(limits::PROMPT, limits::within));
    Router::new()
        .merge(prompt)
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .with_state(site)
}
