ALTER TABLE ledgers ADD COLUMN lease_expires_at BIGINT;
ALTER TABLE ledgers ADD COLUMN lease_run BIGINT;
ALTER TABLE ledgers DROP COLUMN tried_at;
ALTER TABLE ledgers DROP COLUMN last_night;
DROP INDEX rollup_runs_running;
DROP INDEX rollup_runs_active;
UPDATE rollup_runs
SET state = 'failed', started_at = COALESCE(started_at, queued_at), finished_at = queued_at, error = 'its version went'
WHERE finished_at IS NULL;
ALTER TABLE rollup_runs DROP COLUMN differing_days;
ALTER TABLE rollup_runs DROP COLUMN checked_days;
ALTER TABLE rollup_runs DROP COLUMN changed_days;
ALTER TABLE rollup_runs DROP COLUMN revision;
ALTER TABLE rollup_runs DROP COLUMN timezone;
ALTER TABLE rollup_runs DROP COLUMN everything;
DROP TABLE rollup_tasks;
DROP TABLE leases;
