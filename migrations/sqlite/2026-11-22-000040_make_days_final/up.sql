-- Days whose facts have been dropped, and whose figures stay as they are: those before `final_before`, which begins at `final_at`.
-- Labels with a smaller key than `final_labels` may be on them.
ALTER TABLE ledgers ADD COLUMN final_before INTEGER;
ALTER TABLE ledgers ADD COLUMN final_at BIGINT;
ALTER TABLE ledgers ADD COLUMN final_labels BIGINT;

-- True: the customer's first activity was on such a day, so that no later one can be it.
ALTER TABLE customers ADD COLUMN opened_finally BOOLEAN NOT NULL DEFAULT FALSE;
