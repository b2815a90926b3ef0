-- The tables of the first day.

-- People. `language` is what they chose, `language_code` what their Telegram speaks.
CREATE TABLE users (
    id            UUID PRIMARY KEY,
    telegram_id   BIGINT NOT NULL UNIQUE,
    first_name    TEXT NOT NULL,
    username      TEXT,
    language_code TEXT,
    language      TEXT CHECK (language IN ('en', 'ru')),
    created_at    TIMESTAMPTZ NOT NULL,
    blocked_at    TIMESTAMPTZ,
    deleted_at    TIMESTAMPTZ
);
CREATE INDEX users_username ON users (lower(username));

-- The ledger. A person has two accounts: what they can spend, and what is held for jobs under way. The accounts of
-- the house have no running balance: they may go below zero, and nobody waits in line to change them.
CREATE TABLE accounts (
    id      UUID PRIMARY KEY,
    user_id UUID REFERENCES users (id),
    kind    TEXT NOT NULL CHECK (kind IN ('available', 'held', 'grants', 'stars', 'sales')),
    balance BIGINT,
    CONSTRAINT accounts_balance CHECK (balance >= 0),
    CONSTRAINT accounts_owner CHECK ((user_id IS NULL) = (balance IS NULL)),
    UNIQUE (user_id, kind)
);
CREATE TABLE ledger_transactions (
    id         UUID PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('grant', 'topup', 'hold', 'capture', 'void', 'refund', 'take')),
    key        TEXT NOT NULL UNIQUE,
    user_id    UUID NOT NULL REFERENCES users (id),
    job_id     UUID,
    reason     TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ledger_transactions_user ON ledger_transactions (user_id, created_at);
CREATE TABLE ledger_entries (
    transaction_id UUID NOT NULL REFERENCES ledger_transactions (id),
    account_id     UUID NOT NULL REFERENCES accounts (id),
    amount         BIGINT NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (transaction_id, account_id)
);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id);
CREATE FUNCTION ledger_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed, only added to';
END $$;
CREATE TRIGGER ledger_transactions_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final();
CREATE TRIGGER ledger_entries_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final();

INSERT INTO accounts (id, user_id, kind, balance) VALUES
    ('00000000-0000-0000-0000-000000000001', NULL, 'grants', NULL),
    ('00000000-0000-0000-0000-000000000002', NULL, 'stars', NULL),
    ('00000000-0000-0000-0000-000000000003', NULL, 'sales', NULL);

-- What can be ordered. A template names a model by foreign key, so an undefined model cannot exist.
CREATE TABLE models (
    alias              TEXT PRIMARY KEY,
    provider           TEXT NOT NULL,
    provider_model     TEXT NOT NULL,
    parameters         JSONB NOT NULL,
    time_limit_seconds INTEGER NOT NULL CHECK (time_limit_seconds > 0),
    fallback           TEXT REFERENCES models (alias)
);
CREATE TABLE categories (
    id       TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    emoji    TEXT NOT NULL,
    title_en TEXT NOT NULL,
    title_ru TEXT NOT NULL
);
CREATE TABLE templates (
    id             TEXT PRIMARY KEY,
    category       TEXT NOT NULL REFERENCES categories (id),
    position       INTEGER NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('photo', 'avatar')),
    title_en       TEXT NOT NULL,
    title_ru       TEXT NOT NULL,
    description_en TEXT NOT NULL,
    description_ru TEXT NOT NULL,
    prompt         TEXT NOT NULL,
    model          TEXT NOT NULL REFERENCES models (alias),
    price          BIGINT NOT NULL CHECK (price > 0),
    photos         INTEGER NOT NULL CHECK (photos BETWEEN 0 AND 4),
    style          JSONB NOT NULL,
    enabled        BOOLEAN NOT NULL
);

-- People's photos, upright and without metadata; removed some time after their last use.
CREATE TABLE photos (
    id         UUID PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES users (id),
    unique_id  TEXT NOT NULL,
    jpeg       BYTEA NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    used_at    TIMESTAMPTZ NOT NULL,
    UNIQUE (user_id, unique_id)
);
CREATE INDEX photos_used ON photos (used_at);

-- One generation each. `run_at` says when a worker should look next and is null when there is nothing left to do;
-- `fence` grows with each lease, and only the holder of the newest may write.
CREATE TABLE generation_jobs (
    id           UUID PRIMARY KEY,
    user_id      UUID NOT NULL REFERENCES users (id),
    key          TEXT NOT NULL UNIQUE,
    template_id  TEXT NOT NULL REFERENCES templates (id),
    model        TEXT NOT NULL REFERENCES models (alias),
    photos       JSONB NOT NULL,
    price        BIGINT NOT NULL CHECK (price > 0),
    state        TEXT NOT NULL CHECK (state IN ('queued', 'submitting', 'running', 'succeeded', 'failed', 'cancelled')),
    attempt      INTEGER NOT NULL DEFAULT 0,
    tries        INTEGER NOT NULL DEFAULT 0,
    task         JSONB,
    progress     REAL,
    ahead        INTEGER,
    failure      TEXT,
    run_at       TIMESTAMPTZ,
    lease_until  TIMESTAMPTZ,
    fence        BIGINT NOT NULL DEFAULT 0,
    model_until  TIMESTAMPTZ NOT NULL,
    deadline_at  TIMESTAMPTZ NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    finished_at  TIMESTAMPTZ,
    delivered_at TIMESTAMPTZ
);
CREATE INDEX generation_jobs_due ON generation_jobs (run_at) WHERE run_at IS NOT NULL;
CREATE INDEX generation_jobs_user ON generation_jobs (user_id, created_at);
CREATE INDEX generation_jobs_live ON generation_jobs (user_id) WHERE state IN ('queued', 'submitting', 'running');
CREATE INDEX generation_jobs_finished ON generation_jobs (finished_at) WHERE state = 'succeeded';
CREATE TABLE pictures (
    job_id      UUID PRIMARY KEY REFERENCES generation_jobs (id),
    bytes       BYTEA,
    file_id     TEXT,
    document_id TEXT,
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX pictures_kept ON pictures (created_at) WHERE bytes IS NOT NULL;

-- Buying credits. An invoice says what was offered; a payment is booked once per charge of Telegram's.
CREATE TABLE packs (
    id       TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    stars    BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 100000),
    bonus    BIGINT NOT NULL CHECK (bonus >= 0),
    title_en TEXT NOT NULL,
    title_ru TEXT NOT NULL,
    enabled  BOOLEAN NOT NULL
);
CREATE TABLE invoices (
    id         UUID PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES users (id),
    key        TEXT NOT NULL UNIQUE,
    stars      BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 100000),
    credits    BIGINT NOT NULL CHECK (credits > 0),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    paid_at    TIMESTAMPTZ
);
CREATE TABLE payments (
    charge_id   TEXT PRIMARY KEY,
    user_id     UUID NOT NULL REFERENCES users (id),
    invoice_id  UUID REFERENCES invoices (id),
    stars       BIGINT NOT NULL CHECK (stars > 0),
    credits     BIGINT NOT NULL CHECK (credits > 0),
    created_at  TIMESTAMPTZ NOT NULL,
    refunded_at TIMESTAMPTZ
);
CREATE INDEX payments_user ON payments (user_id, created_at);

-- Messages on their way to people. `due_at` is null once a message is sent or given up.
CREATE TABLE outbox (
    id          UUID PRIMARY KEY,
    user_id     UUID NOT NULL REFERENCES users (id),
    key         TEXT NOT NULL UNIQUE,
    letter      JSONB NOT NULL,
    due_at      TIMESTAMPTZ,
    lease_until TIMESTAMPTZ,
    fence       BIGINT NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    created_at  TIMESTAMPTZ NOT NULL,
    sent_at     TIMESTAMPTZ,
    trouble     TEXT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_user ON outbox (user_id);
CREATE INDEX outbox_done ON outbox (created_at) WHERE due_at IS NULL;

-- Where each chat stands, for a set-up without Redis.
CREATE TABLE sessions (
    chat_id    BIGINT PRIMARY KEY,
    version    BIGINT NOT NULL,
    value      TEXT NOT NULL,
    screen     TEXT,
    due_at     TIMESTAMPTZ,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_due ON sessions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX sessions_expire ON sessions (expires_at);

-- Albums whose parts are still coming in.
CREATE TABLE album_parts (
    chat_id   BIGINT NOT NULL,
    album     TEXT NOT NULL,
    update_id BIGINT NOT NULL,
    part      JSONB NOT NULL,
    due_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (chat_id, album, update_id)
);
CREATE INDEX album_parts_due ON album_parts (due_at);

-- What has been uploaded to Telegram once, so that it need not be again. File ids belong to one bot.
CREATE TABLE telegram_files (
    bot_id  BIGINT NOT NULL,
    key     TEXT NOT NULL,
    file_id TEXT NOT NULL,
    PRIMARY KEY (bot_id, key)
);

-- Nobody but the role that owns the tables reads or writes a row, whatever rights a platform hands out by default.
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'users', 'accounts', 'ledger_transactions', 'ledger_entries', 'models', 'categories', 'templates', 'photos', 'generation_jobs', 'pictures', 'packs', 'invoices', 'payments', 'outbox', 'sessions', 'album_parts', 'telegram_files'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY service ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;
