-- What a day comes to for each label and each channel, beside the rows of members, with the same figures. A conversation with
-- two labels counts for both.
CREATE TABLE daily_label_summary (
    workspace_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    label_key BIGINT NOT NULL,
    conversations BIGINT NOT NULL,
    labeled_conversations BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    inbound_messages BIGINT NOT NULL,
    replies BIGINT NOT NULL,
    customers BIGINT NOT NULL,
    new_customers BIGINT NOT NULL,
    unanswered BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    won BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    win_rate DOUBLE PRECISION,
    follow_ups_completed BIGINT NOT NULL,
    first_response_count BIGINT NOT NULL,
    first_response_mean DOUBLE PRECISION,
    first_response_median DOUBLE PRECISION,
    first_response_p90 DOUBLE PRECISION,
    closing_time_count BIGINT NOT NULL,
    closing_time_mean DOUBLE PRECISION,
    closing_time_median DOUBLE PRECISION,
    closing_time_p90 DOUBLE PRECISION,
    ratings BIGINT NOT NULL,
    rating_average DOUBLE PRECISION,
    satisfied DOUBLE PRECISION,
    backlog_change BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, day, revision, label_key)
);

CREATE TABLE daily_channel_summary (
    workspace_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    channel_key BIGINT NOT NULL,
    conversations BIGINT NOT NULL,
    labeled_conversations BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    inbound_messages BIGINT NOT NULL,
    replies BIGINT NOT NULL,
    customers BIGINT NOT NULL,
    new_customers BIGINT NOT NULL,
    unanswered BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    won BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    win_rate DOUBLE PRECISION,
    follow_ups_completed BIGINT NOT NULL,
    first_response_count BIGINT NOT NULL,
    first_response_mean DOUBLE PRECISION,
    first_response_median DOUBLE PRECISION,
    first_response_p90 DOUBLE PRECISION,
    closing_time_count BIGINT NOT NULL,
    closing_time_mean DOUBLE PRECISION,
    closing_time_median DOUBLE PRECISION,
    closing_time_p90 DOUBLE PRECISION,
    ratings BIGINT NOT NULL,
    rating_average DOUBLE PRECISION,
    satisfied DOUBLE PRECISION,
    backlog_change BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, day, revision, channel_key)
);

-- Days that are rolled up already have no such rows yet: they are made anew.
UPDATE counters SET change = change + 1;
INSERT INTO dirty_days (workspace_id, day, mark, marked_at)
SELECT l.workspace_id, l.day, c.change, CAST(strftime('%s', 'now') AS BIGINT) * 1000000
FROM ledger_days l JOIN counters c ON c.workspace_id = l.workspace_id
WHERE TRUE
ON CONFLICT (workspace_id, day) DO UPDATE SET mark = excluded.mark;
