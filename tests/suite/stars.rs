//! Telegram's book of Stars beside ours: what no update brought is booked, and what cannot be matched is told once.

use pixelai::domain::TelegramId;
use pixelai::store::users::User;
use pixelai::wallet::{Compared, Partner};

use crate::support::awaited;
use crate::support::now;
use crate::support::shop::{START, Shop, credits, key};
use crate::support::studio::{ADMIN, Studio, studios};

async fn invoice(shop: &Shop, name: &str) -> String {
    let user = shop.person(7).await;
    shop.wallet.invoice(user, &key(name), 50, credits(55), now()).await.unwrap().to_string()
}

async fn known(studio: &Studio, id: i64) -> Option<User> {
    studio.shop.fresh.store.user_by_telegram(TelegramId(id)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lost_payment_is_credited_and_a_lost_refund_is_booked() {
    for mut studio in studios().await {
        let payload = invoice(&studio.shop, "one").await;
        studio.till.person("lost", 50, true, 7, &payload);
        studio.till.other("withdrawn", 1000, false, Partner::Owner);
        studio.till.person("stranger", 30, true, 8, "no order of ours");
        studio.till.person("returned", 40, true, 9, "");
        studio.till.person("returned", 40, false, 9, "");
        studio.start();
        let booked = async || (studio.shop.count("refunds").await == 1).then_some(());
        awaited("everything is booked", booked).await;
        for (person, balance) in [(7, START + 55), (8, START + 30), (9, START)] {
            let user = known(&studio, person).await.expect("a person who has paid");
            assert_eq!(user.balance.get(), balance, "{person}");
        }
        assert_eq!(studio.shop.count("payments").await, 3);
        let thanks = || studio.out.sent().iter().filter(|(_, view)| view.text.contains("received")).count();
        awaited("thanks", async || (thanks() == 3).then_some(())).await;
        // A later look goes on from where this one ended.
        studio.till.person("later", 20, true, 7, "");
        studio.ring();
        awaited("the later one", async || (studio.shop.count("payments").await == 4).then_some(())).await;
        awaited("thanks for it", async || (thanks() == 4).then_some(())).await;
        let wallet = &studio.shop.wallet;
        assert_eq!(wallet.disagreements(&*studio.till).await.unwrap(), Vec::<String>::new());
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_matched_is_told_to_the_admins_once() {
    for mut studio in studios().await {
        let admin = studio.shop.person(ADMIN).await;
        studio.till.other("gift", 15, false, Partner::Other("gift_purchase".to_owned()));
        studio.till.person("never paid", 25, false, 7, "");
        studio.start();
        let letters = || {
            let to_admin = |(chat, _): &&(TelegramId, _)| chat.0 == ADMIN;
            studio.out.sent().iter().filter(to_admin).map(|(_, view)| view.text.clone()).collect::<Vec<_>>()
        };
        awaited("the letter", async || (letters().len() == 1).then_some(())).await;
        let text = letters().remove(0);
        assert!(text.contains("gift_purchase") && text.contains("unknown payment"), "{text}");
        let wallet = &studio.shop.wallet;
        let mut compared = Compared::default();
        wallet.catch_up(&*studio.till, now() + chrono::Duration::seconds(9), &mut compared).await.unwrap();
        assert_eq!((compared.odd.len(), compared.next), (2, 2));
        assert!(!wallet.report(&compared.odd, &[admin], now()).await.unwrap());
        let faults = wallet.disagreements(&*studio.till).await.unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("never paid"), "{faults:?}");
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_movement_of_this_moment_is_left_to_its_update() {
    for studio in studios().await {
        studio.till.person("young", 50, true, 7, "");
        let before = now() - chrono::Duration::seconds(60);
        let mut compared = Compared::default();
        studio.shop.wallet.catch_up(&*studio.till, before, &mut compared).await.unwrap();
        assert_eq!((compared.next, studio.shop.count("payments").await), (0, 0));
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_compare_and_book_once() {
    for mut studio in studios().await {
        for number in 0..8 {
            studio.till.person(&format!("charge {number}"), 10, true, 7, "");
        }
        studio.start();
        let other = studio.another_poller();
        awaited("all of them", async || (studio.shop.count("payments").await == 8).then_some(())).await;
        assert_eq!(known(&studio, 7).await.expect("known").balance.get(), START + 80);
        assert!(studio.shop.wallet.disagreements(&*studio.till).await.unwrap().is_empty());
        studio.close().await;
        other.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_that_telegram_does_not_have_is_a_fault() {
    for studio in studios().await {
        let user = studio.shop.person(7).await;
        let charge = pixelai::wallet::Charge { id: "made up", payload: "", currency: pixelai::wallet::STARS, stars: 9 };
        studio.shop.wallet.credit(user, &charge, now()).await.unwrap();
        let faults = studio.shop.wallet.disagreements(&*studio.till).await.unwrap();
        assert_eq!(faults, ["the books have a payment made up, Telegram has none"]);
        studio.close().await;
    }
}
