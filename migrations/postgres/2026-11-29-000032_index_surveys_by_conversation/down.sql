DROP INDEX surveys_by_conversation;
