//! Whatever happens in whatever order, also twice at one moment: the books balance, and say what a simple model says.

use std::collections::{HashMap, HashSet};

use pixelai::domain::{Failure, JobId, UserId};
use pixelai::orders::Placed;
use pixelai::store::ledger::Posted;
use pixelai::wallet::{self, Asked, Charge, Credited, STARS, Wish};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::database::engines;
use crate::support::shop::{PRICE, START, Shop, credits};
use crate::support::{at_once, now, seconds};

/// What can happen to the money of one of a few people.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Welcome {
        person: usize,
    },
    Pay {
        person: usize,
        charge: usize,
        stars: i64,
    },
    Refund {
        charge: usize,
    },
    /// An admin gives credits, and the process may die before that is committed.
    Grant {
        person: usize,
        key: usize,
        credits: i64,
        dies: bool,
    },
    /// An admin wants a payment back, and the process may die before that is committed.
    Ask {
        charge: usize,
        forced: bool,
        dies: bool,
    },
    /// Telegram refuses what was asked for.
    Refuse {
        charge: usize,
    },
    /// The process dies with a hold written but not committed.
    DieHolding {
        person: usize,
    },
    Order {
        person: usize,
        key: usize,
    },
    End {
        order: usize,
        how: End,
    },
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
        2 => (0..PEOPLE, 0..6_usize, 1..20_i64, any::<bool>())
            .prop_map(|(person, key, credits, dies)| Deed::Grant { person, key, credits, dies }),
        3 => (0..4_usize, any::<bool>(), any::<bool>())
            .prop_map(|(charge, forced, dies)| Deed::Ask { charge, forced, dies }),
        2 => (0..4_usize).prop_map(|charge| Deed::Refuse { charge }),
        1 => (0..PEOPLE).prop_map(|person| Deed::DieHolding { person }),
        4 => (0..PEOPLE, 0..8_usize).prop_map(|(person, key)| Deed::Order { person, key }),
        4 => (0..8_usize, end).prop_map(|(order, how)| Deed::End { order, how }),
    ]
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Here,
    /// On its way back, so many credits taken for it.
    Asked(i64),
    Back,
}

/// What the books should say.
#[derive(Default)]
struct Model {
    people: Vec<UserId>,
    /// What each can spend, and what is held.
    money: Vec<(i64, i64)>,
    /// Whose each payment is, its worth, and where it stands.
    payments: HashMap<usize, (usize, i64, Way)>,
    /// Grants that are in the books.
    grants: HashSet<usize>,
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
                Some((person, worth, way)) if *way != Way::Back => {
                    let money = &mut model.money[*person];
                    if *way == Way::Here {
                        money.0 -= money.0.min(*worth);
                    }
                    *way = Way::Back;
                    1
                }
                _ => 0,
            };
            assert_eq!(refunded.iter().filter(|refunded| **refunded).count(), expected);
        }
        Deed::Grant { person, key, credits, dies } => give(shop, model, (person, key, credits), dies, times).await,
        Deed::Ask { charge, forced, dies } => ask(shop, model, charge, forced, dies, times).await,
        Deed::Refuse { charge } => refuse(shop, model, charge, times).await,
        Deed::DieHolding { person } => {
            let mut tx = shop.fresh.store.begin().await.unwrap();
            wallet::hold(&mut tx, model.people[person], JobId::new(), credits(1), now()).await.unwrap();
        }
        Deed::Order { person, key } => order(shop, model, person, key, times).await,
        Deed::End { order, how } => end(shop, model, order, how, times).await,
    }
}

async fn give(shop: &Shop, model: &mut Model, (person, key, amount): (usize, usize, i64), dies: bool, times: usize) {
    let user = model.people[person];
    let posted = at_once(times, |_| {
        let store = shop.fresh.store.clone();
        async move {
            let key = format!("grant:{key}");
            let mut tx = store.begin().await.unwrap();
            let posted = tx.transfer(&wallet::grant(user, &key, credits(amount), "test"), now()).await.unwrap();
            if !dies {
                tx.commit().await.unwrap();
            }
            posted
        }
    })
    .await;
    let new = !model.grants.contains(&key);
    assert!(new || posted.iter().all(|posted| *posted == Posted::Before));
    if new && !dies {
        model.grants.insert(key);
        model.money[person].0 += amount;
    }
}

async fn ask(shop: &Shop, model: &mut Model, charge: usize, forced: bool, dies: bool, times: usize) {
    let admin = model.people[0];
    let asked = at_once(times, |_| {
        let store = shop.fresh.store.clone();
        async move {
            let wish = Wish { charge_id: &charge.to_string(), by: admin, reason: "test", forced };
            let mut tx = store.begin().await.unwrap();
            let asked = wallet::ask_refund(&mut tx, &wish, now()).await.unwrap();
            let new = matches!(asked, Asked::Now(_));
            if new && !dies {
                tx.commit().await.unwrap();
            }
            new
        }
    })
    .await;
    let done = asked.iter().filter(|new| **new).count();
    let Some((person, worth, way)) = model.payments.get_mut(&charge) else {
        assert_eq!(done, 0);
        return;
    };
    let money = &mut model.money[*person];
    if *way != Way::Here || (money.0 < *worth && !forced) {
        assert_eq!(done, 0, "{way:?}");
    } else if !dies {
        assert_eq!(done, 1);
        let taken = money.0.min(*worth);
        money.0 -= taken;
        *way = Way::Asked(taken);
    }
}

async fn refuse(shop: &Shop, model: &mut Model, charge: usize, times: usize) {
    // A lease that is over at once, so that the others are due again.
    let claimed = shop.fresh.store.claim_refunds(now() + seconds(9), now(), 10).await.unwrap();
    let Some(refund) = claimed.into_iter().find(|refund| refund.charge_id == charge.to_string()) else { return };
    let refused = at_once(times, |_| {
        let (wallet, refund) = (shop.wallet.clone(), refund.clone());
        async move { wallet.refund_refused(&refund, "test", now()).await.unwrap() }
    })
    .await;
    assert_eq!(refused.iter().filter(|refused| **refused).count(), 1);
    let (person, _, way) = model.payments.get_mut(&charge).expect("it was paid");
    let Way::Asked(taken) = *way else { panic!("{way:?}") };
    model.money[*person].0 += taken;
    *way = Way::Here;
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
        model.payments.insert(charge, (person, stars, Way::Here));
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
