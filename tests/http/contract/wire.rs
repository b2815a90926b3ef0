//! Calls as they stand on the wire, so that no client tidies them up on their way.

use std::fmt;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// With names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Call {
    pub async fn send(&self, address: &str) -> Answer {
        let mut bytes = format!("{} {} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n", self.method, self.target);
        if !self.body.is_empty() || self.method == "POST" {
            bytes.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        let mut bytes = bytes.into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        // Who is refused before the body may be hung up on; the answer is there all the same.
        let _ = stream.write_all(&bytes).await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("it answers");
        Answer::read(&answer)
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = str::from_utf8(&bytes[..end]).expect("a head is text");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let pair = |line: &str| {
            let (name, value) = line.split_once(':').expect("a header");
            (name.to_lowercase(), value.trim().to_owned())
        };
        let headers: Vec<_> = lines.map(pair).collect();
        let body = bytes[end + 4..].to_vec();
        let answer = Self { status: status.parse().expect("a number"), headers, body };
        let length = answer.header("content-length").map(|length| length.parse::<usize>().expect("a number"));
        assert!(length.is_none_or(|length| length == answer.body.len()), "a cut answer: {answer}");
        answer
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} {}", self.method, self.target)?;
        for (name, value) in &self.headers {
            writeln!(out, "{name}: {}", value.escape_ascii())?;
        }
        write!(out, "\n{}", shortened(&self.body))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} {:?}", self.status, self.headers)?;
        write!(out, "{}", shortened(&self.body))
    }
}

fn shortened(body: &[u8]) -> String {
    body[..body.len().min(600)].escape_ascii().to_string()
}
