//! DefAPI: an envelope around everything, and one query for the state of any task.

use axum::body::Body;
use axum::http::Response;

use super::{Call, Mock, Phase, Reply};

const RATIOS: [&str; 11] = ["auto", "1:1", "16:9", "21:9", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16"];

pub(super) fn answer(mock: &Mock, call: &Call) -> Option<Response<Body>> {
    let path = call.uri.path();
    if path.starts_with("/api/") {
        let key = call.header("authorization").is_some_and(|value| value.starts_with("Bearer dk-"));
        mock.expect(key, "the key is missing");
    }
    match (call.method.as_str(), path) {
        ("POST", "/api/image/gen") => Some(submit(mock, call)),
        ("GET", "/api/task/query") => Some(query(mock, call)),
        ("GET", "/api/user") => {
            Some(mock.told(Phase::Look, "").unwrap_or_else(|| mock.example("defapi/user.response.json", "")))
        }
        _ => None,
    }
}

fn submit(mock: &Mock, call: &Call) -> Response<Body> {
    let body = call.json();
    mock.expect_only(&body, &["model", "prompt", "images", "aspect_ratio", "image_size", "callback_url"]);
    mock.expect(body["model"].as_str().is_some_and(|model| model.starts_with("google/")), "there is no model");
    let ratio = body["aspect_ratio"].as_str();
    mock.expect(ratio.is_none_or(|ratio| RATIOS.contains(&ratio)), "no such aspect_ratio");
    let size = body["image_size"].as_str();
    mock.expect(size.is_none_or(|size| ["1k", "2k", "4k"].contains(&size)), "no such image_size");
    let images = body["images"].as_array().cloned().unwrap_or_default();
    mock.expect((1..=4).contains(&images.len()), format!("{} images", images.len()));
    images.iter().for_each(|image| mock.expect_photo(image));
    let webhook = body["callback_url"].as_str().map(str::to_owned);
    match mock.next(Phase::Submit) {
        None => mock.example("defapi/submit_ok.response.json", &mock.begin(webhook)),
        Some(Reply::Lost) => {
            let id = mock.begin(webhook);
            mock.reply(Reply::Lost, &id)
        }
        Some(other) => mock.reply(other, ""),
    }
}

fn query(mock: &Mock, call: &Call) -> Response<Body> {
    let id = call.query("task_id").unwrap_or_default();
    if let Some(told) = mock.told(Phase::Look, &id) {
        return told;
    }
    let name = match mock.look(&id) {
        None => "query_not_found",
        Some(..=2) => "query_in_progress",
        Some(_) => "query_success",
    };
    mock.example(&format!("defapi/{name}.response.json"), &id)
}
