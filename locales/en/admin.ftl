### What admins get to see.

## Telegram's command menu

command-stats-admin = People, orders and Stars
command-user-admin = All about a person
command-grant-admin = Give credits
command-take-admin = Take credits back
command-refund-admin = Give the Stars of a payment back
command-jobs-admin = Orders in trouble
command-templates-admin = Templates: on, off, price, place
command-ban-admin = Ban a person
command-unban-admin = Let a banned person in again
command-maintenance-admin = Stop new orders for a while

## How commands are used; $name is a username with its @, $charge and $title are examples

admin-help =
    <b>For admins</b>

    { $entries }

    What everybody can do is explained below.
admin-usage =
    { $reason }

    { $text }
admin-usage-stats =
    /stats
    New people, orders and Stars: today, 7 and 30 days.
admin-usage-user =
    <code>/user { $name }</code>
    A person’s balance, payments and orders, by username or Telegram number.
admin-usage-grant =
    <code>/grant { $name } 50 for your patience</code>
    Gives credits; the person is told, the reason stays in our books.
admin-usage-take =
    <code>/take { $name } 50 granted by mistake</code>
    Takes credits, as far as they are there.
admin-usage-refund =
    <code>/refund { $charge } bought by mistake</code>
    Gives the Stars of a payment back, by Telegram’s number of it: see /user. With the word <code>force</code> behind the number also when the credits are spent.
admin-usage-jobs =
    /jobs
    Orders that are stuck or have failed, with buttons to repeat or cancel them.
admin-usage-templates =
    <code>/templates { $title } off</code>
    Also <code>on</code>, <code>price 7</code>, <code>place 1</code>. Without anything, /templates lists them all.
admin-usage-ban =
    <code>/ban { $name } sends what is not allowed</code>
    From then on the person gets one short answer, and nothing else.
admin-usage-unban =
    <code>/unban { $name }</code>
    Lets a banned person in again.
admin-usage-maintenance =
    <code>/maintenance on</code>
    Stops new orders; those under way are finished. <code>off</code> goes on as usual.

admin-flaw-incomplete = Something is missing.
admin-flaw-whom = I can’t tell whom you mean: write a username with its @, or a Telegram number.
admin-flaw-number = The sum is not a number.
admin-flaw-digits = Please write the number with the digits 0 to 9.
admin-flaw-negative = The sum can’t be negative.
admin-flaw-zero = The sum can’t be zero.
admin-flaw-fraction = The sum has to be a whole number, without points and commas.
admin-flaw-too-much = That is more than one command may do.
admin-flaw-change = I don’t know that word here.

admin-unknown-person = I know no such person. They have to have written to the bot at least once.
# $text is a list of Telegram numbers.
admin-several-people = Several people have had that name. Use the number instead: { $text }

## Asked before it is done

admin-confirm-grant = Give { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } to { $person }?
admin-confirm-take = Take { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } from { $person }, who has { $balance }?
admin-confirm-refund = Give { $stars } ⭐ back to { $person }?
admin-confirm-spent =
    <b>The credits are partly spent</b>
    { $person } got { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } for { $stars } ⭐, and has { $balance } left. Given back all the same, the rest is the house’s loss. Go on?
admin-confirm-yes = Yes, do it
admin-confirm-no = No
admin-dropped = All right, nothing was done.
admin-gone = I don’t know any more what that was about. Nothing was done.

## What was done

admin-granted =
    <b>{ $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } given</b>
    { $person } has { $balance } now, and is told.
admin-taken =
    <b>{ $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } taken</b>
    { $person } has { $balance } now.
admin-take-short = { $person } has only { $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }. Nothing was taken.
admin-refunding =
    <b>{ $stars } ⭐ are on their way back</b>
    { $person } will be told once they are there, and so will you.
    <code>{ $charge }</code>
admin-banned =
    <b>{ $person } is banned</b>
    Payments are still booked; everything else gets one short answer.
admin-unbanned = { $person } may use the bot.
admin-ban-admin = Admins can’t be banned. Take them out of the settings first.
admin-maintenance =
    { $state ->
        [on]
            <b>No new orders</b>
            Orders under way are finished, payments are booked, and people are told kindly.
       *[off]
            <b>Open again</b>
            New orders are taken.
    }
admin-maintenance-is =
    { $state ->
        [on] No new orders are taken at the moment. <code>/maintenance off</code> opens again.
       *[off] New orders are taken. <code>/maintenance on</code> stops them.
    }
admin-retried = The order begins anew. What had been given back is paid by the house.
admin-called-off = The order is cancelled, the credits are back, and the person is told.
admin-job-over = This order has ended or was repeated before. Nothing was done.
admin-photos-gone = The photos of this order are deleted by now; the person has to send them again. Nothing has been done.
admin-avatar-gone = The avatar of this order is deleted. Nothing has been done.
admin-template-gone = The template of this order cannot be had any more. Nothing has been done.

## Templates; $name is a template's short name, $number its place on its shelf

admin-templates =
    <b>Templates</b>
    { $entries }

    Change one: <code>/templates { $title } price 7</code>
admin-template-line =
    { $state ->
        [on] 🟢
       *[off] ⚪️
    } <code>{ $name }</code> · { $title } · { $price }
admin-template =
    { $text }
    Place { $number } on its shelf.
admin-template-unknown = There is no template of that name. /templates lists them.

## A person

admin-user =
    <b>{ $person }</b>
    Language: { $language }{ $state ->
        [banned] { "" }
            Banned.
        [blocked] { "" }
            Has blocked the bot.
       *[fine] { "" }
    }
    Balance: { $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }, held: { $held }

    { $count ->
        [0] No payments.
       *[other] { $payments }
    }

    { $total ->
        [0] No orders.
       *[other] { $entries }
    }

## How it goes

# $text is a list of templates, $payments one of providers.
admin-stats =
    <b>How it goes</b>

    { $entries }

    <b>Templates, 30 days</b>
    { $count ->
        [0] No orders.
       *[other] { $text }
    }

    <b>Providers, 30 days</b>
    { $count ->
        [0] No orders.
       *[other] { $payments }
    }
# $percent is the share of orders that brought a picture, $seconds the time that half of them stayed below.
admin-stats-period =
    <b>{ $days ->
        [1] Today
       *[other] { $days } days
    }</b>
    New people: { $people } · Orders: { $total }
    { $count ->
        [0] No order has ended yet
       *[other] Made: { $percent } %, half of them within { $seconds } s
    }
    Stars: { $stars } ⭐ in, { $back } ⭐ back · Credits given: { $credits }
admin-stats-share = { $name } · { $total } · { $percent } %
admin-stats-chart = Orders, 30 days
admin-stats-made = made
admin-stats-failed = failed

## Orders in trouble

admin-jobs =
    { $total ->
        [0]
            <b>No order is in trouble</b>
            None has been under way for long, and none has failed since yesterday.
       *[other]
            <b>Orders in trouble</b>
            { $entries }

            ↻ begins an order anew, ✕ cancels it.
    }
# $name is the model.
admin-job-line =
    { $number }. { $title } · { $name } · { $state }
    { $person } · { $minutes ->
        [one] { $minutes } minute ago
       *[other] { $minutes } minutes ago
    }

## For everybody

note-banned = You can’t use this bot any more.
note-maintenance = We’re mending something and take no new orders for a short while. What’s under way will be finished, and nothing is lost.
