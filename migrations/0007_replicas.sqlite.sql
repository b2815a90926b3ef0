-- What several processes share. One file has one process, so that nobody has to be woken and nobody shares limits.

-- Deeds that one process at a time does: who does it, and until when it counts without being renewed.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder BLOB NOT NULL,
    until  TEXT NOT NULL
);

-- The looks of a worker and of a screen, which must not grow with what is finished.
CREATE INDEX generation_jobs_waiting ON generation_jobs (created_at) WHERE state = 'queued';
CREATE INDEX generation_jobs_usual ON generation_jobs (model, finished_at DESC) WHERE state = 'succeeded';
