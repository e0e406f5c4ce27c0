-- Runs that wait for their turn, that many processes share, and that go on where a process that died left them.

-- Who may do what only one process may do at a time: "rollup" in a workspace is to plan its run and to end it, "leader" in
-- workspace 0 is to decide what is due. The epoch grows with each change of hands: a holder of an older one writes nothing.
CREATE TABLE leases (
    workspace_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

-- The days of a large run in pieces. A claim is a number that grows with each taking: a holder of an older one writes
-- nothing. `seen` is the number of the latest change that the facts held when the piece was made.
CREATE TABLE rollup_tasks (
    workspace_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    task_id BIGINT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    claim BIGINT NOT NULL,
    claimed_by TEXT,
    claimed_until BIGINT NOT NULL,
    done BOOLEAN NOT NULL,
    seen BIGINT NOT NULL,
    emptied TEXT NOT NULL,
    facts_read BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, run_id, task_id)
);

-- Whether all days were asked for; the zone of the figures, once the run is planned; under which revision its last step
-- writes; and what came of it.
ALTER TABLE rollup_runs ADD COLUMN everything BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE rollup_runs ADD COLUMN timezone TEXT;
ALTER TABLE rollup_runs ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_runs ADD COLUMN changed_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_runs ADD COLUMN checked_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_runs ADD COLUMN differing_days BIGINT NOT NULL DEFAULT 0;

UPDATE rollup_runs
SET state = 'failed', finished_at = COALESCE(started_at, queued_at), error = 'its process ended before it did'
WHERE finished_at IS NULL;
CREATE INDEX rollup_runs_active ON rollup_runs (workspace_id, run_id) WHERE finished_at IS NULL;
CREATE UNIQUE INDEX rollup_runs_running ON rollup_runs (workspace_id) WHERE started_at IS NOT NULL AND finished_at IS NULL;

-- The latest night that has its run; when a refresh was last begun or failed. The lease is a row of `leases` now.
ALTER TABLE ledgers ADD COLUMN last_night INTEGER;
ALTER TABLE ledgers ADD COLUMN tried_at BIGINT;
ALTER TABLE ledgers DROP COLUMN lease_run;
ALTER TABLE ledgers DROP COLUMN lease_expires_at;
