//! The tests of the whole, in one binary.

mod avatars;
mod browser;
mod crash;
mod house;
mod ledger_properties;
mod orders;
mod pieces;
mod poller;
mod refunds;
mod replicas;
mod screens;
mod sessions;
mod stars;
mod start;
mod status;
mod store;
mod support;
mod trade;
mod transcripts;
mod unusual;
mod wallet;
