//! What updates of every kind are taken for.

use super::*;

fn meaning_of(kind: &str, content: &str) -> Meaning {
    meaning(&format!(r#"{{"update_id":9,"{kind}":{content}}}"#), 9, "pixel_bot")
}

const ANNA: &str = r#"{"id":7,"is_bot":false,"first_name":"Анна","username":"anna","language_code":"ru"}"#;
const PRIVATE: &str = r#"{"id":7,"type":"private","first_name":"Анна","username":"anna"}"#;
const GROUP: &str = r#"{"id":-100500,"type":"supergroup","title":"Friends"}"#;

fn message(chat: &str, from: &str, content: &str) -> String {
    format!(r#"{{"message_id":3,"date":1700000000,"chat":{chat},"from":{from},{content}}}"#)
}

fn private(content: &str) -> Meaning {
    meaning_of("message", &message(PRIVATE, ANNA, content))
}

fn deed_of(meaning: Meaning) -> Deed {
    match meaning {
        Meaning::Deed(incoming) | Meaning::Payment(incoming) | Meaning::Press { incoming, .. } => {
            assert_eq!((incoming.update_id, incoming.person.id), (9, TelegramId(7)));
            incoming.deed.clone()
        }
        other => panic!("no deed: {other:?}"),
    }
}

#[test]
fn text_comes_as_it_was_written_with_who_wrote_it() {
    let Meaning::Deed(incoming) = private(r#""text":"/start gift <b>""#) else { panic!("no deed") };
    assert_eq!(incoming.deed, Deed::Text("/start gift <b>".into()));
    assert_eq!(incoming.person.username.as_deref(), Some("anna"));
    assert_eq!(incoming.person.language_code.as_deref(), Some("ru"));
}

#[test]
fn an_overlong_text_is_cut_between_two_letters() {
    let Deed::Text(text) = deed_of(private(&format!(r#""text":"x{}""#, "я".repeat(5_000)))) else { panic!() };
    assert_eq!(text.len(), TEXT_LIMIT - 1);
}

#[test]
fn the_largest_size_of_a_photo_is_taken() {
    let sizes = r#""media_group_id":"album","caption":"me","photo":[
        {"file_id":"a","file_unique_id":"ua","width":90,"height":60,"file_size":100},
        {"file_id":"c","file_unique_id":"uc","width":1280,"height":853},
        {"file_id":"b","file_unique_id":"ub","width":320,"height":213,"file_size":900}]"#;
    let expected =
        IncomingPhoto { file_id: "c".into(), unique_id: "uc".into(), size: None, album: Some("album".into()) };
    assert_eq!(deed_of(private(sizes)), Deed::Photo(expected));
}

#[test]
fn a_document_is_a_photo_by_its_mime_type_or_its_ending() {
    let document = |more: &str| {
        deed_of(private(&format!(r#""document":{{"file_id":"f","file_unique_id":"u","file_size":5{more}}}"#)))
    };
    assert!(matches!(document(r#","mime_type":"image/heic""#), Deed::Photo(IncomingPhoto { size: Some(5), .. })));
    assert!(matches!(document(r#","file_name":"Me.JPG","mime_type":"application/octet-stream""#), Deed::Photo(_)));
    assert_eq!(document(r#","file_name":"cv.pdf","mime_type":"application/pdf""#), Deed::Other(Unusual::File));
    assert_eq!(document(""), Deed::Other(Unusual::File));
}

#[test]
fn every_other_content_is_named_and_none_is_lost() {
    let file = r#""file_id":"f","file_unique_id":"u""#;
    let cases = [
        (format!(r#""voice":{{{file},"duration":1,"mime_type":"audio/ogg"}}"#), Unusual::Voice),
        (format!(r#""video":{{{file},"duration":1,"width":1,"height":1,"mime_type":"video/mp4"}}"#), Unusual::Video),
        (format!(r#""video_note":{{{file},"duration":1,"length":1}}"#), Unusual::Video),
        (
            format!(
                r#""sticker":{{{file},"width":1,"height":1,"is_animated":false,"is_video":false,"type":"regular"}}"#
            ),
            Unusual::Sticker,
        ),
        (r#""location":{"longitude":1.0,"latitude":2.0}"#.into(), Unusual::Anything),
        (r#""dice":{"emoji":"🎲","value":3}"#.into(), Unusual::Anything),
        (r#""something_of_next_year":{"a":1}"#.into(), Unusual::Anything),
    ];
    for (content, unusual) in cases {
        assert_eq!(deed_of(private(&content)), Deed::Other(unusual), "{content}");
    }
}

#[test]
fn content_that_the_types_cannot_read_is_still_made_out() {
    let file = r#""file_id":"f","file_unique_id":"u""#;
    let voice = format!(r#""voice":{{{file},"duration":1}}"#);
    assert_eq!(deed_of(private(&voice)), Deed::Other(Unusual::Voice));
    let video = format!(r#""video":{{{file},"width":1,"height":1,"duration":1}}"#);
    assert_eq!(deed_of(private(&video)), Deed::Other(Unusual::Video));
    let document = format!(r#""document":{{{file},"file_name":"me.jpg","mime_type":"?"}}"#);
    assert!(matches!(deed_of(private(&document)), Deed::Photo(IncomingPhoto { size: None, .. })));
}

#[test]
fn a_forwarded_text_is_like_a_plain_one() {
    let forwarded = r#""forward_origin":{"type":"hidden_user","sender_user_name":"X","date":1},"text":"hi""#;
    assert_eq!(deed_of(private(forwarded)), Deed::Text("hi".into()));
}

#[test]
fn a_press_tells_the_message_only_while_telegram_shows_it() {
    let press = |message: &str| {
        let press = format!(r#"{{"id":"q","from":{ANNA},"chat_instance":"1","data":"d"{message}}}"#);
        match deed_of(meaning_of("callback_query", &press)) {
            Deed::Press { data, on } if data == "d" => on,
            other => panic!("{other:?}"),
        }
    };
    let sizes = r#""photo":[{"file_id":"a","file_unique_id":"u","width":9,"height":6}]"#;
    let invoice = r#""invoice":{"title":"t","description":"d","start_parameter":"","currency":"XTR","total_amount":1}"#;
    let of = |content: &str| press(&format!(r#","message":{}"#, message(PRIVATE, ANNA, content)));
    assert_eq!(of(r#""text":"x""#), Some(Shown { message_id: 3, kind: ShownKind::Text }));
    assert_eq!(of(sizes), Some(Shown { message_id: 3, kind: ShownKind::Photo }));
    assert_eq!(of(invoice), Some(Shown { message_id: 3, kind: ShownKind::Other }));
    assert_eq!(press(""), None);
    assert_eq!(press(&format!(r#","message":{{"chat":{PRIVATE},"message_id":3,"date":0}}"#)), None);
}

#[test]
fn a_press_in_a_group_only_stops_spinning() {
    let message = message(GROUP, ANNA, r#""text":"x""#);
    let press = format!(r#"{{"id":"q","from":{ANNA},"chat_instance":"1","data":"d","message":{message}}}"#);
    assert_eq!(meaning_of("callback_query", &press), Meaning::StrayPress { query: "q".into() });
}

const PAYMENT: &str = r#"{"currency":"XTR","total_amount":50,"invoice_payload":"order",
    "telegram_payment_charge_id":"charge","provider_payment_charge_id":""}"#;

fn paid() -> Paid {
    Paid { charge_id: "charge".into(), payload: "order".into(), currency: "XTR".into(), amount: 50 }
}

#[test]
fn payments_and_refunds_are_told_apart_from_deeds() {
    let meaning = private(&format!(r#""successful_payment":{PAYMENT}"#));
    assert!(matches!(meaning, Meaning::Payment(_)));
    assert_eq!(deed_of(meaning), Deed::Paid(paid()));
    let bot = r#"{"id":1,"is_bot":true,"first_name":"Pixel"}"#;
    let refund = message(PRIVATE, bot, &format!(r#""refunded_payment":{PAYMENT}"#));
    assert_eq!(deed_of(meaning_of("message", &refund)), Deed::Refunded(paid()));
}

#[test]
fn a_payment_survives_a_message_that_the_types_cannot_read() {
    let odd_payment = PAYMENT.replace("}", r#","order_info":"of another shape"}"#);
    assert_eq!(deed_of(private(&format!(r#""successful_payment":{odd_payment}"#))), Deed::Paid(paid()));
    let odd_chat = r#"{"id":7,"type":"of another kind"}"#;
    let unreadable = message(odd_chat, ANNA, &format!(r#""successful_payment":{PAYMENT}"#));
    assert_eq!(deed_of(meaning_of("message", &unreadable)), Deed::Paid(paid()));
}

#[test]
fn a_checkout_carries_what_is_to_be_paid_by_whom() {
    let query = format!(r#"{{"id":"q","from":{ANNA},"currency":"XTR","total_amount":50,"invoice_payload":"order"}}"#);
    let Meaning::Checkout { query, checkout } = meaning_of("pre_checkout_query", &query) else { panic!() };
    assert_eq!((query.as_str(), checkout.amount, checkout.payload.as_str()), ("q", 50, "order"));
    assert_eq!(checkout.person.id, TelegramId(7));
}

#[test]
fn blocking_and_letting_in_again_are_deeds_of_a_private_chat_only() {
    let change = |chat: &str, status: &str| {
        let member = |status: &str| {
            format!(r#"{{"user":{{"id":1,"is_bot":true,"first_name":"B"}},"status":"{status}","until_date":0}}"#)
        };
        let change = format!(
            r#"{{"chat":{chat},"from":{ANNA},"date":1,"old_chat_member":{},"new_chat_member":{}}}"#,
            member("member"),
            member(status)
        );
        meaning_of("my_chat_member", &change)
    };
    assert_eq!(deed_of(change(PRIVATE, "kicked")), Deed::Blocked(true));
    assert_eq!(deed_of(change(PRIVATE, "member")), Deed::Blocked(false));
    assert_eq!(change(GROUP, "member"), Meaning::Ignored(Ignored::Group));
}

#[test]
fn a_group_is_heard_only_when_it_calls_the_bot() {
    let said = |text: &str| meaning_of("message", &message(GROUP, ANNA, &format!(r#""text":"{text}""#)));
    let called = Meaning::GroupCall { chat: -100500, language_code: Some("ru".into()) };
    assert_eq!(said("/start@Pixel_Bot"), called);
    assert_eq!(said("look, @pixel_bot!"), called);
    for other in ["hello", "/start", "/start@other_bot", "@pixel_bot_2 hi", "pixel_bot"] {
        assert_eq!(said(other), Meaning::Ignored(Ignored::Group), "{other}");
    }
}

#[test]
fn whoever_is_no_person_is_ignored() {
    let bot = r#"{"id":8,"is_bot":true,"first_name":"B"}"#;
    let anonymous = r#"{"id":1087968824,"is_bot":true,"first_name":"Group","username":"GroupAnonymousBot"}"#;
    for from in [bot, anonymous] {
        let said = message(GROUP, from, r#""text":"@pixel_bot""#);
        assert_eq!(meaning_of("message", &said), Meaning::Ignored(Ignored::NoPerson));
    }
    let nobody = format!(r#"{{"message_id":3,"date":1,"chat":{PRIVATE},"text":"x"}}"#);
    assert_eq!(meaning_of("message", &nobody), Meaning::Ignored(Ignored::NoPerson));
}

#[test]
fn what_is_ignored_is_ignored_on_purpose() {
    let text = message(PRIVATE, ANNA, r#""text":"x""#);
    assert_eq!(meaning_of("edited_message", &text), Meaning::Ignored(Ignored::Edited));
    let channel = r#"{"message_id":3,"date":1,"chat":{"id":-9,"type":"channel","title":"c"},"text":"x"}"#;
    assert_eq!(meaning_of("channel_post", channel), Meaning::Ignored(Ignored::Channel));
    let pinned = format!(r#""pinned_message":{text}"#);
    assert_eq!(private(&pinned), Meaning::Ignored(Ignored::Service));
    assert_eq!(meaning_of("subscription", r#"{"state":"active"}"#), Meaning::Ignored(Ignored::Unknown));
    assert_eq!(meaning_of("message", "17"), Meaning::Ignored(Ignored::Unknown));
}

#[test]
fn nonsense_has_no_number() {
    assert_eq!(update_id(r#"{"update_id":5,"x":[]}"#), Some(5));
    assert_eq!(update_id(r#"{"update_id":"5"}"#), None);
    assert_eq!(update_id("[]"), None);
}
