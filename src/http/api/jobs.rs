//! `GET /api/jobs/{job}`: how a job stands, made to be asked every three seconds.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::caller::Caller;
use super::pictures;
use crate::domain::{JobId, JobState};
use crate::http::etag;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::store::jobs::Job;

/// When asking again makes sense, in seconds.
const AGAIN: u64 = 3;

pub(super) async fn show(
    caller: Caller,
    State(site): State<Site>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // Somebody else's job is no different from one that does not exist.
    let unknown = || Problem::kind(StatusCode::NOT_FOUND, "unknown-job", "There is no such job of yours.");
    let Ok(Path(id)) = id else { return Err(unknown()) };
    let id: JobId = id.parse().map_err(|_| unknown())?;
    let ours = |cause: sqlx::Error| Problem::ours("read a job for the API", &cause);
    let job = site.talk().world().store.job(id).await.map_err(ours)?;
    let job = job.filter(|job| job.user_id == caller.user).ok_or_else(unknown)?;
    let mut response = etag::json(&headers, &described(&site, &job).await.map_err(ours)?);
    if !job.state.is_final() {
        response.headers_mut().insert(header::RETRY_AFTER, AGAIN.into());
    }
    Ok(response)
}

async fn described(site: &Site, job: &Job) -> sqlx::Result<Value> {
    let store = &site.talk().world().store;
    let place = match job.state {
        JobState::Queued | JobState::Submitting => Some(store.jobs_ahead(job).await? + 1),
        _ => job.ahead.map(|ahead| i64::from(ahead) + 1),
    };
    let has_picture = job.state.is_final() && store.picture(job.id).await?.is_some();
    let result = has_picture.then(|| pictures::address(site, job.id, chrono::Utc::now()));
    Ok(json!({
        "id": job.id,
        "template": job.template_id,
        "price": job.price.get(),
        "state": state(job.state),
        // A final state has no place in line and no progress.
        "place": place.filter(|_| !job.state.is_final()),
        "progress": job.progress.filter(|_| !job.state.is_final()),
        "failure": job.failure.map(|failure| failure.name()),
        "result": result,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }))
}

/// What happens between two rows is nobody else's business.
fn state(state: JobState) -> &'static str {
    match state {
        JobState::Queued | JobState::Submitting => "queued",
        other => other.name(),
    }
}
