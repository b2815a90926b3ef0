//! Starting and stopping.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::connection::{CuttableListener, Scissors};
use super::faults::Limiter;
use super::persist::{self, Saver};
use super::shared::Shared;
use super::world::{Bot, World};
use super::{Options, api, bot, lock, page, request, webhook};

/// How long open requests may take when the server stops.
const GRACE: Duration = Duration::from_secs(2);

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "cannot listen on {address}: {reason}; stop what listens there, or choose another port (0 takes a free one)"
    )]
    Listen { address: SocketAddr, reason: std::io::Error },
    #[error("cannot read the state in {}: {reason}; move the file away to begin anew", path.display())]
    State { path: PathBuf, reason: std::io::Error },
    #[error("cannot make an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

pub(super) struct Server {
    shared: Arc<Shared>,
    saver: Option<Arc<Saver>>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

pub(super) async fn start(options: Options) -> Result<(Arc<Shared>, Server), StartError> {
    let world = read_world(&options)?;
    let address = options.listen;
    let listener = TcpListener::bind(address).await.map_err(|reason| StartError::Listen { address, reason })?;
    let bound = listener.local_addr().map_err(|reason| StartError::Listen { address, reason })?;
    let stop = CancellationToken::new();
    let saver = options.state_file.clone().map(|path| Arc::new(Saver::new(path)));
    let shared = Arc::new(Shared {
        token: options.token,
        url: url(bound),
        world: Mutex::new(world),
        faults: Mutex::default(),
        limiter: options.rate_limits.then(|| Mutex::new(Limiter::new())),
        pictures: Arc::default(),
        samples: options.samples,
        knobs: options.knobs,
        restart: options.restart,
        admin: options.admin,
        http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?,
        stop: stop.clone(),
        requests: Mutex::default(),
        violations: Mutex::default(),
    });
    let service = router(shared.clone()).into_make_service_with_connect_info::<Scissors>();
    let serve = axum::serve(CuttableListener(listener), service);
    let serving = tokio::spawn(async move {
        if let Err(error) = serve.with_graceful_shutdown(stop.cancelled_owned()).await {
            tracing::error!(%error, "the emulator stopped serving");
        }
    });
    tokio::spawn(webhook::run(shared.clone()));
    if let Some(saver) = &saver {
        tokio::spawn(persist::run(shared.clone(), saver.clone()));
    }
    Ok((shared.clone(), Server { shared, saver, serving: Mutex::new(Some(serving)) }))
}

fn read_world(options: &Options) -> Result<World, StartError> {
    let saved = match &options.state_file {
        Some(path) => persist::load(path).map_err(|reason| StartError::State { path: path.clone(), reason })?,
        None => None,
    };
    let mut world = saved.unwrap_or_default();
    let id = options.token.split(':').next().and_then(|digits| digits.parse().ok()).unwrap_or(1);
    let named = world.texts.get("name/").filter(|name| !name.is_empty());
    let first_name = named.unwrap_or(&options.bot_name).clone();
    world.bot = Bot { id, first_name, username: options.bot_username.clone() };
    Ok(world)
}

/// An address that listens everywhere is reached on the loopback.
fn url(bound: SocketAddr) -> String {
    match bound.ip() {
        ip if ip.is_unspecified() => format!("http://127.0.0.1:{}", bound.port()),
        _ => format!("http://{bound}"),
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let bot = Router::new()
        .route("/{bot}/{method}", any(bot::method))
        .route("/file/{bot}/{*path}", get(bot::file))
        .layer(DefaultBodyLimit::max(request::BODY_LIMIT));
    let page = Router::new().route("/", get(page::index)).route("/page/{*path}", get(page::file));
    Router::new().merge(bot).merge(page).merge(api::routes()).with_state(shared)
}

impl Server {
    pub async fn stop(&self, shared: &Shared) {
        shared.stop.cancel();
        let serving = lock(&self.serving).take();
        if let Some(mut serving) = serving
            && tokio::time::timeout(GRACE, &mut serving).await.is_err()
        {
            serving.abort();
        }
        self.save();
    }

    fn save(&self) {
        if let Some(saver) = &self.saver
            && let Err(error) = saver.save(&self.shared)
        {
            tracing::warn!(%error, "the emulator's state could not be saved");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.shared.stop.is_cancelled() {
            self.shared.stop.cancel();
            self.save();
        }
    }
}
