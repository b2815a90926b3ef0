//! The published vectors pass, and nothing else does.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::*;

fn vector(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).unwrap().as_str().unwrap()
}

/// Made with the key pair of the seed 00..1f, by fal's published rule.
const FAL: &str = include_str!("../../../tests/providers/examples/fal/webhook_signature_vector.json");
/// The public vector of Svix, whose scheme Replicate uses.
const REPLICATE: &str = include_str!("../../../tests/providers/examples/replicate/webhook_signature_vector.json");

struct Fal {
    vector: Value,
    key: Vec<u8>,
}

impl Fal {
    fn new() -> Self {
        let vector = vector(FAL);
        let key = URL_SAFE_NO_PAD.decode(text(&vector, "/jwks/keys/0/x")).unwrap();
        Self { vector, key }
    }

    fn headers(&self) -> FalHeaders<'_> {
        let header = |name: &str| Some(text(&self.vector, &format!("/headers/{name}")));
        FalHeaders {
            request_id: header("x-fal-webhook-request-id"),
            user_id: header("x-fal-webhook-user-id"),
            timestamp: header("x-fal-webhook-timestamp"),
            signature: header("x-fal-webhook-signature"),
        }
    }

    fn body(&self) -> Vec<u8> {
        text(&self.vector, "/raw_body").as_bytes().to_vec()
    }
}

const FAL_TIME: i64 = 1_767_225_600;

#[test]
fn fals_vector_passes_within_five_minutes() {
    let fal = Fal::new();
    let foreign = [7; 32].to_vec();
    for now in [FAL_TIME, FAL_TIME - 300, FAL_TIME + 300] {
        assert_eq!(super::fal(&fal.headers(), &fal.body(), &[foreign.clone(), fal.key.clone()], now), Ok(()));
    }
    for now in [FAL_TIME - 301, FAL_TIME + 301] {
        assert!(super::fal(&fal.headers(), &fal.body(), std::slice::from_ref(&fal.key), now).is_err());
    }
}

#[test]
fn a_flipped_bit_of_fals_webhook_is_noticed() {
    let fal = Fal::new();
    let keys = [fal.key.clone()];
    for at in [0, 40, fal.body().len() - 1] {
        let mut body = fal.body();
        body[at] ^= 1;
        assert!(super::fal(&fal.headers(), &body, &keys, FAL_TIME).is_err(), "byte {at}");
    }
    let signature = fal.headers().signature.unwrap().replacen('f', "e", 1);
    assert!(
        super::fal(&FalHeaders { signature: Some(&signature), ..fal.headers() }, &fal.body(), &keys, FAL_TIME).is_err()
    );
    for headers in [
        FalHeaders { request_id: Some("another"), ..fal.headers() },
        FalHeaders { user_id: Some("another"), ..fal.headers() },
        FalHeaders { timestamp: Some("1767225601"), ..fal.headers() },
        FalHeaders { timestamp: Some("soon"), ..fal.headers() },
        FalHeaders { signature: Some("zz"), ..fal.headers() },
        FalHeaders { signature: Some("é0"), ..fal.headers() },
        FalHeaders { signature: None, ..fal.headers() },
        FalHeaders { user_id: None, ..fal.headers() },
    ] {
        assert!(super::fal(&headers, &fal.body(), &keys, FAL_TIME).is_err());
    }
}

#[test]
fn a_foreign_key_proves_nothing() {
    let fal = Fal::new();
    for keys in [vec![], vec![[7; 32].to_vec()], vec![vec![]]] {
        assert!(super::fal(&fal.headers(), &fal.body(), &keys, FAL_TIME).is_err());
    }
}

const REPLICATE_TIME: i64 = 1_614_265_330;

#[test]
fn replicates_vector_passes_and_no_other_does() {
    let vector = vector(REPLICATE);
    let (secret, body) = (text(&vector, "/secret"), text(&vector, "/raw_body").as_bytes());
    let header = |name: &str| Some(text(&vector, &format!("/headers/{name}")));
    let (id, time, signed) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let proof = |id, timestamp, signature, body: &[u8], secret, now| {
        super::replicate(&ReplicateHeaders { id, timestamp, signature }, body, secret, now)
    };
    assert_eq!(proof(id, time, signed, body, secret, REPLICATE_TIME + 300), Ok(()));
    let listed = format!("v1,bm90IHRoaXMgb25l v2,whatever {}", signed.unwrap());
    assert_eq!(proof(id, time, Some(&listed), body, secret, REPLICATE_TIME), Ok(()));

    let mut flipped = body.to_vec();
    flipped[3] ^= 1;
    assert!(proof(id, time, signed, &flipped, secret, REPLICATE_TIME).is_err());
    assert!(proof(id, time, signed, body, secret, REPLICATE_TIME + 301).is_err());
    assert!(proof(Some("msg_other"), time, signed, body, secret, REPLICATE_TIME).is_err());
    assert!(proof(id, Some("1614265331"), signed, body, secret, REPLICATE_TIME).is_err());
    assert!(proof(id, time, signed, body, "whsec_Zm9yZWlnbg==", REPLICATE_TIME).is_err());
    assert!(proof(id, time, signed, body, "no base64!", REPLICATE_TIME).is_err());
    assert!(proof(id, time, Some("v1,"), body, secret, REPLICATE_TIME).is_err());
    assert!(proof(id, time, None, body, secret, REPLICATE_TIME).is_err());
}
