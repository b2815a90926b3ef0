//! Tasks from submit to end, over the files that two painters share.

use serde_json::json;

use super::*;
use crate::domain::JobId;
use crate::media::samples;

fn photo() -> Bytes {
    samples().swap_remove(0).jpeg
}

fn submission(alias: &str) -> Submission {
    Submission {
        job: JobId::new(),
        attempt: 1,
        alias: ModelAlias(alias.into()),
        model: "vendor/model".into(),
        parameters: json!({}),
        prompt: "a portrait".into(),
        style: json!({ "scene": "snow" }),
        photos: vec![photo()],
        photo_input: None,
        time_limit: Duration::from_secs(60),
        webhook: None,
        likeness: None,
    }
}

struct Bench {
    directory: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn painter(&self, duration: Duration) -> Painter {
        Painter::new("fal", PainterOptions { duration, ..PainterOptions::new(self.directory.path()) })
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

const HOUR: Duration = Duration::from_secs(3600);

fn picture(status: Status) -> Bytes {
    let Status::Succeeded { picture } = status else { panic!("no picture yet: {status:?}") };
    picture
}

#[tokio::test]
async fn a_task_ends_in_a_picture_painted_from_the_photo() {
    let bench = Bench::new();
    let painter = bench.painter(Duration::ZERO);
    let task = painter.submit(&submission("nano_banana")).await.unwrap();
    let first = picture(painter.status(&task).await.unwrap());
    assert_eq!(image::load_from_memory(&first).unwrap().width(), 1024);
    assert!(!media::is_black(&first));
    assert_eq!(picture(painter.status(&task).await.unwrap()), first, "asked again, it is the same");
}

#[tokio::test]
async fn another_painter_on_the_same_directory_knows_the_task() {
    let bench = Bench::new();
    let task = bench.painter(Duration::ZERO).submit(&submission("nano_banana")).await.unwrap();
    let other = bench.painter(HOUR);
    picture(other.status(&task).await.unwrap());
}

#[tokio::test]
async fn a_picture_lost_with_its_process_is_painted_again() {
    let bench = Bench::new();
    let painter = bench.painter(Duration::ZERO);
    let task = painter.submit(&submission("nano_banana")).await.unwrap();
    let before = picture(painter.status(&task).await.unwrap());
    std::fs::remove_file(bench.directory.path().join(format!("{}.jpg", task.id))).unwrap();
    let after = picture(bench.painter(Duration::ZERO).status(&task).await.unwrap());
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_task_waits_in_line_first() {
    let bench = Bench::new();
    let painter = bench.painter(HOUR);
    let task = painter.submit(&submission("nano_banana")).await.unwrap();
    assert_eq!(painter.status(&task).await.unwrap(), Status::Queued { ahead: Some(3) });
}

#[test]
fn progress_grows_until_the_time_has_come() {
    let bench = Bench::new();
    let record = bench.painter(Duration::from_secs(10)).record(&submission("a"), Behaviour::Paint);
    let at = |seconds: f32| waiting(&record, record.started_at + Duration::from_secs_f32(seconds));
    assert_eq!(at(0.0), Some(Status::Queued { ahead: Some(3) }));
    assert_eq!(at(1.9), Some(Status::Queued { ahead: Some(0) }));
    let progress = |seconds| match at(seconds) {
        Some(Status::Running { progress: Some(progress) }) => progress,
        other => panic!("not running: {other:?}"),
    };
    assert!(progress(2.5) < progress(5.0) && progress(5.0) < progress(9.9) && progress(9.9) < 1.0);
    assert_eq!(at(10.0), None);
}

#[test]
fn a_stalled_task_runs_for_ever() {
    let bench = Bench::new();
    let record = bench.painter(Duration::from_secs(1)).record(&submission("a"), Behaviour::Stall);
    let status = waiting(&record, record.started_at + 24 * HOUR);
    assert!(matches!(status, Some(Status::Running { progress: Some(progress) }) if progress <= 0.9), "{status:?}");
}

#[test]
fn a_slow_task_takes_longer_and_a_late_one_is_ready_after_the_time_that_it_was_given() {
    let bench = Bench::new();
    let given = Submission { time_limit: 3 * HOUR, ..submission("a") };
    for (behaviour, hours) in [(Behaviour::Slow(HOUR), 2), (Behaviour::Late(HOUR), 4)] {
        let record = bench.painter(HOUR).record(&given, behaviour);
        assert!(waiting(&record, record.started_at + hours * HOUR - HOUR / 2).is_some());
        assert_eq!(waiting(&record, record.started_at + hours * HOUR), None);
    }
}

#[tokio::test]
async fn a_late_task_does_not_listen_when_it_is_cancelled() {
    let bench = Bench::new();
    let painter = bench.painter(Duration::ZERO);
    painter.behave(&ModelAlias("a".into()), Behaviour::Late(Duration::from_millis(50)));
    let task = painter.submit(&Submission { time_limit: Duration::ZERO, ..submission("a") }).await.unwrap();
    painter.cancel(&task).await.unwrap();
    assert!(matches!(painter.status(&task).await, Ok(Status::Queued { .. } | Status::Running { .. })));
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(matches!(painter.status(&task).await, Ok(Status::Succeeded { .. })));
}

#[tokio::test]
async fn each_model_behaves_as_told() {
    let bench = Bench::new();
    let painter = bench.painter(Duration::ZERO);
    let outcome = async |behaviour: Behaviour| {
        let alias = ModelAlias("nano_banana".into());
        painter.clone().behave(&alias, behaviour);
        let task = painter.submit(&submission("nano_banana")).await?;
        painter.status(&task).await
    };
    assert!(matches!(outcome(Behaviour::Unavailable).await, Err(ProviderError::Unavailable { .. })));
    assert!(matches!(outcome(Behaviour::Fail).await, Err(ProviderError::Failed(_))));
    let refused = outcome(Behaviour::Refuse(Refusal::NoFace)).await;
    assert!(matches!(refused, Err(ProviderError::Refused(Refusal::NoFace))));
    assert!(matches!(outcome(Behaviour::Stall).await, Ok(Status::Running { .. })));
    let garbage = picture(outcome(Behaviour::Garbage).await.unwrap());
    assert!(image::load_from_memory(&garbage).is_err());
    assert!(media::is_black(&picture(outcome(Behaviour::Black).await.unwrap())));
}

#[tokio::test]
async fn a_fault_of_one_model_leaves_the_others_alone() {
    let bench = Bench::new();
    let behaviours = parse_behaviours("nano_banana=fail").unwrap();
    let options =
        PainterOptions { duration: Duration::ZERO, behaviours, ..PainterOptions::new(bench.directory.path()) };
    let painter = Painter::new("defapi", options);
    assert_eq!(painter.name(), "defapi");
    let failing = painter.submit(&submission("nano_banana")).await.unwrap();
    assert!(painter.status(&failing).await.is_err());
    let other = painter.submit(&submission("flux_kontext")).await.unwrap();
    picture(painter.status(&other).await.unwrap());
}

#[tokio::test]
async fn a_cancelled_task_has_failed_for_every_painter() {
    let bench = Bench::new();
    let painter = bench.painter(HOUR);
    let task = painter.submit(&submission("nano_banana")).await.unwrap();
    painter.cancel(&task).await.unwrap();
    painter.cancel(&task).await.unwrap();
    assert!(matches!(bench.painter(HOUR).status(&task).await, Err(ProviderError::Failed(_))));
}

#[tokio::test]
async fn cancelling_what_has_ended_takes_nothing_away() {
    let bench = Bench::new();
    let painter = bench.painter(Duration::ZERO);
    let task = painter.submit(&submission("nano_banana")).await.unwrap();
    painter.cancel(&task).await.unwrap();
    picture(painter.status(&task).await.unwrap());
}

#[tokio::test]
async fn a_foreign_task_is_unknown() {
    let painter = Bench::new().painter(Duration::ZERO);
    for id in ["", "../../etc/passwd", "0198c0de-0000-7000-8000-000000000000"] {
        let task = Task { id: id.into(), details: json!(null) };
        assert!(matches!(painter.status(&task).await, Err(ProviderError::Unknown)), "{id}");
        assert!(matches!(painter.cancel(&task).await, Err(ProviderError::Unknown)), "{id}");
    }
}

#[tokio::test]
async fn what_cannot_be_painted_is_refused_or_fails() {
    let bench = Bench::new();
    let painter = bench.painter(Duration::ZERO);
    let blurred = Submission { photos: vec![Bytes::from_static(b"no photo")], ..submission("a") };
    let task = painter.submit(&blurred).await.unwrap();
    assert!(matches!(painter.status(&task).await, Err(ProviderError::Refused(Refusal::Unreadable))));
    let odd = Submission { style: json!({ "scene": "nowhere" }), ..submission("a") };
    let task = painter.submit(&odd).await.unwrap();
    assert!(matches!(painter.status(&task).await, Err(ProviderError::Failed(reason)) if reason.contains("nowhere")));
}

#[tokio::test]
async fn tasks_are_swept_an_hour_after_their_end_and_nothing_else_is() {
    let bench = Bench::new();
    let painter = bench.painter(Duration::ZERO);
    let soon_over = painter.submit(&submission("a")).await.unwrap();
    painter.status(&soon_over).await.unwrap();
    painter.behave(&ModelAlias("b".into()), Behaviour::Late(3 * HOUR));
    let late = painter.submit(&submission("b")).await.unwrap();
    painter.shared.files.sweep(SystemTime::now() + HOUR / 2);
    std::fs::write(bench.directory.path().join("notes.txt"), "mine").unwrap();
    assert!(bench.files().iter().any(|name| name.starts_with(&soon_over.id)));
    painter.shared.files.sweep(SystemTime::now() + HOUR + Duration::from_secs(1));
    let left = bench.files();
    assert!(!left.iter().any(|name| name.starts_with(&soon_over.id)), "{left:?}");
    assert!(left.contains(&format!("{}.json", late.id)) && left.contains(&"notes.txt".to_owned()), "{left:?}");
}

#[test]
fn behaviours_are_read_from_a_setting() {
    let read =
        parse_behaviours(" nano_banana=stall, flux_kontext=refuse:no_face,sdxl=late:90s,turbo=slow:2s ").unwrap();
    let expected = [
        ("nano_banana", Behaviour::Stall),
        ("flux_kontext", Behaviour::Refuse(Refusal::NoFace)),
        ("sdxl", Behaviour::Late(Duration::from_secs(90))),
        ("turbo", Behaviour::Slow(Duration::from_secs(2))),
    ];
    assert_eq!(read, expected.map(|(alias, behaviour)| (ModelAlias(alias.into()), behaviour)));
    assert_eq!(parse_behaviours("").unwrap(), []);
}

#[test]
fn an_unreadable_behaviour_is_named() {
    for (text, named) in [
        ("nano_banana", "`nano_banana`"),
        ("=stall", "`=stall`"),
        ("a=sulk", "`sulk`"),
        ("a=refuse:mood", "`mood`"),
        ("a=late:soon", "`soon`"),
        ("a=late:99999999999999m", "`99999999999999m`"),
        ("a=stall:1", "`stall:1`"),
    ] {
        let message = parse_behaviours(text).unwrap_err();
        assert!(message.contains(named), "{message}");
    }
}
