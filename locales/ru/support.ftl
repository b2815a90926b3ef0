### Админ и вопрос об оплате.

support-question =
    <b>Вопрос { $number } — { $person }</b>
    <blockquote>{ $text }</blockquote>
    { $count ->
        [0] Платежей нет.
       *[other] { $payments }
    }

    { $total ->
        [0] Заказов нет.
       *[other] { $entries }
    }

    На балансе { $balance ->
        [one] { $balance } кредит
        [few] { $balance } кредита
       *[many] { $balance } кредитов
    }.

    Напишите ответ следующим сообщением на языке этого человека — он придёт прямо в его чат.
    .decline = Вежливо отказать

# $charge – номер платежа в Telegram.
support-payment =
    { $date } · { $stars } ⭐ { $state ->
        [returned] возвращены ·
        [chosen] ↩ по кнопке ·
       *[open] ·
    } <code>{ $charge }</code>
support-order =
    { $date } · { $title } · { $price ->
        [one] { $price } кредит
        [few] { $price } кредита
       *[many] { $price } кредитов
    } · { $state ->
        [succeeded] готово
        [failed] не вышло, деньги возвращены
        [cancelled] отменён, деньги возвращены
       *[queued] в работе
    }

support-sure =
    <b>Это большая сумма</b>
    { $person }: оплачено { $stars } ⭐. Возвращаем?
    .yes = Да, вернуть

support-spent =
    <b>Часть кредитов потрачена</b>
    { $person }: за { $stars } ⭐ { $credits ->
        [one] начислен { $credits } кредит
        [few] начислено { $credits } кредита
       *[many] начислено { $credits } кредитов
    }, на балансе осталось { $balance }. Если всё же вернуть звёзды, разница будет за наш счёт.
    .force = Всё равно вернуть

support-closed =
    { $state ->
        [returned]
            <b>Звёзды уже в пути</b>
            { $person } узнает, когда они дойдут, и вы тоже.
        [answered]
            <b>Вопрос { $number }: ответ отправлен</b>
            { $person } получит ваши слова:
            { $text }
        [declined]
            <b>Вопрос { $number }: вежливый отказ</b>
            { $person } получит его от нас.
       *[open]
            <b>Вопрос { $number } ещё открыт</b>
            { $person } ждёт ответа.
    }

note-refund-unknown = Платежа с таким номером нет.
note-refund-returned = Эти звёзды уже вернулись к человеку.
note-refund-under-way = Эти звёзды уже в пути обратно.
note-question-closed = Этот вопрос уже закрыт.
