### An admin and a question about a payment.

support-question =
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

    Write the answer in your next message, in the person’s language. It will reach them in their chat.
    .decline = Decline politely

# $charge is Telegram’s number of the payment.
support-payment =
    { $date } · { $stars } ⭐ { $state ->
        [returned] given back ·
        [chosen] ↩ by the button ·
       *[open] ·
    } <code>{ $charge }</code>
support-order =
    { $date } · { $title } · { $price ->
        [one] { $price } credit
       *[other] { $price } credits
    } · { $state ->
        [succeeded] made
        [failed] failed, money back
        [cancelled] cancelled, money back
       *[queued] under way
    }

support-sure =
    <b>That is a large sum</b>
    { $person } paid { $stars } ⭐. Shall they go back?
    .yes = Give them back

support-spent =
    <b>The credits are partly spent</b>
    { $person } got { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } for { $stars } ⭐, and has { $balance } left. Given back all the same, the rest is the house’s loss.
    .force = Give back all the same

support-closed =
    { $state ->
        [returned]
            <b>The Stars are on their way back</b>
            { $person } will be told once they are there, and so will you.
        [answered]
            <b>Question { $number } is answered</b>
            { $person } gets your words:
            { $text }
        [declined]
            <b>Question { $number } is declined</b>
            { $person } is told kindly.
       *[open]
            <b>Question { $number } is still open</b>
            { $person } is waiting for an answer.
    }

note-refund-unknown = There is no payment with that number.
note-refund-returned = These Stars are back with the person already.
note-refund-under-way = These Stars are on their way back already.
note-question-closed = This question had been closed before.
