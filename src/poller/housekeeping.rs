//! What keeps the tables small and the catalog fresh.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::avatars::PHOTO_DAYS;
use crate::flows::{ORIGINAL_DAYS, PHOTO_HOURS};

use super::Poller;

const PAUSE: Duration = Duration::from_secs(60);
/// Letters that are done with are kept a while, for whoever looks into a complaint.
const MAIL_DAYS: i64 = 30;
/// For so long a key of the jobs API stands for its order.
const API_ORDER_DAYS: i64 = 30;
/// No provider sends a webhook again after this time.
const EVENT_DAYS: i64 = 2;

impl Poller {
    pub(super) async fn run_housekeeping(&self, stop: &CancellationToken) {
        loop {
            if let Err(cause) = self.keep_house().await {
                tracing::error!(error = format!("{cause:#}"), "could not clean up; trying again later");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn keep_house(&self) -> anyhow::Result<()> {
        let world = self.talk.world();
        let now = chrono::Utc::now();
        world.orders.catalog().reload(&world.store).await?;
        world.switches.set_maintenance(world.store.maintenance().await?);
        world.store.remove_old_photos(now - chrono::Duration::hours(PHOTO_HOURS)).await?;
        world.store.remove_old_avatar_photos(now - chrono::Duration::days(PHOTO_DAYS)).await?;
        world.store.remove_unused_weights().await?;
        world.store.remove_old_originals(now - chrono::Duration::days(ORIGINAL_DAYS)).await?;
        world.store.remove_old_api_orders(now - chrono::Duration::days(API_ORDER_DAYS)).await?;
        world.store.remove_old_mail(now - chrono::Duration::days(MAIL_DAYS)).await?;
        world.store.remove_dry_buckets(now - chrono::Duration::minutes(1)).await?;
        world.store.remove_old_events(now - chrono::Duration::days(EVENT_DAYS)).await?;
        self.talk.sessions().remove_expired(now).await?;
        Ok(())
    }
}
