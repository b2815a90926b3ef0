//! Stars: what is missing, packs, and payments that are not let through.

use pixelai::domain::Language;
use pixelai::emulator::PayResult;

use super::{Actor, in_both_languages};
use crate::support::bot::{Bot, BotOptions};

/// The smallest pack.
const PACK: &str = "25\u{a0}⭐ → 25";

async fn poor_bot() -> Bot {
    Bot::start_with(BotOptions { start_balance: Some(2), ..BotOptions::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_on_by_itself_once_what_is_missing_is_paid() {
    in_both_languages!("topup-for-an-order", topup_for_an_order);
}

async fn topup_for_an_order(language: Language) -> String {
    let bot = poor_bot().await;
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    ann.presses("Make it", "Создать").await;
    ann.presses("Exactly 3", "Ровно 3").await;
    assert!(matches!(ann.pays().await, PayResult::Paid { .. }));
    assert_eq!(bot.balance(&ann.person).await, 0);
    assert_eq!(ann.person.stars(), 497);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_brings_its_bonus_and_an_invoice_can_be_left() {
    in_both_languages!("packs", packs);
}

async fn packs(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.writes("/topup").await;
    ann.presses("250\u{a0}⭐", "250\u{a0}⭐").await;
    ann.presses("Another pack", "Другой набор").await;
    ann.presses("50\u{a0}⭐ →", "50\u{a0}⭐ →").await;
    assert!(matches!(ann.pays().await, PayResult::Paid { .. }));
    ann.writes("/paysupport").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told.replace(char::is_numeric, "#")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_paid_once_and_by_its_own_person() {
    in_both_languages!("refused-payments", refused_payments);
}

async fn refused_payments(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.writes("/topup").await;
    ann.presses(PACK, PACK).await;
    let invoice = ann.invoice().expect("an invoice");
    assert!(matches!(ann.pays().await, PayResult::Paid { .. }));
    let again = ann.person.pays_message(invoice).await;
    assert!(matches!(again, PayResult::Refused { .. } | PayResult::NoInvoice), "{again:?}");
    bot.quiet().await;
    ann.writes("/topup").await;
    ann.presses(PACK, PACK).await;
    bot.sql("UPDATE invoices SET expires_at = created_at WHERE paid_at IS NULL").await;
    assert!(matches!(ann.pays().await, PayResult::Refused { .. }));
    assert_eq!(bot.balance(&ann.person).await, 35);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_top_up_comes_back_to_the_order() {
    in_both_languages!("topup-left", topup_left);
}

async fn topup_left(language: Language) -> String {
    let bot = poor_bot().await;
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    ann.presses("Make it", "Создать").await;
    ann.presses("Back", "Назад").await;
    ann.presses("Make it", "Создать").await;
    ann.writes("/balance").await;
    ann.presses("Top up", "Пополнить").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}
