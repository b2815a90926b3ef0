### What many screens share: buttons, the menu, commands, notes above a screen, toasts.

-brand = PIXEL AI

## The keyboard under the input field

menu-templates = 📂 Templates
menu-avatars = 👤 Avatars
menu-balance = 💎 Balance
menu-history = 🖼 History
menu-settings = ⚙️ Settings
menu-help = ❓ Help

## Buttons

button-home = 🏠 Menu
button-back = ← Back
button-templates = 📂 Templates
button-topup = ⭐ Top up
button-terms = Terms
button-privacy = Privacy
button-paysupport = Ask a question
button-shelves = All templates
# $emoji and $title are those of a category.
button-category = { $emoji } { $title }
# $number is the place of a photo in the album, or of a picture in the list.
button-pick = { $number }
button-picture = { $number }
button-pack = { topup-pack }

## Buttons under a finished picture, which stay in the chat

keepsake-again = 🔁 Once more
keepsake-another = Another template
keepsake-original = Original file
keepsake-sitting = 🖼 Choose a picture
keepsake-retry = Try again
keepsake-change = 📷 Another photo
keepsake-answer = Answer
keepsake-give_back = Give the Stars back

## Telegram's command menu

command-start = Open the menu
command-templates = Choose a template
command-avatars = Your avatars
command-balance = Your credits
command-topup = Top up with Stars
command-history = Your pictures
command-settings = Language and your data
command-help = How it all works
command-cancel = Stop, or cancel what’s under way
command-terms = Terms of use
command-privacy = What we keep, and for how long
command-paysupport = Help with a payment

## Notes above a screen

note-unexpected-text = I can’t answer in words, but the buttons below know the way.
note-unknown-command = I don’t know that command. Everything I can do is in the menu below.
note-unexpected-photo = A photo isn’t needed on this page. Open the menu and send it there, and we’ll choose a template for it.
note-unexpected-sticker = Lovely sticker! A photo, though, is what I can turn into a picture.
note-unexpected-voice = I can’t listen to voice messages yet. The buttons below will do.
note-unexpected-video = I don’t work with videos. A single photo is all I need.
note-unexpected-file = I can’t use this file. Please send a photo: JPEG, PNG or WebP.
note-unexpected-anything = I don’t know what to do with this one. Please use the buttons below.
note-lost = I’ve been updated and lost the thread of our chat. Your credits and pictures are safe.
note-repriced =
    The price has changed while you were choosing: it is now { $price ->
        [one] { $price } credit
       *[other] { $price } credits
    }. Nothing has been charged.
note-retired = This template is no longer available. Have a look at the others – nothing has been charged.
note-photos-gone = Your photo isn’t here any more: we don’t keep source photos for long. Please send it again.
note-busy =
    You already have { $limit ->
        [one] { $limit } picture
       *[other] { $limit } pictures
    } in the works. Let { $limit ->
        [one] it
       *[other] one of them
    } finish, then order the next.
note-photo-wanted = I need a photo here – send one with 📎.
note-photos-anew = I’ve put the earlier photos aside and started again with this one.
note-late = Too late to cancel: the picture is almost done.
note-order-under-way = This picture is under way. To cancel it, tap the button or send /cancel once more.
note-cancelled =
    Cancelled. { $price ->
        [one] { $price } credit is
       *[other] { $price } credits are
    } back on your balance.
note-kept = Got your photo, thank you.
note-empty-category = This category is empty for now. Have a look at the others.
note-pack-gone = This pack is no longer on sale. Please choose another one.
note-picture-gone = I can’t find this picture any more, sorry. It may still be further up in our chat.
note-sent = Here it is – the picture is in the chat again.
note-language-changed = We’ll speak English from now on.
note-paid =
    Thank you! { $credits ->
        [one] { $credits } credit is
       *[other] { $credits } credits are
    } on your balance.
note-asked-unable = I couldn’t pass your question on just now. Please send it again in a few minutes, as one short text message.


## Notes about avatars

note-avatar-refused-photos = { $lines }
note-avatar-too-many =
    You already have { $limit ->
        [one] { $limit } avatar
       *[other] { $limit } avatars
    }, and that’s the most. Delete one to make room.
note-avatar-name-unfit =
    A name is one short line: up to { $max ->
        [one] { $max } letter
       *[other] { $max } letters
    }.
note-avatar-gone = This avatar isn’t here any more.
note-avatar-busy = The training is under way, so its photos can’t be changed now.
note-avatar-few =
    It takes at least { $min ->
        [one] { $min } photo
       *[other] { $min } photos
    }. Please send some more.
note-avatar-shut = Nobody can train just now. Your photos wait here – please try again a little later. Nothing has been charged.
note-avatar-late = Too late to cancel: the avatar is almost ready.
note-avatar-under-way = This training is under way. To cancel it, tap the button or send /cancel once more.
note-avatar-cancelled =
    Cancelled. { $price ->
        [one] { $price } credit is
       *[other] { $price } credits are
    } back on your balance, and your photos are still here.
note-avatar-wait = The training has begun, so this photo can’t join it. Once the avatar is ready, you can train it again with more photos.
note-avatar-deleted = Deleted here. We’re asking the AI service to delete its part too, and will write when that’s done.
note-avatar-repriced =
    The price of a training has changed: it is now { $price ->
        [one] { $price } credit
       *[other] { $price } credits
    }. Nothing has been charged.
note-no-avatar = This template shows an avatar, and you don’t have one yet. Here is how to get one.
note-no-photo-needed = No photo is needed here: the avatar knows the face already.
note-words-short = Please describe the picture in a few words.
note-words-long =
    That’s too long. Please keep it within { $max ->
        [one] { $max } letter
       *[other] { $max } letters
    }.
note-words-refused = I can’t draw that: see the terms of use, /terms. Please describe something else.

## Toasts

toast-stale = That button belongs to an older message. The current screen is at the bottom of the chat.
toast-unknown = I don’t know this button. Send /start to open the menu.
toast-busy = One moment, please – I’m still busy with your last tap.
