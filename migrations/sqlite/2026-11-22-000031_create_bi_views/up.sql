-- What these views take the place of: it had no rows for days on which nothing happened.
DROP VIEW daily_rollups;

-- Views for people and tools that read SQL: the current figures of every day, with dates and names. SQLite has no roles, no
-- schemas and no zones: whoever has the file reads everything, names begin with bi_, and today is that of UTC.
CREATE VIEW bi_visible AS
SELECT w.workspace_id, w.id AS workspace, l.rolled_up_at,
       MAX(
           CAST(strftime('%s', 'now') AS INTEGER) / 86400,
           COALESCE((SELECT MAX(d.day) FROM ledger_days d WHERE d.workspace_id = w.workspace_id), 0)
       ) AS today
FROM workspaces w
JOIN ledgers l ON l.workspace_id = w.workspace_id;

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

CREATE VIEW bi_members AS
-- Who works or worked here; who is known by id alone has that as name.
SELECT
    -- The workspace.
    v.workspace,
    -- The id.
    m.id AS member_id,
    -- The name.
    m.name AS member_name,
    -- owner, admin, manager, agent or viewer, now.
    m.role,
    -- Whether they work here now.
    m.active
FROM bi_visible v JOIN members m ON m.workspace_id = v.workspace_id;

CREATE VIEW bi_teams AS
-- A row per team and member who is in it now; one with no member for an empty team.
SELECT
    -- The workspace.
    v.workspace,
    -- The team's id.
    t.id AS team_id,
    -- The team's name.
    t.name AS team_name,
    -- The id of a member; null where the team has none.
    m.id AS member_id,
    -- The member's name.
    m.name AS member_name
FROM bi_visible v
JOIN teams t ON t.workspace_id = v.workspace_id
LEFT JOIN json_each('[' || replace(t.member_keys, ' ', ',') || ']') k ON TRUE
LEFT JOIN members m ON m.workspace_id = t.workspace_id AND m.member_key = k.value;

CREATE VIEW bi_labels AS
-- Labels.
SELECT
    -- The workspace.
    v.workspace,
    -- The id.
    b.id AS label_id,
    -- The title.
    b.title AS label_title,
    -- #rrggbb.
    b.color
FROM bi_visible v JOIN labels b ON b.workspace_id = v.workspace_id;

CREATE VIEW bi_feedback AS
-- A row per rating as it is now: figures count it once its day is rolled up.
SELECT
    -- The workspace.
    v.workspace,
    -- The rating's id.
    r.id AS rating_id,
    -- When it was given.
    strftime('%Y-%m-%dT%H:%M:%S', r.rated_at / 1000000, 'unixepoch') || CASE r.rated_at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', r.rated_at % 1000000) END || 'Z' AS rated_at,
    -- 1 to 5.
    r.score,
    -- What the customer wrote; null where nothing was written or it was erased.
    r.comment,
    -- The conversation that it is about.
    c.id AS conversation_id,
    -- Its channel.
    n.name AS channel,
    -- Whose conversation it is.
    k.id AS customer_id,
    -- Their name; null once they were erased.
    k.name AS customer_name,
    -- Whom it is credited to; null for nobody.
    m.id AS member_id,
    -- Their name.
    m.name AS member_name,
    -- The labels of the conversation by title, JSON.
    (SELECT json_group_array(o.id) FROM (
           SELECT b.id FROM json_each('[' || replace(c.label_keys, ' ', ',') || ']') k
           JOIN labels b ON b.workspace_id = c.workspace_id AND b.label_key = k.value
           ORDER BY b.title, b.id) o) AS label_ids,
    -- Their titles, JSON.
    (SELECT json_group_array(o.title) FROM (
           SELECT b.title FROM json_each('[' || replace(c.label_keys, ' ', ',') || ']') k
           JOIN labels b ON b.workspace_id = c.workspace_id AND b.label_key = k.value
           ORDER BY b.title, b.id) o) AS labels
FROM bi_visible v
JOIN ratings r ON r.workspace_id = v.workspace_id
JOIN conversations c ON c.workspace_id = r.workspace_id AND c.conversation_key = r.conversation_key
JOIN customers k ON k.workspace_id = c.workspace_id AND k.customer_key = c.customer_key
LEFT JOIN channels n ON n.workspace_id = c.workspace_id AND n.channel_key = c.channel_key
LEFT JOIN members m ON m.workspace_id = r.workspace_id AND m.member_key = COALESCE(r.member_key, c.assignee_key);

CREATE VIEW bi_rollup_runs AS
-- Rollups, the latest of which say how fresh the figures are.
SELECT
    -- The workspace.
    v.workspace,
    -- The number of the run.
    r.run_id,
    -- nightly, refresh or rebuild.
    r.kind,
    -- queued, running, succeeded, failed or cancelled.
    r.state,
    -- The first day asked for; null where no range was.
    date(r.from_day * 86400, 'unixepoch') AS from_day,
    -- The last day asked for.
    date(r.to_day * 86400, 'unixepoch') AS to_day,
    -- Days to make.
    r.days_total,
    -- Days made.
    r.days_done,
    -- Facts that they were made of.
    r.facts_read,
    -- When it was asked for.
    strftime('%Y-%m-%dT%H:%M:%S', r.queued_at / 1000000, 'unixepoch') || CASE r.queued_at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', r.queued_at % 1000000) END || 'Z' AS queued_at,
    -- When it began.
    strftime('%Y-%m-%dT%H:%M:%S', r.started_at / 1000000, 'unixepoch') || CASE r.started_at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', r.started_at % 1000000) END || 'Z' AS started_at,
    -- When it ended.
    strftime('%Y-%m-%dT%H:%M:%S', r.finished_at / 1000000, 'unixepoch') || CASE r.finished_at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', r.finished_at % 1000000) END || 'Z' AS finished_at
FROM bi_visible v JOIN rollup_runs r ON r.workspace_id = v.workspace_id;
