//! More connections than there is room for: whoever has something to say is heard, whoever dawdles is not waited for, and
//! no memory is spent on them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use pixelai::http::{Bounds, Listener};
use reqwest::StatusCode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::process::House;

/// Far more than the bound of a server.
const CROWD: usize = 10_500;
/// Files that the test needs besides its connections.
const RESERVE: u64 = 300;
const PATIENCE: Duration = Duration::from_secs(60);

/// As many connections as this machine lets one process have, up to a crowd.
fn crowd() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = CROWD as u64 + RESERVE;
    let raised = limit.maximum.map_or(wanted, |most| most.min(wanted)).max(limit.current.unwrap_or(wanted));
    setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum })
        .expect("up to the maximum it may be raised");
    CROWD.min(usize::try_from(raised - RESERVE).expect("a number"))
}

/// Ten thousand and more, against a process of its own, so that its memory is its own too.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_silent_connections_hold_nobody_up() {
    let house = House::new(&[("HTTP_ADDR", "127.0.0.1:0")]).await;
    let running = house.start();
    let address = listens_at(&house).await;
    let url = |path: &str| format!("http://{address}{path}");
    let many = crowd();
    let measured = async |name: &str| {
        let page = reqwest::get(url("/metrics")).await.expect("it answers").text().await.expect("it is text");
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.expect("it tells").parse::<f64>().expect("a number")
    };
    let before = measured("process_resident_memory_bytes").await;
    let mut silent = Vec::with_capacity(many);
    for number in 0..many {
        let mut stream = TcpStream::connect(address).await.expect("it is accepted");
        // Some have begun to speak: a head without end, a body that does not come.
        let begun: &[u8] = match number % 3 {
            0 => b"",
            1 => b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
            _ => b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        };
        stream.write_all(begun).await.expect("it is read");
        silent.push(stream);
    }
    for _ in 0..20 {
        let began = Instant::now();
        let alive = reqwest::Client::new().get(url("/healthz")).send().await.expect("it answers");
        assert_eq!(alive.status(), StatusCode::OK);
        assert!(began.elapsed() < Duration::from_secs(5), "after {:?}", began.elapsed());
    }
    let grown = measured("process_resident_memory_bytes").await - before;
    let (files, bound) = (measured("process_open_fds").await, Bounds::default().connections);
    println!("{many} connections came, {files} files are open, {:.0} MB more", grown / 1e6);
    assert!(grown < 150e6, "{} MB more", grown / 1e6);
    assert!(files < (bound + 200) as f64, "{files} files are open");
    drop(silent);
    assert!(running.stops().await.success(), "{}", house.log());
    assert!(!house.log().contains("Too many open files"), "{}", house.log());
}

/// Where a house serves that was left to choose a port.
async fn listens_at(house: &House) -> SocketAddr {
    let said = async {
        loop {
            let log = house.log();
            let address = log.lines().find_map(|line| {
                line.split_once("the status page is at http://")?.1.split_whitespace().next()?.parse().ok()
            });
            if let Some(address) = address {
                return address;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, said).await.expect("it says where it is")
}

/// A server of nothing but a page, with bounds of its own.
async fn serve(bounds: Bounds) -> (SocketAddr, CancellationToken) {
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port").within(bounds);
    let (address, stop) = (listener.address(), CancellationToken::new());
    let large = || async { vec![b'x'; 30_000_000] };
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        "slow"
    };
    let router =
        Router::new().route("/", get(|| async { "here" })).route("/large", get(large)).route("/slow", get(slow));
    let serving = stop.clone();
    tokio::spawn(async move { listener.serve(router, serving).await });
    (address, stop)
}

async fn begin(address: SocketAddr, words: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it is accepted");
    stream.write_all(words.as_bytes()).await.expect("it is read");
    stream
}

/// What still comes until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    // One that is closed while words of ours are under way ends with an error.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it is closed");
    String::from_utf8_lossy(&rest).into_owned()
}

const ASKS: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_dawdles_is_closed_in_time_at_every_point() {
    let head = Duration::from_millis(700);
    let (address, stop) = serve(Bounds { head, write: head, ..Bounds::default() }).await;
    for (words, answered) in
        [("", false), ("GET / HT", false), ("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", false), (ASKS, true)]
    {
        let began = Instant::now();
        let said = rest(&mut begin(address, words).await).await;
        assert_eq!(said.contains("200 OK"), answered, "{words:?}: {said}");
        assert!(began.elapsed() >= head - Duration::from_millis(50), "{words:?} after {:?}", began.elapsed());
    }
    // Who asks for much and reads nothing gets what was under way, and no more.
    let mut reader = begin(address, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    tokio::time::sleep(head * 4).await;
    let got = rest(&mut reader).await.len();
    assert!(got < 30_000_000, "all {got} bytes came");
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_bound_the_most_silent_one_makes_room() {
    let (address, stop) = serve(Bounds { connections: 8, ..Bounds::default() }).await;
    let mut asked = begin(address, "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    let mut silent = Vec::new();
    for _ in 0..7 {
        silent.push(begin(address, "GET / HT").await);
    }
    let began = Instant::now();
    let mut newest = begin(address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(rest(&mut newest).await.contains("here"));
    assert!(began.elapsed() < Duration::from_secs(10), "well before anybody's time was over: {:?}", began.elapsed());
    assert_eq!(rest(&mut silent[0]).await, "", "the first of the silent is closed");
    assert!(rest(&mut asked).await.contains("slow"), "who is being answered is let finish");
    let mut last = silent.pop().expect("seven");
    last.write_all(b"TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.expect("it is read");
    assert!(rest(&mut last).await.contains("here"), "the others stay");
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_answers_and_not_for_silence() {
    let (address, stop) = serve(Bounds::default()).await;
    let mut asked = begin(address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let (mut silent, mut idle) = (begin(address, "").await, begin(address, ASKS).await);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    stop.cancel();
    assert_eq!(rest(&mut silent).await, "");
    assert!(rest(&mut idle).await.contains("here"));
    assert!(rest(&mut asked).await.contains("slow"));
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}
