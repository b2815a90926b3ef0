//! Money: each deed counts once, nothing goes below zero, and whoever pays gets what was offered.

use pixelai::domain::{InvoiceId, JobId, TelegramId, UserId};
use pixelai::store::ledger::{Account, Posted, Transfer, TransferKind};
use pixelai::wallet::{self, Charge, CheckoutRefusal, Credited, STARS};

use crate::support::shop::{START, Shop, credits, key, profile, shops};
use crate::support::{at_once, now, seconds};

fn charge<'a>(id: &'a str, payload: &'a str, stars: i64) -> Charge<'a> {
    Charge { id, payload, currency: STARS, stars }
}

/// What the entries of an account of the house sum to.
async fn house(shop: &Shop, kind: &str) -> i64 {
    let sum = "SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM ledger_entries e JOIN accounts a";
    shop.fresh.number(format!("{sum} ON a.id = e.account_id WHERE a.kind = '{kind}'")).await
}

async fn invoice(shop: &Shop, user: UserId, stars: i64, worth: i64) -> InvoiceId {
    let key = key(&format!("invoice:{stars}:{worth}"));
    shop.wallet.invoice(user, &key, stars, credits(worth), now()).await.unwrap()
}

async fn letters(shop: &Shop) -> i64 {
    shop.count("outbox").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_start_balance_is_given_once_to_a_person_who_comes_in_by_many_doors() {
    for shop in shops().await {
        let ids = at_once(10, |_| {
            let wallet = shop.wallet.clone();
            async move { wallet.welcome(&profile(7), now()).await.unwrap() }
        })
        .await;
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(shop.money(ids[0]).await, (START, 0));
        assert_eq!(shop.person(7).await, ids[0]);
        assert_eq!((shop.money(ids[0]).await, shop.count("users").await), ((START, 0), 1));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn every_kind_of_transfer_counts_once_per_key() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let (available, held) = (Account::Available(user), Account::Held(user));
        let deeds = [
            (TransferKind::Grant, Account::Grants, available, (START + 3, 0)),
            (TransferKind::Topup, Account::Stars, available, (START + 6, 0)),
            (TransferKind::Hold, available, held, (START + 3, 3)),
            (TransferKind::Void, held, available, (START + 6, 0)),
            (TransferKind::Refund, available, Account::Stars, (START + 3, 0)),
            (TransferKind::Take, available, Account::Grants, (START, 0)),
        ];
        for (number, (kind, from, to, after)) in deeds.into_iter().enumerate() {
            let key = format!("deed:{number}");
            for expected in [Posted::Now, Posted::Before] {
                let transfer =
                    Transfer { kind, key: &key, user, from, to, amount: credits(3), subject: None, reason: "test" };
                let mut tx = shop.fresh.store.begin().await.unwrap();
                assert_eq!(tx.transfer(&transfer, now()).await.unwrap(), expected, "{kind:?}");
                tx.commit().await.unwrap();
                assert_eq!(shop.money(user).await, after, "{kind:?}");
            }
        }
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn a_job_is_settled_one_way_only() {
    for shop in shops().await {
        let (user, captured, voided) = (shop.person(7).await, JobId::new(), JobId::new());
        let price = credits(5);
        let mut tx = shop.fresh.store.begin().await.unwrap();
        for job in [captured, voided] {
            assert_eq!(wallet::hold(&mut tx, user, job, price, now()).await.unwrap(), Posted::Now);
            assert_eq!(wallet::hold(&mut tx, user, job, price, now()).await.unwrap(), Posted::Before);
        }
        assert_eq!(wallet::capture(&mut tx, user, captured, price, now()).await.unwrap(), Posted::Now);
        assert_eq!(wallet::void(&mut tx, user, captured, price, now()).await.unwrap(), Posted::Before);
        assert_eq!(wallet::void(&mut tx, user, voided, price, now()).await.unwrap(), Posted::Now);
        assert_eq!(wallet::capture(&mut tx, user, voided, price, now()).await.unwrap(), Posted::Before);
        tx.commit().await.unwrap();
        assert_eq!(shop.money(user).await, (START - 5, 0));
        assert_eq!(house(&shop, "sales").await, 5);
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn what_was_never_held_cannot_be_captured() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let mut tx = shop.fresh.store.begin().await.unwrap();
        assert!(wallet::capture(&mut tx, user, JobId::new(), credits(5), now()).await.is_err());
        drop(tx);
        assert_eq!(shop.money(user).await, (START, 0));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn holds_at_once_never_take_more_than_there_is() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let posted = at_once(10, |_| {
            let store = shop.fresh.store.clone();
            async move {
                let mut tx = store.begin().await.unwrap();
                let posted = wallet::hold(&mut tx, user, JobId::new(), credits(6), now()).await.unwrap();
                if posted == Posted::Now {
                    tx.commit().await.unwrap();
                }
                posted
            }
        })
        .await;
        assert_eq!(posted.iter().filter(|posted| **posted == Posted::Now).count(), 3, "{posted:?}");
        assert_eq!(shop.money(user).await, (START - 18, 18));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn holds_and_voids_at_once_do_not_stand_in_each_others_way() {
    for shop in shops().await {
        let (user, price) = (shop.person(7).await, credits(1));
        for _ in 0..5 {
            let held = JobId::new();
            let mut tx = shop.fresh.store.begin().await.unwrap();
            wallet::hold(&mut tx, user, held, price, now()).await.unwrap();
            tx.commit().await.unwrap();
            at_once(2, |number| {
                let store = shop.fresh.store.clone();
                async move {
                    let mut tx = store.begin().await.unwrap();
                    match number {
                        0 => wallet::void(&mut tx, user, held, price, now()).await.unwrap(),
                        _ => wallet::hold(&mut tx, user, JobId::new(), price, now()).await.unwrap(),
                    };
                    tx.commit().await.unwrap();
                }
            })
            .await;
        }
        assert_eq!(shop.money(user).await, (START - 5, 5));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_delivered_ten_times_at_once_is_credited_once() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let payload = invoice(&shop, user, 50, 55).await.to_string();
        let credited = at_once(10, |_| {
            let (wallet, payload) = (shop.wallet.clone(), payload.clone());
            async move { wallet.credit(user, &charge("charge", &payload, 50), now()).await.unwrap() }
        })
        .await;
        assert_eq!(credited.iter().filter(|credited| **credited == Credited::Now).count(), 1, "{credited:?}");
        assert_eq!(shop.money(user).await, (START + 55, 0));
        assert_eq!((shop.count("payments").await, letters(&shop).await), (1, 1));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn a_bonus_comes_from_the_gifts_and_goes_back_there() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let payload = invoice(&shop, user, 100, 115).await.to_string();
        shop.wallet.credit(user, &charge("charge", &payload, 100), now()).await.unwrap();
        assert_eq!((house(&shop, "stars").await, house(&shop, "grants").await), (-100, -START - 15));
        assert!(shop.wallet.refunded("charge", now()).await.unwrap());
        assert_eq!((house(&shop, "stars").await, house(&shop, "grants").await), (0, -START));
        assert_eq!(shop.money(user).await, (START, 0));
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn an_invoice_that_is_paid_again_is_worth_the_same_again() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let payload = invoice(&shop, user, 50, 55).await.to_string();
        for id in ["first", "second"] {
            assert_eq!(shop.wallet.credit(user, &charge(id, &payload, 50), now()).await.unwrap(), Credited::Now);
        }
        assert_eq!(shop.money(user).await, (START + 110, 0));
        let again = "SELECT count(*) FROM outbox WHERE CAST(letter AS TEXT) LIKE '%again\"%true%'";
        assert_eq!(shop.fresh.number(again).await, 1);
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn a_payment_that_fits_no_invoice_is_worth_its_stars() {
    for shop in shops().await {
        let (user, other) = (shop.person(7).await, shop.person(8).await);
        let foreign = invoice(&shop, other, 50, 55).await;
        let own = invoice(&shop, user, 100, 115).await;
        let nobodys = InvoiceId::new();
        let payloads = [foreign.to_string(), own.to_string(), nobodys.to_string(), "?".to_owned(), String::new()];
        for (number, payload) in payloads.iter().enumerate() {
            let id = format!("charge:{number}");
            assert_eq!(shop.wallet.credit(user, &charge(&id, payload, 50), now()).await.unwrap(), Credited::Now);
        }
        assert_eq!(shop.money(user).await, (START + 250, 0));
        assert_eq!(shop.money(other).await, (START, 0));
        for unpaid in [foreign, own] {
            assert_eq!(shop.fresh.store.invoice(unpaid).await.unwrap().unwrap().paid_at, None);
        }
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn what_is_not_a_payment_in_stars_is_not_booked() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let payload = invoice(&shop, user, 50, 55).await.to_string();
        let dollars = Charge { currency: "USD", ..charge("usd", &payload, 50) };
        let odd = [dollars, charge("zero", &payload, 0), charge("less", &payload, -50), charge("max", "", i64::MAX)];
        for charge in odd {
            assert_eq!(shop.wallet.credit(user, &charge, now()).await.unwrap(), Credited::NotStars, "{charge:?}");
        }
        assert_eq!(shop.money(user).await, (START, 0));
        assert_eq!((shop.count("payments").await, letters(&shop).await), (0, 0));
    }
}

#[tokio::test]
async fn a_checkout_passes_only_as_the_invoice_says() {
    for shop in shops().await {
        let (user, _) = (shop.person(7).await, shop.person(8).await);
        let (payer, payload) = (TelegramId(7), invoice(&shop, user, 50, 55).await.to_string());
        let right = charge("", &payload, 50);
        let day = seconds(24 * 3600);
        let cases = [
            (payer, right, now(), Ok(())),
            (payer, charge("", "?", 50), now(), Err(CheckoutRefusal::Expired)),
            (payer, right, now() + day, Err(CheckoutRefusal::Expired)),
            (TelegramId(8), right, now(), Err(CheckoutRefusal::Foreign)),
            (TelegramId(9), right, now(), Err(CheckoutRefusal::Foreign)),
            (payer, charge("", &payload, 49), now(), Err(CheckoutRefusal::Repriced)),
            (payer, Charge { currency: "USD", ..right }, now(), Err(CheckoutRefusal::Repriced)),
        ];
        for (payer, charge, at, expected) in cases {
            assert_eq!(shop.wallet.check(payer, &charge, at).await.unwrap(), expected, "{payer} {charge:?}");
        }
        shop.wallet.credit(user, &charge("charge", &payload, 50), now()).await.unwrap();
        let verdict = shop.wallet.check(payer, &right, now()).await.unwrap();
        assert_eq!(verdict, Err(CheckoutRefusal::Paid));
    }
}

#[tokio::test]
async fn one_action_writes_one_invoice() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let first = invoice(&shop, user, 50, 55).await;
        assert_eq!(invoice(&shop, user, 50, 55).await, first);
        assert_ne!(invoice(&shop, user, 25, 25).await, first);
        assert_eq!(shop.count("invoices").await, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refund_is_booked_once_and_takes_no_more_than_is_left() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let payload = invoice(&shop, user, 50, 55).await.to_string();
        shop.wallet.credit(user, &charge("charge", &payload, 50), now()).await.unwrap();
        // All but 15 credits are held.
        let mut tx = shop.fresh.store.begin().await.unwrap();
        wallet::hold(&mut tx, user, JobId::new(), credits(START + 40), now()).await.unwrap();
        tx.commit().await.unwrap();
        let refunded = at_once(6, |_| {
            let wallet = shop.wallet.clone();
            async move { wallet.refunded("charge", now()).await.unwrap() }
        })
        .await;
        assert_eq!(refunded.iter().filter(|refunded| **refunded).count(), 1);
        assert_eq!(shop.money(user).await, (0, START + 40));
        assert_eq!(house(&shop, "stars").await, -35);
        assert!(!shop.wallet.refunded("never paid", now()).await.unwrap());
        let empty = "SELECT count(*) FROM ledger_transactions t WHERE NOT EXISTS \
             (SELECT 1 FROM ledger_entries e WHERE e.transaction_id = t.id)";
        assert_eq!(shop.fresh.number(empty).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refund_that_meets_a_hold_leaves_the_books_in_order() {
    for shop in shops().await {
        for round in 0..5 {
            let user = shop.person(100 + round).await;
            let id = format!("charge:{round}");
            shop.wallet.credit(user, &charge(&id, "?", 10), now()).await.unwrap();
            at_once(2, |number| {
                let (wallet, store, id) = (shop.wallet.clone(), shop.fresh.store.clone(), id.clone());
                async move {
                    if number == 0 {
                        wallet.refunded(&id, now()).await.unwrap();
                        return;
                    }
                    let mut tx = store.begin().await.unwrap();
                    if wallet::hold(&mut tx, user, JobId::new(), credits(START), now()).await.unwrap() == Posted::Now {
                        tx.commit().await.unwrap();
                    }
                }
            })
            .await;
            let (available, held) = shop.money(user).await;
            assert!((available, held) == (0, START) || (available, held) == (10, START), "{available} {held}");
        }
        let faults = shop.fresh.store.audit_ledger().await.unwrap();
        assert!(faults.iter().all(|fault| fault.contains("held")), "{faults:#?}");
    }
}

#[tokio::test]
async fn the_ledger_cannot_be_changed_or_shortened() {
    for shop in shops().await {
        shop.person(7).await;
        let count = |table: &'static str| shop.count(table);
        let before = (count("ledger_entries").await, count("ledger_transactions").await);
        for sql in [
            "UPDATE ledger_entries SET amount = amount * 2",
            "DELETE FROM ledger_entries",
            "UPDATE ledger_transactions SET reason = 'x'",
            "DELETE FROM ledger_transactions",
        ] {
            let refused = shop.fresh.run(sql).await.expect_err(sql).to_string();
            assert!(refused.contains("never changed"), "{sql}: {refused}");
        }
        assert_eq!((count("ledger_entries").await, count("ledger_transactions").await), before);
        shop.fresh.assert_books_in_order().await;
    }
}

#[tokio::test]
async fn no_balance_can_be_written_below_zero() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let sql = "UPDATE accounts SET balance = -1 WHERE kind = 'available'";
        assert!(shop.fresh.run(sql).await.is_err());
        assert_eq!(shop.money(user).await, (START, 0));
    }
}

#[tokio::test]
async fn the_history_shows_what_moved_the_balance_newest_first() {
    for shop in shops().await {
        let user = shop.person(7).await;
        shop.wallet.credit(user, &charge("charge", "?", 30), now() + seconds(1)).await.unwrap();
        let mut tx = shop.fresh.store.begin().await.unwrap();
        let (job, at) = (JobId::new(), now() + seconds(2));
        wallet::hold(&mut tx, user, job, credits(5), at).await.unwrap();
        wallet::capture(&mut tx, user, job, credits(5), at).await.unwrap();
        tx.commit().await.unwrap();
        let lines = shop.fresh.store.ledger_lines(user, 10).await.unwrap();
        let shown: Vec<(&str, i64)> = lines.iter().map(|line| (line.kind.as_str(), line.amount)).collect();
        assert_eq!(shown, [("hold", -5), ("topup", 30), ("grant", START)]);
    }
}

#[tokio::test]
async fn the_audit_names_each_fault_in_the_books() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let fresh = &shop.fresh;
        let (id, owner) = (fresh.literal(JobId::new().0), fresh.literal(user.0));
        let at = "'2026-01-01 00:00:00+00:00'";
        let faults_after = async |sql: String, expected: &[&str]| {
            fresh.run(&*sql).await.unwrap();
            let faults = fresh.store.audit_ledger().await.unwrap();
            for word in expected {
                assert!(faults.iter().any(|fault| fault.contains(word)), "no {word:?} in {faults:#?}");
            }
            assert_eq!(faults.len(), expected.len(), "{faults:#?}");
        };
        faults_after(
            format!("UPDATE accounts SET balance = 21 WHERE kind = 'available' AND user_id = {owner}"),
            &["says 21"],
        )
        .await;
        fresh.run("UPDATE accounts SET balance = 20 WHERE kind = 'available'").await.unwrap();
        fresh.assert_books_in_order().await;
        faults_after(
            format!("UPDATE accounts SET balance = 4 WHERE kind = 'held' AND user_id = {owner}"),
            &["says 4", "has 4 credits held"],
        )
        .await;
        fresh.run("UPDATE accounts SET balance = 0 WHERE kind = 'held'").await.unwrap();
        let header = format!(
            "INSERT INTO ledger_transactions (id, kind, key, user_id, reason, created_at) \
             VALUES ({id}, 'grant', 'planted', {owner}, 'test', {at})"
        );
        faults_after(header, &["does not balance (sum 0)"]).await;
        let entry = format!(
            "INSERT INTO ledger_entries (transaction_id, account_id, amount) \
             SELECT {id}, id, 9 FROM accounts WHERE kind = 'grants'"
        );
        faults_after(entry, &["does not balance (sum 9)"]).await;
    }
}

#[tokio::test]
async fn the_audit_finds_a_hold_without_its_job() {
    for shop in shops().await {
        let user = shop.person(7).await;
        let mut tx = shop.fresh.store.begin().await.unwrap();
        wallet::hold(&mut tx, user, JobId::new(), credits(5), now()).await.unwrap();
        tx.commit().await.unwrap();
        let faults = shop.fresh.store.audit_ledger().await.unwrap();
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("has 5 credits held, but live jobs and trainings worth 0"), "{faults:?}");
    }
}
