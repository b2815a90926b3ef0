//! The pictures made so far, a page at a time.

use serde::{Deserialize, Serialize};

use crate::domain::{JobId, Letter};
use crate::store::jobs::Made;
use crate::text::Args;

use super::{Answer, Ask, Flow, FlowError, ID_BYTES, Item, Show, action, screen};

const PAGE: i64 = 5;

pub static FLOW: Flow = Flow {
    dialogue: "history",
    actions: &[action!(send_again: sent, gone), action!(newer_page: shown), action!(older_page: shown)],
    screens: &[screen!("history-list", show_list)],
    each: &[("picture", ID_BYTES)],
};

pub(super) const TEXTS: &[&str] = &["history-entry", "note-picture-gone", "note-sent"];

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Memory {
    /// From 0, the newest.
    #[serde(rename = "p", default)]
    page: i64,
}

/// The page that the person is on, and how many there are; pages can have gone since.
async fn pages(ask: &Ask<'_>) -> Result<(i64, i64, i64), FlowError> {
    let total = ask.world.store.count_made(ask.user.id).await?;
    let pages = (total + PAGE - 1) / PAGE;
    let page = ask.recall::<Memory>()?.page.clamp(0, (pages - 1).max(0));
    Ok((page, pages, total))
}

async fn show_list(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let (page, pages, total) = pages(ask).await?;
    let made = ask.world.store.made(ask.user.id, page * PAGE, PAGE).await?;
    let numbered: Vec<(i64, &Made)> = (page * PAGE + 1..).zip(&made).collect();
    let item = |(number, made): &(i64, &Made)| Item { label: number.to_string(), argument: made.id.short() };
    let entry = |(number, made): &(i64, &Made)| {
        let template = ask.world.orders.catalog().template(&made.template_id);
        let title = template.map_or_else(|| made.template_id.0.clone(), |it| it.title.get(ask.language).to_owned());
        let args = Args::default().number("number", *number).text("title", title).date("date", made.finished_at);
        ask.world.texts.get(ask.language, "history-entry", &args)
    };
    let entries: Vec<String> = numbered.iter().map(entry).collect();
    let args = Args::default()
        .html("entries", entries.join("\n"))
        .number("page", page + 1)
        .number("pages", pages)
        .number("total", total);
    let mut hidden = Vec::new();
    if page == 0 {
        hidden.push("newer");
    }
    if page + 1 >= pages {
        hidden.push("older");
    }
    let items = numbered.iter().map(item).collect();
    Ok(Show { args, items: [("picture", items)].into(), hidden, ..Show::default() })
}

async fn newer_page(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let (page, _, _) = pages(ask).await?;
    Ok(Answer::outcome("shown").remember(&Memory { page: (page - 1).max(0) }))
}

async fn older_page(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let (page, pages, _) = pages(ask).await?;
    Ok(Answer::outcome("shown").remember(&Memory { page: (page + 1).min((pages - 1).max(0)) }))
}

/// Sends a picture once more, below the list.
async fn send_again(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let gone = || Answer::outcome("gone").tell("note-picture-gone");
    let Ok(job) = ask.argument().parse::<JobId>() else { return Ok(gone()) };
    let theirs = ask.world.store.picture(job).await?.is_some_and(|picture| picture.user_id == ask.user.id);
    if !theirs {
        return Ok(gone());
    }
    let mut tx = ask.world.store.begin().await?;
    tx.post(ask.user.id, &format!("again:{}", ask.key), &Letter::Again { job }, ask.now).await?;
    tx.commit().await?;
    Ok(Answer::outcome("sent").tell("note-sent").posts())
}
