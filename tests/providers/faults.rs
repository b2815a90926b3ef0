//! Every trap in every phase, through the real poller: one picture or one void, and a reason that fits.

use pixelai::domain::{Failure, JobState, Refusal};
use pixelai::providers::Providers;
use serde_json::json;

use crate::database::Fresh;
use crate::mock::{Mock, Phase, Reply, Service, problem};
use crate::provider::picture;
use crate::shop::{PRICE, START};
use crate::studio::Studio;

/// How a job has to end.
enum End {
    Picture,
    Void(Failure),
}
use End::{Picture, Void};

const UNAVAILABLE: End = Void(Failure::Unavailable);
const NOT_ALLOWED: End = Void(Failure::Refused(Refusal::NotAllowed));

/// Orders a picture that only this service can make, while it answers so.
async fn check(service: Service, phase: Phase, replies: &[Reply], end: End) {
    let mock = Mock::start(service).await;
    mock.on(phase, replies.iter().cloned());
    let mut studio = Studio::with(Fresh::file().await, Providers::new([mock.client()]), None).await;
    let user = studio.shop.person(7).await;
    let id = studio.shop.placed(user, "order").await;
    studio.start();
    let told = format!("{service:?} {phase:?} {replies:?}");
    println!("{told}");
    let (state, failure, money) = match end {
        Picture => (JobState::Succeeded, None, (START - PRICE, 0)),
        Void(failure) => (JobState::Failed, Some(failure), (START, 0)),
    };
    let ended =
        crate::awaited(&told, async || Some(studio.shop.job(id).await).filter(|job| job.state.is_final())).await;
    assert_eq!((ended.state, ended.failure), (state, failure), "{told}");
    studio.sent_letters(1).await;
    assert_eq!(studio.shop.money(user).await, money, "{told}");
    let pictures = if state == JobState::Succeeded { vec![picture()] } else { vec![] };
    assert_eq!(studio.out.pictures(), pictures, "{told}");
    assert_eq!(studio.shop.count("outbox").await, 1, "{told}");
    mock.assert_sound();
    studio.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn defapis_traps_end_in_one_picture_or_one_void() {
    use Phase::{File, Look, Submit};
    use Service::DefApi;
    let not_found = || Reply::Example("defapi/query_not_found.response.json");
    let in_vain = |status: &str| Reply::Json(200, json!({ "code": 0, "data": { "status": status, "result": [] } }));
    check(DefApi, Submit, &[], Picture).await;
    check(DefApi, Submit, &[Reply::Page(500), Reply::Page(503)], Picture).await;
    check(DefApi, Submit, &[Reply::Lost], Picture).await;
    check(DefApi, Submit, &[Reply::Page(200)], Picture).await;
    check(DefApi, Submit, &[Reply::Example("defapi/submit_error.response.json")], UNAVAILABLE).await;
    check(DefApi, Submit, &[Reply::Page(401)], UNAVAILABLE).await;
    check(DefApi, Look, &[not_found(), not_found(), not_found()], Picture).await;
    check(DefApi, Look, &[not_found(), not_found(), not_found(), not_found(), not_found()], Picture).await;
    check(DefApi, Look, &[Reply::Page(502), Reply::Page(504)], Picture).await;
    check(DefApi, Look, &[in_vain("thinking"), in_vain("pending")], Picture).await;
    check(DefApi, Look, &[Reply::Example("defapi/query_failed.response.json")], UNAVAILABLE).await;
    check(DefApi, Look, &[Reply::Example("defapi/query_success_empty.response.json")], NOT_ALLOWED).await;
    check(DefApi, File, &[Reply::Page(503)], Picture).await;
    check(DefApi, File, &[Reply::Page(404)], UNAVAILABLE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fals_traps_end_in_one_picture_or_one_void() {
    use Phase::{File, Look, Result, Submit};
    use Service::Fal;
    let example = Reply::Example;
    check(Fal, Submit, &[], Picture).await;
    check(Fal, Submit, &[example("fal/error_503_runner.response.json")], Picture).await;
    check(Fal, Submit, &[Reply::Lost, Reply::Page(502)], Picture).await;
    check(Fal, Submit, &[example("fal/error_401.response.json")], UNAVAILABLE).await;
    check(Fal, Submit, &[example("fal/error_403_locked.response.json")], UNAVAILABLE).await;
    check(Fal, Submit, &[example("fal/error_504_request_timeout.response.json")], UNAVAILABLE).await;
    check(Fal, Submit, &[example("fal/error_422_content_policy.response.json")], NOT_ALLOWED).await;
    check(Fal, Look, &[example("fal/error_404_unknown_request.response.json")], Picture).await;
    check(Fal, Look, &[example("fal/status_completed_infra_error.response.json")], Picture).await;
    check(Fal, Look, &[Reply::Page(503), Reply::Page(200)], Picture).await;
    check(Fal, Result, &[example("fal/error_422_content_policy.response.json")], NOT_ALLOWED).await;
    check(Fal, Result, &[example("fal/error_422_no_media.response.json")], UNAVAILABLE).await;
    check(Fal, Result, &[example("fal/result_flux_lora_nsfw.response.json")], NOT_ALLOWED).await;
    check(Fal, Result, &[Reply::Page(504)], Picture).await;
    check(Fal, Result, &[problem(404, "gone")], UNAVAILABLE).await;
    let black = pixelai::media::black().unwrap();
    check(Fal, File, &[Reply::File("image/jpeg", black)], NOT_ALLOWED).await;
    check(Fal, File, &[Reply::Redirect("http://10.0.0.1/")], UNAVAILABLE).await;
    check(Fal, File, &[Reply::Page(500)], Picture).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replicates_traps_end_in_one_picture_or_one_void() {
    use Phase::{File, Look, Submit};
    use Service::Replicate;
    let example = Reply::Example;
    let patience = Reply::Json(429, json!({ "detail": "Request was throttled.", "status": 429, "retry_after": 0.2 }));
    let interrupted =
        json!({ "id": "x", "status": "failed", "error": "Prediction interrupted; please retry (code: PA)" });
    check(Replicate, Submit, &[], Picture).await;
    check(Replicate, Submit, &[patience], Picture).await;
    check(Replicate, Submit, &[Reply::Lost], Picture).await;
    check(Replicate, Submit, &[example("replicate/error_401.response.json")], UNAVAILABLE).await;
    check(Replicate, Submit, &[example("replicate/error_402.response.json")], UNAVAILABLE).await;
    check(Replicate, Submit, &[example("replicate/error_422_input.response.json")], UNAVAILABLE).await;
    check(Replicate, Submit, &[example("replicate/error_422_version.response.json")], UNAVAILABLE).await;
    check(Replicate, Look, &[problem(404, "not found"), problem(404, "not found")], Picture).await;
    check(Replicate, Look, &[Reply::Json(200, interrupted)], Picture).await;
    check(Replicate, Look, &[example("replicate/prediction_failed_nsfw.response.json")], NOT_ALLOWED).await;
    check(Replicate, Look, &[example("replicate/prediction_failed_sensitive.response.json")], NOT_ALLOWED).await;
    check(Replicate, Look, &[example("replicate/prediction_data_removed.response.json")], UNAVAILABLE).await;
    check(Replicate, Look, &[example("replicate/prediction_aborted.response.json")], UNAVAILABLE).await;
    check(Replicate, Look, &[example("replicate/prediction_canceled.response.json")], UNAVAILABLE).await;
    check(Replicate, File, &[Reply::Page(410)], UNAVAILABLE).await;
}

/// A task that never ends is left at its time where nobody is left to hand over to, cancelled at the provider, and paid back.
#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_hangs_is_cancelled_and_paid_back() {
    for service in Service::ALL {
        let mock = Mock::start(service).await;
        mock.endless(true);
        let mut studio = Studio::with(Fresh::file().await, Providers::new([mock.client()]), None).await;
        studio.shop.fresh.run("UPDATE models SET time_limit_seconds = 1").await.unwrap();
        studio.shop.orders.catalog().reload(&studio.shop.fresh.store).await.unwrap();
        let user = studio.shop.person(7).await;
        let id = studio.shop.placed(user, "order").await;
        studio.start();
        assert_eq!(studio.job_in(id, JobState::Failed).await.failure, Some(Failure::Deadline));
        studio.sent_letters(1).await;
        assert_eq!(studio.shop.money(user).await, (START, 0));
        let cancelled: Vec<bool> = mock.tasks().into_values().map(|task| task.cancelled).collect();
        assert_eq!(cancelled, [service != Service::DefApi], "{service:?}: DefAPI cannot cancel");
        studio.close().await;
    }
}
