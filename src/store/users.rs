//! People.

use crate::database::{Time, Tx, all, exec, one, optional};
use crate::domain::{Credits, Language, TelegramId, UserId};

use super::Store;

/// A person as we know them.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    pub id: UserId,
    pub telegram_id: TelegramId,
    pub first_name: String,
    pub username: Option<String>,
    pub language_code: Option<String>,
    /// What they chose in the settings.
    pub language: Option<Language>,
    pub blocked_at: Option<Time>,
    /// Since when they get one short answer and nothing else.
    pub banned_at: Option<Time>,
    /// What they can spend.
    pub balance: Credits,
}

impl User {
    /// The language to speak with them.
    pub fn language(&self) -> Language {
        self.language.unwrap_or_else(|| Language::from_telegram(self.language_code.as_deref()))
    }
}

/// How Telegram describes a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile<'a> {
    pub telegram_id: TelegramId,
    pub first_name: &'a str,
    pub username: Option<&'a str>,
    pub language_code: Option<&'a str>,
}

const USER: &str = "SELECT u.id, u.telegram_id, u.first_name, u.username, u.language_code, u.language, u.blocked_at, \
     u.banned_at, a.balance FROM users u JOIN accounts a ON a.user_id = u.id AND a.kind = 'available' ";

impl Store {
    /// The person with this Telegram id, with their balance.
    pub async fn user_by_telegram(&self, id: TelegramId) -> sqlx::Result<Option<User>> {
        const SQL: &str = const_format::concatcp!(USER, "WHERE u.telegram_id = $1");
        optional!(self.db.read(), User, SQL, id)
    }

    pub async fn user(&self, id: UserId) -> sqlx::Result<Option<User>> {
        const SQL: &str = const_format::concatcp!(USER, "WHERE u.id = $1");
        optional!(self.db.read(), User, SQL, id)
    }

    /// The people with this username, whatever its case. Telegram hands a name on, and we may not have noticed yet.
    pub async fn users_by_name(&self, name: &str) -> sqlx::Result<Vec<User>> {
        const SQL: &str = const_format::concatcp!(USER, "WHERE lower(u.username) = lower($1) ORDER BY u.created_at");
        all!(self.db.read(), User, SQL, name)
    }

    /// The people with these Telegram ids that we know.
    pub async fn known(&self, ids: &[TelegramId]) -> sqlx::Result<Vec<UserId>> {
        let mut known = Vec::with_capacity(ids.len());
        for id in ids {
            let row: Option<(UserId,)> =
                optional!(self.db.read(), (UserId,), "SELECT id FROM users WHERE telegram_id = $1", *id)?;
            known.extend(row.map(|(id,)| id));
        }
        Ok(known)
    }

    /// Takes over what Telegram now says of a person; they are there, so they have neither blocked nor left us.
    pub async fn update_profile(&self, id: UserId, profile: &Profile<'_>) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "UPDATE users SET first_name = $2, username = $3, language_code = $4, blocked_at = NULL, \
             deleted_at = NULL WHERE id = $1",
            id,
            profile.first_name,
            profile.username,
            profile.language_code,
        )?;
        Ok(())
    }

    /// What they chose in the settings.
    pub async fn set_language(&self, id: UserId, language: Language) -> sqlx::Result<()> {
        exec!(self.db.write(), "UPDATE users SET language = $2 WHERE id = $1", id, language)?;
        Ok(())
    }

    /// Since when they do not let us write to them, the first time that it was noticed; `None` when they do again.
    pub async fn set_blocked(&self, id: TelegramId, since: Option<Time>) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "UPDATE users SET blocked_at = CASE WHEN $2 IS NULL THEN NULL ELSE coalesce(blocked_at, $2) END \
             WHERE telegram_id = $1",
            id,
            since,
        )?;
        Ok(())
    }

    /// How many people there are.
    pub async fn count_users(&self) -> sqlx::Result<i64> {
        let (count,): (i64,) = one!(self.db.read(), (i64,), "SELECT count(*) FROM users")?;
        Ok(count)
    }

    /// All people, oldest first.
    pub async fn user_ids(&self) -> sqlx::Result<Vec<UserId>> {
        let rows: Vec<(UserId,)> = all!(self.db.read(), (UserId,), "SELECT id FROM users ORDER BY created_at, id")?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

impl Tx {
    /// Makes the person known, with empty accounts. Answers their id, and whether they are new.
    pub async fn add_user(&mut self, profile: &Profile<'_>, now: Time) -> sqlx::Result<(UserId, bool)> {
        let made: Option<(UserId,)> = optional!(
            *self,
            (UserId,),
            "INSERT INTO users (id, telegram_id, first_name, username, language_code, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (telegram_id) DO NOTHING RETURNING id",
            UserId::new(),
            profile.telegram_id,
            profile.first_name,
            profile.username,
            profile.language_code,
            now,
        )?;
        if let Some((id,)) = made {
            self.add_accounts(id).await?;
            return Ok((id, true));
        }
        let (id,): (UserId,) =
            one!(*self, (UserId,), "SELECT id FROM users WHERE telegram_id = $1", profile.telegram_id)?;
        Ok((id, false))
    }

    /// Bans a person, or lets them in again. Answers whether that changed anything.
    pub async fn set_banned(&mut self, id: UserId, since: Option<Time>) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE users SET banned_at = $2 WHERE id = $1 AND (banned_at IS NULL) <> ($2 IS NULL)",
            id,
            since,
        )?;
        Ok(written == 1)
    }

    /// Forgets what describes the person. The row stays: the ledger and Telegram's payments point to it.
    pub async fn forget_user(&mut self, id: UserId, now: Time) -> sqlx::Result<()> {
        exec!(*self, "UPDATE users SET first_name = '', username = NULL, deleted_at = $2 WHERE id = $1", id, now)?;
        Ok(())
    }
}
