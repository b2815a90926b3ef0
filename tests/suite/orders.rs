//! An order: placed once, ended once, and the catalog that it is chosen from.

use std::collections::HashSet;

use pixelai::domain::{Failure, JobState, ModelAlias, PhotoId, UserId};
use pixelai::orders::{Catalog, CatalogError, MAX_LIVE_JOBS, Order, Placed};
use pixelai::store::jobs::Job;

use crate::support::database::engines;
use crate::support::shop::{FALLBACK, MODEL, PRICE, START, Shop, TEMPLATE, credits, key, shops, template};
use crate::support::{at_once, now, seconds};

/// Claims the only due job, as a worker does.
async fn claimed(shop: &Shop) -> Job {
    shop.fresh.store.claim_jobs(now(), now() + seconds(60), 1).await.unwrap().remove(0)
}

async fn letters(shop: &Shop, kind: &str) -> i64 {
    shop.fresh.number(format!("SELECT count(*) FROM outbox WHERE CAST(letter AS TEXT) LIKE '%\"{kind}\"%'")).await
}

async fn reloaded(shop: &Shop, sql: &str) {
    shop.fresh.run(sql).await.unwrap();
    shop.orders.catalog().reload(&shop.fresh.store).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_action_places_one_order_however_often_it_runs() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let photo = shop.photo(user).await;
        let placed = at_once(8, |_| {
            let orders = shop.orders.clone();
            async move {
                let (key, template) = (key("action"), template(TEMPLATE));
                let order = Order { user, key: &key, template: &template, photos: &[photo], price: credits(PRICE) };
                orders.place(&order, now()).await.unwrap()
            }
        })
        .await;
        assert!(matches!(placed[0], Placed::Placed(_)) && placed.iter().all(|it| *it == placed[0]), "{placed:?}");
        assert_eq!(shop.order(user, "action").await, placed[0]);
        assert_eq!((shop.money(user).await, shop.count("generation_jobs").await), ((START - PRICE, PRICE), 1));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn orders_at_once_stay_within_what_one_person_may_have_under_way() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let photo = shop.photo(user).await;
        reloaded(&shop, "UPDATE templates SET price = 1").await;
        let placed = at_once(8, |number| {
            let orders = shop.orders.clone();
            async move {
                let (key, template) = (key(&number.to_string()), template(TEMPLATE));
                let order = Order { user, key: &key, template: &template, photos: &[photo], price: credits(1) };
                orders.place(&order, now()).await.unwrap()
            }
        })
        .await;
        let through = placed.iter().filter(|placed| matches!(placed, Placed::Placed(_))).count();
        assert_eq!(through as i64, MAX_LIVE_JOBS, "{placed:?}");
        assert!(placed.iter().all(|placed| matches!(placed, Placed::Placed(_) | Placed::Busy)), "{placed:?}");
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_placed_says_why_and_leaves_nothing_behind() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let photo = shop.photo(user).await;
        let place = async |name: &str, price: i64, photos: &[PhotoId], key_name: &str| {
            let (key, template) = (key(key_name), template(name));
            let order = Order { user, key: &key, template: &template, photos, price: credits(price) };
            shop.orders.place(&order, now()).await.unwrap()
        };
        let repriced = place(TEMPLATE, PRICE - 1, &[photo], "a").await;
        assert_eq!(repriced, Placed::Repriced { price: credits(PRICE) });
        assert_eq!(place("no_such", PRICE, &[photo], "a").await, Placed::Retired);
        assert_eq!(place(TEMPLATE, PRICE, &[photo, PhotoId::new()], "a").await, Placed::PhotosGone);
        let foreign = shop.photo(shop.person(8).await).await;
        assert_eq!(place(TEMPLATE, PRICE, &[foreign], "a").await, Placed::PhotosGone);
        reloaded(&shop, "UPDATE templates SET price = 27").await;
        assert_eq!(place(TEMPLATE, 27, &[photo], "a").await, Placed::Short { missing: credits(27 - START) });
        assert_eq!((shop.money(user).await, shop.count("generation_jobs").await), ((START, 0), 0));
        shop.fresh.assert_books_in_order().await;
        // The same action goes through once nothing stands in its way any more.
        reloaded(&shop, "UPDATE templates SET price = 5").await;
        assert!(matches!(place(TEMPLATE, PRICE, &[photo], "a").await, Placed::Placed(_)));
    }
}

#[tokio::test]
async fn the_first_end_wins_and_later_ones_change_nothing() {
    for shop in shops().await {
        for (telegram, first) in [(7, "succeed"), (8, "fail"), (9, "cancel")] {
            let user = shop.person(telegram).await;
            let id = shop.placed(user, first).await;
            let job = claimed(&shop).await;
            let end = async |how: &str| match how {
                "succeed" => shop.orders.succeed(&job, b"picture", now()).await.unwrap(),
                "fail" => shop.orders.fail(&job, Failure::Unavailable, now()).await.unwrap(),
                _ => shop.orders.cancel(user, id, now()).await.unwrap(),
            };
            assert!(end(first).await, "{first}");
            let (row, money) = (shop.job(id).await, shop.money(user).await);
            let (pictures, outbox) = (shop.count("pictures").await, shop.count("outbox").await);
            for later in ["succeed", "fail", "cancel"] {
                assert!(!end(later).await, "{later} after {first}");
            }
            assert_eq!((shop.job(id).await, shop.money(user).await), (row, money));
            assert_eq!((shop.count("pictures").await, shop.count("outbox").await), (pictures, outbox));
            let left = if first == "succeed" { START - PRICE } else { START };
            assert_eq!(money, (left, 0), "{first}");
            shop.fresh.run("UPDATE generation_jobs SET run_at = NULL").await.unwrap();
        }
        assert_eq!((letters(&shop, "result").await, letters(&shop, "failed").await), (1, 1));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_ends_at_once_one_wins() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let id = shop.placed(user, "order").await;
        let job = claimed(&shop).await;
        let won = at_once(9, |number| {
            let (orders, job) = (shop.orders.clone(), job.clone());
            async move {
                match number % 3 {
                    0 => orders.succeed(&job, b"picture", now()).await.unwrap(),
                    1 => orders.fail(&job, Failure::Deadline, now()).await.unwrap(),
                    _ => orders.cancel(user, id, now()).await.unwrap(),
                }
            }
        })
        .await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
        let (available, held) = shop.money(user).await;
        let expected = if shop.job(id).await.state == JobState::Succeeded { START - PRICE } else { START };
        assert_eq!((available, held), (expected, 0));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_cannot_end_the_job() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let id = shop.placed(user, "order").await;
        let slow = claimed(&shop).await;
        let later = now() + seconds(61);
        let next = shop.fresh.store.claim_jobs(later, later + seconds(60), 1).await.unwrap().remove(0);
        assert!(!shop.orders.succeed(&slow, b"picture", now()).await.unwrap());
        assert!(!shop.orders.fail(&slow, Failure::Unavailable, now()).await.unwrap());
        assert_eq!((shop.job(id).await.state, shop.money(user).await), (JobState::Queued, (START - PRICE, PRICE)));
        assert!(shop.orders.succeed(&next, b"picture", now()).await.unwrap());
    }
}

#[tokio::test]
async fn nobody_cancels_another_persons_order() {
    for shop in shops().await {
        let (user, other) = (shop.person(7).await, shop.person(8).await);
        let id = shop.placed(user, "order").await;
        assert!(!shop.orders.cancel(other, id, now()).await.unwrap());
        assert_eq!(shop.job(id).await.state, JobState::Queued);
        assert!(shop.orders.cancel(user, id, now()).await.unwrap());
        assert_eq!(shop.money(user).await, (START, 0));
    }
}

/// A job that missed its deadline while its provider had a task, claimed again to look for the picture.
async fn late(shop: &Shop, user: UserId) -> Job {
    shop.placed(user, "order").await;
    let job = Job { task: Some(sqlx::types::Json(serde_json::json!({"id": "t"}))), ..claimed(shop).await };
    assert!(shop.orders.fail(&job, Failure::Deadline, now()).await.unwrap());
    claimed(shop).await
}

#[tokio::test]
async fn a_late_picture_is_a_gift_once() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let job = late(&shop, user).await;
        assert!(shop.orders.late_success(&job, b"picture", now()).await.unwrap());
        shop.orders.late_success(&job, b"another", now()).await.unwrap();
        assert_eq!(shop.fresh.store.picture(job.id).await.unwrap().unwrap().bytes.as_deref(), Some(&b"picture"[..]));
        assert_eq!((letters(&shop, "gift").await, shop.money(user).await), (1, (START, 0)));
        assert_eq!(shop.fresh.store.next_job_at().await.unwrap(), None);
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn a_late_picture_for_a_person_who_wants_to_be_forgotten_is_not_kept() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let job = late(&shop, user).await;
        shop.orders.forget(user, now()).await.unwrap();
        assert!(!shop.orders.late_success(&job, b"picture", now()).await.unwrap());
        assert_eq!((shop.count("pictures").await, letters(&shop, "gift").await), (0, 0));
        assert_eq!(shop.fresh.store.next_job_at().await.unwrap(), None);
    }
}

#[tokio::test]
async fn who_is_forgotten_leaves_nothing_but_the_books() {
    for shop in shops().await {
        let (user, other) = (shop.person(7).await, shop.person(8).await);
        shop.placed(user, "made").await;
        assert!(shop.orders.succeed(&claimed(&shop).await, b"picture", now()).await.unwrap());
        let live = shop.placed(user, "live").await;
        let kept = shop.photo(other).await;
        shop.orders.forget(user, now()).await.unwrap();
        let row = shop.job(live).await;
        assert_eq!((row.state, shop.money(user).await), (JobState::Cancelled, (START - PRICE, 0)));
        // The provider has to be told.
        assert!(shop.fresh.store.next_job_at().await.unwrap().is_some());
        let left = (shop.count("photos").await, shop.count("pictures").await, shop.count("outbox").await);
        assert_eq!(left, (1, 0, 0));
        assert!(shop.fresh.store.photo(other, kept).await.unwrap().is_some());
        let forgotten = shop.fresh.store.user(user).await.unwrap().unwrap();
        assert_eq!((forgotten.first_name.as_str(), forgotten.username), ("", None));
        shop.fresh.assert_books_in_order().await;
    }
}

fn names(providers: &[&str]) -> HashSet<String> {
    providers.iter().map(|name| (*name).to_owned()).collect()
}

fn alias(name: &str) -> ModelAlias {
    ModelAlias(name.to_owned())
}

#[tokio::test]
async fn templates_without_any_provider_are_hidden_and_categories_with_them() {
    for fresh in engines().await {
        let none = Catalog::load(&fresh.store, names(&[])).await.unwrap();
        assert!(none.categories().is_empty() && none.offer(&template(TEMPLATE)).is_none());
        assert!(none.template(&template(TEMPLATE)).is_some(), "its title is still known");
        let fallback = Catalog::load(&fresh.store, names(&["replicate"])).await.unwrap();
        assert_eq!(fallback.offer(&template(TEMPLATE)).unwrap().model.alias, alias(FALLBACK));
        for category in fallback.categories() {
            assert!(!fallback.shelf(&category.id).is_empty(), "{} is empty", category.id);
        }
    }
}

#[tokio::test]
async fn the_fallback_is_the_next_of_the_chain_that_has_a_provider() {
    for fresh in engines().await {
        let all = Catalog::load(&fresh.store, names(&["defapi", "fal", "replicate"])).await.unwrap();
        assert_eq!(all.fallback(&alias("nano_banana_pro"), 1).unwrap().alias, alias(MODEL));
        assert_eq!(all.fallback(&alias("flux_kontext_fal"), 1), None);
        let many = all.fallback(&alias("nano_banana_pro"), 2).unwrap();
        assert_eq!(many.alias, alias(MODEL));
        assert_eq!(all.fallback(&alias(MODEL), 2), None, "FLUX Kontext takes one photo");
        let offer = all.offer(&template(TEMPLATE)).unwrap();
        let limits = [MODEL, FALLBACK, "flux_kontext_fal"].map(|name| all.model(&alias(name)).unwrap().time_limit);
        assert_eq!(offer.chain_limit, limits.iter().sum::<std::time::Duration>());
        let replicate = Catalog::load(&fresh.store, names(&["replicate"])).await.unwrap();
        assert_eq!(replicate.fallback(&alias("nano_banana_pro"), 1).unwrap().alias, alias(FALLBACK));
    }
}

#[tokio::test]
async fn fallbacks_in_a_circle_are_refused_and_what_was_read_before_stays() {
    for shop in shops().await {
        let circle = format!("UPDATE models SET fallback = '{MODEL}' WHERE alias = '{FALLBACK}'");
        shop.fresh.run(circle).await.unwrap();
        let refused = Catalog::load(&shop.fresh.store, names(&["defapi"])).await;
        assert!(matches!(refused, Err(CatalogError::Circle(_))), "{refused:?}");
        assert!(shop.orders.catalog().reload(&shop.fresh.store).await.is_err());
        assert!(shop.orders.catalog().offer(&template(TEMPLATE)).is_some());
    }
}

#[tokio::test]
async fn a_template_taken_off_the_shelf_cannot_be_ordered_but_keeps_its_title() {
    for shop in shops().await {
        let user = shop.person(7).await;
        reloaded(&shop, &format!("UPDATE templates SET enabled = FALSE WHERE id = '{TEMPLATE}'")).await;
        assert_eq!(shop.order(user, "order").await, Placed::Retired);
        let catalog = shop.orders.catalog();
        assert!(catalog.shelf("xmas").iter().all(|offer| offer.template.id != template(TEMPLATE)));
        assert_eq!(catalog.template(&template(TEMPLATE)).unwrap().title.en, "Christmas cabin");
    }
}
