### From choosing a template to a picture under way.

generate-categories =
    <b>What shall we make?</b>
    { $photos ->
        [0] Choose a category and have a look around.
        [one] Your photo is here. Choose a category and find a template for it.
       *[other] Your { $photos } photos are here. Choose a category and find a template for them.
    }
    .order = ⏳ To your order

generate-gallery =
    <b>{ $title }</b>
    { $description }

    { $price ->
        [one] { $price } credit
       *[other] { $price } credits
    } · { $photos ->
        [0] with your avatar
        [one] { $photos } photo needed
       *[other] { $photos } photos needed
    }
    .previous = ◀
    .position = { $number }/{ $total }
    .next = ▶
    .choose = ✨ I want this one
    .shelves = All categories

generate-photo =
    <b>{ $title }</b>
    { $wanted ->
        [one] { $subject ->
            [car] Send a photo of the car.
            [pet] Send a photo of your pet.
           *[person] Send a photo of whoever should be in it.
        }
       *[other] { $got ->
            [0] This one needs { $wanted } photos. Send them together or one by one.
           *[other] { $got } of { $wanted } photos here. Please send the next one.
        }
    }

    What works best:
    { $subject ->
        [car] • the whole car, from the side or three-quarters
        [pet] • your pet close up, eyes open and in focus
       *[person] • the face close up, in focus and uncovered: no sunglasses, no filters
    }
    • soft, even light

generate-which =
    <b>Which photo shall we take?</b>
    You sent { $count ->
        [one] { $count } photo
       *[other] { $count } photos
    }, and this template needs one. The numbers go in the order you sent them.

generate-confirm =
    <b>{ $title }</b>
    { $photos ->
        [0] { $avatar } is ready to pose.
        [one] The photo is ready.
        [2] Both photos are ready.
       *[other] All { $photos } photos are ready.
    } Shall we make it?{ $worded ->
        [no] { "" }
       *[yes]
            { "" }
            <blockquote>{ $words }</blockquote>
    }

    Price: <b>{ $price ->
        [one] { $price } credit
       *[other] { $price } credits
    }</b>, you have { $balance }. If it doesn’t work out, your credits come back.
    .pay =
        ✨ Make it · { $price ->
            [one] { $price } credit
           *[other] { $price } credits
        }
    .replace = { $photos ->
        [one] Another photo
       *[other] Other photos
    }
    .shelves = Another template
    .rewrite = Other words
    .other_avatar = Another avatar

generate-whose =
    <b>{ $title }</b>
    Who shall be in the picture?

generate-words =
    <b>{ $title }</b>
    Write what you’d like to see: who you are there, where, in what light and mood. For example: <i>an astronaut drinking tea by the window of a space station</i>.

    Up to { $max ->
        [one] { $max } letter
       *[other] { $max } letters
    }.

generate-working =
    <b>{ $title }</b>
    { $state ->
        [queued] { $ahead ->
            [-1] In line – we’ll start in a moment.
            [0] You’re next in line.
            [one] { $ahead } picture ahead of yours.
           *[other] { $ahead } pictures ahead of yours.
        }
        [finishing] The last strokes…
       *[painting] Painting your picture…
    }

    <code>{ $bar }</code> { $percent }%
    { $seconds ->
        [0] You can put the phone down: the picture will come here by itself.
        [one] About { $seconds } second left. The picture will come here by itself.
       *[other] About { $seconds } seconds left. The picture will come here by itself.
    }
    .cancel_order = Cancel
