//! Stars: from an invoice to a refund.

use pixelai::emulator::{Emulator, PayResult, Person};
use serde_json::{Value, json};

use super::support::{Bot, start};

async fn chat() -> (Emulator, Bot, Person) {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    bot.next_update().await;
    (emulator, bot, anna)
}

fn invoice(chat_id: i64, amount: i64) -> Value {
    json!({
        "chat_id": chat_id, "title": "50 credits", "description": "A pack", "payload": "order:1", "currency": "XTR",
        "prices": [{"label": "Pack", "amount": amount}],
    })
}

/// Answers the next pre-checkout query and returns it.
async fn answer(bot: &Bot, verdict: Value) -> Value {
    let query = bot.next_update().await["pre_checkout_query"].clone();
    let mut params = verdict;
    params["pre_checkout_query_id"] = query["id"].clone();
    bot.ok("answerPreCheckoutQuery", params).await;
    query
}

#[tokio::test]
async fn a_payment_goes_from_invoice_to_ledger_and_back() {
    let (emulator, bot, anna) = chat().await;
    let sent = bot.ok("sendInvoice", invoice(anna.id(), 50)).await;
    assert_eq!(sent["invoice"]["total_amount"], 50);
    assert_eq!(sent["invoice"].get("payload"), None, "the payload is the bot's secret");
    assert_eq!(sent["reply_markup"]["inline_keyboard"][0][0]["pay"], true);
    let (result, query) = tokio::join!(anna.pays(), answer(&bot, json!({"ok": true})));
    assert_eq!((&query["currency"], &query["total_amount"]), (&json!("XTR"), &json!(50)));
    assert_eq!(query["invoice_payload"], "order:1");
    let PayResult::Paid { charge_id } = result else { panic!("{result:?}") };
    assert_eq!(anna.stars(), 450);
    let payment = bot.next_update().await["message"]["successful_payment"].clone();
    assert_eq!(payment["telegram_payment_charge_id"], charge_id);
    assert_eq!(payment["invoice_payload"], "order:1");
    assert_eq!(bot.ok("getMyStarBalance", json!({})).await["amount"], 50);
    let refund = json!({"user_id": anna.id(), "telegram_payment_charge_id": charge_id});
    bot.ok("refundStarPayment", refund.clone()).await;
    assert_eq!(bot.refused("refundStarPayment", refund).await, "Bad Request: CHARGE_ALREADY_REFUNDED");
    assert_eq!(anna.stars(), 500);
    assert_eq!(bot.next_update().await["message"]["refunded_payment"]["total_amount"], 50);
    let page = bot.ok("getStarTransactions", json!({})).await["transactions"].clone();
    assert_eq!((&page[0]["id"], &page[1]["id"]), (&json!(charge_id), &json!(charge_id)), "a refund reuses the id");
    assert_eq!(page[0]["source"]["transaction_type"], "invoice_payment");
    assert_eq!(page[1]["receiver"]["user"]["id"], anna.id());
    let second = bot.ok("getStarTransactions", json!({"offset": 1, "limit": 1})).await["transactions"].clone();
    assert_eq!(second, json!([page[1]]));
    assert_eq!(emulator.star_transactions().len(), 2);
    assert!(anna.transcript().ends_with("> (pays ⭐ 50)\n< (refund ⭐ 50)\n"), "{}", anna.transcript());
}

#[tokio::test]
async fn a_refused_payment_takes_nothing() {
    let (emulator, bot, anna) = chat().await;
    bot.ok("sendInvoice", invoice(anna.id(), 50)).await;
    let no = json!({"ok": false, "error_message": "Sold out"});
    let (result, query) = tokio::join!(anna.pays(), answer(&bot, no.clone()));
    assert_eq!(result, PayResult::Refused { error: "Sold out".into() });
    assert_eq!(anna.stars(), 500);
    assert!(emulator.star_transactions().is_empty());
    let late = json!({"pre_checkout_query_id": query["id"], "ok": true});
    assert!(bot.refused("answerPreCheckoutQuery", late).await.contains("query is too old"));
    let wordless = json!({"pre_checkout_query_id": "x", "ok": false});
    assert!(bot.refused("answerPreCheckoutQuery", wordless).await.contains("error_message"));
}

#[tokio::test]
async fn a_poor_purse_does_not_trouble_the_bot() {
    let (emulator, bot, anna) = chat().await;
    bot.ok("sendInvoice", invoice(anna.id(), 501)).await;
    assert_eq!(anna.pays().await, PayResult::Poor);
    emulator.idle().await;
    anna.has_stars(501);
    let (result, _) = tokio::join!(anna.pays(), answer(&bot, json!({"ok": true})));
    assert!(matches!(result, PayResult::Paid { .. }));
    assert_eq!(anna.stars(), 0);
}

#[tokio::test]
async fn an_old_invoice_can_be_paid_again_under_a_new_charge() {
    let (emulator, bot, anna) = chat().await;
    bot.ok("sendInvoice", invoice(anna.id(), 10)).await;
    for _ in 0..2 {
        let (result, _) = tokio::join!(anna.pays(), answer(&bot, json!({"ok": true})));
        assert!(matches!(result, PayResult::Paid { .. }));
        bot.next_update().await;
    }
    let ledger = emulator.star_transactions();
    assert_ne!(ledger[0]["id"], ledger[1]["id"]);
    assert_eq!(ledger[0]["source"]["invoice_payload"], ledger[1]["source"]["invoice_payload"]);
}

#[tokio::test]
async fn a_payment_without_an_answer_is_cancelled() {
    let (emulator, bot, anna) = chat().await;
    bot.ok("sendInvoice", invoice(anna.id(), 10)).await;
    // The bot's HTTP is over, so the clock can be hurried along.
    tokio::time::pause();
    assert_eq!(anna.pays().await, PayResult::TimedOut);
    tokio::time::resume();
    let query = bot.next_update().await["pre_checkout_query"].clone();
    let late = json!({"pre_checkout_query_id": query["id"], "ok": true});
    assert!(bot.refused("answerPreCheckoutQuery", late).await.contains("query is too old"));
    assert_eq!(anna.stars(), 500);
    assert!(emulator.star_transactions().is_empty());
}

#[tokio::test]
async fn invoices_are_held_against_the_rules_for_stars() {
    let (_emulator, bot, anna) = chat().await;
    let with = |key: &str, value: Value| {
        let mut params = invoice(anna.id(), 50);
        params[key] = value;
        params
    };
    let price = |amount: i64| json!([{"label": "Pack", "amount": amount}]);
    for (key, value, error) in [
        ("title", json!("я".repeat(33)), "PAYMENT_TITLE_INVALID"),
        ("description", json!("я".repeat(256)), "PAYMENT_DESCRIPTION_INVALID"),
        ("payload", json!("я".repeat(65)), "INVOICE_PAYLOAD_INVALID"),
        ("currency", json!("XTS"), "PAYMENT_PROVIDER_INVALID"),
        ("prices", json!([{"label": "a", "amount": 1}, {"label": "b", "amount": 1}]), "STARS_INVOICE_INVALID"),
        ("prices", price(0), "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ("prices", price(100_001), "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ("need_email", json!(true), "STARS_INVOICE_INVALID"),
        ("reply_markup", json!({"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}), "first button"),
    ] {
        let answer = bot.refused("sendInvoice", with(key, value.clone())).await;
        assert!(answer.contains(error), "{key} {value}: {answer}");
    }
    bot.ok("sendInvoice", with("prices", price(100_000))).await;
    let own = json!({"inline_keyboard": [[{"text": "Pay", "pay": true}], [{"text": "Back", "callback_data": "b"}]]});
    bot.ok("sendInvoice", with("reply_markup", own)).await;
}

#[tokio::test]
async fn a_link_is_paid_by_whoever_has_it() {
    let (emulator, bot, _anna) = chat().await;
    let mut params = invoice(0, 5);
    params.as_object_mut().unwrap().remove("chat_id");
    let link = bot.ok("createInvoiceLink", params).await;
    let boris = emulator.person("Борис", "ru");
    boris.sends_text("/start");
    bot.next_update().await;
    let path = format!("/api/people/{}/pay", boris.id());
    let (paid, _) = tokio::join!(bot.post(&path, json!({"link": link})), answer(&bot, json!({"ok": true})));
    assert_eq!(paid, (200, json!({"status": "paid"})));
    assert_eq!(boris.stars(), 495);
}

#[tokio::test]
async fn a_refund_wants_a_charge_of_that_person() {
    let (emulator, bot, anna) = chat().await;
    bot.ok("sendInvoice", invoice(anna.id(), 10)).await;
    let (result, _) = tokio::join!(anna.pays(), answer(&bot, json!({"ok": true})));
    let PayResult::Paid { charge_id } = result else { panic!("{result:?}") };
    let boris = emulator.person("Boris", "en");
    for (user, charge, error) in [
        (boris.id(), charge_id.as_str(), "CHARGE_ID_INVALID"),
        (anna.id(), "nothing", "CHARGE_ID_INVALID"),
        (anna.id(), "", "CHARGE_ID_EMPTY"),
        (7, charge_id.as_str(), "USER_ID_INVALID"),
    ] {
        let refund = json!({"user_id": user, "telegram_payment_charge_id": charge});
        assert_eq!(bot.refused("refundStarPayment", refund).await, format!("Bad Request: {error}"));
    }
    anna.blocks(true);
    let refund = json!({"user_id": anna.id(), "telegram_payment_charge_id": charge_id});
    bot.ok("refundStarPayment", refund).await;
    assert_eq!(anna.stars(), 500, "a refund reaches who has blocked the bot");
}
