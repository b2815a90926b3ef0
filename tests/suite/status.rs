//! What the status page and the metrics ask of the database, on each engine.

use pixelai::domain::Failure;
use pixelai::store::processes::Process;
use uuid::Uuid;

use crate::support::database::engines;
use crate::support::shop::{PRICE, START, shops};
use crate::support::{now, seconds};

#[tokio::test]
async fn how_everything_stands_is_told_in_numbers() {
    for shop in shops().await {
        let store = &shop.fresh.store;
        let since = now() - seconds(3600);
        assert_eq!(store.live_by_state().await.expect("answered"), []);
        let user = shop.person(7).await;
        let (first, second) = (shop.placed(user, "a").await, shop.placed(user, "b").await);
        let live = store.live_by_state().await.expect("answered");
        assert_eq!(live.iter().map(|jobs| (jobs.state.as_str(), jobs.count)).collect::<Vec<_>>(), [("queued", 2)]);
        let money = store.money().await.expect("answered");
        assert_eq!((money.available, money.held, money.stars), (START - 2 * PRICE, 2 * PRICE, 0));
        let people = store.people(since).await.expect("answered");
        assert_eq!((people.all, people.new, people.ordering), (1, 1, 1));
        assert_eq!(store.people(now() + seconds(60)).await.expect("answered").new, 0);

        let jobs = store.claim_jobs(now(), now() + seconds(60), 10).await.expect("claimed");
        let job = |id| jobs.iter().find(|job| job.id == id).expect("it was claimed");
        assert!(shop.orders.succeed(job(first), b"picture", now()).await.expect("answered"));
        assert!(shop.orders.fail(job(second), Failure::Unavailable, now()).await.expect("answered"));
        let hours = store.ended_by_hour(since).await.expect("answered");
        let counts: Vec<(&str, i64)> = hours.iter().map(|hour| (hour.name.as_str(), hour.count)).collect();
        assert_eq!(counts, [("failed", 1), ("succeeded", 1)]);
        let hour = chrono::Utc::now().format("%Y-%m-%dT").to_string();
        assert!(hours.iter().all(|it| it.hour.starts_with(&hour) && it.hour.len() == 13), "{hours:?}");
        assert_eq!(store.people_by_hour(since).await.expect("answered")[0].count, 1);
        assert_eq!(store.stars_by_hour(since).await.expect("answered"), []);
        let ended = store.ended(since, 10).await.expect("answered");
        assert_eq!(ended.len(), 2);
        assert!(ended.iter().all(|job| job.provider == "defapi" && job.finished_at >= job.created_at), "{ended:?}");
        let backlog = store.backlog().await.expect("answered");
        assert!(backlog.count == 2 && backlog.oldest.is_some(), "{backlog:?}");
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn processes_are_known_as_long_as_they_say_so() {
    for fresh in engines().await {
        let store = &fresh.store;
        let process = |seen_at| Process { id: Uuid::now_v7(), version: "1".into(), started_at: now(), seen_at };
        let (lives, died) = (process(now()), process(now() - seconds(100)));
        for process in [&died, &lives, &lives] {
            store.process_runs(process, now() - seconds(200)).await.expect("noted");
        }
        let seen = |processes: Vec<Process>| processes.into_iter().map(|it| it.id).collect::<Vec<_>>();
        assert_eq!(seen(store.processes(now() - seconds(50)).await.expect("answered")), [lives.id]);
        store.process_runs(&lives, now() - seconds(50)).await.expect("noted");
        assert_eq!(seen(store.processes(now() - seconds(200)).await.expect("answered")), [lives.id]);
        store.process_ended(lives.id).await.expect("noted");
        assert!(store.processes(now() - seconds(200)).await.expect("answered").is_empty());
    }
}

#[tokio::test]
async fn a_key_stands_for_its_first_order_until_it_is_forgotten() {
    for shop in shops().await {
        let store = &shop.fresh.store;
        let (ann, ben) = (shop.person(1).await, shop.person(2).await);
        let first = store.api_order(ann, "key", "one", now()).await.expect("noted");
        let again = store.api_order(ann, "key", "two", now()).await.expect("noted");
        assert_eq!(first, again);
        let other = store.api_order(ben, "key", "two", now()).await.expect("noted");
        assert_eq!(other.fingerprint, "two");
        assert_ne!(other.action(), first.action());
        assert_eq!(store.job_of_action(&first.action()).await.expect("answered"), None);
        store.remove_old_api_orders(now() + seconds(1)).await.expect("removed");
        let anew = store.api_order(ann, "key", "two", now()).await.expect("noted");
        assert_ne!(anew.action(), first.action());
    }
}
