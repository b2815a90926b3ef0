//! Words that are missing or disagree.

use super::*;

#[test]
fn missing_texts_are_found() {
    fn forget(house: &mut House, id: &str) {
        for locale in &mut house.locales {
            locale.messages.remove(id).unwrap();
        }
    }
    say(&[
        (
            "of a screen, in one language",
            |house| drop(house.russian().remove("shop-shelf")),
            "d/shop.toml:3: the screen of `shelf` has no text `shop-shelf` in `ru`\n    \
             mend: add the message `shop-shelf` to locales/ru",
        ),
        (
            "of a screen, misspelt",
            |house| house.edit("menu.toml", "screen = \"help\"", "screen = \"halp\""),
            "d/menu.toml:14: the screen of `help` has no text `halp` in `en`\n    \
             mend: add the message `halp` to locales/en, or write `help`\n\
             d/menu.toml:14: the screen of `help` has no text `halp` in `ru`\n    \
             mend: add the message `halp` to locales/ru, or write `help`",
        ),
        (
            "of a command",
            |house| drop(house.russian().remove("command-start")),
            "d/menu.toml:2: the command `start` has no text `command-start` in `ru`\n    \
             mend: add the message `command-start` to locales/ru",
        ),
        (
            "of a menu button",
            |house| drop(house.russian().remove("menu-help")),
            "d/menu.toml:3: the menu button `help` has no text `menu-help` in `ru`\n    \
             mend: add the message `menu-help` to locales/ru",
        ),
        (
            "of a keepsake",
            |house| drop(house.russian().remove("keepsake-again")),
            "d/menu.toml:4: the keepsake `again` has no text `keepsake-again` in `ru`\n    \
             mend: add the message `keepsake-again` to locales/ru",
        ),
        (
            "of a button",
            |house| drop(house.russian().remove("button-back")),
            "d/shop.toml:5: the button `back` of `shelf` has no label in `ru`\n    \
             mend: add the attribute `.back` to `shop-shelf`, or the message `button-back`",
        ),
        (
            "of a pay button",
            |house| forget(house, "button-pay"),
            "d/shop.toml:10: the button `pay` of `pay` has no label in `en`\n    \
             mend: add the attribute `.pay` to `shop-pay`, or the message `button-pay`\n\
             d/shop.toml:10: the button `pay` of `pay` has no label in `ru`\n    \
             mend: add the attribute `.pay` to `shop-pay`, or the message `button-pay`",
        ),
        (
            "of the code",
            |house| forget(house, "oops"),
            "locales/en: the code has no text `oops` in `en`\n    mend: add the message `oops` to locales/en\n\
             locales/ru: the code has no text `oops` in `ru`\n    mend: add the message `oops` to locales/ru",
        ),
    ]);
}

#[test]
fn languages_that_disagree_are_found() {
    say(&[
        (
            "a message in one only",
            |house| {
                let extra = MessageIndex { file: "locales/ru/shop.ftl".to_owned(), line: 9, ..MessageIndex::default() };
                house.russian().insert("extra".to_owned(), extra);
            },
            "locales/ru/shop.ftl:9: `extra` is in `ru`, but not in `en`\n    \
             mend: add it to locales/en, or take it out",
        ),
        (
            "an attribute in one only",
            |house| {
                let help = house.russian().get_mut("help").unwrap();
                help.attributes.insert("home".to_owned(), BTreeSet::new());
            },
            "locales/ru/all.ftl:2: `help.home` is in `ru`, but not in `en`\n    \
             mend: add it to `help` in locales/en, or take it out",
        ),
        (
            "an attribute missing",
            |house| {
                house.russian().get_mut("shop-pay").unwrap().attributes.clear();
                for locale in &mut house.locales {
                    locale.messages.insert("button-shelf".to_owned(), MessageIndex::default());
                }
            },
            "locales/en/all.ftl:4: `shop-pay.shelf` is in `en`, but not in `ru`\n    \
             mend: add it to `shop-pay` in locales/ru, or take it out",
        ),
        (
            "other variables",
            |house| {
                let pay = house.russian().get_mut("shop-pay").unwrap();
                pay.variables = ["prise".to_owned(), "stars".to_owned()].into();
            },
            "locales/ru/all.ftl:4: `shop-pay` uses $prise, $stars in `ru`, but $price in `en`\n    \
             mend: use the same variables in both",
        ),
        (
            "other variables of an attribute",
            |house| {
                let pay = house.russian().get_mut("shop-pay").unwrap();
                pay.attributes.insert("shelf".to_owned(), ["name".to_owned()].into());
            },
            "locales/ru/all.ftl:4: `shop-pay.shelf` uses $name in `ru`, but no variable in `en`\n    \
             mend: use the same variables in both",
        ),
    ]);
}
