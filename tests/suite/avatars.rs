//! Avatars: photos collected, a training placed once and ended once, and everything deleted in the end.

use bytes::Bytes;
use pixelai::avatars::{
    Added, Avatars, Begun, MAX_AVATARS, MAX_PHOTOS, MIN_PHOTOS, Photo, PlacedRun, TrainingWish, Weights,
};
use pixelai::database::Engine;
use pixelai::domain::{AvatarId, AvatarKind, Failure, JobState, RunId, UserId};
use pixelai::store::training::Run;
use serde_json::json;

use crate::support::shop::{START, Shop, credits, key, shops};
use crate::support::{at_once, now, seconds};

/// What a training costs here.
const TRAINING: i64 = 12;
/// What an avatar's first picture is worth.
const FIRST: i64 = 6;

/// A shop that trains, with its avatars.
async fn studios() -> Vec<(Shop, Avatars)> {
    let mut studios = Vec::new();
    for shop in shops().await {
        shop.fresh.run(format!("UPDATE trainings SET price = {TRAINING}")).await.unwrap();
        shop.orders.catalog().reload(&shop.fresh.store).await.unwrap();
        let avatars = Avatars::new(shop.fresh.store.clone(), shop.orders.clone(), shop.bell.clone());
        studios.push((shop, avatars));
    }
    studios
}

/// A photo that no other number's photo is taken for.
fn photo(number: u32) -> Photo {
    let shade = |index: u32| (number.wrapping_mul(2_654_435_761).rotate_left(index % 29) >> 24) as u8;
    Photo {
        unique_id: format!("photo-{number}"),
        jpeg: Bytes::from(vec![number as u8; 64]),
        thumbnail: Bytes::from_static(b"small"),
        print: (0..768).map(|index| shade(index * 7 + number)).collect(),
    }
}

async fn begun(avatars: &Avatars, user: UserId, name: &str) -> AvatarId {
    let Begun::Begun(id) = avatars.begin(user, &key(name), now()).await.unwrap() else { panic!("there is room") };
    assert!(avatars.describe(user, id, Some(name), Some(AvatarKind::Woman)).await.unwrap());
    id
}

/// An avatar with just enough photos.
async fn collected(avatars: &Avatars, user: UserId, name: &str) -> AvatarId {
    let id = begun(avatars, user, name).await;
    for number in 0..MIN_PHOTOS as u32 {
        let added =
            avatars.add_photo(user, id, &key(&format!("{name}/{number}")), &photo(number), now()).await.unwrap();
        assert_eq!(added, Added::Added, "{number}");
    }
    id
}

async fn place(avatars: &Avatars, user: UserId, avatar: AvatarId, name: &str) -> PlacedRun {
    let key = key(name);
    let wish = TrainingWish { user, key: &key, avatar, price: credits(TRAINING) };
    avatars.place(&wish, now()).await.unwrap()
}

async fn placed(avatars: &Avatars, user: UserId, avatar: AvatarId, name: &str) -> RunId {
    match place(avatars, user, avatar, name).await {
        PlacedRun::Placed(run) => run,
        other => panic!("not placed: {other:?}"),
    }
}

/// Claims the only due run, as a coach does.
async fn claimed(shop: &Shop) -> Run {
    shop.fresh.store.claim_runs(now(), now() + seconds(60), 1).await.unwrap().remove(0)
}

/// The same once its provider has a task for it.
async fn with_a_task(shop: &Shop) -> Run {
    let mut run = claimed(shop).await;
    run.state = JobState::Running;
    run.task = Some(sqlx::types::Json(json!({"id": "t", "details": null})));
    assert!(shop.fresh.store.save_run(&run, now(), None).await.unwrap());
    claimed(shop).await
}

async fn succeed(avatars: &Avatars, run: &Run) -> bool {
    let weights = Weights { provider: "replicate", reference: &json!({"version": "we/avatars:1"}) };
    avatars.succeed(run, weights, now()).await.unwrap()
}

async fn state(shop: &Shop, run: RunId) -> JobState {
    shop.fresh.store.run(run).await.unwrap().unwrap().state
}

async fn letters(shop: &Shop, kind: &str) -> i64 {
    shop.fresh.number(format!("SELECT count(*) FROM outbox WHERE CAST(letter AS TEXT) LIKE '%\"{kind}\"%'")).await
}

#[tokio::test]
async fn an_avatar_is_begun_once_per_action_and_not_without_bound() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let first = begun(&avatars, user, "a0").await;
        assert_eq!(avatars.begin(user, &key("a0"), now()).await.unwrap(), Begun::Begun(first));
        for number in 1..MAX_AVATARS {
            begun(&avatars, user, &format!("a{number}")).await;
        }
        assert_eq!(avatars.begin(user, &key("more"), now()).await.unwrap(), Begun::TooMany);
        assert!(avatars.delete(user, first, now()).await.unwrap());
        assert!(matches!(avatars.begin(user, &key("more"), now()).await.unwrap(), Begun::Begun(_)));
        let consents = "SELECT count(*) FROM avatars WHERE consent <> '' AND consented_at IS NOT NULL";
        assert_eq!(shop.fresh.number(consents.to_owned()).await, MAX_AVATARS + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_photo_sent_twelve_times_at_once_counts_once() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = begun(&avatars, user, "ann").await;
        let added = at_once(12, |number| {
            let avatars = avatars.clone();
            // Each forward is a message of its own; half of them have been compressed again.
            let mut copy = photo(1);
            if number % 2 == 1 {
                copy.unique_id = format!("again-{number}");
                copy.print.iter_mut().for_each(|value| *value = value.saturating_add(1));
            }
            async move { avatars.add_photo(user, id, &key(&format!("k{number}")), &copy, now()).await.unwrap() }
        })
        .await;
        assert_eq!(added.iter().filter(|added| **added == Added::Added).count(), 1, "{added:?}");
        assert_eq!(added.iter().filter(|added| **added == Added::Same).count(), 11, "{added:?}");
        assert_eq!(shop.count("avatar_photos").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_forty_photos_at_once_twenty_are_kept() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = begun(&avatars, user, "ann").await;
        let added = at_once(40, |number| {
            let avatars = avatars.clone();
            async move {
                let key = key(&format!("k{number}"));
                avatars.add_photo(user, id, &key, &photo(number as u32), now()).await.unwrap()
            }
        })
        .await;
        assert_eq!(added.iter().filter(|added| **added == Added::Added).count(), MAX_PHOTOS, "{added:?}");
        assert!(added.iter().all(|added| matches!(added, Added::Added | Added::Full)), "{added:?}");
        assert_eq!(shop.count("avatar_photos").await, MAX_PHOTOS as i64);
    }
}

#[tokio::test]
async fn a_photo_delivered_again_is_the_one_that_is_there() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = begun(&avatars, user, "ann").await;
        for _ in 0..2 {
            assert_eq!(avatars.add_photo(user, id, &key("k/0"), &photo(1), now()).await.unwrap(), Added::Added);
        }
        assert_eq!(avatars.add_photo(user, id, &key("k/1"), &photo(1), now()).await.unwrap(), Added::Same);
        assert_eq!(shop.count("avatar_photos").await, 1);
        let other = shop.person(8).await;
        assert_eq!(avatars.add_photo(other, id, &key("x"), &photo(2), now()).await.unwrap(), Added::Closed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_avatar_is_in_one_training_at_a_time_however_often_it_is_paid() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = collected(&avatars, user, "ann").await;
        let runs = at_once(8, |number| {
            let avatars = avatars.clone();
            async move { place(&avatars, user, id, &format!("pay-{}", number % 2)).await }
        })
        .await;
        assert!(matches!(runs[0], PlacedRun::Placed(_)) && runs.iter().all(|run| *run == runs[0]), "{runs:?}");
        assert_eq!((shop.money(user).await, shop.count("training_runs").await), ((START - TRAINING, TRAINING), 1));
        assert_eq!(avatars.add_photo(user, id, &key("late"), &photo(99), now()).await.unwrap(), Added::Closed);
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn a_training_that_cannot_be_placed_says_why_and_leaves_nothing_behind() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let few = begun(&avatars, user, "few").await;
        assert_eq!(place(&avatars, user, few, "a").await, PlacedRun::TooFew);
        let id = collected(&avatars, user, "ann").await;
        assert_eq!(place(&avatars, shop.person(8).await, id, "b").await, PlacedRun::Gone);
        shop.fresh.run("UPDATE trainings SET price = 100".to_owned()).await.unwrap();
        shop.orders.catalog().reload(&shop.fresh.store).await.unwrap();
        assert_eq!(place(&avatars, user, id, "c").await, PlacedRun::Repriced { price: credits(100) });
        let key = key("d");
        let wish = TrainingWish { user, key: &key, avatar: id, price: credits(100) };
        let short = avatars.place(&wish, now()).await.unwrap();
        assert_eq!(short, PlacedRun::Short { missing: credits(100 - START) });
        assert_eq!((shop.money(user).await, shop.count("training_runs").await), ((START, 0), 0));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn a_trained_avatar_is_paid_for_and_its_first_picture_is_a_gift() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = collected(&avatars, user, "ann").await;
        let run = placed(&avatars, user, id, "pay").await;
        assert!(succeed(&avatars, &claimed(&shop).await).await);
        assert_eq!(state(&shop, run).await, JobState::Succeeded);
        // The gift is given and held in the same moment.
        assert_eq!(shop.money(user).await, (START - TRAINING, FIRST));
        let job = shop.fresh.store.claim_jobs(now(), now() + seconds(60), 1).await.unwrap().remove(0);
        assert_eq!((job.avatar_id, job.model.as_str()), (Some(id), "avatar_replicate"));
        assert!(shop.orders.succeed(&job, b"picture", now()).await.unwrap());
        assert!(shop.fresh.store.picture(job.id).await.unwrap().unwrap().first);
        assert_eq!(shop.money(user).await, (START - TRAINING, 0));
        assert_eq!(letters(&shop, "trained").await, 1);
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_ends_of_a_training_at_once_one_wins() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = collected(&avatars, user, "ann").await;
        let run = placed(&avatars, user, id, "pay").await;
        let leased = claimed(&shop).await;
        let won = at_once(9, |number| {
            let (avatars, leased) = (avatars.clone(), leased.clone());
            async move {
                match number % 3 {
                    0 => succeed(&avatars, &leased).await,
                    1 => avatars.fail(&leased, Failure::Unavailable, now()).await.unwrap(),
                    _ => avatars.cancel(user, run, now()).await.unwrap(),
                }
            }
        })
        .await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
        let expected = match state(&shop, run).await {
            JobState::Succeeded => (START - TRAINING, FIRST),
            _ => (START, 0),
        };
        assert_eq!(shop.money(user).await, expected);
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn a_likeness_that_comes_after_the_void_is_a_gift() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = collected(&avatars, user, "ann").await;
        placed(&avatars, user, id, "pay").await;
        let run = with_a_task(&shop).await;
        assert!(avatars.fail(&run, Failure::Deadline, now()).await.unwrap());
        assert_eq!(shop.money(user).await, (START, 0));
        let late = claimed(&shop).await;
        let weights = Weights { provider: "replicate", reference: &json!({"version": "we/avatars:1"}) };
        assert!(avatars.late_success(&late, weights, now()).await.unwrap());
        assert!(!avatars.late_success(&late, weights, now()).await.unwrap());
        assert_eq!((letters(&shop, "training_failed").await, letters(&shop, "trained").await), (1, 1));
        let avatar = shop.fresh.store.avatar(user, id).await.unwrap().unwrap();
        assert_eq!((avatar.run_id, shop.money(user).await.0), (Some(run.id), START));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn news_of_a_training_has_it_looked_at_and_a_lost_task_is_adopted_once() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = collected(&avatars, user, "ann").await;
        let run = placed(&avatars, user, id, "pay").await;
        let store = &shop.fresh.store;
        let adopt = async |attempt, id: &str| {
            let mut tx = store.begin().await.unwrap();
            let adopted = tx.adopt_training(run, attempt, &json!({"id": id, "details": null}), now()).await.unwrap();
            tx.commit().await.unwrap();
            adopted
        };
        let news = async |run| {
            let mut tx = store.begin().await.unwrap();
            let heard = tx.news_of_run(run, now()).await.unwrap();
            tx.commit().await.unwrap();
            heard
        };
        let mut waiting = claimed(&shop).await;
        (waiting.state, waiting.attempt, waiting.submitted_at) = (JobState::Submitting, 1, Some(now()));
        let later = now() + seconds(600);
        assert!(store.save_run(&waiting, later, None).await.unwrap());
        assert!(!news(run).await, "it has no task yet");
        assert!(!adopt(2, "t").await, "that is another attempt");
        assert!(adopt(1, "t").await);
        assert!(!adopt(1, "u").await, "it has one now");
        assert!(!store.save_run(&waiting, later, None).await.unwrap(), "whoever waited for the answer lost the lease");

        let mut running = store.claim_runs(now() + seconds(1), later, 1).await.unwrap().remove(0);
        assert_eq!((running.state, &running.task.as_ref().unwrap()["id"]), (JobState::Running, &json!("t")));
        running.tries = 0;
        assert!(store.save_run(&running, later, None).await.unwrap());
        assert!(store.claim_runs(now(), later, 1).await.unwrap().is_empty());
        assert!(!news(RunId::new()).await);
        assert!(news(run).await);
        assert_eq!(store.claim_runs(now() + seconds(1), later, 1).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn trainings_and_deletions_are_called_out_to_every_process() {
    for (shop, avatars) in studios().await.into_iter().filter(|(shop, _)| shop.fresh.engine() == Engine::Postgres) {
        let user = shop.person(7).await;
        let id = collected(&avatars, user, "ann").await;
        let mut news = shop.fresh.store.database().listen().await.unwrap().expect("PostgreSQL calls out");
        let mut others = shop.fresh.store.database().listen().await.unwrap().expect("PostgreSQL calls out");
        placed(&avatars, user, id, "pay").await;
        assert!(avatars.delete(user, id, now()).await.unwrap());
        for news in [&mut news, &mut others] {
            for kind in ["trainings", "erasures"] {
                assert_eq!(news.next().await.unwrap().as_deref(), Some(kind));
            }
        }
    }
}

#[tokio::test]
async fn a_coach_that_lost_its_lease_keeps_nothing() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = collected(&avatars, user, "ann").await;
        placed(&avatars, user, id, "pay").await;
        let slow = claimed(&shop).await;
        let later = now() + seconds(61);
        let next = shop.fresh.store.claim_runs(later, later + seconds(60), 1).await.unwrap().remove(0);
        assert!(!shop.fresh.store.keep_piece(&slow, 0, b"weights").await.unwrap());
        assert!(!succeed(&avatars, &slow).await);
        assert!(shop.fresh.store.keep_piece(&next, 0, b"weights").await.unwrap());
        assert!(succeed(&avatars, &next).await);
        assert_eq!(shop.fresh.store.weight_piece(next.id, 0).await.unwrap().as_deref(), Some(&b"weights"[..]));
        assert_eq!(shop.fresh.store.weight_piece(next.id, 1).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_deleted_avatar_leaves_its_money_back_and_its_traces_to_the_providers() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = collected(&avatars, user, "ann").await;
        let run = placed(&avatars, user, id, "pay").await;
        let leased = with_a_task(&shop).await;
        assert!(!avatars.delete(shop.person(8).await, id, now()).await.unwrap());
        assert!(avatars.delete(user, id, now()).await.unwrap());
        assert!(!avatars.delete(user, id, now()).await.unwrap());
        assert_eq!((state(&shop, run).await, shop.money(user).await), (JobState::Cancelled, (START, 0)));
        assert!(!succeed(&avatars, &leased).await);
        assert_eq!(shop.count("avatar_photos").await, 0);
        let erasure = shop.fresh.store.claim_erasures(now(), now() + seconds(60), 9).await.unwrap().remove(0);
        assert_eq!((erasure.photos, erasure.traces.len()), (MIN_PHOTOS as i32, 1));
        assert_eq!(erasure.traces[0].provider, "replicate");
        assert!(avatars.erased(&erasure, now()).await.unwrap());
        assert!(!avatars.erased(&erasure, now()).await.unwrap());
        assert_eq!((letters(&shop, "erased").await, shop.fresh.store.next_erasure_at().await.unwrap()), (1, None));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn who_is_forgotten_during_a_training_gets_everything_back_and_one_receipt() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let trained = collected(&avatars, user, "ann").await;
        placed(&avatars, user, trained, "pay").await;
        assert!(succeed(&avatars, &with_a_task(&shop).await).await);
        shop.fresh.run("UPDATE trainings SET price = 1".to_owned()).await.unwrap();
        shop.orders.catalog().reload(&shop.fresh.store).await.unwrap();
        let second = collected(&avatars, user, "rex").await;
        let key = key("again");
        let wish = TrainingWish { user, key: &key, avatar: second, price: credits(1) };
        assert!(matches!(avatars.place(&wish, now()).await.unwrap(), PlacedRun::Placed(_)));
        shop.fresh.run("UPDATE training_runs SET run_at = NULL WHERE state = 'succeeded'".to_owned()).await.unwrap();
        let leased = with_a_task(&shop).await;
        shop.orders.forget(user, now()).await.unwrap();
        // The gift had been held for a picture, and stays as credits.
        assert_eq!(shop.money(user).await, (START - TRAINING + FIRST, 0));
        assert!(!succeed(&avatars, &leased).await);
        for table in ["avatar_photos", "weight_pieces", "outbox"] {
            assert_eq!(shop.count(table).await, 0, "{table}");
        }
        let erasure = shop.fresh.store.claim_erasures(now(), now() + seconds(60), 9).await.unwrap();
        assert_eq!(erasure.len(), 1);
        assert_eq!((erasure[0].traces.len(), erasure[0].avatar_id), (2, None));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn photos_of_trainings_go_after_their_time_but_not_from_under_one() {
    for (shop, avatars) in studios().await {
        let user = shop.person(7).await;
        let id = collected(&avatars, user, "ann").await;
        let store = &shop.fresh.store;
        assert_eq!(store.remove_old_avatar_photos(now() - seconds(60)).await.unwrap(), 0);
        let run = placed(&avatars, user, id, "pay").await;
        assert_eq!(store.remove_old_avatar_photos(now() + seconds(60)).await.unwrap(), 0);
        assert!(avatars.cancel(user, run, now()).await.unwrap());
        assert_eq!(store.remove_old_avatar_photos(now() + seconds(60)).await.unwrap(), MIN_PHOTOS as u64);
    }
}

#[tokio::test]
async fn trainings_and_deletions_are_told_in_numbers() {
    for (shop, avatars) in studios().await {
        let (user, store, since) = (shop.person(7).await, &shop.fresh.store, now() - seconds(60));
        let id = collected(&avatars, user, "ann").await;
        placed(&avatars, user, id, "pay").await;
        let live = store.live_trainings_by_state().await.unwrap();
        assert_eq!(live.iter().map(|it| (it.state.as_str(), it.count)).collect::<Vec<_>>(), [("queued", 1)]);
        assert!(live[0].oldest >= since);
        assert!(succeed(&avatars, &with_a_task(&shop).await).await);
        assert_eq!(store.live_trainings_by_state().await.unwrap(), []);
        let ended = store.trainings_ended(since).await.unwrap();
        assert_eq!(ended.iter().map(|it| (it.name.as_str(), it.count)).collect::<Vec<_>>(), [("succeeded", 1)]);
        assert_eq!(store.trainings_ended(now() + seconds(60)).await.unwrap(), []);
        assert_eq!(store.erasures_open().await.unwrap().count, 0);
        assert!(avatars.delete(user, id, now()).await.unwrap());
        let open = store.erasures_open().await.unwrap();
        assert!(open.count == 1 && open.oldest.is_some_and(|oldest| oldest >= since), "{open:?}");
    }
}
