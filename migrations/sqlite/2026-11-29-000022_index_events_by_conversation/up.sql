CREATE INDEX events_by_conversation ON events (workspace_id, conversation_key);
