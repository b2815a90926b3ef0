//! Webhooks: proven, heeded once, and good for finding a task whose submit was not answered.

use pixelai::domain::{JobId, JobState, UserId};
use pixelai::http::hooks::{Desk, routes};
use pixelai::providers::Providers;
use pixelai::providers::hooks::Hooks;
use tokio::net::TcpListener;

use crate::awaited;
use crate::database::{Fresh, engines};
use crate::mock::{Mock, Phase, Reply, Service, Signer};
use crate::shop::{PRICE, START};
use crate::studio::Studio;

/// A studio that providers report to.
struct Desked {
    studio: Studio,
    mock: Mock,
}

impl Desked {
    async fn open(service: Service, fresh: Fresh) -> Self {
        let mock = Mock::start(service).await;
        mock.endless(true);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (hooks, providers) = (Hooks::new(&format!("http://{address}"), b"secret"), Providers::new([mock.client()]));
        let studio = Studio::with(fresh, providers.clone(), Some(hooks.clone())).await;
        let router = routes(Desk { talk: studio.talk.clone(), providers, hooks });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { studio, mock }
    }

    async fn ordered(&mut self) -> (UserId, JobId) {
        let user = self.studio.shop.person(7).await;
        let id = self.studio.shop.placed(user, "order").await;
        self.studio.start();
        (user, id)
    }

    /// The id of the task, once the service has one that has been looked at or stored.
    async fn task(&self, id: JobId) -> String {
        awaited("a stored task", async || self.studio.shop.job(id).await.task).await;
        self.mock.tasks().into_keys().next().expect("there is a task")
    }

    async fn events(&self) -> i64 {
        self.studio.shop.count("provider_events").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_makes_us_look_and_a_second_delivery_does_nothing() {
    for service in Service::ALL {
        for fresh in engines().await {
            let mut desk = Desked::open(service, fresh).await;
            let (user, id) = desk.ordered().await;
            let task = desk.task(id).await;
            let (url, headers, body) = desk.mock.webhook(&task);
            desk.mock.endless(false);
            // From now on only the webhook can be the reason for a look.
            desk.studio.shop.fresh.run("UPDATE generation_jobs SET run_at = '2999-01-01 00:00:00+00:00', fence = fence + 1, lease_until = NULL").await.unwrap();
            for _ in 0..2 {
                assert_eq!(desk.mock.posts(&url, &headers, body.clone()).await, 200, "{service:?}");
            }
            desk.studio.job_in(id, JobState::Succeeded).await;
            desk.studio.sent_letters(1).await;
            assert_eq!(desk.events().await, 1);
            assert_eq!(desk.studio.shop.money(user).await, (START - PRICE, 0));
            assert_eq!(desk.mock.posts(&url, &headers, body).await, 200, "a replay does no harm");
            assert_eq!((desk.studio.out.pictures().len(), desk.studio.shop.count("outbox").await), (1, 1));
            desk.mock.assert_sound();
            desk.studio.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_proven_is_refused_and_changes_nothing() {
    for service in [Service::Fal, Service::Replicate] {
        let mut desk = Desked::open(service, Fresh::file().await).await;
        let (_, id) = desk.ordered().await;
        let task = desk.task(id).await;
        let (url, headers, body) = desk.mock.webhook(&task);
        let old = chrono::Utc::now().timestamp() - 400;
        let without: Vec<_> = headers.iter().skip(1).cloned().collect();
        let aged: Vec<_> = headers
            .iter()
            .map(|(name, value)| {
                let value = if name.ends_with("timestamp") { old.to_string() } else { value.clone() };
                (name.clone(), value)
            })
            .collect();
        let mut forged =
            vec![(headers.clone(), body.replace('{', "{ ")), (without, body.clone()), (aged, body.clone())];
        if service == Service::Fal {
            forged.push((
                Signer::foreign().headers(&task, body.as_bytes(), chrono::Utc::now().timestamp()),
                body.clone(),
            ));
            forged.push((Signer::own().headers(&task, body.as_bytes(), old), body.clone()));
        }
        for (headers, body) in forged {
            assert_eq!(desk.mock.posts(&url, &headers, body).await, 401, "{service:?} {headers:?}");
        }
        assert_eq!(desk.events().await, 0);
        assert_eq!(desk.mock.posts(&url, &headers, body).await, 200, "the true one is still taken");
        desk.studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_ours_leads_nowhere() {
    for service in Service::ALL {
        let mut desk = Desked::open(service, Fresh::file().await).await;
        let (_, id) = desk.ordered().await;
        let task = desk.task(id).await;
        let (url, headers, body) = desk.mock.webhook(&task);
        let (front, seal) = url.rsplit_once('/').unwrap();
        let flipped = if seal.starts_with('0') { seal.replacen('0', "1", 1) } else { format!("0{}", &seal[1..]) };
        let other = url.replace("/1/", "/2/");
        for wrong in [format!("{front}/{flipped}"), format!("{front}/x"), other] {
            assert_eq!(desk.mock.posts(&wrong, &headers, body.clone()).await, 404, "{wrong}");
        }
        assert_eq!(desk.events().await, 0);
        desk.studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_body_is_read_and_an_endless_one_is_not() {
    let mut desk = Desked::open(Service::Replicate, Fresh::file().await).await;
    let (_, id) = desk.ordered().await;
    let task = desk.task(id).await;
    let (url, _, body) = desk.mock.webhook(&task);
    for (length, status) in [(3_000_000, 200), (10_500_000, 413)] {
        let body = body.replace("Using seed: 42", &"x".repeat(length));
        let headers = desk.mock.signed(&task, &body);
        assert_eq!(desk.mock.posts(&url, &headers, body).await, status);
    }
    desk.studio.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submit_whose_answer_was_lost_is_adopted_by_its_webhook() {
    for service in Service::ALL {
        for fresh in engines().await {
            let mut desk = Desked::open(service, fresh).await;
            desk.mock.on(Phase::Submit, [Reply::Lost]);
            let (user, id) = desk.ordered().await;
            awaited("the lost answer", async || (desk.studio.shop.job(id).await.tries == 1).then_some(())).await;
            let task = desk.mock.tasks().into_keys().next().unwrap();
            let (url, headers, body) = desk.mock.webhook(&task);
            desk.mock.endless(false);
            assert_eq!(desk.mock.posts(&url, &headers, body).await, 200, "{service:?}");
            desk.studio.job_in(id, JobState::Succeeded).await;
            desk.studio.sent_letters(1).await;
            assert_eq!(desk.mock.tasks().len(), 1, "{service:?}: it was submitted once");
            assert_eq!(desk.studio.shop.job(id).await.attempt, 1);
            assert_eq!(desk.studio.shop.money(user).await, (START - PRICE, 0));
            desk.mock.assert_sound();
            desk.studio.close().await;
        }
    }
}
