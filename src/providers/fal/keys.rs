//! fal's public keys for its webhooks: fetched when needed, kept for a day at most.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::providers::HookError;
use crate::providers::caller::Caller;

/// fal asks that they be kept no longer.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// A signature that no key fits may be of a new key; this is how often one asks because of it.
const ASKED_AGAIN: Duration = Duration::from_secs(60);
const PATH: &str = ".well-known/jwks.json";
/// Where the keys were before, and may be found while the newer place is away.
const OLDER_HOST: (&str, &str) = ("rest.fal.ai", "https://rest.alpha.fal.ai/.well-known/jwks.json");

pub(super) struct Keys {
    caller: Caller,
    places: Vec<Url>,
    known: Mutex<Option<Known>>,
}

struct Known {
    keys: Vec<Vec<u8>>,
    at: Instant,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
}

impl Keys {
    /// The keys that the REST host publishes.
    pub(super) fn at(rest: &Caller) -> Self {
        let mut places = vec![rest.url(PATH)];
        if rest.base().host_str() == Some(OLDER_HOST.0) {
            places.extend(Url::parse(OLDER_HOST.1));
        }
        Self { caller: rest.clone(), places, known: Mutex::default() }
    }

    /// Runs a proof with the keys; once more with fresh ones if none of those known fits.
    pub(super) async fn prove(&self, proof: impl Fn(&[Vec<u8>]) -> Result<(), &'static str>) -> Result<(), HookError> {
        // One fetch for all that wait.
        let mut known = self.known.lock().await;
        let age = known.as_ref().map(|known| known.at.elapsed());
        if let Some(known) = known.as_ref().filter(|known| known.at.elapsed() < KEPT) {
            match proof(&known.keys) {
                Ok(()) => return Ok(()),
                Err(flaw) if age.is_some_and(|age| age < ASKED_AGAIN) => return Err(HookError::Forged(flaw)),
                Err(_) => {}
            }
        }
        let keys = self.fetch().await?;
        let proven = proof(&keys).map_err(HookError::Forged);
        *known = Some(Known { keys, at: Instant::now() });
        proven
    }

    async fn fetch(&self) -> Result<Vec<Vec<u8>>, HookError> {
        for place in &self.places {
            let Ok(answer) = self.caller.send(self.caller.plain(reqwest::Method::GET, place.clone())).await else {
                continue;
            };
            if let Some(set) = answer.json::<KeySet>().filter(|_| answer.status.is_success()) {
                return Ok(set.keys.iter().filter_map(Key::bytes).collect());
            }
        }
        Err(HookError::Unproven("fal's keys cannot be fetched".to_owned()))
    }
}

impl Key {
    fn bytes(&self) -> Option<Vec<u8>> {
        let fits = self.kty == "OKP" && self.crv == "Ed25519";
        fits.then(|| URL_SAFE_NO_PAD.decode(self.x.trim_end_matches('=')).ok()).flatten()
    }
}
