//! Our own addresses for providers' webhooks: they name job and attempt, under a seal.
//!
//! So a webhook finds its job also when the submit's answer was lost, and one that a provider does not sign still
//! cannot be made up by others.

use ring::hmac;

use super::signature::{from_hex, to_hex};
use crate::domain::JobId;

/// Makes and proves the addresses. Cheap to clone.
#[derive(Clone)]
pub struct Hooks {
    /// Where the world reaches us, without a slash at the end.
    base: String,
    key: hmac::Key,
}

impl Hooks {
    /// `secret` has to be the same in every process and after every start.
    pub fn new(public_url: &str, secret: &[u8]) -> Self {
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), b"webhooks of providers");
        Self { base: public_url.trim_end_matches('/').to_owned(), key: hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()) }
    }

    /// Where `provider` is to report on this attempt at the job.
    pub fn address(&self, provider: &str, job: JobId, attempt: u32) -> String {
        let seal = to_hex(hmac::sign(&self.key, &named(provider, job, attempt)).as_ref());
        format!("{}/hooks/{provider}/{job}/{attempt}/{seal}", self.base)
    }

    /// Whether the seal is ours.
    pub fn is_ours(&self, provider: &str, job: JobId, attempt: u32, seal: &str) -> bool {
        let seal = from_hex(seal).unwrap_or_default();
        hmac::verify(&self.key, &named(provider, job, attempt), &seal).is_ok()
    }
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Hooks({})", self.base)
    }
}

fn named(provider: &str, job: JobId, attempt: u32) -> Vec<u8> {
    format!("{provider}/{job}/{attempt}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_good_for_its_own_attempt_only() {
        let hooks = Hooks::new("https://bot.test/", b"secret");
        let (job, other) = (JobId::new(), JobId::new());
        let address = hooks.address("fal", job, 2);
        let seal = address.rsplit('/').next().unwrap();
        assert_eq!(address, format!("https://bot.test/hooks/fal/{job}/2/{seal}"));
        assert!(hooks.is_ours("fal", job, 2, seal));
        assert!(!hooks.is_ours("defapi", job, 2, seal));
        assert!(!hooks.is_ours("fal", other, 2, seal));
        assert!(!hooks.is_ours("fal", job, 3, seal));
        assert!(!hooks.is_ours("fal", job, 2, ""));
        assert!(!Hooks::new("https://bot.test", b"another").is_ours("fal", job, 2, seal));
    }
}
