### Avatars: from consent over photos to a training, and what there is to do with a trained one.

train-list =
    { $count ->
        [0]
            <b>Your own avatar</b>
            Send a dozen photos once. { -brand } learns what you look like, and from then on you get pictures of yourself without sending any.

            People and pets are equally welcome.
        [one]
            <b>Your avatar</b>
            Tap it to go on where you left off.
       *[other]
            <b>Your avatars</b>
            Tap one to go on where you left off. You can have up to { $limit }.
    }
    .create = { $count ->
        [0] ✨ Make an avatar
       *[other] ✨ One more avatar
    }

# A button. $state is collecting, training or trained.
train-item =
    { $state ->
        [trained] 👤 { $name }
        [training] ⏳ { $name } · in training
       *[collecting] { $named ->
            [no] ✏️ Not named yet
           *[yes] 📷 { $name } · { $photos } of { $max } photos
        }
    }

train-intro =
    <b>How an avatar comes about</b>
    1. You send { $min } to { $max } photos of one person or pet.
    2. We train on them. It takes from a few minutes to half an hour, and you needn’t wait here.
    3. The first picture is a gift. After that, choose templates or describe your own.

    <b>In the picture above:</b> what works, with a tick, and what doesn’t – several people, darkness, blur.

    Price: <b>{ $price ->
        [one] { $price } credit
       *[other] { $price } credits
    }</b>, for a pet { $pet }. If the training fails, they all come back.
    .go_on = Go on

train-consent =
    <b>Before you send photos</b>

    • The face is yours and you are 18 or older, or the person in the photos has agreed – for a child, their parent has.
    • We train a model of this face, and use it for nothing but the pictures you order.
    • For the training, the photos go to an AI service, without your name. Here they are deleted after { $days ->
        [one] { $days } day
       *[other] { $days } days
    }.
    • You can delete the avatar at any time: here, and at the AI service too.
    .agree = I agree
    .back = ← Back

train-name =
    <b>What shall we call the avatar?</b>
    Write a name, for example “Me” or “Rex”. It’s only for you, on the buttons.
    .later = ← Later

train-kind =
    <b>Who is { $name }?</b>
    It helps the training to know what to look for.
    .later = ← Later

train-kind-man = A man
train-kind-woman = A woman
train-kind-other = Another person
train-kind-pet = A pet

train-photos =
    <b>{ $name }: { $photos } of { $max } photos</b>
    { $missing ->
        [0] { $photos ->
            [20] That’s all there’s room for. We can start.
           *[other] That’s enough to start. With more variety it gets better.
        }
        [one] Just { $missing } more to go.
       *[other] Send { $missing } more: as albums, as files or one by one.
    }

    • only { $name } in the photo, the face large and in focus
    • different days, light, clothes and angles
    • no sunglasses, no filters

    You can leave and come back: the photos wait for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }.
    .enough = Enough, go on
    .take_out = Remove a photo
    .delete = Delete this avatar
    .later = ← Later

train-pick =
    <b>Which photo goes?</b>
    { $photos ->
        [one] { $photos } photo is here. Tap its number to remove it.
       *[other] { $photos } photos are here. Tap a number to remove that one.
    }

# $number counts the photos of an album; 0 where only one was sent.
train-refused-same =
    { $number ->
        [0] This photo is already here.
       *[other] Photo { $number } is already here.
    }
train-refused-full =
    { $number ->
        [0] There’s no room for this photo: { $max } is the most.
       *[other] From photo { $number } on there’s no room: { $max } is the most.
    }
train-refused-too-small =
    { $number ->
        [0] This photo is too small: { $width }×{ $height }, and it takes { $min } pixels on the shorter side.
       *[other] Photo { $number } is too small: { $width }×{ $height }, and it takes { $min } pixels on the shorter side.
    }
train-refused-too-many-pixels =
    { $number ->
        [0] This photo is too large. Send it as a photo instead of a file.
       *[other] Photo { $number } is too large. Send it as a photo instead of a file.
    }
train-refused-too-heavy =
    { $number ->
        [0] This file is too heavy. Send it as a photo instead of a file.
       *[other] File { $number } is too heavy. Send it as a photo instead of a file.
    }
train-refused-not-a-picture =
    { $number ->
        [0] This isn’t a picture.
       *[other] Number { $number } isn’t a picture.
    }
train-refused-broken =
    { $number ->
        [0] This photo won’t open. The file seems damaged.
       *[other] Photo { $number } won’t open. The file seems damaged.
    }
train-refused-unreachable =
    { $number ->
        [0] Telegram didn’t hand this photo over. Please send it once more.
       *[other] Telegram didn’t hand photo { $number } over. Please send it once more.
    }

train-confirm =
    <b>{ $name }: shall we train?</b>
    { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }, { $kind ->
        [man] a man
        [woman] a woman
        [pet] a pet
       *[other] a person
    }. It takes from a few minutes to half an hour, and the news comes here by itself.

    Price: <b>{ $price ->
        [one] { $price } credit
       *[other] { $price } credits
    }</b>, you have { $balance }. The first picture is included. If it doesn’t work out, your credits come back.
    .pay =
        ✨ Train · { $price ->
            [one] { $price } credit
           *[other] { $price } credits
        }
    .more = More photos

train-training =
    <b>{ $name } is being trained</b>
    { $state ->
        [queued] In line – it starts in a moment.
        [finishing] The last steps…
       *[training] Getting to know every feature…
    }

    <code>{ $bar }</code> { $percent }%
    { $minutes ->
        [0] You can leave this page: the avatar will come here by itself.
        [one] About { $minutes } minute left. You can leave this page: the avatar will come here by itself.
       *[other] About { $minutes } minutes left. You can leave this page: the avatar will come here by itself.
    }
    .call_off = Cancel the training

train-avatar =
    <b>{ $name }</b>
    { $kind ->
        [man] A man
        [woman] A woman
        [pet] A pet
       *[other] A person
    }, trained on { $date }.
    .pictures = 🖼 Choose a picture
    .rename = Rename
    .retrain = Train again
    .delete = Delete

train-rename =
    <b>A new name for { $name }</b>
    Write it in your next message.

train-delete =
    <b>Delete { $named ->
        [no] this avatar
       *[yes] { $name }
    }?</b>

    Photos and likeness go at once here and then at the AI service too; you’ll get a note when it’s done.{ $state ->
        [training] { " " }The training stops, and its price comes back.
       *[other] { "" }
    }
    Pictures that were made stay in the chat. This can’t be undone.
    .delete_avatar = Delete for good
    .keep = ← Keep it
