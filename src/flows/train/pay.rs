//! Paying for a training, and watching it.

use crate::avatars::{MIN_PHOTOS, PHOTO_DAYS, PlacedRun, TrainingWish};
use crate::domain::{Credits, JobState};
use crate::flows::progress::bar;
use crate::flows::topup::Memory as Topup;
use crate::flows::{Answer, Ask, FlowError, Show};
use crate::store::avatars::Avatar;
use crate::store::training::Run;
use crate::text::Args;

use super::list::sheet;
use super::{Memory, about, avatar, gone};

/// What a training takes while none has come to its end yet.
const USUAL_SECONDS: i64 = 15 * 60;
/// The bar stops short of the end until the likeness is there.
const ALMOST: f64 = 0.97;

/// The price of this avatar's training at this moment.
fn price(ask: &Ask<'_>, avatar: &Avatar) -> Option<Credits> {
    Some(ask.world.orders.catalog().training(avatar.kind?)?.price)
}

/// Whether there are enough photos; the price is noted as the person is going to see it.
pub(super) async fn weigh_photos(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let Some(avatar) = avatar(ask).await? else { return Ok(gone()) };
    if avatar.photos < MIN_PHOTOS as i64 {
        return Ok(few());
    }
    let memory = Memory { price: price(ask, &avatar), ..Memory::of(avatar.id) };
    Ok(Answer::outcome("enough").remember(&memory))
}

fn few() -> Answer {
    Answer::outcome("few").tell_with("note-avatar-few", Args::default().number("min", MIN_PHOTOS as i64))
}

pub(super) async fn show_confirm(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let Some(avatar) = avatar(ask).await? else { return Ok(Show::default()) };
    let price = memory.price.or_else(|| price(ask, &avatar)).unwrap_or(Credits::ZERO);
    let args = about(&avatar)
        .number("price", price.get())
        .number("balance", ask.user.balance.get())
        .number("days", PHOTO_DAYS);
    Ok(Show { args, picture: sheet(ask, &avatar).await?, ..Show::default() })
}

/// Holds the price and puts the training in line, at the price that the person has seen.
pub(super) async fn place_training(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    let Some(id) = memory.avatar else { return Ok(gone()) };
    let price = memory.price.unwrap_or(Credits::ZERO);
    let wish = TrainingWish { user: ask.user.id, key: &ask.key, avatar: id, price };
    Ok(match ask.world.avatars.place(&wish, ask.now).await? {
        PlacedRun::Placed(run) => {
            memory.run = Some(run);
            Answer::outcome("placed").remember(&memory).moves_balance()
        }
        PlacedRun::Short { .. } => Answer::outcome("short").pass(&Topup::for_price(price)),
        PlacedRun::Repriced { price } => {
            memory.price = Some(price);
            let args = Args::default().number("price", price.get());
            Answer::outcome("repriced").remember(&memory).tell_with("note-avatar-repriced", args)
        }
        PlacedRun::TooFew => few(),
        PlacedRun::Closed => Answer::outcome("shut").tell("note-avatar-shut"),
        PlacedRun::Gone => gone(),
    })
}

pub(super) async fn show_training(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let Some(avatar) = avatar(ask).await? else { return Ok(Show::default()) };
    let run = match memory.run {
        Some(run) => ask.world.store.run(run).await?,
        None => None,
    };
    let Some(run) = run else { return Ok(Show { args: about(&avatar), ..Show::default() }) };
    Ok(Show { args: about(&avatar).merge(&standing(ask, &run).await?), ..Show::default() })
}

/// How far the training is, in the variables of its screen. Both measures only grow, so the bar never goes back.
async fn standing(ask: &Ask<'_>, run: &Run) -> Result<Args, FlowError> {
    let usual = ask.world.store.usual_training_seconds(&run.trainer).await?.unwrap_or(USUAL_SECONDS).max(1);
    let elapsed = (ask.now - run.created_at).num_seconds().max(0);
    let by_time = elapsed as f64 / usual as f64 * ALMOST;
    let done = f64::from(run.progress.unwrap_or(0.0)).max(by_time).clamp(0.0, ALMOST);
    let state = match run.state {
        JobState::Queued | JobState::Submitting => "queued",
        _ if done >= ALMOST => "finishing",
        _ => "training",
    };
    let left = (usual - elapsed).max(0);
    Ok(Args::default()
        .text("state", state)
        .text("bar", bar(done))
        .number("percent", (done * 100.0) as i64)
        .number("minutes", (left + 59) / 60))
}

/// Calls the training off; the price comes back at once, and the photos stay.
pub(super) async fn cancel_training(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let memory: Memory = ask.recall()?;
    let late = || Answer::outcome("late").tell("note-avatar-late");
    let (Some(run), Some(avatar)) = (memory.run, memory.avatar) else { return Ok(late()) };
    ask.world.avatars.cancel(ask.user.id, run, ask.now).await?;
    match ask.world.store.run(run).await? {
        // Also when this very press had called it off, and is delivered again.
        Some(run) if run.state == JobState::Cancelled => {
            let args = Args::default().number("price", run.price.get());
            let answer = Answer::outcome("cancelled").remember(&Memory::of(avatar));
            Ok(answer.tell_with("note-avatar-cancelled", args).moves_balance())
        }
        _ => Ok(late()),
    }
}

/// Photos that come while the training is under way.
pub(super) async fn decline_photos(_: &Ask<'_>) -> Result<Answer, FlowError> {
    Ok(Answer::outcome("told").tell("note-avatar-wait"))
}
