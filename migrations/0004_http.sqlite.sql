-- What the jobs API was asked to do, by the caller's own key: the same key is the same order.
CREATE TABLE api_orders (
    id          BLOB PRIMARY KEY,
    user_id     BLOB NOT NULL REFERENCES users (id),
    key         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    UNIQUE (user_id, key)
);
CREATE INDEX api_orders_old ON api_orders (created_at);

-- What the last day is drawn from.
CREATE INDEX generation_jobs_ended ON generation_jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX payments_created ON payments (created_at);
CREATE INDEX users_created ON users (created_at);

-- The processes that run on this database, each as long as it says so.
CREATE TABLE processes (
    id         BLOB PRIMARY KEY,
    version    TEXT NOT NULL,
    started_at TEXT NOT NULL,
    seen_at    TEXT NOT NULL
);
