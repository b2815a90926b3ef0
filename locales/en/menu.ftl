### The root: menu, balance, help, terms, privacy, support.

menu =
    <b>Hi, { $name }!</b>
    Choose a template – or just send me a photo, and we’ll find it a new world.

    On your balance: { $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }.

balance =
    <b>You have { $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }</b>{ $held ->
        [0] { "" }
        [one]
            { "" }
            Plus { $held } credit set aside for what is under way.
       *[other]
            { "" }
            Plus { $held } credits set aside for what is under way.
    }
    One Star buys one credit, and bigger packs come with a gift.

    { $entries }
# $amount is never negative.
balance-entry =
    { $date } · { $kind ->
        [grant] <b>+{ $amount }</b> gift
        [topup] <b>+{ $amount }</b> top-up
        [void] <b>+{ $amount }</b> returned
        [refund] <b>−{ $amount }</b> Stars refunded
        [take] <b>−{ $amount }</b> correction
        [training] <b>−{ $amount }</b> avatar
       *[capture] <b>−{ $amount }</b> picture
    }

help =
    <b>What { -brand } does</b>
    You choose a template and send a photo. In about a minute there is a new picture, with you in it.

    <b>How it goes</b>
    1. Open “{ menu-templates }” and choose one you like.
    2. Send a photo: one clear face, good light, no sunglasses.
    3. Check the price and confirm. If it doesn’t work out, you get your credits back automatically.

    <b>An avatar</b>
    Train one on a dozen photos, and you’ll get pictures of yourself without sending any: “{ menu-avatars }”.

    <b>Commands</b>
    /templates – choose a template
    /avatars – your avatars
    /balance – your credits
    /topup – top up with Stars
    /history – your pictures
    /settings – language and your data
    /cancel – stop, or cancel what’s under way

    Something went wrong? Write to us: /paysupport. A person reads every message.

terms =
    <b>Terms of use</b>

    <b>Photos.</b> Send only photos of yourself, or of people who agreed to it. For a child, a parent decides.
    <b>What we don’t make.</b> Nudity, violence, hatred, forged documents, or anything meant to deceive or humiliate.
    <b>Pictures.</b> They are made by AI, so a likeness can’t be promised. What’s made is yours: keep it, print it, share it.
    <b>Credits.</b> One Star buys one credit. Credits pay for pictures here and can’t be turned into money.
    <b>If it doesn’t work out.</b> No picture, no charge: the credits return to your balance by themselves.
    <b>Refunds.</b> For Stars you haven’t spent, write to /paysupport.

    By ordering a picture you agree to these terms. { -brand } is run by its own team, not by Telegram.

privacy =
    <b>What we keep, and for how long</b>

    <b>Source photos</b> – { $photo_hours ->
        [one] { $photo_hours } hour
       *[other] { $photo_hours } hours
    }, only to make your picture. To paint it, we hand the photo to an AI service; your name doesn’t go with it.
    <b>Avatars</b> – the photos { $avatar_days ->
        [one] { $avatar_days } day
       *[other] { $avatar_days } days
    } after their last use, the trained likeness until you delete it. Then we delete it here and have the AI service delete its part, and send you a note when that’s done.
    <b>Original files</b> – { $original_days ->
        [one] { $original_days } day
       *[other] { $original_days } days
    }.
    <b>Finished pictures</b> – in our chat, as Telegram keeps them, until you delete them there.
    <b>About you</b> – your Telegram ID, first name and language, so that we know whose picture it is.
    <b>Balance and payments</b> – kept for bookkeeping, even after your data is deleted.

    You can delete the rest at any time: /settings → “{ settings.delete }”.

paysupport =
    <b>A question about a payment?</b>
    Write it in your next message, and a person will answer right here. Please say what happened and when.

    Telegram’s own support can’t help with purchases made in bots, but we can.

    { $payments }

asked =
    <b>Your question is with us</b>
    A person will read it and answer in this chat, usually within a day.
