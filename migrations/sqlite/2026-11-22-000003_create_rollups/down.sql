DROP VIEW daily_rollups;
DROP TABLE rollup_runs;
DROP TABLE daily_member_summary;
DROP TABLE open_blocks;
DROP TABLE day_blocks;
DROP TABLE ledger_days;
