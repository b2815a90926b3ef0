//! What the tests of the whole have in common.

pub mod bot;
pub mod database;
pub mod process;
pub mod provider;
pub mod servers;
pub mod shop;
pub mod stars;
pub mod studio;
mod waits;

pub use waits::{at_once, awaited, now, seconds};
