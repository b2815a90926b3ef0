//! What all replicas know of a provider: its limits, and that it is ill.

use pixelai::database::Time;
use pixelai::domain::JobState;
use pixelai::providers::Providers;
use pixelai::store::Store;
use pixelai::store::providers::{ALLOWED_FAILURES, Begun, Entry, Stand, Trouble};

use crate::database::engines;
use crate::mock::{Mock, Phase, Reply, Service};
use crate::shop::Shop;
use crate::studio::Studio;

fn is_open(entry: Entry) -> bool {
    matches!(entry, Entry::Open(_))
}

fn later(now: Time, millis: i64) -> Time {
    now + chrono::Duration::milliseconds(millis)
}

async fn fails(store: &Store, provider: &str, times: i64, now: Time) {
    for _ in 0..times {
        store.provider_fails(provider, now).await.unwrap();
    }
}

#[tokio::test]
async fn a_provider_that_fails_again_and_again_is_left_alone_and_tried_by_one() {
    for fresh in engines().await {
        let (store, now) = (&fresh.store, crate::now());
        fails(store, "fal", ALLOWED_FAILURES - 1, now).await;
        assert!(is_open(store.enter("fal", now).await.unwrap()));
        fails(store, "fal", 1, now).await;
        let Entry::Closed(until) = store.enter("fal", now).await.unwrap() else { panic!("it is still open") };
        assert!(until > later(now, 10_000), "{until}");
        assert!(is_open(store.enter("defapi", now).await.unwrap()), "another one is not concerned");
        // One job tries it; the others wait for what comes of that.
        assert!(is_open(store.enter("fal", until).await.unwrap()));
        let Entry::Closed(next) = store.enter("fal", until).await.unwrap() else { panic!("two try at once") };
        fails(store, "fal", 1, until).await;
        let Entry::Closed(longer) = store.enter("fal", until).await.unwrap() else { panic!("it is open") };
        assert!(longer - until > until - now && longer > next, "{longer} {until} {now}");
        store.provider_answers("fal", until).await.unwrap();
        assert!(is_open(store.enter("fal", until).await.unwrap()));
        assert!(is_open(store.enter("fal", until).await.unwrap()), "and for everybody");
    }
}

/// What the status page tells of it.
#[tokio::test]
async fn a_breaker_tells_how_it_stands_and_why() {
    for fresh in engines().await {
        let (store, now) = (&fresh.store, crate::now());
        let of_fal = async || {
            let all = store.breakers().await.unwrap();
            assert!(all.iter().filter(|it| it.provider != "fal").all(|it| it.stands(now) == Stand::Takes), "{all:?}");
            all.into_iter().find(|it| it.provider == "fal").unwrap()
        };
        assert_eq!(of_fal().await.stands(now), Stand::Takes);
        fails(store, "fal", 2, now).await;
        let (breaker, silent) = (of_fal().await, Some("silent"));
        assert_eq!((breaker.stands(now), breaker.failures, breaker.trouble.as_deref()), (Stand::Stumbles, 2, silent));
        fails(store, "fal", ALLOWED_FAILURES, now).await;
        let breaker = of_fal().await;
        let Stand::Rests(until) = breaker.stands(now) else { panic!("{breaker:?}") };
        assert_eq!(breaker.stands(until), Stand::Trial);
        store.provider_answers("fal", until).await.unwrap();
        let breaker = of_fal().await;
        assert_eq!((breaker.stands(now), breaker.trouble), (Stand::Takes, None));

        // Whoever is out of money is not well just because a minute is over; the next answer shows that.
        let until = later(now, 60_000);
        store.provider_rests("fal", until, Trouble::Balance).await.unwrap();
        let (breaker, until) = (of_fal().await, breaker_time(until));
        assert_eq!((breaker.stands(now), breaker.trouble.as_deref()), (Stand::Rests(until), Some("balance")));
        assert_eq!(breaker.stands(later(until, 1)), Stand::Trial);
        store.provider_answers("fal", now).await.unwrap();
        assert_eq!(of_fal().await, breaker, "an answer from before does not end a rest");
        let Entry::Open(opening) = store.enter("fal", later(until, 1)).await.unwrap() else { panic!("it rests") };
        assert!(opening.troubled);
        store.provider_answers("fal", later(until, 1)).await.unwrap();
        assert_eq!(of_fal().await.stands(later(until, 1)), Stand::Takes);
    }
}

/// Breakers know milliseconds.
fn breaker_time(time: Time) -> Time {
    Time::from_timestamp_millis(time.timestamp_millis()).unwrap()
}

#[tokio::test]
async fn submits_are_no_more_than_a_provider_takes_in_a_minute() {
    for fresh in engines().await {
        let (store, mut now) = (&fresh.store, crate::now());
        let begin = now;
        let mut admitted = 0;
        while now < later(begin, 60_000) {
            match store.enter("replicate", now).await.unwrap() {
                Entry::Open(_) => admitted += 1,
                Entry::Closed(until) => {
                    assert!(until > now, "{until} {now}");
                    now = until.max(later(now, 900));
                }
            }
        }
        assert!((590..=620).contains(&admitted), "{admitted} in a minute");
    }
}

#[tokio::test]
async fn no_more_runs_at_a_provider_than_it_takes() {
    for fresh in engines().await {
        let shop = Shop::over(fresh).await;
        let mut jobs = Vec::new();
        for number in 0..3 {
            let user = shop.person(100 + number).await;
            shop.placed(user, &format!("order:{number}")).await;
        }
        let (store, now) = (&shop.fresh.store, later(crate::now(), 1000));
        for mut job in store.claim_jobs(now, later(now, 60_000), 10).await.unwrap() {
            job.state = JobState::Submitting;
            let progress = pixelai::store::jobs::Progress {
                state: job.state,
                model: &job.model,
                model_until: job.model_until,
                attempt: 1,
                tries: 0,
                task: None,
                progress: None,
                ahead: None,
                run_at: Some(now),
            };
            jobs.push(store.begin_submit(&job, &progress, "defapi", Some(2), (now, later(now, 60_000))).await.unwrap());
        }
        jobs.sort_by_key(|begun| *begun != Begun::Yes);
        assert_eq!(jobs, [Begun::Yes, Begun::Yes, Begun::NoRoom]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_whose_account_is_locked_is_left_alone_and_the_next_order_goes_elsewhere() {
    let (fal, replicate) = (Mock::start(Service::Fal).await, Mock::start(Service::Replicate).await);
    replicate.on(Phase::Submit, [Reply::Example("replicate/error_402.response.json")]);
    let fresh = crate::database::Fresh::file().await;
    let mut studio = Studio::with(fresh, Providers::new([fal.client(), replicate.client()]), None).await;
    studio.start();
    for number in 0..2 {
        let user = studio.shop.person(100 + number).await;
        let id = studio.shop.placed(user, &format!("order:{number}")).await;
        assert_eq!(studio.job_in(id, JobState::Succeeded).await.model.as_str(), "flux_kontext_fal");
    }
    assert_eq!(replicate.calls("POST").len(), 1, "it was asked once, and not for the second order");
    assert_eq!(fal.tasks().len(), 2);
    studio.close().await;
}
