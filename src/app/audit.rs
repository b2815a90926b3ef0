//! Proving the books, Telegram's book of Stars among them.

use std::time::Duration;

use anyhow::Context;

use crate::config::Config;
use crate::store::Store;
use crate::telegram::Client;
use crate::wallet::Wallet;

/// A payment can be on its way between the two books; what is still there after this time is a fault.
const SECOND_LOOK: Duration = Duration::from_secs(3);

/// What an audit found.
pub struct Audit {
    /// A sentence each, with the row.
    pub faults: Vec<String>,
    /// Without a token there is nobody to compare Stars with.
    pub stars_compared: bool,
}

/// Proves the books and changes nothing.
///
/// # Errors
/// When the database cannot be read, or Telegram does not answer.
pub async fn audit(config: &Config) -> anyhow::Result<Audit> {
    let store = Store::new(super::open(config).await?);
    let mut faults = store.audit().await?;
    let stars_compared = config.token.is_some();
    if let Some(token) = &config.token {
        let client = Client::new(&config.api_url, token.reveal())?;
        let wallet = Wallet::new(store, config.start_balance);
        let look = || wallet.disagreements(&client);
        let unable =
            "Stars could not be compared with Telegram's; try again, or remove TELOXIDE_TOKEN to leave them out";
        let first = look().await.context(unable)?;
        if !first.is_empty() {
            tokio::time::sleep(SECOND_LOOK).await;
            faults.extend(look().await.context(unable)?.into_iter().filter(|fault| first.contains(fault)));
        }
    }
    Ok(Audit { faults, stars_compared })
}
