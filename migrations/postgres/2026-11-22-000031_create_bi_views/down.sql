DROP VIEW bi.rollup_runs;
DROP VIEW bi.feedback;
DROP VIEW bi.labels;
DROP VIEW bi.teams;
DROP VIEW bi.members;
DROP VIEW bi.daily_channel;
DROP VIEW bi.daily_label;
DROP VIEW bi.daily_member;
DROP VIEW bi.visible;
DROP TABLE bi.readers;
DROP SCHEMA bi;

-- For people: the current rows with dates and names. The backlog is that at the end of the day.
CREATE VIEW daily_rollups AS
SELECT w.id AS workspace,
       DATE '1970-01-01' + s.day AS day,
       m.id AS member_id,
       m.name AS member_name,
       s.conversations, s.labeled_conversations, s.messages, s.inbound_messages, s.replies, s.customers, s.new_customers,
       s.unanswered, s.closed, s.won, s.lost, s.win_rate, s.follow_ups_completed,
       s.first_response_count, s.first_response_mean, s.first_response_median, s.first_response_p90,
       s.closing_time_count, s.closing_time_mean, s.closing_time_median, s.closing_time_p90,
       s.ratings, s.rating_average, s.satisfied,
       CAST(SUM(s.backlog_change) OVER (PARTITION BY s.workspace_id, s.member_key ORDER BY s.day) AS BIGINT) AS backlog,
       to_timestamp(l.rolled_up_at / 1000000.0) AS rolled_up_at
FROM daily_member_summary s
JOIN ledger_days l ON l.workspace_id = s.workspace_id AND l.day = s.day AND l.revision = s.revision
JOIN workspaces w ON w.workspace_id = s.workspace_id
LEFT JOIN members m ON m.workspace_id = s.workspace_id AND m.member_key = s.member_key;
