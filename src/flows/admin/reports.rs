//! What admins look at: a person's card, how it goes, orders in trouble, the templates.

use crate::domain::TemplateId;
use crate::flows::FlowError;
use crate::flows::support::{named, payment_line};
use crate::flows::view::{Picture, View};
use crate::store::stats::{Share, Totals, Trouble};
use crate::store::users::User;
use crate::text::Args;

use super::{Desk, button, chart};

/// Payments and orders on a person's card.
const LINES: i64 = 5;
/// Orders in each list of [`Desk::jobs`].
const JOBS: i64 = 5;
/// An order that has been under way for longer is looked at.
const STUCK_MINUTES: i64 = 5;
/// Templates in the statistics.
const TOP: i64 = 10;
/// The spans of the statistics beside today, in days.
const SPANS: [i64; 2] = [7, 30];

/// When the span of so many days began that ends with today, by UTC.
fn first_day(days: i64) -> crate::database::Time {
    let today = chrono::Utc::now().date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    today - chrono::Duration::days(days - 1)
}

impl Desk<'_> {
    /// All about a person.
    pub(super) async fn card(&self, person: &User) -> Result<View, FlowError> {
        let store = &self.world.store;
        let balance = store.balance(person.id).await?;
        let payments = store.payments(person.id, LINES).await?;
        let payments: Vec<String> =
            payments.iter().map(|payment| payment_line(self.world, self.language(), payment, None)).collect();
        let orders = store.orders_of(person.id, LINES).await?;
        let orders: Vec<String> =
            orders.iter().map(|order| crate::flows::support::order_line(self.world, self.language(), order)).collect();
        let state = match person {
            User { banned_at: Some(_), .. } => "banned",
            User { blocked_at: Some(_), .. } => "blocked",
            _ => "fine",
        };
        let args = Args::default()
            .text("person", named(person))
            .text("language", person.language().code())
            .text("state", state)
            .number("balance", balance.available.get())
            .number("held", balance.held.get())
            .number("count", payments.len() as i64)
            .html("payments", payments.join("\n"))
            .number("total", orders.len() as i64)
            .html("entries", orders.join("\n"));
        Ok(self.say("admin-user", &args))
    }

    /// Orders that have been under way for long, and those that have failed today, with what can be done about each.
    pub(super) async fn jobs(&self) -> Result<View, FlowError> {
        let (store, now) = (&self.world.store, chrono::Utc::now());
        let stuck = store.stuck_jobs(now - chrono::Duration::minutes(STUCK_MINUTES), JOBS).await?;
        let failed = store.failed_jobs(now - chrono::Duration::days(1), JOBS).await?;
        let (mut lines, mut buttons) = (Vec::new(), Vec::new());
        for job in stuck.iter().chain(&failed) {
            let number = lines.len() as i64 + 1;
            lines.push(self.job_line(job, number).await?);
            let mut row = vec![button(format!("↻ {number}"), "retry", job.id.0)];
            row.extend((job.failure.is_none()).then(|| button(format!("✕ {number}"), "off", job.id.0)));
            buttons.push(row);
        }
        let args = Args::default().number("total", lines.len() as i64).html("entries", lines.join("\n\n"));
        Ok(View { buttons, ..self.say("admin-jobs", &args) })
    }

    async fn job_line(&self, job: &Trouble, number: i64) -> Result<String, FlowError> {
        let person = self.world.store.user(job.user_id).await?;
        let minutes = (chrono::Utc::now() - job.created_at).num_minutes();
        let args = Args::default()
            .number("number", number)
            .text("title", self.title(&job.template_id))
            .text("name", job.model.as_str())
            .text("person", person.as_ref().map_or_else(String::new, named))
            .number("minutes", minutes)
            .text("state", job.failure.as_deref().unwrap_or(&job.state));
        Ok(self.world.texts.get(self.language(), "admin-job-line", &args))
    }

    fn title(&self, id: &TemplateId) -> String {
        let template = self.world.orders.catalog().template(id);
        template.map_or_else(|| id.0.clone(), |template| template.title.get(self.language()).to_owned())
    }

    /// Every template with its price, and whether it can be ordered.
    pub(super) async fn templates(&self) -> Result<View, FlowError> {
        let all = self.world.store.templates().await?;
        let lines: Vec<String> = all.iter().map(|(template, on)| self.template_line(template, *on)).collect();
        Ok(self.say("admin-templates", &Args::default().html("entries", lines.join("\n")).text("title", "xmas_cabin")))
    }

    /// How a template stands now.
    pub(super) async fn template(&self, id: &TemplateId) -> Result<View, FlowError> {
        let all = self.world.store.templates().await?;
        let Some((template, on)) = all.iter().find(|(template, _)| template.id == *id) else {
            return Ok(self.say("admin-template-unknown", &Args::default()));
        };
        let shelf = all.iter().filter(|(other, _)| other.category == template.category);
        let place = shelf.take_while(|(other, _)| other.id != *id).count() as i64 + 1;
        let args = Args::default().html("text", self.template_line(template, *on)).number("number", place);
        Ok(self.say("admin-template", &args))
    }

    fn template_line(&self, template: &crate::domain::Template, on: bool) -> String {
        let args = Args::default()
            .text("name", template.id.as_str())
            .text("title", template.title.get(self.language()))
            .number("price", template.price.get())
            .text("state", if on { "on" } else { "off" });
        self.world.texts.get(self.language(), "admin-template-line", &args)
    }

    /// A month's orders as a picture.
    pub(super) async fn chart(&self) -> Result<View, FlowError> {
        let month = first_day(SPANS[1]);
        let words = chart::Words {
            title: self.label("admin-stats-chart"),
            made: self.label("admin-stats-made"),
            failed: self.label("admin-stats-failed"),
        };
        let jpeg = chart::draw(month, SPANS[1], self.world.store.by_day(month).await?, words).await?;
        Ok(View { picture: Some(Picture::Upload { key: String::new(), jpeg }), ..View::default() })
    }

    /// People, orders and Stars of today, of a week and of a month.
    pub(super) async fn stats(&self) -> Result<View, FlowError> {
        let store = &self.world.store;
        let mut periods = Vec::new();
        for days in [1, SPANS[0], SPANS[1]] {
            let since = first_day(days);
            let totals = store.totals(since).await?;
            periods.push(self.period(days, &totals, store.median_seconds(since).await?));
        }
        let month = first_day(SPANS[1]);
        let templates = store.by_template(month, TOP).await?;
        let templates: Vec<String> = templates.iter().map(|it| self.share(&self.title(&it.of), it)).collect();
        let providers = store.by_provider(month).await?;
        let providers: Vec<String> = providers.iter().map(|it| self.share(&it.of, it)).collect();
        let args = Args::default()
            .html("entries", periods.join("\n\n"))
            .number("count", templates.len() as i64)
            .html("text", templates.join("\n"))
            .html("payments", providers.join("\n"));
        Ok(self.say("admin-stats", &args))
    }

    fn period(&self, days: i64, totals: &Totals, median: Option<i64>) -> String {
        let ended = totals.made + totals.failed;
        let args = Args::default()
            .number("days", days)
            .number("people", totals.people)
            .number("total", totals.orders)
            .number("count", ended)
            .number("percent", if ended == 0 { 100 } else { totals.made * 100 / ended })
            .number("seconds", median.unwrap_or_default())
            .number("stars", totals.stars_in)
            .number("back", totals.stars_back)
            .number("credits", totals.given);
        self.world.texts.get(self.language(), "admin-stats-period", &args)
    }

    fn share<T>(&self, name: &str, share: &Share<T>) -> String {
        let ended = share.made + share.failed;
        let args = Args::default()
            .text("name", name)
            .number("total", share.orders)
            .number("percent", if ended == 0 { 100 } else { share.made * 100 / ended });
        self.world.texts.get(self.language(), "admin-stats-share", &args)
    }
}
