-- The same rows, in a form that a cluster's nodes run too. Sub-queries are tied to the distributed table, not to the copied one;
-- what every shard reads has a table and calls no clock of its own; and the owner goes by its name, since another node has
-- another number for the same role.
CREATE OR REPLACE VIEW bi.visible WITH (security_barrier) AS
SELECT l.workspace_id, w.id AS workspace, l.rolled_up_at,
       GREATEST(
           CAST(floor((EXTRACT(EPOCH FROM now()) + COALESCE((
               SELECT o.offset_seconds FROM zone_offsets o
               WHERE o.rules = l.rules AND o.begins_at <= CAST(floor(EXTRACT(EPOCH FROM now())) AS BIGINT) * 1000000
               ORDER BY o.begins_at DESC LIMIT 1
           ), 0)) / 86400) AS INTEGER),
           (SELECT MAX(d.day) FROM ledger_days d WHERE d.workspace_id = l.workspace_id)
       ) AS today
FROM ledgers l
JOIN workspaces w ON w.workspace_id = l.workspace_id
WHERE EXISTS (SELECT FROM bi.readers r WHERE r.workspace_id = l.workspace_id AND r.role_name = current_user)
   OR pg_has_role(
       current_user,
       (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = CAST('workspaces' AS regclass)),
       'USAGE');
