//! The HTTP face from outside: a whole bot in the process, its server on a free port.

#[path = "http/api.rs"]
mod api;
#[path = "suite/support/bot.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod bot;
#[path = "suite/browser/chromium.rs"]
mod chromium;
#[path = "http/contract.rs"]
mod contract;
#[path = "http/crowd.rs"]
mod crowd;
#[path = "suite/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod database;
#[path = "http/deployment.rs"]
mod deployment;
#[path = "http/document.rs"]
mod document;
#[path = "http/health.rs"]
mod health;
#[path = "http/logs.rs"]
mod logs;
#[path = "http/metrics.rs"]
mod metrics;
#[path = "http/page.rs"]
mod page;
#[path = "suite/support/process.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod process;
#[path = "http/rolling.rs"]
mod rolling;
#[path = "http/server.rs"]
mod server;
#[path = "http/traces.rs"]
mod traces;
#[path = "http/webhook.rs"]
mod webhook;
