-- What several processes share.

-- Deeds that one process at a time does: who does it, and until when it counts without being renewed.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder UUID NOT NULL,
    until  TIMESTAMPTZ NOT NULL
);

-- How fast messages leave: leaky buckets, kept as the moment at which each will have run dry. `all` is the bot's, the
-- others are those of chats.
CREATE TABLE send_buckets (
    key    TEXT PRIMARY KEY,
    dry_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX send_buckets_dry ON send_buckets (dry_at);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['leases', 'send_buckets'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY service ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;

-- New work is called out to every process, once a transaction and kind. The schema is part of the channel's name, since
-- channels belong to a whole database.
CREATE FUNCTION call_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('pixelai_' || TG_TABLE_SCHEMA, TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE TRIGGER generation_jobs_call_out AFTER INSERT ON generation_jobs FOR EACH STATEMENT EXECUTE FUNCTION call_out('jobs');
CREATE TRIGGER outbox_call_out AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION call_out('mail');
CREATE TRIGGER album_parts_call_out AFTER INSERT ON album_parts FOR EACH STATEMENT EXECUTE FUNCTION call_out('albums');
CREATE TRIGGER leases_call_out AFTER DELETE ON leases FOR EACH STATEMENT EXECUTE FUNCTION call_out('leases');

-- The looks of a worker and of a screen, which must not grow with what is finished.
CREATE INDEX generation_jobs_waiting ON generation_jobs (created_at) WHERE state = 'queued';
CREATE INDEX generation_jobs_usual ON generation_jobs (model, finished_at DESC) WHERE state = 'succeeded';

-- The table in which the steps themselves are noted is made by the migrator.
ALTER TABLE _sqlx_migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE _sqlx_migrations FORCE ROW LEVEL SECURITY;
CREATE POLICY service ON _sqlx_migrations TO CURRENT_USER USING (true) WITH CHECK (true);
