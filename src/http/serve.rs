//! The socket and its connections.
//!
//! Every connection has to say what it wants in time, so that whoever dawdles holds nothing but a socket.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// How long the head of a request may take to arrive, and how long an idle connection is kept.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
const MAX_HEADERS: usize = 64;
/// What of a head is buffered at most.
const HEAD_BYTES: usize = 32 * 1024;
/// Further connections wait in the system's line.
const MAX_CONNECTIONS: usize = 10_000;
/// When the system has no more sockets to give.
const AFTER_TROUBLE: Duration = Duration::from_millis(100);
/// How long open requests may take when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error(
    "the HTTP server cannot listen on {address} ({reason}); stop what listens there, set HTTP_ADDR to another \
         address, or to off"
)]
pub struct ListenError {
    address: SocketAddr,
    reason: io::Error,
}

/// A socket that is bound. Connections wait in it until somebody serves, also from one serving to the next.
#[derive(Debug, Clone)]
pub struct Listener {
    socket: Arc<std::net::TcpListener>,
    address: SocketAddr,
}

impl Listener {
    /// Port 0 takes any that is free.
    ///
    /// # Errors
    /// When the address is taken, or none of ours.
    pub fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let bound = std::net::TcpListener::bind(address).and_then(|socket| {
            socket.set_nonblocking(true)?;
            let address = socket.local_addr()?;
            Ok(Self { socket: Arc::new(socket), address })
        });
        bound.map_err(|reason| ListenError { address, reason })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`; then takes no more connections, and waits a while for what is being answered.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub async fn serve(&self, router: Router, stop: CancellationToken) -> io::Result<()> {
        let listener = TcpListener::from_std(self.socket.try_clone()?)?;
        let service = TowerToHyperService::new(router);
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let connections = GracefulShutdown::new();
        while let Some((stream, peer, permit)) = next(&listener, &room, &stop).await {
            attend(stream, peer, permit, &service, &connections);
        }
        drop(listener);
        if tokio::time::timeout(GRACE, connections.shutdown()).await.is_err() {
            tracing::warn!("some HTTP connections did not end in time");
        }
        Ok(())
    }
}

/// The next connection, once there is room for it; `None` when it is time to stop.
async fn next(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let accept = async {
        let permit = room.clone().acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return Some((stream, peer, permit)),
                Err(cause) => {
                    tracing::debug!(error = %cause, "could not accept a connection");
                    tokio::time::sleep(AFTER_TROUBLE).await;
                }
            }
        }
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        accepted = accept => accepted,
    }
}

/// Answers what comes on one connection, in a task of its own.
fn attend(
    stream: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
    service: &TowerToHyperService<Router>,
    connections: &GracefulShutdown,
) {
    let service = service.clone();
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        service.call(request)
    });
    // Small answers must not wait for more; that this cannot be set changes nothing else.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), answer);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // Whoever hangs up or speaks no HTTP is nobody's trouble.
        let _ = connection.await;
        drop(permit);
    });
}
