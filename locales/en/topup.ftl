### Buying credits with Telegram Stars.

topup-packs =
    <b>Top up with Stars</b>
    { $missing ->
        [0] One Star buys one credit, and bigger packs come with a gift.
        [one] You’re { $missing } credit short. Your order starts as soon as you pay.
       *[other] You’re { $missing } credits short. Your order starts as soon as you pay.
    }

    On your balance now: { $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }.
    .exact = Exactly { $missing } ⭐

# $credits is all that the person gets, the gift of $bonus included.
topup-pack =
    { $stars } ⭐ → { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    }{ $bonus ->
        [0] { "" }
       *[other] { " " }🎁 +{ $bonus }
    }

# At most 32 characters.
topup-invoice-title = Credits for { -brand }
# At most 255 characters.
topup-invoice-description =
    { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } for your pictures. They arrive at once and never expire.

topup-invoice =
    <b>The invoice is below</b>
    Pay { $stars } ⭐ and the credits arrive at once.
    .pay = Pay { $stars } ⭐
    .back = ← Another pack
