//! DefAPI, fal.ai and Replicate against servers that answer as they do, word for word, and trap by trap.

#[path = "suite/support/bot.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod bot;
#[path = "providers/clients.rs"]
mod clients;
#[path = "suite/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod database;
#[path = "providers/faults.rs"]
mod faults;
#[path = "providers/limits.rs"]
mod limits;
#[path = "providers/mock.rs"]
mod mock;
#[path = "suite/support/provider.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod provider;
#[path = "suite/support/shop.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod shop;
#[path = "suite/support/stars.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod stars;
#[path = "providers/story.rs"]
mod story;
#[path = "suite/support/studio.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod studio;
#[path = "providers/trainings.rs"]
mod trainings;
#[path = "suite/support/waits.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole, which use all of it")]
mod waits;
#[path = "providers/webhooks.rs"]
mod webhooks;

use waits::{awaited, now};
