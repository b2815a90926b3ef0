//! One small sample of each drawing, to the letter.

use super::{dot, mermaid};
use crate::engine::Dialogues;

const MENU: &str = r#"
start = "menu"
commands = ["shop"]

[everywhere]
on.shop = { call = "shop", sold = "menu", left = "menu" }

[menu]
screen = "menu"
on.text = { call = "shop", sold = "menu", left = "menu" }

[end]
screen = "end"
keyboard = [["home"]]
"#;

const SHOP: &str = r#"
start = "shelf"

[shelf]
screen = "shelf"
keyboard = [["buy"], ["home"]]
on.buy = { do = "buy", sold = { return = "sold" }, gone = "shelf", late = "shelf" }
on."/shop" = "shelf"
after = { time = "90m", to = { return = "left" } }
"#;

fn sample() -> Dialogues {
    let files = [("menu.toml", MENU), ("shop.toml", SHOP)];
    Dialogues::parse(&files.map(|(file, source)| (file.to_owned(), source.to_owned()))).unwrap()
}

#[test]
fn mermaid_draws_a_dialogue() {
    let dialogues = sample();
    insta::assert_snapshot!(mermaid(dialogues.get("menu").unwrap()), @r#"
    stateDiagram-v2
        state "everywhere" as everywhere_
        state "end" as end_
        state "call shop" as call_1_
        [*] --> menu
        everywhere_ --> call_1_: shop
        call_1_ --> menu: sold, left
        menu --> call_1_: text
        end_ --> menu: home
    "#);
    insta::assert_snapshot!(mermaid(dialogues.get("shop").unwrap()), @r#"
    stateDiagram-v2
        state "home" as home_
        [*] --> shelf
        shelf --> [*]: buy / buy [sold] ⏎ sold
        shelf --> shelf: buy / buy [gone, late]
        shelf --> shelf: /shop
        shelf --> home_: home
        shelf --> [*]: after 90m ⏎ left
    "#);
}

#[test]
fn dot_draws_all_dialogues() {
    insta::assert_snapshot!(dot(&sample()), @r#"
    digraph dialogues {
        rankdir=LR;
        node [shape=box, style=rounded, fontname="sans-serif"];
        edge [fontname="sans-serif", fontsize=10];
        subgraph "cluster_menu" {
            label="menu";
            "menu/*" [label="everywhere", shape=plaintext];
            "menu/menu" [label="menu", penwidth=2];
            "menu/end" [label="end"];
            "menu/call 1" [label="call shop", shape=cds, style=solid];
            "menu/*" -> "menu/call 1" [label="shop"];
            "menu/call 1" -> "menu/menu" [label="sold, left"];
            "menu/menu" -> "menu/call 1" [label="text"];
            "menu/end" -> "menu/menu" [label="home"];
        }
        subgraph "cluster_shop" {
            label="shop";
            "shop/~" [label="home", shape=plaintext];
            "shop/shelf" [label="shelf", penwidth=2];
            "shop/." [label="", shape=doublecircle, width=0.15, style=filled, fillcolor=black];
            "shop/shelf" -> "shop/." [label="buy / buy [sold] ⏎ sold"];
            "shop/shelf" -> "shop/shelf" [label="buy / buy [gone, late]"];
            "shop/shelf" -> "shop/shelf" [label="/shop"];
            "shop/shelf" -> "shop/~" [label="home"];
            "shop/shelf" -> "shop/." [label="after 90m ⏎ left"];
        }
        "menu/call 1" -> "shop/shelf" [style=dotted];
        "shop/~" -> "menu/menu" [style=dotted];
    }
    "#);
}
