-- One row a company. The text id is unique in the whole installation, so this small table is copied to every node where
-- the others are distributed by workspace.
CREATE TABLE workspaces (
    workspace_id INTEGER NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What readers look at first: which generation is current, and in which zone. Days are days since 1970-01-01, instants
-- microseconds since 1970-01-01T00:00:00Z, here and everywhere.
CREATE TABLE ledgers (
    workspace_id BIGINT NOT NULL PRIMARY KEY,
    timezone TEXT NOT NULL,
    pending_timezone TEXT,
    generation BIGINT NOT NULL,
    directory_version BIGINT NOT NULL,
    open_revision BIGINT NOT NULL,
    rolled_up_at BIGINT,
    -- The run that may write, until its lease expires; the next run's number.
    lease_run BIGINT,
    lease_expires_at BIGINT,
    next_run BIGINT NOT NULL
);

-- The next free key of each kind, and the number of the latest change. Whoever changes facts locks this row first.
CREATE TABLE counters (
    workspace_id BIGINT NOT NULL PRIMARY KEY,
    change BIGINT NOT NULL,
    member BIGINT NOT NULL,
    team BIGINT NOT NULL,
    label BIGINT NOT NULL,
    channel BIGINT NOT NULL,
    customer BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    rating BIGINT NOT NULL
);

CREATE TABLE api_tokens (
    workspace_id BIGINT NOT NULL,
    token_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (workspace_id, token_id)
);
