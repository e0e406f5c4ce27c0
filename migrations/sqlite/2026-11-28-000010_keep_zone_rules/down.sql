DROP VIEW bi_visible;
CREATE VIEW bi_visible AS
SELECT w.workspace_id, w.id AS workspace, l.rolled_up_at,
       MAX(
           CAST(strftime('%s', 'now') AS INTEGER) / 86400,
           COALESCE((SELECT MAX(d.day) FROM ledger_days d WHERE d.workspace_id = w.workspace_id), 0)
       ) AS today
FROM workspaces w
JOIN ledgers l ON l.workspace_id = w.workspace_id;

ALTER TABLE rollup_runs DROP COLUMN rules;
ALTER TABLE ledgers DROP COLUMN pending_rules_version;
ALTER TABLE ledgers DROP COLUMN pending_rules;
ALTER TABLE ledgers DROP COLUMN rules_version;
ALTER TABLE ledgers DROP COLUMN rules;
DROP TABLE zone_offsets;
