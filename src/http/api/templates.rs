//! `GET /api/templates`: what can be ordered at this moment, in the person's language.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::caller::Caller;
use crate::http::etag;
use crate::http::site::Site;
use crate::orders::Offer;

pub(super) async fn list(caller: Caller, State(site): State<Site>, headers: HeaderMap) -> Response {
    let catalog = site.talk().world().orders.catalog();
    let template = |offer: &Offer| {
        let template = &offer.template;
        json!({
            "id": template.id,
            "title": template.title.get(caller.language),
            "description": template.description.get(caller.language),
            "price": template.price.get(),
            "photos": template.photos,
        })
    };
    let categories = catalog.categories().into_iter().map(|category| {
        let templates: Vec<Value> = catalog.shelf(&category.id).iter().map(|offer| template(offer)).collect();
        json!({
            "id": category.id,
            "emoji": category.emoji,
            "title": category.title.get(caller.language),
            "templates": templates,
        })
    });
    etag::json(&headers, &json!({ "categories": categories.collect::<Vec<_>>() }))
}
