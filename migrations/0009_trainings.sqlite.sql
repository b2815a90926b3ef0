-- When a training was last handed to a trainer: until when its answer, or a webhook in its place, is waited for.
ALTER TABLE training_runs ADD COLUMN submitted_at TEXT;
