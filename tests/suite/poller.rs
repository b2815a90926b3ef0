//! Jobs at providers that answer, stumble, stall, refuse and forget.

use std::sync::atomic::Ordering;
use std::time::Duration;

use pixelai::conversation::NoAnswer;
use pixelai::conversation::incoming::{Deed, Incoming, Person};
use pixelai::database::Engine;
use pixelai::domain::{Failure, JobId, JobState, Refusal, TelegramId, UserId};
use pixelai::store::jobs::Progress;

use crate::support::database::engines;
use crate::support::provider::{Reply, Scripted, picture};
use crate::support::shop::{FALLBACK, MODEL, PRICE, START, Shop};
use crate::support::studio::{Studio, studios};
use crate::support::{awaited, now, seconds};

const CHAT: TelegramId = TelegramId(7);

/// Money after a picture, and after none.
const SPENT: (i64, i64) = (START - PRICE, 0);
const BACK: (i64, i64) = (START, 0);

/// A person's order, in line.
async fn ordered(studio: &Studio) -> (UserId, JobId) {
    let user = studio.shop.person(CHAT.0).await;
    (user, studio.shop.placed(user, "order").await)
}

fn submits(provider: &Scripted) -> Vec<String> {
    provider.calls_to("submit")
}

/// Places an order, runs the loops, and waits for its end.
async fn lived(studio: &mut Studio, end: JobState) -> (UserId, JobId) {
    let (user, id) = ordered(studio).await;
    studio.start();
    studio.job_in(id, end).await;
    studio.sent_letters(1).await;
    (user, id)
}

async fn failed_with(mut studio: Studio, failure: Failure) {
    let (user, id) = lived(&mut studio, JobState::Failed).await;
    assert_eq!(studio.shop.job(id).await.failure, Some(failure));
    assert_eq!(studio.shop.money(user).await, BACK);
    assert!(studio.out.pictures().is_empty());
    studio.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_becomes_a_picture_that_is_paid_and_sent_once() {
    for mut studio in studios().await {
        studio.first.on_look([Reply::Queued(3), Reply::Running, Reply::Picture]);
        let (user, id) = lived(&mut studio, JobState::Succeeded).await;
        assert_eq!(studio.shop.money(user).await, SPENT);
        assert_eq!(studio.first.calls_to("look").len(), 3);
        assert_eq!(submits(&studio.first), [format!("submit {MODEL} 1")]);
        assert_eq!(studio.out.pictures(), [picture()]);
        assert!(studio.out.sent().iter().all(|(chat, _)| *chat == CHAT));
        let stored = studio.shop.fresh.store.picture(id).await.unwrap().unwrap();
        assert_eq!(stored.bytes.as_deref(), Some(picture().as_ref()));
        assert!(stored.file_id.is_some());
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_unavailable_is_asked_again() {
    for mut studio in studios().await {
        studio.first.on_submit([Reply::Unavailable(None), Reply::Unavailable(None)]);
        studio.first.on_look([Reply::Unavailable(None), Reply::Running, Reply::Unavailable(None), Reply::Picture]);
        let (user, _) = lived(&mut studio, JobState::Succeeded).await;
        assert_eq!(submits(&studio.first), [1, 2, 3].map(|attempt| format!("submit {MODEL} {attempt}")));
        assert!(submits(&studio.second).is_empty());
        assert_eq!(studio.shop.money(user).await, SPENT);
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_names_a_pause_gets_it() {
    for mut studio in studios().await {
        studio.first.on_submit([Reply::Unavailable(Some(Duration::from_secs(40)))]);
        studio.first.on_look([Reply::Picture]);
        let (_, id) = ordered(&studio).await;
        let before = now();
        studio.start();
        awaited("the pause", async || (studio.shop.job(id).await.tries == 1).then_some(())).await;
        let next = studio.shop.fresh.store.next_job_at().await.unwrap().unwrap();
        assert!(next >= before + seconds(40), "{next} {before}");
        // The next orders leave the provider alone too, until the pause is over.
        let rests = "SELECT rests_until FROM providers WHERE name = 'defapi'";
        assert!(studio.shop.fresh.number(rests).await >= (before + seconds(40)).timestamp_millis());
        studio.shop.fresh.run("UPDATE providers SET rests_until = 0").await.unwrap();
        studio.shop.fresh.run("UPDATE generation_jobs SET run_at = created_at").await.unwrap();
        studio.ring();
        studio.job_in(id, JobState::Succeeded).await;
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_stays_unavailable_is_replaced_by_the_fallback() {
    for mut studio in studios().await {
        studio.first.on_submit([Reply::Unavailable(None); 5]);
        studio.second.on_look([Reply::Picture]);
        let (_, id) = lived(&mut studio, JobState::Succeeded).await;
        assert_eq!(submits(&studio.first).len(), 5);
        assert_eq!(submits(&studio.second), [format!("submit {FALLBACK} 6")]);
        assert_eq!(studio.shop.job(id).await.model.as_str(), FALLBACK);
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_fails_goes_to_the_fallback_for_the_same_price() {
    for reply in [Reply::Failed, Reply::Garbage, Reply::SetUp] {
        for mut studio in studios().await {
            studio.first.on_look([Reply::Running, reply]);
            studio.second.on_look([Reply::Picture]);
            let (user, _) = lived(&mut studio, JobState::Succeeded).await;
            assert_eq!(submits(&studio.second), [format!("submit {FALLBACK} 2")], "{reply:?}");
            assert_eq!((studio.shop.money(user).await, studio.out.pictures().len()), (SPENT, 1));
            studio.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submit_that_fails_goes_to_the_fallback_too() {
    for mut studio in studios().await {
        studio.first.on_submit([Reply::Failed]);
        studio.second.on_look([Reply::Picture]);
        lived(&mut studio, JobState::Succeeded).await;
        assert!(studio.first.calls_to("look").is_empty());
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_model_fails_the_money_goes_back() {
    for studio in studios().await {
        studio.first.on_submit([Reply::Failed]);
        studio.second.on_look([Reply::Failed]);
        failed_with(studio, Failure::Unavailable).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_photo_is_not_tried_elsewhere_and_the_money_goes_back() {
    let reason = Refusal::NoFace;
    for studio in studios().await {
        let second = studio.second.clone();
        studio.first.on_submit([Reply::Refused(reason)]);
        failed_with(studio, Failure::Refused(reason)).await;
        assert!(submits(&second).is_empty());
    }
    for studio in studios().await {
        let second = studio.second.clone();
        studio.first.on_look([Reply::Refused(reason)]);
        failed_with(studio, Failure::Refused(reason)).await;
        assert!(submits(&second).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_black_picture_is_a_refusal() {
    for studio in studios().await {
        let second = studio.second.clone();
        studio.first.on_look([Reply::BlackPicture]);
        failed_with(studio, Failure::Refused(Refusal::NotAllowed)).await;
        assert!(submits(&second).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_stalls_past_its_time_is_cancelled_and_replaced() {
    for mut studio in studios().await {
        let limit = format!("UPDATE models SET time_limit_seconds = 1 WHERE alias = '{MODEL}'");
        studio.shop.fresh.run(limit).await.unwrap();
        studio.shop.orders.catalog().reload(&studio.shop.fresh.store).await.unwrap();
        studio.second.on_look([Reply::Picture]);
        let (user, _) = lived(&mut studio, JobState::Succeeded).await;
        assert_eq!(studio.first.calls_to("cancel"), ["cancel defapi-1"]);
        assert_eq!(submits(&studio.second), [format!("submit {FALLBACK} 2")]);
        assert_eq!(studio.shop.money(user).await, SPENT);
        studio.close().await;
    }
}

/// Lets the job's deadline pass while its task runs.
async fn deadline_passes(studio: &mut Studio) -> (UserId, JobId) {
    let (user, id) = ordered(studio).await;
    studio.start();
    studio.called(&studio.first, "look").await;
    studio.shop.fresh.run("UPDATE generation_jobs SET deadline_at = created_at").await.unwrap();
    studio.job_in(id, JobState::Failed).await;
    (user, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn past_the_deadline_the_task_is_cancelled_and_the_money_goes_back() {
    for mut studio in studios().await {
        studio.first.after_cancel(Reply::Failed);
        let (user, id) = deadline_passes(&mut studio).await;
        assert_eq!(studio.shop.job(id).await.failure, Some(Failure::Deadline));
        studio.sent_letters(1).await;
        assert_eq!(studio.first.calls_to("cancel"), ["cancel defapi-1"]);
        assert_eq!((studio.shop.money(user).await, studio.out.pictures().len()), (BACK, 0));
        let over = async || studio.shop.fresh.store.next_job_at().await.unwrap().is_none().then_some(());
        awaited("the end of the wait for a late picture", over).await;
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_comes_after_the_deadline_is_a_gift_and_comes_once() {
    for mut studio in studios().await {
        studio.first.after_cancel(Reply::Picture);
        let (user, id) = deadline_passes(&mut studio).await;
        studio.sent_letters(2).await;
        assert_eq!(studio.out.pictures(), [picture()]);
        assert_eq!((studio.shop.money(user).await, studio.shop.job(id).await.state), (BACK, JobState::Failed));
        let looks = studio.first.calls_to("look").len();
        studio.shop.fresh.run("UPDATE generation_jobs SET run_at = created_at").await.unwrap();
        studio.ring();
        let over = async || {
            let looked = studio.first.calls_to("look").len() > looks;
            (looked && studio.shop.fresh.store.next_job_at().await.unwrap().is_none()).then_some(())
        };
        awaited("another look", over).await;
        assert_eq!(studio.shop.count("outbox").await, 2);
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_its_provider_does_not_know_is_started_anew() {
    for mut studio in studios().await {
        studio.first.on_look([Reply::Unknown; 5]);
        studio.first.on_look([Reply::Picture]);
        let (user, _) = lived(&mut studio, JobState::Succeeded).await;
        assert_eq!(submits(&studio.first), [format!("submit {MODEL} 1"), format!("submit {MODEL} 2")]);
        assert_eq!(studio.shop.money(user).await, SPENT);
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submit_whose_worker_died_is_taken_up_by_the_next() {
    for mut studio in studios().await {
        studio.first.on_look([Reply::Picture]);
        let (user, id) = ordered(&studio).await;
        // A worker leases the row, writes that it submits, and is never heard of again.
        let (store, lease) = (studio.shop.fresh.store.clone(), now() + seconds(60));
        let dead = store.claim_jobs(now(), lease, 1).await.unwrap().remove(0);
        let submitting = Progress {
            state: JobState::Submitting,
            model: &dead.model,
            model_until: dead.model_until,
            attempt: 1,
            tries: 0,
            task: None,
            progress: None,
            ahead: None,
            run_at: Some(dead.created_at),
        };
        assert!(store.save_progress_leased(&dead, &submitting, lease).await.unwrap());
        studio.shop.fresh.run("UPDATE generation_jobs SET lease_until = created_at").await.unwrap();
        studio.start();
        studio.job_in(id, JobState::Succeeded).await;
        studio.sent_letters(1).await;
        assert_eq!(submits(&studio.first), [format!("submit {MODEL} 2")]);
        assert!(!store.save_progress(&dead, &submitting).await.unwrap());
        assert_eq!((studio.shop.money(user).await, studio.out.pictures().len()), (SPENT, 1));
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_during_the_submit_reaches_the_provider() {
    for mut studio in studios().await {
        studio.first.on_submit([Reply::HeldTask]);
        let (user, id) = ordered(&studio).await;
        studio.start();
        studio.called(&studio.first, "submit").await;
        assert!(studio.shop.orders.cancel(user, id, now()).await.unwrap());
        assert_eq!(studio.shop.money(user).await, BACK);
        studio.first.let_go();
        studio.called(&studio.first, "cancel defapi-1").await;
        assert_eq!(studio.shop.job(id).await.state, JobState::Cancelled);
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_while_the_task_runs_reaches_the_provider() {
    for mut studio in studios().await {
        let (user, id) = ordered(&studio).await;
        studio.start();
        studio.called(&studio.first, "look").await;
        assert!(studio.shop.orders.cancel(user, id, now()).await.unwrap());
        studio.called(&studio.first, "cancel defapi-1").await;
        let over = async || studio.shop.fresh.store.next_job_at().await.unwrap().is_none().then_some(());
        awaited("the end of the job", over).await;
        assert_eq!((studio.shop.money(user).await, studio.shop.count("outbox").await), (BACK, 0));
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_lost_its_lease_writes_nothing() {
    for mut studio in studios().await {
        studio.first.on_submit([Reply::HeldTask]);
        let (user, id) = ordered(&studio).await;
        studio.start();
        studio.called(&studio.first, "submit").await;
        // Another process has taken the job over and is busy with it.
        let taken = "UPDATE generation_jobs SET fence = fence + 1, lease_until = deadline_at";
        studio.shop.fresh.run(taken).await.unwrap();
        let before = studio.shop.job(id).await;
        studio.first.let_go();
        studio.called(&studio.first, "cancel defapi-1").await;
        assert_eq!(studio.shop.job(id).await, before);
        assert_eq!((before.state, before.task.is_none()), (JobState::Submitting, true));
        assert_eq!(studio.shop.money(user).await, (START - PRICE, PRICE));
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_photos_were_deleted_is_given_back() {
    for studio in studios().await {
        let user = studio.shop.person(CHAT.0).await;
        studio.shop.placed(user, "order").await;
        studio.shop.fresh.run("DELETE FROM photos").await.unwrap();
        let mut studio = studio;
        studio.start();
        studio.sent_letters(1).await;
        assert_eq!(studio.shop.money(user).await, BACK);
        assert!(studio.first.calls().is_empty());
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_on_when_its_template_is_taken_off_the_shelf() {
    for mut studio in studios().await {
        studio.first.on_look([Reply::Picture]);
        let (user, id) = ordered(&studio).await;
        studio.shop.fresh.run("UPDATE templates SET enabled = FALSE").await.unwrap();
        studio.shop.orders.catalog().reload(&studio.shop.fresh.store).await.unwrap();
        studio.start();
        studio.job_in(id, JobState::Succeeded).await;
        studio.sent_letters(1).await;
        assert_eq!(studio.shop.money(user).await, SPENT);
        studio.close().await;
    }
}

/// The person lets us in again (`false`) in the way that Telegram reports it, or just writes.
fn deed(deed: Deed) -> Incoming {
    let person = Person {
        id: CHAT,
        first_name: "Ada".to_owned(),
        username: Some("ada".to_owned()),
        language_code: Some("en".to_owned()),
    };
    Incoming { update_id: 1, person, deed }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_met_a_block_is_sent_when_the_person_is_back() {
    for back in [Deed::Blocked(false), Deed::Text("/start".to_owned())] {
        for mut studio in studios().await {
            studio.first.on_look([Reply::Picture]);
            studio.out.blocked.store(true, Ordering::SeqCst);
            let (_, id) = ordered(&studio).await;
            studio.start();
            studio.job_in(id, JobState::Succeeded).await;
            let waits = "SELECT count(*) FROM outbox WHERE due_at IS NULL";
            awaited("the block", async || (studio.shop.fresh.number(waits).await == 1).then_some(())).await;
            assert!(studio.out.pictures().is_empty());
            studio.out.blocked.store(false, Ordering::SeqCst);
            studio.talk.handle(deed(back.clone()), &NoAnswer).await.unwrap();
            studio.sent_letters(1).await;
            assert_eq!(studio.out.pictures(), [picture()]);
            studio.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pollers_over_one_database_share_the_work() {
    for mut studio in studios().await {
        let mut placed = Vec::new();
        for number in 0..6 {
            let user = studio.shop.person(100 + number).await;
            placed.push(studio.shop.placed(user, &format!("order:{number}")).await);
        }
        studio.first.on_look([Reply::Picture; 6]);
        studio.start();
        let other = studio.another_poller();
        for id in &placed {
            studio.job_in(*id, JobState::Succeeded).await;
        }
        studio.sent_letters(6).await;
        assert_eq!((submits(&studio.first).len(), studio.out.pictures().len()), (6, 6));
        studio.close().await;
        other.await.unwrap();
    }
}

#[tokio::test]
async fn a_job_that_another_process_has_placed_is_called_out() {
    for fresh in engines().await.into_iter().filter(|fresh| fresh.engine() == Engine::Postgres) {
        let mut studio = Studio::over(fresh).await;
        studio.first.paints_at_once();
        let mut heard = studio.first.hears_submits();
        studio.start();
        let user = studio.shop.person(7).await;
        // Its bell rings for nobody here.
        let elsewhere = Shop::over(studio.shop.fresh.beside()).await;
        let job = elsewhere.placed(user, "order").await;
        heard.recv().await.expect("it is submitted");
        studio.job_in(job, JobState::Succeeded).await;
        studio.sent_letters(1).await;
        studio.close().await;
    }
}
