-- What happened to conversations: each closing and each reopening.
CREATE TABLE events (
    workspace_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    conversation_key BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- 1 closed, 2 reopened.
    kind SMALLINT NOT NULL,
    -- Who did it.
    member_key BIGINT,
    PRIMARY KEY (workspace_id, id)
);
