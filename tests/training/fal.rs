//! fal: an archive in its storage, a request in its queue, weights at an address that may go.

use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use pixelai::config::Secret;
use pixelai::providers::training::{Standing, Trainer};
use pixelai::providers::{Fal, Provider, ProviderError, Task};
use serde_json::{Value, json};

use crate::mock::{Call, Kept, Mock, Photos, Reply, likeness, not_asked_for, order, task};

const FAST: &str = "fal-ai/flux-lora-fast-training";
const PORTRAIT: &str = "fal-ai/flux-lora-portrait-trainer";

fn fal(mock: &Mock) -> Fal {
    let url = |path: &str| format!("{}{path}", mock.url).parse().expect("an address");
    Fal::new(url(""), url(""), &Secret::new("id:secret"))
        .expect("a key")
        .with_platform(url("/platform"), &Secret::new("id:secret"))
        .expect("a key")
}

/// Storage and queue as they answer when all is well; `result` is what the training comes to.
fn all_well(own: &str, call: &Call, result: &(u16, Value)) -> Reply {
    match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/storage/upload/initiate") => {
            Reply::Json(200, json!({"upload_url": format!("{own}/put/1"), "file_url": format!("{own}/files/1")}))
        }
        ("PUT", "/put/1") => Reply::Json(200, Value::Null),
        ("POST", path) if path.starts_with("/fal-ai/") => {
            let at = format!("{own}{path}/requests/r1");
            Reply::Json(
                200,
                json!({
                    "status": "IN_QUEUE", "request_id": "r1", "queue_position": 0, "response_url": at,
                    "status_url": format!("{at}/status"), "cancel_url": format!("{at}/cancel"),
                }),
            )
        }
        ("GET", path) if path.ends_with("/requests/r1/status") => {
            Reply::Json(200, json!({"status": "COMPLETED", "logs": null, "metrics": {}}))
        }
        ("GET", path) if path.ends_with("/requests/r1") => Reply::Json(result.0, result.1.clone()),
        ("GET" | "HEAD", "/weights") => Reply::Bytes(Bytes::from_static(b"the weights")),
        ("DELETE", "/platform/models/requests/r1/payloads") => Reply::Json(200, json!({"cdn_delete_results": []})),
        _ => not_asked_for(call),
    }
}

fn trained(own: &str) -> (u16, Value) {
    (
        200,
        json!({"diffusers_lora_file": {"url": format!("{own}/weights"), "file_size": 11}, "config_file": {"url": "x"}}),
    )
}

async fn begun(fal: &Fal, model: &str) -> Task {
    fal.begin(&order(model, json!({"steps": 900})), Photos::new(10, 1000)).await.expect("it begins")
}

#[tokio::test]
async fn photos_go_up_as_a_zip_and_the_weights_come_back_as_a_stream() {
    let mock = Mock::start(|own, call| all_well(own, call, &trained(own))).await;
    let fal = fal(&mock);
    let task = begun(&fal, FAST).await;
    let put = mock.call("PUT /put/1");
    assert_eq!(
        (put.kind.as_str(), put.length, put.authorization.as_str()),
        ("application/zip", Some(put.body.len() as u64), "")
    );
    assert!(put.body.starts_with(b"PK\x03\x04") && put.body.len() > 10_000);
    let asked = mock.call(&format!("POST /{FAST}")).json();
    assert_eq!(
        asked,
        json!({"steps": 900, "images_data_url": format!("{}/files/1", mock.url), "trigger_word": "PXQW7K"})
    );
    // Where to report belongs into the address, not into the body.
    assert!(mock.call(&format!("POST /{FAST}")).query.contains("fal_webhook=https%3A%2F%2Fbot.test"));
    let Standing::Trained(done) = fal.standing(&task).await.expect("it stands") else { panic!("not trained") };
    assert_eq!(done.weights, json!({"url": format!("{}/weights", mock.url)}));
    let bytes: Vec<Bytes> = done.file.expect("a copy").try_collect().await.expect("it comes whole");
    assert_eq!(bytes.concat(), b"the weights");
    // The sub-path of a model is no part of its requests' addresses.
    assert!(mock.lines().iter().any(|line| line == &format!("GET /{FAST}/requests/r1/status")));
}

#[tokio::test]
async fn the_portrait_trainer_has_its_own_name_for_the_trigger_and_no_captions() {
    let mock = Mock::start(|own, call| all_well(own, call, &trained(own))).await;
    let fal = fal(&mock);
    begun(&fal, PORTRAIT).await;
    let asked = mock.call(&format!("POST /{PORTRAIT}")).json();
    assert_eq!((asked["trigger_phrase"].as_str(), asked.get("trigger_word")), (Some("PXQW7K"), None));
    let names = |call: &Call| String::from_utf8_lossy(&call.body).matches(".txt").count();
    assert_eq!(names(&mock.call("PUT /put/1")), 0);
    begun(&fal, FAST).await;
    assert_eq!(names(&mock.call("PUT /put/1")), 20, "each caption has a head and a line in the directory");
}

#[tokio::test]
async fn an_archive_with_too_few_photos_shows_only_in_the_result() {
    let few = json!({"detail": [{"loc": ["body", "images_data_url"], "msg": "The archive has too few files",
        "type": "archive_file_count_below_minimum", "ctx": {"min_count": 4, "provided_count": 1}}]});
    let mock = Mock::start(move |own, call| all_well(own, call, &(422, few.clone()))).await;
    let fal = fal(&mock);
    let task = begun(&fal, FAST).await;
    let ended = fal.standing(&task).await.err().expect("it has failed");
    // Another trainer may take it, so the person is not sent away.
    assert!(matches!(ended, ProviderError::Failed(_) | ProviderError::SetUp { .. }), "{ended:?}");
}

#[tokio::test]
async fn progress_is_read_off_the_logs_and_missing_logs_are_no_trouble() {
    for (logs, expected) in [
        (
            json!([{"message": " 12%|#  | 120/1000", "level": "STDERR"}, {"message": "saved", "level": "INFO"}]),
            Some(0.12),
        ),
        (Value::Null, None),
    ] {
        let mock = Mock::start(move |own, call| match call.path.ends_with("/status") {
            true => Reply::Json(202, json!({"status": "IN_PROGRESS", "logs": logs.clone()})),
            false => all_well(own, call, &trained(own)),
        })
        .await;
        let fal = fal(&mock);
        let task = begun(&fal, FAST).await;
        let Standing::Running { progress } = fal.standing(&task).await.expect("it runs") else { panic!("not running") };
        assert_eq!(progress, expected);
        assert!(mock.call(&format!("GET /{FAST}/requests/r1/status")).query.contains("logs=1"));
    }
}

#[tokio::test]
async fn everything_of_a_training_is_deleted_by_its_request() {
    let mock = Mock::start(|own, call| all_well(own, call, &trained(own))).await;
    let fal = fal(&mock);
    let task = begun(&fal, FAST).await;
    fal.erase(Some(&task), None).await.expect("it is deleted");
    assert_eq!(mock.call("DELETE /platform/models/requests/r1/payloads").authorization, "Key id:secret");
    let gone = Mock::start(|_, _| Reply::Json(404, json!({"detail": "Request not found"}))).await;
    self::fal(&gone).erase(Some(&task), None).await.expect("what is gone is gone");
    let weak = Mock::start(|_, _| Reply::Json(403, json!({"detail": "Requires an admin key"}))).await;
    assert!(self::fal(&weak).erase(Some(&task), None).await.is_err(), "an operator has to act");
}

#[tokio::test]
async fn weights_that_fal_has_lost_are_handed_over_again() {
    let mock = Mock::start(|own, call| match (call.method.as_str(), call.path.as_str()) {
        ("HEAD", "/lost") => Reply::Json(404, Value::Null),
        _ => all_well(own, call, &trained(own)),
    })
    .await;
    let fal = fal(&mock);
    for (address, uploads) in [("weights", 0), ("lost", 1)] {
        let kept = Arc::new(Kept::default());
        let weights = json!({"url": format!("{}/{address}", mock.url)});
        let submission = crate::fal::submission(likeness(weights, kept.clone()));
        fal.submit(&submission).await.expect("it is taken");
        let path = mock.call("POST /fal-ai/flux-lora").json()["loras"][0]["path"].clone();
        let moved = kept.moved.lock().expect("no test panics here").clone();
        assert_eq!(mock.lines().iter().filter(|line| *line == "PUT /put/1").count(), uploads);
        if uploads == 0 {
            assert_eq!((path, moved), (json!(format!("{}/weights", mock.url)), None));
        } else {
            assert_eq!(mock.call("PUT /put/1").body, Bytes::from_static(b"weights"));
            assert_eq!(moved, Some(json!({"url": path})));
        }
    }
}

fn submission(likeness: pixelai::providers::training::Likeness) -> pixelai::providers::Submission {
    pixelai::providers::Submission {
        job: pixelai::domain::JobId::new(),
        attempt: 1,
        alias: pixelai::domain::ModelAlias("avatar_fal".to_owned()),
        model: "fal-ai/flux-lora".to_owned(),
        parameters: json!({"num_images": 1}),
        prompt: "a portrait of PXQW7K woman".to_owned(),
        style: Value::Null,
        photos: Vec::new(),
        photo_input: None,
        webhook: None,
        time_limit: std::time::Duration::from_secs(60),
        likeness: Some(likeness),
    }
}

#[tokio::test]
async fn a_task_that_leads_elsewhere_is_not_asked_about() {
    let mock = Mock::start(|own, call| all_well(own, call, &trained(own))).await;
    let elsewhere = json!({"status_url": "http://evil.test/", "response_url": "http://evil.test/", "cancel_url": "http://evil.test/"});
    let asked = fal(&mock).standing(&task("r1", elsewhere)).await;
    assert!(matches!(asked, Err(ProviderError::Unknown)));
    assert_eq!(mock.lines(), Vec::<String>::new());
}
