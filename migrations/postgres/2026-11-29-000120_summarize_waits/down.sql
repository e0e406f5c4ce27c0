DROP VIEW bi.daily_member;
DROP VIEW bi.daily_label;
DROP VIEW bi.daily_channel;

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
