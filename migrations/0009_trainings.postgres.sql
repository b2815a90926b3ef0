-- When a training was last handed to a trainer: until when its answer, or a webhook in its place, is waited for.
ALTER TABLE training_runs ADD COLUMN submitted_at TIMESTAMPTZ;

-- New trainings and deletions are called out too, see 0007.
CREATE TRIGGER training_runs_call_out AFTER INSERT ON training_runs FOR EACH STATEMENT EXECUTE FUNCTION call_out('trainings');
CREATE TRIGGER erasures_call_out AFTER INSERT ON erasures FOR EACH STATEMENT EXECUTE FUNCTION call_out('erasures');
