//! The rules of `step`, each on a definition small enough to read.

use std::fs;

use serde_json::json;

use super::*;
use crate::engine::{Nonce, SessionId};

const MENU: &str = r#"
start = "menu"
commands = ["start", "shop", "repeat"]
menu_buttons = [["shop"]]
keepsakes = ["again"]

[everywhere]
on.start  = "menu"
on.shop   = { call = "shop", bought = { do = "thank", thanked = "silent" }, left = "menu" }
on.repeat = { do = "repeat", ready = { call = "shop", at = "pay", bought = "silent", left = "menu" }, gone = "help" }
on.again  = { do = "repeat", ready = { call = "shop", at = "pay", bought = "silent", left = "menu" }, gone = "help" }

[menu]
screen = "menu"
menu = true

[help]
screen = "help"
renamed = ["aid"]
keyboard = [["home"]]

[silent]
on.text = "menu"
"#;

const SHOP: &str = r#"
start = "shelf"

[shelf]
screen = "shelf"
keyboard = [[{ each = "item", columns = 2 }], ["back"]]
on.item = { do = "take", taken = "pay", gone = "shelf" }
on.back = { return = "left" }

[pay]
screen = "pay"
keyboard = [["buy"], ["home"]]
on.buy = { do = "buy", bought = { return = "bought" }, short = { call = "purse", filled = { do = "buy", bought = { return = "bought" }, short = "pay" }, left = "pay" } }
after = { time = "30m", to = "home" }
"#;

const PURSE: &str = r#"
start = "purse"

[purse]
screen = "purse"
keyboard = [[{ pay = "pay" }], ["back"]]
on.back = { return = "left" }
on.filled = { return = "filled" }
"#;

fn dialogues(files: &[(&str, &str)]) -> Dialogues {
    let files: Vec<_> = files.iter().map(|(name, source)| (format!("{name}.toml"), (*source).to_owned())).collect();
    Dialogues::parse(&files).unwrap_or_else(|flaws| panic!("{}", flaws[0]))
}

fn shop() -> Dialogues {
    dialogues(&[("menu", MENU), ("shop", SHOP), ("purse", PURSE)])
}

fn memory(value: serde_json::Value) -> Memory {
    value.as_object().cloned().unwrap()
}

fn press(session: &Session, button: &str) -> Event {
    Event::Press { nonce: session.nonce(), button: button.to_owned(), argument: None }
}

fn everywhere(name: &str) -> Event {
    Event::Everywhere { name: name.to_owned() }
}

fn signal(name: &str, about: Option<(&str, &str)>) -> Event {
    let about = about.map(|(key, value)| (key.to_owned(), value.to_owned()));
    Event::Signal { name: name.to_owned(), about }
}

fn outcome(name: &str) -> Outcome {
    Outcome { name: name.to_owned(), ..Outcome::default() }
}

#[track_caller]
fn moved(step: Step) -> Moved {
    match step {
        Step::Moved(moved) => moved,
        other => panic!("not moved: {other:?}"),
    }
}

#[track_caller]
fn act(step: Step) -> Act {
    match step {
        Step::Act(act) => act,
        other => panic!("no action: {other:?}"),
    }
}

/// Frames as `dialogue/state`, with where a call was made from.
fn places(session: &Session) -> Vec<String> {
    let place = |frame: &Frame| match &frame.call {
        Some(call) => format!("{}/{} by {call}", frame.dialogue, frame.state),
        None => format!("{}/{}", frame.dialogue, frame.state),
    };
    session.frames.iter().map(place).collect()
}

/// In front of `pay`, at revision 2.
fn about_to_pay(dialogues: &Dialogues) -> Session {
    let session = moved(step(dialogues, &dialogues.begin(SessionId(7)), &everywhere("shop"))).session;
    let taken = act(step(dialogues, &session, &press(&session, "item"))).resume(dialogues, outcome("taken"));
    moved(taken).session
}

#[test]
fn a_session_begins_at_the_roots_start() {
    let session = shop().begin(SessionId(7));
    assert_eq!(places(&session), ["menu/menu"]);
    assert_eq!((session.revision, session.shown), (0, 0));
}

#[test]
fn a_call_is_remembered_by_its_caller_and_raises_the_revision() {
    let dialogues = shop();
    let moved = moved(step(&dialogues, &dialogues.begin(SessionId(7)), &everywhere("shop")));
    assert_eq!(places(&moved.session), ["menu/menu by *shop", "shop/shelf"]);
    assert_eq!((moved.session.revision, moved.session.shown), (1, 1));
    assert_eq!((moved.show, moved.note, moved.timer), (Show::Screen, None, Timer::Clear));
}

#[test]
fn an_outcome_leads_on_and_its_memory_replaces_the_frames() {
    let dialogues = shop();
    let session = moved(step(&dialogues, &dialogues.begin(SessionId(7)), &everywhere("shop"))).session;
    let act = act(step(&dialogues, &session, &press(&session, "item")));
    assert_eq!((act.dialogue.as_str(), act.action.as_str()), ("shop", "take"));
    assert_eq!(act.session, session);
    let kept = Outcome { memory: Some(memory(json!({"item": 5}))), ..outcome("taken") };
    let moved = moved(act.resume(&dialogues, kept));
    assert_eq!(places(&moved.session), ["menu/menu by *shop", "shop/pay"]);
    assert_eq!(moved.session.top().memory, memory(json!({"item": 5})));
    assert_eq!(moved.timer, Timer::Set(Duration::from_secs(30 * 60)));
}

#[test]
fn a_result_goes_on_at_the_call_and_may_run_a_further_action_of_the_same_event() {
    let dialogues = shop();
    let session = about_to_pay(&dialogues);
    let first = act(step(&dialogues, &session, &press(&session, "buy")));
    assert_eq!(first.key(), "7:2");
    let pass = Outcome { pass: Some(memory(json!({"missing": 3}))), ..outcome("short") };
    let session = moved(first.resume(&dialogues, pass)).session;
    assert_eq!(places(&session), ["menu/menu by *shop", "shop/pay by buy.short", "purse/purse"]);
    assert_eq!(session.top().memory, memory(json!({"missing": 3})));

    let again = act(step(&dialogues, &session, &signal("filled", None)));
    assert_eq!((again.dialogue.as_str(), again.key().as_str()), ("shop", "7:3"));
    assert_eq!(places(&again.session), ["menu/menu by *shop", "shop/pay"]);
    let thank = act(again.resume(&dialogues, outcome("bought")));
    assert_eq!((thank.dialogue.as_str(), thank.key().as_str()), ("menu", "7:3.1"));
    let end = moved(thank.resume(&dialogues, outcome("thanked")));
    assert_eq!(places(&end.session), ["menu/silent"]);
    assert_eq!((end.show, end.session.revision, end.session.shown), (Show::Nothing, 4, 3));
}

#[test]
fn a_press_of_an_older_screen_changes_nothing() {
    let dialogues = shop();
    let before = moved(step(&dialogues, &dialogues.begin(SessionId(7)), &everywhere("shop"))).session;
    let now = moved(step(&dialogues, &before, &Event::Input(Input::Text))).session;
    assert_eq!(step(&dialogues, &now, &press(&before, "back")), Step::Stale(now.clone()));
    let elsewhere = Session { id: SessionId(8), ..now.clone() };
    assert_eq!(step(&dialogues, &now, &press(&elsewhere, "back")), Step::Stale(now));
}

#[test]
fn what_a_state_does_not_take_shows_its_screen_again() {
    let dialogues = shop();
    let session = about_to_pay(&dialogues);
    let gone = press(&session, "gift");
    for event in [Event::Unusual, Event::Input(Input::Photo), gone, everywhere("again"), everywhere("nothing")] {
        let moved = moved(step(&dialogues, &session, &event));
        assert_eq!(places(&moved.session), places(&session), "{event:?}");
        assert_eq!((moved.show, moved.note, moved.timer), (Show::Screen, Some(Note::Unexpected), Timer::Keep));
        assert_eq!((moved.session.revision, moved.session.shown), (3, 3));
    }
}

#[test]
fn a_press_cannot_pass_for_a_signal_nor_a_signal_for_a_press() {
    let dialogues = shop();
    let session = about_to_pay(&dialogues);
    let buy = act(step(&dialogues, &session, &press(&session, "buy")));
    let purse = moved(buy.resume(&dialogues, outcome("short"))).session;
    assert_eq!(moved(step(&dialogues, &purse, &press(&purse, "filled"))).note, Some(Note::Unexpected));
    assert_eq!(moved(step(&dialogues, &purse, &press(&purse, "pay"))).note, Some(Note::Unexpected));
    assert_eq!(step(&dialogues, &purse, &signal("back", None)), Step::Ignored);
    let silent = moved(step(&dialogues, &dialogues.begin(SessionId(7)), &everywhere("start"))).session;
    assert_eq!(step(&dialogues, &silent, &signal("text", None)), Step::Ignored);
}

#[test]
fn a_signal_is_heard_only_by_whom_it_is_about() {
    let dialogues = shop();
    let session = about_to_pay(&dialogues);
    let buy = act(step(&dialogues, &session, &press(&session, "buy")));
    let pass = Outcome { pass: Some(memory(json!({"invoice": "a1", "missing": 3}))), ..outcome("short") };
    let purse = moved(buy.resume(&dialogues, pass)).session;
    for about in [("invoice", "b2"), ("missing", "3"), ("order", "a1")] {
        assert_eq!(step(&dialogues, &purse, &signal("filled", Some(about))), Step::Ignored, "{about:?}");
    }
    assert_eq!(act(step(&dialogues, &purse, &signal("filled", Some(("invoice", "a1"))))).action, "buy");
    assert_eq!(step(&dialogues, &session, &signal("filled", None)), Step::Ignored);
}

#[test]
fn the_time_of_a_state_leads_on_and_is_ignored_where_there_is_none() {
    let dialogues = shop();
    let home = moved(step(&dialogues, &about_to_pay(&dialogues), &Event::Elapsed));
    assert_eq!(places(&home.session), ["menu/menu"]);
    assert_eq!((home.note, home.timer), (None, Timer::Clear));
    assert_eq!(step(&dialogues, &home.session, &Event::Elapsed), Step::Ignored);
}

#[test]
fn home_unwinds_everything_and_keeps_the_roots_memory() {
    let dialogues = shop();
    let mut session = about_to_pay(&dialogues);
    session.frames[0].memory = memory(json!({"photo": 1}));
    let home = moved(step(&dialogues, &session, &press(&session, "home")));
    assert_eq!(places(&home.session), ["menu/menu"]);
    assert_eq!(home.session.top().memory, memory(json!({"photo": 1})));
}

#[test]
fn commands_and_keepsakes_work_whatever_screen_they_come_from() {
    let dialogues = shop();
    let mut session = about_to_pay(&dialogues);
    session.frames[0].memory = memory(json!({"photo": 1}));
    let again = Event::Keepsake { button: "again".to_owned(), argument: Some("5".to_owned()) };
    for (event, site) in [(again, "*again.ready"), (everywhere("repeat"), "*repeat.ready")] {
        let act = act(step(&dialogues, &session, &event));
        assert_eq!((act.dialogue.as_str(), act.action.as_str()), ("menu", "repeat"));
        assert_eq!(places(&act.session), ["menu/menu"]);
        assert_eq!(act.session.top().memory, memory(json!({"photo": 1})));
        let pass = Outcome { pass: Some(memory(json!({"item": 5}))), ..outcome("ready") };
        let ready = moved(act.resume(&dialogues, pass)).session;
        assert_eq!(places(&ready), [&format!("menu/menu by {site}"), "shop/pay"]);
        assert_eq!(ready.top().memory, memory(json!({"item": 5})));
    }
}

#[test]
fn a_state_takes_a_command_before_everywhere_does() {
    let shop = SHOP.replace(
        "on.buy =",
        "on.\"/shop\" = { do = \"buy\", bought = { return = \"bought\" }, short = \"pay\" }\non.buy =",
    );
    let dialogues = dialogues(&[("menu", MENU), ("shop", &shop), ("purse", PURSE)]);
    let session = about_to_pay(&dialogues);
    let buy = act(step(&dialogues, &session, &everywhere("shop")));
    assert_eq!((buy.dialogue.as_str(), buy.action.as_str(), buy.key().as_str()), ("shop", "buy", "7:2"));
    assert_eq!(buy.session, session, "nothing is unwound");
    let short = moved(buy.clone().resume(&dialogues, outcome("short")));
    assert_eq!(places(&short.session), ["menu/menu by *shop", "shop/pay"]);
    assert_eq!(act(buy.resume(&dialogues, outcome("bought"))).action, "thank");
    // Other states, other commands, and whatever else could bear its name.
    let elsewhere = moved(step(&dialogues, &dialogues.begin(SessionId(7)), &everywhere("shop")));
    assert_eq!(places(&elsewhere.session), ["menu/menu by *shop", "shop/shelf"]);
    assert_eq!(places(&moved(step(&dialogues, &session, &everywhere("start"))).session), ["menu/menu"]);
    assert_eq!(step(&dialogues, &session, &signal("/shop", None)), Step::Ignored);
    assert_eq!(moved(step(&dialogues, &session, &press(&session, "/shop"))).note, Some(Note::Unexpected));
}

#[test]
fn a_keepsake_is_not_a_command_nor_a_command_a_keepsake() {
    let dialogues = shop();
    let session = dialogues.begin(SessionId(7));
    let start = Event::Keepsake { button: "start".to_owned(), argument: None };
    assert_eq!(moved(step(&dialogues, &session, &start)).note, Some(Note::Unexpected));
    assert_eq!(moved(step(&dialogues, &session, &everywhere("again"))).note, Some(Note::Unexpected));
}

#[test]
fn a_renamed_state_is_carried_over() {
    let dialogues = shop();
    let mut session = dialogues.begin(SessionId(7));
    session.frames[0].state = "aid".to_owned();
    let stale = Event::Press { nonce: Nonce { session: 1, shown: 1 }, button: "home".to_owned(), argument: None };
    let Step::Stale(adopted) = step(&dialogues, &session, &stale) else { panic!("not stale") };
    assert_eq!(places(&adopted), ["menu/help"]);
    let moved = moved(step(&dialogues, &session, &Event::Unusual));
    assert_eq!((places(&moved.session), moved.note), (vec!["menu/help".to_owned()], Some(Note::Unexpected)));
}

#[test]
fn a_session_of_an_unknown_build_begins_anew_with_a_word() {
    let dialogues = shop();
    let frame = |dialogue: &str, state: &str| Frame {
        dialogue: dialogue.to_owned(),
        state: state.to_owned(),
        call: None,
        memory: memory(json!({"old": true})),
    };
    let deep = vec![frame("menu", "menu"); MAX_DEPTH + 1];
    let unknown_state = vec![frame("menu", "menu"), frame("shop", "cellar")];
    let unknown_dialogue = vec![frame("menu", "menu"), frame("train", "menu")];
    let two_roots = vec![frame("menu", "menu"), frame("menu", "help")];
    for frames in [Vec::new(), deep, unknown_state, unknown_dialogue, two_roots, vec![frame("shop", "shelf")]] {
        let session = Session { id: SessionId(7), revision: u32::MAX, shown: 3, frames };
        let lost = moved(step(&dialogues, &session, &Event::Elapsed));
        assert_eq!((places(&lost.session), lost.note), (vec!["menu/menu".to_owned()], Some(Note::Lost)));
        assert!(lost.session.top().memory.is_empty());
        assert_eq!((lost.session.revision, lost.session.shown), (0, 0));
        let asked_for = moved(step(&dialogues, &session, &everywhere("shop")));
        assert_eq!(places(&asked_for.session), ["menu/menu by *shop", "shop/shelf"]);
        assert_eq!(asked_for.note, Some(Note::Lost));
    }
}

#[test]
fn a_result_whose_call_is_gone_shows_the_callers_state() {
    let dialogues = shop();
    let mut session = about_to_pay(&dialogues);
    session.frames[0] =
        Frame { call: Some("*gone.ready".to_owned()), state: "help".to_owned(), ..session.frames[0].clone() };
    session.frames[1].state = "shelf".to_owned();
    let moved = moved(step(&dialogues, &session, &press(&session, "back")));
    assert_eq!((places(&moved.session), moved.note, moved.show), (vec!["menu/help".to_owned()], None, Show::Screen));
}

#[test]
fn an_unknown_outcome_goes_home_with_a_word() {
    let dialogues = shop();
    let session = about_to_pay(&dialogues);
    let lost = moved(act(step(&dialogues, &session, &press(&session, "buy"))).resume(&dialogues, outcome("eaten")));
    assert_eq!((places(&lost.session), lost.note), (vec!["menu/menu".to_owned()], Some(Note::Lost)));
}

#[test]
fn a_call_beyond_the_greatest_depth_goes_home() {
    let menu = "start = \"menu\"\n[menu]\nscreen = \"menu\"\non.text = { call = \"deep\" }";
    let deep = "start = \"deep\"\n[deep]\nscreen = \"deep\"\non.text = { call = \"deep\" }";
    let dialogues = dialogues(&[("menu", menu), ("deep", deep)]);
    let mut session = dialogues.begin(SessionId(7));
    for depth in 2..=MAX_DEPTH {
        session = moved(step(&dialogues, &session, &Event::Input(Input::Text))).session;
        assert_eq!(session.frames.len(), depth);
    }
    session = moved(step(&dialogues, &session, &Event::Input(Input::Text))).session;
    assert_eq!(places(&session), ["menu/menu"]);
}

#[test]
fn a_reset_forgets_what_was_remembered() {
    let dialogues = shop();
    let mut session = about_to_pay(&dialogues);
    session.frames[0].memory = memory(json!({"photo": 1}));
    let reset = dialogues.reset(&session, Note::Lost);
    assert_eq!((places(&reset.session), reset.note), (vec!["menu/menu".to_owned()], Some(Note::Lost)));
    assert!(reset.session.top().memory.is_empty());
    assert_eq!((reset.session.revision, reset.session.shown, reset.timer), (3, 3, Timer::Clear));
}

#[test]
fn every_dialogue_on_disk_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dialogues");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = paths.map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect();
    let dialogues = Dialogues::parse(&files).unwrap_or_else(|flaws| panic!("{}", flaws[0]));
    let names: Vec<_> = dialogues.all().map(|dialogue| dialogue.name.as_str()).collect();
    assert_eq!(names, ["generate", "history", "menu", "settings", "support", "topup", "train"]);
    assert_eq!(dialogues.root().menu().flatten().count(), 6);
}

#[test]
fn what_is_done_beside_the_conversation_leaves_it_as_it_is() {
    let menu = MENU.replace("gone = \"help\" }", "gone = \"stay\" }");
    let dialogues = dialogues(&[("menu", &menu), ("shop", SHOP), ("purse", PURSE)]);
    let session = about_to_pay(&dialogues);
    let again = Event::Keepsake { button: "again".to_owned(), argument: Some("7".to_owned()) };
    let act = act(step(&dialogues, &session, &again));
    assert_eq!(act.action, "repeat");
    assert_eq!(act.resume(&dialogues, outcome("gone")), Step::Ignored);
}
