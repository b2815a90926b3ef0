//! The door to Telegram against a Bot API server that does as it is told.

#[path = "telegram_door/delivery.rs"]
mod delivery;
#[path = "telegram_door/dispatching.rs"]
mod dispatching;
#[path = "telegram_door/fake.rs"]
mod fake;
#[path = "telegram_door/polling.rs"]
mod polling;
#[path = "telegram_door/talk.rs"]
mod talk;
