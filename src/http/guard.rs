//! Who may see the details: whoever shows `STATUS_TOKEN`; only this machine while that is unset.

use std::net::{Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::problem::Problem;
use super::site::Site;

/// Holds a mark that the token was shown, never the token itself.
const COOKIE: &str = "pixelai_status";
/// A month.
const COOKIE_SECONDS: u32 = 30 * 24 * 3600;
/// Proxies leave these: then the caller is not who is connected to us.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "fly-client-ip"];

/// Whether the caller may see the details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Insider(pub bool);

impl FromRequestParts<Site> for Insider {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
        Ok(Self(match &site.parts().status_token {
            Some(token) => shows(&parts.headers, token.reveal(), &cookie_value(site, token.reveal())),
            None => peer.is_some_and(|peer| is_this_machine(peer, &parts.headers)),
        }))
    }
}

/// Lets insiders through, and tells others what is missing.
pub(super) async fn insiders_only(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(Insider(inside)) = Insider::from_request_parts(&mut parts, &site).await;
    if inside {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let missing = match site.parts().status_token {
        Some(_) => "Show STATUS_TOKEN as a bearer token.",
        None => "STATUS_TOKEN is unset, so that only the machine itself is answered.",
    };
    Problem::of(StatusCode::UNAUTHORIZED).detail(missing).into_response()
}

/// Exchanges `?token=` for a cookie, and has the browser forget the address that holds it. `None`: there is no token in
/// the address, or it is wrong.
pub(super) fn exchange(site: &Site, shown: &str, headers: &HeaderMap) -> Option<Response> {
    let token = site.parts().status_token.as_ref()?.reveal();
    if !same(shown, token) {
        return None;
    }
    let is_https = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let secure = if is_https { "; Secure" } else { "" };
    let value = cookie_value(site, token);
    let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}");
    let mut response = Redirect::to("./").into_response();
    response.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_str(&cookie).ok()?);
    Some(response)
}

fn shows(headers: &HeaderMap, token: &str, cookie: &str) -> bool {
    let text = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let bearer = |value: &str| {
        value
            .split_once(' ')
            .is_some_and(|(scheme, shown)| scheme.eq_ignore_ascii_case("bearer") && same(shown.trim(), token))
    };
    let pair =
        |pair: &str| pair.trim().split_once('=').is_some_and(|(name, value)| name == COOKIE && same(value, cookie));
    text(header::AUTHORIZATION).any(bearer) || text(header::COOKIE).any(|line| line.split(';').any(pair))
}

/// Loopback at both ends: a page elsewhere that has its name point here would show that name.
fn is_this_machine(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let is_local =
        matches!(name, "localhost" | "[::1]") || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    peer.ip().is_loopback() && is_local && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

/// Changes with the token, so that an old cookie ends with it.
fn cookie_value(site: &Site, token: &str) -> String {
    let key = site.parts().signing.of("status cookie");
    // Any length makes a key.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key) else { return String::new() };
    mac.chain_update(token).finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn same(shown: &str, right: &str) -> bool {
    !right.is_empty() && bool::from(shown.as_bytes().ct_eq(right.as_bytes()))
}
