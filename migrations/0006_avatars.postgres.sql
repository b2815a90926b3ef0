-- Avatars: a person's trained likeness, the photos that it is trained from, and what is left to delete of one.

-- Who trains likenesses, and what goes on where one of them fails. `price` and the first trainer of each kind of hero
-- stand in `trainings`.
CREATE TABLE trainers (
    alias              TEXT PRIMARY KEY,
    provider           TEXT NOT NULL,
    provider_model     TEXT NOT NULL,
    parameters         JSONB NOT NULL,
    time_limit_seconds INTEGER NOT NULL CHECK (time_limit_seconds > 0),
    fallback           TEXT REFERENCES trainers (alias)
);
CREATE TABLE trainings (
    kind    TEXT PRIMARY KEY CHECK (kind IN ('man', 'woman', 'other', 'pet')),
    trainer TEXT NOT NULL REFERENCES trainers (alias),
    price   BIGINT NOT NULL CHECK (price > 0)
);

-- `consent` is the version of the text that the person agreed to. `run_id` is the run whose weights are in use, and
-- `weights` how its provider finds them again. Of a deleted avatar the bare row stays: jobs point to it.
CREATE TABLE avatars (
    id           UUID PRIMARY KEY,
    user_id      UUID NOT NULL REFERENCES users (id),
    key          TEXT NOT NULL UNIQUE,
    name         TEXT,
    kind         TEXT CHECK (kind IN ('man', 'woman', 'other', 'pet')),
    trigger_word TEXT NOT NULL,
    consent      TEXT NOT NULL,
    consented_at TIMESTAMPTZ NOT NULL,
    run_id       UUID,
    provider     TEXT,
    weights      JSONB,
    trained_at   TIMESTAMPTZ,
    touched_at   TIMESTAMPTZ NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    deleted_at   TIMESTAMPTZ
);
CREATE INDEX avatars_user ON avatars (user_id, created_at) WHERE deleted_at IS NULL;
CREATE INDEX avatars_touched ON avatars (touched_at);

-- `key` names the action that added the photo, `print` is a coarse picture of its content by which copies are found.
CREATE TABLE avatar_photos (
    id         UUID PRIMARY KEY,
    avatar_id  UUID NOT NULL REFERENCES avatars (id),
    key        TEXT NOT NULL,
    unique_id  TEXT NOT NULL,
    print      BYTEA NOT NULL,
    thumbnail  BYTEA NOT NULL,
    jpeg       BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX avatar_photos_avatar ON avatar_photos (avatar_id, id);

-- One training each; the columns mean what they mean in `generation_jobs`.
CREATE TABLE training_runs (
    id            UUID PRIMARY KEY,
    user_id       UUID NOT NULL REFERENCES users (id),
    avatar_id     UUID NOT NULL REFERENCES avatars (id),
    key           TEXT NOT NULL UNIQUE,
    trainer       TEXT NOT NULL REFERENCES trainers (alias),
    price         BIGINT NOT NULL CHECK (price > 0),
    state         TEXT NOT NULL CHECK (state IN ('queued', 'submitting', 'running', 'succeeded', 'failed', 'cancelled')),
    attempt       INTEGER NOT NULL DEFAULT 0,
    tries         INTEGER NOT NULL DEFAULT 0,
    task          JSONB,
    progress      REAL,
    failure       TEXT,
    run_at        TIMESTAMPTZ,
    lease_until   TIMESTAMPTZ,
    fence         BIGINT NOT NULL DEFAULT 0,
    trainer_until TIMESTAMPTZ NOT NULL,
    deadline_at   TIMESTAMPTZ NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    finished_at   TIMESTAMPTZ,
    delivered_at  TIMESTAMPTZ
);
CREATE INDEX training_runs_due ON training_runs (run_at) WHERE run_at IS NOT NULL;
CREATE INDEX training_runs_user ON training_runs (user_id, created_at);
CREATE UNIQUE INDEX training_runs_live ON training_runs (avatar_id) WHERE state IN ('queued', 'submitting', 'running');
CREATE INDEX training_runs_trainer ON training_runs (trainer, finished_at) WHERE state = 'succeeded';

-- Weights in pieces, so that no process ever holds a whole file.
CREATE TABLE weight_pieces (
    run_id UUID NOT NULL REFERENCES training_runs (id),
    piece  INTEGER NOT NULL,
    bytes  BYTEA NOT NULL,
    PRIMARY KEY (run_id, piece)
);

-- What providers still hold of a deleted avatar, or of all that a person had (`avatar_id` is null): `traces` shrinks as
-- they confirm, and is empty at the end.
CREATE TABLE erasures (
    id          UUID PRIMARY KEY,
    user_id     UUID NOT NULL REFERENCES users (id),
    avatar_id   UUID REFERENCES avatars (id),
    name        TEXT,
    traces      JSONB NOT NULL,
    photos      INTEGER NOT NULL,
    receipt     BOOLEAN NOT NULL,
    tries       INTEGER NOT NULL DEFAULT 0,
    run_at      TIMESTAMPTZ,
    lease_until TIMESTAMPTZ,
    fence       BIGINT NOT NULL DEFAULT 0,
    created_at  TIMESTAMPTZ NOT NULL,
    done_at     TIMESTAMPTZ
);
CREATE INDEX erasures_due ON erasures (run_at) WHERE run_at IS NOT NULL;

-- A picture with an avatar: whose, and the person's own words where the template asks for them.
ALTER TABLE generation_jobs ADD COLUMN avatar_id UUID REFERENCES avatars (id);
ALTER TABLE generation_jobs ADD COLUMN words TEXT;

INSERT INTO trainers (alias, provider, provider_model, parameters, time_limit_seconds, fallback) VALUES
    ('replicate_flux', 'replicate', 'ostris/flux-dev-lora-trainer:26dce37af90b9d997eeb970d92e47de3064d46c300504ae376c75bef6a9022d2', '{"steps": 1000, "lora_rank": 16, "autocaption": true}', 3600, NULL),
    ('fal_fast', 'fal', 'fal-ai/flux-lora-fast-training', '{"steps": 1000, "create_masks": true, "is_style": false}', 1800, 'replicate_flux'),
    ('fal_portrait', 'fal', 'fal-ai/flux-lora-portrait-trainer', '{"steps": 2500, "subject_crop": true, "multiresolution_training": true}', 2700, 'replicate_flux');

INSERT INTO trainings (kind, trainer, price) VALUES
    ('man', 'fal_portrait', 250),
    ('woman', 'fal_portrait', 250),
    ('other', 'fal_portrait', 250),
    ('pet', 'fal_fast', 200);

-- A likeness is understood by whoever trained it, so the chain holds a model for each of them.
INSERT INTO models (alias, provider, provider_model, parameters, time_limit_seconds, fallback) VALUES
    ('avatar_replicate', 'replicate', 'trained', '{"aspect_ratio": "3:4", "output_format": "jpg", "num_outputs": 1, "go_fast": false}', 180, NULL),
    ('avatar_fal', 'fal', 'fal-ai/flux-lora', '{"image_size": "portrait_4_3", "num_images": 1, "output_format": "jpeg", "enable_safety_checker": true}', 180, 'avatar_replicate');

INSERT INTO categories (id, position, emoji, title_en, title_ru) VALUES
    ('avatars', 7, '👤', 'With your avatar', 'С вашим аватаром');

-- `{subject}` becomes the avatar's trigger word and what it is; `{words}` becomes what the person asks for.
INSERT INTO templates (id, category, position, kind, title_en, title_ru, description_en, description_ru, prompt, model, price, photos, style, enabled) VALUES
    ('avatar_studio', 'avatars', 1, 'avatar', 'Studio portrait', 'Портрет в студии',
     'One lamp, a grey backdrop and nothing but character.',
     'Один источник света, серый фон и только характер.',
     'Editorial studio portrait of {subject}, head and shoulders, looking straight into the camera with a calm, confident expression. A single large softbox from the left, gentle falloff into shadow, charcoal seamless backdrop, a fine catchlight in each eye. Shot on medium format with an 80mm lens at f/4, true skin and hair texture, subtle film grain, muted colours. Sharp focus on the eyes, no text, no watermark.',
     'avatar_fal', 6, 0,
     '{"palette": ["#1e1f24", "#5b5f6b", "#c9c3ba", "#f5efe6"], "scene": "studio", "grade": "none", "effect": "grain", "frame": "none", "caption": "", "sample": "woman"}', TRUE),
    ('avatar_rain', 'avatars', 2, 'avatar', 'Neon rain', 'Неоновый дождь',
     'A night street, wet asphalt and signs that never sleep.',
     'Ночная улица, мокрый асфальт и вывески, которые не спят.',
     'Cinematic night portrait of {subject} under a transparent umbrella on a narrow city street in the rain. Magenta and cyan neon signs out of focus behind, reflections on wet asphalt, raindrops catching the light. Three-quarter view, waist-up, thoughtful glance past the camera. 50mm anamorphic lens at f/2, shallow depth of field, film still, rich contrast, natural face. No readable lettering, no logos.',
     'avatar_fal', 6, 0,
     '{"palette": ["#0a0618", "#ff2e93", "#21e6ff", "#f4f0ff"], "scene": "neon", "grade": "vivid", "effect": "glow", "frame": "none", "caption": "", "sample": "man"}', TRUE),
    ('avatar_orbit', 'avatars', 3, 'avatar', 'First day in orbit', 'Первый день на орбите',
     'The hatch is closed, the Earth is turning, and breakfast is floating.',
     'Люк закрыт, Земля вращается, а завтрак парит рядом.',
     'Photograph of {subject} in a white flight suit aboard an orbital station, floating beside a round window with the blue curve of the Earth outside. Soft earthlight on the face, small objects hovering in zero gravity, cables and panels with believable wear. 35mm lens at f/2.8, waist-up, quiet wonder in the eyes, realistic documentary look. No text, no flags, no extra limbs.',
     'avatar_fal', 7, 0,
     '{"palette": ["#02030a", "#16245c", "#5f7bd9", "#f2f6ff"], "scene": "space", "grade": "cold", "effect": "none", "frame": "none", "caption": "ORBIT 1", "sample": "man"}', TRUE),
    ('avatar_winter', 'avatars', 4, 'avatar', 'Winter letter', 'Зимнее письмо',
     'Snow on the shoulders, warm windows behind and a smile to send home.',
     'Снег на плечах, тёплые окна за спиной и улыбка, которую хочется отправить домой.',
     'Warm holiday portrait of {subject} outdoors on a snowy evening, a thick knitted scarf around the neck, large soft snowflakes in the air and on the shoulders. A wooden house with glowing windows and a string of lights melts into bokeh behind. Blue dusk against warm tungsten light, rosy cheeks, gentle smile. 85mm lens at f/1.8, head and shoulders, photographic, natural colours. No text.',
     'avatar_fal', 6, 0,
     '{"palette": ["#14243d", "#4f6d8f", "#e8b06a", "#fff6e6"], "scene": "snow", "grade": "warm", "effect": "none", "frame": "rounded", "caption": "", "sample": "woman"}', TRUE),
    ('avatar_shore', 'avatars', 5, 'avatar', 'Morning by the sea', 'Утро у моря',
     'Wind from the water, light linen and no plans until noon.',
     'Ветер с воды, светлый лён и никаких планов до полудня.',
     'Candid lifestyle photograph of {subject} on a wide empty beach an hour after sunrise, light linen, hair moved by the sea wind, looking over the shoulder towards the camera. Low golden sun as a rim light, pastel sky, gentle waves out of focus. 85mm lens at f/2, chest-up, airy and relaxed, true-to-life skin tones, slight haze. No other people, no text.',
     'avatar_fal', 6, 0,
     '{"palette": ["#0b6e8f", "#f2a17a", "#ffe3a3", "#fffaf0"], "scene": "beach", "grade": "pastel", "effect": "glow", "frame": "polaroid", "caption": "", "sample": "woman"}', TRUE),
    ('avatar_legend', 'avatars', 6, 'avatar', 'Saga', 'Сага',
     'Furs, mist and a name that will be sung.',
     'Меха, туман и имя, о котором сложат песни.',
     'Epic fantasy portrait of {subject} as the hero of a northern saga, fur-trimmed cloak and engraved leather armour, a ruined stone keep and pine slopes in the mist behind. Overcast soft light, wind in hair and fur, determined look slightly past the camera. 70mm lens at f/2.8, three-quarter view, waist-up, detailed materials, painterly yet photographic. No text, no gore.',
     'avatar_fal', 7, 0,
     '{"palette": ["#14181f", "#3d4a5c", "#8c98a8", "#d9b25f"], "scene": "castle", "grade": "cold", "effect": "none", "frame": "gold", "caption": "", "sample": "man"}', TRUE),
    ('avatar_gallery', 'avatars', 7, 'avatar', 'In the gallery', 'В картинной галерее',
     'Three hundred years of varnish, and still unmistakably you.',
     'Триста лет лака, и всё равно это точно вы.',
     'Seventeenth-century oil painting of {subject}, dark velvet and a delicate lace collar, plain umber background, a single window to the left modelling the face in the manner of the Dutch masters. Visible brushwork in the fabric, fine glazing in the face, faint craquelure, noble and quiet expression. Bust portrait, museum photograph of the canvas. No frame, no signature.',
     'avatar_fal', 7, 0,
     '{"palette": ["#1a0f08", "#5a3a1c", "#b0823f", "#ead7ae"], "scene": "oil", "grade": "sepia", "effect": "oil", "frame": "gold", "caption": "", "sample": "pet"}', TRUE),
    ('avatar_words', 'avatars', 8, 'avatar', 'In your own words', 'Своими словами',
     'Say who and where you would like to be: a baker in Provence, a racing driver, a character of your own book.',
     'Опишите, кем и где хотите оказаться: пекарем в Провансе, гонщиком, героем собственной книги.',
     'Photograph of {subject}: {words}. Coherent light, believable details, the face sharp and true to life, professional composition.',
     'avatar_fal', 8, 0,
     '{"palette": ["#1d2b8f", "#e58fa8", "#ffd91f", "#fff8ef"], "scene": "watercolor", "grade": "vivid", "effect": "none", "frame": "none", "caption": "", "sample": "couple"}', TRUE);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'trainers', 'trainings', 'avatars', 'avatar_photos', 'training_runs', 'weight_pieces', 'erasures'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY service ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;
