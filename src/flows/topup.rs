//! Buying credits with Telegram Stars.

use serde::{Deserialize, Serialize};

use crate::domain::{Credits, InvoiceId};
use crate::store::catalog::Pack;
use crate::text::Args;
use crate::wallet::MAX_STARS;

use super::view::Invoice;
use super::{Answer, Ask, Flow, FlowError, Item, Show, action, screen};

/// Bytes of the longest id of a pack.
const PACK_BYTES: usize = 24;

pub static FLOW: Flow = Flow {
    dialogue: "topup",
    actions: &[action!(invoice_exact: invoiced, gone), action!(invoice_pack: invoiced, gone)],
    screens: &[screen!("topup-packs", show_packs), screen!("topup-invoice", show_invoice)],
    each: &[("pack", PACK_BYTES)],
};

pub(super) const TEXTS: &[&str] = &["topup-pack", "topup-invoice-title", "topup-invoice-description", "note-pack-gone"];

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// What the caller wants to pay.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    need: Option<Credits>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    invoice: Option<InvoiceId>,
}

impl Memory {
    pub(super) fn for_price(price: Credits) -> Self {
        Self { need: Some(price), invoice: None }
    }

    /// What is missing at this moment for what the caller wants to pay.
    fn missing(&self, ask: &Ask<'_>) -> Credits {
        self.need.map_or(Credits::ZERO, |need| ask.user.balance.missing_for(need))
    }
}

async fn show_packs(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let missing = ask.recall::<Memory>()?.missing(ask);
    let item = |pack: Pack| {
        let args = Args::default()
            .number("stars", pack.stars)
            .number("credits", pack.stars + pack.bonus)
            .number("bonus", pack.bonus);
        Item { label: ask.world.texts.plain(ask.language, "topup-pack", &args), argument: pack.id }
    };
    let packs = ask.world.orders.catalog().packs().into_iter().map(item).collect();
    let args = Args::default().number("balance", ask.user.balance.get()).number("missing", missing.get());
    let hidden = if missing.is_zero() { vec!["exact"] } else { vec![] };
    Ok(Show { args, items: [("pack", packs)].into(), hidden, ..Show::default() })
}

async fn show_invoice(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let invoice = match memory.invoice {
        Some(id) => ask.world.store.invoice(id).await?,
        None => None,
    };
    let Some(invoice) = invoice else { return Ok(Show::default()) };
    let args = Args::default().number("stars", invoice.stars).number("credits", invoice.credits.get());
    let invoice = Invoice {
        title: ask.world.texts.plain(ask.language, "topup-invoice-title", &args),
        description: ask.world.texts.plain(ask.language, "topup-invoice-description", &args),
        payload: invoice.id.to_string(),
        stars: invoice.stars,
    };
    Ok(Show { args, invoice: Some(invoice), ..Show::default() })
}

/// Just what is missing, a Star for a credit.
async fn invoice_exact(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let missing = ask.recall::<Memory>()?.missing(ask);
    if missing.is_zero() || missing.get() > MAX_STARS {
        return Ok(Answer::outcome("gone").tell("note-pack-gone"));
    }
    invoice(ask, missing.get(), missing).await
}

async fn invoice_pack(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let packs = ask.world.orders.catalog().packs();
    let Some(pack) = packs.iter().find(|pack| pack.id == ask.argument()) else {
        return Ok(Answer::outcome("gone").tell("note-pack-gone"));
    };
    let credits = Credits::new(pack.stars + pack.bonus).map_err(anyhow::Error::from)?;
    invoice(ask, pack.stars, credits).await
}

async fn invoice(ask: &Ask<'_>, stars: i64, credits: Credits) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    let id = ask.world.wallet.invoice(ask.user.id, &ask.key, stars, credits, ask.now).await?;
    memory.invoice = Some(id);
    Ok(Answer::outcome("invoiced").remember(&memory))
}
