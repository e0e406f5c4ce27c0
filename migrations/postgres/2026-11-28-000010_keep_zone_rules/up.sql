-- The rules of the zones in which days were made: how far the clocks are from UTC, and since when. Processes that read
-- different releases of the zone data agree on these, and views need no zones of the database's own. `rules` is a fingerprint
-- of all rows that have it; none of them is ever changed.
CREATE TABLE zone_offsets (
    rules TEXT NOT NULL,
    begins_at BIGINT NOT NULL,
    offset_seconds INTEGER NOT NULL,
    PRIMARY KEY (rules, begins_at)
);

-- Null: made before rules were kept. The release that the rules are of is empty where it is not known.
ALTER TABLE ledgers ADD COLUMN rules TEXT;
ALTER TABLE ledgers ADD COLUMN rules_version TEXT;
ALTER TABLE ledgers ADD COLUMN pending_rules TEXT;
ALTER TABLE ledgers ADD COLUMN pending_rules_version TEXT;
ALTER TABLE rollup_runs ADD COLUMN rules TEXT;

-- Today by those rules.
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
