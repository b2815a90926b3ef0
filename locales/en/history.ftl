### The pictures made so far.

history-list =
    { $total ->
        [0]
            <b>No pictures yet</b>
            The first one is a minute away: go back to the menu and choose a template.
        [one]
            <b>Your first picture</b>
            Tap its number, and I’ll send it again.
       *[other]
            <b>Your { $total } pictures</b>
            Tap a number, and I’ll send that picture again.
    }

    { $entries }

    { $pages ->
        [0] { "" }
        [1] { "" }
       *[other] Page { $page } of { $pages }
    }
    .newer = ← Newer
    .older = Older →
    .back = 🏠 Menu

history-entry = { $number }. { $title } · { $date }
