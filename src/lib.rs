//! PIXEL AI: a Telegram-first bot that sells AI pictures.
//!
//! Imports run downwards only; modules on one line do not know each other.
//!
//! ```text
//! domain · crash · meter                            ids, credits, language, template, job: values, no I/O
//! engine                                            dialogues as data: parse, check, step, graph; pure
//! config · text · database · media                  environment, Fluent, SQL pools, pixels
//! store · sessions · providers                      tables, chats' states, AI APIs
//! wallet · orders · avatars                         the business
//! flows                                             a file a dialogue: its actions and screens' data
//! conversation                                      load, step, act, save
//! telegram · poller · http                          the doors
//! app                                               the wiring
//!
//! emulator                                          a Bot API server with a chat page; knows nothing of the above
//! ```

pub mod app;
pub mod avatars;
pub mod config;
pub mod conversation;
pub mod crash;
pub mod database;
pub mod domain;
pub mod emulator;
pub mod engine;
pub mod flows;
pub mod http;
pub mod media;
pub mod meter;
pub mod orders;
pub mod poller;
pub mod providers;
pub mod sessions;
pub mod store;
pub mod telegram;
pub mod text;
pub mod wallet;
