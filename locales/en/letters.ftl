### Messages that come by themselves: results, failures, payments.

letter-result =
    <b>{ $title }</b> is ready ✨
    { $price ->
        [one] { $price } credit
       *[other] { $price } credits
    } spent, { $balance } left.

letter-gift =
    <b>{ $title }</b> – late, but here it is 🎁
    We had already returned your credits, so this one is a gift.

letter-again = <b>{ $title }</b>, { $date }

letter-original = “{ $title }” as a file, in full quality.

letter-failed =
    <b>“{ $title }” didn’t work out</b>
    { $reason }

    { $price ->
        [one] { $price } credit is
       *[other] { $price } credits are
    } back on your balance.

letter-paid =
    <b>Thank you! { $stars } ⭐ received</b>
    { $credits ->
        [one] { $credits } credit added
       *[other] { $credits } credits added
    }, { $balance } on your balance now.

letter-paid-again =
    <b>That invoice had been paid before</b>
    Nothing is lost: for { $stars } ⭐ you got { $credits ->
        [one] { $credits } more credit
       *[other] { $credits } more credits
    }, and there are { $balance } on your balance now. If you paid twice by mistake, write to /paysupport and we’ll return the Stars.

letter-refunded =
    <b>{ $stars } ⭐ returned</b>
    The Stars are back with you, and the credits they bought are off your balance.

letter-support =
    <b>A question from { $person }</b>
    <blockquote>{ $text }</blockquote>

letter-trouble =
    <b>{ $provider } needs you</b>
    Orders go to other models as far as there are any. What it says:
    <blockquote>{ $reason }</blockquote>

## Why a picture did not come about; stands in letter-failed as $reason

failure-no-face = I couldn’t find a face in the photo. Try one where the face is large and turned to the camera.
failure-not-allowed = The AI’s rules don’t allow this photo. Try a different one, with ordinary clothes and a calm pose.
failure-too-small = The photo is too small for a good picture. Send a larger one, best of all straight from the camera.
failure-too-large = The photo is too large for the AI. Send it as a photo instead of a file, and Telegram will make it smaller.
failure-unreadable = The photo couldn’t be read. Send it again, or try another one.
failure-unavailable = The AI isn’t answering just now. Try again in a few minutes.
failure-deadline = It took too long, so we stopped waiting. Try again a little later.
