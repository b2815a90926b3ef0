//! The AI providers that the settings switch on, and what works of them.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context, bail};

use crate::config::{Config, ProviderConfig};
use crate::orders::Catalog;
use crate::providers::painter::Painter;
use crate::providers::training::{Trainer, Trainers};
use crate::providers::{DefApi, Fal, Provider, Providers, Replicate};
use crate::store::Store;

use super::open;

/// The providers that have a key; the painters instead, if there are any.
///
/// # Errors
/// When a key cannot be a key.
pub(super) fn providers(config: &Config, painters: &[Painter]) -> anyhow::Result<Providers> {
    if !painters.is_empty() {
        let painters = painters.iter().map(|painter| Arc::new(painter.clone()) as Arc<dyn Provider>);
        return Ok(Providers::new(painters));
    }
    let settings = &config.providers;
    let mut all: Vec<Arc<dyn Provider>> = Vec::new();
    if let Some(key) = &settings.defapi_key {
        all.push(Arc::new(DefApi::new(settings.defapi_url.clone(), key).context("DEFAPI_KEY cannot be used")?));
    }
    if let Some(fal) = fal(settings)? {
        all.push(Arc::new(fal));
    }
    if let Some(replicate) = replicate(settings)? {
        all.push(Arc::new(replicate));
    }
    Ok(Providers::new(all))
}

/// The same as far as they train.
///
/// # Errors
/// When a key cannot be a key.
pub(super) fn trainers(config: &Config, painters: &[Painter]) -> anyhow::Result<Trainers> {
    if !painters.is_empty() {
        return Ok(Trainers::new(painters.iter().map(|painter| Arc::new(painter.clone()) as Arc<dyn Trainer>)));
    }
    let fal = fal(&config.providers)?.map(|fal| Arc::new(fal) as Arc<dyn Trainer>);
    let replicate = replicate(&config.providers)?.map(|replicate| Arc::new(replicate) as Arc<dyn Trainer>);
    Ok(Trainers::new(fal.into_iter().chain(replicate)))
}

fn fal(settings: &ProviderConfig) -> anyhow::Result<Option<Fal>> {
    let Some(key) = &settings.fal_key else { return Ok(None) };
    let (queue, rest) = (settings.fal_queue_url.clone(), settings.fal_rest_url.clone());
    let fal = Fal::new(queue, rest, key).and_then(|fal| fal.with_platform(settings.fal_api_url.clone(), key));
    fal.map(Some).context("FAL_KEY cannot be used")
}

fn replicate(settings: &ProviderConfig) -> anyhow::Result<Option<Replicate>> {
    let Some(token) = &settings.replicate_token else { return Ok(None) };
    Replicate::new(settings.replicate_url.clone(), token).map(Some).context("REPLICATE_API_TOKEN cannot be used")
}

/// What is said when nothing can be offered.
pub(super) fn nothing_to_offer(providers: &Providers) -> anyhow::Error {
    if providers.names().next().is_none() {
        return anyhow::anyhow!(
            "no template can be offered: no AI provider is set up; set DEFAPI_KEY, FAL_KEY or REPLICATE_API_TOKEN, or \
             MOCK_AI=1 to try with the built-in painter"
        );
    }
    anyhow::anyhow!(
        "no template can be offered: none of their models has a provider that is set up; see `pixelai check --providers`"
    )
}

/// Asks each provider that is set up for its account, by calls that cost nothing, and holds the models in the database
/// against them.
///
/// # Errors
/// When a provider does not work, or the fallbacks of a model run in a circle.
pub async fn check_providers(config: &Config) -> anyhow::Result<String> {
    let providers = providers(config, &super::painters(config)?)?;
    let mut lines = Vec::new();
    let mut broken = 0;
    for provider in providers.all() {
        match provider.account().await {
            Ok(account) => lines.push(format!("{}: works, {account}", provider.name())),
            Err(cause) => {
                broken += 1;
                lines.push(format!("{}: {cause}", provider.name()));
            }
        }
    }
    let store = Store::new(open(config).await?);
    let names: HashSet<String> = providers.names().map(str::to_owned).collect();
    let catalog = Catalog::load(&store, names).await;
    store.database().close().await;
    let catalog = catalog?;
    for (template, model) in catalog.hidden() {
        lines.push(format!("the template {template} is hidden: no provider of its model {model} is set up"));
    }
    if lines.is_empty() || catalog.categories().is_empty() {
        lines.push(nothing_to_offer(&providers).to_string());
        broken += 1;
    }
    let report = lines.join("\n");
    if broken > 0 { bail!("{report}") } else { Ok(report) }
}
