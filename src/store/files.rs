//! What has been uploaded to Telegram once, under a name of our own.

use crate::database::{exec, optional};

use super::Store;

impl Store {
    /// Telegram's name of an upload, for this bot.
    pub async fn telegram_file(&self, bot: i64, key: &str) -> sqlx::Result<Option<String>> {
        let row: Option<(String,)> = optional!(
            self.db.read(),
            (String,),
            "SELECT file_id FROM telegram_files WHERE bot_id = $1 AND key = $2",
            bot,
            key,
        )?;
        Ok(row.map(|(file_id,)| file_id))
    }

    pub async fn remember_telegram_file(&self, bot: i64, key: &str, file_id: &str) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "INSERT INTO telegram_files (bot_id, key, file_id) VALUES ($1, $2, $3) \
             ON CONFLICT (bot_id, key) DO UPDATE SET file_id = excluded.file_id",
            bot,
            key,
            file_id,
        )?;
        Ok(())
    }
}
