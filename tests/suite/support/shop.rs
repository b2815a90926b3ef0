//! The business over a fresh database: people, photos, and the counter where they order.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use pixelai::domain::{ActionKey, Credits, JobId, PhotoId, SizedPhoto, TelegramId, TemplateId, UserId};
use pixelai::orders::{Bell, Catalog, Order, Orders, Placed};
use pixelai::store::jobs::Job;
use pixelai::store::ledger::Balance;
use pixelai::store::users::Profile;
use pixelai::wallet::Wallet;

use super::database::{Fresh, engines};
use super::now;

/// What a new person is given.
pub const START: i64 = 20;
/// A template of one photo, its price, its model and the model's fallback, as the first day's migration has them.
pub const TEMPLATE: &str = "xmas_cabin";
pub const PRICE: i64 = 5;
pub const MODEL: &str = "nano_banana";
pub const FALLBACK: &str = "flux_kontext";
/// The providers of these two.
pub const PROVIDERS: [&str; 2] = ["defapi", "replicate"];

pub struct Shop {
    pub fresh: Fresh,
    pub wallet: Wallet,
    pub orders: Orders,
    pub bell: Arc<Bell>,
}

/// A shop over each engine under test.
pub async fn shops() -> Vec<Shop> {
    let mut shops = Vec::new();
    for fresh in engines().await {
        shops.push(Shop::over(fresh).await);
    }
    shops
}

impl Shop {
    pub async fn over(fresh: Fresh) -> Self {
        Self::with(fresh, PROVIDERS.map(str::to_owned).into()).await
    }

    /// The same, with other providers switched on.
    pub async fn with(fresh: Fresh, providers: HashSet<String>) -> Self {
        let catalog = Catalog::load(&fresh.store, providers).await.expect("the templates can be read");
        let bell = Arc::new(Bell::default());
        Self {
            wallet: Wallet::new(fresh.store.clone(), credits(START)),
            orders: Orders::new(fresh.store.clone(), Arc::new(catalog), bell.clone()),
            bell,
            fresh,
        }
    }

    /// A person with the start balance.
    pub async fn person(&self, telegram: i64) -> UserId {
        self.wallet.welcome(&profile(telegram), now()).await.expect("the person is welcomed")
    }

    pub async fn photo(&self, user: UserId) -> PhotoId {
        let photo = SizedPhoto { jpeg: Bytes::from_static(b"jpeg"), width: 600, height: 800 };
        self.fresh.store.keep_photo(user, "unique", &photo, now()).await.expect("the photo is kept")
    }

    /// Orders [`TEMPLATE`] with one photo, under a key.
    pub async fn order(&self, user: UserId, name: &str) -> Placed {
        let photo = self.photo(user).await;
        self.order_with(user, name, &[photo]).await
    }

    pub async fn order_with(&self, user: UserId, name: &str, photos: &[PhotoId]) -> Placed {
        let (key, template) = (key(name), template(TEMPLATE));
        let order = Order { user, key: &key, template: &template, photos, price: credits(PRICE) };
        self.orders.place(&order, now()).await.expect("the order is answered")
    }

    /// Like [`Shop::order`], where nothing stands in its way.
    pub async fn placed(&self, user: UserId, name: &str) -> JobId {
        match self.order(user, name).await {
            Placed::Placed(job) => job,
            other => panic!("not placed: {other:?}"),
        }
    }

    /// The row as it is.
    pub async fn job(&self, id: JobId) -> Job {
        self.fresh.store.job(id).await.expect("the row can be read").expect("there is a row")
    }

    /// What the person can spend, and what is held.
    pub async fn money(&self, user: UserId) -> (i64, i64) {
        let Balance { available, held } = self.fresh.store.balance(user).await.expect("the balance can be read");
        (available.get(), held.get())
    }

    pub async fn count(&self, table: &str) -> i64 {
        self.fresh.number(format!("SELECT count(*) FROM {table}")).await
    }
}

pub fn credits(amount: i64) -> Credits {
    Credits::new(amount).expect("it is an amount")
}

pub fn key(name: &str) -> ActionKey {
    ActionKey(name.to_owned())
}

pub fn template(id: &str) -> TemplateId {
    TemplateId(id.to_owned())
}

pub fn profile(telegram: i64) -> Profile<'static> {
    Profile { telegram_id: TelegramId(telegram), first_name: "Ada", username: Some("ada"), language_code: Some("en") }
}
