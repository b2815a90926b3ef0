//! Where a view goes: in place of the screen, or below it.

use crate::flows::view::{OldScreen, Place, Shown, View};

/// What made the conversation speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A press on this message; `None` where the message is no screen of a dialogue, or not known any more.
    Press(Option<Shown>),
    /// Something that the person wrote or sent.
    Message,
    /// A timer or news; nobody has just looked at the chat.
    Ourselves,
}

/// A press edits the screen that it stands under, so that the chat does not fill up; an answer to something written
/// goes below it, and `then` says what becomes of the screen above. What cannot be edited in (the keyboard under the input field, an invoice) comes as a new message.
pub(super) fn place(view: &View, screen: Option<Shown>, cause: Cause, then: OldScreen) -> Place {
    let must_be_new = view.menu.is_some() || view.invoice.is_some();
    match cause {
        Cause::Press(Some(pressed)) if must_be_new => Place::New { after: Some(pressed), then: OldScreen::Delete },
        Cause::Press(Some(pressed)) => Place::Edit(pressed),
        Cause::Press(None) | Cause::Message => Place::New { after: screen, then },
        Cause::Ourselves => match screen {
            Some(screen) if !must_be_new => Place::Edit(screen),
            after => Place::New { after, then: OldScreen::Delete },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::view::ShownKind;

    const STRIP: OldScreen = OldScreen::StripButtons;
    const SCREEN: Shown = Shown { message_id: 7, kind: ShownKind::Text };

    #[test]
    fn a_press_edits_its_own_message() {
        assert_eq!(place(&View::default(), Some(SCREEN), Cause::Press(Some(SCREEN)), STRIP), Place::Edit(SCREEN));
    }

    #[test]
    fn the_menu_takes_the_place_of_what_was_pressed() {
        let menu = View { menu: Some(vec![]), ..View::default() };
        let expected = Place::New { after: Some(SCREEN), then: OldScreen::Delete };
        assert_eq!(place(&menu, Some(SCREEN), Cause::Press(Some(SCREEN)), STRIP), expected);
    }

    #[test]
    fn an_answer_goes_below_what_was_written_and_the_old_buttons_go() {
        let expected = Place::New { after: Some(SCREEN), then: OldScreen::StripButtons };
        assert_eq!(place(&View::default(), Some(SCREEN), Cause::Message, STRIP), expected);
    }

    #[test]
    fn a_fleeting_screen_goes_when_an_answer_follows_it() {
        let expected = Place::New { after: Some(SCREEN), then: OldScreen::Delete };
        assert_eq!(place(&View::default(), Some(SCREEN), Cause::Message, OldScreen::Delete), expected);
    }

    #[test]
    fn a_timer_changes_the_screen_where_it_is() {
        assert_eq!(place(&View::default(), Some(SCREEN), Cause::Ourselves, STRIP), Place::Edit(SCREEN));
    }
}
