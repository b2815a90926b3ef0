//! An order under way: its place in line, how far it is, and calling it off.

use crate::domain::JobState;
use crate::flows::progress::bar;
use crate::flows::{Answer, Ask, FlowError, Show};
use crate::store::jobs::Job;
use crate::text::Args;

use super::{Memory, about, preview};

/// What a picture takes while none has been made yet.
const USUAL_SECONDS: i64 = 20;
/// The bar stops short of the end until the picture is there.
const ALMOST: f64 = 0.95;

pub(super) async fn show_working(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let job = match memory.job {
        Some(job) => ask.world.store.job(job).await?,
        None => None,
    };
    let Some(job) = job else { return Ok(Show::default()) };
    let template = ask.world.orders.catalog().template(&job.template_id);
    let mut show = Show { args: standing(ask, &job).await?, ..Show::default() };
    if let Some(template) = template {
        show.args = about(&template, ask).merge(&show.args);
        show.picture = preview(&template, ask).await?;
    }
    Ok(show)
}

/// Where the job is, in the variables of its screen. How far it was shown to be is kept, so the bar never goes back.
async fn standing(ask: &Ask<'_>, job: &Job) -> Result<Args, FlowError> {
    let waiting = matches!(job.state, JobState::Queued | JobState::Submitting);
    let ahead = match job.ahead {
        Some(ahead) => i64::from(ahead),
        None if waiting => ask.world.store.jobs_ahead(job).await?,
        None => 0,
    };
    let usual = ask.world.store.usual_time(&job.model).await?;
    let usual = usual.map_or(USUAL_SECONDS, |usual| usual.middle.as_secs() as i64).max(1);
    let elapsed = (ask.now - job.created_at).num_seconds().max(0);
    let by_time = elapsed as f64 / usual as f64 * ALMOST;
    let done = f64::from(job.progress.unwrap_or(0.0)).max(by_time).clamp(0.0, ALMOST);
    // The measure by time can shrink: another model takes over, or pictures have come to take longer.
    if !job.state.is_final() && done > f64::from(job.progress.unwrap_or(0.0)) {
        ask.world.store.raise_progress(job.id, done as f32).await?;
    }
    let state = match job.state {
        JobState::Queued | JobState::Submitting => "queued",
        _ if done >= ALMOST => "finishing",
        _ => "painting",
    };
    Ok(Args::default()
        .text("state", state)
        .number("ahead", ahead)
        .text("bar", bar(done))
        .number("percent", (done * 100.0) as i64)
        .number("seconds", (usual - elapsed).max(0)))
}

/// Back to the newest order that is under way.
pub(super) async fn open_order(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    let Some(job) = ask.world.store.newest_live_job(ask.user.id).await? else { return Ok(Answer::outcome("gone")) };
    memory.job = Some(job);
    Ok(Answer::outcome("opened").remember(&memory))
}

/// Calls the order off; the price comes back at once.
pub(super) async fn cancel_order(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let memory: Memory = ask.recall()?;
    let late = || Answer::outcome("late").tell("note-late");
    let Some(job) = memory.job else { return Ok(late()) };
    let ended_before = !ask.world.orders.cancel(ask.user.id, job, ask.now).await?;
    let now = ask.world.store.job(job).await?;
    match now {
        // Also when this very press had called it off, and is delivered again.
        Some(job) if job.state == JobState::Cancelled => {
            let args = Args::default().number("price", job.price.get());
            Ok(Answer::outcome("cancelled").tell_with("note-cancelled", args).moves_balance())
        }
        _ => {
            tracing::debug!(job.id = %job, ended_before, "too late to cancel job {job}");
            Ok(late())
        }
    }
}
