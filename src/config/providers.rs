//! Keys and addresses of the AI providers.

use anyhow::bail;
use reqwest::Url;

use super::{Env, Secret};

/// A provider without its key is off.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// `DEFAPI_KEY`: a key of DefAPI, such as `dk-…`.
    pub defapi_key: Option<Secret>,
    /// `DEFAPI_URL`: `https://api.defapi.org` when unset.
    pub defapi_url: Url,
    /// `FAL_KEY`: a key of fal.ai, `<id>:<secret>`.
    pub fal_key: Option<Secret>,
    /// `FAL_QUEUE_URL`: `https://queue.fal.run` when unset.
    pub fal_queue_url: Url,
    /// `FAL_REST_URL`: `https://rest.fal.ai` when unset.
    pub fal_rest_url: Url,
    /// `FAL_API_URL`: `https://api.fal.ai/v1` when unset.
    pub fal_api_url: Url,
    /// `REPLICATE_API_TOKEN`: a token of Replicate, such as `r8_…`.
    pub replicate_token: Option<Secret>,
    /// `REPLICATE_URL`: `https://api.replicate.com/v1` when unset.
    pub replicate_url: Url,
}

impl ProviderConfig {
    pub(super) fn from_env(env: &Env) -> anyhow::Result<Self> {
        Ok(Self {
            defapi_key: key(env, "DEFAPI_KEY")?,
            defapi_url: address(env, "DEFAPI_URL", "https://api.defapi.org")?,
            fal_key: key(env, "FAL_KEY")?,
            fal_queue_url: address(env, "FAL_QUEUE_URL", "https://queue.fal.run")?,
            fal_rest_url: address(env, "FAL_REST_URL", "https://rest.fal.ai")?,
            fal_api_url: address(env, "FAL_API_URL", "https://api.fal.ai/v1")?,
            replicate_token: key(env, "REPLICATE_API_TOKEN")?,
            replicate_url: address(env, "REPLICATE_URL", "https://api.replicate.com/v1")?,
        })
    }
}

/// The value itself is not repeated: it is a secret also when it is mistyped.
fn key(env: &Env, name: &str) -> anyhow::Result<Option<Secret>> {
    let Some(value) = env.get(name) else { return Ok(None) };
    if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        bail!("{name} holds a space or a character that no key has; copy the key again");
    }
    Ok(Some(Secret::new(value)))
}

fn address(env: &Env, name: &str, usual: &str) -> anyhow::Result<Url> {
    let value = env.get(name).unwrap_or(usual);
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => bail!("{name} is {value:?}, which is not an address; write https://…, or remove it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_none_is_named_but_not_repeated() {
        for name in ["DEFAPI_KEY", "FAL_KEY", "REPLICATE_API_TOKEN"] {
            let error = ProviderConfig::from_env(&Env::of([(name, "hush hush")])).expect_err(name).to_string();
            assert!(error.contains(name) && !error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        for name in ["DEFAPI_URL", "FAL_QUEUE_URL", "FAL_REST_URL", "FAL_API_URL", "REPLICATE_URL"] {
            let error = ProviderConfig::from_env(&Env::of([(name, "nowhere")])).expect_err(name).to_string();
            assert!(error.contains(name) && error.contains("write https://"), "{error}");
        }
    }
}
