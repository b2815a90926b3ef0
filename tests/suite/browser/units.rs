//! The page's own tests, in `tests/page/`, run by the browser that the page is for.

use pixelai::domain::Language;
use serde_json::Value;

use super::chat::Chat;
use super::chromium::{Colours, Device};
use super::demo::Demo;

/// What the tests use of `node:test` and `node:assert`.
const STAND_IN: &str = r#"
    const failures = [], tests = [];
    const test = (name, run) => tests.push([name, run]);
    const told = (holds, ...values) => { if (!holds) throw new Error(values.map((it) => JSON.stringify(it) ?? String(it)).join(" against ")); };
    const assert = {
      ok: (value) => told(value, value),
      equal: (one, other) => told(Object.is(one, other), one, other),
      deepEqual: (one, other) => told(JSON.stringify(one) === JSON.stringify(other), one, other),
      match: (text, pattern) => told(pattern.test(text), text, String(pattern)),
    };
"#;
const RUN: &str = r#"
    for (const [name, run] of tests) {
      try { await run(); } catch (cause) { failures.push(`${name}: ${cause.message}`); }
    }
    return [tests.length, failures];
"#;

/// A test file as a script: its imports of the page's modules are fetched from the page's own address.
fn script_of(source: &str) -> String {
    let import = |line: &str| -> Option<String> {
        let (names, from) = line.strip_prefix("import ")?.split_once(" from ")?;
        let module = from.trim_matches(['"', ';']).strip_prefix("../../src/emulator/page/")?;
        Some(format!("const {names} = await import('/page/{module}');"))
    };
    let kept = source.lines().filter(|line| !line.contains("from \"node:"));
    let body: Vec<String> = kept.map(|line| import(line).unwrap_or_else(|| line.to_owned())).collect();
    format!(
        "const done = arguments[0]; (async () => {{ {STAND_IN} {} {RUN} }})().then(done, (cause) => done([0, [String(cause)]]));",
        body.join("\n")
    )
}

#[tokio::test]
async fn the_pages_own_tests_pass_in_the_browser() {
    let _turn = super::BROWSERS.acquire().await;
    let demo = Demo::start(1);
    let chat = Chat::open(&demo, Device::Desktop, Colours::Light, Language::En).await;
    for source in [include_str!("../../page/entities.test.mjs"), include_str!("../../page/log.test.mjs")] {
        let answer = chat.browser.client.execute_async(&script_of(source), vec![]).await.expect("the script runs");
        assert_eq!(answer[1], Value::Array(vec![]), "{answer}");
        assert!(answer[0].as_u64().is_some_and(|count| count > 5), "the tests were found: {answer}");
    }
}
