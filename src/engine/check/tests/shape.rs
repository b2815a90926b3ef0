//! Ways and buttons that lead nowhere.

use super::*;

#[test]
fn states_without_a_way_in_or_out_are_found() {
    say(&[
        (
            "no way in",
            |house| house.edit("shop.toml", "[pay]", "[cellar]\non.text = \"shelf\"\n[pay]"),
            "d/shop.toml:8: nothing leads to the state `cellar`\n    mend: lead a transition to it, or take it out",
        ),
        (
            "no way in but from itself",
            |house| house.edit("shop.toml", "[pay]", "[cellar]\non.text = \"shelf\"\non.photo = \"cellar\"\n[pay]"),
            "d/shop.toml:8: nothing leads to the state `cellar`\n    mend: lead a transition to it, or take it out",
        ),
        (
            "a dialogue without a way in",
            |house| {
                let source = "start = \"attic\"\n[attic]\non.text = \"home\"".to_owned();
                house.files.push(("d/attic.toml".to_owned(), source));
            },
            "d/attic.toml:1: nobody calls the dialogue `attic`\n    \
             mend: call it with `call = \"attic\"`, or take it out",
        ),
        (
            "no way out",
            |house| house.edit("menu.toml", "keyboard = [[\"home\"]]", "on.text = \"help\""),
            "d/menu.toml:13: nothing leads out of the state `help`\n    \
             mend: add a \"home\" button, or a transition to another state",
        ),
        (
            "no way home",
            |house| {
                house.edit("shop.toml", "on.paid", "on.text = \"cellar\"\non.paid");
                house.edit("shop.toml", "[pay]", "[cellar]\non.text = \"attic\"\n[attic]\non.text = \"cellar\"\n[pay]");
            },
            "d/shop.toml:8: `cellar` leads to `attic`, and never to `return` or home\n    \
             mend: add a \"home\" button, or a way back\n\
             d/shop.toml:10: `attic` leads to `cellar`, and never to `return` or home\n    \
             mend: add a \"home\" button, or a way back",
        ),
        (
            "no way home from the root",
            |house| {
                house.edit(
                    "menu.toml",
                    "keyboard = [[\"home\"]]",
                    "on.text = \"more\"\n[more]\nscreen = \"help\"\non.text = \"help\"",
                );
            },
            "d/menu.toml:13: `help` leads to `more`, and never to home\n    \
             mend: add a \"home\" button, or a way back\n\
             d/menu.toml:16: `more` leads to `help`, and never to home\n    \
             mend: add a \"home\" button, or a way back",
        ),
        (
            "a call that goes home is a way out",
            |house| {
                house.edit("menu.toml", "keyboard = [[\"home\"]]", "on.text = { call = \"attic\" }");
                let source = "start = \"attic\"\n[attic]\non.text = \"home\"".to_owned();
                house.files.push(("d/attic.toml".to_owned(), source));
            },
            "",
        ),
        (
            "a command leads in, but nobody sees it to get out",
            |house| {
                house.edit("menu.toml", "menu = true", "menu = true\non.\"/shop\" = \"yard\"");
                house.edit("menu.toml", "[help]", "[yard]\nscreen = \"help\"\non.\"/start\" = \"menu\"\n[help]");
            },
            "d/menu.toml:14: nothing leads out of the state `yard`\n    \
             mend: add a \"home\" button, or a transition to another state",
        ),
        (
            "a call that comes back to the same state is none",
            |house| {
                let call = "on.text = { call = \"shop\", sold = \"help\", left = \"help\" }";
                house.edit("menu.toml", "keyboard = [[\"home\"]]", call);
            },
            "d/menu.toml:13: nothing leads out of the state `help`\n    \
             mend: add a \"home\" button, or a transition to another state",
        ),
    ]);
}

#[test]
fn buttons_and_handlers_that_miss_each_other_are_found() {
    say(&[
        (
            "a button without a handler",
            |house| house.edit("shop.toml", "on.back = { return = \"left\" }", "on.text = { return = \"left\" }"),
            "d/shop.toml:5: the button `back` of `shelf` does nothing\n    mend: add `on.back = …` to `[shelf]`",
        ),
        (
            "a handler without a button",
            |house| house.edit("menu.toml", "keyboard = [[\"home\"]]", "keyboard = [[\"home\"]]\non.hom = \"menu\""),
            "d/menu.toml:16: `on.hom` of `help` is neither a button of its keyboard, nor a signal, nor an input\n    \
             mend: use one of `paid`, `photo`, `text`, or put the button into the keyboard",
        ),
        (
            "a handler of a pay button",
            |house| house.edit("shop.toml", "on.paid", "on.pay = \"shelf\"\non.paid"),
            "d/shop.toml:12: `on.pay` waits for a pay button, whose press never arrives\n    \
             mend: take it out, and hear the signal of the payment",
        ),
        (
            "two buttons of a name",
            |house| house.edit("shop.toml", "[\"back\"]]", "[\"back\"], [\"back\"]]"),
            "d/shop.toml:5: `shelf` has two buttons `back`\n    mend: take one out, or give it another name",
        ),
        (
            "a button that is a signal",
            |house| house.vocabulary.signals.push("back".to_owned()),
            "d/shop.toml:5: the button `back` of `shelf` has the name of a signal\n    \
             mend: give the button another name",
        ),
        (
            "a command, a menu button and a keepsake without a handler",
            |house| {
                house.edit("menu.toml", "on.start = \"menu\"\n", "");
                house.edit("menu.toml", "on.help = \"help\"\n", "");
                house.edit("menu.toml", "on.again", "on.agin");
                house.edit("menu.toml", "[help]", "[help2]");
                house.edit("menu.toml", "menu = true", "menu = true\non.text = \"help2\"");
            },
            "d/menu.toml:2: the command `start` does nothing\n    mend: add `on.start = …` to `[everywhere]`\n\
             d/menu.toml:3: the menu button `help` does nothing\n    mend: add `on.help = …` to `[everywhere]`\n\
             d/menu.toml:4: the keepsake `again` does nothing\n    mend: add `on.again = …` to `[everywhere]`\n\
             d/menu.toml:7: `on.agin` everywhere is neither a command, nor a menu button, nor a keepsake\n    \
             mend: write `again`, or add it to one of the lists",
        ),
        (
            "a state that takes a command first",
            |house| house.edit("shop.toml", "on.shelf", "on.\"/start\" = \"shelf\"\non.shelf"),
            "",
        ),
        (
            "a state that takes a command that there is not",
            |house| house.edit("shop.toml", "on.shelf", "on.\"/star\" = \"shelf\"\non.shelf"),
            "d/shop.toml:11: `on.\"/star\"` of `pay` waits for a command that there is not\n    \
             mend: write `start`, or add it to `commands` in d/menu.toml",
        ),
        (
            "everywhere with a command's mark",
            |house| house.edit("menu.toml", "on.help", "on.\"/start\" = \"menu\"\non.help"),
            "d/menu.toml:8: `on./start` everywhere is neither a command, nor a menu button, nor a keepsake\n    \
             mend: write `start`, or add it to one of the lists",
        ),
        (
            "a command twice",
            |house| house.edit("menu.toml", "[\"start\", ", "[\"start\", \"start\", "),
            "d/menu.toml:2: the command `start` stands there twice\n    mend: take one out",
        ),
        (
            "a command that Telegram does not take",
            |house| {
                house.edit("menu.toml", "\"start\", ", "\"start\", \"Go-on\", ");
                house.edit("menu.toml", "on.start", "on.Go-on = \"menu\"\non.start");
                for locale in &mut house.locales {
                    locale.messages.insert("command-Go-on".to_owned(), MessageIndex::default());
                }
            },
            "d/menu.toml:2: Telegram takes no command `Go-on`\n    mend: use up to 32 of the characters a–z, 0–9 and `_`",
        ),
    ]);
}

#[test]
fn data_that_no_button_can_carry_is_found() {
    say(&[
        (
            "of an item",
            // 15 of the nonce, two colons and `item`: 43 remain.
            |house| house.vocabulary.each[0].max_argument = 44,
            "d/shop.toml:5: the data of the button `item` can take 65 bytes, and Telegram carries 64\n    \
             mend: shorten its name or its argument by 1 bytes",
        ),
        ("of an item that just fits", |house| house.vocabulary.each[0].max_argument = 43, ""),
        (
            "of a keepsake",
            |house| house.vocabulary.keepsake_argument = 57,
            "d/menu.toml:4: the data of the button `again` can take 65 bytes, and Telegram carries 64\n    \
             mend: shorten its name or its argument by 1 bytes",
        ),
        ("of a keepsake that just fits", |house| house.vocabulary.keepsake_argument = 56, ""),
    ]);
}
