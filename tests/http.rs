//! The HTTP face from outside: a whole bot in the process, its server on a free port.

#[path = "http/api.rs"]
mod api;
#[path = "suite/support/bot.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod bot;
#[path = "suite/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod database;
#[path = "http/document.rs"]
mod document;
#[path = "http/health.rs"]
mod health;
#[path = "http/metrics.rs"]
mod metrics;
#[path = "suite/support/process.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod process;
#[path = "http/server.rs"]
mod server;
#[path = "http/webhook.rs"]
mod webhook;
