-- The rules of the zones in which days were made: how far the clocks are from UTC, and since when. Processes that read
-- different releases of the zone data agree on these, and views need no zones of the database's own. `rules` is a fingerprint
-- of all rows that have it; none of them is ever changed.
CREATE TABLE zone_offsets (
    rules TEXT NOT NULL,
    begins_at BIGINT NOT NULL,
    offset_seconds INTEGER NOT NULL,
    PRIMARY KEY (rules, begins_at)
) WITHOUT ROWID;

-- Null: made before rules were kept. The release that the rules are of is empty where it is not known.
ALTER TABLE ledgers ADD COLUMN rules TEXT;
ALTER TABLE ledgers ADD COLUMN rules_version TEXT;
ALTER TABLE ledgers ADD COLUMN pending_rules TEXT;
ALTER TABLE ledgers ADD COLUMN pending_rules_version TEXT;
ALTER TABLE rollup_runs ADD COLUMN rules TEXT;

-- Today by those rules.
DROP VIEW bi_visible;
CREATE VIEW bi_visible AS
SELECT w.workspace_id, w.id AS workspace, l.rolled_up_at,
       MAX(
           (CAST(strftime('%s', 'now') AS INTEGER) + COALESCE((
               SELECT o.offset_seconds FROM zone_offsets o
               WHERE o.rules = l.rules AND o.begins_at <= CAST(strftime('%s', 'now') AS INTEGER) * 1000000
               ORDER BY o.begins_at DESC LIMIT 1
           ), 0)) / 86400,
           COALESCE((SELECT MAX(d.day) FROM ledger_days d WHERE d.workspace_id = w.workspace_id), 0)
       ) AS today
FROM workspaces w
JOIN ledgers l ON l.workspace_id = w.workspace_id;
