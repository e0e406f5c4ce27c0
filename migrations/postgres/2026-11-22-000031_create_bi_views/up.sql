-- What these views take the place of: it had no rows for days on which nothing happened.
DROP VIEW daily_rollups;

-- Views for people and tools that read SQL: the current figures of every day, with dates and names, and nothing else. They run
-- as whoever owns the tables, so that a role needs no more than the views; which rows it gets is decided in one place, by the
-- role itself, which no setting and no query can change. Security barriers keep a query's own functions away from other rows.
CREATE SCHEMA IF NOT EXISTS bi;
COMMENT ON SCHEMA bi IS 'Caseload''s current figures, for business intelligence';

-- Which roles read which workspaces; see `caseload bi grant`.
CREATE TABLE bi.readers (
    workspace_id BIGINT NOT NULL,
    role_name TEXT NOT NULL,
    PRIMARY KEY (workspace_id, role_name)
);

-- The workspaces that whoever asks may read: those granted to the role, or all where it may act as the owner of the tables.
-- Today is the day that it is in the workspace, or the last one with figures.
CREATE VIEW bi.visible WITH (security_barrier) AS
SELECT w.workspace_id, w.id AS workspace, l.rolled_up_at,
       GREATEST(
           CAST(now() AT TIME ZONE l.timezone AS DATE) - DATE '1970-01-01',
           (SELECT MAX(d.day) FROM ledger_days d WHERE d.workspace_id = w.workspace_id)
       ) AS today
FROM workspaces w
JOIN ledgers l ON l.workspace_id = w.workspace_id
WHERE EXISTS (SELECT FROM bi.readers r WHERE r.workspace_id = w.workspace_id AND r.role_name = current_user)
   OR pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = CAST('workspaces' AS regclass)), 'USAGE');

CREATE VIEW bi.daily_member WITH (security_barrier) AS
WITH levels AS (
    SELECT v.workspace, v.today, v.rolled_up_at AS latest, l.rolled_up_at, s.workspace_id, s.day, s.revision, s.member_key,
           CAST(SUM(s.backlog_change) OVER own AS BIGINT) AS backlog,
           LEAD(s.day) OVER own AS next_day
    FROM bi.visible v
    JOIN ledger_days l ON l.workspace_id = v.workspace_id
    JOIN daily_member_summary s ON s.workspace_id = l.workspace_id AND s.day = l.day AND s.revision = l.revision
    WINDOW own AS (PARTITION BY s.workspace_id, s.member_key ORDER BY s.day)
), days AS (
    SELECT workspace, workspace_id, day, revision, member_key, backlog, rolled_up_at FROM levels
    UNION ALL
    -- Days on which nothing counts, and something is open.
    SELECT c.workspace, c.workspace_id, d.day, NULL, c.member_key, c.backlog, COALESCE(l.rolled_up_at, c.latest)
    FROM levels c
    CROSS JOIN LATERAL generate_series(c.day + 1, COALESCE(c.next_day - 1, c.today)) d (day)
    LEFT JOIN ledger_days l ON l.workspace_id = c.workspace_id AND l.day = d.day
    WHERE c.backlog <> 0
)
SELECT d.workspace,
       DATE '1970-01-01' + d.day AS day,
       m.id AS member_id,
       m.name AS member_name,
       COALESCE(s.conversations, 0) AS conversations,
       COALESCE(s.labeled_conversations, 0) AS labeled_conversations,
       COALESCE(s.messages, 0) AS messages,
       COALESCE(s.inbound_messages, 0) AS inbound_messages,
       COALESCE(s.replies, 0) AS replies,
       COALESCE(s.customers, 0) AS customers,
       COALESCE(s.new_customers, 0) AS new_customers,
       COALESCE(s.unanswered, 0) AS unanswered,
       COALESCE(s.closed, 0) AS closed,
       COALESCE(s.won, 0) AS won,
       COALESCE(s.lost, 0) AS lost,
       s.win_rate,
       COALESCE(s.follow_ups_completed, 0) AS follow_ups_completed,
       COALESCE(s.first_response_count, 0) AS first_response_count,
       s.first_response_mean,
       s.first_response_median,
       s.first_response_p90,
       COALESCE(s.closing_time_count, 0) AS closing_time_count,
       s.closing_time_mean,
       s.closing_time_median,
       s.closing_time_p90,
       COALESCE(s.ratings, 0) AS ratings,
       s.rating_average,
       s.satisfied,
       d.backlog,
       TIMESTAMPTZ 'epoch' + d.rolled_up_at * INTERVAL '1 microsecond' AS rolled_up_at
FROM days d
LEFT JOIN daily_member_summary s
    ON s.workspace_id = d.workspace_id AND s.day = d.day AND s.revision = d.revision AND s.member_key = d.member_key
LEFT JOIN members m ON m.workspace_id = d.workspace_id AND m.member_key = d.member_key;

COMMENT ON VIEW bi.daily_member IS 'A row per day and member where anything counts or the backlog is not 0, up to today';
COMMENT ON COLUMN bi.daily_member.workspace IS 'The workspace';
COMMENT ON COLUMN bi.daily_member.day IS 'The day, in the workspace''s time zone';
COMMENT ON COLUMN bi.daily_member.member_id IS 'The member''s id; null for what is credited to nobody';
COMMENT ON COLUMN bi.daily_member.member_name IS 'The member''s name';
COMMENT ON COLUMN bi.daily_member.conversations IS 'Conversations created';
COMMENT ON COLUMN bi.daily_member.labeled_conversations IS 'Of those, the ones that have a label now';
COMMENT ON COLUMN bi.daily_member.messages IS 'Messages by customers, and replies to them by people';
COMMENT ON COLUMN bi.daily_member.inbound_messages IS 'Messages by customers';
COMMENT ON COLUMN bi.daily_member.replies IS 'Messages by people to customers';
COMMENT ON COLUMN bi.daily_member.customers IS 'Distinct customers of that day; they do not add up over days';
COMMENT ON COLUMN bi.daily_member.new_customers IS 'Customers whose first activity ever it was';
COMMENT ON COLUMN bi.daily_member.unanswered IS 'Conversations created and written to by a customer, without a reply yet';
COMMENT ON COLUMN bi.daily_member.closed IS 'Conversations closed';
COMMENT ON COLUMN bi.daily_member.won IS 'Of the closed, the ones won';
COMMENT ON COLUMN bi.daily_member.lost IS 'Of the closed, the ones lost';
COMMENT ON COLUMN bi.daily_member.win_rate IS 'won / (won + lost), null where both are 0; it does not average over days';
COMMENT ON COLUMN bi.daily_member.follow_ups_completed IS 'Follow-ups done';
COMMENT ON COLUMN bi.daily_member.first_response_count IS 'Conversations that got their first response';
COMMENT ON COLUMN bi.daily_member.first_response_mean IS 'Mean seconds to the first response';
COMMENT ON COLUMN bi.daily_member.first_response_median IS 'Median seconds to the first response, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_member.first_response_p90 IS 'The seconds that nine of ten first responses stay under, of that day alone';
COMMENT ON COLUMN bi.daily_member.closing_time_count IS 'Conversations closed, once more';
COMMENT ON COLUMN bi.daily_member.closing_time_mean IS 'Mean seconds from creation to closing';
COMMENT ON COLUMN bi.daily_member.closing_time_median IS 'Median seconds from creation to closing, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_member.closing_time_p90 IS 'The seconds that nine of ten closings stay under, of that day alone';
COMMENT ON COLUMN bi.daily_member.ratings IS 'Ratings given';
COMMENT ON COLUMN bi.daily_member.rating_average IS 'Their mean score, 1 to 5';
COMMENT ON COLUMN bi.daily_member.satisfied IS 'The share of scores 4 and 5';
COMMENT ON COLUMN bi.daily_member.backlog IS 'Conversations open at the end of the day';
COMMENT ON COLUMN bi.daily_member.rolled_up_at IS 'When the figures of the day were made';

CREATE VIEW bi.daily_label WITH (security_barrier) AS
WITH levels AS (
    SELECT v.workspace, v.today, v.rolled_up_at AS latest, l.rolled_up_at, s.workspace_id, s.day, s.revision, s.label_key,
           CAST(SUM(s.backlog_change) OVER own AS BIGINT) AS backlog,
           LEAD(s.day) OVER own AS next_day
    FROM bi.visible v
    JOIN ledger_days l ON l.workspace_id = v.workspace_id
    JOIN daily_label_summary s ON s.workspace_id = l.workspace_id AND s.day = l.day AND s.revision = l.revision
    WINDOW own AS (PARTITION BY s.workspace_id, s.label_key ORDER BY s.day)
), labeled AS (
    SELECT l.workspace_id, l.day, SUM(s.labeled_conversations) AS conversations
    FROM ledger_days l
    JOIN daily_member_summary s ON s.workspace_id = l.workspace_id AND s.day = l.day AND s.revision = l.revision
    GROUP BY l.workspace_id, l.day
), days AS (
    SELECT workspace, workspace_id, day, revision, label_key, backlog, rolled_up_at FROM levels
    UNION ALL
    -- Days on which nothing counts, and something is open.
    SELECT c.workspace, c.workspace_id, d.day, NULL, c.label_key, c.backlog, COALESCE(l.rolled_up_at, c.latest)
    FROM levels c
    CROSS JOIN LATERAL generate_series(c.day + 1, COALESCE(c.next_day - 1, c.today)) d (day)
    LEFT JOIN ledger_days l ON l.workspace_id = c.workspace_id AND l.day = d.day
    WHERE c.backlog <> 0
)
SELECT d.workspace,
       DATE '1970-01-01' + d.day AS day,
       b.id AS label_id,
       b.title AS label_title,
       COALESCE(CAST(s.conversations AS DOUBLE PRECISION) / NULLIF(t.conversations, 0), 0) AS share,
       COALESCE(s.conversations, 0) AS conversations,
       COALESCE(s.labeled_conversations, 0) AS labeled_conversations,
       COALESCE(s.messages, 0) AS messages,
       COALESCE(s.inbound_messages, 0) AS inbound_messages,
       COALESCE(s.replies, 0) AS replies,
       COALESCE(s.customers, 0) AS customers,
       COALESCE(s.new_customers, 0) AS new_customers,
       COALESCE(s.unanswered, 0) AS unanswered,
       COALESCE(s.closed, 0) AS closed,
       COALESCE(s.won, 0) AS won,
       COALESCE(s.lost, 0) AS lost,
       s.win_rate,
       COALESCE(s.follow_ups_completed, 0) AS follow_ups_completed,
       COALESCE(s.first_response_count, 0) AS first_response_count,
       s.first_response_mean,
       s.first_response_median,
       s.first_response_p90,
       COALESCE(s.closing_time_count, 0) AS closing_time_count,
       s.closing_time_mean,
       s.closing_time_median,
       s.closing_time_p90,
       COALESCE(s.ratings, 0) AS ratings,
       s.rating_average,
       s.satisfied,
       d.backlog,
       TIMESTAMPTZ 'epoch' + d.rolled_up_at * INTERVAL '1 microsecond' AS rolled_up_at
FROM days d
LEFT JOIN daily_label_summary s
    ON s.workspace_id = d.workspace_id AND s.day = d.day AND s.revision = d.revision AND s.label_key = d.label_key
JOIN labels b ON b.workspace_id = d.workspace_id AND b.label_key = d.label_key
LEFT JOIN labeled t ON t.workspace_id = d.workspace_id AND t.day = d.day;

COMMENT ON VIEW bi.daily_label IS 'A row per day and label where anything counts or the backlog is not 0, up to today. A conversation counts for each label that it has';
COMMENT ON COLUMN bi.daily_label.workspace IS 'The workspace';
COMMENT ON COLUMN bi.daily_label.day IS 'The day, in the workspace''s time zone';
COMMENT ON COLUMN bi.daily_label.label_id IS 'The label''s id';
COMMENT ON COLUMN bi.daily_label.label_title IS 'The label''s title';
COMMENT ON COLUMN bi.daily_label.share IS 'Of the conversations created that have any label; 0 where there is none';
COMMENT ON COLUMN bi.daily_label.conversations IS 'Conversations created';
COMMENT ON COLUMN bi.daily_label.labeled_conversations IS 'Of those, the ones that have a label now';
COMMENT ON COLUMN bi.daily_label.messages IS 'Messages by customers, and replies to them by people';
COMMENT ON COLUMN bi.daily_label.inbound_messages IS 'Messages by customers';
COMMENT ON COLUMN bi.daily_label.replies IS 'Messages by people to customers';
COMMENT ON COLUMN bi.daily_label.customers IS 'Distinct customers of that day; they do not add up over days';
COMMENT ON COLUMN bi.daily_label.new_customers IS 'Customers whose first activity ever it was';
COMMENT ON COLUMN bi.daily_label.unanswered IS 'Conversations created and written to by a customer, without a reply yet';
COMMENT ON COLUMN bi.daily_label.closed IS 'Conversations closed';
COMMENT ON COLUMN bi.daily_label.won IS 'Of the closed, the ones won';
COMMENT ON COLUMN bi.daily_label.lost IS 'Of the closed, the ones lost';
COMMENT ON COLUMN bi.daily_label.win_rate IS 'won / (won + lost), null where both are 0; it does not average over days';
COMMENT ON COLUMN bi.daily_label.follow_ups_completed IS 'Follow-ups done';
COMMENT ON COLUMN bi.daily_label.first_response_count IS 'Conversations that got their first response';
COMMENT ON COLUMN bi.daily_label.first_response_mean IS 'Mean seconds to the first response';
COMMENT ON COLUMN bi.daily_label.first_response_median IS 'Median seconds to the first response, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_label.first_response_p90 IS 'The seconds that nine of ten first responses stay under, of that day alone';
COMMENT ON COLUMN bi.daily_label.closing_time_count IS 'Conversations closed, once more';
COMMENT ON COLUMN bi.daily_label.closing_time_mean IS 'Mean seconds from creation to closing';
COMMENT ON COLUMN bi.daily_label.closing_time_median IS 'Median seconds from creation to closing, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_label.closing_time_p90 IS 'The seconds that nine of ten closings stay under, of that day alone';
COMMENT ON COLUMN bi.daily_label.ratings IS 'Ratings given';
COMMENT ON COLUMN bi.daily_label.rating_average IS 'Their mean score, 1 to 5';
COMMENT ON COLUMN bi.daily_label.satisfied IS 'The share of scores 4 and 5';
COMMENT ON COLUMN bi.daily_label.backlog IS 'Conversations open at the end of the day';
COMMENT ON COLUMN bi.daily_label.rolled_up_at IS 'When the figures of the day were made';

CREATE VIEW bi.daily_channel WITH (security_barrier) AS
WITH levels AS (
    SELECT v.workspace, v.today, v.rolled_up_at AS latest, l.rolled_up_at, s.workspace_id, s.day, s.revision, s.channel_key,
           CAST(SUM(s.backlog_change) OVER own AS BIGINT) AS backlog,
           LEAD(s.day) OVER own AS next_day
    FROM bi.visible v
    JOIN ledger_days l ON l.workspace_id = v.workspace_id
    JOIN daily_channel_summary s ON s.workspace_id = l.workspace_id AND s.day = l.day AND s.revision = l.revision
    WINDOW own AS (PARTITION BY s.workspace_id, s.channel_key ORDER BY s.day)
), days AS (
    SELECT workspace, workspace_id, day, revision, channel_key, backlog, rolled_up_at FROM levels
    UNION ALL
    -- Days on which nothing counts, and something is open.
    SELECT c.workspace, c.workspace_id, d.day, NULL, c.channel_key, c.backlog, COALESCE(l.rolled_up_at, c.latest)
    FROM levels c
    CROSS JOIN LATERAL generate_series(c.day + 1, COALESCE(c.next_day - 1, c.today)) d (day)
    LEFT JOIN ledger_days l ON l.workspace_id = c.workspace_id AND l.day = d.day
    WHERE c.backlog <> 0
)
SELECT d.workspace,
       DATE '1970-01-01' + d.day AS day,
       n.name AS channel,
       COALESCE(s.conversations, 0) AS conversations,
       COALESCE(s.labeled_conversations, 0) AS labeled_conversations,
       COALESCE(s.messages, 0) AS messages,
       COALESCE(s.inbound_messages, 0) AS inbound_messages,
       COALESCE(s.replies, 0) AS replies,
       COALESCE(s.customers, 0) AS customers,
       COALESCE(s.new_customers, 0) AS new_customers,
       COALESCE(s.unanswered, 0) AS unanswered,
       COALESCE(s.closed, 0) AS closed,
       COALESCE(s.won, 0) AS won,
       COALESCE(s.lost, 0) AS lost,
       s.win_rate,
       COALESCE(s.follow_ups_completed, 0) AS follow_ups_completed,
       COALESCE(s.first_response_count, 0) AS first_response_count,
       s.first_response_mean,
       s.first_response_median,
       s.first_response_p90,
       COALESCE(s.closing_time_count, 0) AS closing_time_count,
       s.closing_time_mean,
       s.closing_time_median,
       s.closing_time_p90,
       COALESCE(s.ratings, 0) AS ratings,
       s.rating_average,
       s.satisfied,
       d.backlog,
       TIMESTAMPTZ 'epoch' + d.rolled_up_at * INTERVAL '1 microsecond' AS rolled_up_at
FROM days d
LEFT JOIN daily_channel_summary s
    ON s.workspace_id = d.workspace_id AND s.day = d.day AND s.revision = d.revision AND s.channel_key = d.channel_key
JOIN channels n ON n.workspace_id = d.workspace_id AND n.channel_key = d.channel_key;

COMMENT ON VIEW bi.daily_channel IS 'A row per day and channel where anything counts or the backlog is not 0, up to today';
COMMENT ON COLUMN bi.daily_channel.workspace IS 'The workspace';
COMMENT ON COLUMN bi.daily_channel.day IS 'The day, in the workspace''s time zone';
COMMENT ON COLUMN bi.daily_channel.channel IS 'The channel';
COMMENT ON COLUMN bi.daily_channel.conversations IS 'Conversations created';
COMMENT ON COLUMN bi.daily_channel.labeled_conversations IS 'Of those, the ones that have a label now';
COMMENT ON COLUMN bi.daily_channel.messages IS 'Messages by customers, and replies to them by people';
COMMENT ON COLUMN bi.daily_channel.inbound_messages IS 'Messages by customers';
COMMENT ON COLUMN bi.daily_channel.replies IS 'Messages by people to customers';
COMMENT ON COLUMN bi.daily_channel.customers IS 'Distinct customers of that day; they do not add up over days';
COMMENT ON COLUMN bi.daily_channel.new_customers IS 'Customers whose first activity ever it was';
COMMENT ON COLUMN bi.daily_channel.unanswered IS 'Conversations created and written to by a customer, without a reply yet';
COMMENT ON COLUMN bi.daily_channel.closed IS 'Conversations closed';
COMMENT ON COLUMN bi.daily_channel.won IS 'Of the closed, the ones won';
COMMENT ON COLUMN bi.daily_channel.lost IS 'Of the closed, the ones lost';
COMMENT ON COLUMN bi.daily_channel.win_rate IS 'won / (won + lost), null where both are 0; it does not average over days';
COMMENT ON COLUMN bi.daily_channel.follow_ups_completed IS 'Follow-ups done';
COMMENT ON COLUMN bi.daily_channel.first_response_count IS 'Conversations that got their first response';
COMMENT ON COLUMN bi.daily_channel.first_response_mean IS 'Mean seconds to the first response';
COMMENT ON COLUMN bi.daily_channel.first_response_median IS 'Median seconds to the first response, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_channel.first_response_p90 IS 'The seconds that nine of ten first responses stay under, of that day alone';
COMMENT ON COLUMN bi.daily_channel.closing_time_count IS 'Conversations closed, once more';
COMMENT ON COLUMN bi.daily_channel.closing_time_mean IS 'Mean seconds from creation to closing';
COMMENT ON COLUMN bi.daily_channel.closing_time_median IS 'Median seconds from creation to closing, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_channel.closing_time_p90 IS 'The seconds that nine of ten closings stay under, of that day alone';
COMMENT ON COLUMN bi.daily_channel.ratings IS 'Ratings given';
COMMENT ON COLUMN bi.daily_channel.rating_average IS 'Their mean score, 1 to 5';
COMMENT ON COLUMN bi.daily_channel.satisfied IS 'The share of scores 4 and 5';
COMMENT ON COLUMN bi.daily_channel.backlog IS 'Conversations open at the end of the day';
COMMENT ON COLUMN bi.daily_channel.rolled_up_at IS 'When the figures of the day were made';

CREATE VIEW bi.members WITH (security_barrier) AS
SELECT v.workspace,
       m.id AS member_id,
       m.name AS member_name,
       m.role,
       m.active
FROM bi.visible v JOIN members m ON m.workspace_id = v.workspace_id;

COMMENT ON VIEW bi.members IS 'Who works or worked here; who is known by id alone has that as name';
COMMENT ON COLUMN bi.members.workspace IS 'The workspace';
COMMENT ON COLUMN bi.members.member_id IS 'The id';
COMMENT ON COLUMN bi.members.member_name IS 'The name';
COMMENT ON COLUMN bi.members.role IS 'owner, admin, manager, agent or viewer, now';
COMMENT ON COLUMN bi.members.active IS 'Whether they work here now';

CREATE VIEW bi.teams WITH (security_barrier) AS
SELECT v.workspace,
       t.id AS team_id,
       t.name AS team_name,
       m.id AS member_id,
       m.name AS member_name
FROM bi.visible v
JOIN teams t ON t.workspace_id = v.workspace_id
LEFT JOIN LATERAL unnest(string_to_array(NULLIF(t.member_keys, ''), ' ')) k (member_key) ON TRUE
LEFT JOIN members m ON m.workspace_id = t.workspace_id AND m.member_key = CAST(k.member_key AS BIGINT);

COMMENT ON VIEW bi.teams IS 'A row per team and member who is in it now; one with no member for an empty team';
COMMENT ON COLUMN bi.teams.workspace IS 'The workspace';
COMMENT ON COLUMN bi.teams.team_id IS 'The team''s id';
COMMENT ON COLUMN bi.teams.team_name IS 'The team''s name';
COMMENT ON COLUMN bi.teams.member_id IS 'The id of a member; null where the team has none';
COMMENT ON COLUMN bi.teams.member_name IS 'The member''s name';

CREATE VIEW bi.labels WITH (security_barrier) AS
SELECT v.workspace,
       b.id AS label_id,
       b.title AS label_title,
       b.color
FROM bi.visible v JOIN labels b ON b.workspace_id = v.workspace_id;

COMMENT ON VIEW bi.labels IS 'Labels';
COMMENT ON COLUMN bi.labels.workspace IS 'The workspace';
COMMENT ON COLUMN bi.labels.label_id IS 'The id';
COMMENT ON COLUMN bi.labels.label_title IS 'The title';
COMMENT ON COLUMN bi.labels.color IS '#rrggbb';

CREATE VIEW bi.feedback WITH (security_barrier) AS
SELECT v.workspace,
       r.id AS rating_id,
       TIMESTAMPTZ 'epoch' + r.rated_at * INTERVAL '1 microsecond' AS rated_at,
       r.score,
       r.comment,
       c.id AS conversation_id,
       n.name AS channel,
       k.id AS customer_id,
       k.name AS customer_name,
       m.id AS member_id,
       m.name AS member_name,
       ARRAY(
           SELECT b.id FROM labels b
           WHERE b.workspace_id = c.workspace_id
             AND b.label_key = ANY (CAST(string_to_array(NULLIF(c.label_keys, ''), ' ') AS BIGINT[]))
           ORDER BY b.title COLLATE "C", b.id COLLATE "C") AS label_ids,
       ARRAY(
           SELECT b.title FROM labels b
           WHERE b.workspace_id = c.workspace_id
             AND b.label_key = ANY (CAST(string_to_array(NULLIF(c.label_keys, ''), ' ') AS BIGINT[]))
           ORDER BY b.title COLLATE "C", b.id COLLATE "C") AS labels
FROM bi.visible v
JOIN ratings r ON r.workspace_id = v.workspace_id
JOIN conversations c ON c.workspace_id = r.workspace_id AND c.conversation_key = r.conversation_key
JOIN customers k ON k.workspace_id = c.workspace_id AND k.customer_key = c.customer_key
LEFT JOIN channels n ON n.workspace_id = c.workspace_id AND n.channel_key = c.channel_key
LEFT JOIN members m ON m.workspace_id = r.workspace_id AND m.member_key = COALESCE(r.member_key, c.assignee_key);

COMMENT ON VIEW bi.feedback IS 'A row per rating as it is now: figures count it once its day is rolled up';
COMMENT ON COLUMN bi.feedback.workspace IS 'The workspace';
COMMENT ON COLUMN bi.feedback.rating_id IS 'The rating''s id';
COMMENT ON COLUMN bi.feedback.rated_at IS 'When it was given';
COMMENT ON COLUMN bi.feedback.score IS '1 to 5';
COMMENT ON COLUMN bi.feedback.comment IS 'What the customer wrote; null where nothing was written or it was erased';
COMMENT ON COLUMN bi.feedback.conversation_id IS 'The conversation that it is about';
COMMENT ON COLUMN bi.feedback.channel IS 'Its channel';
COMMENT ON COLUMN bi.feedback.customer_id IS 'Whose conversation it is';
COMMENT ON COLUMN bi.feedback.customer_name IS 'Their name; null once they were erased';
COMMENT ON COLUMN bi.feedback.member_id IS 'Whom it is credited to; null for nobody';
COMMENT ON COLUMN bi.feedback.member_name IS 'Their name';
COMMENT ON COLUMN bi.feedback.label_ids IS 'The labels of the conversation by title, an array';
COMMENT ON COLUMN bi.feedback.labels IS 'Their titles, an array';

CREATE VIEW bi.rollup_runs WITH (security_barrier) AS
SELECT v.workspace,
       r.run_id,
       r.kind,
       r.state,
       DATE '1970-01-01' + r.from_day AS from_day,
       DATE '1970-01-01' + r.to_day AS to_day,
       r.days_total,
       r.days_done,
       r.facts_read,
       TIMESTAMPTZ 'epoch' + r.queued_at * INTERVAL '1 microsecond' AS queued_at,
       TIMESTAMPTZ 'epoch' + r.started_at * INTERVAL '1 microsecond' AS started_at,
       TIMESTAMPTZ 'epoch' + r.finished_at * INTERVAL '1 microsecond' AS finished_at
FROM bi.visible v JOIN rollup_runs r ON r.workspace_id = v.workspace_id;

COMMENT ON VIEW bi.rollup_runs IS 'Rollups, the latest of which say how fresh the figures are';
COMMENT ON COLUMN bi.rollup_runs.workspace IS 'The workspace';
COMMENT ON COLUMN bi.rollup_runs.run_id IS 'The number of the run';
COMMENT ON COLUMN bi.rollup_runs.kind IS 'nightly, refresh or rebuild';
COMMENT ON COLUMN bi.rollup_runs.state IS 'queued, running, succeeded, failed or cancelled';
COMMENT ON COLUMN bi.rollup_runs.from_day IS 'The first day asked for; null where no range was';
COMMENT ON COLUMN bi.rollup_runs.to_day IS 'The last day asked for';
COMMENT ON COLUMN bi.rollup_runs.days_total IS 'Days to make';
COMMENT ON COLUMN bi.rollup_runs.days_done IS 'Days made';
COMMENT ON COLUMN bi.rollup_runs.facts_read IS 'Facts that they were made of';
COMMENT ON COLUMN bi.rollup_runs.queued_at IS 'When it was asked for';
COMMENT ON COLUMN bi.rollup_runs.started_at IS 'When it began';
COMMENT ON COLUMN bi.rollup_runs.finished_at IS 'When it ended';
