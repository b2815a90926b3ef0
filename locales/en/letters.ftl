### Messages that come by themselves: results, failures, payments.

letter-result =
    <b>{ $title }</b> is ready ✨
    { $price ->
        [one] { $price } credit
       *[other] { $price } credits
    } spent, { $balance } left.

letter-first =
    <b>Your avatar’s first picture</b> 🎁
    “{ $title }”, on the house.

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

letter-trained =
    <b>{ $name } is ready ✨</b>
    { $late ->
        [yes] It took so long that we had already returned your credits – so this avatar is a gift.
       *[no] { $price ->
            [one] { $price } credit
           *[other] { $price } credits
        } spent. The first picture is on its way, and it’s on the house.
    }
    Your photos stay here for { $days ->
        [one] { $days } more day
       *[other] { $days } more days
    }, in case you’d like to train again.

letter-training-failed =
    <b>{ $name } couldn’t be trained</b>
    { $reason }

    { $price ->
        [one] { $price } credit is
       *[other] { $price } credits are
    } back on your balance. Your photos wait here for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }.

# $whose is “one” avatar or “all”; $left counts what an AI service has not confirmed.
letter-erased =
    <b>{ $whose ->
        [all] Your avatars are deleted
       *[one] “{ $name }” is deleted
    }</b>
    { $photos ->
        [0] The likeness is gone here and at the AI service.
        [one] { $photos } photo and the likeness are gone, here and at the AI service.
       *[other] { $photos } photos and the likeness are gone, here and at the AI service.
    }{ $left ->
        [0] { "" }
       *[other]
            { "" }
            The service hasn’t confirmed all of it. A person will see to the rest by hand.
    }

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

letter-granted =
    <b>A present for you 🎁</b>
    { $credits ->
        [one] { $credits } credit added
       *[other] { $credits } credits added
    }, { $balance } on your balance now.

# $reason is the answer of a person to the question $text.
letter-answered =
    <b>An answer to your question</b>
    <blockquote>{ $text }</blockquote>
    { $reason }

letter-declined =
    <b>About your question</b>
    <blockquote>{ $text }</blockquote>
    We’ve looked into it, and this payment is as it should be, so the Stars stay where they are. If something is still wrong, tell us more: /paysupport.

letter-unbanned =
    <b>Welcome back</b>
    You can use { -brand } again. /start opens the menu.

## For admins

# $payments and $entries are lists, one payment or order a line; $count and $total say how many there are.
letter-question =
    <b>Question { $number } from { $person }</b>
    <blockquote>{ $text }</blockquote>
    { $count ->
        [0] No payments.
       *[other] { $payments }
    }

    { $total ->
        [0] No orders.
       *[other] { $entries }
    }

    On the balance: { $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }.

letter-refund-done =
    <b>{ $stars } ⭐ are back with { $person }</b>
    <code>{ $charge }</code>

letter-refund-refused =
    <b>{ $stars } ⭐ did not go back to { $person }</b>
    Telegram refuses: { $reason }
    The credits are on the person’s balance again.
    <code>{ $charge }</code>

letter-unmatched =
    <b>Stars that don’t match the books</b>
    { $entries }

    Nothing was booked for { $count ->
        [one] it
       *[other] them
    }. You are told of each movement once.
# $kind says what does not match; where it is not one of these, it is Telegram’s own name, which is $title too.
letter-unmatched-line =
    { $state ->
        [in] +
       *[out] −
    }{ $stars } ⭐ · { $kind ->
        [amount] the amount is another one
        [payer] somebody else paid
        [refund] a refund of an unknown payment
       *[other] { $title }
    } · <code>{ $charge }</code>

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

## Why a training failed; stands in letter-training-failed as $reason

training-failure-no-face = There’s no face to be found in some of the photos. Keep those where it’s large and turned to the camera.
training-failure-not-allowed = The AI’s rules don’t allow some of the photos. Choose others, with ordinary clothes and calm poses.
training-failure-too-small = Some of the photos are too small. Send larger ones, best of all straight from the camera.
training-failure-too-large = Some of the photos are too large for the AI. Send them as photos instead of files, and Telegram will make them smaller.
training-failure-unreadable = The photos couldn’t be read. Check that they open, or send others.
training-failure-unavailable = The AI isn’t training just now. Try again a little later.
training-failure-deadline = It took too long, so we stopped waiting. Try again a little later.
