-- Facts. No foreign keys among them: a record may come before what it refers to, and the import keeps references whole
-- in its own transaction, at a fraction of what a check of each row would cost.

CREATE TABLE members (
    workspace_id BIGINT NOT NULL,
    member_key BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    role TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    avatar_url TEXT,
    -- False: known by its id alone, because something refers to it.
    known BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, member_key),
    UNIQUE (workspace_id, id)
);

CREATE TABLE teams (
    workspace_id BIGINT NOT NULL,
    team_key BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Keys, ascending, separated by spaces.
    member_keys TEXT NOT NULL,
    PRIMARY KEY (workspace_id, team_key),
    UNIQUE (workspace_id, id)
);

CREATE TABLE labels (
    workspace_id BIGINT NOT NULL,
    label_key BIGINT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    color TEXT,
    known BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, label_key),
    UNIQUE (workspace_id, id)
);

CREATE TABLE channels (
    workspace_id BIGINT NOT NULL,
    channel_key BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (workspace_id, channel_key),
    UNIQUE (workspace_id, name)
);

CREATE TABLE customers (
    workspace_id BIGINT NOT NULL,
    customer_key BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT,
    email TEXT,
    known BOOLEAN NOT NULL,
    -- True for good once the customer was deleted: comments stay away.
    erased BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, customer_key),
    UNIQUE (workspace_id, id)
);

CREATE TABLE conversations (
    workspace_id BIGINT NOT NULL,
    conversation_key BIGINT NOT NULL,
    id TEXT NOT NULL,
    -- Null together: the conversation has not come yet, something refers to it.
    customer_key BIGINT,
    created_at BIGINT,
    channel_key BIGINT,
    assignee_key BIGINT,
    -- Keys, ascending, separated by spaces.
    label_keys TEXT NOT NULL,
    closed_at BIGINT,
    -- 1 won, 2 lost.
    outcome SMALLINT,
    updated_at BIGINT,
    -- Derived from the messages: the earliest inbound, and the earliest reply at or after it.
    first_inbound_at BIGINT,
    first_reply_at BIGINT,
    -- Derived: whether this is where its customer's first activity is.
    opens_customer BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, conversation_key),
    UNIQUE (workspace_id, id)
) WITH (fillfactor = 85);
CREATE INDEX conversations_by_creation ON conversations (workspace_id, created_at);
CREATE INDEX conversations_by_closing ON conversations (workspace_id, closed_at);
CREATE INDEX conversations_by_customer ON conversations (workspace_id, customer_key, opens_customer);

CREATE TABLE messages (
    workspace_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    conversation_key BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    -- 1 inbound, 2 reply, 3 bot, 4 note.
    kind SMALLINT NOT NULL,
    author_key BIGINT,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX messages_by_time ON messages (workspace_id, sent_at, kind, conversation_key);
CREATE INDEX messages_by_conversation ON messages (workspace_id, conversation_key);

CREATE TABLE ratings (
    workspace_id BIGINT NOT NULL,
    rating_key BIGINT NOT NULL,
    id TEXT NOT NULL,
    conversation_key BIGINT NOT NULL,
    rated_at BIGINT NOT NULL,
    score SMALLINT NOT NULL,
    comment TEXT,
    member_key BIGINT,
    PRIMARY KEY (workspace_id, rating_key),
    UNIQUE (workspace_id, id)
);
CREATE INDEX ratings_by_time ON ratings (workspace_id, rated_at);
CREATE INDEX ratings_by_conversation ON ratings (workspace_id, conversation_key);

CREATE TABLE follow_ups (
    workspace_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    conversation_key BIGINT NOT NULL,
    assignee_key BIGINT,
    due_at BIGINT,
    completed_at BIGINT,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX follow_ups_by_time ON follow_ups (workspace_id, completed_at);
CREATE INDEX follow_ups_by_conversation ON follow_ups (workspace_id, conversation_key);

-- Days whose facts changed since they were rolled up. `mark` is the number of the change.
CREATE TABLE dirty_days (
    workspace_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    mark BIGINT NOT NULL,
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, day)
);
