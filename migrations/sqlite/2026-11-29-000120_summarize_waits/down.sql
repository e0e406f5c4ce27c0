DROP VIEW bi_daily_member;
DROP VIEW bi_daily_label;
DROP VIEW bi_daily_channel;

ALTER TABLE daily_member_summary DROP COLUMN first_closing_time_p90;
ALTER TABLE daily_member_summary DROP COLUMN first_closing_time_median;
ALTER TABLE daily_member_summary DROP COLUMN first_closing_time_mean;
ALTER TABLE daily_member_summary DROP COLUMN first_closing_time_count;
ALTER TABLE daily_member_summary DROP COLUMN reply_time_p90;
ALTER TABLE daily_member_summary DROP COLUMN reply_time_median;
ALTER TABLE daily_member_summary DROP COLUMN reply_time_mean;
ALTER TABLE daily_member_summary DROP COLUMN reply_time_count;
ALTER TABLE daily_member_summary DROP COLUMN surveys_answered;
ALTER TABLE daily_member_summary DROP COLUMN surveys_asked;
ALTER TABLE daily_member_summary DROP COLUMN closed_by_bot;
ALTER TABLE daily_member_summary DROP COLUMN closed_by_one_reply;
ALTER TABLE daily_member_summary DROP COLUMN reopened;
ALTER TABLE daily_label_summary DROP COLUMN first_closing_time_p90;
ALTER TABLE daily_label_summary DROP COLUMN first_closing_time_median;
ALTER TABLE daily_label_summary DROP COLUMN first_closing_time_mean;
ALTER TABLE daily_label_summary DROP COLUMN first_closing_time_count;
ALTER TABLE daily_label_summary DROP COLUMN reply_time_p90;
ALTER TABLE daily_label_summary DROP COLUMN reply_time_median;
ALTER TABLE daily_label_summary DROP COLUMN reply_time_mean;
ALTER TABLE daily_label_summary DROP COLUMN reply_time_count;
ALTER TABLE daily_label_summary DROP COLUMN surveys_answered;
ALTER TABLE daily_label_summary DROP COLUMN surveys_asked;
ALTER TABLE daily_label_summary DROP COLUMN closed_by_bot;
ALTER TABLE daily_label_summary DROP COLUMN closed_by_one_reply;
ALTER TABLE daily_label_summary DROP COLUMN reopened;
ALTER TABLE daily_channel_summary DROP COLUMN first_closing_time_p90;
ALTER TABLE daily_channel_summary DROP COLUMN first_closing_time_median;
ALTER TABLE daily_channel_summary DROP COLUMN first_closing_time_mean;
ALTER TABLE daily_channel_summary DROP COLUMN first_closing_time_count;
ALTER TABLE daily_channel_summary DROP COLUMN reply_time_p90;
ALTER TABLE daily_channel_summary DROP COLUMN reply_time_median;
ALTER TABLE daily_channel_summary DROP COLUMN reply_time_mean;
ALTER TABLE daily_channel_summary DROP COLUMN reply_time_count;
ALTER TABLE daily_channel_summary DROP COLUMN surveys_answered;
ALTER TABLE daily_channel_summary DROP COLUMN surveys_asked;
ALTER TABLE daily_channel_summary DROP COLUMN closed_by_bot;
ALTER TABLE daily_channel_summary DROP COLUMN closed_by_one_reply;
ALTER TABLE daily_channel_summary DROP COLUMN reopened;

CREATE VIEW bi_daily_member AS
-- A row per day and member where anything counts or the backlog is not 0, up to today.
WITH RECURSIVE levels AS MATERIALIZED (
    SELECT v.workspace, v.today, v.rolled_up_at AS latest, l.rolled_up_at, s.workspace_id, s.day, s.revision, s.member_key,
           CAST(SUM(s.backlog_change) OVER own AS BIGINT) AS backlog,
           LEAD(s.day) OVER own AS next_day
    FROM bi_visible v
    JOIN ledger_days l ON l.workspace_id = v.workspace_id
    JOIN daily_member_summary s ON s.workspace_id = l.workspace_id AND s.day = l.day AND s.revision = l.revision
    WINDOW own AS (PARTITION BY s.workspace_id, s.member_key ORDER BY s.day)
), quiet (workspace, workspace_id, day, last, member_key, backlog, latest) AS (
    SELECT workspace, workspace_id, day + 1, COALESCE(next_day - 1, today), member_key, backlog, latest
    FROM levels
    WHERE backlog <> 0 AND day < COALESCE(next_day - 1, today)
    UNION ALL
    SELECT workspace, workspace_id, day + 1, last, member_key, backlog, latest FROM quiet WHERE day < last
), days AS (
    SELECT workspace, workspace_id, day, revision, member_key, backlog, rolled_up_at FROM levels
    UNION ALL -- days on which nothing counts, and something is open
    SELECT c.workspace, c.workspace_id, c.day, NULL, c.member_key, c.backlog, COALESCE(l.rolled_up_at, c.latest)
    FROM quiet c
    LEFT JOIN ledger_days l ON l.workspace_id = c.workspace_id AND l.day = c.day
)
SELECT
    -- The workspace.
    d.workspace,
    -- The day, in the workspace's time zone.
    date(d.day * 86400, 'unixepoch') AS day,
    -- The member's id; null for what is credited to nobody.
    m.id AS member_id,
    -- The member's name.
    m.name AS member_name,
    -- Conversations created.
    COALESCE(s.conversations, 0) AS conversations,
    -- Of those, the ones that have a label now.
    COALESCE(s.labeled_conversations, 0) AS labeled_conversations,
    -- Messages by customers, and replies to them by people.
    COALESCE(s.messages, 0) AS messages,
    -- Messages by customers.
    COALESCE(s.inbound_messages, 0) AS inbound_messages,
    -- Messages by people to customers.
    COALESCE(s.replies, 0) AS replies,
    -- Distinct customers of that day; they do not add up over days.
    COALESCE(s.customers, 0) AS customers,
    -- Customers whose first activity ever it was.
    COALESCE(s.new_customers, 0) AS new_customers,
    -- Conversations created and written to by a customer, without a reply yet.
    COALESCE(s.unanswered, 0) AS unanswered,
    -- Conversations closed.
    COALESCE(s.closed, 0) AS closed,
    -- Of the closed, the ones won.
    COALESCE(s.won, 0) AS won,
    -- Of the closed, the ones lost.
    COALESCE(s.lost, 0) AS lost,
    -- won / (won + lost), null where both are 0; it does not average over days.
    s.win_rate,
    -- Follow-ups done.
    COALESCE(s.follow_ups_completed, 0) AS follow_ups_completed,
    -- Conversations that got their first response.
    COALESCE(s.first_response_count, 0) AS first_response_count,
    -- Mean seconds to the first response.
    s.first_response_mean,
    -- Median seconds to the first response, of that day alone: it does not average over days.
    s.first_response_median,
    -- The seconds that nine of ten first responses stay under, of that day alone.
    s.first_response_p90,
    -- Conversations closed, once more.
    COALESCE(s.closing_time_count, 0) AS closing_time_count,
    -- Mean seconds from creation to closing.
    s.closing_time_mean,
    -- Median seconds from creation to closing, of that day alone: it does not average over days.
    s.closing_time_median,
    -- The seconds that nine of ten closings stay under, of that day alone.
    s.closing_time_p90,
    -- Ratings given.
    COALESCE(s.ratings, 0) AS ratings,
    -- Their mean score, 1 to 5.
    s.rating_average,
    -- The share of scores 4 and 5.
    s.satisfied,
    -- Conversations open at the end of the day.
    d.backlog,
    -- When the figures of the day were made.
    strftime('%Y-%m-%dT%H:%M:%S', d.rolled_up_at / 1000000, 'unixepoch') || CASE d.rolled_up_at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', d.rolled_up_at % 1000000) END || 'Z' AS rolled_up_at
FROM days d
LEFT JOIN daily_member_summary s
    ON s.workspace_id = d.workspace_id AND s.day = d.day AND s.revision = d.revision AND s.member_key = d.member_key
LEFT JOIN members m ON m.workspace_id = d.workspace_id AND m.member_key = d.member_key;

CREATE VIEW bi_daily_label AS
-- A row per day and label where anything counts or the backlog is not 0, up to today. A conversation counts for each label that it has.
WITH RECURSIVE levels AS MATERIALIZED (
    SELECT v.workspace, v.today, v.rolled_up_at AS latest, l.rolled_up_at, s.workspace_id, s.day, s.revision, s.label_key,
           CAST(SUM(s.backlog_change) OVER own AS BIGINT) AS backlog,
           LEAD(s.day) OVER own AS next_day
    FROM bi_visible v
    JOIN ledger_days l ON l.workspace_id = v.workspace_id
    JOIN daily_label_summary s ON s.workspace_id = l.workspace_id AND s.day = l.day AND s.revision = l.revision
    WINDOW own AS (PARTITION BY s.workspace_id, s.label_key ORDER BY s.day)
), quiet (workspace, workspace_id, day, last, label_key, backlog, latest) AS (
    SELECT workspace, workspace_id, day + 1, COALESCE(next_day - 1, today), label_key, backlog, latest
    FROM levels
    WHERE backlog <> 0 AND day < COALESCE(next_day - 1, today)
    UNION ALL
    SELECT workspace, workspace_id, day + 1, last, label_key, backlog, latest FROM quiet WHERE day < last
), labeled AS MATERIALIZED (
    SELECT l.workspace_id, l.day, SUM(s.labeled_conversations) AS conversations
    FROM ledger_days l
    JOIN daily_member_summary s ON s.workspace_id = l.workspace_id AND s.day = l.day AND s.revision = l.revision
    GROUP BY l.workspace_id, l.day
), days AS (
    SELECT workspace, workspace_id, day, revision, label_key, backlog, rolled_up_at FROM levels
    UNION ALL -- days on which nothing counts, and something is open
    SELECT c.workspace, c.workspace_id, c.day, NULL, c.label_key, c.backlog, COALESCE(l.rolled_up_at, c.latest)
    FROM quiet c
    LEFT JOIN ledger_days l ON l.workspace_id = c.workspace_id AND l.day = c.day
)
SELECT
    -- The workspace.
    d.workspace,
    -- The day, in the workspace's time zone.
    date(d.day * 86400, 'unixepoch') AS day,
    -- The label's id.
    b.id AS label_id,
    -- The label's title.
    b.title AS label_title,
    -- Of the conversations created that have any label; 0 where there is none.
    COALESCE(CAST(s.conversations AS DOUBLE PRECISION) / NULLIF(t.conversations, 0), 0) AS share,
    -- Conversations created.
    COALESCE(s.conversations, 0) AS conversations,
    -- Of those, the ones that have a label now.
    COALESCE(s.labeled_conversations, 0) AS labeled_conversations,
    -- Messages by customers, and replies to them by people.
    COALESCE(s.messages, 0) AS messages,
    -- Messages by customers.
    COALESCE(s.inbound_messages, 0) AS inbound_messages,
    -- Messages by people to customers.
    COALESCE(s.replies, 0) AS replies,
    -- Distinct customers of that day; they do not add up over days.
    COALESCE(s.customers, 0) AS customers,
    -- Customers whose first activity ever it was.
    COALESCE(s.new_customers, 0) AS new_customers,
    -- Conversations created and written to by a customer, without a reply yet.
    COALESCE(s.unanswered, 0) AS unanswered,
    -- Conversations closed.
    COALESCE(s.closed, 0) AS closed,
    -- Of the closed, the ones won.
    COALESCE(s.won, 0) AS won,
    -- Of the closed, the ones lost.
    COALESCE(s.lost, 0) AS lost,
    -- won / (won + lost), null where both are 0; it does not average over days.
    s.win_rate,
    -- Follow-ups done.
    COALESCE(s.follow_ups_completed, 0) AS follow_ups_completed,
    -- Conversations that got their first response.
    COALESCE(s.first_response_count, 0) AS first_response_count,
    -- Mean seconds to the first response.
    s.first_response_mean,
    -- Median seconds to the first response, of that day alone: it does not average over days.
    s.first_response_median,
    -- The seconds that nine of ten first responses stay under, of that day alone.
    s.first_response_p90,
    -- Conversations closed, once more.
    COALESCE(s.closing_time_count, 0) AS closing_time_count,
    -- Mean seconds from creation to closing.
    s.closing_time_mean,
    -- Median seconds from creation to closing, of that day alone: it does not average over days.
    s.closing_time_median,
    -- The seconds that nine of ten closings stay under, of that day alone.
    s.closing_time_p90,
    -- Ratings given.
    COALESCE(s.ratings, 0) AS ratings,
    -- Their mean score, 1 to 5.
    s.rating_average,
    -- The share of scores 4 and 5.
    s.satisfied,
    -- Conversations open at the end of the day.
    d.backlog,
    -- When the figures of the day were made.
    strftime('%Y-%m-%dT%H:%M:%S', d.rolled_up_at / 1000000, 'unixepoch') || CASE d.rolled_up_at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', d.rolled_up_at % 1000000) END || 'Z' AS rolled_up_at
FROM days d
LEFT JOIN daily_label_summary s
    ON s.workspace_id = d.workspace_id AND s.day = d.day AND s.revision = d.revision AND s.label_key = d.label_key
JOIN labels b ON b.workspace_id = d.workspace_id AND b.label_key = d.label_key
LEFT JOIN labeled t ON t.workspace_id = d.workspace_id AND t.day = d.day;

CREATE VIEW bi_daily_channel AS
-- A row per day and channel where anything counts or the backlog is not 0, up to today.
WITH RECURSIVE levels AS MATERIALIZED (
    SELECT v.workspace, v.today, v.rolled_up_at AS latest, l.rolled_up_at, s.workspace_id, s.day, s.revision, s.channel_key,
           CAST(SUM(s.backlog_change) OVER own AS BIGINT) AS backlog,
           LEAD(s.day) OVER own AS next_day
    FROM bi_visible v
    JOIN ledger_days l ON l.workspace_id = v.workspace_id
    JOIN daily_channel_summary s ON s.workspace_id = l.workspace_id AND s.day = l.day AND s.revision = l.revision
    WINDOW own AS (PARTITION BY s.workspace_id, s.channel_key ORDER BY s.day)
), quiet (workspace, workspace_id, day, last, channel_key, backlog, latest) AS (
    SELECT workspace, workspace_id, day + 1, COALESCE(next_day - 1, today), channel_key, backlog, latest
    FROM levels
    WHERE backlog <> 0 AND day < COALESCE(next_day - 1, today)
    UNION ALL
    SELECT workspace, workspace_id, day + 1, last, channel_key, backlog, latest FROM quiet WHERE day < last
), days AS (
    SELECT workspace, workspace_id, day, revision, channel_key, backlog, rolled_up_at FROM levels
    UNION ALL -- days on which nothing counts, and something is open
    SELECT c.workspace, c.workspace_id, c.day, NULL, c.channel_key, c.backlog, COALESCE(l.rolled_up_at, c.latest)
    FROM quiet c
    LEFT JOIN ledger_days l ON l.workspace_id = c.workspace_id AND l.day = c.day
)
SELECT
    -- The workspace.
    d.workspace,
    -- The day, in the workspace's time zone.
    date(d.day * 86400, 'unixepoch') AS day,
    -- The channel.
    n.name AS channel,
    -- Conversations created.
    COALESCE(s.conversations, 0) AS conversations,
    -- Of those, the ones that have a label now.
    COALESCE(s.labeled_conversations, 0) AS labeled_conversations,
    -- Messages by customers, and replies to them by people.
    COALESCE(s.messages, 0) AS messages,
    -- Messages by customers.
    COALESCE(s.inbound_messages, 0) AS inbound_messages,
    -- Messages by people to customers.
    COALESCE(s.replies, 0) AS replies,
    -- Distinct customers of that day; they do not add up over days.
    COALESCE(s.customers, 0) AS customers,
    -- Customers whose first activity ever it was.
    COALESCE(s.new_customers, 0) AS new_customers,
    -- Conversations created and written to by a customer, without a reply yet.
    COALESCE(s.unanswered, 0) AS unanswered,
    -- Conversations closed.
    COALESCE(s.closed, 0) AS closed,
    -- Of the closed, the ones won.
    COALESCE(s.won, 0) AS won,
    -- Of the closed, the ones lost.
    COALESCE(s.lost, 0) AS lost,
    -- won / (won + lost), null where both are 0; it does not average over days.
    s.win_rate,
    -- Follow-ups done.
    COALESCE(s.follow_ups_completed, 0) AS follow_ups_completed,
    -- Conversations that got their first response.
    COALESCE(s.first_response_count, 0) AS first_response_count,
    -- Mean seconds to the first response.
    s.first_response_mean,
    -- Median seconds to the first response, of that day alone: it does not average over days.
    s.first_response_median,
    -- The seconds that nine of ten first responses stay under, of that day alone.
    s.first_response_p90,
    -- Conversations closed, once more.
    COALESCE(s.closing_time_count, 0) AS closing_time_count,
    -- Mean seconds from creation to closing.
    s.closing_time_mean,
    -- Median seconds from creation to closing, of that day alone: it does not average over days.
    s.closing_time_median,
    -- The seconds that nine of ten closings stay under, of that day alone.
    s.closing_time_p90,
    -- Ratings given.
    COALESCE(s.ratings, 0) AS ratings,
    -- Their mean score, 1 to 5.
    s.rating_average,
    -- The share of scores 4 and 5.
    s.satisfied,
    -- Conversations open at the end of the day.
    d.backlog,
    -- When the figures of the day were made.
    strftime('%Y-%m-%dT%H:%M:%S', d.rolled_up_at / 1000000, 'unixepoch') || CASE d.rolled_up_at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', d.rolled_up_at % 1000000) END || 'Z' AS rolled_up_at
FROM days d
LEFT JOIN daily_channel_summary s
    ON s.workspace_id = d.workspace_id AND s.day = d.day AND s.revision = d.revision AND s.channel_key = d.channel_key
JOIN channels n ON n.workspace_id = d.workspace_id AND n.channel_key = d.channel_key;
