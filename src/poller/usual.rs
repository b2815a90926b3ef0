//! How long pictures take with each model, remembered for a moment: every look asks.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Poller;
use crate::domain::ModelAlias;
use crate::store::jobs::UsualTime;

const KEPT: Duration = Duration::from_secs(15);

#[derive(Default)]
pub(super) struct Usual(Mutex<HashMap<ModelAlias, (Instant, Option<UsualTime>)>>);

impl Poller {
    pub(super) async fn usual_time(&self, model: &ModelAlias) -> sqlx::Result<Option<UsualTime>> {
        let known = self.usual.0.lock().unwrap_or_else(PoisonError::into_inner).get(model).copied();
        if let Some((_, usual)) = known.filter(|(at, _)| at.elapsed() < KEPT) {
            return Ok(usual);
        }
        let usual = self.talk.world().store.usual_time(model).await?;
        let mut all = self.usual.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(model.clone(), (Instant::now(), usual));
        Ok(usual)
    }
}
