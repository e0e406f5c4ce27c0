ALTER TABLE customers DROP COLUMN opened_finally;
ALTER TABLE ledgers DROP COLUMN final_labels;
ALTER TABLE ledgers DROP COLUMN final_at;
ALTER TABLE ledgers DROP COLUMN final_before;
