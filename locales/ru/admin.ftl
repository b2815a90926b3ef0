### Что видят админы.

## Меню команд в Telegram

command-stats-admin = Люди, заказы и звёзды
command-user-admin = Всё о человеке
command-grant-admin = Подарить кредиты
command-take-admin = Снять кредиты
command-refund-admin = Вернуть звёзды за платёж
command-jobs-admin = Заказы, с которыми беда
command-templates-admin = Шаблоны: показать, скрыть, цена, место
command-ban-admin = Закрыть бот для человека
command-unban-admin = Снова открыть бот для человека
command-maintenance-admin = Остановить новые заказы

## Как пользоваться командами; $name – имя с @, $charge и $title – примеры

admin-help =
    <b>Для админов</b>

    { $entries }

    О том, что умеют все, — ниже.
admin-usage =
    { $reason }

    { $text }
admin-usage-stats =
    /stats
    Новые люди, заказы и звёзды: сегодня, за 7 и за 30 дней.
admin-usage-user =
    <code>/user { $name }</code>
    Баланс, платежи и заказы человека — по имени с @ или по номеру в Telegram.
admin-usage-grant =
    <code>/grant { $name } 50 за терпение</code>
    Дарит кредиты; человек об этом узнает, а причина останется в наших книгах.
admin-usage-take =
    <code>/take { $name } 50 начислено по ошибке</code>
    Снимает кредиты — столько, сколько есть.
admin-usage-refund =
    <code>/refund { $charge } куплено по ошибке</code>
    Возвращает звёзды за платёж по его номеру в Telegram: он виден в /user. Со словом <code>force</code> после номера — и тогда, когда кредиты потрачены.
admin-usage-jobs =
    /jobs
    Заказы, которые застряли или не вышли, — с кнопками, чтобы повторить или отменить.
admin-usage-templates =
    <code>/templates { $title } off</code>
    Ещё бывает <code>on</code>, <code>price 7</code>, <code>place 1</code>. А просто /templates покажет все шаблоны.
admin-usage-ban =
    <code>/ban { $name } присылает запрещённое</code>
    С этой минуты человек получает один короткий ответ, и больше ничего.
admin-usage-unban =
    <code>/unban { $name }</code>
    Снова открывает бот для человека.
admin-usage-maintenance =
    <code>/maintenance on</code>
    Останавливает новые заказы; начатые будут закончены. <code>off</code> — снова как обычно.

admin-flaw-incomplete = Чего-то не хватает.
admin-flaw-whom = Непонятно, о ком речь: нужно имя с @ или номер в Telegram.
admin-flaw-number = Сумма — не число.
admin-flaw-digits = Напишите, пожалуйста, число цифрами от 0 до 9.
admin-flaw-negative = Сумма не может быть отрицательной.
admin-flaw-zero = Сумма не может быть нулём.
admin-flaw-fraction = Сумма должна быть целым числом, без точек и запятых.
admin-flaw-too-much = Это больше, чем можно одной командой.
admin-flaw-change = Такого слова здесь нет.

admin-unknown-person = Такого человека здесь не знают. Он должен хотя бы раз написать боту.
# $text – список номеров в Telegram.
admin-several-people = Под этим именем бывали разные люди. Укажите номер: { $text }

## Вопрос перед делом

admin-confirm-grant =
    { $person }: подарить { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    }?
admin-confirm-take =
    { $person }: снять { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    }? На балансе { $balance }.
admin-confirm-refund = { $person }: вернуть { $stars } ⭐?
admin-confirm-spent =
    <b>Часть кредитов потрачена</b>
    { $person }: за { $stars } ⭐ { $credits ->
        [one] начислен { $credits } кредит
        [few] начислено { $credits } кредита
       *[many] начислено { $credits } кредитов
    }, на балансе осталось { $balance }. Если всё же вернуть звёзды, разница будет за наш счёт. Возвращаем?
admin-confirm-yes = Да
admin-confirm-no = Нет
admin-dropped = Хорошо, ничего не сделано.
admin-gone = Уже не вспомнить, о чём это было. Ничего не сделано.

## Что сделано

admin-granted =
    <b>{ $credits ->
        [one] Подарен { $credits } кредит
        [few] Подарено { $credits } кредита
       *[many] Подарено { $credits } кредитов
    }</b>
    { $person }: теперь на балансе { $balance }. Человек об этом узнает.
admin-taken =
    <b>{ $credits ->
        [one] Снят { $credits } кредит
        [few] Снято { $credits } кредита
       *[many] Снято { $credits } кредитов
    }</b>
    { $person }: теперь на балансе { $balance }.
admin-take-short = { $person }: на балансе только { $balance ->
        [one] { $balance } кредит
        [few] { $balance } кредита
       *[many] { $balance } кредитов
    }. Ничего не снято.
admin-refunding =
    <b>{ $stars } ⭐ уже в пути обратно</b>
    { $person } узнает, когда они дойдут, и вы тоже.
    <code>{ $charge }</code>
admin-banned =
    <b>Бот закрыт: { $person }</b>
    Платежи по-прежнему учитываются, на всё остальное — один короткий ответ.
admin-unbanned = Бот открыт: { $person }.
admin-ban-admin = Для админа бот не закрыть. Сначала уберите его из настроек.
admin-maintenance =
    { $state ->
        [on]
            <b>Новых заказов не берём</b>
            Начатые будут закончены, платежи учтены, а людям всё объяснят.
       *[off]
            <b>Снова открыто</b>
            Новые заказы принимаются.
    }
admin-maintenance-is =
    { $state ->
        [on] Сейчас новые заказы не принимаются. <code>/maintenance off</code> откроет снова.
       *[off] Новые заказы принимаются. <code>/maintenance on</code> остановит.
    }
admin-retried = Заказ начат заново. Если кредиты уже вернулись, платим мы.
admin-called-off = Заказ отменён, кредиты вернулись, человеку сообщили.
admin-job-over = Этот заказ уже закончен или повторён. Ничего не сделано.
admin-photos-gone = Фото этого заказа уже удалены: пусть человек пришлёт их снова. Ничего не сделано.
admin-avatar-gone = Аватар из этого заказа удалён. Ничего не сделано.
admin-template-gone = Шаблон этого заказа больше не предлагается. Ничего не сделано.

## Шаблоны; $name – короткое имя шаблона, $number – место на полке

admin-templates =
    <b>Шаблоны</b>
    { $entries }

    Изменить: <code>/templates { $title } price 7</code>
admin-template-line =
    { $state ->
        [on] 🟢
       *[off] ⚪️
    } <code>{ $name }</code> · { $title } · { $price }
admin-template =
    { $text }
    Место на полке: { $number }.
admin-template-unknown = Шаблона с таким именем нет. Все — в /templates.

## Человек

admin-user =
    <b>{ $person }</b>
    Язык: { $language }{ $state ->
        [banned] { "" }
            Бот для него закрыт.
        [blocked] { "" }
            Заблокировал бота.
       *[fine] { "" }
    }
    На балансе { $balance ->
        [one] { $balance } кредит
        [few] { $balance } кредита
       *[many] { $balance } кредитов
    }, отложено: { $held }

    { $count ->
        [0] Платежей нет.
       *[other] { $payments }
    }

    { $total ->
        [0] Заказов нет.
       *[other] { $entries }
    }

## Как идут дела

# $text – список шаблонов, $payments – провайдеров.
admin-stats =
    <b>Как идут дела</b>

    { $entries }

    <b>Шаблоны за 30 дней</b>
    { $count ->
        [0] Заказов нет.
       *[other] { $text }
    }

    <b>Провайдеры за 30 дней</b>
    { $count ->
        [0] Заказов нет.
       *[other] { $payments }
    }
# $percent – доля заказов, из которых вышла картинка; за $seconds успевает половина из них.
admin-stats-period =
    <b>{ $days ->
        [1] Сегодня
        [one] { $days } день
        [few] { $days } дня
       *[many] { $days } дней
    }</b>
    Новые люди: { $people } · Заказы: { $total }
    { $count ->
        [0] Ни один заказ ещё не закончен
       *[other] Получилось: { $percent } %, половина — за { $seconds } с
    }
    Звёзды: пришло { $stars } ⭐, вернули { $back } ⭐ · Подарено кредитов: { $credits }
admin-stats-share = { $name } · { $total } · { $percent } %
admin-stats-chart = Заказы за 30 дней
admin-stats-made = получилось
admin-stats-failed = не вышло

## Заказы, с которыми беда

admin-jobs =
    { $total ->
        [0]
            <b>Все заказы в порядке</b>
            Ни один не застрял, и со вчерашнего дня все получились.
       *[other]
            <b>Заказы, с которыми беда</b>
            { $entries }

            ↻ начинает заказ заново, ✕ отменяет.
    }
# $name – модель.
admin-job-line =
    { $number }. { $title } · { $name } · { $state }
    { $person } · { $minutes ->
        [one] { $minutes } минуту назад
        [few] { $minutes } минуты назад
       *[many] { $minutes } минут назад
    }

## Для всех

note-banned = Этот бот для вас закрыт.
note-maintenance = Мы кое-что чиним и ненадолго перестали принимать новые заказы. Начатые будут закончены, ничего не пропадёт.
