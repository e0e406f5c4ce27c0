-- What follows from a conversation's messages, closings and surveys: kept beside them, so that a rollup of one day need not
-- read the days before it. A wait begins with a customer's message where none is open, and ends with the next reply, or with a
-- closing.

-- The beginning of the wait that this reply ended; null where it ended none, and in all other messages.
ALTER TABLE messages ADD COLUMN waited_since BIGINT;

-- The beginning of the wait that is open behind the last message or event; null where none is. It is no wait in a conversation
-- that is closed.
ALTER TABLE conversations ADD COLUMN waiting_since BIGINT;
-- The latest inbound message, reply or event of the kind "closed".
ALTER TABLE conversations ADD COLUMN last_turn_at BIGINT;
-- The earliest event of the kind "closed"; null where there is none.
ALTER TABLE conversations ADD COLUMN first_closed_at BIGINT;
-- How many messages of each kind.
ALTER TABLE conversations ADD COLUMN inbound_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN reply_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN bot_count INTEGER NOT NULL DEFAULT 0;

-- Whether a rating answers it.
ALTER TABLE surveys ADD COLUMN answered BOOLEAN NOT NULL DEFAULT FALSE;

-- Turns in the order in which waits see them: at one instant inbound messages before replies before closings. Message kinds: 1
-- inbound, 2 reply, 3 bot. Event kind 1: closed.
UPDATE messages SET waited_since = w.since
FROM (
    SELECT p.workspace_id, p.id, p.turn, p.before,
           MAX(CASE WHEN p.turn = 1 AND COALESCE(p.before, 3) <> 1 THEN p.at END) OVER (
               PARTITION BY p.workspace_id, p.conversation_key ORDER BY p.at, p.turn, p.id COLLATE "C"
               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS since
    FROM (
        SELECT t.workspace_id, t.conversation_key, t.at, t.turn, t.id,
               LAG(t.turn) OVER (
                   PARTITION BY t.workspace_id, t.conversation_key ORDER BY t.at, t.turn, t.id COLLATE "C"
               ) AS before
        FROM (
            SELECT workspace_id, conversation_key, sent_at AS at, CAST(kind AS INTEGER) AS turn, id
            FROM messages WHERE kind <= 2
            UNION ALL
            SELECT workspace_id, conversation_key, at, 3, '' FROM events WHERE kind = 1
            UNION ALL
            SELECT workspace_id, conversation_key, closed_at, 3, '' FROM conversations WHERE closed_at IS NOT NULL
        ) t
    ) p
) w
WHERE w.workspace_id = messages.workspace_id AND w.id = messages.id AND w.turn = 2 AND w.before = 1;

-- The conversation's own closing counts where a message or an event is behind it: 4 here.
UPDATE conversations SET waiting_since = w.waiting_since, last_turn_at = w.last_turn_at
FROM (
    SELECT e.workspace_id, e.conversation_key, MAX(e.last_turn_at) AS last_turn_at,
           -- The earliest of the inbound messages behind all that ends waits.
           MIN(CASE WHEN e.turn = 1 AND e.ended_later = 0 THEN e.at END) AS waiting_since
    FROM (
        SELECT l.workspace_id, l.conversation_key, l.at, l.turn, l.last_turn_at,
               SUM(CASE WHEN l.turn IN (2, 3) OR (l.turn = 4 AND l.at < l.last_turn_at) THEN 1 ELSE 0 END) OVER (
                   PARTITION BY l.workspace_id, l.conversation_key ORDER BY l.at DESC, l.turn DESC, l.id COLLATE "C" DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
               ) AS ended_later
        FROM (
            SELECT t.workspace_id, t.conversation_key, t.at, t.turn, t.id,
                   MAX(CASE WHEN t.turn < 4 THEN t.at END) OVER (
                       PARTITION BY t.workspace_id, t.conversation_key
                   ) AS last_turn_at
            FROM (
                SELECT workspace_id, conversation_key, sent_at AS at, CAST(kind AS INTEGER) AS turn, id
                FROM messages WHERE kind <= 2
                UNION ALL
                SELECT workspace_id, conversation_key, at, 3, '' FROM events WHERE kind = 1
                UNION ALL
                SELECT workspace_id, conversation_key, closed_at, 4, '' FROM conversations WHERE closed_at IS NOT NULL
            ) t
        ) l
    ) e
    GROUP BY e.workspace_id, e.conversation_key
) w
WHERE w.workspace_id = conversations.workspace_id AND w.conversation_key = conversations.conversation_key;

UPDATE conversations SET inbound_count = n.inbound, reply_count = n.replies, bot_count = n.bots
FROM (
    SELECT workspace_id, conversation_key,
           CAST(SUM(CASE WHEN kind = 1 THEN 1 ELSE 0 END) AS INTEGER) AS inbound,
           CAST(SUM(CASE WHEN kind = 2 THEN 1 ELSE 0 END) AS INTEGER) AS replies,
           CAST(SUM(CASE WHEN kind = 3 THEN 1 ELSE 0 END) AS INTEGER) AS bots
    FROM messages GROUP BY workspace_id, conversation_key
) n
WHERE n.workspace_id = conversations.workspace_id AND n.conversation_key = conversations.conversation_key;

UPDATE conversations SET first_closed_at = e.at
FROM (
    SELECT workspace_id, conversation_key, MIN(at) AS at FROM events WHERE kind = 1 GROUP BY workspace_id, conversation_key
) e
WHERE e.workspace_id = conversations.workspace_id AND e.conversation_key = conversations.conversation_key;

-- A rating answers the latest survey asked at or before it: a rating and the surveys of its conversation have the same number where
-- the survey is the last one before the rating.
UPDATE surveys SET answered = TRUE
FROM (
    SELECT n.workspace_id, n.id, n.turn,
           MAX(n.turn) OVER (PARTITION BY n.workspace_id, n.conversation_key, n.number) AS answered
    FROM (
        SELECT t.workspace_id, t.conversation_key, t.id, t.turn,
               SUM(1 - t.turn) OVER (
                   PARTITION BY t.workspace_id, t.conversation_key ORDER BY t.at, t.turn, t.id COLLATE "C"
                   ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
               ) AS number
        FROM (
            SELECT workspace_id, conversation_key, asked_at AS at, 0 AS turn, id FROM surveys
            UNION ALL
            SELECT workspace_id, conversation_key, rated_at, 1, id FROM ratings
        ) t
    ) n
) w
WHERE w.workspace_id = surveys.workspace_id AND w.id = surveys.id AND w.turn = 0 AND w.answered = 1;

-- The version of the blocks that all days of a workspace have at least. What is of an earlier one is marked once the migrations are
-- through, a workspace at a time.
ALTER TABLE workspaces ADD COLUMN block_version SMALLINT NOT NULL DEFAULT 1;
