ALTER TABLE rollup_runs DROP COLUMN hours;
ALTER TABLE ledgers DROP COLUMN pending_hours;
ALTER TABLE ledgers DROP COLUMN hours;
DROP TABLE business_hours;
