DROP INDEX events_by_conversation;
