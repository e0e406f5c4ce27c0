CREATE OR REPLACE VIEW bi.visible WITH (security_barrier) AS
SELECT w.workspace_id, w.id AS workspace, l.rolled_up_at,
       GREATEST(
           CAST(now() AT TIME ZONE l.timezone AS DATE) - DATE '1970-01-01',
           (SELECT MAX(d.day) FROM ledger_days d WHERE d.workspace_id = w.workspace_id)
       ) AS today
FROM workspaces w
JOIN ledgers l ON l.workspace_id = w.workspace_id
WHERE EXISTS (SELECT FROM bi.readers r WHERE r.workspace_id = w.workspace_id AND r.role_name = current_user)
   OR pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = CAST('workspaces' AS regclass)), 'USAGE');

ALTER TABLE rollup_runs DROP COLUMN rules;
ALTER TABLE ledgers DROP COLUMN pending_rules_version;
ALTER TABLE ledgers DROP COLUMN pending_rules;
ALTER TABLE ledgers DROP COLUMN rules_version;
ALTER TABLE ledgers DROP COLUMN rules;
DROP TABLE zone_offsets;
