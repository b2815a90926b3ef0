-- Why a provider is left alone, for whoever looks at the status page: `silent`, `limit`, `key` or `balance`.
ALTER TABLE providers ADD COLUMN trouble TEXT;

-- What the last day is drawn from.
CREATE INDEX training_runs_ended ON training_runs (finished_at) WHERE finished_at IS NOT NULL;
