//! The contract of the tables that are worked off: jobs, letters, albums, photos.

use std::collections::HashSet;

use pixelai::domain::{JobId, JobState, Language, Letter, MailId, ModelAlias, TelegramId};
use pixelai::store::Store;
use pixelai::store::jobs::{Job, Progress};
use pixelai::store::outbox::Mail;
use serde_json::json;

use crate::support::shop::{FALLBACK, MODEL, Shop, profile, shops};
use crate::support::{at_once, now, seconds};

const CHAT: TelegramId = TelegramId(7);

/// What a worker writes back when nothing has changed.
fn as_it_is<'a>(job: &'a Job, task: Option<&'a serde_json::Value>) -> Progress<'a> {
    Progress {
        state: job.state,
        model: &job.model,
        model_until: job.model_until,
        attempt: job.attempt,
        tries: job.tries,
        task,
        progress: job.progress,
        ahead: job.ahead,
        run_at: Some(now()),
    }
}

/// Jobs of many people, due now.
async fn jobs(shop: &Shop, count: i64) -> HashSet<JobId> {
    let mut jobs = HashSet::new();
    for number in 0..count {
        let user = shop.person(1000 + number).await;
        jobs.insert(shop.placed(user, &format!("order:{number}")).await);
    }
    jobs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claimers_at_once_never_share_a_job() {
    for shop in shops().await {
        let placed = jobs(&shop, 20).await;
        let at = now();
        let claims = at_once(8, |_| {
            let store = shop.fresh.store.clone();
            async move { store.claim_jobs(at, at + seconds(60), 4).await.unwrap() }
        })
        .await;
        assert!(claims.iter().all(|claim| claim.len() <= 4));
        let mut claimed: Vec<JobId> = claims.into_iter().flatten().map(|job| job.id).collect();
        let rest = shop.fresh.store.claim_jobs(at, at + seconds(60), 100).await.unwrap();
        claimed.extend(rest.into_iter().map(|job| job.id));
        assert_eq!(claimed.len(), 20);
        assert_eq!(claimed.into_iter().collect::<HashSet<_>>(), placed);
    }
}

#[tokio::test]
async fn a_lease_that_ends_hands_the_job_over_and_the_old_holder_writes_nothing() {
    for shop in shops().await {
        let id = *jobs(&shop, 1).await.iter().next().unwrap();
        let (store, at) = (&shop.fresh.store, now());
        let lease = at + seconds(60);
        let slow = store.claim_jobs(at, lease, 10).await.unwrap().remove(0);
        assert!(store.claim_jobs(lease - seconds(1), lease, 10).await.unwrap().is_empty());
        assert_eq!(store.next_job_at().await.unwrap(), Some(lease));
        let next = store.claim_jobs(lease, lease + seconds(60), 10).await.unwrap().remove(0);
        assert_eq!((slow.id, next.id), (id, id));
        assert!(next.fence > slow.fence);
        let task = json!({"id": "lost"});
        assert!(!store.save_progress(&slow, &as_it_is(&slow, Some(&task))).await.unwrap());
        assert!(!store.save_progress_leased(&slow, &as_it_is(&slow, Some(&task)), lease).await.unwrap());
        assert_eq!(shop.job(id).await.task, None);
        assert!(store.save_progress(&next, &as_it_is(&next, None)).await.unwrap());
    }
}

#[tokio::test]
async fn what_a_worker_writes_is_read_back_and_its_lease_given_back() {
    for shop in shops().await {
        let id = *jobs(&shop, 1).await.iter().next().unwrap();
        let (store, at) = (&shop.fresh.store, now());
        let mut job = store.claim_jobs(at, at + seconds(60), 10).await.unwrap().remove(0);
        assert_eq!((job.state, job.model.as_str()), (JobState::Queued, MODEL));
        job.state = JobState::Running;
        (job.model, job.attempt, job.tries) = (ModelAlias(FALLBACK.to_owned()), 3, 2);
        (job.progress, job.ahead) = (Some(0.25), Some(4));
        job.model_until = at + seconds(5);
        let (task, later) = (json!({"id": "t", "details": {"a": [1, "ё"]}}), at + seconds(9));
        let written = Progress { run_at: Some(later), ..as_it_is(&job, Some(&task)) };
        assert!(store.save_progress(&job, &written).await.unwrap());
        assert_eq!(store.next_job_at().await.unwrap(), Some(later));
        let row = shop.job(id).await;
        assert_eq!(row.task.as_ref().map(|task| &task.0), Some(&task));
        assert_eq!(Job { task: None, ..row }, job);
    }
}

#[tokio::test]
async fn nobody_goes_on_with_a_job_that_has_ended() {
    for shop in shops().await {
        let id = *jobs(&shop, 1).await.iter().next().unwrap();
        let (store, at) = (&shop.fresh.store, now());
        let job = store.claim_jobs(at, at + seconds(60), 10).await.unwrap().remove(0);
        assert!(shop.orders.succeed(&job, b"picture", at).await.unwrap());
        let ended = shop.job(id).await;
        assert!(!store.save_progress(&ended, &as_it_is(&ended, None)).await.unwrap());
        assert_eq!(store.next_job_at().await.unwrap(), None);
        assert!(store.claim_jobs(at + seconds(600), at + seconds(900), 10).await.unwrap().is_empty());
    }
}

/// Letters to one person, due now, under keys of their numbers.
async fn letters(shop: &Shop, count: i64) {
    let user = shop.person(7).await;
    let mut tx = shop.fresh.store.begin().await.unwrap();
    for number in 0..count {
        let letter = Letter::Refunded { stars: number };
        assert!(tx.post(user, &number.to_string(), &letter, now()).await.unwrap());
        assert!(!tx.post(user, &number.to_string(), &letter, now()).await.unwrap(), "the key is there already");
    }
    tx.commit().await.unwrap();
}

async fn claim_one(store: &Store) -> Mail {
    store.claim_mail(now(), now() + seconds(60), 10).await.unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn senders_at_once_never_share_a_letter() {
    for shop in shops().await {
        letters(&shop, 20).await;
        let at = now();
        let claims = at_once(8, |_| {
            let store = shop.fresh.store.clone();
            async move { store.claim_mail(at, at + seconds(60), 4).await.unwrap() }
        })
        .await;
        let mut claimed: Vec<MailId> = claims.into_iter().flatten().map(|mail| mail.id).collect();
        let rest = shop.fresh.store.claim_mail(at, at + seconds(60), 100).await.unwrap();
        claimed.extend(rest.into_iter().map(|mail| mail.id));
        assert_eq!((claimed.len(), claimed.iter().collect::<HashSet<_>>().len()), (20, 20));
    }
}

#[tokio::test]
async fn a_letter_that_is_sent_does_not_come_again_and_a_lost_one_does() {
    for shop in shops().await {
        letters(&shop, 1).await;
        let (store, at) = (&shop.fresh.store, now());
        let lost = store.claim_mail(at, at + seconds(60), 10).await.unwrap().remove(0);
        assert!(store.claim_mail(at + seconds(59), at + seconds(90), 10).await.unwrap().is_empty());
        let again = store.claim_mail(at + seconds(60), at + seconds(90), 10).await.unwrap().remove(0);
        assert_eq!((again.id, again.letter.0.clone()), (lost.id, Letter::Refunded { stars: 0 }));
        assert!(!store.mail_sent(&lost, at).await.unwrap());
        assert!(store.mail_sent(&again, at).await.unwrap());
        assert!(store.mail_done(&again).await.unwrap());
        assert_eq!(store.next_mail_at().await.unwrap(), None);
        assert!(store.claim_mail(at + seconds(900), at + seconds(990), 10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_letter_that_failed_comes_again_when_it_was_told_to() {
    for shop in shops().await {
        letters(&shop, 1).await;
        let store = &shop.fresh.store;
        let (mail, later) = (claim_one(store).await, now() + seconds(30));
        assert!(store.mail_failed(&mail, Some(later), "no answer").await.unwrap());
        assert_eq!(store.next_mail_at().await.unwrap(), Some(later));
        let again = store.claim_mail(later, later + seconds(60), 10).await.unwrap().remove(0);
        assert_eq!((mail.attempts, again.attempts), (0, 1));
        assert!(store.mail_failed(&again, None, "given up").await.unwrap());
        assert_eq!(store.next_mail_at().await.unwrap(), None);
    }
}

#[tokio::test]
async fn letters_that_a_block_held_back_are_revived_and_no_others() {
    for shop in shops().await {
        letters(&shop, 3).await;
        let store = &shop.fresh.store;
        let user = shop.person(7).await;
        let claimed = store.claim_mail(now(), now() + seconds(60), 10).await.unwrap();
        store.mail_sent(&claimed[0], now()).await.unwrap();
        store.mail_done(&claimed[0]).await.unwrap();
        store.mail_failed(&claimed[1], None, "Telegram refuses it").await.unwrap();
        store.mail_blocked(&claimed[2]).await.unwrap();
        assert_eq!(store.next_mail_at().await.unwrap(), None);
        assert_eq!(store.revive_mail(user, now()).await.unwrap(), 1);
        assert_eq!(claim_one(store).await.id, claimed[2].id);
    }
}

#[tokio::test]
async fn old_letters_go_once_nothing_is_left_to_do_about_them() {
    for shop in shops().await {
        letters(&shop, 2).await;
        let store = &shop.fresh.store;
        let claimed = store.claim_mail(now(), now() + seconds(60), 10).await.unwrap();
        store.mail_sent(&claimed[0], now()).await.unwrap();
        store.mail_done(&claimed[0]).await.unwrap();
        assert_eq!(store.remove_old_mail(now() - seconds(60)).await.unwrap(), 0);
        assert_eq!(store.remove_old_mail(now() + seconds(60)).await.unwrap(), 1);
        assert_eq!(shop.count("outbox").await, 1);
    }
}

#[tokio::test]
async fn each_part_of_an_album_puts_the_whole_off_and_counts_once() {
    for shop in shops().await {
        let (store, at) = (&shop.fresh.store, now());
        for (update, after) in [(12, 1), (11, 2), (12, 3)] {
            let part = json!({ "update": update });
            store.add_album_part(CHAT, "album", update, &part, at + seconds(after)).await.unwrap();
        }
        assert_eq!(store.next_album_at().await.unwrap(), Some(at + seconds(3)));
        assert!(store.claim_albums(at + seconds(2), at + seconds(60)).await.unwrap().is_empty());
        let parts = store.claim_albums(at + seconds(3), at + seconds(60)).await.unwrap();
        let seen: Vec<_> = parts.iter().map(|part| (part.update_id, part.part.0["update"].as_i64())).collect();
        assert_eq!(seen, [(11, Some(11)), (12, Some(12))]);
        // Nobody handled it: it comes again, whole.
        assert!(store.claim_albums(at + seconds(59), at + seconds(90)).await.unwrap().is_empty());
        assert_eq!(store.claim_albums(at + seconds(60), at + seconds(90)).await.unwrap().len(), 2);
        store.remove_album(CHAT, "album", &[11, 12]).await.unwrap();
        assert_eq!(store.next_album_at().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_part_that_comes_while_its_album_is_handled_is_not_lost() {
    for shop in shops().await {
        let (store, at) = (&shop.fresh.store, now());
        store.add_album_part(CHAT, "album", 1, &json!(1), at).await.unwrap();
        assert_eq!(store.claim_albums(at, at + seconds(60)).await.unwrap().len(), 1);
        store.add_album_part(CHAT, "album", 2, &json!(2), at + seconds(1)).await.unwrap();
        store.remove_album(CHAT, "album", &[1]).await.unwrap();
        let late = store.claim_albums(at + seconds(1), at + seconds(60)).await.unwrap();
        assert_eq!(late.iter().map(|part| part.update_id).collect::<Vec<_>>(), [2]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claimers_at_once_never_share_an_album() {
    for shop in shops().await {
        let (store, at) = (&shop.fresh.store, now());
        for update in 0..60 {
            let (chat, album) = (TelegramId(update % 3), format!("album{}", update % 4));
            store.add_album_part(chat, &album, update, &json!(update), at).await.unwrap();
        }
        let claims = at_once(6, |_| {
            let store = store.clone();
            async move { store.claim_albums(at, at + seconds(60)).await.unwrap() }
        })
        .await;
        let mut albums = HashSet::new();
        for claim in &claims {
            for album in claim.chunk_by(|a, b| (a.chat_id, &a.album) == (b.chat_id, &b.album)) {
                assert_eq!(album.len(), 5, "an album comes whole");
                assert!(album.is_sorted_by_key(|part| part.update_id));
                assert!(albums.insert((album[0].chat_id, album[0].album.clone())), "an album comes once");
            }
        }
        assert_eq!(claims.iter().map(Vec::len).sum::<usize>(), 60);
    }
}

#[tokio::test]
async fn a_photo_opens_for_its_owner_only_and_goes_when_it_has_served() {
    for shop in shops().await {
        let (owner, other) = (shop.person(7).await, shop.person(8).await);
        let (store, photo) = (&shop.fresh.store, shop.photo(owner).await);
        assert_eq!(shop.photo(owner).await, photo, "the same photo is kept once");
        assert!(store.photo(owner, photo).await.unwrap().is_some());
        assert_eq!(store.photo(other, photo).await.unwrap(), None);
        assert_eq!(store.kept_photo(other, "unique").await.unwrap(), None);
        let job = shop.placed(owner, "order").await;
        assert_eq!(store.remove_old_photos(now() + seconds(60)).await.unwrap(), 0, "a job needs it");
        assert!(shop.orders.cancel(owner, job, now()).await.unwrap());
        assert_eq!(store.remove_old_photos(now() - seconds(60)).await.unwrap(), 0);
        assert_eq!(store.remove_old_photos(now() + seconds(60)).await.unwrap(), 1);
        assert_eq!(store.photo(owner, photo).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_original_is_dropped_once_it_is_old_and_with_telegram() {
    for shop in shops().await {
        let id = *jobs(&shop, 1).await.iter().next().unwrap();
        let (store, at) = (&shop.fresh.store, now());
        let job = store.claim_jobs(at, at + seconds(60), 10).await.unwrap().remove(0);
        assert!(shop.orders.succeed(&job, b"picture", at).await.unwrap());
        assert_eq!(store.remove_old_originals(at + seconds(60)).await.unwrap(), 0, "only we have it");
        store.picture_sent(id, Some("file"), None).await.unwrap();
        store.picture_sent(id, None, Some("document")).await.unwrap();
        assert_eq!(store.remove_old_originals(at - seconds(60)).await.unwrap(), 0, "it is not old");
        assert_eq!(store.remove_old_originals(at + seconds(60)).await.unwrap(), 1);
        let picture = store.picture(id).await.unwrap().unwrap();
        assert_eq!(picture.bytes, None);
        assert_eq!((picture.file_id.as_deref(), picture.document_id.as_deref()), (Some("file"), Some("document")));
    }
}

#[tokio::test]
async fn a_person_is_read_back_as_they_were_described() {
    for shop in shops().await {
        let id = shop.person(7).await;
        let store = &shop.fresh.store;
        store.set_language(id, Language::Ru).await.unwrap();
        store.set_blocked(CHAT, Some(now())).await.unwrap();
        assert!(store.user(id).await.unwrap().unwrap().blocked_at.is_some());
        let renamed = pixelai::store::users::Profile { first_name: "Ада", username: None, ..profile(7) };
        store.update_profile(id, &renamed).await.unwrap();
        let user = store.user_by_telegram(CHAT).await.unwrap().unwrap();
        assert_eq!((user.first_name.as_str(), user.username.as_deref()), ("Ада", None));
        assert_eq!((user.language(), user.blocked_at), (Language::Ru, None));
        assert_eq!(store.known(&[CHAT, TelegramId(8)]).await.unwrap(), [id]);
        assert_eq!((store.count_users().await.unwrap(), store.user_ids().await.unwrap()), (1, vec![id]));
    }
}

#[tokio::test]
async fn an_upload_has_a_name_for_each_bot() {
    for shop in shops().await {
        let store = &shop.fresh.store;
        store.remember_telegram_file(1, "preview", "old").await.unwrap();
        store.remember_telegram_file(1, "preview", "new").await.unwrap();
        assert_eq!(store.telegram_file(1, "preview").await.unwrap().as_deref(), Some("new"));
        assert_eq!(store.telegram_file(2, "preview").await.unwrap(), None);
    }
}
