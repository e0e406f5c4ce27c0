-- Questions to customers how they were served, asked whether or not a rating came of them.
CREATE TABLE surveys (
    workspace_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    conversation_key BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- Whom the source credits, if that is not the conversation's assignee.
    member_key BIGINT,
    PRIMARY KEY (workspace_id, id)
);
