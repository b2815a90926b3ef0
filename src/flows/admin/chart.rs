//! A month of orders as a picture.

use std::collections::HashMap;

use bytes::Bytes;

use crate::database::Time;
use crate::flows::FlowError;
use crate::media::{self, Bar, Chart};
use crate::store::stats::Day;

/// The words on the picture.
pub(super) struct Words {
    pub title: String,
    pub made: String,
    pub failed: String,
}

/// Draws `count` days from `first` on; those without orders are there too.
pub(super) async fn draw(first: Time, count: i64, days: Vec<Day>, words: Words) -> Result<Bytes, FlowError> {
    let by_day: HashMap<String, Day> = days.into_iter().map(|day| (day.day.clone(), day)).collect();
    let bar = |offset| {
        let date = (first + chrono::Duration::days(offset)).date_naive();
        let day = by_day.get(&date.to_string());
        Bar {
            label: date.format("%d.%m").to_string(),
            good: day.map_or(0, |day| day.made),
            bad: day.map_or(0, |day| day.failed),
        }
    };
    let bars = (0..count).map(bar).collect();
    let chart = Chart { title: words.title, good: words.made, bad: words.failed, bars };
    let drawn = tokio::task::spawn_blocking(move || media::chart(&chart)).await.map_err(anyhow::Error::from)?;
    Ok(drawn.map_err(anyhow::Error::from)?)
}
