//! `GET /api/templates`: what can be ordered at this moment, in the person's language.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::caller::Caller;
use super::previews;
use crate::domain::TemplateKind;
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
            "preview": previews::address(&site, &template.id),
        })
    };
    // An avatar is chosen in the chat, so what shows one is ordered there.
    let orderable = |offer: &&Arc<Offer>| offer.template.kind == TemplateKind::Photo;
    let categories = catalog.categories().into_iter().filter_map(|category| {
        let shelf = catalog.shelf(&category.id);
        let templates: Vec<Value> = shelf.iter().filter(orderable).map(|offer| template(offer)).collect();
        (!templates.is_empty()).then(|| {
            json!({
                "id": category.id,
                "emoji": category.emoji,
                "title": category.title.get(caller.language),
                "templates": templates,
            })
        })
    });
    etag::json(&headers, &json!({ "categories": categories.collect::<Vec<_>>() }))
}
