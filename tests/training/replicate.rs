//! Replicate: a model of our own first, then a file, then a training whose version stays.

use pixelai::config::Secret;
use pixelai::providers::training::{Standing, Trainer};
use pixelai::providers::{ProviderError, Replicate, Task};
use serde_json::{Value, json};

use crate::mock::{Call, Mock, Photos, Reply, not_asked_for, order, task};

const TRAINER: &str = "ostris/flux-dev-lora-trainer:26dc";
const START: &str = "POST /v1/models/ostris/flux-dev-lora-trainer/versions/26dc/trainings";

fn replicate(mock: &Mock) -> Replicate {
    Replicate::new(format!("{}/v1", mock.url).parse().expect("an address"), &Secret::new("r8_secret")).expect("a token")
}

/// As all answer when all is well; the destination is there or has to be made.
fn all_well(own: &str, call: &Call, is_there: bool) -> Reply {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/v1/account") => Reply::Json(200, json!({"type": "organization", "username": "acme"})),
        ("GET", "/v1/models/acme/pixelai-avatars") if is_there => Reply::Json(200, json!({"name": "pixelai-avatars"})),
        ("GET", "/v1/models/acme/pixelai-avatars") => Reply::Json(404, json!({"detail": "Not found", "status": 404})),
        ("POST", "/v1/models") => Reply::Json(201, json!({"name": "pixelai-avatars", "latest_version": null})),
        ("POST", "/v1/files") => Reply::Json(201, json!({"id": "f1", "urls": {"get": format!("{own}/v1/files/f1")}})),
        ("POST", path) if path.ends_with("/trainings") => {
            Reply::Json(201, json!({"id": "t1", "status": "starting", "output": null, "logs": null}))
        }
        ("GET", "/v1/trainings/t1") => Reply::Json(
            200,
            json!({"id": "t1", "status": "succeeded", "logs": "",
            "output": {"version": "acme/pixelai-avatars:00ff", "weights": "https://replicate.delivery/x.tar"}}),
        ),
        ("POST", "/v1/trainings/t1/cancel") => Reply::Json(200, json!({"id": "t1", "status": "canceled"})),
        ("DELETE", "/v1/files/f1") => Reply::Json(204, Value::Null),
        ("DELETE", "/v1/models/acme/pixelai-avatars/versions/00ff") => Reply::Json(202, Value::Null),
        _ => not_asked_for(call),
    }
}

async fn begun(replicate: &Replicate) -> Result<Task, ProviderError> {
    replicate.begin(&order(TRAINER, json!({"steps": 1000, "autocaption": true})), Photos::new(10, 500)).await
}

#[tokio::test]
async fn the_destination_is_made_first_and_once() {
    let mock = Mock::start(|own, call| all_well(own, call, false)).await;
    let replicate = replicate(&mock);
    let task = begun(&replicate).await.expect("it begins");
    begun(&replicate).await.expect("it begins again");
    let made = mock.call("POST /v1/models").json();
    assert_eq!((made["owner"].as_str(), made["visibility"].as_str()), (Some("acme"), Some("private")));
    assert_eq!(mock.lines().iter().filter(|line| *line == "POST /v1/models").count(), 1);
    let asked = mock.call(START).json();
    assert_eq!(asked["destination"], "acme/pixelai-avatars");
    assert_eq!(asked["webhook_events_filter"], json!(["start", "completed"]));
    assert_eq!(
        asked["input"],
        json!({"steps": 1000, "autocaption": true, "trigger_word": "PXQW7K",
        "autocaption_prefix": "a photo of PXQW7K woman, ", "input_images": format!("{}/v1/files/f1", mock.url)})
    );
    // A file without its name and kind is taken for something else.
    let file = mock.call("POST /v1/files");
    let said = String::from_utf8_lossy(&file.body);
    assert!(file.kind.starts_with("multipart/form-data") && said.contains("filename=\"photos.zip\""), "{}", file.kind);
    assert!(said.contains("application/zip") && said.contains("PK\u{3}\u{4}"));
    let Standing::Trained(done) = replicate.standing(&task).await.expect("it stands") else { panic!("not trained") };
    assert!(done.weights == json!({"version": "acme/pixelai-avatars:00ff"}) && done.file.is_none());
}

#[tokio::test]
async fn a_destination_that_is_there_is_used_also_when_another_process_was_faster() {
    let there = Mock::start(|own, call| all_well(own, call, true)).await;
    begun(&replicate(&there)).await.expect("it begins");
    assert!(!there.lines().contains(&"POST /v1/models".to_owned()));
    let raced = Mock::start(|own, call| match call.line().as_str() {
        "POST /v1/models" => Reply::Json(409, json!({"detail": "A model with that name and owner already exists"})),
        _ => all_well(own, call, false),
    })
    .await;
    begun(&replicate(&raced)).await.expect("it begins");
}

#[tokio::test]
async fn a_training_that_is_not_taken_leaves_no_archive_behind() {
    for (status, body) in [
        (404, json!({"detail": "The specified training destination does not exist"})),
        (402, json!({"title": "Insufficient credit", "detail": "You have insufficient credit to run this model."})),
        (422, json!({"detail": "- input.input_images: must be a zip file\n"})),
    ] {
        let mock = Mock::start(move |own, call| match call.path.ends_with("/trainings") {
            true => Reply::Json(status, body.clone()),
            false => all_well(own, call, true),
        })
        .await;
        let refused = begun(&replicate(&mock)).await.expect_err("it is not taken");
        assert!(!matches!(refused, ProviderError::Refused(_)), "it is no fault of the person's: {refused:?}");
        assert!(mock.lines().contains(&"DELETE /v1/files/f1".to_owned()), "{status}");
    }
}

#[tokio::test]
async fn trainings_end_in_every_way_that_they_can() {
    let cases = [
        (json!({"id": "t1", "status": "starting", "output": null, "logs": null}), "queued"),
        (json!({"id": "t1", "status": "processing", "logs": "flux: 45%|####  | 450/1000"}), "running"),
        (json!({"id": "t1", "status": "succeeded", "output": null, "data_removed": true}), "failed"),
        (json!({"id": "t1", "status": "canceled"}), "failed"),
        (json!({"id": "t1", "status": "aborted"}), "failed"),
        (json!({"id": "t1", "status": "failed", "error": "input_images must be a zip file"}), "failed"),
    ];
    for (body, expected) in cases {
        let told = body.clone();
        let mock = Mock::start(move |_, _| Reply::Json(200, body.clone())).await;
        let stands = match replicate(&mock).standing(&task("t1", Value::Null)).await {
            Ok(Standing::Queued) => "queued",
            Ok(Standing::Running { progress: Some(progress) }) if (progress - 0.45).abs() < 0.001 => "running",
            Err(ProviderError::Failed(_) | ProviderError::Interrupted(_)) => "failed",
            _ => "something else",
        };
        assert_eq!(stands, expected, "{told}");
    }
    let unknown = Mock::start(|_, _| Reply::Json(404, json!({"detail": "Not found"}))).await;
    assert!(matches!(replicate(&unknown).standing(&task("t1", Value::Null)).await, Err(ProviderError::Unknown)));
}

#[tokio::test]
async fn archive_and_version_are_deleted_and_what_is_gone_is_no_error() {
    let mock = Mock::start(|own, call| all_well(own, call, true)).await;
    let replicate = replicate(&mock);
    let task = begun(&replicate).await.expect("it begins");
    replicate.call_off(&task).await.expect("it is called off");
    replicate.tidy(&task).await.expect("the archive goes");
    assert!(mock.lines().contains(&"DELETE /v1/files/f1".to_owned()));
    // With the weights, or with the training alone, whose version is looked up.
    let weights = json!({"version": "acme/pixelai-avatars:00ff"});
    for (task, weights) in [(None, Some(&weights)), (Some(&task), None)] {
        replicate.erase(task, weights).await.expect("the version goes");
        assert_eq!(
            mock.lines().last().map(String::as_str),
            Some("DELETE /v1/models/acme/pixelai-avatars/versions/00ff")
        );
    }
    let gone = Mock::start(|_, _| Reply::Json(404, json!({"detail": "Not found"}))).await;
    self::replicate(&gone).erase(Some(&task), Some(&weights)).await.expect("what is gone is gone");
}
