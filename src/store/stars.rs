//! Telegram's book of Stars, as far as ours cannot follow it.

use crate::database::{Time, Tx, exec, optional};
use crate::domain::TelegramId;

use super::Store;

/// What our books say of a charge.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Booked {
    /// Who paid.
    pub payer: TelegramId,
    pub stars: i64,
    pub refunded: bool,
}

impl Store {
    /// What our books say of a charge; `None` where they do not know it.
    pub async fn booked(&self, charge_id: &str) -> sqlx::Result<Option<Booked>> {
        optional!(
            self.db.read(),
            Booked,
            "SELECT u.telegram_id AS payer, p.stars, p.refunded_at IS NOT NULL AS refunded FROM payments p \
             JOIN users u ON u.id = p.user_id WHERE p.charge_id = $1",
            charge_id,
        )
    }
}

impl Tx {
    /// Notes what cannot be matched, once. False: it is noted already.
    pub async fn add_star_finding(
        &mut self,
        id: &str,
        incoming: bool,
        what: &str,
        stars: i64,
        now: Time,
    ) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "INSERT INTO star_findings (id, incoming, what, stars, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (id, incoming) DO NOTHING",
            id,
            incoming,
            what,
            stars,
            now,
        )?;
        Ok(written == 1)
    }
}
