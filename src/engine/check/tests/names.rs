//! Names that do not fit together.

use super::*;

#[test]
fn unknown_names_are_found() {
    say(&[
        (
            "a state",
            |house| house.edit("shop.toml", "on.shelf = \"shelf\"", "on.shelf = \"shelv\""),
            "d/shop.toml:11: unknown state `shelv` of the dialogue `shop`\n    mend: write `shelf`",
        ),
        (
            "a state of an `at`",
            |house| house.edit("menu.toml", "at = \"pay\"", "at = \"cellar\""),
            "d/menu.toml:9: unknown state `cellar` of the dialogue `shop`\n    mend: use one of `pay`, `shelf`",
        ),
        (
            "a dialogue",
            |house| house.edit("menu.toml", "menu = true", "menu = true\non.text = { call = \"shopp\" }"),
            "d/menu.toml:13: unknown dialogue `shopp`\n    mend: write `shop`",
        ),
        (
            "an action",
            |house| house.edit("shop.toml", "do = \"take\"", "do = \"tale\""),
            "d/shop.toml: the code offers the action `take`, which nothing in `shop` uses\n    \
             mend: run it with `do = \"take\"`, or take it out of the code\n\
             d/shop.toml:6: unknown action `tale` of the dialogue `shop`\n    mend: write `take`",
        ),
        (
            "an outcome",
            |house| house.edit("shop.toml", "gone = \"shelf\" }", "gone = \"shelf\", gome = \"shelf\" }"),
            "d/shop.toml:6: `take` has no outcome `gome`\n    mend: write `gone`",
        ),
        (
            "a result",
            |house| house.edit("menu.toml", "left = \"menu\" }", "left = \"menu\", lost = \"menu\" }"),
            "d/menu.toml:7: `shop` never returns `lost`\n    mend: use one of `left`, `sold`",
        ),
        (
            "a signal",
            |house| house.edit("shop.toml", "on.paid", "on.piad = \"pay\"\non.paid"),
            "d/shop.toml:12: `on.piad` of `pay` is neither a button of its keyboard, nor a signal, nor an input\n    \
             mend: use one of `paid`, `pay`, `photo`, `shelf`, `text`, or put the button into the keyboard",
        ),
        (
            "items",
            |house| house.vocabulary.each[0].name = "items".to_owned(),
            "d/shop.toml: the code offers the items `items`, which nothing in `shop` uses\n    \
             mend: show them with `{ each = \"items\", … }`, or take them out of the code\n\
             d/shop.toml:5: the code supplies no items for `{ each = \"item\" }`\n    mend: write `items`",
        ),
    ]);
}

#[test]
fn what_has_no_target_is_found() {
    say(&[
        (
            "an outcome",
            |house| house.edit("shop.toml", ", gone = \"shelf\"", ""),
            "d/shop.toml:6: the outcome `gone` of `take` has no target\n    \
             mend: add `gone = \"<state>\"` beside `do = \"take\"`",
        ),
        (
            "a result",
            |house| house.edit("menu.toml", "sold = \"menu\", ", ""),
            "d/menu.toml:7: the result `sold` of `shop` has no target\n    \
             mend: add `sold = \"<state>\"` beside `call = \"shop\"`",
        ),
        (
            "the root's return",
            |house| {
                house.edit("menu.toml", "on.help = \"help\"", "on.help = \"help\"\non.start2 = { return = \"left\" }")
            },
            "d/menu.toml:9: `on.start2` everywhere is neither a command, nor a menu button, nor a keepsake\n    \
             mend: write `start`, or add it to one of the lists\n\
             d/menu.toml:9: `return = \"left\"` stands in the root dialogue, which nobody calls\n    \
             mend: write a state's name or \"home\"",
        ),
        (
            "a call of the root",
            |house| house.edit("shop.toml", "on.shelf = \"shelf\"", "on.shelf = { call = \"menu\" }"),
            "d/shop.toml:11: the root dialogue `menu` is called\n    mend: write \"home\" to go there",
        ),
    ]);
}

#[test]
fn code_that_no_definition_uses_is_found() {
    say(&[
        (
            "an action",
            |house| {
                let spare = ActionSpec { name: "weigh".to_owned(), ..house.vocabulary.actions[0].clone() };
                house.vocabulary.actions.push(spare);
            },
            "d/shop.toml: the code offers the action `weigh`, which nothing in `shop` uses\n    \
             mend: run it with `do = \"weigh\"`, or take it out of the code",
        ),
        (
            "an action of no dialogue",
            |house| {
                let spare = ActionSpec { dialogue: "shops".to_owned(), ..house.vocabulary.actions[0].clone() };
                house.vocabulary.actions.push(spare);
            },
            "d/menu.toml: the code offers the action `take` to the unknown dialogue `shops`\n    mend: write `shop`",
        ),
        (
            "a signal",
            |house| house.vocabulary.signals.push("refunded".to_owned()),
            "d/menu.toml: no state of any dialogue hears the signal `refunded`\n    \
             mend: hear it with `on.refunded` in a state, or take it out of the code",
        ),
    ]);
}

#[test]
fn old_names_that_carry_nothing_over_are_found() {
    say(&[
        (
            "of a state that lives",
            |house| house.edit("shop.toml", "[\"board\"]", "[\"board\", \"pay\"]"),
            "d/shop.toml:4: `pay`, an old name of `shelf`, is the name of a state today\n    \
             mend: take `pay` out of `renamed`, or rename the state",
        ),
        (
            "of two states",
            |house| house.edit("shop.toml", "screen = \"shop-pay\"", "renamed = [\"board\"]\nscreen = \"shop-pay\""),
            "d/shop.toml:9: `board` stands as an old name of both `shelf` and `pay`\n    \
             mend: keep it where the sessions should go",
        ),
    ]);
}

#[test]
fn staying_where_one_has_to_say_where_is_found() {
    say(&[
        (
            "in a state",
            |house| house.edit("shop.toml", "gone = \"shelf\" }", "gone = \"stay\" }"),
            "d/shop.toml:6: `stay` stands outside `[everywhere]`\n    mend: write the name of the state to stay in",
        ),
        ("everywhere", |house| house.edit("menu.toml", "on.again = {", "on.again = \"stay\" # {"), ""),
    ]);
}
