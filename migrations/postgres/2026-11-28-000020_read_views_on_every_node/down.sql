CREATE OR REPLACE VIEW bi.visible WITH (security_barrier) AS
SELECT w.workspace_id, w.id AS workspace, l.rolled_up_at,
       GREATEST(
           CAST(floor((n.seconds + COALESCE((
               SELECT o.offset_seconds FROM zone_offsets o
               WHERE o.rules = l.rules AND o.begins_at <= n.seconds * 1000000
               ORDER BY o.begins_at DESC LIMIT 1
           ), 0)) / 86400.0) AS INTEGER),
           (SELECT MAX(d.day) FROM ledger_days d WHERE d.workspace_id = w.workspace_id)
       ) AS today
FROM (SELECT CAST(floor(EXTRACT(EPOCH FROM now())) AS BIGINT) AS seconds) n
CROSS JOIN workspaces w
JOIN ledgers l ON l.workspace_id = w.workspace_id
WHERE EXISTS (SELECT FROM bi.readers r WHERE r.workspace_id = w.workspace_id AND r.role_name = current_user)
   OR pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = CAST('workspaces' AS regclass)), 'USAGE');
