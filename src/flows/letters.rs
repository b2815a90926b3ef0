//! Letters as people see them: what the outbox sends.

use crate::avatars::PHOTO_DAYS;
use crate::domain::{AvatarId, Failure, JobId, Language, Letter, Localized, RunId, Unmatched};
use crate::engine;
use crate::store::jobs::Picture as Stored;
use crate::store::users::User;
use crate::text::Args;

use super::view::{Button, Picture, View};
use super::{FlowError, World, support};

pub(super) const TEXTS: &[&str] = &[
    "letter-result",
    "letter-gift",
    "letter-first",
    "letter-trained",
    "letter-training-failed",
    "letter-erased",
    "letter-again",
    "letter-failed",
    "letter-original",
    "letter-paid",
    "letter-paid-again",
    "letter-refunded",
    "letter-trouble",
    "letter-granted",
    "letter-question",
    "letter-answered",
    "letter-declined",
    "letter-unbanned",
    "letter-refund-done",
    "letter-refund-refused",
    "letter-unmatched",
    "letter-unmatched-line",
];

/// A letter in the words of its reader; `None` when what it is about has been deleted.
///
/// # Errors
/// When the database does not answer.
pub async fn letter(world: &World, user: &User, letter: &Letter) -> Result<Option<View>, FlowError> {
    let language = user.language();
    Ok(match letter {
        Letter::Result { job } => picture(world, user, *job, "letter-result").await?,
        Letter::Gift { job } => picture(world, user, *job, "letter-gift").await?,
        Letter::Again { job } => picture(world, user, *job, "letter-again").await?,
        Letter::Original { job } => original(world, language, *job).await?,
        Letter::Failed { job, failure } => {
            let Some(row) = world.store.job(*job).await? else { return Ok(None) };
            let reason = world.texts.get(language, &format!("failure-{}", failure.name()), &Args::default());
            let args = Args::default()
                .text("title", title(world, &row.template_id, language))
                .number("price", row.price.get())
                .html("reason", reason);
            // The same photo would be refused again.
            let photo_refused = matches!(failure, Failure::Refused(_)) && !row.photos.is_empty();
            let first = if photo_refused { "change" } else { "again" };
            let buttons = vec![keepsakes(world, language, &[first, "another"], &job.short())];
            Some(View { text: world.texts.get(language, "letter-failed", &args), buttons, ..View::default() })
        }
        Letter::Paid { stars, credits, again } => {
            let id = if *again { "letter-paid-again" } else { "letter-paid" };
            let args = Args::default()
                .number("stars", *stars)
                .number("credits", credits.get())
                .number("balance", user.balance.get());
            Some(words(world, language, id, &args))
        }
        Letter::Trained { run, late } => trained(world, language, *run, *late).await?,
        Letter::TrainingFailed { run, failure } => training_failed(world, language, *run, *failure).await?,
        Letter::Erased { name, photos, left } => {
            let args = Args::default().text("name", name).number("photos", *photos).number("left", *left);
            Some(words(
                world,
                language,
                "letter-erased",
                &args.text("whose", if name.is_empty() { "all" } else { "one" }),
            ))
        }
        Letter::Refunded { stars } => {
            Some(words(world, language, "letter-refunded", &Args::default().number("stars", *stars)))
        }
        Letter::Granted { credits } => {
            let args = Args::default().number("credits", credits.get()).number("balance", user.balance.get());
            Some(words(world, language, "letter-granted", &args))
        }
        Letter::Question { request } => question(world, language, *request).await?,
        Letter::Answered { request } => {
            let Some(request) = world.store.request(*request).await? else { return Ok(None) };
            let Some(answer) = request.answer else { return Ok(None) };
            let args = Args::default().text("text", request.question).text("reason", answer);
            Some(words(world, language, "letter-answered", &args))
        }
        Letter::Declined { request } => {
            let Some(request) = world.store.request(*request).await? else { return Ok(None) };
            Some(words(world, language, "letter-declined", &Args::default().text("text", request.question)))
        }
        Letter::Unbanned => Some(words(world, language, "letter-unbanned", &Args::default())),
        Letter::RefundDone { charge } => {
            let args = support::of_charge(world, charge).await?;
            Some(words(world, language, "letter-refund-done", &args))
        }
        Letter::RefundRefused { charge, reason } => {
            let args = support::of_charge(world, charge).await?.text("reason", reason);
            Some(words(world, language, "letter-refund-refused", &args))
        }
        Letter::Unmatched { found } => {
            let lines: Vec<String> = found.iter().map(|found| unmatched(world, language, found)).collect();
            let args = Args::default().html("entries", lines.join("\n")).number("count", lines.len() as i64);
            Some(words(world, language, "letter-unmatched", &args))
        }
        Letter::Trouble { provider, reason } => {
            let args = Args::default().text("provider", provider).text("reason", reason);
            Some(words(world, language, "letter-trouble", &args))
        }
    })
}

/// A question with what an admin needs for the answer, and the two ways to give one.
async fn question(world: &World, language: Language, number: i64) -> Result<Option<View>, FlowError> {
    let Some(request) = world.store.request(number).await? else { return Ok(None) };
    let args = support::about(world, language, &request).await?;
    let mut names = Vec::new();
    if request.is_open() {
        names.extend(request.charge_id.is_some().then_some("give_back"));
        names.push("answer");
    }
    let button = |name: &str| Button::Press {
        label: world.texts.plain(language, &format!("keepsake-{name}"), &Args::default()),
        data: engine::keepsake_data(name, &number.to_string()),
    };
    let buttons = vec![names.into_iter().map(button).collect()];
    Ok(Some(View { text: world.texts.get(language, "letter-question", &args), buttons, ..View::default() }))
}

fn unmatched(world: &World, language: Language, found: &Unmatched) -> String {
    let args = Args::default()
        .number("stars", found.stars)
        .text("charge", &found.id)
        .text("state", if found.incoming { "in" } else { "out" })
        .text("kind", &found.what)
        .text("title", &found.what);
    world.texts.get(language, "letter-unmatched-line", &args)
}

fn words(world: &World, language: Language, id: &str, args: &Args) -> View {
    View { text: world.texts.get(language, id, args), ..View::default() }
}

async fn picture(world: &World, user: &User, job: JobId, text: &str) -> Result<Option<View>, FlowError> {
    let Some(stored) = world.store.picture(job).await? else { return Ok(None) };
    let language = user.language();
    let args = Args::default()
        .text("title", title(world, &stored.template_id, language))
        .number("price", stored.price.get())
        .number("balance", user.balance.get())
        .date("date", stored.created_at);
    let text = if stored.first && text == "letter-result" { "letter-first" } else { text };
    let mut first = vec!["again"];
    let mut buttons = Vec::new();
    if stored.bytes.is_some() || stored.document_id.is_some() {
        buttons.push(keepsakes(world, language, &["original"], &job.short()));
    }
    first.push("another");
    buttons.insert(0, keepsakes(world, language, &first, &job.short()));
    let picture = match stored {
        Stored { file_id: Some(file_id), .. } => Picture::File(file_id),
        Stored { bytes: Some(bytes), .. } => Picture::Upload { key: job.to_string(), jpeg: bytes.into() },
        Stored { .. } => return Ok(None),
    };
    Ok(Some(View { text: world.texts.get(language, text, &args), picture: Some(picture), buttons, ..View::default() }))
}

/// The name of a run's avatar, with its id; `None` when it has been deleted.
async fn sitter(world: &World, run: RunId) -> Result<Option<(AvatarId, String, i64)>, FlowError> {
    let Some(run) = world.store.run(run).await? else { return Ok(None) };
    let avatar = world.store.avatar(run.user_id, run.avatar_id).await?;
    Ok(avatar.map(|avatar| (avatar.id, avatar.name.unwrap_or_default(), run.price.get())))
}

async fn trained(world: &World, language: Language, run: RunId, late: bool) -> Result<Option<View>, FlowError> {
    let Some((avatar, name, price)) = sitter(world, run).await? else { return Ok(None) };
    let args = Args::default()
        .text("name", name)
        .number("price", price)
        .text("late", if late { "yes" } else { "no" })
        .number("days", PHOTO_DAYS);
    let buttons = vec![keepsakes(world, language, &["sitting"], &avatar.short())];
    Ok(Some(View { buttons, ..words(world, language, "letter-trained", &args) }))
}

async fn training_failed(
    world: &World,
    language: Language,
    run: RunId,
    failure: Failure,
) -> Result<Option<View>, FlowError> {
    let Some((avatar, name, price)) = sitter(world, run).await? else { return Ok(None) };
    let reason = world.texts.get(language, &format!("training-failure-{}", failure.name()), &Args::default());
    let args =
        Args::default().text("name", name).number("price", price).html("reason", reason).number("days", PHOTO_DAYS);
    let buttons = vec![keepsakes(world, language, &["retry"], &avatar.short())];
    Ok(Some(View { buttons, ..words(world, language, "letter-training-failed", &args) }))
}

async fn original(world: &World, language: Language, job: JobId) -> Result<Option<View>, FlowError> {
    let Some(stored) = world.store.picture(job).await? else { return Ok(None) };
    let title = title(world, &stored.template_id, language);
    let picture = match stored {
        Stored { document_id: Some(file_id), .. } => Picture::DocumentFile(file_id),
        Stored { bytes: Some(bytes), .. } => {
            let ending = if bytes.starts_with(b"\x89PNG") { "png" } else { "jpg" };
            let name = format!("pixelai-{}.{ending}", stored.template_id);
            Picture::Document { key: job.to_string(), name, bytes: bytes.into() }
        }
        Stored { .. } => return Ok(None),
    };
    let text = world.texts.get(language, "letter-original", &Args::default().text("title", title));
    Ok(Some(View { text, picture: Some(picture), ..View::default() }))
}

fn keepsakes(world: &World, language: Language, names: &[&str], about: &str) -> Vec<Button> {
    let button = |name: &&str| Button::Press {
        label: world.texts.plain(language, &format!("keepsake-{name}"), &Args::default()),
        data: engine::keepsake_data(name, about),
    };
    names.iter().map(button).collect()
}

fn title(world: &World, template: &crate::domain::TemplateId, language: Language) -> String {
    let title = world.orders.catalog().template(template).map(|template| template.title);
    title.unwrap_or_else(|| Localized { en: template.0.clone(), ru: template.0.clone() }).get(language).to_owned()
}
