CREATE INDEX surveys_by_time ON surveys (workspace_id, asked_at);
