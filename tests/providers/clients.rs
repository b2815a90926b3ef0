//! Each client by itself: from submit to picture, and what each of its service's errors means.

use std::time::Duration;

use bytes::Bytes;
use pixelai::domain::{JobId, ModelAlias, PhotoInput, Refusal};
use pixelai::providers::{Fault, ProviderError, Status, Submission};
use serde_json::json;

use crate::mock::{Mock, Phase, Reply, Service, problem};
use crate::provider::picture;

/// What the first model of the service is asked for, with photos of this size.
fn submission(service: Service, photo: usize) -> Submission {
    let (name, many) = match service {
        Service::DefApi => ("images", true),
        Service::Fal => ("image_url", false),
        Service::Replicate => ("input_image", false),
    };
    Submission {
        job: JobId::new(),
        attempt: 1,
        alias: ModelAlias("any".into()),
        model: service.model().to_owned(),
        parameters: json!({ "aspect_ratio": "3:4" }),
        prompt: "a portrait".into(),
        style: json!({}),
        photos: vec![Bytes::from(vec![7; photo])],
        photo_input: Some(PhotoInput { name: name.into(), many }),
        time_limit: Duration::from_secs(60),
        webhook: Some("https://bot.test/hooks/x?a=b&c".into()),
        likeness: None,
    }
}

#[tokio::test]
async fn a_task_goes_from_its_submit_to_its_picture() {
    for service in Service::ALL {
        let mock = Mock::start(service).await;
        let client = mock.client();
        assert_eq!(client.name(), service.name());
        let task = client.submit(&submission(service, 100)).await.unwrap();
        let started = mock.tasks();
        assert_eq!(started[&task.id].webhook.as_deref(), Some("https://bot.test/hooks/x?a=b&c"));
        let mut seen = Vec::new();
        let found = loop {
            match client.status(&task).await.unwrap() {
                Status::Succeeded { picture } => break picture,
                other => seen.push(other),
            }
        };
        assert_eq!(found, picture());
        let expected = match service {
            Service::DefApi => vec![Status::Running { progress: None }; 2],
            Service::Fal => vec![Status::Queued { ahead: Some(3) }, Status::Running { progress: None }],
            Service::Replicate => vec![Status::Queued { ahead: None }, Status::Running { progress: Some(0.0) }],
        };
        assert_eq!(seen, expected, "{service:?}");
        assert!(client.account().await.is_ok(), "{service:?}");
        mock.assert_sound();
    }
}

#[tokio::test]
async fn a_heavy_photo_goes_up_first_and_is_removed_where_that_can_be_done() {
    for (service, uploads, removals) in
        [(Service::Fal, "POST /storage/upload/initiate", 0), (Service::Replicate, "POST /v1/files", 1)]
    {
        let mock = Mock::start(service).await;
        let client = mock.client();
        let task = client.submit(&submission(service, 4_500_000)).await.unwrap();
        client.forget(&task).await;
        assert!(mock.calls("POST").contains(&uploads.to_owned()), "{:?}", mock.calls("POST"));
        assert_eq!(mock.calls("DELETE").len(), removals);
        mock.assert_sound();
    }
}

#[tokio::test]
async fn a_task_is_found_by_its_id_alone() {
    for service in Service::ALL {
        let mock = Mock::start(service).await;
        let client = mock.client();
        let started = client.submit(&submission(service, 100)).await.unwrap();
        let named = client.task(service.model(), &started.id);
        assert!(client.status(&named).await.is_ok(), "{service:?}");
        assert_eq!(client.cancel(&named).await, Ok(()), "{service:?}");
        let foreign = client.task(service.model(), "nobody-knows-it");
        assert_eq!(client.status(&foreign).await, Err(ProviderError::Unknown), "{service:?}");
        mock.assert_sound();
    }
}

#[tokio::test]
async fn a_trained_model_is_called_by_its_version() {
    let mock = Mock::start(Service::Replicate).await;
    let trained = Submission {
        model: format!("acme/person-1:{:064}", 1),
        photos: Vec::new(),
        photo_input: None,
        ..submission(Service::Replicate, 0)
    };
    mock.client().submit(&trained).await.unwrap();
    assert_eq!(mock.calls("POST"), ["POST /v1/predictions"]);
    mock.assert_sound();
}

/// What an error comes to, without its words.
#[derive(Debug, PartialEq)]
enum Kind {
    Again,
    Lost,
    Refused(Refusal),
    Interrupted,
    Failed,
    Unknown,
    SetUp(Fault),
}

fn kind(error: &ProviderError) -> Kind {
    match error {
        ProviderError::Unavailable { .. } => Kind::Again,
        ProviderError::Lost(_) => Kind::Lost,
        ProviderError::Refused(refusal) => Kind::Refused(*refusal),
        ProviderError::Interrupted(_) => Kind::Interrupted,
        ProviderError::Failed(_) => Kind::Failed,
        ProviderError::Unknown => Kind::Unknown,
        ProviderError::SetUp { fault, .. } => Kind::SetUp(*fault),
    }
}

/// What a submit, a look or what follows from it is answered with, and what that means.
async fn check(service: Service, phase: Phase, reply: Reply, expected: Kind) {
    let mock = Mock::start(service).await;
    let client = mock.client();
    let told = format!("{service:?} {phase:?} {reply:?}");
    mock.on(phase, [reply]);
    let submitted = client.submit(&submission(service, 100)).await;
    let error = match (phase, submitted) {
        (Phase::Submit, answer) => answer.expect_err(&told),
        (_, answer) => {
            let task = answer.expect(&told);
            let mut last = client.status(&task).await;
            while let Ok(Status::Queued { .. } | Status::Running { .. }) = last {
                last = client.status(&task).await;
            }
            last.expect_err(&told)
        }
    };
    assert_eq!(kind(&error), expected, "{told}: {error}");
    assert!(!error.to_string().contains(service.key()), "{error}");
    mock.assert_sound();
}

#[tokio::test]
async fn defapis_errors_are_told_apart() {
    use Phase::{Look, Submit};
    let submit_says = |message: &str| Reply::Json(200, json!({ "code": 1, "message": message }));
    let failed = |reason: &str| {
        let data =
            json!({ "task_id": "t", "status": "failed", "result": null, "status_reason": { "message": reason } });
        Reply::Json(200, json!({ "code": 0, "message": "ok", "data": data }))
    };
    let result = |result: serde_json::Value| {
        let data = json!({ "task_id": "t", "status": "success", "result": result, "consumed": "0.02" });
        Reply::Json(200, json!({ "code": 0, "data": data }))
    };
    for (phase, reply, expected) in [
        (Submit, Reply::Example("defapi/submit_error.response.json"), Kind::SetUp(Fault::Balance)),
        (Submit, submit_says("invalid api key"), Kind::SetUp(Fault::Key)),
        (Submit, submit_says("rate limit exceeded"), Kind::Again),
        (Submit, submit_says("prompt violates our usage policies"), Kind::Refused(Refusal::NotAllowed)),
        (Submit, submit_says("something else"), Kind::Failed),
        (Submit, Reply::Json(401, json!({ "code": 401, "message": "no" })), Kind::SetUp(Fault::Key)),
        (Submit, Reply::Page(401), Kind::SetUp(Fault::Key)),
        (Submit, Reply::Page(429), Kind::Again),
        (Submit, Reply::Page(500), Kind::Again),
        (Submit, Reply::Page(503), Kind::Again),
        (Submit, Reply::Page(502), Kind::Lost),
        (Submit, Reply::Lost, Kind::Lost),
        (Submit, Reply::Page(200), Kind::Lost),
        (Look, Reply::Example("defapi/query_not_found.response.json"), Kind::Unknown),
        (Look, Reply::Example("defapi/query_failed.response.json"), Kind::Failed),
        (Look, Reply::Example("defapi/query_success_empty.response.json"), Kind::Refused(Refusal::NotAllowed)),
        (Look, result(json!([{ "text": "I cannot do that" }])), Kind::Refused(Refusal::NotAllowed)),
        (Look, failed("no face found"), Kind::Refused(Refusal::NoFace)),
        (Look, failed("image is too small"), Kind::Refused(Refusal::TooSmall)),
        (Look, Reply::Page(502), Kind::Again),
        (Look, Reply::Page(200), Kind::Again),
    ] {
        check(Service::DefApi, phase, reply, expected).await;
    }
}

#[tokio::test]
async fn fals_errors_are_told_apart() {
    use Phase::{File, Look, Result, Submit};
    let item =
        |kind: &str| Reply::Json(422, json!({ "detail": [{ "loc": ["body"], "msg": "made up", "type": kind }] }));
    for (phase, reply, expected) in [
        (Submit, Reply::Example("fal/error_401.response.json"), Kind::SetUp(Fault::Key)),
        (Submit, Reply::Example("fal/error_403_locked.response.json"), Kind::SetUp(Fault::Balance)),
        (Submit, Reply::Example("fal/error_422_missing.response.json"), Kind::SetUp(Fault::Model)),
        (Submit, Reply::Example("fal/error_422_content_policy.response.json"), Kind::Refused(Refusal::NotAllowed)),
        (Submit, Reply::Example("fal/error_503_runner.response.json"), Kind::Again),
        (Submit, Reply::Example("fal/error_504_request_timeout.response.json"), Kind::Failed),
        (Submit, problem(404, "no such app"), Kind::SetUp(Fault::Model)),
        (Submit, Reply::Json(429, json!({ "detail": "queue is full" })), Kind::Again),
        (Submit, Reply::Lost, Kind::Lost),
        (Submit, Reply::Page(200), Kind::Lost),
        (Look, Reply::Example("fal/error_404_unknown_request.response.json"), Kind::Unknown),
        (Look, Reply::Example("fal/status_completed_infra_error.response.json"), Kind::Interrupted),
        (Look, Reply::Page(502), Kind::Again),
        (Result, Reply::Example("fal/error_422_content_policy.response.json"), Kind::Refused(Refusal::NotAllowed)),
        (Result, Reply::Example("fal/error_422_no_media.response.json"), Kind::Failed),
        (Result, Reply::Example("fal/result_flux_lora_nsfw.response.json"), Kind::Refused(Refusal::NotAllowed)),
        (Result, item("face_detection_error"), Kind::Refused(Refusal::NoFace)),
        (Result, item("image_too_small"), Kind::Refused(Refusal::TooSmall)),
        (Result, item("image_too_large"), Kind::Refused(Refusal::TooLarge)),
        (Result, item("image_load_error"), Kind::Refused(Refusal::Unreadable)),
        (Result, item("generation_timeout"), Kind::Failed),
        (Result, item("one_of"), Kind::SetUp(Fault::Model)),
        (Result, Reply::Json(200, json!({ "images": [] })), Kind::Failed),
        (Result, problem(404, "gone"), Kind::Failed),
        (Result, Reply::Page(503), Kind::Again),
        (File, Reply::Page(404), Kind::Failed),
        (File, Reply::Page(503), Kind::Again),
        (File, Reply::Page(200), Kind::Failed),
        (File, Reply::File("image/svg+xml", Bytes::from_static(b"<svg/>")), Kind::Failed),
        (File, Reply::Redirect("http://10.0.0.1/picture.jpg"), Kind::Failed),
        (File, Reply::Redirect("http://169.254.169.254/latest/meta-data"), Kind::Failed),
        (File, Reply::File("image/jpeg", Bytes::from(vec![0xff; 41_000_000])), Kind::Failed),
    ] {
        check(Service::Fal, phase, reply, expected).await;
    }
}

#[tokio::test]
async fn replicates_errors_are_told_apart() {
    use Phase::{Look, Submit};
    let failed = |error: &str| {
        Reply::Json(200, json!({ "id": "x", "status": "failed", "output": null, "error": error, "logs": "" }))
    };
    for (phase, reply, expected) in [
        (Submit, Reply::Example("replicate/error_401.response.json"), Kind::SetUp(Fault::Key)),
        (Submit, Reply::Example("replicate/error_402.response.json"), Kind::SetUp(Fault::Balance)),
        (Submit, Reply::Example("replicate/error_422_input.response.json"), Kind::SetUp(Fault::Model)),
        (Submit, Reply::Example("replicate/error_422_version.response.json"), Kind::SetUp(Fault::Model)),
        (Submit, Reply::Example("replicate/error_429_low_credit.response.json"), Kind::Again),
        (Submit, problem(404, "not found"), Kind::SetUp(Fault::Model)),
        (Submit, Reply::Page(500), Kind::Again),
        (Submit, Reply::Lost, Kind::Lost),
        (Look, Reply::Example("replicate/prediction_failed_nsfw.response.json"), Kind::Refused(Refusal::NotAllowed)),
        (
            Look,
            Reply::Example("replicate/prediction_failed_sensitive.response.json"),
            Kind::Refused(Refusal::NotAllowed),
        ),
        (Look, Reply::Example("replicate/prediction_canceled.response.json"), Kind::Failed),
        (Look, Reply::Example("replicate/prediction_aborted.response.json"), Kind::Failed),
        (Look, Reply::Example("replicate/prediction_data_removed.response.json"), Kind::Failed),
        (Look, failed("Prediction interrupted; please retry (code: PA)"), Kind::Interrupted),
        (Look, failed("CUDA out of memory (E1001)"), Kind::Failed),
        (Look, problem(404, "not found"), Kind::Unknown),
        (Look, Reply::Page(502), Kind::Again),
    ] {
        check(Service::Replicate, phase, reply, expected).await;
    }
}

#[tokio::test]
async fn the_longest_pause_that_replicate_asks_for_is_kept() {
    for (reply, seconds) in [
        (Reply::Example("replicate/error_429_low_credit.response.json"), 5),
        (Reply::Example("replicate/error_429.response.json"), 30),
    ] {
        let mock = Mock::start(Service::Replicate).await;
        mock.on(Phase::Submit, [reply]);
        let error = mock.client().submit(&submission(Service::Replicate, 100)).await.unwrap_err();
        let ProviderError::Unavailable { retry_after, .. } = error else { panic!("{error}") };
        assert_eq!(retry_after, Some(Duration::from_secs(seconds)));
    }
}
