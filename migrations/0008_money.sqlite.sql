-- Giving Stars back, comparing with Telegram's book, and what admins do.

-- Banned people get one short answer and nothing else.
ALTER TABLE users ADD COLUMN banned_at TEXT;

-- One pre-checkout at a time gets a yes for an invoice; the yes holds until the payment is bound to be here.
ALTER TABLE invoices ADD COLUMN checkout TEXT;
ALTER TABLE invoices ADD COLUMN checkout_until TEXT;

-- A payment on its way back: the credits are taken when it is asked for, and Telegram is told by whoever leases the
-- row. Several attempts on one payment are only after refusals of Telegram's. `asked_by` is null where Telegram gave
-- the Stars back by itself.
CREATE TABLE refunds (
    charge_id   TEXT NOT NULL REFERENCES payments (charge_id),
    attempt     INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('asked', 'done', 'refused')),
    asked_by    BLOB REFERENCES users (id),
    reason      TEXT NOT NULL,
    taken       BIGINT NOT NULL CHECK (taken >= 0),
    due_at      TEXT,
    lease_until TEXT,
    fence       BIGINT NOT NULL DEFAULT 0,
    tries       INTEGER NOT NULL DEFAULT 0,
    trouble     TEXT,
    created_at  TEXT NOT NULL,
    ended_at    TEXT,
    PRIMARY KEY (charge_id, attempt)
);
CREATE UNIQUE INDEX refunds_one ON refunds (charge_id) WHERE state <> 'refused';
CREATE INDEX refunds_due ON refunds (due_at) WHERE due_at IS NOT NULL;
INSERT INTO refunds (charge_id, attempt, state, reason, taken, created_at, ended_at)
    SELECT p.charge_id, 1, 'done', 'refunded by Telegram', COALESCE((SELECT CAST(-SUM(e.amount) AS BIGINT) FROM ledger_entries e
        JOIN ledger_transactions t ON t.id = e.transaction_id
        JOIN accounts a ON a.id = e.account_id AND a.user_id = p.user_id AND a.kind = 'available'
        WHERE t.key IN ('refund:' || p.charge_id, 'unbonus:' || p.charge_id)), 0), p.refunded_at, p.refunded_at
    FROM payments p WHERE p.refunded_at IS NOT NULL;

-- Questions about payments. `charge_id` is the payment that the button under the question gives back.
CREATE TABLE support_requests (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     BLOB NOT NULL REFERENCES users (id),
    key         TEXT NOT NULL UNIQUE,
    question    TEXT NOT NULL,
    charge_id   TEXT REFERENCES payments (charge_id),
    state       TEXT NOT NULL CHECK (state IN ('open', 'returned', 'answered', 'declined')),
    answer      TEXT,
    closed_by   BLOB REFERENCES users (id),
    created_at  TEXT NOT NULL,
    closed_at   TEXT
);
CREATE INDEX support_requests_user ON support_requests (user_id);

-- Every act of an admin: who, what, to whom, why, when. One that waits for a confirmation is `proposed`.
CREATE TABLE admin_acts (
    id         BLOB PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,
    admin_id   BLOB NOT NULL REFERENCES users (id),
    act        TEXT NOT NULL,
    subject    BLOB REFERENCES users (id),
    reason     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('proposed', 'done', 'dropped')),
    created_at TEXT NOT NULL,
    done_at    TEXT
);
CREATE INDEX admin_acts_created ON admin_acts (created_at);
CREATE INDEX admin_acts_subject ON admin_acts (subject);

-- What is switched at run time, such as `maintenance`.
CREATE TABLE settings (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    changed_at TEXT NOT NULL
);

-- What Telegram's book of Stars has and ours cannot have; told to the admins once.
CREATE TABLE star_findings (
    id         TEXT NOT NULL,
    incoming   BOOLEAN NOT NULL,
    what       TEXT NOT NULL,
    stars      BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (id, incoming)
);

-- The books are proven by job.
CREATE INDEX ledger_transactions_job ON ledger_transactions (job_id) WHERE job_id IS NOT NULL;
