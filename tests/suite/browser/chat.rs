//! What a person does on the chat page, and how a test waits for what it shows.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::Locator;
use pixelai::domain::Language;
use pixelai::text::{Args, Texts};
use serde_json::{Value, json};

use super::chromium::{Chromium, Colours, Device};
use super::demo::Demo;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(40);

/// The bubbles of the bot, for scripts.
const BUBBLES: &str = "const bubbles = [...document.querySelectorAll('[data-role=bubble][data-from=bot]')];";
/// Remembers every progress bar that was to be seen, however briefly.
const WATCH_BARS: &str = "window.bars = new Set();
    new MutationObserver(() => document.querySelectorAll('.body code').forEach((bar) => bars.add(bar.textContent)))
        .observe(document.getElementById('log'), {childList: true, subtree: true, characterData: true});";

/// The chat page in a browser, and the person in front of it.
pub struct Chat {
    pub browser: Chromium,
    pub texts: Texts,
    /// The language that the person reads now.
    pub language: Language,
    device: Device,
    /// How the names of its screenshots begin.
    name: String,
}

impl Chat {
    pub async fn open(demo: &Demo, device: Device, colours: Colours, language: Language) -> Self {
        let name = format!("{}-{device:?}-{colours:?}", language.code()).to_lowercase();
        let browser = Chromium::open(device, colours, language).await;
        browser.client.goto(&demo.url).await.expect("the page opens");
        let texts = Texts::embedded().expect("the texts are sound");
        let chat = Self { browser, texts, language, device, name };
        chat.wait("the page knows a person", "return document.querySelector('[data-role=person][aria-current=true]')")
            .await;
        chat.script(WATCH_BARS, vec![]).await;
        chat
    }

    /// A text of the bot without variables.
    pub fn says(&self, id: &str) -> String {
        self.texts.plain(self.language, id, &Args::default())
    }

    /// The label of a button without variables.
    pub fn label(&self, screen: &str, button: &str) -> String {
        self.texts.label(self.language, screen, button, &Args::default())
    }

    async fn script(&self, script: &str, args: Vec<Value>) -> Value {
        self.browser.client.execute(script, args).await.unwrap_or_else(|cause| panic!("{script}: {cause}"))
    }

    /// Tries until `attempt` has something, and fails with `what` and a picture of the page when it never has.
    async fn until<T, F: Future<Output = Option<T>>>(&self, what: &str, attempt: impl Fn() -> F) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = attempt().await {
                return found;
            }
            if begun.elapsed() > PATIENCE {
                self.shot("failure").await;
                let chat = self.script("return document.getElementById('log').innerText", vec![]).await;
                panic!("never came true: {what}\nthe chat says:\n{}", chat.as_str().unwrap_or_default());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Waits until a script returns something true, and answers it.
    pub async fn wait(&self, what: &str, script: &str) -> Value {
        self.wait_with(what, script, vec![]).await
    }

    async fn wait_with(&self, what: &str, script: &str, args: Vec<Value>) -> Value {
        let script = format!("{BUBBLES} {script}");
        let truthy = |value: &Value| {
            !matches!(value, Value::Null | Value::Bool(false)) && *value != json!(0) && *value != json!("")
        };
        self.until(what, || async { Some(self.script(&script, args.clone()).await).filter(truthy) }).await
    }

    /// Waits for words in a bubble of the bot's.
    pub async fn reads(&self, words: &str) {
        let what = format!("the bot says “{words}”");
        self.wait_with(&what, "return bubbles.some((it) => it.innerText.includes(arguments[0]))", vec![json!(words)])
            .await;
    }

    /// Waits until so many messages of the bot's carry a button.
    pub async fn counts(&self, button: &str, count: usize) {
        let what = format!("there are {count} messages with [{button}]");
        let script = "return bubbles.filter((it) => [...it.querySelectorAll('.key')].some((key) => key.textContent === arguments[0])).length === arguments[1]
            && [...document.querySelectorAll('#log img')].every((image) => image.complete && image.naturalWidth > 0)";
        self.wait_with(&what, script, vec![json!(button), json!(count)]).await;
    }

    /// Clicks on what a CSS selector finds, as soon as it can be clicked.
    pub async fn click(&self, css: &str) {
        self.click_on(css, Locator::Css(css)).await;
    }

    /// Presses the newest button with this label under a message.
    pub async fn press(&self, label: &str) {
        let path = format!("(//*[contains(@class, 'key')][normalize-space(.) = \"{}\"])[last()]", label.trim());
        self.click_on(&format!("[{label}] can be pressed"), Locator::XPath(&path)).await;
    }

    /// Presses a key of the keyboard under the input field.
    pub async fn tap(&self, label: &str) {
        let path = format!("//*[@data-role='reply-key'][normalize-space(.) = \"{label}\"]");
        self.click_on(&format!("the key {label} can be pressed"), Locator::XPath(&path)).await;
    }

    async fn click_on(&self, what: &str, locator: Locator<'_>) {
        // A button may be redrawn between finding and clicking it, or something may still glide over it.
        let attempt = || async { self.browser.client.find(locator).await.ok()?.click().await.ok() };
        self.until(what, attempt).await;
    }

    /// Types into what a selector finds, a field's old text being replaced; a file's path into a file input.
    pub async fn types(&self, css: &str, text: &str) {
        let field = self.until(css, || async { self.browser.client.find(Locator::Css(css)).await.ok() }).await;
        if !css.contains("file-input") {
            field.clear().await.expect("the field can be emptied");
        }
        field.send_keys(text).await.expect("the field takes text");
    }

    /// Opens the column of people and tools, which is a drawer on a phone.
    pub async fn open_side(&self) {
        if self.device == Device::Phone {
            self.click("[data-role=open-side]").await;
        }
    }

    /// A new person takes over, whose Telegram speaks the language that they read.
    pub async fn becomes(&self, name: &str) {
        self.open_side().await;
        self.click("[data-role=new-person-open]").await;
        self.types("[data-role=person-name]", name).await;
        let tongue = Locator::Css("[data-role=person-language]");
        let select =
            self.until("languages are offered", || async { self.browser.client.find(tongue).await.ok() }).await;
        select.select_by_value(self.language.code()).await.expect("the language is offered");
        self.click("[data-role=person-create]").await;
        let current = "const it = document.querySelector('[data-role=person][aria-current=true]');
            return it?.textContent.includes(arguments[0]) && !document.querySelector('dialog')";
        self.wait_with("the new person's chat is open", current, vec![json!(name)]).await;
    }

    pub async fn sends_sample(&self, name: &str) {
        self.click("[data-role=attach]").await;
        self.click(&format!("[data-role=attach-sheet] [data-role=sample][data-name='{name}']")).await;
    }

    pub async fn uploads(&self, file: &Path) {
        self.click("[data-role=attach]").await;
        self.types("[data-role=attach-sheet] [data-role=file-input]", &file.display().to_string()).await;
        self.click("[data-role=send-pictures]").await;
        self.wait("the sheet is gone", "return !document.querySelector('dialog')").await;
    }

    /// Asks that the page and the bot had nothing to complain of.
    pub async fn is_content(&self, demo: &Demo) {
        let complaints = self.browser.complaints().await;
        assert!(complaints.is_empty(), "the browser complains: {complaints:#?}");
        let log = demo.log();
        let trouble: Vec<&str> =
            log.lines().filter(|line| line.contains("breaks the Bot API") || line.contains("ERROR")).collect();
        assert!(trouble.is_empty(), "the log complains: {trouble:#?}");
    }

    /// Keeps what the page looks like now, below `target/`.
    pub async fn shot(&self, moment: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&folder).expect("target/ is writable");
        // What glides in is let come to rest, or the picture shows it halfway.
        let rest = "return document.getAnimations().every((it) => it.effect.getTiming().iterations === Infinity || it.playState === 'finished')";
        let begun = Instant::now();
        while self.script(rest, vec![]).await == json!(false) && begun.elapsed() < PATIENCE {
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        let png = self.browser.client.screenshot().await.expect("the browser takes pictures");
        fs::write(folder.join(format!("{}-{moment}.png", self.name)), png).expect("target/ is writable");
    }
}
