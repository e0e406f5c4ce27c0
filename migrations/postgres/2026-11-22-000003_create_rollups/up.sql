-- What the rollup makes. A revision is the number of the run that wrote it; the ledger says which one is current.

CREATE TABLE ledger_days (
    workspace_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    rolled_up_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, day)
);

CREATE TABLE day_blocks (
    workspace_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    block BYTEA NOT NULL,
    -- When another revision took its place; it is swept some time later.
    superseded_at BIGINT,
    PRIMARY KEY (workspace_id, day, revision)
);
CREATE INDEX day_blocks_by_end ON day_blocks (workspace_id, superseded_at);

CREATE TABLE open_blocks (
    workspace_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    block BYTEA NOT NULL,
    superseded_at BIGINT,
    PRIMARY KEY (workspace_id, revision)
);

-- One row a day and member where anything counts; member_key 0 is "unassigned". Times in seconds. The backlog at the end
-- of a day is what is open now minus the sum of `backlog_change` of all later days: so a change touches its own days alone.
CREATE TABLE daily_member_summary (
    workspace_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    member_key BIGINT NOT NULL,
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
    PRIMARY KEY (workspace_id, day, revision, member_key)
);

CREATE TABLE rollup_runs (
    workspace_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    from_day INTEGER,
    to_day INTEGER,
    requested_by BIGINT,
    days_total BIGINT NOT NULL,
    days_done BIGINT NOT NULL,
    facts_read BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    error TEXT,
    PRIMARY KEY (workspace_id, run_id)
);

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
