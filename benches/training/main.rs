//! How much memory the bot takes while many people train at once.
//!
//! `cargo bench --bench training [people] [photos] [megabytes]`; 50 people with 20 photos of 5 MB each when unsaid. The
//! real program runs as a process of its own, over an SQLite file; this one plays Telegram, and fal: it takes the
//! archives, counts and forgets their bytes, and hands out weights of 90 MB.

mod fal;

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use pixelai::avatars::{Added, Avatars, Begun, Photo, PlacedRun, TrainingWish};
use pixelai::database::Database;
use pixelai::domain::{ActionKey, AvatarId, AvatarKind, Credits, TelegramId, UserId};
use pixelai::emulator::{Emulator, Options};
use pixelai::orders::{Bell, Catalog, Orders};
use pixelai::store::Store;
use pixelai::store::users::Profile;
use pixelai::wallet::Wallet;

const TOKEN: &str = "4242:bench";
const PRICE: i64 = 250;
const PATIENCE: Duration = Duration::from_secs(900);
const LOOK: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let number = |at: usize, usual: usize| numbers.get(at).copied().unwrap_or(usual);
    let (people, photos, megabytes) = (number(0, 50), number(1, 20), number(2, 5));
    println!("{people} people train at once, with {photos} photos of {megabytes} MB each");

    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("bench.db").display());
    let emulator = Emulator::start(Options { token: TOKEN.into(), ..Options::default() }).await?;
    let fal = fal::Fal::start().await?;
    let bench = Bench::over(&url).await?;
    let filled = Instant::now();
    let mut sitters = Vec::with_capacity(people);
    for person in 0..people {
        let sitter = emulator.person("Ann", "en");
        // Nobody gets letters who has not written first.
        sitter.sends_text("/start");
        sitters.push(bench.sitter(sitter.id(), person, photos, megabytes * 1_000_000).await?);
    }
    println!("photos stored in {:.0} s", filled.elapsed().as_secs_f64());

    let bot = Bot(Command::new(env!("CARGO_BIN_EXE_pixelai"))
        .arg("run")
        .env_clear()
        .envs([("TELOXIDE_TOKEN", TOKEN), ("TELOXIDE_API_URL", &emulator.url()), ("DATABASE_URL", &url)])
        .envs([("FAL_KEY", "id:secret"), ("HTTP_ADDR", "off"), ("RUST_LOG", "error")])
        .envs(["FAL_QUEUE_URL", "FAL_REST_URL", "FAL_API_URL"].map(|name| (name, fal.url.as_str())))
        .stdin(Stdio::null())
        .spawn()
        .context("the program starts")?);
    // Its caches are warm and its loops asleep by then.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let idle = bot.megabytes("VmRSS")?;
    let begun = Instant::now();
    for (user, avatar) in sitters {
        bench.place(user, avatar).await?;
    }
    let mut most_at_once = 0;
    loop {
        let (live, done) = bench.standing().await?;
        most_at_once = most_at_once.max(live);
        if done == people as i64 {
            break;
        }
        if begun.elapsed() > PATIENCE {
            bail!("{done} of {people} trainings came to their end in {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(LOOK).await;
    }
    let peak = bot.megabytes("VmHWM")?;
    println!("all trained in {:.1} s, up to {most_at_once} at the trainer", begun.elapsed().as_secs_f64());
    println!("{:.1} GB of photos sent, {:.1} GB of weights fetched", fal.gigabytes_in(), fal.gigabytes_out());
    println!("memory: {idle:.0} MB idle, {peak:.0} MB at the peak, {:.0} MB more", peak - idle);
    Ok(())
}

/// The business, for filling the database and for ordering.
struct Bench {
    store: Store,
    wallet: Wallet,
    avatars: Avatars,
}

impl Bench {
    async fn over(url: &str) -> anyhow::Result<Self> {
        let database = Database::connect(url).await?;
        database.migrate().await?;
        let store = Store::new(database);
        let catalog = Arc::new(Catalog::load(&store, ["fal".to_owned()].into()).await?);
        let bell = Arc::new(Bell::default());
        let orders = Orders::new(store.clone(), catalog, bell.clone());
        let wallet = Wallet::new(store.clone(), Credits::new(PRICE)?);
        Ok(Self { wallet, avatars: Avatars::new(store.clone(), orders, bell), store })
    }

    /// A person with an avatar that has its photos.
    async fn sitter(
        &self,
        person: i64,
        number: usize,
        photos: usize,
        bytes: usize,
    ) -> anyhow::Result<(UserId, AvatarId)> {
        let now = chrono::Utc::now();
        let profile =
            Profile { telegram_id: TelegramId(person), first_name: "Ann", username: None, language_code: Some("en") };
        let user = self.wallet.welcome(&profile, now).await?;
        let key = ActionKey(format!("begin:{number}"));
        let Begun::Begun(avatar) = self.avatars.begin(user, &key, now).await? else { bail!("too many avatars") };
        self.avatars.describe(user, avatar, Some("Ann"), Some(AvatarKind::Woman)).await?;
        for index in 0..photos {
            let photo = Photo {
                unique_id: format!("{number}-{index}"),
                jpeg: Bytes::from(vec![index as u8; bytes]),
                thumbnail: Bytes::from_static(b"small"),
                // So far apart that none is taken for another.
                print: vec![(index * 12) as u8; 768],
            };
            let key = ActionKey(format!("{number}/{index}"));
            let added = self.avatars.add_photo(user, avatar, &key, &photo, now).await?;
            if added != Added::Added {
                bail!("a photo was not taken: {added:?}");
            }
        }
        Ok((user, avatar))
    }

    async fn place(&self, user: UserId, avatar: AvatarId) -> anyhow::Result<()> {
        let key = ActionKey(format!("train:{avatar}"));
        let wish = TrainingWish { user, key: &key, avatar, price: Credits::new(PRICE)? };
        match self.avatars.place(&wish, chrono::Utc::now()).await? {
            PlacedRun::Placed(_) => Ok(()),
            other => bail!("a training was not placed: {other:?}"),
        }
    }

    /// How many are at the trainer, and how many have succeeded.
    async fn standing(&self) -> anyhow::Result<(i64, i64)> {
        const STANDING: &str = "SELECT (SELECT count(*) FROM training_runs WHERE state IN ('submitting', 'running')), \
                                (SELECT count(*) FROM training_runs WHERE state = 'succeeded')";
        let Database::Sqlite { read, .. } = self.store.database() else { bail!("the bench is on SQLite") };
        Ok(sqlx::query_as(STANDING).fetch_one(read).await?)
    }
}

/// The program; ended when dropped.
struct Bot(Child);

impl Bot {
    /// A line of `/proc/<pid>/status`.
    fn megabytes(&self, name: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).context("the line")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kilobytes * 1024.0 / 1_000_000.0)
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
