-- Models: how they take photos, how many, and what one picture costs us (in millionths of a US dollar, as far as known).
ALTER TABLE models ADD COLUMN photo_input TEXT;
ALTER TABLE models ADD COLUMN photo_many BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE models ADD COLUMN max_photos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE models ADD COLUMN cost_micros BIGINT;

UPDATE models SET photo_input = 'input_image', max_photos = 1, cost_micros = 40000 WHERE alias = 'flux_kontext';
UPDATE models SET photo_input = 'image_urls', photo_many = TRUE, max_photos = 4, cost_micros = 40000 WHERE alias = 'flux_kontext_multi';
UPDATE models SET photo_input = 'images', photo_many = TRUE, max_photos = 4 WHERE alias IN ('nano_banana', 'nano_banana_pro');
UPDATE models SET photo_input = 'image_urls', photo_many = TRUE, max_photos = 4, cost_micros = 39000 WHERE alias = 'nano_banana_fal';

-- With these the chains of all templates reach every provider, so that any one key is enough to begin with.
INSERT INTO models (alias, provider, provider_model, parameters, time_limit_seconds, fallback, photo_input, photo_many, max_photos, cost_micros) VALUES
    ('flux_lora', 'fal', 'fal-ai/flux-lora', '{"image_size": "portrait_4_3", "num_images": 1, "num_inference_steps": 28, "guidance_scale": 3.5, "enable_safety_checker": true, "output_format": "jpeg"}', 90, NULL, NULL, FALSE, 0, 35000),
    ('flux_kontext_fal', 'fal', 'fal-ai/flux-pro/kontext', '{"aspect_ratio": "3:4", "output_format": "jpeg", "num_images": 1}', 60, NULL, 'image_url', FALSE, 1, 40000),
    ('nano_banana_defapi', 'defapi', 'google/nano-banana', '{"aspect_ratio": "3:4"}', 120, NULL, 'images', TRUE, 4, NULL),
    ('nano_banana_replicate', 'replicate', 'google/nano-banana', '{"aspect_ratio": "3:4", "output_format": "jpg"}', 120, 'nano_banana_defapi', 'image_input', TRUE, 4, 39000);
UPDATE models SET fallback = 'flux_kontext_fal' WHERE alias = 'flux_kontext';
UPDATE models SET fallback = 'nano_banana_replicate' WHERE alias = 'flux_kontext_multi';

-- Jobs. `submitted_at`: when the last submit began. `news`: a webhook spoke of the job since it was claimed, so that it
-- is due again as soon as it is given back.
ALTER TABLE generation_jobs ADD COLUMN submitted_at TIMESTAMPTZ;
ALTER TABLE generation_jobs ADD COLUMN news BOOLEAN NOT NULL DEFAULT FALSE;

-- A row is due when both its time and its lease have come; asking for that must not cost more with each row that waits.
DROP INDEX generation_jobs_due;
CREATE INDEX generation_jobs_due ON generation_jobs ((CASE WHEN lease_until > run_at THEN lease_until ELSE run_at END)) WHERE run_at IS NOT NULL;
CREATE INDEX generation_jobs_at_provider ON generation_jobs (model) WHERE state IN ('submitting', 'running');

-- The providers as all replicas see them. `max_running` and `submits_per_minute` are the provider's own limits, null for
-- none; the rest is a circuit breaker. Times are milliseconds since 1970, so that both engines reckon alike.
CREATE TABLE providers (
    name               TEXT PRIMARY KEY,
    max_running        INTEGER CHECK (max_running > 0),
    submits_per_minute INTEGER CHECK (submits_per_minute > 0),
    failures           BIGINT NOT NULL DEFAULT 0,
    rests_until        BIGINT NOT NULL DEFAULT 0,
    next_submit        BIGINT NOT NULL DEFAULT 0
);
INSERT INTO providers (name, submits_per_minute) VALUES ('defapi', NULL), ('fal', NULL), ('replicate', 600), ('painter', NULL);

-- Webhooks that have been heeded; a second delivery changes nothing.
CREATE TABLE provider_events (
    provider TEXT NOT NULL,
    event    TEXT NOT NULL,
    seen_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider, event)
);
CREATE INDEX provider_events_seen ON provider_events (seen_at);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['providers', 'provider_events'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY service ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;
