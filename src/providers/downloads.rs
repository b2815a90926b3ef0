//! Fetching what a provider made: within limits on size, kind and redirects, and never from a private address.
//!
//! The address comes out of a provider's answer, and in the end out of a model: it is not to be trusted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, LOCATION};
use reqwest::{Client, Response, Url, redirect};

use super::ProviderError;

const CONNECT_LIMIT: Duration = Duration::from_secs(5);
const READ_LIMIT: Duration = Duration::from_secs(20);
const WHOLE_LIMIT: Duration = Duration::from_secs(60);
/// A picture of 4K as PNG fits; Telegram takes files of up to 50 MB.
const MAX_PICTURE: usize = 40_000_000;
const MAX_REDIRECTS: usize = 3;
/// One provider's file host turned away clients that do not look like a browser.
const USER_AGENT: &str = "Mozilla/5.0 (compatible; PIXELAI/1.0)";

/// Where results may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Public addresses, over TLS.
    Public,
    /// This machine too: for a provider that itself is configured to be on it.
    Loopback,
}

impl Reach {
    /// As far as results may lie when the provider's API is at `base`.
    pub(super) fn of(base: &Url) -> Self {
        let local = match base.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if local { Self::Loopback } else { Self::Public }
    }

    fn admits(self, ip: IpAddr) -> bool {
        is_public(ip) || (self == Self::Loopback && ip.is_loopback())
    }

    /// Addresses written as numbers are not looked up, so that they are judged here; names by the [`Resolver`].
    fn admits_url(self, url: &Url) -> bool {
        let scheme = url.scheme() == "https" || (self == Self::Loopback && url.scheme() == "http");
        let host = match url.host() {
            Some(url::Host::Ipv4(ip)) => self.admits(IpAddr::V4(ip)),
            Some(url::Host::Ipv6(ip)) => self.admits(IpAddr::V6(ip)),
            Some(url::Host::Domain(_)) => true,
            None => false,
        };
        scheme && host
    }
}

/// A key for a result's host, and whether a host may see it.
pub(super) type Key<'a> = (&'a HeaderValue, fn(&Url) -> bool);

/// Fetches results. Cheap to clone.
#[derive(Clone)]
pub(super) struct Downloads {
    http: Client,
    reach: Reach,
}

impl Downloads {
    /// # Errors
    /// When the system's certificates cannot be read.
    pub(super) fn new(reach: Reach) -> anyhow::Result<Self> {
        let http = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(READ_LIMIT)
            .timeout(WHOLE_LIMIT)
            .redirect(redirect::Policy::none())
            .dns_resolver(Arc::new(Resolver(reach)))
            // A proxy would look names up by itself.
            .no_proxy()
            .user_agent(USER_AGENT)
            .build()?;
        Ok(Self { http, reach })
    }

    /// The picture at `address`, an `https:` or a `data:` one. `key` is shown to the hosts that may see it.
    pub(super) async fn picture(&self, address: &str, key: Option<Key<'_>>) -> Result<Bytes, ProviderError> {
        let picture = match address.strip_prefix("data:") {
            Some(data) => data_of(data).ok_or_else(|| ProviderError::failed("a data address that cannot be read"))?,
            None => self.fetch(address, key).await?,
        };
        if image::guess_format(&picture).is_ok_and(is_sent_on) {
            Ok(picture)
        } else {
            Err(ProviderError::failed("what was fetched is no JPEG, PNG or WebP"))
        }
    }

    /// The file at `address`, as it comes, within `limit`.
    pub(super) async fn file(
        &self,
        address: &str,
        limit: Duration,
    ) -> Result<BoxStream<'static, Result<Bytes, ProviderError>>, ProviderError> {
        let response = self.open(address, None, limit).await?;
        Ok(response.bytes_stream().map(|piece| piece.map_err(unreachable)).boxed())
    }

    /// Whether there is anything at `address`.
    pub(super) async fn is_there(&self, address: &str) -> Result<bool, ProviderError> {
        let url = Url::parse(address).map_err(|_| ProviderError::failed("the file's address cannot be read"))?;
        if !self.reach.admits_url(&url) {
            return Err(ProviderError::failed("the file is at an address that is not fetched from"));
        }
        let status = self.http.head(url).send().await.map_err(unreachable)?.status();
        match status.as_u16() {
            403 | 404 | 410 => Ok(false),
            408 | 425 | 429 | 500..=599 => Err(ProviderError::unavailable(format!("the file's host answers {status}"))),
            _ => Ok(true),
        }
    }

    async fn fetch(&self, address: &str, key: Option<Key<'_>>) -> Result<Bytes, ProviderError> {
        bounded(self.open(address, key, WHOLE_LIMIT).await?).await
    }

    async fn open(&self, address: &str, key: Option<Key<'_>>, limit: Duration) -> Result<Response, ProviderError> {
        let mut url = Url::parse(address).map_err(|_| ProviderError::failed("the picture's address cannot be read"))?;
        for _ in 0..=MAX_REDIRECTS {
            if !self.reach.admits_url(&url) {
                return Err(ProviderError::failed("the picture is at an address that is not fetched from"));
            }
            let mut request = self.http.get(url.clone()).timeout(limit).header(ACCEPT, "image/*,*/*;q=0.5");
            if let Some((value, _)) = key.filter(|(_, for_key)| for_key(&url)) {
                request = request.header(AUTHORIZATION, value.clone());
            }
            let response = request.send().await.map_err(unreachable)?;
            let status = response.status();
            if status.is_redirection() {
                let next = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
                let next = next.and_then(|to| url.join(to).ok());
                url = next.ok_or_else(|| ProviderError::failed("the picture's address leads nowhere"))?;
                continue;
            }
            return match status.as_u16() {
                200 => Ok(response),
                408 | 425 | 429 | 500..=599 => {
                    Err(ProviderError::unavailable(format!("the picture's host answers {status}")))
                }
                // Results are kept for an hour or less.
                _ => Err(ProviderError::failed(format!("the picture's host answers {status}"))),
            };
        }
        Err(ProviderError::failed("the picture's address leads on and on"))
    }
}

fn is_sent_on(format: image::ImageFormat) -> bool {
    matches!(format, image::ImageFormat::Jpeg | image::ImageFormat::Png | image::ImageFormat::WebP)
}

fn unreachable(cause: reqwest::Error) -> ProviderError {
    let why = if cause.is_timeout() { "in time" } else { "at all" };
    ProviderError::unavailable(format!("the picture's host does not answer {why}"))
}

async fn bounded(mut response: Response) -> Result<Bytes, ProviderError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MAX_PICTURE {
            return Err(ProviderError::failed("the picture is too large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// What follows `data:`.
fn data_of(data: &str) -> Option<Bytes> {
    let (kind, content) = data.split_once(',')?;
    if !kind.ends_with(";base64") || content.len() > MAX_PICTURE {
        return None;
    }
    STANDARD.decode(content).ok().map(Bytes::from)
}

/// Looks names up and keeps only the addresses that may be fetched from, so that no name can point into our network.
struct Resolver(Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted: Vec<SocketAddr> = found.filter(|address| reach.admits(address.ip())).collect();
            if admitted.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped().or_else(|| embedded(ip)) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast();
    // "This" network, shared by carriers, protocol assignments, benchmarks, reserved.
    let more = a == 0 || (a == 100 && b & 0xc0 == 64) || (a == 192 && b == 0 && c == 0) || (a == 198 && b & 0xfe == 18);
    !(special || more || a >= 240)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    // Only what is handed out for the open internet, without its documentation range.
    let [first, second, ..] = ip.segments();
    first & 0xe000 == 0x2000 && !(first == 0x2001 && second == 0x0db8)
}

/// The IPv4 address that NAT64 or 6to4 would lead to.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b) {
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => Some(of(g, h)),
        (0x2002, _) => Some(of(b, c)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_private_address_is_public() {
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
        ];
        for ip in private {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["1.1.1.1", "172.15.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn only_a_local_provider_has_results_on_this_machine() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert_eq!(Reach::of(&url("https://api.replicate.com/v1")), Reach::Public);
        assert_eq!(Reach::of(&url("http://127.0.0.1:4000")), Reach::Loopback);
        for refused in
            ["http://a.test/x", "https://127.0.0.1/x", "https://[::1]/x", "ftp://a.test/", "file:///etc/passwd"]
        {
            assert!(!Reach::Public.admits_url(&url(refused)), "{refused}");
        }
        assert!(Reach::Public.admits_url(&url("https://v3.fal.media/files/a.png")));
        assert!(Reach::Loopback.admits_url(&url("http://127.0.0.1:1/x")));
        assert!(!Reach::Loopback.admits_url(&url("http://10.0.0.1/x")));
    }

    #[tokio::test]
    async fn a_name_that_points_into_this_machine_is_not_fetched_from() {
        let downloads = Downloads::new(Reach::Public).unwrap();
        let outcome = downloads.picture("https://localhost/picture.jpg", None).await;
        assert!(outcome.is_err());
    }

    #[tokio::test]
    async fn a_data_address_is_a_picture_too() {
        let jpeg = crate::media::samples().swap_remove(0).jpeg;
        let downloads = Downloads::new(Reach::Public).unwrap();
        let address = format!("data:image/jpeg;base64,{}", STANDARD.encode(&jpeg));
        assert_eq!(downloads.picture(&address, None).await, Ok(jpeg));
        assert!(matches!(downloads.picture("data:text/html;base64,PGI+", None).await, Err(ProviderError::Failed(_))));
    }
}
