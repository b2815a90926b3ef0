//! Whatever happens in whatever order, also twice at one moment: the books balance, and say what a simple model says.

use std::collections::HashMap;

use pixelai::domain::{Failure, JobId, UserId};
use pixelai::orders::Placed;
use pixelai::wallet::{Charge, Credited, STARS};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::database::engines;
use crate::support::shop::{PRICE, START, Shop};
use crate::support::{at_once, now};

/// What can happen to the money of one of a few people.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Welcome { person: usize },
    Pay { person: usize, charge: usize, stars: i64 },
    Refund { charge: usize },
    Order { person: usize, key: usize },
    End { order: usize, how: End },
}

#[derive(Debug, Clone, Copy)]
enum End {
    Succeed,
    Fail,
    Cancel,
}

const PEOPLE: usize = 2;

fn deed() -> impl Strategy<Value = Deed> {
    let end = prop_oneof![Just(End::Succeed), Just(End::Fail), Just(End::Cancel)];
    prop_oneof![
        1 => (0..PEOPLE).prop_map(|person| Deed::Welcome { person }),
        2 => (0..PEOPLE, 0..4_usize, 1..40_i64).prop_map(|(person, charge, stars)| Deed::Pay { person, charge, stars }),
        2 => (0..4_usize).prop_map(|charge| Deed::Refund { charge }),
        4 => (0..PEOPLE, 0..8_usize).prop_map(|(person, key)| Deed::Order { person, key }),
        4 => (0..8_usize, end).prop_map(|(order, how)| Deed::End { order, how }),
    ]
}

/// What the books should say.
#[derive(Default)]
struct Model {
    people: Vec<UserId>,
    /// What each can spend, and what is held.
    money: Vec<(i64, i64)>,
    /// Whose each payment is, its worth, and whether it went back.
    payments: HashMap<usize, (usize, i64, bool)>,
    /// Whose each order is.
    orders: HashMap<usize, (usize, JobId)>,
}

/// Does a deed `times` times at one moment, and holds the outcomes against the model.
async fn play(shop: &Shop, model: &mut Model, deed: Deed, times: usize) {
    match deed {
        Deed::Welcome { person } => {
            let ids = at_once(times, |_| {
                let wallet = shop.wallet.clone();
                async move { wallet.welcome(&crate::support::shop::profile(person as i64), now()).await.unwrap() }
            })
            .await;
            assert!(ids.iter().all(|id| *id == model.people[person]));
        }
        Deed::Pay { person, charge, stars } => pay(shop, model, (person, charge, stars), times).await,
        Deed::Refund { charge } => {
            let refunded = at_once(times, |_| {
                let wallet = shop.wallet.clone();
                async move { wallet.refunded(&charge.to_string(), now()).await.unwrap() }
            })
            .await;
            let expected = match model.payments.get_mut(&charge) {
                Some((person, worth, back @ false)) => {
                    *back = true;
                    let money = &mut model.money[*person];
                    money.0 -= money.0.min(*worth);
                    1
                }
                _ => 0,
            };
            assert_eq!(refunded.iter().filter(|refunded| **refunded).count(), expected);
        }
        Deed::Order { person, key } => order(shop, model, person, key, times).await,
        Deed::End { order, how } => end(shop, model, order, how, times).await,
    }
}

async fn pay(shop: &Shop, model: &mut Model, (person, charge, stars): (usize, usize, i64), times: usize) {
    let user = model.people[person];
    let credited = at_once(times, |_| {
        let wallet = shop.wallet.clone();
        async move {
            let charge = Charge { id: &charge.to_string(), payload: "", currency: STARS, stars };
            wallet.credit(user, &charge, now()).await.unwrap()
        }
    })
    .await;
    let new = !model.payments.contains_key(&charge);
    if new {
        model.payments.insert(charge, (person, stars, false));
        model.money[person].0 += stars;
    }
    assert_eq!(credited.iter().filter(|credited| **credited == Credited::Now).count(), usize::from(new));
}

async fn order(shop: &Shop, model: &mut Model, person: usize, key: usize, times: usize) {
    let user = model.people[person];
    // Keys are of one person, as a session's are.
    let name = format!("{person}:{key}");
    let mut placed = Vec::new();
    for _ in 0..times {
        placed.push(shop.order(user, &name).await);
    }
    let slot = person * 8 + key;
    if let Some((_, job)) = model.orders.get(&slot) {
        assert!(placed.iter().all(|it| *it == Placed::Placed(*job)));
        return;
    }
    for outcome in placed {
        let money = &mut model.money[person];
        match outcome {
            Placed::Placed(job) => {
                if model.orders.insert(slot, (person, job)).is_none() {
                    *money = (money.0 - PRICE, money.1 + PRICE);
                }
            }
            Placed::Short { missing } => assert_eq!(missing.get(), PRICE - money.0),
            Placed::Busy => assert_eq!(money.1, 3 * PRICE),
            other => panic!("{other:?}"),
        }
    }
}

async fn end(shop: &Shop, model: &mut Model, order: usize, how: End, times: usize) {
    let mut slots: Vec<usize> = model.orders.keys().copied().collect();
    slots.sort_unstable();
    let Some(slot) = slots.get(order) else { return };
    let (person, id) = model.orders[slot];
    let (user, job) = (model.people[person], shop.job(id).await);
    let live = !job.state.is_final();
    let ended = at_once(times, |_| {
        let (orders, job) = (shop.orders.clone(), job.clone());
        async move {
            match how {
                End::Succeed => orders.succeed(&job, b"picture", now()).await.unwrap(),
                End::Fail => orders.fail(&job, Failure::Unavailable, now()).await.unwrap(),
                End::Cancel => orders.cancel(user, id, now()).await.unwrap(),
            }
        }
    })
    .await;
    assert_eq!(ended.iter().filter(|ended| **ended).count(), usize::from(live), "{how:?}");
    if live {
        let money = &mut model.money[person];
        let back = if matches!(how, End::Succeed) { 0 } else { PRICE };
        *money = (money.0 + back, money.1 - PRICE);
    }
}

async fn live(history: Vec<(Deed, usize)>) {
    for fresh in engines().await {
        let shop = Shop::over(fresh).await;
        let mut model = Model::default();
        for person in 0..PEOPLE {
            model.people.push(shop.person(person as i64).await);
            model.money.push((START, 0));
        }
        for (deed, times) in &history {
            play(&shop, &mut model, *deed, *times).await;
            for (user, money) in model.people.iter().zip(&model.money) {
                assert_eq!(shop.money(*user).await, *money, "after {deed:?}");
            }
        }
        shop.fresh.assert_books_in_order().await;
    }
}

proptest! {
    // Each history has databases of its own, which is what costs.
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_any_history_the_books_balance(history in vec((deed(), 1..3_usize), 1..30)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(live(history));
    }
}
