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
