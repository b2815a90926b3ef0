### Покупка кредитов за звёзды Telegram.

topup-packs =
    <b>Пополнить баланс звёздами</b>
    { $missing ->
        [0] Одна звезда — один кредит, а к большим наборам есть подарок.
        [one] Не хватает { $missing } кредита. После оплаты заказ начнёт выполняться сам.
       *[many] Не хватает { $missing } кредитов. После оплаты заказ начнёт выполняться сам.
    }

    Сейчас на балансе { $balance ->
        [one] { $balance } кредит
        [few] { $balance } кредита
       *[many] { $balance } кредитов
    }.
    .exact = Ровно { $missing } ⭐

# $credits – всё, что получит человек, вместе с подарком $bonus.
topup-pack =
    { $stars } ⭐ → { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    }{ $bonus ->
        [0] { "" }
       *[many] { " " }🎁 +{ $bonus }
    }

# Не длиннее 32 знаков.
topup-invoice-title = Кредиты { -brand }
# Не длиннее 255 знаков.
topup-invoice-description =
    { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    } на ваши картинки. Приходят сразу и не сгорают.

topup-invoice =
    <b>Счёт — ниже</b>
    Оплатите { $stars } ⭐, и кредиты придут сразу.
    .pay = Заплатить { $stars } ⭐
    .back = ← Другой набор
