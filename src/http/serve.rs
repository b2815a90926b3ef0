//! The socket and its connections.
//!
//! Every connection has to say what it wants, and to take what it is answered, in time ([`Bounds`]); there are only so
//! many, and whoever is silent makes room (`seats`). So whoever dawdles holds nothing but a socket, and not for long.

mod answer;
mod bounds;
mod patient;
mod seats;

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
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use answer::Answer;
pub use bounds::Bounds;
use patient::Patient;
use seats::{Seat, Seats};

const MAX_HEADERS: usize = 64;
/// What of a head is buffered at most.
const HEAD_BYTES: usize = 32 * 1024;
/// When the system has no more sockets to give.
const AFTER_TROUBLE: Duration = Duration::from_millis(100);

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
    bounds: Bounds,
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
            Ok(Self { socket: Arc::new(socket), address, bounds: Bounds::default() })
        });
        bound.map_err(|reason| ListenError { address, reason })
    }

    /// The same, with other bounds.
    pub fn within(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
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
        let seats = Seats::new(self.bounds.connections);
        let connections = GracefulShutdown::new();
        let service = TowerToHyperService::new(router);
        while let Some((stream, peer, seat)) = next(&listener, &seats, &stop).await {
            let door = Door { peer, seat, bounds: self.bounds, stop: stop.clone() };
            tokio::spawn(door.attend(stream, service.clone(), connections.watcher()));
        }
        drop(listener);
        if tokio::time::timeout(self.bounds.grace, connections.shutdown()).await.is_err() {
            tracing::warn!("some HTTP connections did not end in time");
        }
        Ok(())
    }
}

/// The next connection, once there is room for it; `None` when it is time to stop.
async fn next(
    listener: &TcpListener,
    seats: &Seats,
    stop: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, Arc<Seat>)> {
    let accept = async {
        loop {
            // First come those who wait in the system's line, then a seat is looked for: nobody is sent away for nothing.
            match listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, seats.take().await),
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
        accepted = accept => Some(accepted),
    }
}

/// Where one connection is attended to.
struct Door {
    peer: SocketAddr,
    seat: Arc<Seat>,
    bounds: Bounds,
    stop: CancellationToken,
}

impl Door {
    /// Answers what comes on the connection, until either side has had enough.
    async fn attend(self, stream: TcpStream, service: TowerToHyperService<Router>, watcher: Watcher) {
        // Small answers must not wait for more; that this cannot be set changes nothing else.
        let _ = stream.set_nodelay(true);
        // Who says nothing is given no buffers.
        let speaks = tokio::time::timeout(self.bounds.head, stream.readable());
        tokio::select! {
            // What has been asked is answered, also at the end.
            biased;
            spoken = speaks => if spoken.is_err() { return },
            () = self.seat.is_wanted() => return,
            () = self.stop.cancelled() => return,
        }
        let (peer, seat) = (self.peer, self.seat.clone());
        let answer = service_fn(move |request: hyper::Request<Incoming>| {
            let busy = seat.is_asked();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let response = service.call(request);
            async move { response.await.map(|response| response.map(|body| Answer::new(body, busy))) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.bounds.head)
            .max_headers(MAX_HEADERS)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(Patient::new(stream, self.bounds.write)), answer);
        let connection = Box::pin(watcher.watch(connection));
        tokio::select! {
            // Whoever hangs up or speaks no HTTP is nobody's trouble.
            _ = connection => {}
            () = self.seat.is_wanted() => {}
        }
    }
}
