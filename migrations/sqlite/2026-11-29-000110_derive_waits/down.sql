ALTER TABLE surveys DROP COLUMN answered;
ALTER TABLE conversations DROP COLUMN bot_count;
ALTER TABLE conversations DROP COLUMN reply_count;
ALTER TABLE conversations DROP COLUMN inbound_count;
ALTER TABLE conversations DROP COLUMN first_closed_at;
ALTER TABLE conversations DROP COLUMN last_turn_at;
ALTER TABLE conversations DROP COLUMN waiting_since;
ALTER TABLE messages DROP COLUMN waited_since;
