### Language, and deleting what is kept of a person.

settings =
    <b>Settings</b>
    Language: { $language }
    .language = 🌐 Language
    .delete = Delete my data
    .back = 🏠 Menu

settings-language =
    <b>Which language shall we speak?</b>
    .english = 🇬🇧 English
    .russian = 🇷🇺 Русский

settings-delete =
    <b>Delete your data?</b>

    <b>What goes:</b> your photos and avatars, the originals of your pictures, the history and your name. What is under way is cancelled, and its credits return.
    <b>What stays:</b> your balance ({ $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }) and the payment records, which our bookkeeping needs.

    Pictures in this chat stay until you delete them yourself. This can’t be undone.
    .delete_all = Delete for good
    .back = ← Keep everything

settings-deleted =
    <b>Done, your data is deleted</b>
    Your balance is still here. If you ever feel like a new picture, just come back.

# The language’s own name.
language-name = English
