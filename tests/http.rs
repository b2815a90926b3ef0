//! The HTTP face from outside: a whole bot in the process, its server on a free port.

#[path = "suite/support/bot.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod bot;
#[path = "suite/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod database;
#[path = "http/health.rs"]
mod health;
#[path = "suite/support/process.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod process;
#[path = "http/server.rs"]
mod server;
