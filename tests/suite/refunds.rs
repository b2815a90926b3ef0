//! Stars on their way back: the credits are taken once, Telegram is told until it answers, and the books say so.

use std::time::Duration;

use pixelai::domain::UserId;
use pixelai::store::support::Closed;
use pixelai::wallet::{self, Asked, Charge, STARS, StarsError, Wish, ask_refund};

use crate::support::shop::{START, Shop, credits, key, shops};
use crate::support::studio::{ADMIN, Studio, studios};
use crate::support::{at_once, awaited, now};

/// A person who has paid 50 Stars for 55 credits, and an admin.
async fn paid(shop: &Shop) -> (UserId, UserId) {
    let (user, admin) = (shop.person(7).await, shop.person(ADMIN).await);
    pay(shop, user, "charge").await;
    (user, admin)
}

async fn pay(shop: &Shop, user: UserId, id: &str) {
    let invoice = shop.wallet.invoice(user, &key(id), 50, credits(55), now()).await.unwrap();
    let charge = Charge { id, payload: &invoice.to_string(), currency: STARS, stars: 50 };
    shop.wallet.credit(user, &charge, now()).await.unwrap();
}

async fn spend(shop: &Shop, user: UserId, amount: i64) {
    let transfer = wallet::grant(user, "unused", credits(amount), "test");
    let taken = pixelai::store::ledger::Transfer {
        kind: pixelai::store::ledger::TransferKind::Take,
        key: &format!("spent:{amount}"),
        from: transfer.to,
        to: transfer.from,
        ..transfer
    };
    let mut tx = shop.fresh.store.begin().await.unwrap();
    tx.transfer(&taken, now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn ask(shop: &Shop, admin: UserId, charge_id: &str, forced: bool) -> Asked {
    let mut tx = shop.fresh.store.begin().await.unwrap();
    let wish = Wish { charge_id, by: admin, reason: "test", forced };
    let asked = ask_refund(&mut tx, &wish, now()).await.unwrap();
    if matches!(asked, Asked::Now(_)) {
        tx.commit().await.unwrap();
    }
    asked
}

async fn letters(shop: &Shop, kind: &str) -> i64 {
    shop.fresh.number(format!("SELECT count(*) FROM outbox WHERE CAST(letter AS TEXT) LIKE '%{kind}%'")).await
}

async fn refunds(shop: &Shop, state: &str) -> i64 {
    shop.fresh.number(format!("SELECT count(*) FROM refunds WHERE state = '{state}'")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn asked_many_times_at_once_it_takes_the_credits_once() {
    for shop in shops().await {
        let (user, admin) = paid(&shop).await;
        let asked = at_once(6, |_| {
            let store = shop.fresh.store.clone();
            async move {
                let mut tx = store.begin().await.unwrap();
                let wish = Wish { charge_id: "charge", by: admin, reason: "test", forced: false };
                let asked = ask_refund(&mut tx, &wish, now()).await.unwrap();
                let new = matches!(asked, Asked::Now(_));
                if new {
                    tx.commit().await.unwrap();
                } else {
                    assert!(matches!(asked, Asked::UnderWay(_)), "{asked:?}");
                }
                new
            }
        })
        .await;
        assert_eq!(asked.iter().filter(|new| **new).count(), 1);
        assert_eq!(shop.money(user).await, (START, 0));
        shop.fresh.assert_books_in_order().await;
        assert!(shop.wallet.refunded("charge", now()).await.unwrap());
        assert!(!shop.wallet.refunded("charge", now()).await.unwrap());
        assert!(matches!(ask(&shop, admin, "charge", true).await, Asked::Returned(_)));
        assert_eq!(shop.money(user).await, (START, 0));
        assert_eq!((letters(&shop, "refunded").await, letters(&shop, "refund_done").await), (1, 1));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn spent_credits_are_a_reason_against_it_unless_forced() {
    for shop in shops().await {
        let (user, admin) = paid(&shop).await;
        spend(&shop, user, START + 40).await;
        match ask(&shop, admin, "charge", false).await {
            Asked::Spent { payment, left } => assert_eq!((payment.credits.get(), left.get()), (55, 15)),
            other => panic!("{other:?}"),
        }
        assert_eq!((shop.money(user).await, refunds(&shop, "asked").await), ((15, 0), 0));
        assert!(matches!(ask(&shop, admin, "charge", true).await, Asked::Now(_)));
        assert_eq!(shop.money(user).await, (0, 0));
        shop.fresh.assert_books_in_order().await;
        assert!(shop.wallet.refunded("charge", now()).await.unwrap());
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn what_was_never_paid_cannot_go_back() {
    for shop in shops().await {
        let (_, admin) = paid(&shop).await;
        assert_eq!(ask(&shop, admin, "another", true).await, Asked::Unknown);
        assert_eq!(shop.count("refunds").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refund_from_outside_that_meets_ours_is_booked_once() {
    for shop in shops().await {
        for round in 0..5 {
            let (user, admin) = (shop.person(100 + round).await, shop.person(ADMIN).await);
            let id = format!("charge:{round}");
            pay(&shop, user, &id).await;
            at_once(2, |number| {
                let (wallet, store, id) = (shop.wallet.clone(), shop.fresh.store.clone(), id.clone());
                async move {
                    if number == 0 {
                        assert!(wallet.refunded(&id, now()).await.unwrap());
                        return;
                    }
                    let mut tx = store.begin().await.unwrap();
                    let wish = Wish { charge_id: &id, by: admin, reason: "test", forced: false };
                    if matches!(ask_refund(&mut tx, &wish, now()).await.unwrap(), Asked::Now(_)) {
                        tx.commit().await.unwrap();
                    }
                }
            })
            .await;
            assert_eq!(shop.money(user).await, (START, 0));
            shop.fresh.assert_books_in_order().await;
        }
        assert_eq!((refunds(&shop, "done").await, refunds(&shop, "asked").await), (5, 0));
    }
}

async fn told(studio: &Studio, times: usize) {
    awaited("Telegram is told", async || (studio.till.told().len() >= times).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn telegram_is_told_until_it_answers_though_the_person_has_blocked_us() {
    for mut studio in studios().await {
        let (user, admin) = paid(&studio.shop).await;
        studio.out.blocked.store(true, std::sync::atomic::Ordering::SeqCst);
        let trouble = StarsError::Passing("502".to_owned());
        studio.till.answers([Err(trouble), Err(StarsError::Wait(Duration::from_millis(10)))]);
        assert!(matches!(ask(&studio.shop, admin, "charge", false).await, Asked::Now(_)));
        studio.start();
        let done = async || (refunds(&studio.shop, "done").await == 1).then_some(());
        awaited("the refund is done", done).await;
        assert_eq!(studio.till.told().len(), 3);
        assert!(studio.till.told().iter().all(|(payer, charge)| payer.0 == 7 && charge == "charge"));
        assert_eq!(studio.shop.money(user).await, (START, 0));
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refusal_of_telegrams_gives_the_credits_back_and_it_can_be_asked_again() {
    for mut studio in studios().await {
        let (user, admin) = paid(&studio.shop).await;
        studio.till.answers([Err(StarsError::Refused("BALANCE_TOO_LOW".to_owned()))]);
        assert!(matches!(ask(&studio.shop, admin, "charge", false).await, Asked::Now(_)));
        let store = studio.shop.fresh.store.clone();
        let mut tx = store.begin().await.unwrap();
        let asked = tx.add_request(user, &key("question"), "Where are they?", Some("charge"), now()).await.unwrap();
        assert!(tx.close_request(asked.0, Closed::Returned, admin, now()).await.unwrap());
        tx.commit().await.unwrap();
        studio.start();
        let refused = async || (refunds(&studio.shop, "refused").await == 1).then_some(());
        awaited("the refund is refused", refused).await;
        assert_eq!(studio.shop.money(user).await, (START + 55, 0));
        assert_eq!(letters(&studio.shop, "BALANCE_TOO_LOW").await, 1);
        assert!(store.request(asked.0).await.unwrap().unwrap().is_open(), "whoever asked still waits for an answer");
        studio.shop.fresh.assert_books_in_order().await;

        assert!(matches!(ask(&studio.shop, admin, "charge", false).await, Asked::Now(_)));
        studio.ring();
        told(&studio, 2).await;
        let done = async || (refunds(&studio.shop, "done").await == 1).then_some(());
        awaited("the refund is done", done).await;
        assert_eq!(studio.shop.money(user).await, (START, 0));
        studio.close().await;
    }
}

#[tokio::test]
async fn a_second_tap_on_pay_waits_for_the_first() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let invoice = shop.wallet.invoice(user, &key("invoice"), 50, credits(55), now()).await.unwrap().to_string();
        let tap = |id: &'static str| Charge { id, payload: "", currency: STARS, stars: 50 };
        let check = async |id, at| {
            let charge = Charge { payload: &invoice, ..tap(id) };
            shop.wallet.check(pixelai::domain::TelegramId(7), &charge, at).await.unwrap()
        };
        assert_eq!(check("first", now()).await, Ok(()));
        assert_eq!(check("second", now()).await, Err(wallet::CheckoutRefusal::UnderWay));
        assert_eq!(check("first", now()).await, Ok(()));
        let later = now() + chrono::Duration::seconds(20);
        assert_eq!(check("second", later).await, Ok(()));
        let paid = Charge { id: "charge", payload: &invoice, ..tap("") };
        shop.wallet.credit(user, &paid, now()).await.unwrap();
        assert_eq!(check("third", later).await, Err(wallet::CheckoutRefusal::Paid));
    }
}

#[tokio::test]
async fn a_payment_of_somebody_who_is_deleted_is_booked_all_the_same() {
    for shop in shops().await {
        let (user, admin) = paid(&shop).await;
        shop.orders.forget(user, now()).await.unwrap();
        pay(&shop, user, "late").await;
        assert_eq!(shop.money(user).await, (START + 110, 0));
        assert!(matches!(ask(&shop, admin, "late", false).await, Asked::Now(_)));
        assert!(shop.wallet.refunded("late", now()).await.unwrap());
        assert_eq!(shop.money(user).await, (START + 55, 0));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn the_audit_finds_payments_and_refunds_that_do_not_fit() {
    for shop in shops().await {
        let (_, admin) = paid(&shop).await;
        assert!(matches!(ask(&shop, admin, "charge", false).await, Asked::Now(_)));
        let fresh = &shop.fresh;
        let cases = [
            ("UPDATE payments SET credits = 56", "is worth 56 credits, but 55", "UPDATE payments SET credits = 55"),
            ("UPDATE refunds SET taken = 3", "took 3 credits, but 55", "UPDATE refunds SET taken = 55"),
            ("UPDATE refunds SET state = 'done'", "has not gone back, but 1", "UPDATE refunds SET state = 'asked'"),
            (
                "UPDATE payments SET refunded_at = created_at",
                "has gone back, but 0",
                "UPDATE payments SET refunded_at = NULL",
            ),
        ];
        for (harm, expected, mend) in cases {
            fresh.run(harm).await.unwrap();
            let faults = fresh.store.audit().await.unwrap();
            assert!(faults.iter().any(|fault| fault.contains(expected)), "{harm}: {faults:#?}");
            fresh.run(mend).await.unwrap();
            fresh.assert_books_in_order().await;
        }
        fresh.run("DELETE FROM refunds").await.unwrap();
        let faults = fresh.store.audit().await.unwrap();
        assert!(faults.iter().any(|fault| fault.contains("refund:charge has no refund")), "{faults:#?}");
    }
}
