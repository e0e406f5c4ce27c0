-- Who did what to roles, tokens, the zone and rebuilds, and what imports brought. Rows are added, and dropped when they are
-- old; those of an import are brought up to date while it runs. `details` is a small JSON object, without names or texts of
-- people: keys of rows stand for them.
CREATE TABLE audit_events (
    workspace_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- 'operator', 'member' or 'api_token', and the key of the latter two.
    actor TEXT NOT NULL,
    actor_key BIGINT,
    kind TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (workspace_id, event_id)
);
CREATE INDEX audit_events_by_kind ON audit_events (workspace_id, kind, event_id);

-- The number of the latest event. A row of its own, so that whoever records something waits for nobody but others who do.
CREATE TABLE audit_counters (
    workspace_id BIGINT NOT NULL PRIMARY KEY,
    latest_event BIGINT NOT NULL
);
