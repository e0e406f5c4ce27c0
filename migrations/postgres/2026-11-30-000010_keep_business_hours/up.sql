-- Business hours that were set: those that figures follow, those that a rebuild is under way for, and those of before. `hours` is
-- the number of the change that set them; a row is never changed.
CREATE TABLE business_hours (
    workspace_id BIGINT NOT NULL,
    hours BIGINT NOT NULL,
    definition TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, hours)
);

-- 0: none are set, and all time is worked. Those that are waited for mean something only beside a pending zone.
ALTER TABLE ledgers ADD COLUMN hours BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ledgers ADD COLUMN pending_hours BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_runs ADD COLUMN hours BIGINT NOT NULL DEFAULT 0;
