//! `pixelai health`: whether the bot on this machine lives, for containers that have no other tool to ask with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(4);

/// Asks the server that the settings name, and says what it answers.
///
/// # Errors
/// When it does not answer, or not well.
pub async fn health(config: &Config) -> anyhow::Result<String> {
    let address = config.http_addr.context("HTTP_ADDR is off, so that nobody can be asked")?;
    let url = format!("http://{}/healthz", reachable(address));
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let answer = http.get(&url).send().await.with_context(|| format!("nobody answers at {url}"))?;
    if !answer.status().is_success() {
        bail!("{url} answers {}", answer.status());
    }
    Ok("alive".to_owned())
}

/// Who listens everywhere is reached on the loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    SocketAddr::new(ip, address.port())
}
