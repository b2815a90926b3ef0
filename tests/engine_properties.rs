//! Whatever happens in whatever dialogues: the engine has an answer, and the person a way out.

#[path = "engine_properties/plan.rs"]
mod plan;
#[path = "engine_properties/play.rs"]
mod play;

use std::fs;

use pixelai::engine::{
    Dialogues, Event, Frame, MAX_DEPTH, Memory, Nonce, Note, Session, SessionId, Show, Step, check, dot, mermaid,
    parse_press, press_data, step,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample;

use plan::plan;
use play::{Deed, Play, deed, events, vocabulary};

/// The dialogues that people really meet.
fn on_disk() -> Dialogues {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dialogues");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let toml = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let files: Vec<_> = toml.map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect();
    read(&files)
}

fn read(files: &[(String, String)]) -> Dialogues {
    Dialogues::parse(files).unwrap_or_else(|flaws| panic!("{}\n{files:?}", flaws[0]))
}

/// A session that no build of ours would have stored.
fn garbage() -> impl Strategy<Value = Session> {
    let dialogue = prop_oneof![Just("menu"), Just("d1"), Just("d2"), Just("generate"), Just("topup"), Just("")];
    let state =
        prop_oneof![Just("s0"), Just("s1"), Just("menu"), Just("confirm"), Just("packs"), Just("home"), Just("")];
    let call = prop_oneof![
        "[*@a-z0-9.]{0,12}",
        Just("*c1".to_owned()),
        Just("*templates".to_owned()),
        Just("b1.o0".to_owned())
    ];
    let frame = (dialogue, state, option::of(call)).prop_map(|(dialogue, state, call)| Frame {
        dialogue: dialogue.to_owned(),
        state: state.to_owned(),
        call,
        memory: Memory::new(),
    });
    (any::<u64>(), any::<u32>(), any::<u32>(), vec(frame, 0..MAX_DEPTH + 3))
        .prop_map(|(id, revision, shown, frames)| Session { id: SessionId(id), revision, shown, frames })
}

/// Plays `deeds` and looks at every step of it.
fn play(dialogues: &Dialogues, deeds: &[Deed]) -> Play {
    let vocabulary = vocabulary(dialogues);
    let mut play = Play::new(dialogues, &vocabulary, dialogues.begin(SessionId(0xfeed_beef)));
    for deed in deeds {
        play.deed(dialogues, &vocabulary, deed);
        assert_ne!(play.note, Some(Note::Lost), "a sound session got lost by {deed:?}");
    }
    play
}

fn at_rest(dialogues: &Dialogues, session: &Session) -> bool {
    let root = dialogues.root();
    let state = root.state(&session.top().state);
    session.frames.len() == 1
        && state.is_some_and(|state| state.name == root.start || state.menu || state.screen.is_none())
}

/// A way through buttons, inputs, signals and times alone, without commands, to where the menu is at hand.
fn assert_way_out(dialogues: &Dialogues, session: &Session) {
    let vocabulary = vocabulary(dialogues);
    // Shallow sessions first: every dialogue can end without calling another one.
    let mut open = vec![session.clone()];
    let mut seen = Vec::new();
    while let Some(next) = open.iter().enumerate().min_by_key(|(_, session)| session.frames.len()).map(|(at, _)| at) {
        let session = open.swap_remove(next);
        if at_rest(dialogues, &session) {
            return;
        }
        if seen.contains(&session.frames) {
            continue;
        }
        seen.push(session.frames.clone());
        for event in events(dialogues, &vocabulary, &session) {
            open.extend(play::all_ends(dialogues, &vocabulary, step(dialogues, &session, &event)));
        }
        assert!(seen.len() < 5_000, "no way out of {session:?} in sight");
    }
    panic!("no way out of {session:?}");
}

proptest! {
    #[test]
    fn random_dialogues_are_in_order(plan in plan()) {
        let files = plan.files();
        let dialogues = read(&files);
        let flaws = check(&dialogues, &vocabulary(&dialogues), &[]);
        prop_assert!(flaws.is_empty(), "{}\n{}", flaws[0], files[0].1);
    }

    #[test]
    fn random_events_in_random_dialogues_leave_a_way_out(plan in plan(), deeds in vec(deed(), 0..40)) {
        let dialogues = read(&plan.files());
        let end = play(&dialogues, &deeds);
        assert_way_out(&dialogues, &end.session);
    }

    #[test]
    fn random_events_in_the_real_dialogues_leave_a_way_out(deeds in vec(deed(), 0..60)) {
        let dialogues = on_disk();
        let end = play(&dialogues, &deeds);
        assert_way_out(&dialogues, &end.session);
    }

    #[test]
    fn any_session_whatever_is_answered(plan in plan(), session in garbage(), deeds in vec(deed(), 1..10)) {
        for dialogues in [read(&plan.files()), on_disk()] {
            let vocabulary = vocabulary(&dialogues);
            let mut play = Play::new(&dialogues, &vocabulary, session.clone());
            for deed in &deeds {
                play.deed(&dialogues, &vocabulary, deed);
            }
        }
    }

    #[test]
    fn a_press_of_another_screen_changes_nothing(
        deeds in vec(deed(), 0..20), session in any::<u32>(), shown in any::<u32>(), button in "[a-z]{1,8}|home|back"
    ) {
        let dialogues = on_disk();
        let now = play(&dialogues, &deeds).session;
        let nonce = Nonce { session, shown };
        prop_assume!(nonce != now.nonce());
        let press = Event::Press { nonce, button, argument: None };
        prop_assert_eq!(step(&dialogues, &now, &press), Step::Stale(now));
    }

    #[test]
    fn home_leads_to_the_roots_start_from_everywhere(plan in plan(), deeds in vec(deed(), 0..20)) {
        let dialogues = read(&plan.files());
        let now = play(&dialogues, &deeds).session;
        let press = Event::Press { nonce: now.nonce(), button: "home".to_owned(), argument: None };
        let Step::Moved(moved) = step(&dialogues, &now, &press) else { panic!("not moved") };
        prop_assert_eq!(moved.session.frames.len(), 1);
        prop_assert_eq!(&moved.session.top().state, &dialogues.root().start);
        prop_assert_eq!((moved.show, moved.note), (Show::Screen, None));
    }

    #[test]
    fn a_stored_session_comes_back_whole(plan in plan(), deeds in vec(deed(), 0..20)) {
        let session = play(&read(&plan.files()), &deeds).session;
        let stored = serde_json::to_string(&session).unwrap();
        prop_assert_eq!(serde_json::from_str::<Session>(&stored).unwrap(), session);
    }

    #[test]
    fn a_press_comes_back_as_it_was_written(
        session in any::<u32>(), shown in any::<u32>(), button in "[A-Za-z][A-Za-z0-9_-]{0,15}",
        argument in option::of(".{0,20}")
    ) {
        let nonce = Nonce { session, shown };
        prop_assert!(nonce.to_string().len() <= Nonce::MAX_BYTES);
        let data = press_data(nonce, &button, argument.as_deref());
        prop_assert_eq!(parse_press(&data), Some(Event::Press { nonce, button, argument }));
    }

    #[test]
    fn foreign_data_never_panics(data in ".*", parts in vec("[a-z0-9.:k]{0,6}", 0..4)) {
        let _ = parse_press(&data);
        let _ = parse_press(&parts.join(":"));
    }

    #[test]
    fn any_text_whatever_is_read_or_refused(bytes in vec(any::<u8>(), 0..200), text in ".*") {
        for source in [String::from_utf8_lossy(&bytes).into_owned(), text] {
            let _ = Dialogues::parse(&[("menu.toml".to_owned(), source.clone()), (source, String::new())]);
        }
    }

    /// Text that is nearly a definition gets further into the reader than noise.
    #[test]
    fn a_spoilt_definition_is_read_or_refused(plan in plan(), at in any::<prop::sample::Index>(), noise in ".{0,3}") {
        let mut files = plan.files();
        let source = &mut files[0].1;
        let at = at.index(source.len());
        let end = (at + noise.len()).min(source.len());
        source.replace_range(at..end, &noise);
        if let Ok(dialogues) = Dialogues::parse(&files) {
            let _ = check(&dialogues, &vocabulary(&dialogues), &[]);
            let _ = (dot(&dialogues), mermaid(dialogues.root()));
        }
    }

    /// `check` would refuse them; `step` keeps its promises all the same.
    #[test]
    fn names_that_lead_nowhere_do_not_lead_there(
        plan in plan(), spoilt in any::<prop::sample::Index>(), deeds in vec(deed(), 0..40)
    ) {
        let mut files = plan.files();
        let source = &mut files[0].1;
        let names: Vec<_> = source.match_indices("= \"").map(|(at, quote)| at + quote.len()).collect();
        prop_assume!(!names.is_empty());
        let at = names[spoilt.index(names.len())];
        source.replace_range(at..=at, "q");
        if let Ok(dialogues) = Dialogues::parse(&files) {
            let vocabulary = vocabulary(&dialogues);
            let mut play = Play::new(&dialogues, &vocabulary, dialogues.begin(SessionId(1)));
            for deed in &deeds {
                play.deed(&dialogues, &vocabulary, deed);
            }
        }
    }

    #[test]
    fn the_deepest_sessions_stay_within_bounds(
        plan in plan(), depth in 1..MAX_DEPTH, site in sample::select(vec!["b1", "pick", "text.r0", "*c1"]),
        deeds in vec(deed(), 1..30)
    ) {
        let dialogues = read(&plan.files());
        prop_assume!(dialogues.get("d1").is_some());
        let mut session = dialogues.begin(SessionId(1));
        let frame = |call: &str| Frame {
            dialogue: "d1".to_owned(),
            state: "s0".to_owned(),
            call: Some(call.to_owned()),
            memory: Memory::new(),
        };
        session.frames.extend((0..depth).map(|_| frame(site)));
        let vocabulary = vocabulary(&dialogues);
        let mut play = Play::new(&dialogues, &vocabulary, session);
        for deed in &deeds {
            play.deed(&dialogues, &vocabulary, deed);
        }
    }
}

#[test]
fn the_real_dialogues_are_in_order() {
    let dialogues = on_disk();
    let flaws = check(&dialogues, &vocabulary(&dialogues), &[]);
    assert!(flaws.is_empty(), "{}", flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}
