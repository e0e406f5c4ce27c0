CREATE INDEX surveys_by_conversation ON surveys (workspace_id, conversation_key);
