### When something is not as it should be.

error-trouble = Something broke on our side. Nothing is lost – please try again in a minute.
error-private-only = I only work in a private chat. Come over: @{ $bot }
rate-limited = That’s a lot of messages at once. Give me a few seconds, then go on.

## Photos that cannot be used

photo-too-small = This photo is too small: { $width }×{ $height }. It should be at least { $min } pixels on the shorter side – send a larger one, as a file if need be.
photo-too-many-pixels = This photo is too large: { $megapixels } megapixels. Up to { $max } will do – send it as a photo instead of a file, and Telegram will make it smaller.
photo-too-heavy = This file is over { $max } MB. Send it as a photo instead of a file, and Telegram will make it lighter.
photo-not-a-picture = This doesn’t look like a picture. Please send a photo: JPEG, PNG or WebP.
photo-broken = This picture won’t open – the file seems damaged. Please send it again, or choose another one.
photo-unreachable = Telegram didn’t hand the photo over. Please send it once more.
photo-too-many =
    That’s too many photos. Please send no more than { $max ->
        [one] { $max } photo
       *[other] { $max } photos
    } at once.

## Why a payment is refused; Telegram shows it when “Pay” is tapped

checkout-expired = This invoice has expired. Open /topup to get a new one. No Stars were taken.
checkout-foreign = This invoice was made for someone else. Open /topup to get your own.
checkout-repriced = The price of this pack has changed. Open /topup to see the new one. No Stars were taken.
checkout-paid = This invoice is already paid, and the credits are on your balance.
checkout-under-way = This invoice is being paid at this very moment. If the payment breaks off, try again in half a minute. No Stars were taken twice.
checkout-closed = Payments are closed for a short while. Please try again in a few minutes. No Stars were taken.

## What Telegram shows about the bot: at most 512 and 120 characters

bot-description =
    Send a photo – get a picture you’d want to hang on the wall.

    By the fireplace on Christmas Eve, at the wheel of a classic car, in a knight’s armour or among the stars: choose a template, and { -brand } paints you into it in about a minute.

    The first credits are a gift. After that you pay with Telegram Stars, and only for pictures that came out.
bot-short-description = Turns your photo into a picture: Christmas, cars, travel, fantasy, art. The first credits are a gift.
