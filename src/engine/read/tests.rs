//! What cannot be read, with the whole message about it.

use std::time::Duration;

use crate::engine::{Dialogues, Flaw, Go, Key};

fn parse(file: &str, source: &str) -> Result<Dialogues, String> {
    let parsed = Dialogues::parse(&[(file.to_owned(), source.to_owned())]);
    parsed.map_err(|flaws| flaws.iter().map(Flaw::to_string).collect::<Vec<_>>().join("\n"))
}

/// A root whose state `menu` has these lines, from the third on.
fn state(lines: &str) -> String {
    format!("start = \"menu\"\n[menu]\n{lines}")
}

#[test]
fn every_construct_is_read() {
    let source = "\u{feff}start = \"menu\"\n\
        commands = [\"start\"]\n\
        menu_buttons = [[\"a\", \"b\"], [\"c\"]]\n\
        [everywhere]\n\
        on.start = \"home\"\n\
        [menu]\n\
        screen = \"menu\"\n\
        renamed = [\"old\"]\n\
        keyboard = [[{ pay = \"pay\" }], [{ each = \"pick\", columns = 5 }, \"back\"]]\n\
        on.back = { do = \"act\", one = { call = \"other\", at = \"there\", done = { return = \"x\" } }, two = \"menu\" }\n\
        after = { time = \"2d\", to = \"home\" }\n";
    let dialogues = parse("menu.toml", source).unwrap();
    let root = dialogues.root();
    let menu: Vec<Vec<_>> = root.menu().map(Iterator::collect).collect();
    assert_eq!(menu, [vec!["a", "b"], vec!["c"]]);
    let state = root.state("menu").unwrap();
    let pick = Key::Each { button: "pick".to_owned(), columns: 5 };
    assert_eq!(state.keyboard, [vec![Key::Pay("pay".to_owned())], vec![pick, Key::Button("back".to_owned())]]);
    let after = state.after.as_ref().unwrap();
    assert_eq!((after.time, &after.target.go, after.target.line), (Duration::from_secs(172_800), &Go::Home, 11));
    let act = state.on("back").unwrap();
    assert_eq!((act.line, act.branches()[0].name.as_str()), (10, "one"));
    let Go::Call { dialogue, at, results } = &act.branches()[0].target.go else { panic!("no call") };
    assert_eq!((dialogue.as_str(), at.as_deref(), results.len()), ("other", Some("there"), 1));
    assert_eq!(results[0].target.go, Go::Return("x".to_owned()));
}

#[test]
fn a_file_that_cannot_be_read_says_where_and_how_to_mend_it() {
    let name = "use a letter, then letters, digits, `_` and `-`";
    let target = "write a state's name in quotes, \"home\", or one of `{ do = … }`, `{ call = … }`, `{ return = … }`";
    let time = "write a whole number above 0 with `s`, `m`, `h` or `d`, such as \"30m\", up to a year";
    let keys = "use one of `after`, `fleeting`, `keyboard`, `menu`, `on`, `renamed`, `screen`";
    let cases: &[(String, usize, &str, &str)] = &[
        (String::new(), 1, "the dialogue does not say where it starts", "add `start = \"<state>\"` at the top"),
        ("start = 5".to_owned(), 1, "a value of type integer stands where a name is wanted", name),
        ("start = \"men\"\n[menu]".to_owned(), 1, "`start` names the unknown state `men`", "write `menu`"),
        (state("\nkeep = [\"a\"]"), 4, "unknown key `keep`", keys),
        (state("screan = \"menu\""), 3, "unknown key `screan`", "write `screen`"),
        (state("screen = 5"), 3, "`screen` is not a text in quotes", "make it a text in quotes"),
        (state("screen = \"a b\""), 3, "`a b` stands where a name is wanted", name),
        (state("screen = \"menu\"\nmenu = 1"), 4, "`menu` is not `true` or `false`", "make it `true` or `false`"),
        (
            state("screen = \"menu\"\nmenu = true\nkeyboard = [[\"home\"]]"),
            5,
            "`menu` has a keyboard under its message and the menu under the input field",
            "a message carries only one of the two: take out `keyboard` or `menu`",
        ),
        (
            state("screen = \"menu\"\nfleeting = 1"),
            4,
            "`fleeting` is not `true` or `false`",
            "make it `true` or `false`",
        ),
        (state("fleeting = true"), 2, "`menu` is fleeting but shows nothing", "give the state a `screen`"),
        (state("menu = true"), 2, "`menu` has buttons but shows nothing", "give the state a `screen`"),
        (
            state("screen = \"menu\"\nkeyboard = [\n\"home\"]"),
            5,
            "`keyboard` is not a list of rows, each a list of buttons",
            "make it a list of rows, each a list of buttons",
        ),
        (
            state("screen = \"menu\"\nkeyboard = [[{ each = \"a\" }]]"),
            4,
            "a key of the keyboard is incomplete",
            "write `{ each = \"<name>\", columns = <1 to 8> }` or `{ pay = \"<name>\" }`",
        ),
        (
            state("screen = \"menu\"\nkeyboard = [[{ each = \"a\", columns = 9 }]]"),
            4,
            "`columns` is not a whole number from 1 to 8",
            "make it a whole number from 1 to 8",
        ),
        (
            state("screen = \"menu\"\nkeyboard = [[\"home\"],\n[{ pay = \"pay\" }]]"),
            5,
            "the pay button `pay` is not the first of its keyboard",
            "put it first: Telegram takes an invoice in no other order",
        ),
        (
            state("screen = \"menu\"\nkeyboard = [[\"text\"]]"),
            4,
            "no button of this kind can be called `text`",
            "choose another name",
        ),
        (state("on.text = 5"), 3, "`text` does not say where it leads", target),
        (state("on.text = { to = \"menu\" }"), 3, "`text` does not say where it leads", target),
        (state("on.text = { return = \"x\", y = \"menu\" }"), 3, "unknown key `y`", "use one of `return`"),
        (state("on.text = { do = [], y = \"menu\" }"), 3, "a value of type array stands where a name is wanted", name),
        (
            state("on.home = \"menu\""),
            3,
            "`home` needs no transition",
            "take the line out; the button goes home by itself",
        ),
        (state("on.\"a.b\" = \"menu\""), 3, "`a.b` stands where a name is wanted", name),
        (state("after = { time = \"5\", to = \"home\" }"), 3, "`5` is not a time", time),
        (state("after = { time = \"0s\", to = \"home\" }"), 3, "`0s` is not a time", time),
        (state("after = { time = \"+1h\", to = \"home\" }"), 3, "`+1h` is not a time", time),
        (state("after = { time = \"366d\", to = \"home\" }"), 3, "`366d` is not a time", time),
        (
            state("after = { time = \"99999999999999999999d\", to = \"home\" }"),
            3,
            "`99999999999999999999d` is not a time",
            time,
        ),
        (
            state("after = { time = \"5m\" }"),
            3,
            "`after` needs a `time` and a `to`",
            "write `after = { time = \"30m\", to = \"<state>\" }`",
        ),
        (
            state("[home]"),
            3,
            "no state can be called `home`",
            "choose another name: `home` is the start of `menu.toml`, wherever it is named",
        ),
        (
            format!("comands = []\n{}", state("")),
            1,
            "unknown key `comands`",
            "write `commands`; a state is a table, `[comands]`",
        ),
        (format!("commands = 1\n{}", state("")), 1, "`commands` is not a list", "make it a list"),
        (state("[everywhere]\nscreen = \"x\""), 4, "unknown key `screen`", "use one of `on`"),
        (
            "start = \"menu\"\n[menu]\nscreen = \"menu".to_owned(),
            3,
            "this is not TOML: invalid basic string, expected `\"`",
            "correct the line; https://toml.io shows how TOML is written",
        ),
    ];
    for (source, line, what, mend) in cases {
        let expected = format!("d/menu.toml:{line}: {what}\n    mend: {mend}");
        let found = parse("d/menu.toml", source).map(|_| ()).expect_err(source);
        assert!(found == expected, "{source}\n--- found\n{found}\n--- expected\n{expected}");
    }
}

#[test]
fn only_the_root_has_commands_and_the_menu() {
    let source = "start = \"a\"\ncommands = []\n[a]\nscreen = \"a\"\nmenu = true\n[everywhere]\n";
    let expected = "d/shop.toml:2: only the root dialogue has `commands`\n    mend: move it to `menu.toml`, or take it out\n\
        d/shop.toml:5: only a state of the root dialogue carries the menu\n    \
        mend: take it out, or move the state to `menu.toml`\n\
        d/shop.toml:6: only the root dialogue has `everywhere`\n    mend: move it to `menu.toml`, or take it out";
    assert_eq!(parse("d/shop.toml", source).unwrap_err(), expected);
}

#[test]
fn there_has_to_be_one_root() {
    let shop = ("d/shop.toml".to_owned(), "start = \"a\"\n[a]".to_owned());
    let flaws = Dialogues::parse(&[shop]).unwrap_err();
    let expected = "dialogues: there is no dialogue `menu`, in which every conversation starts\n    \
        mend: add the file `menu.toml`";
    assert_eq!(flaws[0].to_string(), expected);

    let menu = |folder: &str| (format!("{folder}/menu.toml"), state(""));
    let flaws = Dialogues::parse(&[menu("d"), menu("e")]).unwrap_err();
    let expected =
        "e/menu.toml: there are two dialogues `menu`, also in d/menu.toml\n    mend: rename one of the files";
    assert_eq!(flaws[0].to_string(), expected);
}

#[test]
fn all_flaws_of_all_files_are_found_at_once() {
    let files = [("menu.toml", state("screen = 5\non.text = 5")), ("shop.toml", "start =".to_owned())];
    let flaws = Dialogues::parse(&files.map(|(file, source)| (file.to_owned(), source))).unwrap_err();
    let places: Vec<_> = flaws.iter().map(|flaw| (flaw.file.as_str(), flaw.line)).collect();
    assert_eq!(places, [("menu.toml", 3), ("menu.toml", 4), ("shop.toml", 1)]);
}
