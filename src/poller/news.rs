//! The loop over calls about new work of other processes: rings this one's bells.

use tokio_util::sync::CancellationToken;

use crate::database::News;

use super::{Poller, sleep_after};

impl Poller {
    pub(super) async fn run_news(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let goes_on = match self.talk.world().store.database().listen().await {
                Ok(Some(news)) => self.hear(news, stop).await,
                Ok(None) => return,
                Err(cause) => sleep_after(&cause.into(), "listen for new work", stop).await,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Rings until the connection is lost for good. False: stop.
    async fn hear(&self, mut news: News, stop: &CancellationToken) -> bool {
        self.ring_all();
        loop {
            let call = tokio::select! {
                () = stop.cancelled() => return false,
                call = news.next() => call,
            };
            match call {
                Ok(Some(kind)) => self.ring(&kind),
                Ok(None) => self.ring_all(),
                Err(cause) => return sleep_after(&cause.into(), "listen for new work", stop).await,
            }
        }
    }

    fn ring(&self, kind: &str) {
        match kind {
            "jobs" => self.bell.jobs.notify_one(),
            "mail" => self.bell.mail.notify_one(),
            "albums" => self.bell.albums.notify_one(),
            "leases" => self.bell.leases.notify_one(),
            "trainings" => self.bell.training.notify_one(),
            "erasures" => self.bell.erasures.notify_one(),
            // Of a newer build, which shares the database during a deploy.
            _ => {}
        }
    }

    /// Something may have been missed: every loop has a look.
    fn ring_all(&self) {
        for kind in ["jobs", "mail", "albums", "leases", "trainings", "erasures"] {
            self.ring(kind);
        }
    }
}
