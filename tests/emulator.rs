//! The emulator against what Telegram does: contract tests from outside, over HTTP.

mod emulator {
    pub mod files;
    pub mod messages;
    pub mod payments;
    pub mod people;
    pub mod support;
    pub mod teloxide;
    pub mod troubles;
    pub mod updates;
}
