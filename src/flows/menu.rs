//! The root: the menu, balance, questions about payments, and what works everywhere.

use crate::avatars::PHOTO_DAYS;
use crate::domain::{AvatarId, JobId, Letter};
use crate::text::Args;

use super::generate::Memory as Order;
use super::support::{self, give_back, open_question};
use super::train::Memory as Training;
use super::{Answer, Ask, Flow, FlowError, Given, Show, action, photos, screen};

pub static FLOW: Flow = Flow {
    dialogue: "menu",
    actions: &[
        action!(keep_photo: kept, rejected),
        action!(repeat_order: ready, photos_gone, retired, avatar_gone),
        action!(sit_for: seated, gone),
        action!(reopen_avatar: collecting, gone),
        action!(change_photo: ready, retired),
        action!(send_original: sent, gone),
        action!(find_undertaking: order, training, nothing),
        action!(ask_support: asked, unable),
        action!(open_question: open, closed, stranger),
        action!(give_back: asked, sure, spent, refused, stranger),
    ],
    screens: &[
        screen!("menu", show_menu),
        screen!("balance", show_balance),
        screen!("privacy", show_privacy),
        screen!("paysupport", show_paysupport),
    ],
    each: &[],
};

pub(super) const TEXTS: &[&str] = &[
    "balance-entry",
    "note-kept",
    "note-picture-gone",
    "note-asked-unable",
    "note-order-under-way",
    "note-avatar-under-way",
    "note-photos-gone",
    "note-retired",
    "note-avatar-gone",
];

/// How long source photos are kept after their last use.
pub const PHOTO_HOURS: i64 = 48;
/// How long the untouched file of a picture is kept here; Telegram keeps what was sent.
pub const ORIGINAL_DAYS: i64 = 30;
/// Telegram's longest message is far longer than any question needs to be.
const MAX_QUESTION: usize = 1000;

async fn show_menu(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let args = Args::default().text("name", &ask.user.first_name).number("balance", ask.user.balance.get());
    Ok(Show { args, ..Show::default() })
}

async fn show_balance(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let balance = ask.world.store.balance(ask.user.id).await?;
    let lines = ask.world.store.ledger_lines(ask.user.id, 8).await?;
    let entry = |line: &crate::store::ledger::Line| {
        let args = Args::default()
            .text("kind", &line.kind)
            .number("amount", line.amount.abs())
            .text("sign", if line.amount < 0 { "−" } else { "+" })
            .day("date", line.created_at);
        ask.world.texts.get(ask.language, "balance-entry", &args)
    };
    let entries: Vec<String> = lines.iter().map(entry).collect();
    let args = Args::default()
        .number("balance", balance.available.get())
        .number("held", balance.held.get())
        .html("entries", entries.join("\n"));
    Ok(Show { args, ..Show::default() })
}

async fn show_privacy(_: &Ask<'_>) -> Result<Show, FlowError> {
    let args = Args::default()
        .number("photo_hours", PHOTO_HOURS)
        .number("original_days", ORIGINAL_DAYS)
        .number("avatar_days", PHOTO_DAYS);
    Ok(Show { args, ..Show::default() })
}

async fn show_paysupport(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let payments = ask.world.store.payments(ask.user.id, 5).await?;
    let lines: Vec<String> =
        payments.iter().map(|payment| support::payment_line(ask.world, ask.language, payment, None)).collect();
    Ok(Show { args: Args::default().html("payments", lines.join("\n")), ..Show::default() })
}

/// A photo sent before anything was chosen is kept for the template that will be.
async fn keep_photo(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let taken = photos::take(ask).await?;
    let kept: Vec<_> = taken.photos.into_iter().take(photos::MAX_PHOTOS).collect();
    if kept.is_empty() {
        return Ok(photos::tell_flaw(Answer::outcome("rejected"), taken.flaw));
    }
    Ok(Answer::outcome("kept").pass(&Order::with_photos(kept)).tell("note-kept"))
}

/// “Again” under a finished picture: the same order up to the moment of paying.
async fn repeat_order(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let retired = || Answer::outcome("retired").tell("note-retired");
    let Ok(id) = ask.argument().parse::<JobId>() else { return Ok(retired()) };
    let job = ask.world.store.job(id).await?.filter(|job| job.user_id == ask.user.id);
    let Some(job) = job else { return Ok(retired()) };
    let Some(offer) = ask.world.orders.catalog().offer(&job.template_id) else { return Ok(retired()) };
    let mut order = Order::of_template(&offer.template);
    if let Some(avatar) = job.avatar_id {
        let trained = ask.world.store.avatar(ask.user.id, avatar).await?.filter(|avatar| avatar.run_id.is_some());
        if trained.is_none() {
            return Ok(Answer::outcome("avatar_gone").tell("note-avatar-gone"));
        }
        order.avatar = Some(avatar);
        order.words = job.words;
    }
    for photo in job.photos.iter() {
        if ask.world.store.photo(ask.user.id, *photo).await?.is_none() {
            return Ok(Answer::outcome("photos_gone").pass(&order).tell("note-photos-gone"));
        }
    }
    order.photos.clone_from(&job.photos);
    Ok(Answer::outcome("ready").pass(&order))
}

/// “Choose a picture” under the news of a trained avatar.
async fn sit_for(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let gone = || Answer::outcome("gone").tell("note-avatar-gone");
    let Ok(id) = ask.argument().parse::<AvatarId>() else { return Ok(gone()) };
    let avatar = ask.world.store.avatar(ask.user.id, id).await?.filter(|avatar| avatar.run_id.is_some());
    let (Some(avatar), Some(first)) = (avatar, ask.world.orders.catalog().avatar_shelf()) else { return Ok(gone()) };
    Ok(Answer::outcome("seated").pass(&Order::with_avatar(avatar.id, &first.template)))
}

/// “Try again” under the news of a training that failed.
async fn reopen_avatar(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let gone = || Answer::outcome("gone").tell("note-avatar-gone");
    let Ok(id) = ask.argument().parse::<AvatarId>() else { return Ok(gone()) };
    match ask.world.store.avatar(ask.user.id, id).await? {
        Some(avatar) if avatar.live_run.is_none() && avatar.kind.is_some() => {
            Ok(Answer::outcome("collecting").pass(&Training::of(id)))
        }
        // The list shows how it stands.
        Some(_) => Ok(Answer::outcome("gone")),
        None => Ok(gone()),
    }
}

/// “Another photo” under a failure that a photo was the reason of: the same template, waiting for one.
async fn change_photo(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let retired = || Answer::outcome("retired").tell("note-retired");
    let Ok(id) = ask.argument().parse::<JobId>() else { return Ok(retired()) };
    let job = ask.world.store.job(id).await?.filter(|job| job.user_id == ask.user.id);
    let Some(job) = job else { return Ok(retired()) };
    let Some(offer) = ask.world.orders.catalog().offer(&job.template_id) else { return Ok(retired()) };
    Ok(Answer::outcome("ready").pass(&Order::of_template(&offer.template)))
}

/// “Original file” under a finished picture; a double tap sends it once.
async fn send_original(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let gone = || Answer::outcome("gone").tell("note-picture-gone");
    let Ok(job) = ask.argument().parse::<JobId>() else { return Ok(gone()) };
    let picture = ask.world.store.picture(job).await?.filter(|picture| picture.user_id == ask.user.id);
    match picture {
        Some(picture) if picture.document_id.is_some() || picture.bytes.is_some() => {
            let mut tx = ask.world.store.begin().await?;
            tx.post(ask.user.id, &format!("original:{job}:{}", ask.key), &Letter::Original { job }, ask.now).await?;
            tx.commit().await?;
            Ok(Answer::outcome("sent").posts())
        }
        _ => Ok(gone()),
    }
}

/// `/cancel` where nothing is open: what is under way is shown, with the button that calls it off.
async fn find_undertaking(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let store = &ask.world.store;
    if let Some(job) = store.newest_live_job(ask.user.id).await? {
        return Ok(Answer::outcome("order").pass(&Order::of_job(job)).tell("note-order-under-way"));
    }
    let avatars = store.avatars(ask.user.id).await?;
    let newest = avatars.iter().filter_map(|avatar| Some((avatar.live_run?, avatar.id))).max();
    Ok(match newest {
        Some((run, avatar)) => {
            let training = Training { run: Some(run), ..Training::of(avatar) };
            Answer::outcome("training").pass(&training).tell("note-avatar-under-way")
        }
        None => Answer::outcome("nothing"),
    })
}

/// A question about a payment goes to the admins; the answer comes from them.
async fn ask_support(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let Given::Text(text) = ask.given else { return Ok(Answer::outcome("unable").tell("note-asked-unable")) };
    let admins = ask.world.store.known(&ask.world.admins).await?;
    if admins.is_empty() {
        tracing::error!("a question about payments reached nobody: set ADMIN_IDS, and let an admin press Start");
        return Ok(Answer::outcome("unable").tell("note-asked-unable"));
    }
    let question: String = text.chars().take(MAX_QUESTION).collect();
    let payments = ask.world.store.payments(ask.user.id, 5).await?;
    let payment = payments.iter().find(|payment| payment.refunded_at.is_none());
    let mut tx = ask.world.store.begin().await?;
    let charge = payment.map(|payment| payment.charge_id.as_str());
    let (request, _) = tx.add_request(ask.user.id, &ask.key, &question, charge, ask.now).await?;
    for admin in admins {
        tx.post(admin, &format!("question:{request}:{admin}"), &Letter::Question { request }, ask.now).await?;
    }
    tx.commit().await?;
    Ok(Answer::outcome("asked").posts())
}
