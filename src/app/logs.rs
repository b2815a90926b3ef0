//! Where log lines go, and which.

use tracing_subscriber::EnvFilter;

/// Starts logging to standard error; `RUST_LOG` says what, our own news when it is unset.
pub fn start(json: bool) {
    // The database and HTTP libraries could print statements' values and addresses with the token.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,pixelai=info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        builder.json().init();
    } else {
        builder.with_target(false).init();
    }
}
