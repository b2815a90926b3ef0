//! Each kind of flaw, planted in a small house that is otherwise in order, and the whole message about it.

mod names;
mod shape;
mod texts;

use super::*;

const MENU: &str = r#"start = "menu"
commands = ["start", "shop"]
menu_buttons = [["shop", "help"]]
keepsakes = ["again"]
[everywhere]
on.start = "menu"
on.shop = { call = "shop", sold = "menu", left = "menu" }
on.help = "help"
on.again = { call = "shop", at = "pay", sold = "menu", left = "menu" }
[menu]
screen = "menu"
menu = true
[help]
screen = "help"
keyboard = [["home"]]
"#;

const SHOP: &str = r#"start = "shelf"
[shelf]
screen = "shop-shelf"
renamed = ["board"]
keyboard = [[{ each = "item", columns = 2 }], ["back"]]
on.item = { do = "take", taken = "pay", gone = "shelf" }
on.back = { return = "left" }
[pay]
screen = "shop-pay"
keyboard = [[{ pay = "pay" }], ["shelf"]]
on.shelf = "shelf"
on.paid = { return = "sold" }
after = { time = "1h", to = "shelf" }
"#;

/// What there is to plant a flaw in.
struct House {
    files: Vec<(String, String)>,
    vocabulary: Vocabulary,
    locales: Vec<LocaleIndex>,
}

impl House {
    fn in_order() -> Self {
        let files = [("d/menu.toml", MENU), ("d/shop.toml", SHOP)];
        let take = ["taken", "gone"].map(str::to_owned).to_vec();
        let vocabulary = Vocabulary {
            actions: vec![ActionSpec { dialogue: "shop".to_owned(), name: "take".to_owned(), outcomes: take }],
            signals: vec!["paid".to_owned()],
            each: vec![EachSpec { dialogue: "shop".to_owned(), name: "item".to_owned(), max_argument: 32 }],
            keepsake_argument: 32,
            texts: vec!["oops".to_owned()],
        };
        let files = files.map(|(file, source)| (file.to_owned(), source.to_owned())).to_vec();
        Self { files, vocabulary, locales: vec![locale("en"), locale("ru")] }
    }

    /// Puts other words in the place of some of a file.
    fn edit(&mut self, file: &str, from: &str, to: &str) {
        let source = self.files.iter_mut().find(|(name, _)| name.ends_with(file)).map(|(_, source)| source).unwrap();
        assert!(source.contains(from), "{file} has no {from}");
        *source = source.replacen(from, to, 1);
    }

    /// The Russian texts.
    fn russian(&mut self) -> &mut BTreeMap<String, MessageIndex> {
        &mut self.locales[1].messages
    }

    fn flaws(&self) -> String {
        let dialogues = match Dialogues::parse(&self.files) {
            Ok(dialogues) => dialogues,
            Err(flaws) => panic!("{}", flaws[0]),
        };
        let flaws = check(&dialogues, &self.vocabulary, &self.locales);
        flaws.iter().map(Flaw::to_string).collect::<Vec<_>>().join("\n")
    }
}

fn locale(language: &str) -> LocaleIndex {
    let ids = [
        "menu",
        "help",
        "shop-shelf",
        "shop-pay",
        "command-start",
        "command-shop",
        "menu-shop",
        "menu-help",
        "keepsake-again",
        "button-home",
        "button-back",
        "button-pay",
        "oops",
    ];
    let message = |line: usize| MessageIndex {
        file: format!("locales/{language}/all.ftl"),
        line: line + 1,
        ..MessageIndex::default()
    };
    let mut messages: BTreeMap<_, _> = ids.iter().enumerate().map(|(at, id)| ((*id).to_owned(), message(at))).collect();
    let pay = messages.get_mut("shop-pay").unwrap();
    pay.variables.insert("price".to_owned());
    pay.attributes.insert("shelf".to_owned(), BTreeSet::new());
    LocaleIndex { language: language.to_owned(), messages }
}

/// A name, what to spoil, and all that is then said.
type Case = (&'static str, fn(&mut House), &'static str);

#[track_caller]
fn say(cases: &[Case]) {
    for (name, plant, expected) in cases {
        let mut house = House::in_order();
        plant(&mut house);
        pretty(name, &house.flaws(), expected);
    }
}

#[track_caller]
fn pretty(name: &str, found: &str, expected: &str) {
    assert!(found == expected, "{name}\n--- found\n{found}\n--- expected\n{expected}");
}

#[test]
fn a_house_in_order_has_no_flaws() {
    pretty("in order", &House::in_order().flaws(), "");
}
