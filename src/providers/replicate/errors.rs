//! What Replicate's error answers, and the errors of its predictions, mean.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::Refusal;
use crate::providers::caller::{Answer, Caller};
use crate::providers::{Fault, ProviderError, words};

/// Problem details, with Replicate's own additions.
#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    retry_after: Option<f64>,
}

/// Errors of a prediction that say nothing about its input: it was interrupted, or did not get off the ground.
const INTERRUPTED: [&str; 4] = ["(code: pa)", "prediction interrupted", "(e6716)", "please retry"];

/// In answer to a create.
pub(super) fn of_submit(caller: &Caller, answer: &Answer) -> ProviderError {
    match answer.status.as_u16() {
        // A gateway that gives up may have passed the request on.
        408 | 502 | 504 => answer.passing_submit(),
        404 => ProviderError::set_up(Fault::Model, "Replicate does not know the model"),
        _ => of(caller, answer),
    }
}

/// In answer to anything.
pub(super) fn of(caller: &Caller, answer: &Answer) -> ProviderError {
    let problem: Problem = answer.json().unwrap_or_default();
    let said = problem.detail.as_ref().or(problem.title.as_ref()).map_or(String::new(), |said| caller.words(said));
    match answer.status.as_u16() {
        401 | 403 => ProviderError::set_up(Fault::Key, format!("Replicate does not accept the token: {said}")),
        402 => ProviderError::set_up(Fault::Balance, format!("Replicate wants money: {said}")),
        413 => ProviderError::Refused(Refusal::TooLarge),
        422 => ProviderError::set_up(Fault::Model, format!("Replicate does not take the request: {said}")),
        _ if answer.is_passing() => ProviderError::Unavailable {
            reason: format!("status {} {said}", answer.status.as_u16()),
            retry_after: pause(&problem, answer),
        },
        _ => ProviderError::failed(format!("status {} {said}", answer.status.as_u16())),
    }
}

/// The longest of the pauses that body, header and words ask for.
fn pause(problem: &Problem, answer: &Answer) -> Option<Duration> {
    let in_body = problem.retry_after.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let in_words = problem.detail.as_deref().and_then(seconds_in).map(Duration::from_secs);
    in_body.into_iter().chain(in_words).chain(answer.retry_after()).max()
}

/// `… Your rate limit resets in ~30s.`
fn seconds_in(detail: &str) -> Option<u64> {
    let (_, rest) = detail.split_once("resets in ~")?;
    rest.split('s').next()?.parse().ok()
}

/// The error of a prediction that failed.
pub(super) fn of_task(caller: &Caller, error: &Value) -> ProviderError {
    let said = error.as_str().map_or_else(|| error.to_string(), str::to_owned);
    let lower = said.to_lowercase();
    if INTERRUPTED.iter().any(|part| lower.contains(part)) {
        return ProviderError::Interrupted(caller.words(&said));
    }
    match words::refusal(&said) {
        Some(refusal) => ProviderError::Refused(refusal),
        None => ProviderError::failed(caller.words(&said)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_read_from_the_words_too() {
        assert_eq!(seconds_in("Request was throttled. Your rate limit resets in ~30s."), Some(30));
        assert_eq!(seconds_in("Request was throttled."), None);
    }
}
