-- Browsers that a member is signed in with. Of a session's secret, which is a cookie, only the hash is kept. A row is deleted when
-- its session is ended, or when another one begins after its time.
CREATE TABLE sessions (
    workspace_id BIGINT NOT NULL,
    session_id BIGINT NOT NULL,
    member_key BIGINT NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, session_id)
);

-- Links that sign a member in once. A row is deleted when its link is used.
CREATE TABLE login_links (
    workspace_id BIGINT NOT NULL,
    link_id BIGINT NOT NULL,
    member_key BIGINT NOT NULL,
    secret_hash BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, link_id)
);
