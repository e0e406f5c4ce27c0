-- Reopenings, bots, surveys, reply times and first closing times, beside the figures that each day's rows had. Times in seconds.

ALTER TABLE daily_member_summary ADD COLUMN reopened BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_member_summary ADD COLUMN closed_by_one_reply BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_member_summary ADD COLUMN closed_by_bot BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_member_summary ADD COLUMN surveys_asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_member_summary ADD COLUMN surveys_answered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_member_summary ADD COLUMN reply_time_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_member_summary ADD COLUMN reply_time_mean DOUBLE PRECISION;
ALTER TABLE daily_member_summary ADD COLUMN reply_time_median DOUBLE PRECISION;
ALTER TABLE daily_member_summary ADD COLUMN reply_time_p90 DOUBLE PRECISION;
ALTER TABLE daily_member_summary ADD COLUMN first_closing_time_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_member_summary ADD COLUMN first_closing_time_mean DOUBLE PRECISION;
ALTER TABLE daily_member_summary ADD COLUMN first_closing_time_median DOUBLE PRECISION;
ALTER TABLE daily_member_summary ADD COLUMN first_closing_time_p90 DOUBLE PRECISION;

ALTER TABLE daily_label_summary ADD COLUMN reopened BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_label_summary ADD COLUMN closed_by_one_reply BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_label_summary ADD COLUMN closed_by_bot BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_label_summary ADD COLUMN surveys_asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_label_summary ADD COLUMN surveys_answered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_label_summary ADD COLUMN reply_time_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_label_summary ADD COLUMN reply_time_mean DOUBLE PRECISION;
ALTER TABLE daily_label_summary ADD COLUMN reply_time_median DOUBLE PRECISION;
ALTER TABLE daily_label_summary ADD COLUMN reply_time_p90 DOUBLE PRECISION;
ALTER TABLE daily_label_summary ADD COLUMN first_closing_time_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_label_summary ADD COLUMN first_closing_time_mean DOUBLE PRECISION;
ALTER TABLE daily_label_summary ADD COLUMN first_closing_time_median DOUBLE PRECISION;
ALTER TABLE daily_label_summary ADD COLUMN first_closing_time_p90 DOUBLE PRECISION;

ALTER TABLE daily_channel_summary ADD COLUMN reopened BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_channel_summary ADD COLUMN closed_by_one_reply BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_channel_summary ADD COLUMN closed_by_bot BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_channel_summary ADD COLUMN surveys_asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_channel_summary ADD COLUMN surveys_answered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_channel_summary ADD COLUMN reply_time_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_channel_summary ADD COLUMN reply_time_mean DOUBLE PRECISION;
ALTER TABLE daily_channel_summary ADD COLUMN reply_time_median DOUBLE PRECISION;
ALTER TABLE daily_channel_summary ADD COLUMN reply_time_p90 DOUBLE PRECISION;
ALTER TABLE daily_channel_summary ADD COLUMN first_closing_time_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE daily_channel_summary ADD COLUMN first_closing_time_mean DOUBLE PRECISION;
ALTER TABLE daily_channel_summary ADD COLUMN first_closing_time_median DOUBLE PRECISION;
ALTER TABLE daily_channel_summary ADD COLUMN first_closing_time_p90 DOUBLE PRECISION;

CREATE OR REPLACE VIEW bi.daily_member WITH (security_barrier) AS
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
       TIMESTAMPTZ 'epoch' + d.rolled_up_at * INTERVAL '1 microsecond' AS rolled_up_at,
       COALESCE(s.reopened, 0) AS reopened,
       COALESCE(s.closed_by_one_reply, 0) AS closed_by_one_reply,
       COALESCE(s.closed_by_bot, 0) AS closed_by_bot,
       COALESCE(s.surveys_asked, 0) AS surveys_asked,
       COALESCE(s.surveys_answered, 0) AS surveys_answered,
       COALESCE(s.reply_time_count, 0) AS reply_time_count,
       s.reply_time_mean,
       s.reply_time_median,
       s.reply_time_p90,
       COALESCE(s.first_closing_time_count, 0) AS first_closing_time_count,
       s.first_closing_time_mean,
       s.first_closing_time_median,
       s.first_closing_time_p90
FROM days d
LEFT JOIN daily_member_summary s
    ON s.workspace_id = d.workspace_id AND s.day = d.day AND s.revision = d.revision AND s.member_key = d.member_key
LEFT JOIN members m ON m.workspace_id = d.workspace_id AND m.member_key = d.member_key;

COMMENT ON COLUMN bi.daily_member.reopened IS 'How often conversations were opened again';
COMMENT ON COLUMN bi.daily_member.closed_by_one_reply IS 'Of the closed, those that a customer wrote to and that have exactly one reply';
COMMENT ON COLUMN bi.daily_member.closed_by_bot IS 'Of the closed, those that a customer wrote to, with automatic messages and no reply';
COMMENT ON COLUMN bi.daily_member.surveys_asked IS 'Surveys sent';
COMMENT ON COLUMN bi.daily_member.surveys_answered IS 'Of those, the ones that a rating answers';
COMMENT ON COLUMN bi.daily_member.reply_time_count IS 'Replies that a customer waited for';
COMMENT ON COLUMN bi.daily_member.reply_time_mean IS 'Mean seconds that customers waited for a reply';
COMMENT ON COLUMN bi.daily_member.reply_time_median IS 'Median seconds that customers waited for a reply, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_member.reply_time_p90 IS 'The seconds that nine of ten stay under, of that day alone';
COMMENT ON COLUMN bi.daily_member.first_closing_time_count IS 'Conversations closed for the first time';
COMMENT ON COLUMN bi.daily_member.first_closing_time_mean IS 'Mean seconds from creation to the earliest closing';
COMMENT ON COLUMN bi.daily_member.first_closing_time_median IS 'Median seconds from creation to the earliest closing, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_member.first_closing_time_p90 IS 'The seconds that nine of ten stay under, of that day alone';

CREATE OR REPLACE VIEW bi.daily_label WITH (security_barrier) AS
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
       TIMESTAMPTZ 'epoch' + d.rolled_up_at * INTERVAL '1 microsecond' AS rolled_up_at,
       COALESCE(s.reopened, 0) AS reopened,
       COALESCE(s.closed_by_one_reply, 0) AS closed_by_one_reply,
       COALESCE(s.closed_by_bot, 0) AS closed_by_bot,
       COALESCE(s.surveys_asked, 0) AS surveys_asked,
       COALESCE(s.surveys_answered, 0) AS surveys_answered,
       COALESCE(s.reply_time_count, 0) AS reply_time_count,
       s.reply_time_mean,
       s.reply_time_median,
       s.reply_time_p90,
       COALESCE(s.first_closing_time_count, 0) AS first_closing_time_count,
       s.first_closing_time_mean,
       s.first_closing_time_median,
       s.first_closing_time_p90
FROM days d
LEFT JOIN daily_label_summary s
    ON s.workspace_id = d.workspace_id AND s.day = d.day AND s.revision = d.revision AND s.label_key = d.label_key
JOIN labels b ON b.workspace_id = d.workspace_id AND b.label_key = d.label_key
LEFT JOIN labeled t ON t.workspace_id = d.workspace_id AND t.day = d.day;

COMMENT ON COLUMN bi.daily_label.reopened IS 'How often conversations were opened again';
COMMENT ON COLUMN bi.daily_label.closed_by_one_reply IS 'Of the closed, those that a customer wrote to and that have exactly one reply';
COMMENT ON COLUMN bi.daily_label.closed_by_bot IS 'Of the closed, those that a customer wrote to, with automatic messages and no reply';
COMMENT ON COLUMN bi.daily_label.surveys_asked IS 'Surveys sent';
COMMENT ON COLUMN bi.daily_label.surveys_answered IS 'Of those, the ones that a rating answers';
COMMENT ON COLUMN bi.daily_label.reply_time_count IS 'Replies that a customer waited for';
COMMENT ON COLUMN bi.daily_label.reply_time_mean IS 'Mean seconds that customers waited for a reply';
COMMENT ON COLUMN bi.daily_label.reply_time_median IS 'Median seconds that customers waited for a reply, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_label.reply_time_p90 IS 'The seconds that nine of ten stay under, of that day alone';
COMMENT ON COLUMN bi.daily_label.first_closing_time_count IS 'Conversations closed for the first time';
COMMENT ON COLUMN bi.daily_label.first_closing_time_mean IS 'Mean seconds from creation to the earliest closing';
COMMENT ON COLUMN bi.daily_label.first_closing_time_median IS 'Median seconds from creation to the earliest closing, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_label.first_closing_time_p90 IS 'The seconds that nine of ten stay under, of that day alone';

CREATE OR REPLACE VIEW bi.daily_channel WITH (security_barrier) AS
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
       TIMESTAMPTZ 'epoch' + d.rolled_up_at * INTERVAL '1 microsecond' AS rolled_up_at,
       COALESCE(s.reopened, 0) AS reopened,
       COALESCE(s.closed_by_one_reply, 0) AS closed_by_one_reply,
       COALESCE(s.closed_by_bot, 0) AS closed_by_bot,
       COALESCE(s.surveys_asked, 0) AS surveys_asked,
       COALESCE(s.surveys_answered, 0) AS surveys_answered,
       COALESCE(s.reply_time_count, 0) AS reply_time_count,
       s.reply_time_mean,
       s.reply_time_median,
       s.reply_time_p90,
       COALESCE(s.first_closing_time_count, 0) AS first_closing_time_count,
       s.first_closing_time_mean,
       s.first_closing_time_median,
       s.first_closing_time_p90
FROM days d
LEFT JOIN daily_channel_summary s
    ON s.workspace_id = d.workspace_id AND s.day = d.day AND s.revision = d.revision AND s.channel_key = d.channel_key
JOIN channels n ON n.workspace_id = d.workspace_id AND n.channel_key = d.channel_key;

COMMENT ON COLUMN bi.daily_channel.reopened IS 'How often conversations were opened again';
COMMENT ON COLUMN bi.daily_channel.closed_by_one_reply IS 'Of the closed, those that a customer wrote to and that have exactly one reply';
COMMENT ON COLUMN bi.daily_channel.closed_by_bot IS 'Of the closed, those that a customer wrote to, with automatic messages and no reply';
COMMENT ON COLUMN bi.daily_channel.surveys_asked IS 'Surveys sent';
COMMENT ON COLUMN bi.daily_channel.surveys_answered IS 'Of those, the ones that a rating answers';
COMMENT ON COLUMN bi.daily_channel.reply_time_count IS 'Replies that a customer waited for';
COMMENT ON COLUMN bi.daily_channel.reply_time_mean IS 'Mean seconds that customers waited for a reply';
COMMENT ON COLUMN bi.daily_channel.reply_time_median IS 'Median seconds that customers waited for a reply, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_channel.reply_time_p90 IS 'The seconds that nine of ten stay under, of that day alone';
COMMENT ON COLUMN bi.daily_channel.first_closing_time_count IS 'Conversations closed for the first time';
COMMENT ON COLUMN bi.daily_channel.first_closing_time_mean IS 'Mean seconds from creation to the earliest closing';
COMMENT ON COLUMN bi.daily_channel.first_closing_time_median IS 'Median seconds from creation to the earliest closing, of that day alone: it does not average over days';
COMMENT ON COLUMN bi.daily_channel.first_closing_time_p90 IS 'The seconds that nine of ten stay under, of that day alone';
